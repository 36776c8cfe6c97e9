//! `summaries/external_identifiers`: identifiers of the person in other systems.

use super::build::Table;
use super::column::Value::{Boolean, Label, Text};
use super::column::{Family, column};
use super::entry::Entry;
use super::shared::{ItemRow, element_columns};
use crate::record::PersonId;

pub struct ExternalIdentifiers;

impl Family for ExternalIdentifiers {
    type Row<'a> = ItemRow<'a, PersonId<'a>>;
}

pub fn table() -> Table<ExternalIdentifiers> {
    let mut columns = element_columns();
    columns.extend([
        column::<ExternalIdentifiers>(
            "external_id_type",
            "common:external-id-type",
            "The system, in free text.",
            Label(|row| row.item.id.id_type.as_deref()),
        ),
        column(
            "external_id_value",
            "common:external-id-value",
            "The identifier as it was written.",
            Text(|row| row.item.id.value.as_deref()),
        ),
        column(
            "external_id_url",
            "common:external-id-url",
            "The person's page in that system.",
            Text(|row| row.item.id.url.as_deref()),
        ),
        column(
            "external_id_relationship",
            "common:external-id-relationship",
            "How the identifier relates to the person: self.",
            Label(|row| row.item.id.relationship.as_deref()),
        ),
        column(
            "external_id_normalized",
            "common:external-id-normalized",
            "The identifier as ORCID normalizes it.",
            Text(|row| row.item.id.normalized.as_deref()),
        ),
        column(
            "normalized_transient",
            "common:external-id-normalized/@transient",
            "Always true: the normalized form is computed when asked for.",
            Boolean(|row| row.item.id.normalized_transient),
        ),
        column(
            "normalized_error_code",
            "common:external-id-normalized-error/common:error-code",
            "Why it could not be normalized, as a code.",
            Label(|row| row.item.id.error_code.as_deref()),
        ),
        column(
            "normalized_error_message",
            "common:external-id-normalized-error/common:error-message",
            "Why it could not be normalized.",
            Text(|row| row.item.id.error_message.as_deref()),
        ),
        column(
            "normalized_error_transient",
            "common:external-id-normalized-error/@transient",
            "Always true.",
            Boolean(|row| row.item.id.error_transient),
        ),
    ]);
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
