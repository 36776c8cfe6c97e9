//! Writers of single columns of a row group, for each type that our tables have.

mod chunk;
mod dictionary;
mod hybrid;
mod limits;
mod number;
mod number_dictionary;
mod page;
mod text;
mod truth;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnDescPtr;

use self::limits::wrong_type;
use self::number::NumberWriter;
use self::text::TextWriter;
use self::truth::TruthWriter;
use super::pages::PageFile;

pub use self::text::Filter;

/// Writes one column of a row group.
pub enum ColumnWriter {
    Text(Box<TextWriter>),
    Int32(Box<NumberWriter<i32>>),
    Int64(Box<NumberWriter<i64>>),
    Float64(Box<NumberWriter<f64>>),
    Truth(Box<TruthWriter>),
}

impl ColumnWriter {
    /// The writer of a column whose type in Arrow is that of `field`.
    ///
    /// # Errors
    /// A type that no table has.
    pub fn new(
        field: &Field,
        column: usize,
        pages: PageFile,
        file: (ColumnDescPtr, &WriterProperties),
        filtered: Option<Filter>,
    ) -> Result<Self> {
        let (descr, properties) = file;
        Ok(match field.data_type() {
            DataType::Utf8 => {
                Self::Text(Box::new(TextWriter::new(pages, column, descr, properties, filtered)))
            }
            kind if NumberWriter::<i32>::takes(kind) => {
                Self::Int32(Box::new(NumberWriter::new(pages, column, descr, properties)))
            }
            kind if NumberWriter::<i64>::takes(kind) => {
                Self::Int64(Box::new(NumberWriter::new(pages, column, descr, properties)))
            }
            kind if NumberWriter::<f64>::takes(kind) => {
                Self::Float64(Box::new(NumberWriter::new(pages, column, descr, properties)))
            }
            DataType::Boolean => Self::Truth(Box::new(TruthWriter::new(pages, column, descr, properties))),
            other => return Err(wrong_type(other)),
        })
    }

    /// Appends the values of an array.
    ///
    /// # Errors
    /// An error of the file in which pages wait, or an array of another type.
    pub fn write(&mut self, values: &ArrayRef) -> Result<()> {
        match self {
            Self::Text(writer) => writer.write(values),
            Self::Int32(writer) => writer.write(values),
            Self::Int64(writer) => writer.write(values),
            Self::Float64(writer) => writer.write(values),
            Self::Truth(writer) => writer.write(values),
        }
    }

    /// Ends the column.
    ///
    /// # Errors
    /// An error of the file in which pages wait.
    pub fn close(self) -> Result<ColumnCloseResult> {
        match self {
            Self::Text(writer) => writer.close(),
            Self::Int32(writer) => writer.close(),
            Self::Int64(writer) => writer.close(),
            Self::Float64(writer) => writer.close(),
            Self::Truth(writer) => writer.close(),
        }
    }

    /// The memory that the writer takes, about.
    pub fn memory_bytes(&self) -> usize {
        match self {
            Self::Text(writer) => writer.memory_bytes(),
            Self::Int32(writer) => writer.memory_bytes(),
            Self::Int64(writer) => writer.memory_bytes(),
            Self::Float64(writer) => writer.memory_bytes(),
            Self::Truth(writer) => writer.memory_bytes(),
        }
    }
}
