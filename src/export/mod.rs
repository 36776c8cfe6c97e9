//! Writes a dataset's tables in forms that other programs open: SQLite, CSV, JSON lines, Excel.
//!
//! Values keep their types and are not rounded; points in time are texts in ISO 8601, with all
//! digits that they have, but in Excel. A file appears under its name when it is whole.

mod cells;
mod csv;
mod error;
mod files;
mod json_lines;
mod sqlite;
mod tables;
mod xlsx;

pub use self::csv::CsvOptions;
pub use error::ExportError;
pub use tables::{Changed, Exported};
pub use xlsx::write_sheet;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::dataset::Dataset;
use crate::slice::Slice;
use tables::{Source, columns, file_name};

/// A form to write in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One database.
    Sqlite,
    /// A file for each table, in a folder or a zip.
    Csv(CsvOptions),
    /// The same, with a JSON object in each line.
    JsonLines,
    /// One workbook if the name ends in `.xlsx`, with a sheet for each table; else a workbook for each
    /// table, in a folder or a zip.
    Xlsx,
}

/// Writes tables of a dataset, named by their keys such as `summaries/works`, to `to`: a database, a
/// workbook, a new or empty folder, or a file that ends in `.zip`. With `slice`, only the rows of the people
/// whom it selects, and tables that tell of nobody.
///
/// # Errors
/// [`ExportError`] if a table cannot be read, something is at `to` already, or the disk fails.
pub fn export(
    dataset: &Dataset,
    slice: Option<&Slice>,
    tables: &[String],
    to: &Path,
    format: Format,
    stop: &AtomicBool,
) -> Result<Exported, ExportError> {
    let source = Source::new(dataset, slice, stop)?;
    match format {
        Format::Sqlite => sqlite::write(&source, tables, to),
        Format::Xlsx => xlsx::write(&source, tables, to),
        Format::Csv(options) => {
            let mut exported = Exported::default();
            let mut files = files::Files::begin(to)?;
            for key in tables {
                let writer = files.next(&format!("{}.csv", file_name(key)))?;
                let mut table = csv::Table::begin(writer, options, &columns(key)?);
                source.each_batch(key, |batch| table.add(batch))?;
                let (rows, defused) = table.end()?;
                exported.rows.insert(key.clone(), rows);
                exported.defused += defused;
            }
            files.end()?;
            Ok(exported)
        }
        Format::JsonLines => {
            let mut exported = Exported::default();
            let mut files = files::Files::begin(to)?;
            for key in tables {
                let writer = files.next(&format!("{}.jsonl", file_name(key)))?;
                let mut rows = 0;
                let mut lines = json_lines::Lines::begin(writer);
                source.each_batch(key, |batch| {
                    rows += batch.num_rows() as u64;
                    lines.add(batch)
                })?;
                lines.end()?;
                exported.rows.insert(key.clone(), rows);
            }
            files.end()?;
            Ok(exported)
        }
    }
}
