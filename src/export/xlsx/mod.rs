//! Workbooks of Excel: a sheet for each table, typed, with nothing that Excel takes for a formula.
//!
//! What Excel cannot hold is not lost. Rows beyond those of a sheet go to further sheets, the rest of
//! long texts to a sheet of their own, and what Excel would round is written as text.

mod book;
mod limits;
mod sheet;
mod table;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use arrow::array::RecordBatch;
use rust_xlsxwriter::XlsxError;

use super::error::ExportError;
use super::files::{Files, part_of};
use super::tables::{Changed, Exported, Source, file_name};
use crate::dataset::{DatasetError, schema_of};
use crate::tables;
use book::{Book, BookError};
use table::Table;

/// The ending of a workbook.
const XLSX: &str = "xlsx";

/// Writes tables into one workbook, if `to` ends so, else each into a workbook of its own.
pub fn write(source: &Source<'_>, tables: &[String], to: &Path) -> Result<Exported, ExportError> {
    match to.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(XLSX)) {
        true => one(source, tables, to),
        false => each(source, tables, to),
    }
}

/// Writes rows into a workbook with one sheet; `to` is the name of the file, beside which they wait
/// until then.
///
/// # Errors
/// [`ExportError`] if there are too many rows, or the disk fails.
pub fn write_sheet(
    name: &str,
    rows: &RecordBatch,
    to: &Path,
    out: &mut (dyn Write + Send),
) -> Result<Changed, ExportError> {
    let fault = fault(to);
    guarded(to, || {
        let mut book = Book::begin(folder_of(to)).map_err(fault)?;
        let mut table = Table::begin(&mut book, name, "", &rows.schema()).map_err(fault)?;
        table.add(rows).map_err(fault)?;
        table.end();
        book.save(out).map_err(fault)
    })
}

/// The library panics if it cannot write a temporary file.
fn guarded<T>(to: &Path, work: impl FnOnce() -> Result<T, ExportError>) -> Result<T, ExportError> {
    let reason = "its temporary files cannot be written; the disk may be full";
    let broken = |_| Err(ExportError::Workbook { path: to.to_owned(), reason: reason.to_owned() });
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(broken)
}

/// The folder of a file, where the rows of a workbook wait until it is saved.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn one(source: &Source<'_>, tables: &[String], to: &Path) -> Result<Exported, ExportError> {
    if to.exists() {
        return Err(ExportError::Exists { path: to.to_owned() });
    }
    let part = part_of(to);
    let file = File::create(&part).map_err(ExportError::io(&part))?;
    let written = guarded(to, || fill(source, tables, to, &mut BufWriter::new(file)));
    if written.is_err() {
        // The fault counts; what cannot be removed is replaced by the next export.
        let _ = fs::remove_file(&part);
    }
    let exported = written?;
    fs::rename(&part, to).map_err(ExportError::io(to))?;
    Ok(exported)
}

fn each(source: &Source<'_>, tables: &[String], to: &Path) -> Result<Exported, ExportError> {
    let mut exported = Exported::default();
    let mut files = Files::begin(to)?;
    for key in tables {
        let file = files.next(&format!("{}.{XLSX}", file_name(key)))?;
        exported.add(guarded(to, || fill(source, std::slice::from_ref(key), to, file))?);
    }
    files.end()?;
    Ok(exported)
}

/// Writes a workbook with some tables.
fn fill(
    source: &Source<'_>,
    keys: &[String],
    to: &Path,
    out: &mut (dyn Write + Send),
) -> Result<Exported, ExportError> {
    let fault = fault(to);
    let mut exported = Exported::default();
    let mut book = Book::begin(folder_of(to)).map_err(fault)?;
    for key in keys {
        let schema = schema_of(key).ok_or_else(|| DatasetError::NoTable { key: key.clone() })?;
        let is_key = |folder: &str, name: &str| key.split_once('/') == Some((folder, name));
        let about = tables::all().find(|(folder, table)| is_key(folder, table.name()));
        let about = about.map_or("", |(_, table)| table.doc());
        let mut table = Table::begin(&mut book, &file_name(key), about, &schema).map_err(fault)?;
        source.each_batch(key, |batch| table.add(batch).map_err(fault))?;
        exported.rows.insert(key.clone(), table.end());
    }
    exported.changed = book.save(out).map_err(fault)?;
    out.flush().map_err(ExportError::io(to))?;
    Ok(exported)
}

fn fault(to: &Path) -> impl Fn(BookError) -> ExportError + Copy {
    move |error| match error {
        BookError::Xlsx(XlsxError::IoError(source)) => ExportError::io(to)(source),
        error => ExportError::Workbook { path: to.to_owned(), reason: error.to_string() },
    }
}
