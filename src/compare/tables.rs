//! Tables of differences: Parquet files of texts and numbers.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::error::CompareError;

/// Rows that are written at a time.
const BATCH_ROWS: usize = 65_536;

/// A cell of a row of differences.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'c> {
    Text(Option<&'c str>),
    Number(Option<i64>),
}

/// A table that is being written.
pub struct TableOfDifferences {
    path: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<File>,
    columns: Vec<Column>,
    rows: usize,
}

enum Column {
    Text(StringBuilder),
    Number(Int64Builder),
}

/// Makes the folder of the tables.
///
/// # Errors
/// [`CompareError`] if it has anything in it, or cannot be made.
pub fn prepare(folder: &Path) -> Result<(), CompareError> {
    fs::create_dir_all(folder).map_err(CompareError::io("make", folder))?;
    let mut entries = fs::read_dir(folder).map_err(CompareError::io("read", folder))?;
    match entries.next() {
        Some(_) => Err(CompareError::NotEmpty { path: folder.to_owned() }),
        None => Ok(()),
    }
}

impl TableOfDifferences {
    /// Begins the file `NAME.parquet`. Columns whose names end in `put_code`, and `people`, are
    /// numbers.
    pub fn begin(folder: &Path, name: &str, columns: &[String]) -> Result<Self, CompareError> {
        let path = folder.join(format!("{name}.parquet"));
        let is_number = |column: &str| column.ends_with("put_code") || column == "people";
        let field = |column: &String| {
            let kind = if is_number(column) { DataType::Int64 } else { DataType::Utf8 };
            Field::new(column, kind, true)
        };
        let schema: SchemaRef = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let file = File::create(&path).map_err(CompareError::io("write", &path))?;
        let compression = Compression::ZSTD(ZstdLevel::default());
        let properties = WriterProperties::builder().set_compression(compression).build();
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties));
        let writer = writer.map_err(CompareError::write(&path))?;
        let columns = columns.iter().map(|column| match is_number(column) {
            true => Column::Number(Int64Builder::new()),
            false => Column::Text(StringBuilder::new()),
        });
        let columns = columns.collect();
        Ok(Self { path, schema, writer, columns, rows: 0 })
    }

    /// Adds a row, with a cell for each column.
    pub fn add<'c>(&mut self, cells: impl IntoIterator<Item = Cell<'c>>) -> Result<(), CompareError> {
        let mut cells = cells.into_iter();
        for column in &mut self.columns {
            match (column, cells.next()) {
                (Column::Text(texts), Some(Cell::Text(text))) => texts.append_option(text),
                (Column::Number(numbers), Some(Cell::Number(number))) => numbers.append_option(number),
                (Column::Text(texts), _) => texts.append_null(),
                (Column::Number(numbers), _) => numbers.append_null(),
            }
        }
        self.rows += 1;
        if self.rows >= BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), CompareError> {
        let arrays: Vec<ArrayRef> = self
            .columns
            .iter_mut()
            .map(|column| match column {
                Column::Text(texts) => Arc::new(texts.finish()) as ArrayRef,
                Column::Number(numbers) => Arc::new(numbers.finish()),
            })
            .collect();
        self.rows = 0;
        let batch = RecordBatch::try_new(self.schema.clone(), arrays).map_err(|error| error.into());
        batch.and_then(|batch| self.writer.write(&batch)).map_err(CompareError::write(&self.path))
    }

    /// Completes the file.
    pub fn end(mut self) -> Result<(), CompareError> {
        self.flush()?;
        let Self { path, writer, .. } = self;
        writer.close().map(drop).map_err(CompareError::write(&path))
    }
}
