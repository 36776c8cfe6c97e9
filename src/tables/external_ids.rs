//! `external_ids`: the identifiers of all items and of their groups.

use super::build::{Collect, Table};
use super::column::{Column, column};
use super::entry::Entry;
use super::identifier::{HasExternalId, external_id_columns};
use super::shared::{HasElement, HasOrcid, HasSource, bare_element_columns, orcid_column};
use super::value::{Family, int32, int64, label};
use orcid_xml::{Activities, Activity, AffiliationKind, Element, ExternalId, Group, Item, Section, Source};

pub struct ExternalIds;

const SUMMARY_ELEMENTS: &str = "/record:record/activities:activities-summary//common:external-id[@put-code or @visibility or @display-index or common:created-date or common:last-modified-date or common:source]";
const FULL_ELEMENTS: &str = "//common:external-id[@put-code or @visibility or @display-index or common:created-date or common:last-modified-date or common:source]";

const SUBJECT_ELEMENTS: &str = "/peer-review:peer-review/peer-review:subject-external-identifier[@put-code or @visibility or @display-index or common:created-date or common:last-modified-date or common:source]";

/// Where rows go, and which identifiers give one.
struct Sink<'r, 'a> {
    rows: &'r mut Vec<ExternalIdRow<'a>>,
    keeps: fn(&ExternalId<'a>) -> bool,
}

/// What an identifier stands on.
#[derive(Clone, Copy)]
struct Location<'a> {
    orcid: &'a str,
    kind: &'static str,
    level: &'static str,
    put_code: Option<i64>,
    group_index: Option<usize>,
    peer_review_group_index: Option<usize>,
    resource_item_index: Option<usize>,
}

#[derive(Clone, Copy)]
pub struct ExternalIdRow<'a> {
    location: Location<'a>,
    index: usize,
    id: &'a ExternalId<'a>,
}

impl Family for ExternalIds {
    type Row<'a> = ExternalIdRow<'a>;
}

impl<'a> HasOrcid<'a> for ExternalIdRow<'a> {
    fn orcid(&self) -> &'a str {
        self.location.orcid
    }
}

impl<'a> HasElement<'a> for ExternalIdRow<'a> {
    fn element(&self) -> Option<&'a Element<'a>> {
        self.id.element.as_deref()
    }
}

impl<'a> HasExternalId<'a> for ExternalIdRow<'a> {
    fn external_id(&self) -> &'a ExternalId<'a> {
        self.id
    }
}

impl<'a> HasSource<'a> for ExternalIdRow<'a> {
    fn source(&self) -> Option<&'a Source<'a>> {
        self.id.element.as_ref().map(|element| &element.source)
    }
}

pub fn summary_table() -> Table<ExternalIds> {
    Table {
        name: "external_ids",
        doc: "One row for each identifier of an affiliation, funding, peer review, research resource or work, or of a group of them.",
        xpaths: &["/record:record/activities:activities-summary//common:external-id"],
        columns: columns(),
        collect: |entry, rows| {
            let Entry::Record { orcid, record } = entry else { return };
            collect_record(orcid.as_str(), &record.activities, &mut Sink { rows, keeps: |_| true });
        },
    }
}

pub fn full_table() -> Table<ExternalIds> {
    Table {
        name: "external_ids",
        doc: "One row for each identifier in an activities file.",
        xpaths: &["//common:external-id", "/peer-review:peer-review/peer-review:subject-external-identifier"],
        columns: columns(),
        collect: |entry, rows| {
            if let Entry::Activity { orcid, activity } = entry {
                collect_activity(orcid.as_str(), activity, &mut Sink { rows, keeps: |_| true });
            }
        },
    }
}

/// What the schema lets an identifier of an item say of itself. No file seen
/// does, so a table of its own keeps these columns out of the largest one.
pub fn summary_elements() -> Table<ExternalIds> {
    elements(&[SUMMARY_ELEMENTS], |entry, rows| {
        if let Entry::Record { orcid, record } = entry {
            collect_record(orcid.as_str(), &record.activities, &mut Sink { rows, keeps: has_element });
        }
    })
}

/// As [`summary_elements`], of the activities files.
pub fn full_elements() -> Table<ExternalIds> {
    elements(&[FULL_ELEMENTS, SUBJECT_ELEMENTS], |entry, rows| {
        if let Entry::Activity { orcid, activity } = entry {
            collect_activity(orcid.as_str(), activity, &mut Sink { rows, keeps: has_element });
        }
    })
}

fn elements(xpaths: &'static [&'static str], collect: Collect<ExternalIds>) -> Table<ExternalIds> {
    let mut columns = vec![orcid_column()];
    columns.extend(place_columns());
    columns.extend(bare_element_columns("own_"));
    Table {
        name: "external_id_elements",
        doc: "One row for each external identifier that has a put code, visibility, dates or source of its own, as the schema allows; in no dump seen so far.",
        xpaths,
        columns,
        collect,
    }
}

fn has_element(id: &ExternalId<'_>) -> bool {
    id.element.as_deref().is_some_and(|element| *element != Element::default())
}

fn collect_record<'a>(orcid: &'a str, activities: &'a Activities<'a>, sink: &mut Sink<'_, 'a>) {
    for kind in AffiliationKind::ALL {
        let location = Location::new(orcid, kind.name());
        collect_section(location, activities.affiliations(kind), sink, |affiliation| {
            &affiliation.external_ids
        });
    }
    let location = |kind| Location::new(orcid, kind);
    collect_section(location("funding"), &activities.fundings, sink, |funding| &funding.external_ids);
    for (index, outer) in activities.peer_reviews.groups.iter().enumerate() {
        let location = Location { group_index: Some(index), ..location("peer-review") };
        list(Location { level: "group", ..location }, &outer.external_ids, sink);
        for review in &outer.ungrouped {
            list(location.of_item(review), &review.external_ids, sink);
        }
        for (index, inner) in outer.groups.iter().enumerate() {
            let location = Location { peer_review_group_index: Some(index), ..location };
            collect_group(location, "peer-review-group", inner, sink, |review| &review.external_ids);
        }
    }
    collect_section(location("research-resource"), &activities.research_resources, sink, |item| {
        &item.external_ids
    });
    collect_section(location("work"), &activities.works, sink, |work| &work.external_ids);
}

fn collect_section<'a, T: Item<'a>>(
    location: Location<'a>,
    section: &'a Section<'a, T>,
    sink: &mut Sink<'_, 'a>,
    ids: fn(&'a T) -> &'a [ExternalId<'a>],
) {
    for item in &section.ungrouped {
        list(location.of_item(item), ids(item), sink);
    }
    for (index, group) in section.groups.iter().enumerate() {
        collect_group(Location { group_index: Some(index), ..location }, "group", group, sink, ids);
    }
}

fn collect_group<'a, T: Item<'a>>(
    location: Location<'a>,
    level: &'static str,
    group: &'a Group<'a, T>,
    sink: &mut Sink<'_, 'a>,
    ids: fn(&'a T) -> &'a [ExternalId<'a>],
) {
    list(Location { level, ..location }, &group.external_ids, sink);
    for item in &group.items {
        list(location.of_item(item), ids(item), sink);
    }
}

fn collect_activity<'a>(orcid: &'a str, activity: &'a Activity<'a>, sink: &mut Sink<'_, 'a>) {
    let location =
        Location { put_code: activity.put_code(), ..Location::new(orcid, activity.section().kind()) };
    match activity {
        Activity::Affiliation(_, affiliation) => list(location, &affiliation.external_ids, sink),
        Activity::Funding(funding) => list(location, &funding.external_ids, sink),
        Activity::Work(work) => list(location, &work.external_ids, sink),
        Activity::PeerReview(review) => {
            list(location, &review.external_ids, sink);
            let subject = review.details.as_ref().and_then(|details| details.subject_external_id.as_ref());
            list(Location { level: "subject", ..location }, subject.map_or(&[], std::slice::from_ref), sink);
        }
        Activity::ResearchResource(resource) => {
            list(location, &resource.external_ids, sink);
            for (index, item) in resource.items.iter().enumerate() {
                let location =
                    Location { level: "resource-item", resource_item_index: Some(index), ..location };
                list(location, &item.external_ids, sink);
            }
        }
    }
}

fn list<'a>(location: Location<'a>, ids: &'a [ExternalId<'a>], sink: &mut Sink<'_, 'a>) {
    let keeps = ids.iter().enumerate().filter(|(_, id)| (sink.keeps)(id));
    sink.rows.extend(keeps.map(|(index, id)| ExternalIdRow { location, index, id }));
}

impl<'a> Location<'a> {
    fn new(orcid: &'a str, kind: &'static str) -> Self {
        Self {
            orcid,
            kind,
            level: "item",
            put_code: None,
            group_index: None,
            peer_review_group_index: None,
            resource_item_index: None,
        }
    }

    fn of_item<'i>(self, item: &impl Item<'i>) -> Self {
        Self { level: "item", put_code: item.element().and_then(|element| element.put_code), ..self }
    }
}

fn columns() -> Vec<Column<ExternalIds>> {
    let mut columns = vec![orcid_column()];
    columns.extend(place_columns());
    columns.extend(external_id_columns());
    columns
}

fn place_columns() -> [Column<ExternalIds>; 7] {
    [
        column(
            "kind",
            "",
            "What kind of item it identifies, by the element's name: work, funding, peer-review, research-resource, employment, education and the other affiliations.",
            label::<ExternalIds>(|row| Some(row.location.kind)),
        ),
        column(
            "level",
            "",
            "What it stands on: item, group, peer-review-group (the inner group of v3.0), subject (of a review), resource-item.",
            label::<ExternalIds>(|row| Some(row.location.level)),
        ),
        column(
            "put_code",
            "",
            "The put code of the item; empty where it stands on a group.",
            int64::<ExternalIds>(|row| row.location.put_code),
        ),
        column(
            "group_index",
            "",
            "The index of the group, as in the item's table.",
            int32::<ExternalIds>(|row| row.location.group_index.map(|index| index as i32)),
        ),
        column(
            "peer_review_group_index",
            "",
            "The index of the inner group, as in `peer_reviews`.",
            int32::<ExternalIds>(|row| row.location.peer_review_group_index.map(|index| index as i32)),
        ),
        column(
            "resource_item_index",
            "",
            "The index of the resource item, as in `research_resource_items`.",
            int32::<ExternalIds>(|row| row.location.resource_item_index.map(|index| index as i32)),
        ),
        column(
            "external_id_index",
            "",
            "The identifier's index in its list, from 0.",
            int32::<ExternalIds>(|row| Some(row.index as i32)),
        ),
    ]
}
