//! `summaries/emails`: public e-mail addresses.

use super::build::Table;
use super::column::column;
use super::entry::Entry;
use super::shared::{ItemRow, element_columns};
use super::value::{Family, boolean, text, timestamp};
use orcid_xml::Email;

pub struct Emails;

impl Family for Emails {
    type Row<'a> = ItemRow<'a, Email<'a>>;
}

pub fn table() -> Table<Emails> {
    let mut columns = element_columns();
    columns.extend([
        column("email", "email:email", "The address.", text::<Emails>(|row| row.item.email.as_deref())),
        column(
            "verified",
            "@verified",
            "Whether the owner has confirmed it.",
            boolean::<Emails>(|row| row.item.verified),
        ),
        column(
            "verification_date",
            "common:verification-date",
            "When the owner confirmed it; in no schema, but ORCID wrote it in late 2024.",
            timestamp::<Emails>(|row| row.item.verification_date),
        ),
        column(
            "primary",
            "@primary",
            "Whether it is the main address.",
            boolean::<Emails>(|row| row.item.primary),
        ),
    ]);
    Table {
        name: "emails",
        doc: "One row for each public e-mail address.",
        xpaths: &["/record:record/person:person/email:emails/email:email"],
        columns,
        collect: |entry, rows| {
            if let Entry::Record { orcid, record } = entry {
                let items = &record.person.emails.items;
                rows.extend(items.iter().map(|item| ItemRow {
                    orcid: orcid.as_str(),
                    kind: "email",
                    group: None,
                    item,
                }));
            }
        },
    }
}
