//! `activities/research_resource_items`: what was granted.

use super::build::Table;
use super::column::column;
use super::entry::Entry;
use super::shared::{HasOrcid, orcid_column};
use super::value::{Family, int32, int64, label, text};
use orcid_xml::{Activity, ResearchResource, ResourceItem};

pub struct ResearchResourceItems;

#[derive(Clone, Copy)]
pub struct ResourceItemRow<'a> {
    orcid: &'a str,
    resource: &'a ResearchResource<'a>,
    index: usize,
    item: &'a ResourceItem<'a>,
}

impl Family for ResearchResourceItems {
    type Row<'a> = ResourceItemRow<'a>;
}

impl<'a> HasOrcid<'a> for ResourceItemRow<'a> {
    fn orcid(&self) -> &'a str {
        self.orcid
    }
}

pub fn table() -> Table<ResearchResourceItems> {
    let columns = vec![
        orcid_column(),
        column(
            "put_code",
            "../../@put-code",
            "The research resource's put code.",
            int64::<ResearchResourceItems>(|row| row.resource.element.put_code),
        ),
        column(
            "resource_item_index",
            "",
            "The item's place in its resource, from 0.",
            int32::<ResearchResourceItems>(|row| Some(row.index as i32)),
        ),
        column(
            "resource_name",
            "research-resource:resource-name",
            "What was granted.",
            text::<ResearchResourceItems>(|row| row.item.name.as_deref()),
        ),
        column(
            "resource_type",
            "research-resource:resource-type",
            "The type: infrastructures, collections, equipment, services.",
            label::<ResearchResourceItems>(|row| row.item.resource_type.as_deref()),
        ),
        column(
            "url",
            "common:url",
            "A web page about it.",
            text::<ResearchResourceItems>(|row| row.item.url.as_deref()),
        ),
    ];
    Table {
        name: "research_resource_items",
        doc: "One row for each item of a research resource; its hosts stand in `research_resource_hosts`.",
        xpaths: &[
            "/research-resource:research-resource/research-resource:resource-items/research-resource:resource-item",
        ],
        columns,
        collect: |entry, rows| {
            let Entry::Activity { orcid, activity: Activity::ResearchResource(resource) } = entry else {
                return;
            };
            let items = resource.items.iter().enumerate();
            rows.extend(items.map(|(index, item)| ResourceItemRow {
                orcid: orcid.as_str(),
                resource,
                index,
                item,
            }));
        },
    }
}
