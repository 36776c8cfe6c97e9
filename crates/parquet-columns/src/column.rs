//! The writer of one column, of any type.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnDescPtr;

use crate::limits::wrong_type;
use crate::number::NumberWriter;
use crate::pages::PageFile;
use crate::text::{Filter, TextWriter};
use crate::truth::TruthWriter;

/// Encodes one column of a row group; its pages wait in a [`PageFile`].
pub struct ColumnWriter(Encoder);

/// The encoder of a column, by how Parquet stores its values.
enum Encoder {
    Text(Box<TextWriter>),
    Int32(Box<NumberWriter<i32>>),
    Int64(Box<NumberWriter<i64>>),
    Float64(Box<NumberWriter<f64>>),
    Truth(Box<TruthWriter>),
}

impl ColumnWriter {
    /// A writer of the column number `column`, whose type in Arrow is that of `field` and in Parquet that of
    /// `descr`. From `properties` it takes the column's limits of pages and of the dictionary, and whether it has a
    /// dictionary and bounds. A column of texts can have a Bloom filter.
    ///
    /// Pages that an earlier writer of the column has left in `pages` are dropped.
    ///
    /// # Errors
    /// A type other than `Utf8`, `Int16`, `Int32`, `Int64`, `Timestamp` in microseconds, `Float64` and `Boolean`.
    ///
    /// # Panics
    /// If `pages` was made for fewer columns.
    pub fn new(
        pages: &PageFile,
        column: usize,
        field: &Field,
        descr: ColumnDescPtr,
        properties: &WriterProperties,
        filter: Option<Filter>,
    ) -> Result<Self> {
        let pages = pages.clone();
        Ok(Self(match field.data_type() {
            DataType::Utf8 => {
                Encoder::Text(Box::new(TextWriter::new(pages, column, descr, properties, filter)))
            }
            kind if NumberWriter::<i32>::takes(kind) => {
                Encoder::Int32(Box::new(NumberWriter::new(pages, column, descr, properties)))
            }
            kind if NumberWriter::<i64>::takes(kind) => {
                Encoder::Int64(Box::new(NumberWriter::new(pages, column, descr, properties)))
            }
            kind if NumberWriter::<f64>::takes(kind) => {
                Encoder::Float64(Box::new(NumberWriter::new(pages, column, descr, properties)))
            }
            DataType::Boolean => Encoder::Truth(Box::new(TruthWriter::new(pages, column, descr, properties))),
            other => return Err(wrong_type(other)),
        }))
    }

    /// Appends the values of an array. A column of `Utf8` also takes arrays of `Utf8View`.
    ///
    /// # Errors
    /// An error of the file in which pages wait, or an array of another type.
    pub fn write(&mut self, values: &ArrayRef) -> Result<()> {
        match &mut self.0 {
            Encoder::Text(writer) => writer.write(values),
            Encoder::Int32(writer) => writer.write(values),
            Encoder::Int64(writer) => writer.write(values),
            Encoder::Float64(writer) => writer.write(values),
            Encoder::Truth(writer) => writer.write(values),
        }
    }

    /// Ends the column. [`PageFile::chunk`] completes what this returns: sizes and places of pages.
    ///
    /// # Errors
    /// An error of the file in which pages wait.
    pub fn close(self) -> Result<ColumnCloseResult> {
        match self.0 {
            Encoder::Text(writer) => writer.close(),
            Encoder::Int32(writer) => writer.close(),
            Encoder::Int64(writer) => writer.close(),
            Encoder::Float64(writer) => writer.close(),
            Encoder::Truth(writer) => writer.close(),
        }
    }

    /// The memory that the writer takes, in bytes, about.
    pub fn memory_bytes(&self) -> usize {
        match &self.0 {
            Encoder::Text(writer) => writer.memory_bytes(),
            Encoder::Int32(writer) => writer.memory_bytes(),
            Encoder::Int64(writer) => writer.memory_bytes(),
            Encoder::Float64(writer) => writer.memory_bytes(),
            Encoder::Truth(writer) => writer.memory_bytes(),
        }
    }
}
