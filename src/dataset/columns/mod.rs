//! Writers of single columns of a row group: our own for texts, which are most of the bytes, and the
//! library's for everything else.

mod chunk;
mod dictionary;
mod hybrid;
mod text;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, FieldRef};
use parquet::arrow::arrow_writer::{ArrowColumnWriter, compute_leaves};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;

pub use text::{Filter, TextWriter};

/// Memory that the library's writers really take, in percent of the amount that they report
/// (measured): levels are not counted, nor room that is not used yet.
const TAKEN_PERCENT: usize = 150;

/// Writes one column of a row group.
pub enum ColumnWriter {
    Text(Box<TextWriter>),
    Other(ArrowColumnWriter),
}

impl ColumnWriter {
    /// True if a column of this type has our own writer.
    pub fn is_text(kind: &DataType) -> bool {
        *kind == DataType::Utf8
    }

    /// Appends the values of an array.
    ///
    /// # Errors
    /// An error of the library, or of the file in which pages wait.
    pub fn write(&mut self, field: &FieldRef, values: &ArrayRef) -> Result<()> {
        match self {
            Self::Text(writer) => writer.write(values),
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
            Self::Other(writer) => writer.memory_size() * TAKEN_PERCENT / 100,
        }
    }
}
