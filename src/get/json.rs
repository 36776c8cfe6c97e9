//! Rows as JSON.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType};
use serde_json::{Map, Value};

use crate::dataset::TableRows;

/// Rows by table, each an object by column; absent values are left out.
///
/// # Panics
/// Where a column has a type that no table of a dataset has.
pub fn to_json(tables: &TableRows) -> Map<String, Value> {
    let rows_of = |batches: &Vec<RecordBatch>| {
        let rows = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| row_to_json(batch, row)));
        rows.collect()
    };
    tables.iter().map(|(table, batches)| (table.clone(), rows_of(batches))).collect()
}

fn row_to_json(batch: &RecordBatch, row: usize) -> Value {
    let schema = batch.schema();
    let cells = schema.fields().iter().zip(batch.columns());
    let cells = cells.filter(|(_, column)| !column.is_null(row));
    Value::Object(
        cells.map(|(field, column)| (field.name().clone(), cell_to_json(column.as_ref(), row))).collect(),
    )
}

fn cell_to_json(column: &dyn Array, row: usize) -> Value {
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int16 => column.as_primitive::<Int16Type>().value(row).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Timestamp(..) => {
            let column = column.as_primitive::<TimestampMicrosecondType>();
            let text =
                column.value_as_datetime(row).map(|time| time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string());
            text.into()
        }
        other => unreachable!("no table has a column of type {other}"),
    }
}
