//! Moves between organisations of ROR and between countries: of people who had a current employment
//! at the one and not at the other, and now the other way round.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};
use rustc_hash::FxHashMap;

use super::error::CompareError;
use super::outcome::Flow;
use super::person::Person;
use super::row::Side;
use super::sections::{AFFILIATIONS, COUNTRY, EMPLOYMENT, END, KIND, ORG_KEY};
use crate::dataset::Dataset;
use crate::tables::parse_org_key;

/// The table that says which organisation each key means.
const ORGANIZATIONS: &str = "organizations/organizations";
/// Organisations of one person and side that are counted; more are no moves, but a list.
const MAX_PLACES: usize = 32;

/// What organizations mean by their keys, in each dataset, and the names of organisations.
#[derive(Debug, Default)]
pub struct Organizations {
    by_key: [FxHashMap<u64, u32>; 2],
    ids: Vec<String>,
    names: Vec<String>,
}

/// Counts of moves.
#[derive(Debug, Default)]
pub struct Flows {
    organisations: FxHashMap<(u32, u32), u64>,
    countries: BTreeMap<(String, String), u64>,
}

impl Organizations {
    /// The organisations of two matched datasets; none if one is not matched.
    pub fn of(old: &Dataset, new: &Dataset) -> Result<Self, CompareError> {
        let mut organizations = Self::default();
        if [old, new].iter().any(|dataset| dataset.manifest.organizations.is_none()) {
            return Ok(organizations);
        }
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        for (side, dataset) in [old, new].into_iter().enumerate() {
            for batch in dataset.rows(ORGANIZATIONS, &["org_key", "ror_id", "ror_name"]) {
                let batch = batch?;
                let texts = ["org_key", "ror_id", "ror_name"]
                    .map(|name| batch.column_by_name(name).map(|own| own.as_string::<i32>()));
                let [Some(keys), Some(ids), Some(names)] = texts else { continue };
                for row in (0..batch.num_rows()).filter(|row| ids.is_valid(*row)) {
                    let Some(key) = keys.is_valid(row).then(|| keys.value(row)).and_then(parse_org_key)
                    else {
                        continue;
                    };
                    let number = *numbers.entry(ids.value(row).to_owned()).or_insert_with(|| {
                        organizations.ids.push(ids.value(row).to_owned());
                        organizations.names.push(if names.is_valid(row) {
                            names.value(row).to_owned()
                        } else {
                            String::new()
                        });
                        organizations.ids.len() as u32 - 1
                    });
                    organizations.by_key[side].insert(key, number);
                }
            }
        }
        Ok(organizations)
    }
}

impl Flows {
    /// Counts the moves of a person who is in both datasets.
    pub fn count(&mut self, person: &Person<'_>, organizations: &Organizations) {
        let [old, new] = [Side::Old, Side::New].map(|side| {
            let (mut organisations, mut countries) = (BTreeSet::new(), BTreeSet::new());
            for row in person.rows(AFFILIATIONS, side) {
                if row.text(KIND) != Some(EMPLOYMENT) || row.text(END).is_some() {
                    continue;
                }
                countries.extend(row.text(COUNTRY).map(str::to_owned));
                let key = row.text(ORG_KEY).and_then(parse_org_key);
                organisations
                    .extend(key.and_then(|key| organizations.by_key[side as usize].get(&key)).copied());
            }
            (organisations, countries)
        });
        for (from, to) in moves(&old.0, &new.0) {
            *self.organisations.entry((*from, *to)).or_default() += 1;
        }
        for (from, to) in moves(&old.1, &new.1) {
            *self.countries.entry((from.clone(), to.clone())).or_default() += 1;
        }
    }

    /// All flows: those between organisations first, the largest first.
    pub fn end(self, organizations: &Organizations) -> Vec<Flow> {
        let organisations = self.organisations.into_iter().map(|((from, to), people)| {
            let id = |number: u32| organizations.ids[number as usize].clone();
            let name = |number: u32| Some(organizations.names[number as usize].clone());
            Flow {
                level: "organisation",
                from: id(from),
                from_name: name(from),
                to: id(to),
                to_name: name(to),
                people,
            }
        });
        let countries = self.countries.into_iter().map(|((from, to), people)| Flow {
            level: "country",
            from,
            from_name: None,
            to,
            to_name: None,
            people,
        });
        let mut flows: Vec<Flow> = organisations.chain(countries).collect();
        flows.sort_by(|one, other| {
            let level = |flow: &Flow| flow.level == "country";
            level(one)
                .cmp(&level(other))
                .then(other.people.cmp(&one.people))
                .then_with(|| (&one.from, &one.to).cmp(&(&other.from, &other.to)))
        });
        flows
    }
}

/// From each place that was left to each that was joined.
fn moves<'p, P: Ord>(old: &'p BTreeSet<P>, new: &'p BTreeSet<P>) -> Vec<(&'p P, &'p P)> {
    if old.len().max(new.len()) > MAX_PLACES {
        return Vec::new();
    }
    old.difference(new).flat_map(|from| new.difference(old).map(move |to| (from, to))).collect()
}
