//! A dataset made anew of several archives: each waits, finished, beside the old dataset
//! until all are, and then they take its place together.
//!
//! What waits outlives a run that fails, so that the same command need not read it again.

use super::ConvertError;
use super::pipeline::Converted;
use super::plan::{Plan, Step};
use crate::dataset::{Finished, Staging, Targets, WrittenTable};
use targz_seek::Totals;

/// The archives that wait.
pub struct Replacing(Finished);

impl Replacing {
    /// Takes up what an earlier run of the same plan has finished; removes all else.
    pub fn begin(staging: &Staging, plan: &Plan) -> Result<Self, ConvertError> {
        let wanted = |archive: &_| plan.steps.iter().any(|step| step.looks_like(archive));
        Ok(Self(Finished::open(staging, &plan.manifest.tables, wanted)?))
    }

    /// What an earlier run has made of an archive, if the archive is still the same.
    pub fn found(&self, step: &Step, salvage: bool) -> Result<Option<Converted>, ConvertError> {
        let Some((scratch, entry)) = self.0.find(|archive| step.looks_like(archive)) else { return Ok(None) };
        if !step.is_still(&entry, salvage)? {
            return Ok(None);
        }
        let tables = entry.written();
        Ok(Some(Converted {
            totals: Totals { size_bytes: entry.size_bytes, md5: entry.md5, notes: Vec::new() },
            complete: entry.complete,
            release: entry.release,
            watermark: entry.watermark,
            report: entry.report,
            accepted: Targets::default(),
            rejected: Vec::new(),
            scratch,
            tables,
        }))
    }

    /// Lets an archive wait for the others.
    pub fn keep(&self, step: &Step, converted: Converted) -> Result<Converted, ConvertError> {
        if self.0.holds(&converted.scratch) {
            return Ok(converted);
        }
        let entry = step.entry(&converted, WrittenTable::by_key(&converted.tables));
        let scratch = self.0.keep(&converted.scratch, entry)?;
        Ok(Converted { scratch, ..converted })
    }
}
