//! Compresses the pages of open row groups, gives them checksums, and keeps them in a file
//! rather than in memory.
//!
//! A row group is written when it is full. Until then each column's pages wait here, in one file for
//! each table. Columns hand over uncompressed pages: the library would keep a compressor for each
//! column from its first page on, and these together take more memory than all buffered values. Here
//! each thread has one compressor, so memory does not grow with the row groups of all tables.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use zstd::bulk::Compressor;
use zstd::zstd_safe::{CParameter, compress_bound};

use crate::page_header::{self, MOST_HEADER_BYTES, PageKind};

/// The level of Zstandard whose table of short matches we make twice as large, and the size of the table, as a power of two.
/// It then finds half of the matches that only level 4 finds, in the time of level 3. The two tables of level 4 take 2 MiB,
/// all of the second cache of many processors.
const LARGER_TABLE_LEVEL: i32 = 3;
const LARGER_CHAIN_LOG: u32 = 17;
/// Stands for the size that Zstandard gives the table at a level.
const USUAL_CHAIN_LOG: u32 = 0;

thread_local! {
    /// A compressor, and a buffer for its output.
    static COMPRESSOR: RefCell<Option<(Compressor<'static>, Vec<u8>)>> = const { RefCell::new(None) };
}

/// The file in which the pages of a table's open row group wait. Clones share it.
#[derive(Debug, Clone)]
pub struct PageFile(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    file: File,
    end: AtomicU64,
    columns: Vec<Column>,
}

/// A column of the open row group.
#[derive(Debug)]
struct Column {
    level: ZstdLevel,
    pages: Mutex<Pages>,
}

/// The pages of a column chunk.
#[derive(Debug, Default)]
struct Pages {
    dictionary: Option<PagePlace>,
    data: Vec<PagePlace>,
}

/// The position of a page with its header in the file.
#[derive(Debug, Default, Clone, Copy)]
struct PagePlace {
    start: u64,
    bytes: usize,
    /// Its uncompressed size, with the header.
    plain_bytes: usize,
}

/// A complete column chunk that waits, its dictionary first.
pub struct WaitingChunk {
    shared: Arc<Shared>,
    places: Vec<PagePlace>,
}

/// Reads a column chunk page by page.
pub struct ChunkPages {
    shared: Arc<Shared>,
    /// What is still to be read of the current page.
    page: PagePlace,
    rest: std::vec::IntoIter<PagePlace>,
}

impl PageFile {
    /// Keeps pages in `file`, which must be open to read and to write and is overwritten from its start, for columns
    /// that are compressed at these levels. Take a file without a name, and it disappears with the program.
    pub fn new(file: File, levels: &[ZstdLevel]) -> Self {
        let columns = levels.iter().map(|&level| Column { level, pages: Mutex::default() }).collect();
        Self(Arc::new(Shared { file, end: AtomicU64::new(0), columns }))
    }

    /// Removes the pages that an earlier writer of the column has left.
    pub(crate) fn begin(&self, column: usize) {
        drop(self.0.take(column));
    }

    /// Compresses a page of a column, with so many values, and keeps it behind its header.
    ///
    /// # Errors
    /// [`ParquetError`] if the file cannot be written.
    pub(crate) fn keep(&self, column: usize, kind: PageKind, values: usize, page: &[u8]) -> Result<()> {
        self.0.keep(column, kind, values, page)
    }

    /// Forgets all pages: the row group has been written, or nobody wants it.
    pub fn clear(&self) {
        self.0.end.store(0, Ordering::Relaxed);
    }

    /// The size of the waiting pages, in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.0.end.load(Ordering::Relaxed)
    }

    /// Returns a column's pages and `close`, which is what its writer returned, with the sizes and places of the
    /// pages. Give both to `append_column` of `parquet`'s `SerializedRowGroupWriter`.
    ///
    /// # Errors
    /// [`ParquetError`] if `close` contradicts itself.
    pub fn chunk(
        &self,
        column: usize,
        close: ColumnCloseResult,
    ) -> Result<(WaitingChunk, ColumnCloseResult)> {
        let pages = self.0.take(column);
        let close = pages.put_right(close, self.0.columns[column].level)?;
        let places = pages.dictionary.into_iter().chain(pages.data).collect();
        Ok((WaitingChunk { shared: self.0.clone(), places }, close))
    }
}

impl Pages {
    fn put_right(&self, mut close: ColumnCloseResult, level: ZstdLevel) -> Result<ColumnCloseResult> {
        let all = || self.dictionary.iter().chain(&self.data);
        let dictionary_bytes = self.dictionary.map_or(0, |place| place.bytes);
        let bytes: usize = all().map(|place| place.bytes).sum();
        let plain_bytes: usize = all().map(|place| place.plain_bytes).sum();
        close.bytes_written = bytes as u64;
        close.metadata = close
            .metadata
            .into_builder()
            .set_compression(Compression::ZSTD(level))
            .set_total_compressed_size(bytes as i64)
            .set_total_uncompressed_size(plain_bytes as i64)
            .set_dictionary_page_offset(self.dictionary.map(|_| 0))
            .set_data_page_offset(dictionary_bytes as i64)
            .build()?;
        if let Some(index) = &mut close.offset_index {
            let mut offset = dictionary_bytes;
            for (location, place) in index.page_locations.iter_mut().zip(&self.data) {
                location.offset = offset as i64;
                location.compressed_page_size = i32::try_from(place.bytes)?;
                offset += place.bytes;
            }
        }
        Ok(close)
    }
}

impl Shared {
    /// Takes the waiting pages of a column.
    fn take(&self, column: usize) -> Pages {
        std::mem::take(&mut lock(&self.columns[column].pages))
    }

    /// Compresses a page and writes it to the file.
    fn keep(&self, column: usize, kind: PageKind, values: usize, page: &[u8]) -> Result<()> {
        let Column { level, pages } = &self.columns[column];
        let place = compressed(page, *level, |compressed| {
            let header = page_header::header(kind, values, page.len(), compressed)?;
            let bytes = header.len() + compressed.len();
            // Columns are encoded side by side; each reserves a range of the file and writes there.
            let start = self.end.fetch_add(bytes as u64, Ordering::Relaxed);
            self.file.write_all_at(&header, start)?;
            self.file.write_all_at(compressed, start + header.len() as u64)?;
            Ok(PagePlace { start, bytes, plain_bytes: header.len() + page.len() })
        })?;
        let mut pages = lock(pages);
        match kind {
            PageKind::Dictionary => pages.dictionary = Some(place),
            PageKind::Data { .. } => pages.data.push(place),
        }
        Ok(())
    }
}

impl WaitingChunk {
    /// The checksum of its page headers, one after the other.
    ///
    /// # Errors
    /// [`ParquetError`] if a header is longer than any known header.
    pub fn header_checksum(&self) -> Result<u32> {
        let mut checksum = crc32fast::Hasher::new();
        for place in &self.places {
            let mut bytes = [0; MOST_HEADER_BYTES];
            let bytes = &mut bytes[..place.bytes.min(MOST_HEADER_BYTES)];
            self.shared.file.read_exact_at(bytes, place.start)?;
            let sizes = page_header::sizes(bytes).ok_or_else(|| {
                ParquetError::General("a page's header is not of the known form".to_owned())
            })?;
            checksum.update(&bytes[..sizes.header]);
        }
        Ok(checksum.finalize())
    }
}

impl Length for WaitingChunk {
    fn len(&self) -> u64 {
        self.places.iter().map(|place| place.bytes as u64).sum()
    }
}

impl ChunkReader for WaitingChunk {
    type T = ChunkPages;

    fn get_read(&self, start: u64) -> Result<ChunkPages> {
        let rest = self.places.clone().into_iter();
        let mut pages = ChunkPages { shared: self.shared.clone(), page: PagePlace::default(), rest };
        io::copy(&mut pages.by_ref().take(start), &mut io::sink())?;
        Ok(pages)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut bytes = vec![0; length];
        self.get_read(start)?.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

impl Read for ChunkPages {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.page.bytes == 0 {
            let Some(next) = self.rest.next() else { return Ok(0) };
            self.page = next;
        }
        let length = out.len().min(self.page.bytes);
        self.shared.file.read_exact_at(&mut out[..length], self.page.start)?;
        self.page.start += length as u64;
        self.page.bytes -= length;
        Ok(length)
    }
}

/// Compresses a page, and passes on the result.
fn compressed<T>(page: &[u8], level: ZstdLevel, take: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
    let level = level.compression_level();
    COMPRESSOR.with_borrow_mut(|own| {
        let (compressor, room) = match own {
            Some(own) => own,
            None => own.insert((Compressor::new(level)?, Vec::new())),
        };
        compressor.set_compression_level(level)?;
        let chain_log = if level == LARGER_TABLE_LEVEL { LARGER_CHAIN_LOG } else { USUAL_CHAIN_LOG };
        compressor.set_parameter(CParameter::ChainLog(chain_log))?;
        room.clear();
        room.reserve(compress_bound(page.len()));
        compressor.compress_to_buffer(page, room)?;
        take(room)
    })
}

fn lock(pages: &Mutex<Pages>) -> MutexGuard<'_, Pages> {
    pages.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiting_chunk_is_read_from_any_place() {
        let file = PageFile::new(tempfile::tempfile().unwrap(), &[ZstdLevel::default()]);
        file.0.file.write_all_at(b"0123456789", 0).unwrap();
        let place = |start, bytes| PagePlace { start, bytes, plain_bytes: bytes };
        let chunk = WaitingChunk { shared: file.0.clone(), places: vec![place(7, 3), place(0, 4)] };

        assert_eq!(chunk.len(), 7);
        assert_eq!(&chunk.get_bytes(0, 7).unwrap()[..], b"7890123");
        assert_eq!(&chunk.get_bytes(4, 2).unwrap()[..], b"12");
        assert!(chunk.get_bytes(4, 4).is_err());
    }
}
