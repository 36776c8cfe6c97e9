//! Writers of single columns of a row group: our own for texts and whole numbers, which are nearly
//! all, and the library's for everything else.

mod chunk;
mod dictionary;
mod hybrid;
mod limits;
mod number;
mod number_dictionary;
mod page;
mod text;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, FieldRef};
use parquet::arrow::arrow_writer::{ArrowColumnWriter, compute_leaves};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnDescPtr;

use self::number::NumberWriter;
use self::text::TextWriter;
use super::pages::PageFile;

pub use self::text::Filter;

/// Memory that the library's writers really take, in percent of the amount that they report
/// (measured): levels are not counted, nor room that is not used yet.
const TAKEN_PERCENT: usize = 150;

/// Writes one column of a row group.
pub enum ColumnWriter {
    Text(Box<TextWriter>),
    Int32(Box<NumberWriter<i32>>),
    Int64(Box<NumberWriter<i64>>),
    Other(Box<ArrowColumnWriter>),
}

impl ColumnWriter {
    /// The writer of a column whose type in Arrow is that of `field`.
    pub fn new(
        field: &Field,
        column: usize,
        pages: PageFile,
        file: (ColumnDescPtr, &WriterProperties),
        filtered: Option<Filter>,
        library: ArrowColumnWriter,
    ) -> Self {
        let (descr, properties) = file;
        match field.data_type() {
            DataType::Utf8 => {
                Self::Text(Box::new(TextWriter::new(pages, column, descr, properties, filtered)))
            }
            kind if NumberWriter::<i32>::takes(kind) => {
                Self::Int32(Box::new(NumberWriter::new(pages, column, descr, properties)))
            }
            kind if NumberWriter::<i64>::takes(kind) => {
                Self::Int64(Box::new(NumberWriter::new(pages, column, descr, properties)))
            }
            _ => Self::Other(Box::new(library)),
        }
    }

    /// Appends the values of an array.
    ///
    /// # Errors
    /// An error of the library, or of the file in which pages wait.
    pub fn write(&mut self, field: &FieldRef, values: &ArrayRef) -> Result<()> {
        match self {
            Self::Text(writer) => writer.write(values),
            Self::Int32(writer) => writer.write(values),
            Self::Int64(writer) => writer.write(values),
            Self::Other(writer) => {
                compute_leaves(field, values)?.iter().try_for_each(|leaf| writer.write(leaf))
            }
        }
    }

    /// Ends the column.
    ///
    /// # Errors
    /// As [`ColumnWriter::write`].
    pub fn close(self) -> Result<ColumnCloseResult> {
        match self {
            Self::Text(writer) => writer.close(),
            Self::Int32(writer) => writer.close(),
            Self::Int64(writer) => writer.close(),
            Self::Other(writer) => {
                let mut chunk = writer.close()?;
                let bloom_filter = chunk.close_mut().bloom_filter.take();
                Ok(ColumnCloseResult { bloom_filter, ..chunk.close().clone() })
            }
        }
    }

    /// The memory that the writer takes, about.
    pub fn memory_bytes(&self) -> usize {
        match self {
            Self::Text(writer) => writer.memory_bytes(),
            Self::Int32(writer) => writer.memory_bytes(),
            Self::Int64(writer) => writer.memory_bytes(),
            Self::Other(writer) => writer.memory_size() * TAKEN_PERCENT / 100,
        }
    }
}
