//! A column: name, type, meaning, source path and getter in one place.

use std::borrow::Cow;
use std::collections::HashMap;

use arrow::datatypes::Field;

use super::types::{EncodingHint, Type};
use super::value::{Family, Value};

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
            kind: self.value.kind,
            nullable: self.value.nullable,
            encoding_hint: self.value.encoding_hint,
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
