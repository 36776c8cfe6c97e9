//! A cell of a batch as a value.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'v> {
    Absent,
    Text(&'v str),
    Number(i64),
    Float(f64),
    Truth(bool),
    /// In ISO 8601, such as `2019-07-01T12:00:00.123Z`.
    Time(String),
}

/// The value of a row of a column. Tables have no other types of columns than these.
pub fn value(column: &dyn Array, row: usize) -> Value<'_> {
    if column.is_null(row) {
        return Value::Absent;
    }
    match column.data_type() {
        DataType::Utf8 => Value::Text(column.as_string::<i32>().value(row)),
        DataType::Int16 => Value::Number(column.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => Value::Number(column.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Value::Number(column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => Value::Float(column.as_primitive::<Float64Type>().value(row)),
        DataType::Boolean => Value::Truth(column.as_boolean().value(row)),
        _ => {
            let times = column.as_primitive_opt::<TimestampMicrosecondType>();
            let time = times.and_then(|times| times.value_as_datetime(row));
            time.map_or(Value::Absent, |time| Value::Time(time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables;

    #[test]
    fn every_type_of_every_table_is_known() {
        for (_, table) in tables::all() {
            for field in table.schema().fields() {
                let known = matches!(
                    field.data_type(),
                    DataType::Utf8
                        | DataType::Int16
                        | DataType::Int32
                        | DataType::Int64
                        | DataType::Float64
                        | DataType::Boolean
                        | DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, Some(_))
                );
                assert!(known, "{} {}: {}", table.name(), field.name(), field.data_type());
            }
        }
    }
}
