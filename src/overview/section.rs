//! The items of one table: how many, whose, since when, and by whom.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;

use super::clients::Clients;
use super::columns::{Flags, Reader, Texts, Years, key_of};
use super::dates::{Dates, date_columns};
use super::error::OverviewError;
use super::outcome::{Country, OddDates, SectionCounts};
use super::tally::Tally;
use crate::dataset::schema_of;
use crate::slice::People;
use orcid_xml::Orcid;

/// A table of items.
pub struct Section {
    /// Without its folder.
    pub table: &'static str,
    /// The beginnings of the names of the columns with the date at which an item begins, and ends.
    dates: Option<(&'static str, Option<&'static str>)>,
    /// True for affiliations: each kind is counted as a section.
    has_kinds: bool,
    /// Where the country of an item is counted.
    country: Option<fn(&mut Country) -> &mut u64>,
}

const PLAIN: Section = Section { table: "", dates: None, has_kinds: false, country: None };
const PERIOD: Option<(&str, Option<&str>)> = Some(("start", Some("end")));

/// All tables of items, activities first.
pub const SECTIONS: [Section; 11] = [
    Section {
        table: "affiliations",
        dates: PERIOD,
        has_kinds: true,
        country: Some(|country| &mut country.affiliations),
    },
    Section { table: "works", dates: Some(("publication", None)), ..PLAIN },
    Section { table: "fundings", dates: PERIOD, ..PLAIN },
    Section { table: "peer_reviews", dates: Some(("completion", None)), ..PLAIN },
    Section { table: "research_resources", dates: PERIOD, ..PLAIN },
    Section { table: "other_names", ..PLAIN },
    Section { table: "researcher_urls", ..PLAIN },
    Section { table: "emails", ..PLAIN },
    Section { table: "addresses", country: Some(|country| &mut country.addresses), ..PLAIN },
    Section { table: "keywords", ..PLAIN },
    Section { table: "external_identifiers", ..PLAIN },
];

/// True for one item of each group.
const PREFERRED: &str = "is_preferred";
/// Countries that are told apart: ISO 3166 has some 250.
const MAX_COUNTRIES: usize = 1_000;
/// Who added an item, and on whose behalf.
const SOURCES: [&str; 5] = [
    "source_orcid",
    "assertion_origin_orcid",
    "source_client_id",
    "assertion_origin_client_id",
    "source_name",
];

/// Addresses and affiliations by country.
pub struct Countries(Tally<Country>);

/// The items of a table, or of one kind of affiliation.
#[derive(Default)]
struct Items {
    counts: SectionCounts,
    people: People,
    groups: u64,
    odd: OddDates,
    /// The owner of the item before, who need not be looked up.
    last: Option<Orcid>,
}

impl Default for Countries {
    fn default() -> Self {
        Self(Tally::new(MAX_COUNTRIES))
    }
}

impl Countries {
    /// All countries, the one with the most addresses and affiliations first.
    pub fn end(self) -> Vec<Country> {
        let named = self.0.end_named().map(|(country, counts)| Country { country, ..counts });
        let mut countries: Vec<Country> = named.collect();
        let all = |country: &Country| country.addresses + country.affiliations;
        countries
            .sort_by(|one, other| all(other).cmp(&all(one)).then_with(|| one.country.cmp(&other.country)));
        countries
    }
}

/// Counts a table; one section for each kind of its items. A table without rows has one section
/// with none; a dataset without the table has no section.
pub fn count(
    reader: Reader<'_>,
    section: &Section,
    data_year: Option<i32>,
    clients: &mut Clients,
    countries: &mut Countries,
) -> Result<Vec<SectionCounts>, OverviewError> {
    let Some(key) = key_of(reader.dataset, section.table) else { return Ok(Vec::new()) };
    // The files of activities are single items; only summaries tell which ones are of one group.
    let has_groups = schema_of(&key).is_some_and(|schema| schema.field_with_name(PREFERRED).is_ok());
    let mut kinds: BTreeMap<Box<str>, Items> = BTreeMap::new();
    if !section.has_kinds {
        kinds.insert(section.table.into(), Items::default());
    }
    let columns = columns(section);
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    reader
        .read(&key, &columns, |batch| add(batch, section, &key, data_year, &mut kinds, clients, countries))?;
    let sections = kinds.into_iter().map(|(kind, items)| SectionCounts {
        section: kind.into_string(),
        table: key.clone(),
        groups: has_groups.then_some(items.groups),
        odd_dates: section.dates.is_some().then_some(items.odd),
        ..items.counts
    });
    Ok(sections.collect())
}

/// The columns that are read.
fn columns(section: &Section) -> Vec<String> {
    let mut columns: Vec<String> =
        ["orcid", "created_date", PREFERRED].iter().chain(&SOURCES).map(|&own| own.to_owned()).collect();
    if let Some((begin, end)) = section.dates {
        columns.extend([Some(begin), end].into_iter().flatten().flat_map(date_columns));
    }
    let others = [(section.has_kinds, "kind"), (section.country.is_some(), "country")];
    columns.extend(others.into_iter().filter(|(is_read, _)| *is_read).map(|(_, name)| name.to_owned()));
    columns
}

fn add(
    batch: &RecordBatch,
    section: &Section,
    key: &str,
    data_year: Option<i32>,
    kinds: &mut BTreeMap<Box<str>, Items>,
    clients: &mut Clients,
    countries: &mut Countries,
) -> Result<(), OverviewError> {
    let [orcids, kind_names, country_names] =
        ["orcid", "kind", "country"].map(|column| Texts::of(batch, column));
    let sources = SOURCES.map(|column| Texts::of(batch, column));
    let (years, preferred) = (Years::of(batch, "created_date", key)?, Flags::of(batch, PREFERRED));
    let dates = section.dates.map(|(begin, end)| Dates::of(batch, begin, end));
    for row in 0..batch.num_rows() {
        let kind = if section.has_kinds { kind_names.get(row).unwrap_or_default() } else { section.table };
        let items = match kinds.get_mut(kind) {
            Some(items) => items,
            None => kinds.entry(kind.into()).or_default(),
        };
        let orcid = orcids.get(row);
        items.add_owner(orcid);
        items.add_year(years.get(row));
        items.groups += u64::from(preferred.is_true(row));
        items.counts.add_source(orcid, &sources, row);
        if let Some(client) = sources[2].get(row) {
            clients.count(client, sources[4].get(row));
        }
        if let Some(dates) = &dates {
            dates.count(row, data_year, &mut items.odd);
        }
        if let (Some(place), Some(country)) = (section.country, country_names.get(row)) {
            *place(countries.0.of(country)) += 1;
        }
    }
    Ok(())
}

impl Items {
    fn add_owner(&mut self, orcid: Option<&str>) {
        self.counts.items += 1;
        let Some(orcid) = orcid.and_then(Orcid::new).filter(|orcid| self.last != Some(*orcid)) else {
            return;
        };
        self.counts.people += u64::from(self.people.insert(orcid));
        self.last = Some(orcid);
    }

    fn add_year(&mut self, year: Option<i32>) {
        match year {
            Some(year) => *self.counts.by_year.entry(year).or_default() += 1,
            None => self.counts.without_year += 1,
        }
    }
}

impl SectionCounts {
    /// Counts who added an item, as `coverage` does: the owner, also through a client, or a client.
    fn add_source(&mut self, owner: Option<&str>, sources: &[Texts<'_>; 5], row: usize) {
        let [person, origin, client, origin_client, _] = sources.each_ref().map(|column| column.get(row));
        let is_owner = |orcid: Option<&str>| owner.is_some() && orcid == owner;
        if is_owner(person) || is_owner(origin) {
            self.by_owner += 1;
        } else if client.or(origin_client).is_some() {
            self.by_client += 1;
        } else {
            self.without_source += 1;
        }
    }
}
