//! `research_resource_hosts`: the organizations that host a resource or one of
//! its items.

use super::build::Table;
use super::column::{Column, column};
use super::entry::Entry;
use super::shared::{HasOrcid, HasOrganization, orcid_column, organization_columns};
use super::value::{Family, int32, int64};
use orcid_xml::{Activity, Organization, ResearchResource};

pub struct Hosts;

#[derive(Clone, Copy)]
pub struct HostRow<'a> {
    orcid: &'a str,
    resource: &'a ResearchResource<'a>,
    item_index: Option<usize>,
    index: usize,
    host: &'a Organization<'a>,
}

impl Family for Hosts {
    type Row<'a> = HostRow<'a>;
}

impl<'a> HasOrcid<'a> for HostRow<'a> {
    fn orcid(&self) -> &'a str {
        self.orcid
    }
}

impl<'a> HasOrganization<'a> for HostRow<'a> {
    fn organization(&self) -> Option<&'a Organization<'a>> {
        Some(self.host)
    }
}

pub fn summary_table() -> Table<Hosts> {
    Table {
        name: "research_resource_hosts",
        doc: "One row for each host of a research resource.",
        xpaths: &[
            "/record:record/activities:activities-summary/activities:research-resources/activities:group/research-resource:research-resource-summary/research-resource:proposal/research-resource:hosts/common:organization",
        ],
        columns: columns(),
        collect: |entry, rows| {
            let Entry::Record { orcid, record } = entry else { return };
            for (_, resource) in record.activities.research_resources.items() {
                rows.extend(hosts(orcid.as_str(), resource, None, &resource.hosts));
            }
        },
    }
}

pub fn full_table() -> Table<Hosts> {
    Table {
        name: "research_resource_hosts",
        doc: "One row for each host of a research resource or of one of its items.",
        xpaths: &[
            "/research-resource:research-resource/research-resource:proposal/research-resource:hosts/common:organization",
            "/research-resource:research-resource/research-resource:resource-items/research-resource:resource-item/research-resource:hosts/common:organization",
        ],
        columns: columns(),
        collect: |entry, rows| {
            let Entry::Activity { orcid, activity: Activity::ResearchResource(resource) } = entry else {
                return;
            };
            rows.extend(hosts(orcid.as_str(), resource, None, &resource.hosts));
            for (index, item) in resource.items.iter().enumerate() {
                rows.extend(hosts(orcid.as_str(), resource, Some(index), &item.hosts));
            }
        },
    }
}

fn hosts<'a>(
    orcid: &'a str,
    resource: &'a ResearchResource<'a>,
    item_index: Option<usize>,
    hosts: &'a [Organization<'a>],
) -> impl Iterator<Item = HostRow<'a>> {
    hosts.iter().enumerate().map(move |(index, host)| HostRow { orcid, resource, item_index, index, host })
}

fn columns() -> Vec<Column<Hosts>> {
    let mut columns = vec![
        orcid_column(),
        column(
            "put_code",
            "ancestor::*[@put-code][1]/@put-code",
            "The research resource's put code.",
            int64::<Hosts>(|row| row.resource.element.put_code),
        ),
        column(
            "resource_item_index",
            "",
            "The place of the resource item that it hosts, from 0; empty for a host of the whole.",
            int32::<Hosts>(|row| row.item_index.map(|index| index as i32)),
        ),
        column(
            "host_index",
            "",
            "The host's place in its list, from 0.",
            int32::<Hosts>(|row| Some(row.index as i32)),
        ),
    ];
    columns.extend(organization_columns(""));
    columns
}
