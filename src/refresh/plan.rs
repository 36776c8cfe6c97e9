//! Decides which records to read, from the results of searches, a file of changes, and the dataset.

use super::dataset_rows;
use super::error::RefreshError;
use super::fetch::NOT_SELECTED;
use super::inputs::{Changes, Inputs};
use super::queue::{FoundAs, Queue, Request, Run};
use super::scope::{Newcomers, Scope};
use super::search::{BATCH_IDS, Finding, Search};
use super::strategy::Strategy;
use super::watermark::{INSTANT, is_future, refreshed_until};
use crate::dataset::{Dataset, OrcidSet, connected_people};
use crate::slice::Slice;
use orcid_api::time::{DAY, parse};
use orcid_xml::{Orcid, Timestamp};

/// ORCID's first day: no record has changed before.
const FIRST_DAY: &str = "2012-01-01";
/// [`FIRST_DAY`].
pub fn first_day() -> Timestamp {
    parse(FIRST_DAY).expect("the constant is a date")
}

/// How far search windows reach beyond the next watermark: records that changed in the last minute
/// are found now, and again next time; and clocks differ.
pub const AHEAD: Timestamp = DAY;

/// Puts the searches of a new run into the queue, for changes up to `until`.
///
/// # Errors
/// [`RefreshError`] if dataset or queue fail.
pub fn add_searches(
    queue: &mut Queue,
    run: &Run,
    inputs: &Inputs<'_>,
    until: Timestamp,
) -> Result<(), RefreshError> {
    let first_day = first_day();
    let strategy = Strategy::new(&run.strategy).unwrap_or(Strategy::Each);
    let mut searches = Vec::new();
    for query in inputs.scope.queries() {
        searches.push(Search::new(Finding::Present, &query, first_day, until));
        if strategy != Strategy::File {
            searches.push(Search::new(Finding::Changed, &query, run.since, until));
        }
    }
    if strategy == Strategy::Windows {
        searches.push(Search::new(Finding::Changed, "", run.since, until));
    }
    let presence = inputs.asks_for_presence(strategy);
    if presence || strategy == Strategy::Batches {
        let mut orcids = Vec::new();
        inputs.named(&mut |orcid| orcids.push(orcid))?;
        for batch in orcids.chunks(BATCH_IDS) {
            if presence {
                searches.push(Search::batch(Finding::Present, batch, first_day, until));
            }
            if strategy == Strategy::Batches {
                searches.push(Search::batch(Finding::Changed, batch, run.since, until));
            }
        }
    }
    Ok(queue.add(run.id, searches.into_iter().map(Request::Search))?)
}

/// Puts the records to read into the queue, once the searches are answered; after a crash, it adds
/// the same records again. The newest change in a file of changes limits the watermark after the
/// run. Dates in the future do not count for this limit; returns their number.
///
/// # Errors
/// [`RefreshError`] if dataset, file or queue fail.
pub fn add_records(
    queue: &mut Queue,
    run: &mut Run,
    inputs: &Inputs<'_>,
    now: Timestamp,
) -> Result<u64, RefreshError> {
    let known = Known::read(inputs.dataset)?;
    let mut found = Found::read(queue, run)?;
    let mut to_read = Vec::new();
    let reads_everybody = matches!(inputs.scope, Scope::Selection(Newcomers::Changed));
    if reads_everybody {
        queue.each_found(run.id, FoundAs::Changed, &mut |orcid| to_read.push(orcid))?;
    }
    let in_future = match inputs.changes {
        Some(changes) => add_changes(changes, run, now, &mut |orcid| {
            if found.changed.insert(orcid) && reads_everybody {
                to_read.push(orcid);
            }
        })?,
        None => 0,
    };
    let joined = add_connected(inputs, &mut found.changed)?;
    choose_named(run, inputs, &known, &found, &mut to_read)?;
    if inputs.scope.is_searched() {
        choose_searched(queue, run, inputs, &known, &found, &mut to_read)?;
    }
    queue.each_unread(&run.scope, &mut |orcid| to_read.push(orcid))?;
    // People with a tombstone in the dataset are known too, and may return.
    to_read.retain(|orcid| !inputs.known_only || known.has.contains(orcid) || known.gone.contains(orcid));
    to_read.retain(|orcid| inputs.slice.is_none_or(|slice| slice.may_be(*orcid)));
    if inputs.connected.is_none() {
        // A public answer must not replace what a person's own token gave.
        let listed = connected_people(&inputs.dataset.manifest);
        to_read.retain(|orcid| !listed.contains(orcid));
    }
    request_records(queue, run, inputs.dataset, to_read)?;
    note_list_dates(queue, run, inputs)?;
    queue.count_people_as_changed(run.id, &joined)?;
    let all = inputs.restart && dataset_rows::has_activities(&inputs.dataset.manifest);
    queue.count_as_changed(run.id, &run.scope, all)?;
    Ok(in_future)
}

/// The people whom a dataset knows.
struct Known {
    /// People with a record.
    has: OrcidSet,
    /// People with a tombstone, and people who have left the dataset.
    gone: OrcidSet,
    /// People who have left because the selection no longer chooses them.
    unselected: OrcidSet,
}

impl Known {
    fn read(dataset: &Dataset) -> Result<Self, RefreshError> {
        let (mut has, mut gone) = (OrcidSet::default(), OrcidSet::default());
        dataset_rows::records(dataset, &mut |orcid, _| note(&mut has, orcid))?;
        dataset_rows::tombstones(dataset, &mut |tombstone| note(&mut gone, tombstone.orcid))?;
        let mut unselected = OrcidSet::default();
        for (orcid, leaver) in &dataset.manifest.left {
            let Some(orcid) = Orcid::new(orcid) else { continue };
            note(&mut gone, orcid);
            if leaver.reason == NOT_SELECTED {
                note(&mut unselected, orcid);
            }
        }
        Ok(Self { has, gone, unselected })
    }
}

/// The people whom a run's searches have found.
struct Found {
    changed: OrcidSet,
    present: OrcidSet,
}

impl Found {
    fn read(queue: &Queue, run: &Run) -> Result<Self, RefreshError> {
        let (mut changed, mut present) = (OrcidSet::default(), OrcidSet::default());
        queue.each_found(run.id, FoundAs::Changed, &mut |orcid| note(&mut changed, orcid))?;
        queue.each_found(run.id, FoundAs::Present, &mut |orcid| note(&mut present, orcid))?;
        Ok(Self { changed, present })
    }
}

/// Chooses, of the iDs that the scope names, those to read.
fn choose_named(
    run: &Run,
    inputs: &Inputs<'_>,
    known: &Known,
    found: &Found,
    to_read: &mut Vec<Orcid>,
) -> Result<(), RefreshError> {
    let strategy = Strategy::new(&run.strategy).unwrap_or(Strategy::Each);
    // The strategy `File` does not show who is gone.
    let presence = inputs.asks_for_presence(strategy);
    // Those whom a selection by content lacks do not meet its conditions, or do not exist: after the
    // first refresh, they are read if they have changed.
    let knows_others = inputs.slice.is_some_and(Slice::asks_for_content) && has_refreshed(run, inputs);
    inputs.named(&mut |orcid| {
        let [has, gone] = [&known.has, &known.gone].map(|set| set.contains(&orcid));
        let is_present = found.present.contains(&orcid);
        let is_known = knows_others || has || gone;
        let missing = presence && !is_present && !gone && (has || !knows_others);
        // Who is no longer selected, but present, returns only by a change.
        let was_gone = gone && !has && !known.unselected.contains(&orcid);
        let returned = presence && is_present && was_gone;
        let changed = found.changed.contains(&orcid);
        if strategy == Strategy::Each || !is_known || missing || returned || changed {
            to_read.push(orcid);
        }
    })
}

/// Chooses, of the people whom searches have found or find no longer, those to read.
fn choose_searched(
    queue: &Queue,
    run: &Run,
    inputs: &Inputs<'_>,
    known: &Known,
    found: &Found,
    to_read: &mut Vec<Orcid>,
) -> Result<(), RefreshError> {
    let mut members = OrcidSet::default();
    queue.each_member(&run.scope, &mut |orcid| note(&mut members, orcid))?;
    let has_refreshed = has_refreshed(run, inputs);
    let reads_lacking = match (inputs.slice, inputs.scope) {
        (None, _) => true,
        // The selection has decided about everybody when the dataset was made.
        (Some(_), Scope::Selection(_)) => false,
        (Some(_), _) => !has_refreshed,
    };
    queue.each_found(run.id, FoundAs::Present, &mut |orcid| {
        // A record that joins a scope may have changed while it did not belong to it.
        let joins = has_refreshed && !members.contains(&orcid);
        let lacks = reads_lacking && !known.has.contains(&orcid);
        if joins || lacks || found.changed.contains(&orcid) {
            to_read.push(orcid);
        }
    })?;
    queue.each_found(run.id, FoundAs::Changed, &mut |orcid| to_read.push(orcid))?;
    // A record that no longer belongs to the scope has changed, or is gone.
    let mut left = |orcid: Orcid| {
        if known.has.contains(&orcid) && !found.present.contains(&orcid) {
            to_read.push(orcid);
        }
    };
    queue.each_member(&run.scope, &mut left)?;
    if let Scope::Organization(organization) = inputs.scope {
        dataset_rows::listing(inputs.dataset, organization, &mut left)?;
    }
    Ok(())
}

/// Whether the run's scope has been refreshed before.
fn has_refreshed(run: &Run, inputs: &Inputs<'_>) -> bool {
    refreshed_until(&inputs.dataset.manifest, &run.scope).is_some()
}

/// Calls `add` with the records that have changed according to a list; returns the number of changes in the
/// future.
fn add_changes(
    changes: Changes<'_>,
    run: &mut Run,
    now: Timestamp,
    add: &mut dyn FnMut(Orcid),
) -> Result<u64, RefreshError> {
    let (mut newest, mut in_future) = (run.since - INSTANT, 0);
    changes.read(&mut |orcid, modified| {
        if is_future(modified, now) {
            in_future += 1;
        } else {
            newest = newest.max(modified);
        }
        if modified >= run.since {
            add(orcid);
        }
    })?;
    run.until = run.until.min(newest);
    Ok(in_future)
}

/// Notes the dates that a bucket's list has for the records to read: a file that is older is behind
/// the list. The list is read a second time, since the dates of all changes may not fit in memory.
fn note_list_dates(queue: &mut Queue, run: &Run, inputs: &Inputs<'_>) -> Result<(), RefreshError> {
    let Some(changes @ Changes::Bucket(_)) = inputs.changes else { return Ok(()) };
    let mut requested = OrcidSet::default();
    queue.each_requested(run.id, &mut |orcid| note(&mut requested, orcid))?;
    queue.note_list_dates(run.id, |note_date| {
        changes.read(&mut |orcid, modified| {
            if requested.contains(&orcid) {
                note_date(orcid, modified);
            }
        })
    })?
}

/// Adds connected people whom ORCID has marked, and those whom the dataset does not have by their
/// permission yet; returns the latter: their records give more than before, though they may not
/// have changed.
fn add_connected(inputs: &Inputs<'_>, changed: &mut OrcidSet) -> Result<Vec<Orcid>, RefreshError> {
    let Some(connected) = inputs.connected else { return Ok(Vec::new()) };
    let listed = connected_people(&inputs.dataset.manifest);
    let mut joined = Vec::new();
    inputs.named(&mut |orcid| {
        if !listed.contains(&orcid) {
            joined.push(orcid);
        }
    })?;
    connected.marked()?.iter().chain(&joined).for_each(|orcid| note(changed, *orcid));
    Ok(joined)
}

fn note(set: &mut OrcidSet, orcid: Orcid) {
    set.insert(orcid);
}

/// Adds the primary records of deprecated ones; false if the run has read all of them.
///
/// # Errors
/// [`RefreshError`] if dataset or queue fail.
pub fn add_primaries(queue: &mut Queue, run: &Run, inputs: &Inputs<'_>) -> Result<bool, RefreshError> {
    if inputs.connected.is_some() {
        // The person has permitted to read one record, not the one that took its place.
        return Ok(false);
    }
    let listed = connected_people(&inputs.dataset.manifest);
    let mut primaries = Vec::new();
    queue.each_found(run.id, FoundAs::Primary, &mut |orcid| primaries.push(orcid))?;
    primaries.retain(|orcid| !listed.contains(orcid));
    primaries.retain(|orcid| inputs.slice.is_none_or(|slice| slice.may_be(*orcid)));
    if primaries.is_empty() {
        return Ok(false);
    }
    if inputs.known_only {
        let mut has = OrcidSet::default();
        dataset_rows::records(inputs.dataset, &mut |orcid, _| note(&mut has, orcid))?;
        dataset_rows::tombstones(inputs.dataset, &mut |tombstone| note(&mut has, tombstone.orcid))?;
        primaries.retain(|orcid| has.contains(orcid));
    }
    let lacks = |orcid| Ok(queue.lacks_record(run.id, orcid)?.then_some(orcid));
    let lacking: Result<Vec<_>, RefreshError> = primaries.into_iter().map(lacks).collect();
    let lacking: Vec<Orcid> = lacking?.into_iter().flatten().collect();
    if lacking.is_empty() {
        return Ok(false);
    }
    request_records(queue, run, inputs.dataset, lacking)?;
    Ok(true)
}

/// Adds requests for records, with their last change in the dataset.
///
/// # Errors
/// [`RefreshError`] if dataset or queue fail.
pub fn request_records(
    queue: &mut Queue,
    run: &Run,
    dataset: &Dataset,
    orcids: Vec<Orcid>,
) -> Result<(), RefreshError> {
    let mut requested = OrcidSet::default();
    orcids.iter().for_each(|orcid| note(&mut requested, *orcid));
    queue.add(run.id, orcids.into_iter().map(Request::Record))?;
    let mut dates = Vec::new();
    dataset_rows::records(dataset, &mut |orcid, modified| {
        if requested.contains(&orcid) {
            dates.push((orcid, modified));
        }
    })?;
    queue.note_dataset_dates(run.id, &dates)?;
    if !dataset_rows::has_activities(&dataset.manifest) {
        return Ok(());
    }
    queue.note_dataset_items(run.id, |note_item| {
        let wanted = |orcid: Orcid| requested.contains(&orcid);
        dataset_rows::items(dataset, &wanted, &mut |item, modified| note_item(item, modified))
    })?
}
