//! `unmapped_values`: what a file says and no other table has a column for.

use super::build::Table;
use super::column::{Column, column};
use super::entry::{Entry, UnmappedValues};
use super::value::{Family, int64, label, ordinal, text};
use orcid_xml::Unmapped;

/// A value of a record, or of an activity.
pub struct UnmappedRows;

/// One value with the member that holds it, and its place there.
#[derive(Clone, Copy)]
pub struct ValueRow<'a> {
    of: &'a UnmappedValues,
    value: &'a Unmapped,
    ordinal: i64,
}

impl Family for UnmappedRows {
    type Row<'a> = ValueRow<'a>;
}

/// Of summaries.
pub fn summary_table() -> Table<UnmappedRows> {
    table(Vec::new())
}

/// Of activities, with what tells one from another.
pub fn full_table() -> Table<UnmappedRows> {
    table(vec![
        column(
            "kind",
            "",
            "The section: work, funding, peer-review, research-resource, or an affiliation's kind.",
            label::<UnmappedRows>(|row| row.of.activity.map(|(section, _)| section.kind())),
        ),
        column(
            "put_code",
            "",
            "The activity's put code.",
            int64::<UnmappedRows>(|row| row.of.activity.map(|(_, code)| code)),
        ),
    ])
}

fn table(of_activities: Vec<Column<UnmappedRows>>) -> Table<UnmappedRows> {
    let mut columns = vec![column(
        "orcid",
        "",
        "The ORCID iD of the record's owner.",
        text::<UnmappedRows>(|row| Some(row.of.orcid.as_str())),
    )];
    columns.extend(of_activities);
    columns.extend([
        column("member", "", "The member's path in the archive.", text::<UnmappedRows>(|row| Some(&row.of.member))),
        column(
            "path",
            "",
            "Where the value stands: the elements from the root on, as they are written, then @attribute or text().",
            label::<UnmappedRows>(|row| Some(&row.value.path)),
        ),
        column(
            "value",
            "",
            "The value as it is written, entities resolved and white space at its ends taken off.",
            text::<UnmappedRows>(|row| Some(&row.value.value)),
        ),
        column(
            "ordinal",
            "",
            "Its place among the member's values of this table, from 0.",
            ordinal::<UnmappedRows>(|row| Some(row.ordinal)),
        ),
        column(
            "code",
            "",
            "Why it stands here; empty where the schema that is known has no place for it. `invalid`: not of its \
             column's type; `repeated`: the schema has one such value, and the first counts; `other-id`: another iD than \
             the file's name; `no-item`: of a group without items.",
            label::<UnmappedRows>(|row| row.value.code),
        ),
    ]);
    Table {
        name: "unmapped_values",
        doc: "One row for each value that no other table has a column for, such as one of an element that ORCID has \
              added; empty where all is known.",
        xpaths: &[],
        columns,
        collect: |entry, rows| {
            if let Entry::Unmapped(of) = entry {
                let values = of.values.iter().zip(0..);
                rows.extend(values.map(|(value, ordinal)| ValueRow { of, value, ordinal }));
            }
        },
    }
}
