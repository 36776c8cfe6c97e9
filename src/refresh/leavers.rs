//! Who leaves the selected people of a dataset: marked in the manifest, since they have no rows any
//! more.

use std::collections::BTreeMap;

use super::dataset_rows;
use super::error::RefreshError;
use super::fetch::{BEHIND_LIST, NOT_SELECTED};
use super::queue::{Queue, Run};
use super::removals::removes;
use crate::dataset::{Dataset, OrcidSet, Selected, Targets};
use crate::slice::{Day, Leaver, Selection, Slice};
use orcid_api::time::iso;
use orcid_xml::{Orcid, Timestamp};

/// The code of an answer with the record, whose rows are replaced.
const RECORD: &str = "record";

/// The selection of the dataset after a run's next commit, and everybody who has left it. With the
/// last commit, the rows of people leave (`gone`) whose last current affiliation has ended since the
/// day of the selection.
///
/// # Errors
/// [`RefreshError`] if dataset or queue fail.
pub fn note(
    queue: &Queue,
    run: &Run,
    dataset: &Dataset,
    slice: &Slice,
    is_last: bool,
    now: Timestamp,
    gone: &mut Targets,
) -> Result<(Selection, BTreeMap<String, Leaver>), RefreshError> {
    let manifest = &dataset.manifest;
    let (mut left, noticed) = (manifest.left.clone(), iso(now));
    let mut selection = manifest.selection.clone().unwrap_or_else(|| slice.selection().clone());
    if !slice.asks_for_content() {
        // Whose record is gone has a tombstone, and nobody else leaves a list.
        return Ok((selection, left));
    }
    let (mut has, mut read) = (OrcidSet::default(), OrcidSet::default());
    dataset_rows::records(dataset, &mut |orcid, _| {
        has.insert(orcid);
    })?;
    let mark = |left: &mut BTreeMap<String, Leaver>, orcid: Orcid, reason: &str| {
        let leaver = Leaver { reason: reason.to_owned(), noticed: noticed.clone() };
        left.insert(orcid.to_string(), leaver);
    };
    queue.each_record_of_commit(run, &mut |orcid, code| {
        if [RECORD, BEHIND_LIST].contains(&code) {
            read.insert(orcid);
            left.remove(orcid.as_str());
        } else if removes(code) {
            let was_left = left.get(orcid.as_str()).is_some_and(|leaver| leaver.reason != code);
            if has.contains(&orcid) || was_left {
                mark(&mut left, orcid, code);
            }
        }
    })?;
    if is_last && has_new_day(&selection, slice) {
        let selected = Selected::of(dataset, slice)?;
        dataset_rows::records(dataset, &mut |orcid, _| {
            if !selected.has(Some(orcid.as_str()))
                && !read.contains(&orcid)
                && !left.contains_key(orcid.as_str())
            {
                mark(&mut left, orcid, NOT_SELECTED);
                gone.records.insert(orcid);
                gone.people.insert(orcid);
            }
        })?;
        selection.current_on.clone_from(&slice.selection().current_on);
    }
    Ok((selection, left))
}

/// True if affiliations may have ended since the day of the dataset's selection.
fn has_new_day(selection: &Selection, slice: &Slice) -> bool {
    let day = selection.current_on.as_deref().and_then(Day::last_of);
    selection.current && day.is_none_or(|day| day < slice.day())
}
