//! Who has come and gone, and whose name has changed.

use super::differences::Differences;
use super::error::CompareError;
use super::person::Person;
use super::row::{Row, Side};
use super::sections::{PRIMARY, RECORDS, SECTIONS, STATUS};

/// The status of people of whom nothing is left.
const VANISHED: &str = "vanished";

/// Compares the record of a person.
pub fn compare(person: &Person<'_>, differences: &mut Differences) -> Result<(), CompareError> {
    let orcid = person.orcid.as_str();
    let names = |record: &Row| [record.text(0).map(str::to_owned), record.text(1).map(str::to_owned)];
    match (person.record(Side::Old), person.record(Side::New)) {
        (None, None) => Ok(()),
        (None, Some(new)) => {
            let before = person.tombstone(Side::Old);
            let change = if before.is_some() { "returned" } else { "new" };
            let status = before.and_then(|before| before.text(STATUS));
            differences.person(orcid, change, status, None, names(new))
        }
        (Some(old), None) => {
            let now = person.tombstone(Side::New);
            let status = now.map_or(Some(VANISHED), |now| now.text(STATUS));
            let primary = now.and_then(|now| now.text(PRIMARY));
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
