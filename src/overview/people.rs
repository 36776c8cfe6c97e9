//! Records, and those that are gone.

use std::collections::BTreeMap;

use super::columns::{Flags, Reader, Texts, Years};
use super::error::OverviewError;
use super::outcome::Records;
use super::tally::Tally;

pub const RECORDS: &str = "records";
pub const TOMBSTONES: &str = "tombstones";

/// Statuses that are told apart: five are known.
const MAX_STATUSES: usize = 100;

const RECORDS_TABLE: &str = "summaries/records";
const TOMBSTONES_TABLE: &str = "summaries/tombstones";

/// Counts records.
pub fn records(reader: Reader<'_>) -> Result<Records, OverviewError> {
    let mut counts = Records::default();
    let columns = ["submission_date", "last_modified_date", "claimed", "verified_email"];
    reader.read(RECORDS_TABLE, &columns, |batch| {
        let [made, changed] =
            ["submission_date", "last_modified_date"].map(|column| Years::of(batch, column, RECORDS_TABLE));
        let (made, changed) = (made?, changed?);
        let [claimed, verified] = ["claimed", "verified_email"].map(|column| Flags::of(batch, column));
        for row in 0..batch.num_rows() {
            counts.records += 1;
            match made.get(row) {
                Some(year) => *counts.by_year.entry(year).or_default() += 1,
                None => counts.without_year += 1,
            }
            if let Some(year) = changed.get(row) {
                *counts.by_year_of_change.entry(year).or_default() += 1;
            }
            counts.claimed += u64::from(claimed.is_true(row));
            counts.verified_email += u64::from(verified.is_true(row));
        }
        Ok(())
    })?;
    Ok(counts)
}

/// Counts records that are gone, by status.
pub fn tombstones(reader: Reader<'_>) -> Result<BTreeMap<String, u64>, OverviewError> {
    let mut counts: Tally<u64> = Tally::new(MAX_STATUSES);
    reader.read(TOMBSTONES_TABLE, &["status"], |batch| {
        let statuses = Texts::of(batch, "status");
        let own = (0..batch.num_rows()).map(|row| statuses.get(row).unwrap_or("unknown"));
        own.for_each(|status| *counts.of(status) += 1);
        Ok(())
    })?;
    Ok(counts.end_named().collect())
}
