//! Replaces a dataset by several archives: each finished archive waits beside the old dataset until
//! all are finished, and then they replace it together.
//!
//! Waiting archives stay after a run that fails, so that the same command need not read them again.

use super::ConvertError;
use super::plan::{Plan, Step};
use super::task::Written;
use crate::dataset::Finished;
use crate::dataset::store::Change;
use crate::storage::{ArchiveFile, StorageOptions};
use targz_seek::Meter;

/// The archives that wait; `None` if the store cannot keep files after a run, so that they wait in
/// their scratch folders.
pub struct Replacing(Option<Finished>);

impl Replacing {
    /// Keeps the archives that an earlier run of the same plan has finished; removes all others.
    pub fn begin(change: &dyn Change, plan: &Plan) -> Result<Self, ConvertError> {
        let wanted = |archive: &_| plan.steps.iter().any(|step| step.task.looks_like(archive));
        let open = |folder| Finished::open(folder, &plan.manifest.tables, wanted);
        Ok(Self(change.waiting_folder().map(open).transpose()?))
    }

    /// The result of an earlier run for an archive, if the archive is still the same.
    pub fn found(&self, step: &Step, storage: &StorageOptions) -> Result<Option<Written>, ConvertError> {
        let Some(finished) = &self.0 else { return Ok(None) };
        let found = finished.find(|archive| step.task.looks_like(archive));
        let Some((folder, entry)) = found else { return Ok(None) };
        let archive = ArchiveFile::open(&step.task.archive, storage, &Meter::default())?;
        let holds = step.task.is_still(&archive, &entry)?;
        Ok(holds.then_some(Written { folder, range: None, entry }))
    }

    /// Lets an archive wait for the others.
    pub fn keep(&self, written: Written) -> Result<Written, ConvertError> {
        let Some(finished) = self.0.as_ref().filter(|finished| !finished.holds(&written.folder)) else {
            return Ok(written);
        };
        let folder = finished.keep(&written.folder, written.entry.clone())?;
        Ok(Written { folder, ..written })
    }
}
