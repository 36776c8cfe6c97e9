//! Checks that a table's file has not changed since it was written, before its rows are used,
//! copied or left out.
//!
//! Every reader compares a file's size, footer and columns with the manifest and its table, and
//! compares the pages that it reads, and their headers, with their checksums; a small file is
//! compared as a whole. A command that writes a new file from it compares the whole file with the
//! manifest's digest, however large the file is. Otherwise damage would be copied into a file that
//! counts as sound.

use std::path::Path;

use arrow::datatypes::Schema;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::Length;

use super::digest::digest;
use super::earlier_types::was_number;
use super::error::{DatasetError, damaged};
use super::file::FILTERS_KEY;
use super::headers::footer_digest;
use super::layout::any_table_of;
use super::manifest::Part;
use super::store::StoredFile;

/// Files up to this size are digested whenever they are opened, which takes a millisecond.
/// Of larger files, the footer is digested, and the headers of the pages that are read.
const SMALL_BYTES: u64 = 8 << 20;

/// Checks a whole file against its entry in the manifest.
///
/// # Errors
/// [`DatasetError::Damaged`] if it differs, and other errors if it cannot be read.
pub(super) fn check_bytes(path: &Path, part: &Part) -> Result<(), DatasetError> {
    check_all(&StoredFile::on_disk(path)?, part)
}

fn check_all(file: &StoredFile, part: &Part) -> Result<(), DatasetError> {
    let path = file.path();
    let (size_bytes, found) = digest(&mut file.reader(0)).map_err(DatasetError::io("read", path))?;
    check_size(path, part, size_bytes)?;
    if found != part.xxh3 {
        return damaged(path, format!("its digest is {found}, the manifest says {}", part.xxh3));
    }
    Ok(())
}

/// The part of a file that has been compared with the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    All,
    /// Its footer; each column's page headers are compared before the column is read.
    Footer,
}

/// Does the fast checks of a file: its size and its footer, and all of it if it is small.
///
/// # Errors
/// Those of [`check_bytes`].
pub(super) fn check_quickly(file: &StoredFile, part: &Part) -> Result<Compared, DatasetError> {
    let (path, size_bytes) = (file.path(), file.len());
    check_size(path, part, size_bytes)?;
    if size_bytes <= SMALL_BYTES {
        check_all(file, part)?;
        return Ok(Compared::All);
    }
    let Some(known) = &part.footer_xxh3 else { return Ok(Compared::Footer) };
    let found = footer_digest(file.ranges()).map_err(DatasetError::io("read", path))?;
    if found != *known {
        return damaged(path, format!("its footer's digest is {found}, the manifest says {known}"));
    }
    Ok(Compared::Footer)
}

/// True if the pages and Bloom filters of a file have checksums: those that versions
/// before 0.2 wrote have none.
pub(super) fn has_checksums(metadata: &ParquetMetaData) -> bool {
    let entries = metadata.file_metadata().key_value_metadata();
    entries.is_some_and(|entries| entries.iter().any(|entry| entry.key == FILTERS_KEY))
}

/// Checks a file's columns and row counts against its table and the manifest.
///
/// # Errors
/// [`DatasetError::Damaged`] if it differs.
pub(super) fn check_layout(
    path: &Path,
    key: &str,
    part: &Part,
    schema: &Schema,
    metadata: &ParquetMetaData,
) -> Result<(), DatasetError> {
    let rows = metadata.file_metadata().num_rows();
    if u64::try_from(rows) != Ok(part.rows) {
        return damaged(path, format!("it has {rows} rows, the manifest says {}", part.rows));
    }
    let in_groups: i64 = metadata.row_groups().iter().map(|group| group.num_rows()).sum();
    if in_groups != rows {
        return damaged(path, format!("its row groups have {in_groups} rows, its footer says {rows}"));
    }
    let Some(table) = any_table_of(key) else { return Ok(()) };
    let own = table.schema();
    for field in schema.fields() {
        match own.field_with_name(field.name()) {
            Ok(known) if known.data_type() == field.data_type() => {}
            Ok(known) if was_number(field, known) => {}
            Ok(known) => {
                let (found, known) = (field.data_type(), known.data_type());
                return damaged(
                    path,
                    format!("its column {} is {found} where {key} has {known}", field.name()),
                );
            }
            Err(_) => return damaged(path, format!("it has a column {}, and {key} has none", field.name())),
        }
    }
    // A column that is always filled must be in every file; other columns may have been added
    // later.
    let missing = own.fields().iter().find(|own| !own.is_nullable() && !has(schema, own.name()));
    match missing {
        Some(field) => damaged(path, format!("it lacks the column {} of {key}", field.name())),
        None => Ok(()),
    }
}

/// True if a file has all of its table's columns in their order, which is required to copy its row
/// groups.
pub(super) fn has_columns(own: &Schema, found: &Schema) -> bool {
    let names = own.fields().iter().map(|field| field.name());
    names.eq(found.fields().iter().map(|field| field.name()))
}

fn check_size(path: &Path, part: &Part, size_bytes: u64) -> Result<(), DatasetError> {
    if size_bytes == part.size_bytes {
        return Ok(());
    }
    damaged(path, format!("it has {size_bytes} bytes, the manifest says {}", part.size_bytes))
}

fn has(schema: &Schema, column: &str) -> bool {
    schema.field_with_name(column).is_ok()
}
