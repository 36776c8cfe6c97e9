//! `works`, in summaries and in full.

use super::build::Table;
use super::column::{Column, column};
use super::entry::Entry;
use super::shared::{HasTitle, ItemRow, date_columns, element_columns, group_columns, places, title_columns};
use super::value::{Family, code, label, made, text};
use orcid_xml::{Activity, Title, Work, WorkDetails, normalized_doi};

pub struct Works;

impl Family for Works {
    type Row<'a> = ItemRow<'a, Work<'a>>;
}

impl<'a> HasTitle<'a> for ItemRow<'a, Work<'a>> {
    fn title(&self) -> Option<&'a Title<'a>> {
        Some(&self.item.title)
    }
}

impl<'a> ItemRow<'a, Work<'a>> {
    fn details(&self) -> Option<&'a WorkDetails<'a>> {
        self.item.details.as_deref()
    }
}

pub fn summary_table() -> Table<Works> {
    let mut columns = element_columns();
    columns.extend(group_columns());
    columns.extend(own_columns());
    Table {
        name: "works",
        doc: "One row for each work of a record as each source tells it; `is_preferred` leaves one row for each distinct work.",
        xpaths: &[
            "/record:record/activities:activities-summary/activities:works/activities:group/work:work-summary",
        ],
        columns,
        collect: |entry, rows| {
            let Entry::Record { orcid, record } = entry else { return };
            let works = places(&record.activities.works);
            rows.extend(works.map(|(group, item)| ItemRow {
                orcid: orcid.as_str(),
                kind: "work",
                group,
                item,
            }));
        },
    }
}

pub fn full_table() -> Table<Works> {
    let mut columns = element_columns();
    columns.extend(own_columns());
    columns.extend(detail_columns());
    Table {
        name: "works",
        doc: "One row for each work file of the activities archives, with what summaries leave out.",
        xpaths: &["/work:work"],
        columns,
        collect: |entry, rows| {
            if let Entry::Activity { orcid, activity: Activity::Work(item) } = entry {
                rows.push(ItemRow { orcid: orcid.as_str(), kind: "work", group: None, item });
            }
        },
    }
}

fn own_columns() -> Vec<Column<Works>> {
    let mut columns = title_columns("", "work:title");
    columns.push(column(
        "journal_title",
        "work:journal-title",
        "The journal, book or conference in which it appeared.",
        text::<Works>(|row| row.item.journal_title.as_deref()),
    ));
    columns.push(column(
        "type",
        "work:type",
        "The type of work, such as journal-article; the list grows.",
        label::<Works>(|row| row.item.work_type.as_deref()),
    ));
    columns.extend(date_columns::<Works>(
        "publication",
        "common:publication-date",
        "of publication",
        |row| row.item.publication_date,
    ));
    columns.push(column(
        "url",
        "common:url",
        "Where the work is found.",
        code::<Works>(|row| row.item.url.as_deref()),
    ));
    columns.push(column(
        "doi",
        "",
        "The work's own DOI, bare and in lower case: the first external identifier of type doi and relationship self that is one (`10.`, a number, a slash and more), as ORCID has normalized it or else with resolver and `doi:` taken off. All identifiers stand in `external_ids`.",
        made::<Works>(|row| normalized_doi(&row.item.external_ids)),
    ));
    columns
}

fn detail_columns() -> [Column<Works>; 6] {
    [
        column(
            "short_description",
            "work:short-description",
            "An abstract.",
            text::<Works>(|row| row.details()?.short_description.as_deref()),
        ),
        column(
            "citation_type",
            "work:citation/work:citation-type",
            "The form of the citation, such as bibtex.",
            label::<Works>(|row| row.details()?.citation_type.as_deref()),
        ),
        column(
            "citation_value",
            "work:citation/work:citation-value",
            "The citation as it was written.",
            text::<Works>(|row| row.details()?.citation_value.as_deref()),
        ),
        column(
            "language_code",
            "common:language-code",
            "The language of the work, in Java's codes.",
            label::<Works>(|row| row.details()?.language_code.as_deref()),
        ),
        column(
            "country",
            "common:country",
            "The country of publication, ISO 3166 in two letters.",
            label::<Works>(|row| row.details()?.country.as_deref()),
        ),
        column(
            "country_visibility",
            "common:country/@visibility",
            "Who may see the country.",
            label::<Works>(|row| row.details()?.country_visibility.as_deref()),
        ),
    ]
}
