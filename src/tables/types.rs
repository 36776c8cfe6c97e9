//! The types of columns, and what their values are like.

use arrow::datatypes::{DataType, TimeUnit};

/// The time zone of all points in time.
pub(super) const TIME_ZONE: &str = "UTC";

/// The type of a column, as documentation and SQL name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Text,
    Int64,
    Int32,
    Int16,
    Float64,
    Boolean,
    Timestamp,
}

/// What a column's values are like, to choose their encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodingHint {
    /// Few distinct values among many rows.
    Repeating,
    /// Words from a list, such as a type or a country: they repeat, in no order.
    Labels,
    /// Text that people wrote; some repeats, most does not.
    Words,
    /// Text without words, such as identifiers; some repeats, most does not.
    Codes,
    /// Numbers, times and keys that hardly repeat, and places in long lists, which count up.
    Numbers,
}

impl Type {
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Int64 => DataType::Int64,
            Self::Int32 => DataType::Int32,
            Self::Int16 => DataType::Int16,
            Self::Float64 => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some(TIME_ZONE.into())),
        }
    }

    /// The type's name in the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Int64 => "int64",
            Self::Int32 => "int32",
            Self::Int16 => "int16",
            Self::Float64 => "float64",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp[us, UTC]",
        }
    }
}
