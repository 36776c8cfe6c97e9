//! `affiliations`: the seven kinds in one table, in summaries and in full.

use super::build::Table;
use super::column::{Column, column};
use super::entry::Entry;
use super::shared::places;
use super::shared::{
    HasOrganization, ItemRow, date_columns, element_columns, group_columns, organization_columns,
};
use super::value::{Family, label, text};
use orcid_xml::{Activity, Affiliation, AffiliationKind, Organization};

pub struct Affiliations;

impl Family for Affiliations {
    type Row<'a> = ItemRow<'a, Affiliation<'a>>;
}

impl<'a> HasOrganization<'a> for ItemRow<'a, Affiliation<'a>> {
    fn organization(&self) -> Option<&'a Organization<'a>> {
        self.item.organization.as_ref()
    }
}

pub fn summary_table() -> Table<Affiliations> {
    let mut columns = element_columns();
    columns.extend(group_columns());
    columns.extend(own_columns());
    Table {
        name: "affiliations",
        doc: "One row for each affiliation of a record: employments, educations, qualifications, distinctions, invited positions, memberships and services, told apart by `kind`.",
        xpaths: &[
            "/record:record/activities:activities-summary/*/activities:affiliation-group/*[substring(local-name(), string-length(local-name()) - 7) = '-summary']",
            "/record:record/activities:activities-summary/activities:educations/education:education-summary",
            "/record:record/activities:activities-summary/activities:employments/employment:employment-summary",
        ],
        columns,
        collect: |entry, rows| {
            let Entry::Record { orcid, record } = entry else { return };
            for kind in AffiliationKind::ALL {
                let section = record.activities.affiliations(kind);
                rows.extend(places(section).map(|(group, item)| ItemRow {
                    orcid: orcid.as_str(),
                    kind: kind.name(),
                    group,
                    item,
                }));
            }
        },
    }
}

pub fn full_table() -> Table<Affiliations> {
    let mut columns = element_columns();
    columns.extend(own_columns());
    Table {
        name: "affiliations",
        doc: "One row for each affiliation file of the activities archives; the same values as in the summaries, which may be newer.",
        xpaths: &[
            "/distinction:distinction",
            "/education:education",
            "/employment:employment",
            "/invited-position:invited-position",
            "/membership:membership",
            "/qualification:qualification",
            "/service:service",
        ],
        columns,
        collect: |entry, rows| {
            if let Entry::Activity { orcid, activity: Activity::Affiliation(kind, item) } = entry {
                rows.push(ItemRow { orcid: orcid.as_str(), kind: kind.name(), group: None, item });
            }
        },
    }
}

fn own_columns() -> Vec<Column<Affiliations>> {
    let mut columns = vec![
        column(
            "kind",
            "",
            "The kind of affiliation, by the element's name: distinction, education, employment, invited-position, membership, qualification, service.",
            label::<Affiliations>(|row| Some(row.kind)),
        ),
        column(
            "department_name",
            "common:department-name",
            "The department.",
            text::<Affiliations>(|row| row.item.department_name.as_deref()),
        ),
        column(
            "role_title",
            "common:role-title",
            "The role, degree or title.",
            text::<Affiliations>(|row| row.item.role_title.as_deref()),
        ),
    ];
    columns.extend(date_columns::<Affiliations>("start", "common:start-date", "in which it began", |row| {
        row.item.start_date
    }));
    columns.extend(date_columns::<Affiliations>("end", "common:end-date", "in which it ended", |row| {
        row.item.end_date
    }));
    columns.extend(organization_columns("common:organization"));
    columns.push(column(
        "url",
        "common:url",
        "A web page about it.",
        text::<Affiliations>(|row| row.item.url.as_deref()),
    ));
    columns
}
