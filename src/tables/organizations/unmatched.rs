//! `unmatched`: what was not matched, the most frequent first.

use super::keys::{KeyRow, Named, key_columns};
use crate::tables::build::Table;
use crate::tables::column::column;
use crate::tables::value::{Family, int64, text};

pub struct Unmatched;

impl Family for Unmatched {
    type Row<'a> = &'a UnmatchedRow<'a>;
}

/// A key without an organisation.
#[derive(Debug, Clone, Default)]
pub struct UnmatchedRow<'a> {
    pub key: KeyRow<'a>,
    pub candidates: Option<&'a str>,
}

impl<'a> Named<'a> for &'a UnmatchedRow<'a> {
    fn key(&self) -> KeyRow<'a> {
        self.key
    }
}

pub fn table() -> Table<Unmatched> {
    let mut columns = vec![column(
        "occurrences",
        "",
        "How often it occurs in all sections together.",
        int64::<Unmatched>(|row| Some(row.key.occurrences())),
    )];
    columns.extend(key_columns());
    columns.push(column(
        "candidates",
        "",
        "The organisations that were near, the best first, with `|` between them.",
        text::<Unmatched>(|row| row.candidates),
    ));
    Table {
        name: "unmatched",
        doc: "The 100,000 most frequent organizations that were not matched, the most frequent first: what to ask ROR for, or to put into a table of overrides.",
        xpaths: &[],
        columns,
        collect: |_, _| {},
    }
}
