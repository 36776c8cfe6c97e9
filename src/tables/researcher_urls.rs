//! `summaries/researcher_urls`: web pages of the person.

use super::build::Table;
use super::column::column;
use super::entry::Entry;
use super::shared::{ItemRow, element_columns};
use super::value::{Family, text};
use orcid_xml::ResearcherUrl;

pub struct ResearcherUrls;

impl Family for ResearcherUrls {
    type Row<'a> = ItemRow<'a, ResearcherUrl<'a>>;
}

pub fn table() -> Table<ResearcherUrls> {
    let mut columns = element_columns();
    columns.extend([
        column(
            "url_name",
            "researcher-url:url-name",
            "What the page is called.",
            text::<ResearcherUrls>(|row| row.item.url_name.as_deref()),
        ),
        column(
            "url",
            "researcher-url:url",
            "The address of the page.",
            text::<ResearcherUrls>(|row| row.item.url.as_deref()),
        ),
    ]);
    Table {
        name: "researcher_urls",
        doc: "One row for each web page of a person.",
        xpaths: &[
            "/record:record/person:person/researcher-url:researcher-urls/researcher-url:researcher-url",
        ],
        columns,
        collect: |entry, rows| {
            if let Entry::Record { orcid, record } = entry {
                let items = &record.person.researcher_urls.items;
                rows.extend(items.iter().map(|item| ItemRow {
                    orcid: orcid.as_str(),
                    kind: "researcher-url",
                    group: None,
                    item,
                }));
            }
        },
    }
}
