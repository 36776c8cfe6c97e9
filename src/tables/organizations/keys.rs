//! `organizations`: each organization as it was written, and which one of ROR
//! it means.

use crate::tables::build::Table;
use crate::tables::column::{Column, column};
use crate::tables::value::{Family, float64, int64, label, org_key, text};

pub struct Organizations;

impl Family for Organizations {
    type Row<'a> = &'a OrganizationRow<'a>;
}

/// An organization as it was written, and how often.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyRow<'a> {
    pub org_key: u64,
    pub name: Option<&'a str>,
    pub city: Option<&'a str>,
    pub region: Option<&'a str>,
    pub country: Option<&'a str>,
    pub source: Option<&'a str>,
    pub identifier: Option<&'a str>,
    pub affiliations: i64,
    pub fundings: i64,
    pub peer_reviews: i64,
    pub research_resources: i64,
}

/// A key and what it means.
#[derive(Debug, Clone, Default)]
pub struct OrganizationRow<'a> {
    pub key: KeyRow<'a>,
    pub id_ror: Option<String>,
    pub id_via: Option<&'static str>,
    pub name_ror: Option<String>,
    pub name_successor_of: Option<String>,
    pub agreement: &'static str,
    pub ror_id: Option<String>,
    pub ror_name: Option<&'a str>,
    pub decided_by: Option<&'static str>,
    pub tier: Option<&'static str>,
    pub relation: Option<&'static str>,
    pub score: Option<f64>,
    pub margin: Option<f64>,
    pub runner_up: Option<String>,
    pub runner_up_score: Option<f64>,
    pub matched_name: Option<&'a str>,
    pub matched_name_type: Option<&'static str>,
    pub country_verdict: Option<&'static str>,
    pub city_verdict: Option<&'static str>,
    pub ror_status: Option<&'static str>,
    pub successor_of: Option<String>,
    pub candidates: Option<String>,
}

/// A row that has a key.
pub trait Named<'a> {
    fn key(&self) -> KeyRow<'a>;
}

impl<'a> Named<'a> for &'a OrganizationRow<'a> {
    fn key(&self) -> KeyRow<'a> {
        self.key
    }
}

impl KeyRow<'_> {
    /// How often it occurs in all sections together.
    pub fn occurrences(&self) -> i64 {
        self.affiliations + self.fundings + self.peer_reviews + self.research_resources
    }
}

pub fn table() -> Table<Organizations> {
    let mut columns = key_columns();
    columns.extend(count_columns());
    columns.extend(decision_columns());
    columns.extend(evidence_columns());
    Table {
        name: "organizations",
        doc: "One row for each distinct organization as it was written, with the organisation of ROR that it means; joined by `org_key`.",
        xpaths: &[],
        columns,
        collect: |_, _| {},
    }
}

/// The organization as it was written.
pub fn key_columns<F>() -> Vec<Column<F>>
where
    F: Family,
    for<'a> F::Row<'a>: Named<'a>,
{
    vec![
        column(
            "org_key",
            "",
            "Key of the organization as written, as in the other tables.",
            org_key::<F>(|row| Some(row.key().org_key)),
        ),
        column("organization_name", "", "The name as it was written.", text::<F>(|row| row.key().name)),
        column("city", "", "The city as it was written.", label::<F>(|row| row.key().city)),
        column("region", "", "The region or state as it was written.", label::<F>(|row| row.key().region)),
        column("country", "", "The country, ISO 3166 in two letters.", label::<F>(|row| row.key().country)),
        column(
            "disambiguation_source",
            "",
            "Whose identifier it has: RINGGOLD, GRID, FUNDREF, ROR, LEI.",
            label::<F>(|row| row.key().source),
        ),
        column(
            "disambiguated_organization_identifier",
            "",
            "The identifier as it was written.",
            text::<F>(|row| row.key().identifier),
        ),
    ]
}

fn count_columns() -> Vec<Column<Organizations>> {
    let doc = |what: &str| format!("How many {what} name it; of summaries and activities the larger count.");
    vec![
        column(
            "affiliations",
            "",
            doc("affiliations"),
            int64::<Organizations>(|row| Some(row.key.affiliations)),
        ),
        column("fundings", "", doc("fundings"), int64::<Organizations>(|row| Some(row.key.fundings))),
        column(
            "peer_reviews",
            "",
            doc("peer reviews"),
            int64::<Organizations>(|row| Some(row.key.peer_reviews)),
        ),
        column(
            "research_resources",
            "",
            doc("hosts of research resources"),
            int64::<Organizations>(|row| Some(row.key.research_resources)),
        ),
    ]
}

fn decision_columns() -> Vec<Column<Organizations>> {
    vec![
        column(
            "id_ror",
            "",
            "The organisation that the identifier leads to, its successor where it has one.",
            text::<Organizations>(|row| row.id_ror.as_deref()),
        ),
        column(
            "id_via",
            "",
            "How: `ror` (it is a ROR id), `listed` (ROR lists it), `table` (the user's crosswalk), `learned` (`learned_crosswalk`); `several` where more than one organisation claims it, `mistyped` where the check digits of a ROR id are wrong.",
            label::<Organizations>(|row| row.id_via),
        ),
        column(
            "name_ror",
            "",
            "The organisation that name and place lead to, its successor where it has one.",
            text::<Organizations>(|row| row.name_ror.as_deref()),
        ),
        column(
            "name_successor_of",
            "",
            "The inactive organisation that the name was found to be, where `name_ror` is its successor.",
            text::<Organizations>(|row| row.name_successor_of.as_deref()),
        ),
        column(
            "agreement",
            "",
            "Whether id and name lead to the same organisation: agree, differ, id_only, name_only, none.",
            label::<Organizations>(|row| Some(row.agreement)),
        ),
        column(
            "ror_id",
            "",
            "The organisation that is meant. Where id and name differ it is that of the id; but that of the name where the name is the user's own override, or exact and in the country of the address while the id's organisation is not, or the id was only learned.",
            text::<Organizations>(|row| row.ror_id.as_deref()),
        ),
        column("ror_name", "", "Its name to show.", text::<Organizations>(|row| row.ror_name)),
        column(
            "decided_by",
            "",
            "The evidence that was followed: id or name; both where they agree.",
            label::<Organizations>(|row| row.decided_by),
        ),
        column(
            "relation",
            "",
            "What the name is to the organisation in `name_ror`: `same`, or `part_of` where it names a part of it.",
            label::<Organizations>(|row| row.relation),
        ),
    ]
}

fn evidence_columns() -> Vec<Column<Organizations>> {
    vec![
        column(
            "tier",
            "",
            "How the name was found, the surest first: override, exact, reordered, legal form, translated, spacing, transliterated, city, country, segment, acronym, contained, part of, similar, elsewhere.",
            label::<Organizations>(|row| row.tier),
        ),
        column(
            "score",
            "",
            "How sure the name's match is, from 0 to 1.",
            float64::<Organizations>(|row| row.score),
        ),
        column(
            "margin",
            "",
            "By how much the score is above that of the runner-up.",
            float64::<Organizations>(|row| row.margin),
        ),
        column(
            "runner_up",
            "",
            "The next best organisation by name.",
            text::<Organizations>(|row| row.runner_up.as_deref()),
        ),
        column("runner_up_score", "", "Its score.", float64::<Organizations>(|row| row.runner_up_score)),
        column(
            "matched_name",
            "",
            "The name in ROR that was found.",
            text::<Organizations>(|row| row.matched_name),
        ),
        column(
            "matched_name_type",
            "",
            "What kind of name it is: display, label, alias, acronym.",
            label::<Organizations>(|row| row.matched_name_type),
        ),
        column(
            "country_verdict",
            "",
            "Whether the countries are the same: agree, near, unknown, differ.",
            label::<Organizations>(|row| row.country_verdict),
        ),
        column(
            "city_verdict",
            "",
            "Whether the cities are the same: agree, unknown, differ.",
            label::<Organizations>(|row| row.city_verdict),
        ),
        column(
            "ror_status",
            "",
            "The status of the organisation in `ror_id`: active, inactive, withdrawn.",
            label::<Organizations>(|row| row.ror_status),
        ),
        column(
            "successor_of",
            "",
            "The inactive organisation that was found, where `ror_id` is its successor.",
            text::<Organizations>(|row| row.successor_of.as_deref()),
        ),
        column(
            "candidates",
            "",
            "Where the name was not matched: the organisations that were near, the best first, with `|` between them.",
            text::<Organizations>(|row| row.candidates.as_deref()),
        ),
    ]
}
