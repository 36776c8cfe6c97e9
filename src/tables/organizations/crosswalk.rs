//! `learned_crosswalk`: what ids that ROR lacks were found to mean.

use crate::tables::build::Table;
use crate::tables::column::column;
use crate::tables::value::{Family, boolean, float64, int64, key, label, text};

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
        column(
            "source",
            "",
            "Whose identifier it is: RINGGOLD or LEI.",
            label::<Learned>(|row| Some(row.source)),
        ),
        column("identifier", "", "The identifier.", key::<Learned>(|row| &row.identifier)),
        column(
            "ror_id",
            "",
            "The organisation that most of its names mean.",
            key::<Learned>(|row| &row.ror_id),
        ),
        column("support", "", "Occurrences whose name means it.", int64::<Learned>(|row| Some(row.support))),
        column("keys", "", "Distinct names and places among them.", int64::<Learned>(|row| Some(row.keys))),
        column(
            "purity",
            "",
            "Their share of all occurrences whose name means anything.",
            float64::<Learned>(|row| Some(row.purity)),
        ),
        column(
            "runner_up",
            "",
            "The organisation that the next most mean.",
            text::<Learned>(|row| row.runner_up.as_deref()),
        ),
        column(
            "runner_up_support",
            "",
            "Occurrences whose name means that.",
            int64::<Learned>(|row| Some(row.runner_up_support)),
        ),
        column(
            "accepted",
            "",
            "True where it was used: a purity of 0.9 and two occurrences, or one with exactly the name to show.",
            boolean::<Learned>(|row| Some(row.accepted)),
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
