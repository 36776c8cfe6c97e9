//! The columns of a batch, found by name once.

use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{
    Array, AsArray, BooleanArray, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow::compute::{DatePart, date_part};
use arrow::datatypes::{Int16Type, Int32Type, Int64Type, TimestampMicrosecondType};

use super::error::OverviewError;
use crate::dataset::{Dataset, table_key};
use crate::tables::DumpKind;

/// Reads the tables of a dataset until it is to stop.
#[derive(Clone, Copy)]
pub struct Reader<'d> {
    pub dataset: &'d Dataset,
    pub stop: &'d AtomicBool,
}

/// The key of a table: from the summaries, if the dataset has them.
pub fn key_of(dataset: &Dataset, table: &str) -> Option<String> {
    let keys = [DumpKind::Summaries, DumpKind::Activities].map(|dump| table_key(dump, table));
    keys.into_iter().find(|key| dataset.has(key))
}

impl Reader<'_> {
    /// Calls `each` with all batches of a table.
    pub fn read(
        self,
        key: &str,
        columns: &[&str],
        mut each: impl FnMut(&RecordBatch) -> Result<(), OverviewError>,
    ) -> Result<(), OverviewError> {
        for batch in self.dataset.rows(key, columns) {
            if self.stop.load(Ordering::Relaxed) {
                return Err(OverviewError::Stopped);
            }
            each(&batch?)?;
        }
        Ok(())
    }
}

/// A column of texts; absent texts where there is no such column.
pub struct Texts<'b>(Option<&'b StringArray>);

impl<'b> Texts<'b> {
    pub fn of(batch: &'b RecordBatch, name: &str) -> Self {
        Self(batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>()))
    }

    pub fn get(&self, row: usize) -> Option<&'b str> {
        self.0.filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row))
    }
}

/// A column of years, months, days, indexes or counts.
pub enum Numbers<'b> {
    Int16(&'b Int16Array),
    Int32(&'b Int32Array),
    Int64(&'b Int64Array),
    None,
}

impl<'b> Numbers<'b> {
    pub fn of(batch: &'b RecordBatch, name: &str) -> Self {
        let Some(column) = batch.column_by_name(name) else { return Self::None };
        let wide = || column.as_primitive_opt::<Int64Type>().map_or(Self::None, Self::Int64);
        let middle = column.as_primitive_opt::<Int32Type>().map_or_else(wide, Self::Int32);
        column.as_primitive_opt::<Int16Type>().map_or(middle, Self::Int16)
    }

    pub fn get(&self, row: usize) -> Option<i64> {
        match self {
            Self::Int16(numbers) => numbers.is_valid(row).then(|| numbers.value(row).into()),
            Self::Int32(numbers) => numbers.is_valid(row).then(|| numbers.value(row).into()),
            Self::Int64(numbers) => numbers.is_valid(row).then(|| numbers.value(row)),
            Self::None => None,
        }
    }
}

/// A column of truth values.
pub struct Flags<'b>(Option<&'b BooleanArray>);

impl<'b> Flags<'b> {
    pub fn of(batch: &'b RecordBatch, name: &str) -> Self {
        Self(batch.column_by_name(name).and_then(|column| column.as_boolean_opt()))
    }

    /// True where the value is true.
    pub fn is_true(&self, row: usize) -> bool {
        self.0.is_some_and(|flags| flags.is_valid(row) && flags.value(row))
    }
}

/// The years of a column of times.
pub struct Years(Option<Int32Array>);

impl Years {
    pub fn of(batch: &RecordBatch, name: &str, table: &str) -> Result<Self, OverviewError> {
        let times = batch.column_by_name(name);
        let Some(times) = times.and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>()) else {
            return Ok(Self(None));
        };
        // Times are in UTC; without the zone's name no list of zones is needed.
        let years = date_part(&times.clone().with_timezone_opt(None::<&str>), DatePart::Year);
        let years = years.map_err(|source| OverviewError::Dates { table: table.to_owned(), source })?;
        Ok(Self(Some(years.as_primitive::<Int32Type>().clone())))
    }

    pub fn get(&self, row: usize) -> Option<i32> {
        self.0.as_ref().filter(|years| years.is_valid(row)).map(|years| years.value(row))
    }
}
