//! `summaries/other_names`: other names of the person.

use super::build::Table;
use super::column::column;
use super::entry::Entry;
use super::shared::{ItemRow, element_columns};
use super::value::{Family, text};
use orcid_xml::OtherName;

pub struct OtherNames;

impl Family for OtherNames {
    type Row<'a> = ItemRow<'a, OtherName<'a>>;
}

pub fn table() -> Table<OtherNames> {
    let mut columns = element_columns();
    columns.extend([column(
        "content",
        "other-name:content",
        "The name.",
        text::<OtherNames>(|row| row.item.content.as_deref()),
    )]);
    Table {
        name: "other_names",
        doc: "One row for each other name under which a person is known.",
        xpaths: &["/record:record/person:person/other-name:other-names/other-name:other-name"],
        columns,
        collect: |entry, rows| {
            if let Entry::Record { orcid, record } = entry {
                let items = &record.person.other_names.items;
                rows.extend(items.iter().map(|item| ItemRow {
                    orcid: orcid.as_str(),
                    kind: "other-name",
                    group: None,
                    item,
                }));
            }
        },
    }
}
