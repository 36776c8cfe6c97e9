//! The rows of some people, of the files of one table, in new files.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::ThreadPool;

use super::counts::Counts;
use super::error::ExtractError;
use crate::dataset::{Dataset, DatasetError, Part, Selected, TableWriter, table_of};

/// Writes the rows that stay below `scratch`; counts what was read.
#[expect(clippy::too_many_arguments, reason = "it is called once, from the loop over tables")]
pub fn write(
    from: &Dataset,
    key: &str,
    parts: &[Part],
    kept: &Selected<'_>,
    scratch: &Path,
    pool: &ThreadPool,
    stop: &AtomicBool,
    counts: &mut Counts,
) -> Result<Vec<Part>, ExtractError> {
    let (_, table) = table_of(key).ok_or_else(|| DatasetError::NoTable { key: key.to_owned() })?;
    let mut writer = TableWriter::with_notes(scratch, key.to_owned(), table, &[]);
    for part in parts {
        for batch in from.part_rows(key, part)? {
            if stop.load(Ordering::Relaxed) {
                return Err(ExtractError::Stopped);
            }
            let batch = kept.rows_of(&batch?);
            if batch.num_rows() > 0 {
                counts.look_at(key, &batch);
                writer.write(&batch, pool)?;
                writer.end_full_group(pool)?;
            }
        }
    }
    Ok(writer.finish(pool)?.parts)
}
