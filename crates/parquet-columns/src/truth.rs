//! Encodes a column of truth values, as `text.rs` does texts.

use arrow::array::{Array, AsArray, BooleanArray, BooleanBufferBuilder};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnDescPtr;

use crate::limits::wrong_type;
use crate::open_chunk::OpenChunk;
use crate::pages::PageFile;

/// Writes the pages of one column chunk.
pub(crate) struct TruthWriter {
    chunk: OpenChunk<bool>,
    /// The page's values, a bit each.
    values: BooleanBufferBuilder,
}

impl TruthWriter {
    /// A writer of the column `column`, as `properties` say.
    pub fn new(pages: PageFile, column: usize, descr: ColumnDescPtr, properties: &WriterProperties) -> Self {
        let chunk = OpenChunk::new(pages, column, descr, properties);
        Self { chunk, values: BooleanBufferBuilder::new(0) }
    }

    /// Appends the values of an array.
    ///
    /// # Errors
    /// An error of the file in which pages wait, or an array of another type.
    pub fn write(&mut self, array: &dyn Array) -> Result<()> {
        let array = array.as_boolean_opt().ok_or_else(|| wrong_type(array.data_type()))?;
        let mut from = 0;
        while from < array.len() {
            let rows = self.chunk.rows_for_page(array.len() - from);
            self.write_rows(&array.slice(from, rows));
            if self.chunk.page.rows == self.chunk.limits.page_rows {
                self.end_page()?;
            }
            from += rows;
        }
        Ok(())
    }

    fn write_rows(&mut self, rows: &BooleanArray) {
        let nulls = rows.nulls().filter(|nulls| nulls.null_count() > 0);
        self.chunk.page.add_rows(nulls, rows.len());
        match nulls {
            None => self.values.append_buffer(rows.values()),
            Some(nulls) => nulls.valid_indices().for_each(|row| self.values.append(rows.value(row))),
        }
    }

    fn end_page(&mut self) -> Result<()> {
        if self.chunk.page.rows == 0 {
            return Ok(());
        }
        let values = self.values.finish();
        let true_values = values.count_set_bits();
        let bounds = (!values.is_empty()).then_some((true_values == values.len(), true_values > 0));
        self.chunk.page.make_room(values.values().len(), self.chunk.limits.page_bytes);
        self.chunk.page.plain.extend_from_slice(values.values());
        self.chunk.end_page(None, None, bounds)
    }

    /// Ends the chunk.
    ///
    /// # Errors
    /// An error of the file in which pages wait.
    pub fn close(mut self) -> Result<ColumnCloseResult> {
        self.end_page()?;
        self.chunk.close(None)
    }

    /// The memory that the writer takes.
    pub fn memory_bytes(&self) -> usize {
        self.chunk.page.memory_bytes() + self.values.capacity() / 8
    }
}
