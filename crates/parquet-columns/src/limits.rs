//! The limits that a column's properties set.

use arrow::datatypes::DataType;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnDescPtr;

use crate::page::Page;

/// Rows after which the size of a page is looked at.
pub(crate) const STEP_ROWS: usize = 1_024;

/// Limits of a column, and what it has.
pub(crate) struct Limits {
    pub is_nullable: bool,
    pub has_bounds: bool,
    pub has_dictionary: bool,
    pub page_rows: usize,
    pub page_bytes: usize,
    pub dictionary_bytes: usize,
}

impl Limits {
    pub fn new(descr: &ColumnDescPtr, properties: &WriterProperties) -> Self {
        let path = descr.path();
        Self {
            is_nullable: descr.max_def_level() > 0,
            has_bounds: properties.statistics_enabled(path) != EnabledStatistics::None,
            has_dictionary: properties.dictionary_enabled(path),
            page_rows: properties.column_data_page_row_count_limit(path),
            page_bytes: properties.column_data_page_size_limit(path),
            dictionary_bytes: properties.column_dictionary_page_size_limit(path),
        }
    }

    /// True if a page is large enough, whose dictionary numbers have `width` bits.
    pub fn is_full(&self, page: &Page, width: u32) -> bool {
        page.rows >= self.page_rows || page.size_bytes(width) >= self.page_bytes
    }
}

/// The error of an array that does not fit its column.
pub(crate) fn wrong_type(kind: &DataType) -> ParquetError {
    ParquetError::General(format!("an array of {kind} does not fit its column"))
}
