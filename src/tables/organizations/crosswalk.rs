//! `learned_crosswalk`: what ids that ROR lacks were found to mean.

use crate::tables::build::Table;
use crate::tables::column::Value::{Boolean, Float64, Int64, Key, Label, Text};
use crate::tables::column::{Family, column};

pub struct Learned;

impl Family for Learned {
    type Row<'a> = &'a LearnedRow;
}

/// An id with the organisation that most of its names mean.
#[derive(Debug, Clone, Default)]
pub struct LearnedRow {
    pub source: &'static str,
    pub identifier: String,
    pub ror_id: String,
    pub support: i64,
    pub keys: i64,
    pub purity: f64,
    pub runner_up: Option<String>,
    pub runner_up_support: i64,
    pub accepted: bool,
}

pub fn table() -> Table<Learned> {
    let columns = vec![
        column::<Learned>(
            "source",
            "",
            "Whose identifier it is: RINGGOLD or LEI.",
            Label(|row| Some(row.source)),
        ),
        column("identifier", "", "The identifier.", Key(|row| &row.identifier)),
        column("ror_id", "", "The organisation that most of its names mean.", Key(|row| &row.ror_id)),
        column("support", "", "Occurrences whose name means it.", Int64(|row| Some(row.support))),
        column("keys", "", "Distinct names and places among them.", Int64(|row| Some(row.keys))),
        column(
            "purity",
            "",
            "Their share of all occurrences whose name means anything.",
            Float64(|row| Some(row.purity)),
        ),
        column(
            "runner_up",
            "",
            "The organisation that the next most mean.",
            Text(|row| row.runner_up.as_deref()),
        ),
        column(
            "runner_up_support",
            "",
            "Occurrences whose name means that.",
            Int64(|row| Some(row.runner_up_support)),
        ),
        column(
            "accepted",
            "",
            "True where it was used: a purity of 0.9 and two occurrences, or one with exactly the name to show.",
            Boolean(|row| Some(row.accepted)),
        ),
    ];
    Table {
        name: "learned_crosswalk",
        doc: "One row for each Ringgold or LEI id with a name that was matched: which organisation of ROR the names under it mean, learned from this dataset by majority.",
        xpaths: &[],
        columns,
        collect: |_, _| {},
    }
}
