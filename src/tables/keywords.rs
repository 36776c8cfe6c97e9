//! `summaries/keywords`: the keywords of the person.

use super::build::Table;
use super::column::column;
use super::entry::Entry;
use super::shared::{ItemRow, element_columns};
use super::value::{Family, text};
use orcid_xml::Keyword;

pub struct Keywords;

impl Family for Keywords {
    type Row<'a> = ItemRow<'a, Keyword<'a>>;
}

pub fn table() -> Table<Keywords> {
    let mut columns = element_columns();
    columns.extend([column(
        "content",
        "keyword:content",
        "The keyword.",
        text::<Keywords>(|row| row.item.content.as_deref()),
    )]);
    Table {
        name: "keywords",
        doc: "One row for each keyword of a person.",
        xpaths: &["/record:record/person:person/keyword:keywords/keyword:keyword"],
        columns,
        collect: |entry, rows| {
            if let Entry::Record { orcid, record } = entry {
                let items = &record.person.keywords.items;
                rows.extend(items.iter().map(|item| ItemRow {
                    orcid: orcid.as_str(),
                    kind: "keyword",
                    group: None,
                    item,
                }));
            }
        },
    }
}
