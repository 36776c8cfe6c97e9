//! The rows of a table, and what of them was written.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::RecordBatch;

use super::error::ExportError;
use crate::dataset::{Dataset, DatasetError, schema_of};

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Exported {
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
    /// Cells of CSV that got a quote before them, so that no spreadsheet takes them for formulas.
    pub defused: u64,
}

/// All columns of a table, in their order.
pub fn columns(key: &str) -> Result<Vec<String>, ExportError> {
    let schema = schema_of(key).ok_or_else(|| DatasetError::NoTable { key: key.to_owned() })?;
    Ok(schema.fields().iter().map(|field| field.name().clone()).collect())
}

/// Calls `each` with all rows of a table.
pub fn each_batch(
    dataset: &Dataset,
    key: &str,
    stop: &AtomicBool,
    mut each: impl FnMut(&RecordBatch) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let columns = columns(key)?;
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    for batch in dataset.rows(key, &columns) {
        if stop.load(Ordering::Relaxed) {
            return Err(ExportError::Stopped);
        }
        each(&batch?)?;
    }
    Ok(())
}

/// `summaries_works` for `summaries/works`: both kinds of archives have works.
pub fn file_name(key: &str) -> String {
    key.replace('/', "_")
}
