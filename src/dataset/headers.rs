//! Checksums of parts for which Parquet has none: the headers of pages, and the footer.
//!
//! A page's own checksum covers its values, but not its header, which has the number of values and
//! their encoding. So the footer has a checksum for the page headers of each column chunk, and the
//! manifest has the digest of the footer. Headers and footer are small, so a reader checks them
//! before it uses a value; a digest of a whole large file would take longer than the query.

use std::io;
use std::path::Path;

use crc32fast::Hasher;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet_columns::page_header::{self, MOST_HEADER_BYTES};
use xxhash_rust::xxh3::xxh3_64;

use super::error::{DatasetError, damaged};
use super::store::Ranges;

/// The footer's key for the checksums of page headers: CRC-32 in hexadecimal, a comma between
/// columns, a semicolon between row groups.
pub(super) const HEADERS_KEY: &str = "orcidlake.page_headers";
/// Bytes at the end of a file, after its footer: the footer's length, and the magic number.
const END_BYTES: u64 = 8;
/// Bytes of a footer that are digested at most, from its end. The footers of our files have at most
/// some hundred kilobytes; a damaged length may have any value.
const MOST_FOOTER_BYTES: u64 = 64 << 20;

/// The checksum of the page headers of a column chunk, which are found one by one; `None` if one is
/// not a header, or if the last page does not end at the end of the chunk.
pub(super) fn checksum(file: &dyn Ranges, column: &ColumnChunkMetaData) -> io::Result<Option<u32>> {
    let (start, length) = column.byte_range();
    let end = start.saturating_add(length);
    let (mut place, mut checksum) = (start, Hasher::new());
    while place < end {
        let mut bytes = [0; MOST_HEADER_BYTES];
        let length = file.read_up_to(&mut bytes, place)?;
        let Some(sizes) = page_header::sizes(&bytes[..length]) else { return Ok(None) };
        checksum.update(&bytes[..sizes.header]);
        place = place.saturating_add(sizes.header as u64).saturating_add(sizes.page);
    }
    Ok((place == end).then(|| checksum.finalize()))
}

/// Checks the page headers of some columns of a row group against the footer, which must have been
/// verified. Files of earlier versions have no checksums.
///
/// # Errors
/// [`DatasetError::Damaged`] if they differ, and others if they cannot be read.
pub(super) fn check_headers(
    path: &Path,
    file: &dyn Ranges,
    metadata: &ParquetMetaData,
    group: usize,
    columns: impl Iterator<Item = usize>,
) -> Result<(), DatasetError> {
    let entries = metadata.file_metadata().key_value_metadata();
    let known = entries.and_then(|entries| entries.iter().find(|entry| entry.key == HEADERS_KEY));
    let Some(known) = known.and_then(|entry| entry.value.as_deref()) else { return Ok(()) };
    let known: Vec<&str> = known.split(';').nth(group).unwrap_or_default().split(',').collect();
    for column in columns {
        let chunk = metadata.row_group(group).column(column);
        let found = checksum(file, chunk).map_err(DatasetError::io("read", path))?;
        if found.map(shown).as_deref() != known.get(column).copied() {
            let name = chunk.column_path().string();
            return damaged(path, format!("page headers of its column {name} in row group {group} differ"));
        }
    }
    Ok(())
}

/// The checksums of all columns of a row group, from the footer.
pub(super) fn written(checksums: impl Iterator<Item = u32>) -> String {
    checksums.map(shown).collect::<Vec<_>>().join(",")
}

/// The digest of a file's footer, with its length and the mark behind it.
pub(super) fn footer_digest(file: &dyn Ranges) -> io::Result<String> {
    let size_bytes = file.size_bytes()?;
    let mut end = [0; END_BYTES as usize];
    file.read_range(&mut end, size_bytes.saturating_sub(END_BYTES))?;
    let length = u32::from_le_bytes([end[0], end[1], end[2], end[3]]);
    let length = (u64::from(length) + END_BYTES).min(size_bytes).min(MOST_FOOTER_BYTES);
    let mut footer = vec![0; length as usize];
    file.read_range(&mut footer, size_bytes - length)?;
    Ok(format!("{:016x}", xxh3_64(&footer)))
}

fn shown(checksum: u32) -> String {
    format!("{checksum:08x}")
}

#[cfg(test)]
mod tests;
