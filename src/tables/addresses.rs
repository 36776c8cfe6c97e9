//! `summaries/addresses`: the countries of the person.

use super::build::Table;
use super::column::column;
use super::entry::Entry;
use super::shared::{ItemRow, element_columns};
use super::value::{Family, label};
use orcid_xml::Address;

pub struct Addresses;

impl Family for Addresses {
    type Row<'a> = ItemRow<'a, Address<'a>>;
}

pub fn table() -> Table<Addresses> {
    let mut columns = element_columns();
    columns.extend([column(
        "country",
        "address:country",
        "The country, ISO 3166 in two letters.",
        label::<Addresses>(|row| row.item.country.as_deref()),
    )]);
    Table {
        name: "addresses",
        doc: "One row for each country that a person names.",
        xpaths: &["/record:record/person:person/address:addresses/address:address"],
        columns,
        collect: |entry, rows| {
            if let Entry::Record { orcid, record } = entry {
                let items = &record.person.addresses.items;
                rows.extend(items.iter().map(|item| ItemRow {
                    orcid: orcid.as_str(),
                    kind: "address",
                    group: None,
                    item,
                }));
            }
        },
    }
}
