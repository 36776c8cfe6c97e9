//! Counts what is in a dataset: people, items by section, year and source, identifiers, countries,
//! organisations, and what is odd.
//!
//! ```text
//! tables ─ a few columns, batch by batch ─ counts ─ Overview
//! ```
//!
//! Each table is read once. Memory does not grow with the rows, except by one bit for each iD and
//! kind of item of the section that is being counted. Lists of words that people or clients choose
//! have limits; what is beyond a limit is counted together.

mod clients;
mod columns;
mod dates;
mod error;
mod identifiers;
mod organisations;
mod outcome;
mod people;
mod quality;
mod section;
mod tally;

pub use dates::{FIRST_YEAR, YEARS_AHEAD};
pub use error::OverviewError;
pub use outcome::{
    Client, Country, IdentifierType, OddDates, Organisation, Organisations, Overview, Quality, Records,
    SectionCounts,
};

use std::sync::atomic::AtomicBool;

use clients::Clients;
use columns::Reader;
use section::{Countries, SECTIONS};

use crate::dataset::Dataset;

/// Counts what is in a dataset.
///
/// # Errors
/// [`OverviewError`] if a table cannot be read, or `stop` was set.
pub fn overview(dataset: &Dataset, stop: &AtomicBool) -> Result<Overview, OverviewError> {
    let reader = Reader { dataset, stop };
    let data_year = dates::data_year(&dataset.manifest);
    let mut overview = Overview {
        release: dataset.manifest.release,
        data_year,
        records: people::records(reader)?,
        tombstones: people::tombstones(reader)?,
        person_identifiers: identifiers::of_people(reader)?,
        identifiers: identifiers::of_items(reader)?,
        organisations: organisations::organisations(reader)?,
        quality: quality::quality(reader)?,
        ..Overview::default()
    };
    let (mut clients, mut countries) = (Clients::default(), Countries::default());
    for section in &SECTIONS {
        let counts = section::count(reader, section, data_year, &mut clients, &mut countries)?;
        overview.sections.extend(counts);
    }
    (overview.clients, overview.further_clients) = clients.end();
    overview.countries = countries.end();
    overview.not_counted = not_counted(dataset);
    Ok(overview)
}

/// Tables that the dataset does not have, so that nothing is said about them.
fn not_counted(dataset: &Dataset) -> Vec<String> {
    let of_people = [people::RECORDS, people::TOMBSTONES].into_iter();
    let of_items = SECTIONS.iter().map(|section| section.table).chain([identifiers::OF_ITEMS]);
    let absent = of_people.chain(of_items).filter(|table| columns::key_of(dataset, table).is_none());
    absent.map(str::to_owned).collect()
}
