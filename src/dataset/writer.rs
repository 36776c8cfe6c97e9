//! Writes Arrow batches to Parquet files.
//!
//! Columns are encoded in the caller's pool, each in a task of its own. A column's pages are
//! compressed when they are full, and wait in a file for the end of their row group. Only the rows
//! decide where row groups and files end, so the same rows give the same bytes, whatever the number
//! of threads.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet_columns::ColumnWriter;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::error::DatasetError;
use super::file::PartFile;
use super::layout::{part_name, table_folder, table_key};
use super::manifest::Part;
use super::settings::{ROW_GROUP_ROWS, Settings};
use crate::tables::{self, AnyTable, DumpKind};

/// Bytes of a row group's pages, compressed.
const ROW_GROUP_BYTES: u64 = 64 << 20;
/// Memory of the open row groups of one kind of dump together: dictionaries, Bloom filters and the
/// values of unfinished pages. Above this limit, the largest row group ends.
const OPEN_BYTES: usize = 192 << 20;
/// Bytes of a file, after which the next file begins. A refresh writes a file of an archive again as
/// soon as one row of it leaves, so a person who is new in a scope costs a file of each table.
const FILE_BYTES: usize = 128 << 20;
/// Batches that are encoded together: a column that compresses a page takes long, and the other
/// columns should not wait for it after every batch.
const BATCHES_TOGETHER: usize = 4;
/// Bytes of XML whose batches may wait for further batches, because these bytes are no longer in
/// the budget of chunks.
const MAX_WAITING_BYTES: u64 = 32 << 20;

/// Writes the tables of one kind of dump below a folder.
pub struct DumpWriter {
    tables: Vec<Option<TableWriter>>,
    /// Batches of each table that wait, in order, until there are enough.
    waiting: Vec<Vec<Option<RecordBatch>>>,
    waiting_bytes: u64,
}

/// A table's files.
#[derive(Debug)]
pub struct WrittenTable {
    pub key: String,
    pub parts: Vec<Part>,
}

/// Writes one table's files, `part-00000.parquet` and on.
pub struct TableWriter {
    key: String,
    folder: PathBuf,
    schema: SchemaRef,
    settings: Settings,
    open: Option<PartFile>,
    group: Option<RowGroup>,
    parts: Vec<Part>,
}

struct RowGroup {
    writers: Vec<ColumnWriter>,
    rows: usize,
}

/// A column's values, and the writer that will encode them.
struct Job<'w> {
    writer: &'w mut ColumnWriter,
    values: Vec<ArrayRef>,
}

impl DumpWriter {
    /// Prepares the tables that `keep` selects. Files are created with the first rows, and their
    /// metadata names the part of the archive, if they are not made of the whole.
    pub fn new(root: &Path, dump: DumpKind, keep: impl Fn(&str) -> bool, shard: Option<&str>) -> Self {
        let notes: Vec<_> = shard.into_iter().map(|shard| ("orcidlake.shard", shard.to_owned())).collect();
        let writer = |table: &dyn AnyTable| {
            let key = table_key(dump, table.name());
            keep(&key).then(|| TableWriter::with_notes(root, key, table, &notes))
        };
        let tables = tables::of(dump).iter().map(|table| writer(table.as_ref())).collect();
        Self { tables, waiting: Vec::new(), waiting_bytes: 0 }
    }

    /// Appends one batch for each table, made of `xml_bytes` of XML, in the order of
    /// [`tables::of`]; returns the encoding time of all threads together.
    ///
    /// # Errors
    /// [`DatasetError`] if a file cannot be made or written.
    pub fn write(
        &mut self,
        batches: Vec<Option<RecordBatch>>,
        xml_bytes: u64,
        pool: &ThreadPool,
    ) -> Result<Duration, DatasetError> {
        self.waiting.push(batches);
        self.waiting_bytes += xml_bytes;
        let full = self.waiting.len() == BATCHES_TOGETHER || self.waiting_bytes > MAX_WAITING_BYTES;
        if full { self.encode_waiting(pool) } else { Ok(Duration::ZERO) }
    }

    fn encode_waiting(&mut self, pool: &ThreadPool) -> Result<Duration, DatasetError> {
        let (waiting, mut jobs) = (std::mem::take(&mut self.waiting), Vec::new());
        self.waiting_bytes = 0;
        for (place, table) in self.tables.iter_mut().enumerate() {
            let batches = waiting.iter().filter_map(|batches| batches[place].as_ref());
            let batches: Vec<_> = batches.filter(|batch| batch.num_rows() > 0).collect();
            let Some(table) = table.as_mut().filter(|_| !batches.is_empty()) else { continue };
            jobs.extend(table.jobs(&batches)?);
        }
        // Now each job is the only owner of its values, and frees them when it ends.
        drop(waiting);
        // The largest first, so that no thread is left with it at the end.
        jobs.sort_by_cached_key(|job| std::cmp::Reverse(job.size_bytes()));
        let taken = encode(jobs, pool)?;
        self.tables.iter_mut().flatten().try_for_each(|table| table.end_full_group(pool))?;
        self.end_largest_groups(pool)?;
        Ok(taken)
    }

    /// Ends row groups, the largest first, until the open ones are within the limit.
    fn end_largest_groups(&mut self, pool: &ThreadPool) -> Result<(), DatasetError> {
        let mut open: Vec<_> =
            self.tables.iter_mut().flatten().map(|table| (table.open_bytes(), table)).collect();
        let mut total: usize = open.iter().map(|(bytes, _)| bytes).sum();
        while total > OPEN_BYTES {
            let largest = open.iter_mut().max_by_key(|(bytes, _)| *bytes);
            let (bytes, table) = largest.expect("an open group has taken the memory");
            table.end_open_group(pool)?;
            total -= std::mem::take(bytes);
        }
        Ok(())
    }

    /// Ends all files; a table without rows gets one empty file, so that
    /// readers find every table.
    ///
    /// # Errors
    /// [`DatasetError`] if a file cannot be written.
    pub fn finish(mut self, pool: &ThreadPool) -> Result<Vec<WrittenTable>, DatasetError> {
        self.encode_waiting(pool)?;
        // Side by side, because each table waits for its files to be synced.
        let finish = |table: Option<TableWriter>| table.map(|table| table.finish(pool));
        pool.install(|| self.tables.into_par_iter().with_max_len(1).filter_map(finish).collect())
    }
}

impl TableWriter {
    /// A writer of the table `key` below `root`, with notes for the metadata of its files.
    pub fn with_notes(root: &Path, key: String, table: &dyn AnyTable, notes: &[(&str, String)]) -> Self {
        Self::noting(table_folder(root, &key), key, table, notes)
    }

    pub(super) fn new(folder: PathBuf, key: String, table: &dyn AnyTable) -> Self {
        Self::noting(folder, key, table, &[])
    }

    fn noting(folder: PathBuf, key: String, table: &dyn AnyTable, notes: &[(&str, String)]) -> Self {
        let schema = table.schema();
        let settings = Settings::new(&key, table, &schema, notes);
        Self { key, folder, schema, settings, open: None, group: None, parts: Vec::new() }
    }

    /// Appends a batch, encoding its columns one after the other.
    pub(super) fn write_serially(&mut self, batch: &RecordBatch) -> Result<(), DatasetError> {
        let jobs = self.jobs(&[batch])?;
        jobs.into_iter()
            .try_for_each(|job| job.run().map(drop))
            .map_err(DatasetError::parquet("encode", Path::new("a row group")))
    }

    /// Appends a batch, encoding its columns side by side.
    ///
    /// # Errors
    /// [`DatasetError`] if a file cannot be made or written.
    pub fn write(&mut self, batch: &RecordBatch, pool: &ThreadPool) -> Result<(), DatasetError> {
        encode(self.jobs(&[batch])?, pool).map(drop)
    }

    /// Pairs each column of the batches with its writer, and counts the rows.
    fn jobs(&mut self, batches: &[&RecordBatch]) -> Result<Vec<Job<'_>>, DatasetError> {
        if self.group.is_none() {
            let writers = self.open()?.column_writers()?;
            self.group = Some(RowGroup { writers, rows: 0 });
        }
        let group = self.group.as_mut().expect("the group was just begun");
        group.rows += batches.iter().map(|batch| batch.num_rows()).sum::<usize>();
        let values = |column| batches.iter().map(|batch| batch.column(column).clone()).collect();
        let columns = group.writers.iter_mut().enumerate();
        Ok(columns.map(|(column, writer)| Job { writer, values: values(column) }).collect())
    }

    /// Ends the open row group if it is full.
    ///
    /// # Errors
    /// [`DatasetError`] if the file cannot be written.
    pub fn end_full_group(&mut self, pool: &ThreadPool) -> Result<(), DatasetError> {
        let full_of_rows = self.group.as_ref().is_some_and(|group| group.rows >= ROW_GROUP_ROWS);
        let full =
            full_of_rows || self.open.as_ref().is_some_and(|open| open.waiting_bytes() >= ROW_GROUP_BYTES);
        if full { self.end_open_group(pool) } else { Ok(()) }
    }

    /// Ends the open row group, and the file if it has become large enough.
    fn end_open_group(&mut self, pool: &ThreadPool) -> Result<(), DatasetError> {
        self.end_group(pool)?;
        let full = self.open.as_ref().is_some_and(|open| open.bytes_written() >= FILE_BYTES);
        if full { self.end_file(pool) } else { Ok(()) }
    }

    /// The approximate memory of the open row group.
    fn open_bytes(&self) -> usize {
        let writers = self.group.iter().flat_map(|group| &group.writers);
        writers.map(ColumnWriter::memory_bytes).sum()
    }

    /// Ends the last file; a table without rows gets one empty file.
    ///
    /// # Errors
    /// [`DatasetError`] if the file cannot be written.
    pub fn finish(mut self, pool: &ThreadPool) -> Result<WrittenTable, DatasetError> {
        if self.parts.is_empty() {
            self.open()?;
        }
        self.end_file(pool)?;
        Ok(WrittenTable { key: self.key, parts: self.parts })
    }

    /// The file that rows are written to.
    fn open(&mut self) -> Result<&mut PartFile, DatasetError> {
        if self.open.is_none() {
            let path = self.folder.join(part_name(self.parts.len(), ""));
            self.open = Some(PartFile::create(path, &self.schema, &self.settings)?);
        }
        Ok(self.open.as_mut().expect("the file was just made"))
    }

    fn end_group(&mut self, pool: &ThreadPool) -> Result<(), DatasetError> {
        let Some(group) = self.group.take() else { return Ok(()) };
        let close = || group.writers.into_par_iter().with_max_len(1).map(ColumnWriter::close);
        let chunks: Result<Vec<ColumnCloseResult>, _> = pool.install(|| close().collect());
        let path = self.folder.join(part_name(self.parts.len(), ""));
        let chunks = chunks.map_err(DatasetError::parquet("encode", &path))?;
        self.open()?.append_group(chunks, group.rows as u64)
    }

    fn end_file(&mut self, pool: &ThreadPool) -> Result<(), DatasetError> {
        self.end_group(pool)?;
        let open = self.open.take();
        self.parts.extend(open.map(PartFile::finish).transpose()?);
        Ok(())
    }
}

/// Encodes values side by side, each with their column's writer; returns the encoding time of all
/// threads together.
fn encode(jobs: Vec<Job<'_>>, pool: &ThreadPool) -> Result<Duration, DatasetError> {
    let encoded: Result<Vec<Duration>, ParquetError> =
        pool.install(|| jobs.into_par_iter().with_max_len(1).map(Job::run).collect());
    let taken = encoded.map_err(DatasetError::parquet("encode", Path::new("a row group")))?;
    Ok(taken.iter().sum())
}

impl Job<'_> {
    fn run(self) -> Result<Duration, ParquetError> {
        let begun = Instant::now();
        self.values.iter().try_for_each(|values| self.writer.write(values))?;
        Ok(begun.elapsed())
    }

    fn size_bytes(&self) -> usize {
        self.values.iter().map(|values| values.get_buffer_memory_size()).sum()
    }
}
