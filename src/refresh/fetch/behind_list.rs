//! Judges a record whose file in a bucket is older than the bucket's list of changes says.
//!
//! The file may come a little later, so it is read again; finally it is taken if it is newer than the
//! dataset's row, and the scope's next run reads it once more.

use super::context::Fetch;
use super::decision::Decision;
use super::record::NOT_SELECTED;
use crate::refresh::dates::STALE;
use crate::refresh::queue::{Request, Task};
use orcid_xml::Timestamp;

/// Reads of a file that is older than the list says, before it is taken as it is.
const LOOKS: u32 = 3;
/// Records have milliseconds, and the list has microseconds.
const MILLISECOND: Timestamp = 1_000;
/// The code of a record whose file is older than the list says.
pub const BEHIND_LIST: &str = "behind-list";

/// The decision about a record that was changed at `modified`, if its date were right; another one if
/// the list has a later date.
pub fn judge(fetch: &Fetch, task: &Task, modified: Option<Timestamp>, decision: Decision) -> Decision {
    let (Request::Record(orcid), Some(modified), true) = (&task.request, modified, fetch.from_bucket) else {
        return decision;
    };
    match fetch.look_up(|queue| queue.list_date(fetch.run.id, *orcid)) {
        Err(error) => return Decision::end(error),
        Ok(Some(listed)) if listed >= modified + MILLISECOND => {}
        Ok(_) => return decision,
    }
    if task.tries + 1 < LOOKS.min(fetch.retry_policy.tries) {
        return Decision::AskAgain { code: STALE, after: None, counts: true };
    }
    match decision {
        // The file may be of a time when the record was not meant: the rows stay.
        Decision::Keep { code: NOT_SELECTED, .. } => Decision::GiveUp { code: BEHIND_LIST },
        Decision::Keep { body: Some(body), mut effects, .. } => {
            effects.is_behind_list = true;
            Decision::Keep { code: BEHIND_LIST, body: Some(body), effects }
        }
        // The dataset's row is as old as the file.
        Decision::Keep { body: None, .. } => Decision::GiveUp { code: BEHIND_LIST },
        other => other,
    }
}
