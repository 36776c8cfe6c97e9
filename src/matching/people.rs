//! Who lists an institution: the affiliations under any of its ids and names.

use rustc_hash::FxHashMap;

use super::authenticated::authenticated;
use super::error::MatchError;
use super::expansion::Expansion;
use crate::dataset::Cells;
use crate::dataset::Dataset;
use crate::slice::Day;

/// Which affiliations count.
#[derive(Debug, Clone, Default)]
pub struct PeopleFilter {
    /// Kinds such as employment; all if empty.
    pub kinds: Vec<String>,
    /// Only affiliations that have not ended: without an end date, or with one that lies ahead.
    pub current: bool,
    /// Only affiliations that were valid on this day.
    pub as_of: Option<Day>,
    pub emails: bool,
}

/// One affiliation of one person with the institution.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Person {
    pub orcid: String,
    pub given_names: Option<String>,
    pub family_name: Option<String>,
    pub credit_name: Option<String>,
    pub kind: String,
    pub department_name: Option<String>,
    pub role_title: Option<String>,
    pub start_date: Option<String>,
    pub end_date: Option<String>,
    pub organization_name: Option<String>,
    pub ror_id: String,
    pub ror_name: Option<String>,
    pub matched_by: Option<String>,
    pub tier: Option<String>,
    pub confidence: f64,
    /// `self`, or `member` for a client of the registry.
    pub asserted_by: Option<String>,
    pub source_name: Option<String>,
    pub put_code: Option<i64>,
    pub created_date: Option<String>,
    pub last_modified_date: Option<String>,
    /// Public addresses, if requested.
    pub emails: Option<String>,
    /// True if the person has connected the iD by signing in at ORCID.
    pub authenticated: bool,
}

/// The columns that are read.
const COLUMNS: [&str; 20] = [
    "orcid",
    "put_code",
    "kind",
    "department_name",
    "role_title",
    "start_year",
    "start_month",
    "start_day",
    "end_year",
    "end_month",
    "end_day",
    "organization_name",
    "org_key",
    "source_orcid",
    "source_client_id",
    "source_name",
    "assertion_origin_orcid",
    "assertion_origin_client_id",
    "created_date",
    "last_modified_date",
];

/// The people of an institution, in the order of their iDs.
///
/// # Errors
/// [`MatchError`] where the dataset cannot be read.
pub fn people(
    dataset: &Dataset,
    expansion: &Expansion,
    filter: &PeopleFilter,
) -> Result<Vec<Person>, MatchError> {
    let mut found = Vec::new();
    let today = Day::today();
    let table = format!("{}/affiliations", dump(dataset, "affiliations"));
    for batch in dataset.rows(&table, &COLUMNS) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let written = cells.org_key(row).and_then(|key| expansion.keys.get(&key));
            let Some(written) = written else { continue };
            let kind = cells.text("kind", row).unwrap_or_default();
            let of_kind = filter.kinds.is_empty() || filter.kinds.iter().any(|filter| filter == kind);
            if !of_kind || !filter.holds(&cells, row, today) {
                continue;
            }
            found.push(Person {
                orcid: cells.owned("orcid", row).unwrap_or_default(),
                kind: kind.to_owned(),
                department_name: cells.owned("department_name", row),
                role_title: cells.owned("role_title", row),
                start_date: date(&cells, "start", row),
                end_date: date(&cells, "end", row),
                organization_name: cells.owned("organization_name", row),
                ror_id: written.ror_id.clone(),
                ror_name: written.ror_name.clone(),
                matched_by: written.decided_by.clone(),
                tier: written.tier.clone(),
                confidence: written.confidence,
                asserted_by: asserted_by(&cells, row).map(str::to_owned),
                source_name: cells.owned("source_name", row),
                put_code: cells.int64("put_code", row),
                created_date: cells.time("created_date", row),
                last_modified_date: cells.time("last_modified_date", row),
                ..Person::default()
            });
        }
    }
    found.sort_by(|one, other| (&one.orcid, one.put_code).cmp(&(&other.orcid, other.put_code)));
    add_names(dataset, &mut found)?;
    let certain = authenticated(dataset)?;
    found.iter_mut().for_each(|person| person.authenticated = certain.contains(&person.orcid));
    if filter.emails {
        add_emails(dataset, &mut found)?;
    }
    Ok(found)
}

/// The kind of dump whose table is read: summaries, if the dataset has them.
pub fn dump(dataset: &Dataset, table: &str) -> &'static str {
    if dataset.has(&format!("summaries/{table}")) { "summaries" } else { "activities" }
}

/// Who asserted the affiliation: the owner (`self`), or a client of the registry (`member`).
pub fn asserted_by(cells: &Cells<'_>, row: usize) -> Option<&'static str> {
    let owner = cells.text("orcid", row);
    let is_owner = |column: &str| owner.is_some() && cells.text(column, row) == owner;
    if is_owner("source_orcid") || is_owner("assertion_origin_orcid") {
        Some("self")
    } else if cells.text("source_client_id", row).is_some()
        || cells.text("assertion_origin_client_id", row).is_some()
    {
        Some("member")
    } else {
        None
    }
}

impl PeopleFilter {
    fn holds(&self, cells: &Cells<'_>, row: usize, today: Day) -> bool {
        let part = |name: &str| cells.int16(name, row);
        if self.current && has_ended(cells, row, today) {
            return false;
        }
        let Some(day) = self.as_of else { return true };
        // Unknown parts of a date are assumed so that the affiliation is valid on the day.
        let begun = part("start_year").is_none_or(|year| {
            Day(year, part("start_month").unwrap_or(1), part("start_day").unwrap_or(1)) <= day
        });
        begun && !has_ended(cells, row, day)
    }
}

/// True if the affiliation of a row had ended before a day ([`Day::is_after_end`]).
pub fn has_ended(cells: &Cells<'_>, row: usize, day: Day) -> bool {
    let part = |name: &str| cells.int16(name, row);
    day.is_after_end(part("end_year"), part("end_month"), part("end_day"))
}

/// A date with its known parts: 2019, 2019-07, 2019-07-01.
fn date(cells: &Cells<'_>, which: &str, row: usize) -> Option<String> {
    let part = |name: &str| cells.int16(&format!("{which}_{name}"), row);
    let mut text = format!("{:04}", part("year")?);
    if let Some(month) = part("month") {
        text.push_str(&format!("-{month:02}"));
        if let Some(day) = part("day") {
            text.push_str(&format!("-{day:02}"));
        }
    }
    Some(text)
}

fn add_names(dataset: &Dataset, people: &mut [Person]) -> Result<(), MatchError> {
    let places = places(people);
    for batch in dataset.rows("summaries/records", &["orcid", "given_names", "family_name", "credit_name"]) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let Some((start, end)) = cells.text("orcid", row).and_then(|orcid| places.get(orcid)) else {
                continue;
            };
            for person in &mut people[*start..*end] {
                person.given_names = cells.owned("given_names", row);
                person.family_name = cells.owned("family_name", row);
                person.credit_name = cells.owned("credit_name", row);
            }
        }
    }
    Ok(())
}

fn add_emails(dataset: &Dataset, people: &mut [Person]) -> Result<(), MatchError> {
    let places = places(people);
    for batch in dataset.rows("summaries/emails", &["orcid", "email"]) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let place = cells.text("orcid", row).and_then(|orcid| places.get(orcid));
            let (Some((start, end)), Some(email)) = (place, cells.text("email", row)) else { continue };
            for person in &mut people[*start..*end] {
                let emails = person.emails.get_or_insert_default();
                if !emails.is_empty() {
                    emails.push('|');
                }
                emails.push_str(email);
            }
        }
    }
    Ok(())
}

/// The range of each iD's rows in the list, which is sorted by iD.
fn places(people: &[Person]) -> FxHashMap<String, (usize, usize)> {
    let mut places: FxHashMap<String, (usize, usize)> = FxHashMap::default();
    for (place, person) in people.iter().enumerate() {
        places.entry(person.orcid.clone()).or_insert((place, place)).1 = place + 1;
    }
    places
}
