//! `ror_ancestors`: which organisation belongs to which, over all levels.

use crate::tables::build::Table;
use crate::tables::column::column;
use crate::tables::value::{Family, int32, key};

pub struct Ancestors;

impl Family for Ancestors {
    type Row<'a> = &'a AncestorRow;
}

/// An organisation and one above it.
#[derive(Debug, Clone, Default)]
pub struct AncestorRow {
    pub ror_id: String,
    pub ancestor_id: String,
    pub depth: i32,
}

pub fn table() -> Table<Ancestors> {
    let columns = vec![
        column("ror_id", "", "The organisation.", key::<Ancestors>(|row| &row.ror_id)),
        column(
            "ancestor_id",
            "",
            "An organisation above it, or itself.",
            key::<Ancestors>(|row| &row.ancestor_id),
        ),
        column(
            "depth",
            "",
            "The least number of steps between them: 0 for itself, 1 for a parent.",
            int32::<Ancestors>(|row| Some(row.depth)),
        ),
    ];
    Table {
        name: "ror_ancestors",
        doc: "One row for each organisation and each one above it, itself included, from the children's own parent links. All below X: the rows with `ancestor_id` X.",
        xpaths: &[],
        columns,
        collect: |_, _| {},
    }
}
