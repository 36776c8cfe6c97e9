//! A dataset made anew of several archives: each waits, finished, beside the old dataset
//! until all are, and then they take its place together.
//!
//! What waits outlives a run that fails, so that the same command need not read it again.

use super::ConvertError;
use super::plan::{Plan, Step};
use super::task::PartResult;
use crate::dataset::{Finished, Staging};

/// The archives that wait.
pub struct Replacing(Finished);

impl Replacing {
    /// Takes up what an earlier run of the same plan has finished; removes all else.
    pub fn begin(staging: &Staging, plan: &Plan) -> Result<Self, ConvertError> {
        let wanted = |archive: &_| plan.steps.iter().any(|step| step.task.looks_like(archive));
        Ok(Self(Finished::open(staging, &plan.manifest.tables, wanted)?))
    }

    /// What an earlier run has made of an archive, if the archive is still the same.
    pub fn found(&self, step: &Step) -> Result<Option<PartResult>, ConvertError> {
        let found = self.0.find(|archive| step.task.looks_like(archive));
        let Some((folder, entry)) = found else { return Ok(None) };
        let holds = step.task.is_still(&entry)?;
        Ok(holds.then(|| step.task.result(folder, entry)))
    }

    /// Lets an archive wait for the others.
    pub fn keep(&self, part: PartResult) -> Result<PartResult, ConvertError> {
        if self.0.holds(&part.folder) {
            return Ok(part);
        }
        let folder = self.0.keep(&part.folder, part.entry.clone())?;
        Ok(PartResult { folder, ..part })
    }
}
