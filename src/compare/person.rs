//! One person in both datasets.

use super::row::{Row, Side};
use super::sections::{RECORDS, REJECTS, TOMBSTONES};
use orcid_xml::Orcid;

/// The rows of one person, of both datasets.
pub struct Person<'r> {
    pub orcid: Orcid,
    rows: &'r [Row],
}

impl<'r> Person<'r> {
    /// The rows of a section in one of the datasets.
    pub fn rows(&self, section: usize, side: Side) -> impl Iterator<Item = &'r Row> + use<'r> {
        self.rows.iter().filter(move |row| row.section == section && row.side == side)
    }

    /// The row of the record.
    pub fn record(&self, side: Side) -> Option<&'r Row> {
        self.rows(RECORDS, side).next()
    }

    /// The row in the place of a record.
    pub fn tombstone(&self, side: Side) -> Option<&'r Row> {
        self.rows(TOMBSTONES, side).next()
    }

    /// True if the file of the record could not be read.
    pub fn is_unreadable(&self, side: Side) -> bool {
        self.record(side).is_none() && self.rows(REJECTS, side).next().is_some()
    }

    /// True if both datasets have a record.
    pub fn is_in_both(&self) -> bool {
        self.record(Side::Old).is_some() && self.record(Side::New).is_some()
    }
}

/// Person by person, from rows that are ordered by iD.
pub fn each(rows: &[Row]) -> impl Iterator<Item = Person<'_>> {
    rows.chunk_by(|one, other| one.orcid == other.orcid).map(|rows| Person { orcid: rows[0].orcid, rows })
}
