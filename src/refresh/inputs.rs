//! The inputs of a plan: the dataset, the scope and the settings for them.

use std::collections::HashMap;
use std::path::Path;

use super::bucket::Bucket;
use super::changes;
use super::connected::Connected;
use super::dataset_rows;
use super::error::RefreshError;
use super::scope::{Newcomers, Scope};
use super::settings::Settings;
use super::strategy::Strategy;
use crate::dataset::{Dataset, OrcidSet};
use crate::slice::Slice;
use orcid_xml::{Orcid, Timestamp};

/// The list of last changes, in the place of searches.
#[derive(Debug, Clone, Copy)]
pub enum Changes<'i> {
    File(&'i Path),
    /// The bucket's own list.
    Bucket(&'i Bucket),
}

impl Changes<'_> {
    /// Calls `visit` with each iD of the list and its last change.
    ///
    /// # Errors
    /// [`RefreshError`] if the list cannot be read.
    pub fn read(self, visit: &mut dyn FnMut(Orcid, Timestamp)) -> Result<(), RefreshError> {
        match self {
            Self::File(path) => changes::read(path, visit),
            Self::Bucket(bucket) => {
                let (file, path) = bucket.list()?;
                changes::read_open(file, path, visit)
            }
        }
    }
}

/// The inputs of a plan.
#[derive(Debug)]
pub struct Inputs<'i> {
    pub dataset: &'i Dataset,
    pub scope: &'i Scope,
    /// Only records that the dataset has.
    pub known_only: bool,
    /// Do not search for people who have left the registry.
    pub changes_only: bool,
    pub changes: Option<Changes<'i>>,
    pub strategy: Option<Strategy>,
    /// Records count as changed even if they have the date of their row, so that items are fetched
    /// that the dataset lacks.
    pub restart: bool,
    /// The people whom the dataset has, if they were selected.
    pub slice: Option<&'i Slice>,
    pub connected: Option<&'i Connected>,
    /// Of connected people, only those whom ORCID has marked.
    pub reads_marked: bool,
}

impl<'i> Inputs<'i> {
    /// The inputs for `dataset`, from the settings, and from a bucket if records are read from one.
    pub fn new(
        settings: &'i Settings,
        dataset: &'i Dataset,
        bucket: Option<&'i Bucket>,
        now: Timestamp,
    ) -> Self {
        let file = settings.changes.as_deref().map(Changes::File);
        let connected = settings.connected.as_ref();
        Self {
            slice: settings.slice.as_deref(),
            connected,
            reads_marked: connected.is_some_and(|connected| connected.reads_marked(&dataset.manifest, now)),
            dataset,
            scope: &settings.scope,
            // Without the list, nobody else is known to be on it.
            known_only: settings.known_only
                || settings.slice.as_ref().is_some_and(|slice| slice.lacks_list()),
            changes_only: settings.changes_only,
            changes: bucket.map(Changes::Bucket).or(file),
            strategy: settings.strategy,
            restart: settings.restart,
        }
    }
}

impl Inputs<'_> {
    /// The strategy of a new run.
    ///
    /// # Errors
    /// [`RefreshError::Dataset`] if the dataset cannot be read.
    pub fn choose(&self, elapsed: Timestamp) -> Result<Strategy, RefreshError> {
        let mut count = 0;
        if let Some(Changes::Bucket(bucket)) = self.changes {
            return self.choose_in_bucket(bucket);
        }
        match (self.changes, self.scope, self.strategy) {
            (_, Scope::Connected(_), _) if self.reads_marked => return Ok(Strategy::Marks),
            (_, Scope::Connected(_), _) => return Ok(Strategy::Each),
            (Some(_), ..) => return Ok(Strategy::File),
            (_, Scope::Query(_) | Scope::Organization(_), _) => return Ok(Strategy::Query),
            (_, Scope::Selection(Newcomers::Changed), _) => return Ok(Strategy::Windows),
            (_, _, Some(strategy)) => return Ok(strategy),
            (_, Scope::Ids(orcids), _) => count = orcids.len() as u64,
            (_, Scope::All | Scope::Selection(_), _) => {
                dataset_rows::records(self.dataset, &mut |_, _| count += 1)?
            }
        }
        Ok(Strategy::cheapest(count, elapsed, self.changes_only))
    }

    /// A bucket cannot be searched: its list tells who changed, or every record is read.
    fn choose_in_bucket(&self, bucket: &Bucket) -> Result<Strategy, RefreshError> {
        match (self.scope, self.strategy) {
            (Scope::Ids(_) | Scope::All | Scope::Selection(Newcomers::Changed), None) => Ok(Strategy::File),
            (Scope::Ids(_) | Scope::All, Some(Strategy::Each)) => Ok(Strategy::Each),
            _ => Err(RefreshError::NotSearchable { place: bucket.place().to_owned() }),
        }
    }

    /// The iDs that the scope names, in their order.
    pub fn named(&self, visit: &mut dyn FnMut(Orcid)) -> Result<(), RefreshError> {
        match self.scope {
            Scope::Ids(orcids) => {
                orcids.iter().for_each(|orcid| visit(*orcid));
                self.primaries(orcids)?.into_iter().for_each(visit);
            }
            Scope::All | Scope::Selection(_) => {
                dataset_rows::records(self.dataset, &mut |orcid, _| visit(orcid))?;
                // A locked record may return; a deprecated one does not.
                dataset_rows::tombstones(self.dataset, &mut |tombstone| {
                    if tombstone.primary.is_none() {
                        visit(tombstone.orcid);
                    }
                })?;
                // Those who have left a selection may join it again.
                let left = self.dataset.manifest.left.keys();
                left.filter_map(|orcid| Orcid::new(orcid)).for_each(visit);
            }
            Scope::Connected(orcids) => orcids.iter().for_each(|orcid| visit(*orcid)),
            Scope::Query(_) | Scope::Organization(_) => {}
        }
        Ok(())
    }

    /// The primary records of deprecated ones among `orcids`, as far as the dataset has them, and
    /// their primary records in turn; each once.
    fn primaries(&self, orcids: &[Orcid]) -> Result<Vec<Orcid>, RefreshError> {
        let mut successors = HashMap::new();
        dataset_rows::tombstones(self.dataset, &mut |tombstone| {
            if let Some(primary) = tombstone.primary {
                successors.insert(tombstone.orcid, primary);
            }
        })?;
        let mut named = OrcidSet::default();
        for orcid in orcids {
            named.insert(*orcid);
        }
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

    /// True if searches list the people of the scope who are in the registry.
    pub fn asks_for_presence(&self, strategy: Strategy) -> bool {
        !self.changes_only && matches!(strategy, Strategy::Batches | Strategy::Windows)
    }
}
