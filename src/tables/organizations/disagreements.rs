//! `disagreements`: where identifier and name mean different organisations.

use super::keys::{KeyRow, Named, key_columns};
use crate::tables::build::Table;
use crate::tables::column::column;
use crate::tables::value::{Family, boolean, float64, int64, label, text};

pub struct Disagreements;

impl Family for Disagreements {
    type Row<'a> = &'a DisagreementRow<'a>;
}

/// A key whose id and name differ.
#[derive(Debug, Clone, Default)]
pub struct DisagreementRow<'a> {
    pub key: KeyRow<'a>,
    pub id_ror: Option<&'a str>,
    pub id_name: Option<&'a str>,
    pub id_via: Option<&'static str>,
    pub name_ror: Option<&'a str>,
    pub name_name: Option<&'a str>,
    pub tier: Option<&'static str>,
    pub score: Option<f64>,
    pub related: bool,
    pub decided_by: Option<&'static str>,
}

impl<'a> Named<'a> for &'a DisagreementRow<'a> {
    fn key(&self) -> KeyRow<'a> {
        self.key
    }
}

pub fn table() -> Table<Disagreements> {
    let mut columns = key_columns();
    columns.extend([
        column(
            "occurrences",
            "",
            "How often it occurs in all sections together.",
            int64::<Disagreements>(|row| Some(row.key.occurrences())),
        ),
        column(
            "id_ror",
            "",
            "The organisation that the identifier leads to.",
            text::<Disagreements>(|row| row.id_ror),
        ),
        column("id_ror_name", "", "Its name.", text::<Disagreements>(|row| row.id_name)),
        column("id_via", "", "How it was found.", label::<Disagreements>(|row| row.id_via)),
        column(
            "name_ror",
            "",
            "The organisation that name and place lead to.",
            text::<Disagreements>(|row| row.name_ror),
        ),
        column("name_ror_name", "", "Its name.", text::<Disagreements>(|row| row.name_name)),
        column("tier", "", "How it was found.", label::<Disagreements>(|row| row.tier)),
        column("score", "", "How sure that is.", float64::<Disagreements>(|row| row.score)),
        column(
            "related",
            "",
            "True where one belongs to the other.",
            boolean::<Disagreements>(|row| Some(row.related)),
        ),
        column(
            "decided_by",
            "",
            "Which was followed: id or name.",
            label::<Disagreements>(|row| row.decided_by),
        ),
    ]);
    Table {
        name: "disagreements",
        doc: "One row for each organization as written whose identifier and name mean different organisations of ROR.",
        xpaths: &[],
        columns,
        collect: |_, _| {},
    }
}
