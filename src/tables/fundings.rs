//! `fundings`: grants, contracts and awards, in summaries and in full.

use super::build::Table;
use super::column::{Column, column};
use super::entry::Entry;
use super::shared::{HasOrganization, HasTitle, ItemRow, date_columns, element_columns, group_columns};
use super::shared::{organization_columns, places, title_columns};
use super::value::{Family, label, text};
use orcid_xml::{Activity, Funding, FundingDetails, Organization, Title};

pub struct Fundings;

impl Family for Fundings {
    type Row<'a> = ItemRow<'a, Funding<'a>>;
}

impl<'a> HasOrganization<'a> for ItemRow<'a, Funding<'a>> {
    fn organization(&self) -> Option<&'a Organization<'a>> {
        self.item.organization.as_ref()
    }
}

impl<'a> HasTitle<'a> for ItemRow<'a, Funding<'a>> {
    fn title(&self) -> Option<&'a Title<'a>> {
        Some(&self.item.title)
    }
}

impl<'a> ItemRow<'a, Funding<'a>> {
    fn details(&self) -> Option<&'a FundingDetails<'a>> {
        self.item.details.as_deref()
    }
}

pub fn summary_table() -> Table<Fundings> {
    let mut columns = element_columns();
    columns.extend(group_columns());
    columns.extend(own_columns());
    Table {
        name: "fundings",
        doc: "One row for each funding of a record.",
        xpaths: &[
            "/record:record/activities:activities-summary/activities:fundings/activities:group/funding:funding-summary",
        ],
        columns,
        collect: |entry, rows| {
            let Entry::Record { orcid, record } = entry else { return };
            let fundings = places(&record.activities.fundings);
            rows.extend(fundings.map(|(group, item)| ItemRow {
                orcid: orcid.as_str(),
                kind: "funding",
                group,
                item,
            }));
        },
    }
}

pub fn full_table() -> Table<Fundings> {
    let mut columns = element_columns();
    columns.extend(own_columns());
    columns.extend(detail_columns());
    Table {
        name: "fundings",
        doc: "One row for each funding file of the activities archives, with what summaries leave out.",
        xpaths: &["/funding:funding"],
        columns,
        collect: |entry, rows| {
            if let Entry::Activity { orcid, activity: Activity::Funding(item) } = entry {
                rows.push(ItemRow { orcid: orcid.as_str(), kind: "funding", group: None, item });
            }
        },
    }
}

fn own_columns() -> Vec<Column<Fundings>> {
    let mut columns = vec![column(
        "type",
        "funding:type",
        "The type: grant, contract, award, salary-award.",
        label::<Fundings>(|row| row.item.funding_type.as_deref()),
    )];
    columns.extend(title_columns("", "funding:title"));
    columns.extend(date_columns::<Fundings>("start", "common:start-date", "in which it began", |row| {
        row.item.start_date
    }));
    columns.extend(date_columns::<Fundings>("end", "common:end-date", "in which it ended", |row| {
        row.item.end_date
    }));
    columns.extend(organization_columns("common:organization"));
    columns.push(column(
        "url",
        "common:url",
        "A web page about it.",
        text::<Fundings>(|row| row.item.url.as_deref()),
    ));
    columns
}

fn detail_columns() -> [Column<Fundings>; 4] {
    [
        column(
            "organization_defined_type",
            "funding:organization-defined-type",
            "The type in the funder's own words.",
            text::<Fundings>(|row| row.details()?.organization_defined_type.as_deref()),
        ),
        column(
            "short_description",
            "funding:short-description",
            "What it is for.",
            text::<Fundings>(|row| row.details()?.short_description.as_deref()),
        ),
        column(
            "amount",
            "funding:amount",
            "The sum, as it was written.",
            text::<Fundings>(|row| row.details()?.amount.value.as_deref()),
        ),
        column(
            "currency_code",
            "funding:amount/@currency-code",
            "The sum's currency, ISO 4217.",
            label::<Fundings>(|row| row.details()?.amount.currency_code.as_deref()),
        ),
    ]
}
