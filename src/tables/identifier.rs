//! The columns of an external identifier, of an item or of a person.

use super::column::{Column, column};
use super::value::{Family, boolean, code, label, text};
use orcid_xml::ExternalId;

/// A row made from an external identifier.
pub trait HasExternalId<'a> {
    fn external_id(&self) -> &'a ExternalId<'a>;
}

/// What an external identifier says: type, value, address, normalized form.
pub fn external_id_columns<F>() -> Vec<Column<F>>
where
    F: Family,
    for<'a> F::Row<'a>: HasExternalId<'a>,
{
    value_columns().into_iter().chain(normalized_columns()).collect()
}

fn value_columns<F>() -> [Column<F>; 4]
where
    F: Family,
    for<'a> F::Row<'a>: HasExternalId<'a>,
{
    [
        column(
            "external_id_type",
            "common:external-id-type",
            "The type, such as doi, isbn, eid, grant_number; for persons the other system in free text, such as Scopus Author ID.",
            label::<F>(|row| row.external_id().id_type.as_deref()),
        ),
        column(
            "external_id_value",
            "common:external-id-value",
            "The identifier as it was written.",
            code::<F>(|row| row.external_id().value.as_deref()),
        ),
        column(
            "external_id_url",
            "common:external-id-url",
            "Where the identifier leads.",
            code::<F>(|row| row.external_id().url.as_deref()),
        ),
        column(
            "external_id_relationship",
            "common:external-id-relationship",
            "How it relates to what it stands on: self, part-of, version-of, funded-by.",
            label::<F>(|row| row.external_id().relationship.as_deref()),
        ),
    ]
}

fn normalized_columns<F>() -> [Column<F>; 5]
where
    F: Family,
    for<'a> F::Row<'a>: HasExternalId<'a>,
{
    let error = |leaf: &str| format!("common:external-id-normalized-error/{leaf}");
    [
        column(
            "external_id_normalized",
            "common:external-id-normalized",
            "The identifier as ORCID normalizes it.",
            code::<F>(|row| row.external_id().normalized.as_deref()),
        ),
        column(
            "normalized_transient",
            "common:external-id-normalized/@transient",
            "Always true: the normalized form is computed when asked for.",
            boolean::<F>(|row| row.external_id().normalized_transient),
        ),
        column(
            "normalized_error_code",
            error("common:error-code"),
            "Why it could not be normalized, as a code.",
            label::<F>(|row| row.external_id().error_code.as_deref()),
        ),
        column(
            "normalized_error_message",
            error("common:error-message"),
            "Why it could not be normalized.",
            text::<F>(|row| row.external_id().error_message.as_deref()),
        ),
        column(
            "normalized_error_transient",
            error("@transient"),
            "Always true.",
            boolean::<F>(|row| row.external_id().error_transient),
        ),
    ]
}
