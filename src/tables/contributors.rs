//! `activities/work_contributors` and `activities/funding_contributors`.

use super::build::{Collect, Table};
use super::column::column;
use super::entry::Entry;
use super::shared::{HasOrcid, orcid_column};
use super::value::{Family, int64, label, place, text};
use orcid_xml::{Activity, Contributor};

pub struct Contributors;

#[derive(Clone, Copy)]
pub struct ContributorRow<'a> {
    orcid: &'a str,
    put_code: Option<i64>,
    index: usize,
    contributor: &'a Contributor<'a>,
}

impl Family for Contributors {
    type Row<'a> = ContributorRow<'a>;
}

impl<'a> HasOrcid<'a> for ContributorRow<'a> {
    fn orcid(&self) -> &'a str {
        self.orcid
    }
}

pub fn work_table() -> Table<Contributors> {
    let doc = "One row for each contributor to a work, the owner often among them.";
    table(
        "work_contributors",
        doc,
        "work",
        &["/work:work/work:contributors/work:contributor"],
        |entry, rows| {
            let Entry::Activity { orcid, activity: Activity::Work(work) } = entry else { return };
            let Some(details) = &work.details else { return };
            rows.extend(numbered(orcid.as_str(), work.element.put_code, &details.contributors));
        },
    )
}

pub fn funding_table() -> Table<Contributors> {
    let doc = "One row for each contributor to a funding.";
    let xpaths = &["/funding:funding/funding:contributors/funding:contributor"];
    table("funding_contributors", doc, "funding", xpaths, |entry, rows| {
        let Entry::Activity { orcid, activity: Activity::Funding(funding) } = entry else { return };
        let Some(details) = &funding.details else { return };
        rows.extend(numbered(orcid.as_str(), funding.element.put_code, &details.contributors));
    })
}

fn numbered<'a>(
    orcid: &'a str,
    put_code: Option<i64>,
    contributors: &'a [Contributor<'a>],
) -> impl Iterator<Item = ContributorRow<'a>> {
    let numbered = contributors.iter().enumerate();
    numbered.map(move |(index, contributor)| ContributorRow { orcid, put_code, index, contributor })
}

fn table(
    name: &'static str,
    doc: &'static str,
    prefix: &str,
    xpaths: &'static [&'static str],
    collect: Collect<Contributors>,
) -> Table<Contributors> {
    let attribute = |leaf: &str| format!("{prefix}:contributor-attributes/{prefix}:{leaf}");
    let columns = vec![
        orcid_column(),
        column(
            "put_code",
            "../../@put-code",
            "The put code of what they contributed to.",
            int64::<Contributors>(|row| row.put_code),
        ),
        column(
            "contributor_index",
            "",
            "The contributor's place in the list, from 0.",
            place::<Contributors>(|row| row.index),
        ),
        column(
            "contributor_orcid",
            "common:contributor-orcid/common:path",
            "The contributor's iD.",
            text::<Contributors>(|row| row.contributor.orcid.as_deref()),
        ),
        column(
            "credit_name",
            format!("{prefix}:credit-name"),
            "The contributor's name as it was written.",
            text::<Contributors>(|row| row.contributor.credit_name.as_deref()),
        ),
        column(
            "contributor_email",
            format!("{prefix}:contributor-email"),
            "The contributor's e-mail address; not seen in the public files.",
            text::<Contributors>(|row| row.contributor.email.as_deref()),
        ),
        column(
            "contributor_sequence",
            attribute("contributor-sequence"),
            "first or additional.",
            label::<Contributors>(|row| row.contributor.sequence.as_deref()),
        ),
        column(
            "contributor_role",
            attribute("contributor-role"),
            "The role: a word of ORCID's lists, or a CRediT URI.",
            label::<Contributors>(|row| row.contributor.role.as_deref()),
        ),
    ];
    Table { name, doc, xpaths, columns, collect }
}
