//! Which records are to be read: from what searches have found, what a file
//! says, and what the dataset has.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::params;

use super::queue::Queue;
use super::runs::Run;
use super::scope::Scope;
use super::search::{BATCH_IDS, How, Search};
use super::tasks::{Wanted, insert};
use super::watermark::{is_future, refreshed_until};
use super::way::Strategy;
use super::{INSTANT, RefreshError};
use super::{changes, known};
use crate::dataset::{Dataset, OrcidSet};
use orcid_api::time::{DAY, parse};
use orcid_xml::{Orcid, Timestamp};

/// ORCID's first day: no record has changed before.
const FIRST_DAY: &str = "2012-01-01";
/// Windows reach so far beyond the watermark that is to come: what changed in the
/// last minute is found, and found again next time; and clocks differ.
pub const AHEAD: Timestamp = DAY;
/// What a plan is made from.
#[derive(Debug)]
pub struct Inputs<'i> {
    pub dataset: &'i Dataset,
    pub scope: &'i Scope,
    /// Only records that the dataset has.
    pub known_only: bool,
    /// Do not look for people who have gone from the registry.
    pub changes_only: bool,
    pub changes: Option<&'i Path>,
    pub strategy: Option<Strategy>,
    /// Records count as changed though they have the date of their row, so that items that
    /// the dataset lacks are fetched.
    pub restart: bool,
}

impl Inputs<'_> {
    /// The strategy of a new run.
    ///
    /// # Errors
    /// [`RefreshError::Dataset`] where the dataset cannot be read.
    pub fn choose(&self, elapsed: Timestamp) -> Result<Strategy, RefreshError> {
        let mut count = 0;
        match (self.changes, self.scope, self.strategy) {
            (Some(_), ..) => return Ok(Strategy::File),
            (_, Scope::Query(_) | Scope::Organization(_), _) => return Ok(Strategy::Query),
            (_, _, Some(strategy)) => return Ok(strategy),
            (_, Scope::Ids(orcids), _) => count = orcids.len() as u64,
            (_, Scope::All, _) => known::records(self.dataset, &mut |_, _| count += 1)?,
        }
        Ok(Strategy::cheapest(count, elapsed, self.changes_only))
    }

    /// The iDs that the scope names, in the order in which they come.
    pub(super) fn named(&self, told: &mut dyn FnMut(Orcid)) -> Result<(), RefreshError> {
        match self.scope {
            Scope::Ids(orcids) => {
                orcids.iter().for_each(|orcid| told(*orcid));
                self.primaries(orcids)?.into_iter().for_each(told);
            }
            Scope::All => {
                known::records(self.dataset, &mut |orcid, _| told(orcid))?;
                // Who was locked may return; who was deprecated does not.
                known::tombstones(self.dataset, &mut |tombstone| {
                    if tombstone.primary.is_none() {
                        told(tombstone.orcid);
                    }
                })?;
            }
            Scope::Query(_) | Scope::Organization(_) => {}
        }
        Ok(())
    }

    /// The records that took the place of deprecated ones among `orcids`, as the
    /// dataset knows them, and of these in turn; each once.
    fn primaries(&self, orcids: &[Orcid]) -> Result<Vec<Orcid>, RefreshError> {
        let mut successors = HashMap::new();
        known::tombstones(self.dataset, &mut |tombstone| {
            if let Some(primary) = tombstone.primary {
                successors.insert(tombstone.orcid, primary);
            }
        })?;
        let mut named = OrcidSet::default();
        orcids.iter().for_each(|orcid| note(&mut named, *orcid));
        let (mut pending, mut primaries) = (orcids.to_vec(), Vec::new());
        while let Some(orcid) = pending.pop() {
            if let Some(primary) = successors.get(&orcid).filter(|primary| !named.contains(primary)) {
                named.insert(*primary);
                pending.push(*primary);
                primaries.push(*primary);
            }
        }
        Ok(primaries)
    }

    /// True where searches tell who of the scope is there at all.
    fn asks_for_presence(&self, strategy: Strategy) -> bool {
        !self.changes_only && matches!(strategy, Strategy::Batches | Strategy::Windows)
    }
}

/// Puts the searches of a new run into the queue, for changes up to `until`.
///
/// # Errors
/// [`RefreshError`] where dataset or queue fail.
pub fn add_searches(
    queue: &mut Queue,
    run: &Run,
    inputs: &Inputs<'_>,
    until: Timestamp,
) -> Result<(), RefreshError> {
    let first_day = parse(FIRST_DAY).expect("the constant is a date");
    let strategy = Strategy::new(&run.strategy).unwrap_or(Strategy::Each);
    let mut searches = Vec::new();
    if let Some(query) = inputs.scope.query() {
        searches.push(Search::new(How::There, &query, first_day, until));
        if strategy != Strategy::File {
            searches.push(Search::new(How::Changed, &query, run.since, until));
        }
    }
    if strategy == Strategy::Windows {
        searches.push(Search::new(How::Changed, "", run.since, until));
    }
    let presence = inputs.asks_for_presence(strategy);
    if presence || strategy == Strategy::Batches {
        let mut orcids = Vec::new();
        inputs.named(&mut |orcid| orcids.push(orcid))?;
        for batch in orcids.chunks(BATCH_IDS) {
            if presence {
                searches.push(Search::batch(How::There, batch, first_day, until));
            }
            if strategy == Strategy::Batches {
                searches.push(Search::batch(How::Changed, batch, run.since, until));
            }
        }
    }
    queue.add(run.id, searches.into_iter().map(Wanted::Search))
}

/// Puts the records that are to be read into the queue, once the searches are
/// answered; again after a crash, it adds the same. A file of changes tells up to
/// when it does so: no further than that is the scope known after the run. Dates in the
/// future tell nothing about that; gives their number.
///
/// # Errors
/// [`RefreshError`] where dataset, file or queue fail.
pub fn add_records(
    queue: &mut Queue,
    run: &mut Run,
    inputs: &Inputs<'_>,
    now: Timestamp,
) -> Result<u64, RefreshError> {
    let strategy = Strategy::new(&run.strategy).unwrap_or(Strategy::Each);
    let (mut has, mut gone) = (OrcidSet::default(), OrcidSet::default());
    known::records(inputs.dataset, &mut |orcid, _| note(&mut has, orcid))?;
    known::tombstones(inputs.dataset, &mut |tombstone| note(&mut gone, tombstone.orcid))?;
    let (mut changed, mut there) = (OrcidSet::default(), OrcidSet::default());
    queue.each_found(run.id, "changed", &mut |orcid| note(&mut changed, orcid))?;
    queue.each_found(run.id, "there", &mut |orcid| note(&mut there, orcid))?;
    let in_future = match inputs.changes {
        Some(file) => add_changes(file, run, now, &mut changed)?,
        None => 0,
    };
    let holds = OrcidSet::contains;
    let mut wanted = Vec::new();
    // The scope's own iDs; with the strategy `File` nothing tells who is gone.
    let presence = inputs.asks_for_presence(strategy);
    inputs.named(&mut |orcid| {
        let is_new = !holds(&has, &orcid) && !holds(&gone, &orcid);
        let missing = presence && !holds(&there, &orcid) && !holds(&gone, &orcid);
        let returned = presence && !holds(&has, &orcid) && holds(&there, &orcid);
        if strategy == Strategy::Each || is_new || missing || returned || holds(&changed, &orcid) {
            wanted.push(orcid);
        }
    })?;
    if inputs.scope.query().is_some() {
        let mut members = OrcidSet::default();
        queue.each_member(&run.scope, &mut |orcid| note(&mut members, orcid))?;
        // Who joins a scope may have changed while it did not belong to it.
        let knows_members = refreshed_until(&inputs.dataset.manifest, &run.scope).is_some();
        queue.each_found(run.id, "there", &mut |orcid| {
            let joins = knows_members && !holds(&members, &orcid);
            if joins || !holds(&has, &orcid) || holds(&changed, &orcid) {
                wanted.push(orcid);
            }
        })?;
        queue.each_found(run.id, "changed", &mut |orcid| wanted.push(orcid))?;
        // Who belonged to the scope and does no more has changed, or is gone.
        let mut left = |orcid: Orcid| {
            if holds(&has, &orcid) && !holds(&there, &orcid) {
                wanted.push(orcid);
            }
        };
        queue.each_member(&run.scope, &mut left)?;
        if let Scope::Organization(organization) = inputs.scope {
            known::listing(inputs.dataset, organization, &mut left)?;
        }
    }
    queue.each_unread(&run.scope, &mut |orcid| wanted.push(orcid))?;
    // Whom the dataset has as gone is known too, and may return.
    wanted.retain(|orcid| !inputs.known_only || holds(&has, orcid) || holds(&gone, orcid));
    enlist(queue, run, inputs.dataset, wanted)?;
    queue.forget_known(run, inputs.restart && known::has_activities(&inputs.dataset.manifest))?;
    Ok(in_future)
}

/// Adds who has changed by a file; gives the number of changes in the future.
fn add_changes(
    file: &Path,
    run: &mut Run,
    now: Timestamp,
    changed: &mut OrcidSet,
) -> Result<u64, RefreshError> {
    let (mut newest, mut in_future) = (run.since - INSTANT, 0);
    changes::read(file, &mut |orcid, modified| {
        if is_future(modified, now) {
            in_future += 1;
        } else {
            newest = newest.max(modified);
        }
        if modified >= run.since {
            changed.insert(orcid);
        }
    })?;
    run.until = run.until.min(newest);
    Ok(in_future)
}

fn note(set: &mut OrcidSet, orcid: Orcid) {
    set.insert(orcid);
}

/// Adds the records that took the place of deprecated ones; false if there are
/// none that the run has not read.
///
/// # Errors
/// [`RefreshError`] where dataset or queue fail.
pub fn add_primaries(queue: &mut Queue, run: &Run, inputs: &Inputs<'_>) -> Result<bool, RefreshError> {
    let mut primaries = Vec::new();
    queue.each_found(run.id, "primary", &mut |orcid| primaries.push(orcid))?;
    if primaries.is_empty() {
        return Ok(false);
    }
    if inputs.known_only {
        let mut has = OrcidSet::default();
        known::records(inputs.dataset, &mut |orcid, _| note(&mut has, orcid))?;
        known::tombstones(inputs.dataset, &mut |tombstone| note(&mut has, tombstone.orcid))?;
        primaries.retain(|orcid| has.contains(orcid));
    }
    let lacks = |orcid| Ok(queue.lacks_record(run.id, orcid)?.then_some(orcid));
    let lacking: Result<Vec<_>, RefreshError> = primaries.into_iter().map(lacks).collect();
    let lacking: Vec<Orcid> = lacking?.into_iter().flatten().collect();
    if lacking.is_empty() {
        return Ok(false);
    }
    enlist(queue, run, inputs.dataset, lacking)?;
    Ok(true)
}

/// Adds requests for records, with what the dataset has of them.
///
/// # Errors
/// [`RefreshError`] where dataset or queue fail.
pub fn enlist(
    queue: &mut Queue,
    run: &Run,
    dataset: &Dataset,
    orcids: Vec<Orcid>,
) -> Result<(), RefreshError> {
    let mut listed = OrcidSet::default();
    queue.change(|change| {
        orcids.iter().try_for_each(|orcid| {
            listed.insert(*orcid);
            insert(change, run.id, &Wanted::Record(*orcid))
        })
    })?;
    let mut known = Vec::new();
    known::records(dataset, &mut |orcid, modified| {
        if listed.contains(&orcid) {
            known.push((orcid, modified));
        }
    })?;
    queue.change(|change| {
        let sql =
            "UPDATE task SET known = ?3 WHERE run = ?1 AND kind = 'record' AND orcid = ?2 AND what = ''";
        let mut update = change.prepare(sql)?;
        known.iter().try_for_each(|(orcid, modified)| {
            update.execute(params![run.id, orcid.as_str(), modified]).map(|_| ())
        })
    })?;
    if !known::has_activities(&dataset.manifest) {
        return Ok(());
    }
    let mut result = Ok(());
    queue.change(|change| {
        let sql =
            "INSERT OR IGNORE INTO held (run, orcid, kind, put_code, modified) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut insert = change.prepare(sql)?;
        let mut fault = Ok(());
        let wanted = |orcid: Orcid| listed.contains(&orcid);
        result = known::held(dataset, &wanted, &mut |(orcid, section, put_code, modified)| {
            let values = params![run.id, orcid.as_str(), section.kind(), put_code, modified];
            if let Err(error) = insert.execute(values) {
                fault = Err(error);
            }
        });
        fault
    })?;
    result
}
