//! `research_resources`, in summaries and in full.

use super::build::Table;
use super::column::{Column, column};
use super::entry::Entry;
use super::shared::{HasTitle, ItemRow, date_columns, element_columns, group_columns, places, title_columns};
use super::value::{Family, text};
use orcid_xml::{Activity, ResearchResource, Title};

pub struct ResearchResources;

impl Family for ResearchResources {
    type Row<'a> = ItemRow<'a, ResearchResource<'a>>;
}

impl<'a> HasTitle<'a> for ItemRow<'a, ResearchResource<'a>> {
    fn title(&self) -> Option<&'a Title<'a>> {
        Some(&self.item.title)
    }
}

pub fn summary_table() -> Table<ResearchResources> {
    let mut columns = element_columns();
    columns.extend(group_columns());
    columns.extend(own_columns());
    Table {
        name: "research_resources",
        doc: "One row for each grant of the use of a resource; its hosts stand in `research_resource_hosts`.",
        xpaths: &[
            "/record:record/activities:activities-summary/activities:research-resources/activities:group/research-resource:research-resource-summary",
        ],
        columns,
        collect: |entry, rows| {
            let Entry::Record { orcid, record } = entry else { return };
            let resources = places(&record.activities.research_resources);
            rows.extend(resources.map(|(group, item)| ItemRow {
                orcid: orcid.as_str(),
                kind: "research-resource",
                group,
                item,
            }));
        },
    }
}

pub fn full_table() -> Table<ResearchResources> {
    let mut columns = element_columns();
    columns.extend(own_columns());
    Table {
        name: "research_resources",
        doc: "One row for each research resource file of the activities archives; what was granted stands in `research_resource_items`.",
        xpaths: &["/research-resource:research-resource"],
        columns,
        collect: |entry, rows| {
            if let Entry::Activity { orcid, activity: Activity::ResearchResource(item) } = entry {
                rows.push(ItemRow { orcid: orcid.as_str(), kind: "research-resource", group: None, item });
            }
        },
    }
}

fn own_columns() -> Vec<Column<ResearchResources>> {
    let at = |leaf: &str| format!("research-resource:proposal/{leaf}");
    let mut columns = title_columns("", &at("research-resource:title"));
    columns.extend(date_columns::<ResearchResources>(
        "start",
        &at("common:start-date"),
        "in which the use began",
        |row| row.item.start_date,
    ));
    columns.extend(date_columns::<ResearchResources>(
        "end",
        &at("common:end-date"),
        "in which the use ended",
        |row| row.item.end_date,
    ));
    columns.push(column(
        "url",
        at("common:url"),
        "A web page about it.",
        text::<ResearchResources>(|row| row.item.url.as_deref()),
    ));
    columns
}
