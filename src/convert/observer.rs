//! Who follows the progress of a conversion.

use std::path::Path;

use super::ConvertError;
use crate::dataset::ArchiveEntry;
use crate::report::Report;
use targz_seek::Meter;

/// Follows the progress of a conversion: a progress line, a callback, nobody. Called from several
/// threads.
pub trait Observer: Sync {
    /// An archive is being read; the meter has the progress.
    fn begun(&self, archive: &Path, size_bytes: Option<u64>, meter: &Meter);
    /// Members have been counted.
    fn progressed(&self, archive: &Path, report: &Report);
    /// An archive has been converted, skipped, or has failed.
    fn ended(&self, archive: &Path, outcome: &Outcome);
}

/// The outcome of one archive.
#[derive(Debug)]
pub enum Outcome {
    /// It is in the dataset.
    Done(Box<ArchiveEntry>),
    /// It is finished, and waits beside the dataset until the other archives that replace the
    /// dataset are finished too.
    Kept(Box<ArchiveEntry>),
    /// It was in the dataset already.
    Skipped,
    /// It is not in the dataset.
    Failed(ConvertError),
}

/// Ignores all progress.
#[derive(Debug, Clone, Copy)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn begun(&self, _archive: &Path, _size_bytes: Option<u64>, _meter: &Meter) {}
    fn progressed(&self, _archive: &Path, _report: &Report) {}
    fn ended(&self, _archive: &Path, _outcome: &Outcome) {}
}
