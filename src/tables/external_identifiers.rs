//! `summaries/external_identifiers`: identifiers of the person in other systems.

use super::build::Table;
use super::entry::Entry;
use super::identifier::{HasExternalId, external_id_columns};
use super::shared::{ItemRow, element_columns};
use super::value::Family;
use orcid_xml::{ExternalId, PersonId};

pub struct ExternalIdentifiers;

impl Family for ExternalIdentifiers {
    type Row<'a> = ItemRow<'a, PersonId<'a>>;
}

impl<'a> HasExternalId<'a> for ItemRow<'a, PersonId<'a>> {
    fn external_id(&self) -> &'a ExternalId<'a> {
        &self.item.id
    }
}

pub fn table() -> Table<ExternalIdentifiers> {
    let mut columns = element_columns();
    columns.extend(external_id_columns());
    Table {
        name: "external_identifiers",
        doc: "One row for each identifier of a person in another system, such as Scopus Author ID or ISNI.",
        xpaths: &[
            "/record:record/person:person/external-identifier:external-identifiers/external-identifier:external-identifier",
        ],
        columns,
        collect: |entry, rows| {
            if let Entry::Record { orcid, record } = entry {
                let items = &record.person.external_identifiers.items;
                rows.extend(items.iter().map(|item| ItemRow {
                    orcid: orcid.as_str(),
                    kind: "external-identifier",
                    group: None,
                    item,
                }));
            }
        },
    }
}
