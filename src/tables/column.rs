//! A column: name, type, meaning, source path and getter in one place.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Deref;

use arrow::datatypes::{DataType, Field, TimeUnit};

use orcid_xml::{FuzzyDate, Timestamp};

/// What one row of a table is made from.
pub trait Family: 'static {
    type Row<'a>: Copy;
}

/// A row as getters see it; it dereferences to the value that it wraps.
pub struct Row<'a, F: Family>(pub F::Row<'a>);

impl<'a, F: Family> Deref for Row<'a, F> {
    type Target = F::Row<'a>;

    fn deref(&self) -> &F::Row<'a> {
        &self.0
    }
}

/// One column of a table whose rows are of family `F`.
pub struct Column<F: Family> {
    pub name: Cow<'static, str>,
    /// The path of the value from the row's element; empty if the value is derived from others as
    /// `doc` says. Elements are matched by local name, so the other prefixes of version 2.0 need no
    /// separate path.
    pub xpath: Cow<'static, str>,
    pub doc: Cow<'static, str>,
    pub value: Value<F>,
}

/// A column's type, with the function that gets its value from a row.
pub enum Value<F: Family> {
    /// Text that is never absent.
    Key(for<'a> fn(&Row<'a, F>) -> &'a str),
    /// Text with few distinct values, such as a type or a country.
    Label(for<'a> fn(&Row<'a, F>) -> Option<&'a str>),
    /// Identifiers and addresses: mostly distinct, and not made of words.
    Code(for<'a> fn(&Row<'a, F>) -> Option<&'a str>),
    /// Free text.
    Text(for<'a> fn(&Row<'a, F>) -> Option<&'a str>),
    /// An identifier or an address that is made from other values.
    Made(for<'a> fn(&Row<'a, F>) -> Option<Cow<'a, str>>),
    /// A key of organizations, as text.
    OrgKey(for<'a> fn(&Row<'a, F>) -> Option<u64>),
    Int64(for<'a> fn(&Row<'a, F>) -> Option<i64>),
    /// A number that counts within a record, so small values repeat.
    Ordinal(for<'a> fn(&Row<'a, F>) -> Option<i64>),
    Int32(for<'a> fn(&Row<'a, F>) -> Option<i32>),
    Float64(for<'a> fn(&Row<'a, F>) -> Option<f64>),
    Boolean(for<'a> fn(&Row<'a, F>) -> Option<bool>),
    Timestamp(for<'a> fn(&Row<'a, F>) -> Option<Timestamp>),
    Year(for<'a> fn(&Row<'a, F>) -> FuzzyDate),
    Month(for<'a> fn(&Row<'a, F>) -> FuzzyDate),
    Day(for<'a> fn(&Row<'a, F>) -> FuzzyDate),
}

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

/// The facts about a column that do not depend on its rows.
#[derive(Debug, Clone)]
pub struct ColumnInfo {
    pub name: String,
    pub xpath: String,
    pub doc: String,
    pub kind: Type,
    pub nullable: bool,
    pub encoding_hint: EncodingHint,
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
    /// Numbers, times and keys that hardly repeat.
    Numbers,
}

/// Declares a column.
pub fn column<F: Family>(
    name: impl Into<Cow<'static, str>>,
    xpath: impl Into<Cow<'static, str>>,
    doc: impl Into<Cow<'static, str>>,
    value: Value<F>,
) -> Column<F> {
    Column { name: name.into(), xpath: xpath.into(), doc: doc.into(), value }
}

impl<F: Family> Column<F> {
    pub fn info(&self) -> ColumnInfo {
        ColumnInfo {
            name: self.name.to_string(),
            xpath: self.xpath.to_string(),
            doc: self.doc.to_string(),
            kind: self.value.kind(),
            nullable: !matches!(self.value, Value::Key(_)),
            encoding_hint: self.value.encoding_hint(),
        }
    }
}

impl<F: Family> Value<F> {
    fn kind(&self) -> Type {
        match self {
            Self::Key(_) | Self::Label(_) | Self::Code(_) | Self::Text(_) => Type::Text,
            Self::Made(_) | Self::OrgKey(_) => Type::Text,
            Self::Int64(_) | Self::Ordinal(_) => Type::Int64,
            Self::Int32(_) => Type::Int32,
            Self::Float64(_) => Type::Float64,
            Self::Boolean(_) => Type::Boolean,
            Self::Timestamp(_) => Type::Timestamp,
            Self::Year(_) | Self::Month(_) | Self::Day(_) => Type::Int16,
        }
    }

    fn encoding_hint(&self) -> EncodingHint {
        match self {
            Self::Key(_) | Self::Boolean(_) | Self::Int32(_) => EncodingHint::Repeating,
            Self::Year(_) | Self::Month(_) | Self::Day(_) | Self::Ordinal(_) => EncodingHint::Repeating,
            Self::Label(_) => EncodingHint::Labels,
            Self::Text(_) => EncodingHint::Words,
            Self::Code(_) | Self::Made(_) => EncodingHint::Codes,
            Self::Int64(_) | Self::Float64(_) | Self::Timestamp(_) | Self::OrgKey(_) => EncodingHint::Numbers,
        }
    }
}

impl ColumnInfo {
    /// The Arrow field, with meaning and source path in its metadata.
    pub fn field(&self) -> Field {
        let mut metadata = vec![("description".to_owned(), self.doc.clone())];
        if !self.xpath.is_empty() {
            metadata.push(("xpath".to_owned(), self.xpath.clone()));
        }
        Field::new(&self.name, self.kind.arrow(), self.nullable)
            .with_metadata(metadata.into_iter().collect::<HashMap<_, _>>())
    }
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
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
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
