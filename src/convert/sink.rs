//! Takes the rows of an archive: a writer of files, or the reader of one table.

use rayon::ThreadPool;

use super::ConvertError;
use super::budget::Permit;
use super::members::Batch;
use crate::report::Report;

/// Takes the rows of an archive, chunk by chunk, in the archive's order.
pub trait Sink: Send {
    /// Takes the rows of the chunk `sequence`; the permit is for their memory.
    ///
    /// # Errors
    /// [`ConvertError`], after which nothing more comes.
    fn write(
        &mut self,
        sequence: u64,
        batch: Batch,
        permit: Permit,
        pool: &ThreadPool,
    ) -> Result<(), ConvertError>;

    /// What has been counted so far.
    fn report(&self) -> &Report;
}
