//! Decides about a record with a date that can be trusted: whether it has changed, whether its owner
//! is one of the people of the dataset, and which of its items are requested.

use super::context::Fetch;
use super::decision::Decision;
use super::items::record_effects;
use crate::refresh::queue::{Effects, Request, Task};
use orcid_api::ListedItem;
use orcid_xml::Timestamp;

/// The code of a record with the same date as the dataset's row.
const UNCHANGED: &str = "unchanged";

/// The code of a record that the dataset's selection of people does not mean.
pub const NOT_SELECTED: &str = "not-selected";

fn is_unchanged(task: &Task, modified: Option<Timestamp>) -> bool {
    modified.is_some() && modified == task.dataset_modified && !task.counts_as_changed
}

/// Decides about a record with a date that can be trusted.
pub fn accept_record(
    fetch: &Fetch,
    task: &Task,
    modified: Option<Timestamp>,
    items: &[ListedItem],
    body: &[u8],
    latest: Timestamp,
) -> Decision {
    if is_unchanged(task, modified) {
        return Decision::keep_without_body(UNCHANGED, Effects::default());
    }
    if let Some(decision) = left_out(fetch, task, body) {
        return decision;
    }
    let orcid = match task.request {
        // Its items matter only if the dataset has full items.
        Request::Record(orcid) if fetch.activities => orcid,
        _ => return Decision::keep("record", body, Effects::default()),
    };
    match fetch.look_up(|queue| queue.dataset_items(fetch.run.id, orcid)) {
        Ok(dataset) => Decision::keep("record", body, record_effects(orcid, items, &dataset, latest)),
        Err(error) => Decision::end(error),
    }
}

/// The decision about a record that the dataset's selection does not mean; `None` if it is meant. The
/// body of a person whom the dataset has is kept until the commit, which removes the rows.
fn left_out(fetch: &Fetch, task: &Task, body: &[u8]) -> Option<Decision> {
    let (Some(slice), Request::Record(orcid)) = (&fetch.slice, &task.request) else { return None };
    if slice.has_document(*orcid, body) {
        return None;
    }
    Some(match task.dataset_modified {
        Some(_) => Decision::keep(NOT_SELECTED, body, Effects::default()),
        None => Decision::keep_without_body(NOT_SELECTED, Effects::default()),
    })
}
