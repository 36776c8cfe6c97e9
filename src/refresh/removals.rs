//! Counts the people whom a run would remove, and compares them with the limit.
//!
//! A server without records, because it was restored empty or is the wrong one, answers for
//! everybody that there is no such record. So a run that would remove an unusual share of its scope
//! changes nothing, keeps its answers, and asks the user.

use std::collections::BTreeMap;

use serde::Serialize;

use super::dataset_rows;
use super::error::RefreshError;
use super::fetch::NOT_SELECTED;
use super::inputs::Inputs;
use super::max_removals::MaxRemovals;
use super::queue::{FoundAs, Queue, Run};
use crate::dataset::{Dataset, OrcidSet};
use orcid_xml::Orcid;

/// The codes of people who have gone.
pub const GONE: [&str; 4] = ["deprecated", "locked", "deactivated", "not-found"];
/// True for an answer that removes the person's rows.
pub fn removes(code: &str) -> bool {
    GONE.contains(&code) || code == NOT_SELECTED
}

/// The code of a removal that was left out of a commit on request.
pub const HELD_BACK: &str = "held-back";
/// The removals of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Removals {
    /// People whose rows would be removed, including those of the run's earlier commits.
    pub people: u64,
    /// People of the scope who were in the dataset.
    pub scope: u64,
    /// How many people may be removed.
    pub allowed: u64,
    /// The number of people by the code of the answer, without earlier commits.
    pub codes: BTreeMap<String, u64>,
    /// The people whom the next commit would remove.
    #[serde(skip)]
    pub orcids: Vec<Orcid>,
}

impl Removals {
    /// The removals of the run's next commit, in addition to those of its earlier commits.
    ///
    /// # Errors
    /// [`RefreshError`] if dataset or queue fail.
    pub fn of(
        queue: &Queue,
        run: &Run,
        inputs: &Inputs<'_>,
        dataset: &Dataset,
        most: MaxRemovals,
    ) -> Result<Self, RefreshError> {
        let mut any_gone = false;
        queue.each_answered_record(run.id, &mut |_, code| any_gone |= removes(code))?;
        if !any_gone {
            // Usually nobody has left, and the dataset's iDs need not be read.
            return Ok(Self::default());
        }
        let mut has = OrcidSet::default();
        dataset_rows::records(dataset, &mut |orcid, _| {
            has.insert(orcid);
        })?;
        let mut removals = Self::default();
        queue.each_answered_record(run.id, &mut |orcid, code| {
            if removes(code) && has.contains(&orcid) {
                *removals.codes.entry(code.to_owned()).or_default() += 1;
                removals.orcids.push(orcid);
            }
        })?;
        // A commit that a crash has interrupted has noted people who are still in the dataset.
        let mut before = 0;
        queue.each_removed_person(run.id, &mut |orcid| before += u64::from(!has.contains(&orcid)))?;
        removals.people = before + removals.orcids.len() as u64;
        if removals.orcids.is_empty() {
            return Ok(removals);
        }
        let (mut scope, mut count) = (OrcidSet::default(), 0);
        let mut add = |orcid: Orcid| count += u64::from(has.contains(&orcid) && scope.insert(orcid));
        inputs.named(&mut add)?;
        queue.each_member(&run.scope, &mut add)?;
        queue.each_found(run.id, FoundAs::Present, &mut add)?;
        queue.each_requested(run.id, &mut add)?;
        removals.scope = count + before;
        removals.allowed = most.allowed(removals.scope);
        Ok(removals)
    }

    /// True if more people would be removed than the limit allows.
    pub fn are_too_many(&self) -> bool {
        !self.orcids.is_empty() && self.people > self.allowed
    }
}
