//! How well affiliations with institutions are identified: counts by identifier scheme,
//! year and source, and of current and past ones.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::authenticated::authenticated;
use super::error::MatchError;
use super::expansion::{Expansion, for_each_written};
use super::people::{asserted_by, dump, has_ended};
use crate::dataset::Cells;
use crate::dataset::Dataset;
use crate::slice::Day;

/// The source of affiliations without an id.
pub const NO_ID: &str = "none";

/// Affiliations with one organisation, of one year of creation and one source of
/// ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct CoverageRow {
    pub ror_id: String,
    pub ror_name: Option<String>,
    /// The year in which the affiliation was added to its record.
    pub year: Option<i32>,
    /// The scheme of its id: ROR, GRID, RINGGOLD, FUNDREF, LEI, or `none`.
    pub source: String,
    pub affiliations: u64,
    /// Without an end date.
    pub current: u64,
    pub past: u64,
    pub self_asserted: u64,
    pub member_asserted: u64,
    /// Of people who have connected their iD by signing in at ORCID.
    pub authenticated: u64,
}

/// The coverage of some organisations.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// By organisation, the one with the most affiliations first; then by year
    /// and source.
    pub rows: Vec<CoverageRow>,
    /// The number of iDs with at least one of the affiliations, if an institution was given.
    pub people: Option<u64>,
}

/// The key by which rows are grouped: organisation, year, source.
type Group = (u32, Option<i32>, u8);
/// Counts by group.
pub(super) type Groups = FxHashMap<Group, CoverageRow>;

const SOURCES: [&str; 6] = ["ROR", "GRID", "RINGGOLD", "FUNDREF", "LEI", NO_ID];
const COLUMNS: [&str; 11] = [
    "orcid",
    "org_key",
    "disambiguation_source",
    "created_date",
    "end_year",
    "end_month",
    "end_day",
    "source_orcid",
    "source_client_id",
    "assertion_origin_orcid",
    "assertion_origin_client_id",
];

/// The coverage of the organisations of an expansion, or else of the `most`
/// organisations with the most affiliations.
///
/// # Errors
/// [`MatchError`] where the dataset has not been matched or cannot be read.
pub fn coverage(dataset: &Dataset, of: Option<&Expansion>, most: usize) -> Result<Coverage, MatchError> {
    if dataset.manifest.organizations.is_none() {
        return Err(MatchError::NotMatched);
    }
    let (keys, organizations) = keys(dataset, of)?;
    let mut people: FxHashSet<String> = FxHashSet::default();
    let groups = count(dataset, &keys, |_, orcid| {
        if of.is_some() && !people.contains(orcid) {
            people.insert(orcid.to_owned());
        }
    })?;
    let rows = in_order(groups, &organizations, if of.is_some() { usize::MAX } else { most });
    Ok(Coverage { rows, people: of.map(|_| people.len() as u64) })
}

/// Counts the affiliations of organisations by their keys, and calls `each` with the organisation
/// and the iD of every one.
///
/// # Errors
/// [`MatchError`] where the dataset cannot be read.
pub(super) fn count(
    dataset: &Dataset,
    keys: &FxHashMap<u64, u32>,
    mut each: impl FnMut(u32, &str),
) -> Result<Groups, MatchError> {
    let certain = authenticated(dataset)?;
    let today = Day::today();
    let mut groups = Groups::default();
    let table = format!("{}/affiliations", dump(dataset, "affiliations"));
    for batch in dataset.rows(&table, &COLUMNS) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let number = cells.org_key(row).and_then(|key| keys.get(&key));
            let Some(number) = number else { continue };
            let group = (*number, cells.year("created_date", row), source(&cells, row));
            let orcid = cells.text("orcid", row);
            let counts = groups.entry(group).or_default();
            counts.count(&cells, row, today);
            counts.authenticated += u64::from(orcid.is_some_and(|orcid| certain.contains(orcid)));
            if let Some(orcid) = orcid {
                each(*number, orcid);
            }
        }
    }
    Ok(groups)
}

/// The organisations, and which of them each key means.
pub(super) type Meaning = (FxHashMap<u64, u32>, Vec<(String, Option<String>)>);

/// The organisations of an expansion, or else all, by the keys of organizations.
///
/// # Errors
/// [`MatchError`] where the dataset cannot be read.
pub(super) fn keys(dataset: &Dataset, of: Option<&Expansion>) -> Result<Meaning, MatchError> {
    let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
    let mut organizations = Vec::new();
    let mut keys = FxHashMap::default();
    for_each_written(dataset, |key, written| {
        if of.is_some_and(|expansion| !expansion.keys.contains_key(&key)) {
            return;
        }
        let number = *numbers.entry(written.ror_id.clone()).or_insert_with(|| {
            organizations.push((written.ror_id.clone(), written.ror_name.clone()));
            organizations.len() as u32 - 1
        });
        keys.insert(key, number);
    })?;
    Ok((keys, organizations))
}

/// The place of an affiliation's source in [`SOURCES`].
fn source(cells: &Cells<'_>, row: usize) -> u8 {
    let written = cells.text("disambiguation_source", row).unwrap_or(NO_ID);
    let place = SOURCES.iter().position(|source| source.eq_ignore_ascii_case(written));
    place.unwrap_or(SOURCES.len() - 1) as u8
}

/// The rows of the `most` organisations with the most affiliations.
pub(super) fn in_order(
    groups: Groups,
    organizations: &[(String, Option<String>)],
    most: usize,
) -> Vec<CoverageRow> {
    let mut totals: BTreeMap<u32, u64> = BTreeMap::new();
    for ((number, ..), row) in &groups {
        *totals.entry(*number).or_default() += row.affiliations;
    }
    let id = |number: u32| &organizations[number as usize].0;
    let mut ranked: Vec<(u32, u64)> = totals.into_iter().collect();
    ranked.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| id(one.0).cmp(id(other.0))));
    ranked.truncate(most);
    let places: FxHashMap<u32, usize> =
        ranked.into_iter().enumerate().map(|(place, (number, _))| (number, place)).collect();
    let mut rows: Vec<(usize, Group, CoverageRow)> =
        groups.into_iter().filter_map(|(group, row)| Some((*places.get(&group.0)?, group, row))).collect();
    rows.sort_by_key(|(place, (_, year, source), _)| (*place, *year, *source));
    let named = |(_, (number, year, source), row): (usize, Group, CoverageRow)| {
        let (ror_id, ror_name) = organizations[number as usize].clone();
        CoverageRow { ror_id, ror_name, year, source: SOURCES[usize::from(source)].to_owned(), ..row }
    };
    rows.into_iter().map(named).collect()
}

impl CoverageRow {
    fn count(&mut self, cells: &Cells<'_>, row: usize, today: Day) {
        self.affiliations += 1;
        *(if has_ended(cells, row, today) { &mut self.past } else { &mut self.current }) += 1;
        match asserted_by(cells, row) {
            Some("self") => self.self_asserted += 1,
            Some(_) => self.member_asserted += 1,
            None => {}
        }
    }
}
