//! Columns of a batch by name, as rows are read from a dataset.

use arrow::array::{Array, AsArray, PrimitiveArray, RecordBatch, StringArray};
use arrow::datatypes::{
    ArrowPrimitiveType, Float64Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
};

use crate::tables::parse_org_key;

/// A batch whose columns are found by name.
pub struct Cells<'b>(pub &'b RecordBatch);

impl<'b> Cells<'b> {
    /// A text; `None` if it is absent or the table has no such column.
    pub fn text(&self, column: &str, row: usize) -> Option<&'b str> {
        let column: &StringArray = self.0.column_by_name(column)?.as_string_opt::<i32>()?;
        column.is_valid(row).then(|| column.value(row))
    }

    /// The same as an owned text.
    pub fn owned(&self, column: &str, row: usize) -> Option<String> {
        self.text(column, row).map(str::to_owned)
    }

    /// A key of organizations.
    pub fn org_key(&self, row: usize) -> Option<u64> {
        self.text("org_key", row).and_then(parse_org_key)
    }

    pub fn int64(&self, column: &str, row: usize) -> Option<i64> {
        self.primitive::<Int64Type>(column, row)
    }

    pub fn int32(&self, column: &str, row: usize) -> Option<i32> {
        self.primitive::<Int32Type>(column, row)
    }

    pub fn int16(&self, column: &str, row: usize) -> Option<i16> {
        self.primitive::<Int16Type>(column, row)
    }

    pub fn float64(&self, column: &str, row: usize) -> Option<f64> {
        self.primitive::<Float64Type>(column, row)
    }

    /// A time as `2025-01-31T12:00:00Z`.
    pub fn time(&self, column: &str, row: usize) -> Option<String> {
        let column: &PrimitiveArray<TimestampMicrosecondType> =
            self.0.column_by_name(column)?.as_primitive_opt()?;
        let time = column.is_valid(row).then(|| column.value_as_datetime(row)).flatten()?;
        Some(time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
    }

    /// The year of a time.
    pub fn year(&self, column: &str, row: usize) -> Option<i32> {
        self.time(column, row).and_then(|time| time.get(..4)?.parse().ok())
    }

    fn primitive<T: ArrowPrimitiveType>(&self, column: &str, row: usize) -> Option<T::Native> {
        let column: &PrimitiveArray<T> = self.0.column_by_name(column)?.as_primitive_opt()?;
        column.is_valid(row).then(|| column.value(row))
    }
}
