//! Who has come and gone, and whose name has changed.

use super::differences::Differences;
use super::error::CompareError;
use super::person::Person;
use super::row::{Row, Side};
use super::sections::{PRIMARY, RECORDS, SECTIONS, STATUS};

/// The status of people whose file could not be read.
const UNREADABLE: &str = "unreadable";
/// The status of people of whom nothing is left.
const VANISHED: &str = "vanished";

/// Compares the record of a person.
pub fn compare(person: &Person<'_>, differences: &mut Differences) -> Result<(), CompareError> {
    let orcid = person.orcid.as_str();
    let names = |record: &Row| [record.text(0).map(str::to_owned), record.text(1).map(str::to_owned)];
    match (person.record(Side::Old), person.record(Side::New)) {
        (None, None) => Ok(()),
        (None, Some(new)) => {
            let status = absence(person, Side::Old);
            let change = if status.is_some() { "returned" } else { "new" };
            differences.person(orcid, change, status, None, names(new))
        }
        (Some(old), None) => {
            let status = absence(person, Side::New).or(Some(VANISHED));
            let primary = person.tombstone(Side::New).and_then(|now| now.text(PRIMARY));
            differences.person(orcid, "gone", status, primary, names(old))
        }
        (Some(old), Some(new)) => {
            for (place, column) in SECTIONS[RECORDS].columns.iter().enumerate() {
                let (before, now) = (old.text(place), new.text(place));
                if before != now {
                    differences.name(orcid, column, before, now)?;
                }
            }
            Ok(())
        }
    }
}

/// Why a dataset has somebody, but no record: the status of the tombstone, or a file that could not be
/// read.
fn absence<'r>(person: &Person<'r>, side: Side) -> Option<&'r str> {
    let status = person.tombstone(side).and_then(|tombstone| tombstone.text(STATUS));
    status.or(person.is_unreadable(side).then_some(UNREADABLE))
}
