//! Compares two datasets: who has come and gone, and what has changed in the records of those who
//! are in both.
//!
//! ```text
//! old, new ─ rows of a few columns ─ spread over files by iD ─ one file at a time: person by person ─ tables
//! ```
//!
//! Rows are spread over so many files that the rows of one fit in memory, whatever the order of the
//! datasets. Items are compared by put code, and those that are left by content, since put codes may
//! differ between forms of the source. Only what both forms of the source have is compared.

mod differences;
mod error;
mod flows;
mod items;
mod outcome;
mod people;
mod person;
mod row;
mod sections;
mod spread;
mod tables;

pub use error::CompareError;
pub use outcome::{Compared, Flow, SectionCounts};

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::dataset::Dataset;
use differences::Differences;
use flows::{Flows, Organizations};
use row::Side;
use sections::SECTIONS;
use spread::Spread;

/// Compares the dataset `new` with `old`, and writes the differences into tables in the folder `to`,
/// which must be empty or not there. Scratch files lie there too, until the end.
///
/// # Errors
/// [`CompareError`] if a dataset has no records or cannot be read, or the disk fails.
pub fn compare(old: &Dataset, new: &Dataset, to: &Path, stop: &AtomicBool) -> Result<Compared, CompareError> {
    for dataset in [old, new] {
        if !dataset.has(SECTIONS[0].table) {
            return Err(CompareError::NoRecords { path: dataset.root.clone() });
        }
    }
    tables::prepare(to)?;
    let organizations = Organizations::of(old, new)?;
    let mut spread = Spread::begin(to, &[old, new])?;
    for (side, dataset) in [(Side::Old, old), (Side::New, new)] {
        for (number, section) in SECTIONS.iter().enumerate() {
            spread.take(dataset, side, number, section, stop)?;
        }
    }
    let both = |table: &str| old.has(table) && new.has(table);
    let mut differences = Differences::begin(to, both)?;
    let mut flows = Flows::default();
    for share in spread.end()? {
        let rows = share.read()?;
        for person in person::each(&rows) {
            if stop.load(Ordering::Relaxed) {
                return Err(CompareError::Stopped);
            }
            people::compare(&person, &mut differences)?;
            if person.is_in_both() {
                items::compare(&person, &mut differences)?;
                flows.count(&person, &organizations);
            }
        }
        share.remove()?;
    }
    spread::remove(to)?;
    let flows = flows.end(&organizations);
    differences.end(flows, [old, new])
}
