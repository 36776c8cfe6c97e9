//! One Parquet file being written: row groups of encoded columns, in their order.
//!
//! The pages of a row group wait in a separate file until the row group is complete; the Parquet
//! file is digested while it is written.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow::datatypes::{FieldRef, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::writer::SerializedFileWriter;
use parquet_columns::{ColumnWriter, PageFile};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::error::DatasetError;
use super::files::{create_file, make_folder, nameless_file};
use super::headers::{self, HEADERS_KEY, footer_digest};
use super::manifest::Part;
use super::settings::{FILTER, Settings};

/// The footer's key for the digests of the row groups' Bloom filters, in order and separated by
/// commas; a digest is empty if the row group has no filter.
pub(super) const FILTERS_KEY: &str = "orcidlake.bloom_filters";
/// Bytes that are buffered before a write to the disk; the library writes in pieces of 8 KiB.
const WRITE_BYTES: usize = 128 << 10;

/// A Parquet file that grows by row groups.
pub(super) struct PartFile {
    path: PathBuf,
    writer: SerializedFileWriter<Digesting>,
    pages: PageFile,
    schema: SchemaRef,
    /// The column that has a Bloom filter.
    filtered: Option<usize>,
    rows: u64,
    /// The digest of each row group's Bloom filter.
    filters: Vec<String>,
    /// The checksums of each row group's page headers.
    headers: Vec<String>,
}

/// A file that digests what is written to it.
struct Digesting {
    file: BufWriter<File>,
    digest: Xxh3,
}

impl PartFile {
    /// Creates the file at `path`, and its folder.
    pub fn create(path: PathBuf, schema: &SchemaRef, settings: &Settings) -> Result<Self, DatasetError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        make_folder(folder)?;
        let file = create_file(&path)?;
        let sink = Digesting { file: BufWriter::with_capacity(WRITE_BYTES, file), digest: Xxh3::new() };
        // On the dataset's file system: the pages of a row group may take more room than other folders have.
        let pages = nameless_file(&path.with_extension("pages"));
        let pages = pages.map_err(DatasetError::io("make a file beside", &path))?;
        let pages = PageFile::new(pages, &settings.levels);
        let make = || -> Result<_, ParquetError> {
            let parquet = ArrowSchemaConverter::new().convert(schema)?;
            SerializedFileWriter::new(sink, parquet.root_schema_ptr(), settings.properties.clone())
        };
        let writer = make().map_err(DatasetError::parquet("write", &path))?;
        Ok(Self {
            path,
            writer,
            pages,
            schema: schema.clone(),
            filtered: settings.filtered,
            rows: 0,
            filters: Vec::new(),
            headers: Vec::new(),
        })
    }

    /// Writers for the columns of the next row group.
    pub fn column_writers(&self) -> Result<Vec<ColumnWriter>, DatasetError> {
        let writer = |(column, field): (usize, &FieldRef)| {
            let descr = self.writer.schema_descr().column(column);
            let filter = (self.filtered == Some(column)).then_some(FILTER);
            ColumnWriter::new(&self.pages, column, field, descr, self.writer.properties(), filter)
        };
        let writers = self.schema.fields().iter().enumerate().map(writer).collect::<Result<_, _>>();
        writers.map_err(DatasetError::parquet("encode", &self.path))
    }

    /// Appends a row group of encoded columns.
    pub fn append_group(&mut self, chunks: Vec<ColumnCloseResult>, rows: u64) -> Result<(), DatasetError> {
        let mut filter = None;
        let mut headers = Vec::new();
        let append = || -> Result<(), ParquetError> {
            let mut group = self.writer.next_row_group()?;
            for (column, close) in chunks.into_iter().enumerate() {
                filter = filter.take().or(close.bloom_filter.as_ref().map(filter_digest).transpose()?);
                let (pages, close) = self.pages.chunk(column, close)?;
                headers.push(pages.header_checksum()?);
                group.append_column(&pages, close)?;
            }
            group.close().map(drop)
        };
        append().map_err(DatasetError::parquet("write", &self.path))?;
        self.pages.clear();
        self.headers.push(headers::written(headers.into_iter()));
        self.filters.push(filter.unwrap_or_default());
        self.rows += rows;
        Ok(())
    }

    /// Appends a row group of another file unchanged, with its indexes and the Bloom filters of its
    /// columns. The metadata must have the page index, and the whole file must have been verified.
    pub fn copy_group(
        &mut self,
        source: &File,
        metadata: &ArrowReaderMetadata,
        group: usize,
        blooms: Vec<Option<Sbbf>>,
    ) -> Result<(), DatasetError> {
        let metadata = metadata.metadata();
        let rows = u64::try_from(metadata.row_group(group).num_rows()).unwrap_or_default();
        let index = metadata.page_index_for_row_group(group);
        let mut filter = None;
        let mut headers = Vec::new();
        let copy = || -> Result<(), ParquetError> {
            let mut writer = self.writer.next_row_group()?;
            for (place, (column, bloom_filter)) in
                metadata.row_group(group).columns().iter().zip(blooms).enumerate()
            {
                filter = filter.take().or(bloom_filter.as_ref().map(filter_digest).transpose()?);
                let unknown = || ParquetError::General("a page header is not of the known form".to_owned());
                headers.push(headers::checksum(source, column)?.ok_or_else(unknown)?);
                let close = ColumnCloseResult {
                    bytes_written: column.compressed_size().cast_unsigned(),
                    rows_written: rows,
                    metadata: column.clone(),
                    bloom_filter,
                    column_index: index.column_index(place).cloned(),
                    offset_index: index.offset_index(place).cloned(),
                };
                writer.append_column(source, close)?;
            }
            writer.close().map(drop)
        };
        copy().map_err(DatasetError::parquet("write", &self.path))?;
        self.headers.push(headers::written(headers.into_iter()));
        self.filters.push(filter.unwrap_or_default());
        self.rows += rows;
        Ok(())
    }

    /// The size of the open row group's compressed pages.
    pub fn waiting_bytes(&self) -> u64 {
        self.pages.size_bytes()
    }

    pub fn bytes_written(&self) -> usize {
        self.writer.bytes_written()
    }

    /// Ends the file and waits until it is on disk.
    pub fn finish(mut self) -> Result<Part, DatasetError> {
        let filters = KeyValue::new(FILTERS_KEY.to_owned(), self.filters.join(","));
        self.writer.append_key_value_metadata(filters);
        let headers = KeyValue::new(HEADERS_KEY.to_owned(), self.headers.join(";"));
        self.writer.append_key_value_metadata(headers);
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let sink = self.writer.into_inner().map_err(DatasetError::parquet("write", &self.path))?;
        let (size_bytes, xxh3) = sink.finish().map_err(DatasetError::io("write", &self.path))?;
        let footer = File::open(&self.path).and_then(|file| footer_digest(&file));
        let footer_xxh3 = Some(footer.map_err(DatasetError::io("read", &self.path))?);
        Ok(Part { name, rows: self.rows, size_bytes, xxh3, footer_xxh3 })
    }
}

/// The digest of a Bloom filter's bits: Parquet has checksums for pages, but none for Bloom
/// filters.
///
/// # Errors
/// None in practice: writing to memory does not fail.
pub(super) fn filter_digest(filter: &Sbbf) -> Result<String, ParquetError> {
    let mut bits = Vec::new();
    filter.write_bitset(&mut bits)?;
    Ok(format!("{:016x}", xxh3_64(&bits)))
}

impl Digesting {
    /// Waits until the file is on disk; returns its size and digest.
    fn finish(self) -> io::Result<(u64, String)> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok((file.metadata()?.len(), format!("{:016x}", self.digest.digest())))
    }
}

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.file.write(bytes)?;
        self.digest.update(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
