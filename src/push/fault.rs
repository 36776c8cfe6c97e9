//! A fault of a row: where it is, what is wrong, and what to do.

use std::fmt;

/// Where a value stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct At {
    /// The line of the file; 0 if it is not known.
    pub line: u64,
    /// The column's name in a table; the element and its column in XML; the path in JSON.
    pub column: String,
}

/// A fault of a row; the row is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    pub at: At,
    pub what: String,
}

impl At {
    pub fn new(line: u64, column: impl Into<String>) -> Self {
        Self { line, column: column.into() }
    }
}

impl RowFault {
    pub fn new(at: &At, what: impl Into<String>) -> Self {
        Self { at: at.clone(), what: what.into() }
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.line > 0 {
            write!(formatter, "line {}, ", self.at.line)?;
        }
        match self.at.column.as_str() {
            "" => write!(formatter, "{}", self.what),
            column => write!(formatter, "{column}: {}", self.what),
        }
    }
}
