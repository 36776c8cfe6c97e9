//! Compresses the pages of open row groups, and keeps them in a file rather than in memory.
//!
//! A row group is written when it is full; until then each column's pages wait here, in
//! one file for each table that has no name and goes with the program. Columns hand their
//! pages over as they are: the library would keep a compressor for each column from its
//! first page on, which together take more memory than all values that wait. Here each
//! thread has one. So memory does not grow with the row groups of all tables.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use parquet::arrow::arrow_writer::{PageKey, PageStore, PageStoreArgs, PageStoreFactory};
use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use zstd::bulk::Compressor;
use zstd::zstd_safe::compress_bound;

use super::files::nameless_file;
use super::page_header::PageHeader;

thread_local! {
    /// A compressor, and room for what it makes.
    static COMPRESSOR: RefCell<Option<(Compressor<'static>, Vec<u8>)>> = const { RefCell::new(None) };
}

/// The file in which a table's pages wait.
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
    dictionary: Option<Place>,
    data: Vec<Place>,
}

/// Where a page with its header is in the file.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u64,
    bytes: usize,
    /// Its size with the header, but not compressed.
    plain_bytes: usize,
}

/// Takes the pages of one column: header and data in turn.
struct Inlet {
    shared: Arc<Shared>,
    column: usize,
    header: Option<Bytes>,
}

/// A column chunk that waits whole, its dictionary first.
pub struct WaitingChunk {
    shared: Arc<Shared>,
    places: Vec<Place>,
}

/// Reads a column chunk page by page.
pub struct ChunkPages {
    shared: Arc<Shared>,
    rest: std::vec::IntoIter<Place>,
    page: Cursor<Vec<u8>>,
}

impl PageFile {
    /// A file without a name on the file system of the file `beside`, for columns that
    /// are compressed at these levels.
    ///
    /// # Errors
    /// An I/O error where it cannot be made.
    pub fn new(beside: &Path, levels: &[ZstdLevel]) -> io::Result<Self> {
        let file = nameless_file(&beside.with_extension("pages"))?;
        let columns = levels.iter().map(|&level| Column { level, pages: Mutex::default() }).collect();
        Ok(Self(Arc::new(Shared { file, end: AtomicU64::new(0), columns })))
    }

    /// Forgets all pages: the row group has been written.
    pub fn clear(&self) {
        self.0.end.store(0, Ordering::Relaxed);
    }

    /// What the pages take that wait here.
    pub fn size_bytes(&self) -> u64 {
        self.0.end.load(Ordering::Relaxed)
    }

    /// Hands over a column's pages; `close` is what its writer, which knew nothing of
    /// compression, says of them, and is put right.
    ///
    /// # Errors
    /// [`ParquetError`] where `close` contradicts itself.
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

impl PageStoreFactory for PageFile {
    fn create(&self, args: &PageStoreArgs<'_>) -> Result<Box<dyn PageStore>> {
        let column = args.column_index();
        drop(self.0.take(column));
        Ok(Box::new(Inlet { shared: self.0.clone(), column, header: None }))
    }
}

impl PageStore for Inlet {
    fn put(&mut self, blob: Bytes) -> Result<PageKey> {
        match self.header.take() {
            None => self.header = Some(blob),
            Some(header) => self.shared.keep(self.column, &header, &blob)?,
        }
        Ok(PageKey::new(0))
    }

    fn take(&mut self, _key: PageKey) -> Result<Bytes> {
        Err(ParquetError::General("a page goes with its whole column".to_owned()))
    }
}

impl Shared {
    /// The pages of a column that wait, which then wait no longer.
    fn take(&self, column: usize) -> Pages {
        std::mem::take(&mut lock(&self.columns[column].pages))
    }

    /// Compresses a page and writes it to the file.
    fn keep(&self, column: usize, header: &[u8], page: &[u8]) -> Result<()> {
        let Column { level, pages } = &self.columns[column];
        let header = PageHeader::new(header)
            .ok_or_else(|| ParquetError::General("a page's header is not of the known form".to_owned()))?;
        let place = compressed(page, *level, |compressed| {
            let header = header.with_compressed_size(i32::try_from(compressed.len())?);
            let bytes = header.len() + compressed.len();
            // Columns are encoded side by side; each takes its place and writes there.
            let start = self.end.fetch_add(bytes as u64, Ordering::Relaxed);
            self.file.write_all_at(&header, start)?;
            self.file.write_all_at(compressed, start + header.len() as u64)?;
            Ok(Place { start, bytes, plain_bytes: header.len() + page.len() })
        })?;
        let mut pages = lock(pages);
        if header.is_dictionary() {
            pages.dictionary = Some(place);
        } else {
            pages.data.push(place);
        }
        Ok(())
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
        let mut pages = ChunkPages { shared: self.shared.clone(), rest, page: Cursor::default() };
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
        loop {
            let length = self.page.read(out)?;
            if length > 0 || out.is_empty() {
                return Ok(length);
            }
            let Some(next) = self.rest.next() else { return Ok(0) };
            let mut bytes = std::mem::take(&mut self.page).into_inner();
            bytes.resize(next.bytes, 0);
            self.shared.file.read_exact_at(&mut bytes, next.start)?;
            self.page = Cursor::new(bytes);
        }
    }
}

/// Compresses a page, and hands over what comes of it.
fn compressed<T>(page: &[u8], level: ZstdLevel, take: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
    let level = level.compression_level();
    COMPRESSOR.with_borrow_mut(|own| {
        let (compressor, room) = match own {
            Some(own) => own,
            None => own.insert((Compressor::new(level)?, Vec::new())),
        };
        compressor.set_compression_level(level)?;
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
    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves};
    use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
    use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
    use parquet::file::writer::SerializedFileWriter;

    use super::*;
    use crate::dataset::file::PartFile;
    use crate::dataset::settings::Settings;

    /// Rows whose columns have several pages, with and without a dictionary.
    fn batch(from: i64) -> RecordBatch {
        let numbers = from..from + 5_000;
        let few: StringArray = numbers.clone().map(|number| Some(format!("word {}", number % 7))).collect();
        let many: StringArray =
            numbers.clone().map(|number| (number % 3 > 0).then(|| format!("{number:x} and more"))).collect();
        let columns: [(&str, ArrayRef, bool); 3] = [
            ("few", Arc::new(few), false),
            ("many", Arc::new(many), true),
            ("numbers", Arc::new(Int64Array::from_iter_values(numbers)), false),
        ];
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }

    fn properties(compression: Compression) -> WriterPropertiesPtr {
        let mut properties = WriterProperties::builder()
            .set_compression(compression)
            .set_dictionary_page_size_limit(16 << 10)
            .set_data_page_row_count_limit(1_200)
            .set_write_batch_size(100)
            .set_column_bloom_filter_enabled("few".into(), true)
            .build();
        add_encoded_arrow_schema_to_metadata(&batch(0).schema(), &mut properties);
        Arc::new(properties)
    }

    /// A file of two row groups as the library compresses it.
    fn by_the_library(level: ZstdLevel) -> Vec<u8> {
        let schema = batch(0).schema();
        let parquet = ArrowSchemaConverter::new().convert(&schema).unwrap();
        let properties = properties(Compression::ZSTD(level));
        let mut writer =
            SerializedFileWriter::new(Vec::new(), parquet.root_schema_ptr(), properties).unwrap();
        let columns = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
        for group in 0..2 {
            let batch = batch(group as i64);
            let mut writers = columns.create_column_writers(group).unwrap();
            let mut out = writer.next_row_group().unwrap();
            for ((mut writer, field), values) in writers.drain(..).zip(schema.fields()).zip(batch.columns()) {
                compute_leaves(field, values).unwrap().iter().for_each(|leaf| writer.write(leaf).unwrap());
                writer.close().unwrap().append_to_row_group(&mut out).unwrap();
            }
            out.close().unwrap();
        }
        writer.into_inner().unwrap()
    }

    #[test]
    fn a_file_is_the_one_that_the_library_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part.parquet");
        for level in [1, 3, 4] {
            let level = ZstdLevel::try_new(level).unwrap();
            let schema = batch(0).schema();
            let levels = vec![level; schema.fields().len()].into();
            let settings = Settings { properties: properties(Compression::UNCOMPRESSED), levels };
            let mut file = PartFile::create(path.clone(), &schema, &settings).unwrap();
            // A writer that is given up leaves no page behind.
            drop(file.column_writers().unwrap());
            for group in 0..2 {
                let batch = batch(group);
                let mut chunks = Vec::new();
                for ((mut writer, field), values) in
                    file.column_writers().unwrap().into_iter().zip(schema.fields()).zip(batch.columns())
                {
                    compute_leaves(field, values)
                        .unwrap()
                        .iter()
                        .for_each(|leaf| writer.write(leaf).unwrap());
                    chunks.push(writer.close().unwrap());
                }
                file.append_group(chunks, batch.num_rows() as u64).unwrap();
            }
            file.finish().unwrap();

            assert!(std::fs::read(&path).unwrap() == by_the_library(level), "level {level:?}");
        }
    }

    #[test]
    fn a_waiting_chunk_is_read_from_any_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = PageFile::new(&folder.path().join("x"), &[ZstdLevel::default()]).unwrap();
        file.0.file.write_all_at(b"0123456789", 0).unwrap();
        let place = |start, bytes| Place { start, bytes, plain_bytes: bytes };
        let chunk = WaitingChunk { shared: file.0.clone(), places: vec![place(7, 3), place(0, 4)] };

        assert_eq!(chunk.len(), 7);
        assert_eq!(&chunk.get_bytes(0, 7).unwrap()[..], b"7890123");
        assert_eq!(&chunk.get_bytes(4, 2).unwrap()[..], b"12");
        assert!(chunk.get_bytes(4, 4).is_err());
    }
}
