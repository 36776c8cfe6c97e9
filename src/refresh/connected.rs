//! People who have given a permission to read what is limited, and what a dataset keeps of them.
//!
//! Who they are, their tokens and the marks of webhooks come from above, by [`ConnectedPeople`];
//! whose data the dataset has is written in its manifest, in the commit that writes the data. So
//! the next commit removes the rows of everybody who is no longer connected, whatever has happened
//! to the queue.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::error::{RefreshError, StateFault};
use super::queue::Run;
use super::strategy::Strategy;
use crate::dataset::{CONNECTED, CONNECTED_PEOPLE, Dataset, Logs, Manifest, Staging, Visibility, table_key};
use crate::tables::{self, DumpKind};
use orcid_api::Secret;
use orcid_xml::{Orcid, Timestamp};

/// A field of the scope's entry in the manifest: when each of its people was read last.
const SWEPT: &str = "swept";

/// Who is connected, and with which tokens. Threads share it.
pub trait ConnectedPeople: std::fmt::Debug + Send + Sync {
    /// The people who permit to read what is limited, now.
    ///
    /// # Errors
    /// [`StateFault`] if the state cannot be read.
    fn orcids(&self) -> Result<Vec<Orcid>, StateFault>;

    /// The token for this person's record; `None` if the person no longer permits it.
    ///
    /// # Errors
    /// Those of [`ConnectedPeople::orcids`].
    fn token(&self, orcid: Orcid) -> Result<Option<Secret>, StateFault>;

    /// Notes that ORCID has refused the token of this person.
    ///
    /// # Errors
    /// [`StateFault`] if the state cannot be written.
    fn lost(&self, orcid: Orcid) -> Result<(), StateFault>;

    /// The people whose records have changed, as ORCID has told.
    ///
    /// # Errors
    /// Those of [`ConnectedPeople::orcids`].
    fn marked(&self) -> Result<Vec<Orcid>, StateFault>;

    /// Clears the marks of people whose records were read, unless ORCID has told of a change after
    /// `read_from`.
    ///
    /// # Errors
    /// Those of [`ConnectedPeople::lost`].
    fn clear_marks(&self, orcids: &[Orcid], read_from: Timestamp) -> Result<(), StateFault>;
}

/// How connected people are read.
#[derive(Debug, Clone)]
pub struct Connected {
    pub people: Arc<dyn ConnectedPeople>,
    /// Mark the dataset as holding limited data, if it is not marked yet.
    pub marks_dataset: bool,
    /// A dataset that does not exist is made with the tables of activities too, so that each item is
    /// read in full.
    pub reads_activities: bool,
    /// Read only people whom ORCID has marked as changed, except in a sweep.
    pub by_marks: bool,
    /// Read everybody if this time has passed since the last sweep, because calls can be missed.
    pub sweep_after: Timestamp,
}

impl Connected {
    /// Checks that the dataset may hold limited data.
    ///
    /// # Errors
    /// [`RefreshError::PublicDataset`] if it may not.
    pub fn check(&self, dataset: &Dataset) -> Result<(), RefreshError> {
        let may = self.marks_dataset || dataset.manifest.visibility == Visibility::Limited;
        if may { Ok(()) } else { Err(RefreshError::PublicDataset { path: dataset.root.clone() }) }
    }

    /// True if only marked people are read now.
    pub fn reads_marked(&self, manifest: &Manifest, now: Timestamp) -> bool {
        let swept = entry(manifest).and_then(|entry| entry[SWEPT].as_i64());
        self.by_marks && swept.is_some_and(|swept| now - swept < self.sweep_after)
    }

    /// The people who permit it now.
    ///
    /// # Errors
    /// [`RefreshError::State`] if the state cannot be read.
    pub fn orcids(&self) -> Result<BTreeSet<Orcid>, RefreshError> {
        Ok(self.people.orcids().map_err(RefreshError::State)?.into_iter().collect())
    }

    /// The people whom ORCID has marked.
    ///
    /// # Errors
    /// [`RefreshError::State`] if the state cannot be read.
    pub fn marked(&self) -> Result<Vec<Orcid>, RefreshError> {
        self.people.marked().map_err(RefreshError::State)
    }

    /// Clears the marks of those who were read.
    ///
    /// # Errors
    /// [`RefreshError::State`] if the state cannot be written.
    pub fn clear_marks(&self, orcids: &[Orcid], read_from: Timestamp) -> Result<(), RefreshError> {
        self.people.clear_marks(orcids, read_from).map_err(RefreshError::State)
    }
}

/// Makes a dataset for limited data alone, without rows, with the tables of these kinds of dumps.
///
/// # Errors
/// [`RefreshError::Dataset`] if the disk fails.
pub fn make_empty(root: &Path, dumps: &[DumpKind]) -> Result<(), RefreshError> {
    let names =
        dumps.iter().flat_map(|dump| tables::of(*dump).iter().map(|table| table_key(*dump, table.name())));
    let manifest = Manifest { visibility: Visibility::Limited, ..Manifest::new(names.collect()) };
    let staging = Staging::begin(root)?;
    staging.commit(&manifest, &[], Logs::Begin)?;
    // The dataset is there; the next change removes what cannot be removed now.
    let _ = staging.end();
    Ok(())
}

fn entry(manifest: &Manifest) -> Option<&Value> {
    manifest.scopes.get(CONNECTED)
}

/// Notes in the scopes of a commit whose rows the dataset has after it.
pub fn note_people(
    scopes: &mut Map<String, Value>,
    manifest: &Manifest,
    people: &BTreeSet<Orcid>,
    run: &Run,
    is_last: bool,
) {
    let before = entry(manifest).cloned();
    let mut noted = scopes.remove(CONNECTED).unwrap_or_else(|| before.clone().unwrap_or_else(|| json!({})));
    noted[CONNECTED_PEOPLE] = people.iter().map(Orcid::as_str).collect();
    let is_sweep = is_last && run.strategy == Strategy::Each.name();
    let swept = if is_sweep { Some(run.begun) } else { before.and_then(|before| before[SWEPT].as_i64()) };
    if let Some(swept) = swept {
        noted[SWEPT] = json!(swept);
    }
    scopes.insert(CONNECTED.to_owned(), noted);
}
