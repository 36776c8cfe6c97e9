//! `summaries/records`: one row for each record.

use std::borrow::Cow;

use super::build::Table;
use super::column::{Column, column};
use super::entry::Entry;
use super::shared::{HasOrcid, HasSource, orcid_column, source_columns};
use super::value::{Family, Row, boolean, label, made, text, timestamp};
use orcid_xml::{AffiliationKind, Element, History, Name, Person, Record, Source, Timestamp};

pub struct Records;

#[derive(Clone, Copy)]
pub struct RecordRow<'a> {
    orcid: &'a str,
    record: &'a Record<'a>,
}

impl Family for Records {
    type Row<'a> = RecordRow<'a>;
}

impl<'a> HasOrcid<'a> for RecordRow<'a> {
    fn orcid(&self) -> &'a str {
        self.orcid
    }
}

impl<'a> HasSource<'a> for RecordRow<'a> {
    fn source(&self) -> Option<&'a Source<'a>> {
        Some(&self.record.history.source)
    }
}

impl<'a> RecordRow<'a> {
    fn history(&self) -> &'a History<'a> {
        &self.record.history
    }

    fn person(&self) -> &'a Person<'a> {
        &self.record.person
    }

    fn name(&self) -> Option<&'a Name<'a>> {
        self.record.person.name.as_ref()
    }

    fn biography(&self) -> Option<&'a Element<'a>> {
        self.record.person.biography.as_ref().map(|biography| &biography.element)
    }

    fn affiliations_changed(&self, kind: AffiliationKind) -> Option<Timestamp> {
        self.record.activities.affiliations(kind).last_modified_date
    }
}

pub fn table() -> Table<Records> {
    let mut columns = vec![orcid_column()];
    columns.extend(identity_columns());
    columns.extend(history_columns());
    columns.extend(source_columns("", "history:history/common:source"));
    columns.extend(name_columns());
    columns.extend(biography_columns());
    columns.extend(person_dates());
    columns.extend(activity_dates());
    Table {
        name: "records",
        doc: "One row for each record: identity, history, names, biography, and when each section last changed.",
        xpaths: &["/record:record"],
        columns,
        collect: |entry, rows| {
            if let Entry::Record { orcid, record } = entry {
                rows.push(RecordRow { orcid: orcid.as_str(), record });
            }
        },
    }
}

fn identity_columns() -> [Column<Records>; 2] {
    [
        column(
            "uri",
            "",
            "The iD as an https URI, the form that ORCID asks to store: `https://orcid.org/` and the iD.",
            made::<Records>(|row| Some(Cow::Owned(format!("https://orcid.org/{}", row.orcid)))),
        ),
        column(
            "locale",
            "preferences:preferences/preferences:locale",
            "The language in which the owner uses ORCID.",
            label::<Records>(|row| row.record.locale.as_deref()),
        ),
    ]
}

fn history_columns() -> [Column<Records>; 9] {
    let at = |leaf: &str| format!("history:history/{leaf}");
    [
        column(
            "history_visibility",
            at("@visibility"),
            "Who may see the history.",
            label::<Records>(|row| row.history().visibility.as_deref()),
        ),
        column(
            "creation_method",
            at("history:creation-method"),
            "How the record was made: Direct, API, Member-referred, website.",
            label::<Records>(|row| row.history().creation_method.as_deref()),
        ),
        column(
            "completion_date",
            at("history:completion-date"),
            "When the owner completed the registration.",
            timestamp::<Records>(|row| row.history().completion_date),
        ),
        column(
            "submission_date",
            at("history:submission-date"),
            "When the record was made.",
            timestamp::<Records>(|row| row.history().submission_date),
        ),
        column(
            "last_modified_date",
            at("common:last-modified-date"),
            "When anything in the record was last changed; the `profile-last-modified-date` of the search.",
            timestamp::<Records>(|row| row.history().last_modified_date),
        ),
        column(
            "claimed",
            at("history:claimed"),
            "Whether the owner has claimed the record.",
            boolean::<Records>(|row| row.history().claimed),
        ),
        column(
            "deactivation_date",
            at("history:deactivation-date"),
            "When the owner deactivated the record.",
            timestamp::<Records>(|row| row.history().deactivation_date),
        ),
        column(
            "verified_email",
            at("history:verified-email"),
            "Whether any e-mail address is verified.",
            boolean::<Records>(|row| row.history().verified_email),
        ),
        column(
            "verified_primary_email",
            at("history:verified-primary-email"),
            "Whether the primary e-mail address is verified.",
            boolean::<Records>(|row| row.history().verified_primary_email),
        ),
    ]
}

fn name_columns() -> [Column<Records>; 6] {
    let at = |leaf: &str| format!("person:person/person:name/{leaf}");
    [
        column(
            "given_names",
            at("personal-details:given-names"),
            "The given names.",
            text::<Records>(|row| row.name()?.given_names.as_deref()),
        ),
        column(
            "family_name",
            at("personal-details:family-name"),
            "The family name; absent for those who have one name.",
            text::<Records>(|row| row.name()?.family_name.as_deref()),
        ),
        column(
            "credit_name",
            at("personal-details:credit-name"),
            "The name under which the owner publishes.",
            text::<Records>(|row| row.name()?.credit_name.as_deref()),
        ),
        column(
            "name_visibility",
            at("@visibility"),
            "Who may see the name.",
            label::<Records>(|row| row.name()?.element.visibility.as_deref()),
        ),
        column(
            "name_created_date",
            at("common:created-date"),
            "When the name was added.",
            timestamp::<Records>(|row| row.name()?.element.created_date),
        ),
        column(
            "name_last_modified_date",
            at("common:last-modified-date"),
            "When the name was last changed.",
            timestamp::<Records>(|row| row.name()?.element.last_modified_date),
        ),
    ]
}

fn biography_columns() -> [Column<Records>; 4] {
    let at = |leaf: &str| format!("person:person/person:biography/{leaf}");
    [
        column(
            "biography",
            at("personal-details:content"),
            "The biography.",
            text::<Records>(|row| row.person().biography.as_ref()?.content.as_deref()),
        ),
        column(
            "biography_visibility",
            at("@visibility"),
            "Who may see the biography.",
            label::<Records>(|row| row.biography()?.visibility.as_deref()),
        ),
        column(
            "biography_created_date",
            at("common:created-date"),
            "When the biography was added.",
            timestamp::<Records>(|row| row.biography()?.created_date),
        ),
        column(
            "biography_last_modified_date",
            at("common:last-modified-date"),
            "When the biography was last changed.",
            timestamp::<Records>(|row| row.biography()?.last_modified_date),
        ),
    ]
}

/// A column that says when a section was last changed.
fn changed(
    name: &str,
    path: &str,
    value: for<'a> fn(&Row<'a, Records>) -> Option<Timestamp>,
) -> Column<Records> {
    let doc = format!("When {} last changed.", name.replace('_', " "));
    column(
        format!("{name}_last_modified_date"),
        format!("{path}/common:last-modified-date"),
        doc,
        timestamp(value),
    )
}

fn person_dates() -> [Column<Records>; 7] {
    let at = |leaf: &str| format!("person:person/{leaf}");
    [
        changed("person", "person:person", |row| row.person().last_modified_date),
        changed("other_names", &at("other-name:other-names"), |row| {
            row.person().other_names.last_modified_date
        }),
        changed("researcher_urls", &at("researcher-url:researcher-urls"), |row| {
            row.person().researcher_urls.last_modified_date
        }),
        changed("emails", &at("email:emails"), |row| row.person().emails.last_modified_date),
        changed("addresses", &at("address:addresses"), |row| row.person().addresses.last_modified_date),
        changed("keywords", &at("keyword:keywords"), |row| row.person().keywords.last_modified_date),
        changed("external_identifiers", &at("external-identifier:external-identifiers"), |row| {
            row.person().external_identifiers.last_modified_date
        }),
    ]
}

fn activity_dates() -> [Column<Records>; 12] {
    use AffiliationKind::{
        Distinction, Education, Employment, InvitedPosition, Membership, Qualification, Service,
    };
    let at = |leaf: &str| format!("activities:activities-summary/activities:{leaf}");
    [
        changed("activities", "activities:activities-summary", |row| {
            row.record.activities.last_modified_date
        }),
        changed("distinctions", &at("distinctions"), |row| row.affiliations_changed(Distinction)),
        changed("educations", &at("educations"), |row| row.affiliations_changed(Education)),
        changed("employments", &at("employments"), |row| row.affiliations_changed(Employment)),
        changed("fundings", &at("fundings"), |row| row.record.activities.fundings.last_modified_date),
        changed("invited_positions", &at("invited-positions"), |row| {
            row.affiliations_changed(InvitedPosition)
        }),
        changed("memberships", &at("memberships"), |row| row.affiliations_changed(Membership)),
        changed("peer_reviews", &at("peer-reviews"), |row| {
            row.record.activities.peer_reviews.last_modified_date
        }),
        changed("qualifications", &at("qualifications"), |row| row.affiliations_changed(Qualification)),
        changed("research_resources", &at("research-resources"), |row| {
            row.record.activities.research_resources.last_modified_date
        }),
        changed("services", &at("services"), |row| row.affiliations_changed(Service)),
        changed("works", &at("works"), |row| row.record.activities.works.last_modified_date),
    ]
}
