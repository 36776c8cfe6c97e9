//! Whom of a dataset a selection means, by its tables.

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use rustc_hash::FxHashMap;

use super::cells::Cells;
use super::error::DatasetError;
use super::reader::Dataset;
use crate::slice::{Found, People, Slice, Written};
use orcid_xml::Orcid;

/// The tables that decide, if more than the iD does.
const RECORDS: &str = "summaries/records";
const ADDRESSES: &str = "summaries/addresses";
const AFFILIATIONS: &str = "summaries/affiliations";
/// The column with the iD of a row.
pub const ORCID: &str = "orcid";
/// The columns of an affiliation that decide.
const AFFILIATION: [&str; 9] = [
    ORCID,
    "end_year",
    "end_month",
    "end_day",
    "organization_name",
    "city",
    "country",
    "disambiguation_source",
    "disambiguated_organization_identifier",
];

/// The people of a dataset whom a selection means.
pub struct Selected<'s> {
    slice: &'s Slice,
    /// `None` if iDs alone decide.
    people: Option<People>,
}

impl<'s> Selected<'s> {
    /// A table that decides about them and that the dataset does not have.
    pub fn lacks(dataset: &Dataset, slice: &Slice) -> Option<&'static str> {
        let tables = [RECORDS, ADDRESSES, AFFILIATIONS];
        tables.into_iter().find(|table| slice.asks_for_content() && !dataset.has(table))
    }

    /// Finds them in the tables of summaries.
    ///
    /// # Errors
    /// [`DatasetError`] if the dataset cannot be read.
    pub fn of(dataset: &Dataset, slice: &'s Slice) -> Result<Self, DatasetError> {
        if !slice.asks_for_content() {
            return Ok(Self { slice, people: None });
        }
        let mut found: FxHashMap<Orcid, Found> = FxHashMap::default();
        let mut note = |orcid: Option<Orcid>, found_now: Found| {
            if let Some(orcid) = orcid.filter(|orcid| found_now.is_any() && slice.may_be(*orcid)) {
                found.entry(orcid).or_default().add(found_now);
            }
        };
        for batch in dataset.rows(ADDRESSES, &[ORCID, "country"]) {
            let batch = batch?;
            let cells = Cells(&batch);
            for row in 0..batch.num_rows() {
                note(orcid_of(&cells, row), slice.look_at_address(cells.text("country", row)));
            }
        }
        for batch in dataset.rows(AFFILIATIONS, &AFFILIATION) {
            let batch = batch?;
            let cells = Cells(&batch);
            for row in 0..batch.num_rows() {
                let [year, month, day] =
                    ["end_year", "end_month", "end_day"].map(|name| cells.int16(name, row));
                let is_current = !slice.day().is_after_end(year, month, day);
                note(
                    orcid_of(&cells, row),
                    slice.look_at_affiliation(Some(written(&cells, row)), is_current),
                );
            }
        }
        let enough = found.into_iter().filter(|(_, found)| slice.is_enough(found)).map(|(orcid, _)| orcid);
        let enough: People = enough.collect();
        let mut people = People::default();
        for batch in dataset.rows(RECORDS, &[ORCID]) {
            let batch = batch?;
            let orcids = (0..batch.num_rows()).filter_map(|row| orcid_of(&Cells(&batch), row));
            people.extend(orcids.filter(|orcid| enough.contains(*orcid)));
        }
        Ok(Self { slice, people: Some(people) })
    }

    /// True if rows with this iD are kept. Rows of files that nobody could read have none; they
    /// stay if iDs alone decide, as in a conversion.
    pub fn has(&self, orcid: Option<&str>) -> bool {
        match (orcid.and_then(Orcid::new), &self.people) {
            (Some(orcid), Some(people)) => people.contains(orcid),
            (Some(orcid), None) => self.slice.may_be(orcid),
            (None, people) => people.is_none(),
        }
    }

    /// The rows of a batch that are kept. Tables without a column `orcid` tell of nobody: all of
    /// their rows are kept.
    pub fn rows_of(&self, batch: &RecordBatch) -> RecordBatch {
        let Some(column) = batch.column_by_name(ORCID) else { return batch.clone() };
        let orcids = column.as_string::<i32>();
        let stays = |row| Some(self.has(orcids.is_valid(row).then(|| orcids.value(row))));
        let mask: BooleanArray = (0..batch.num_rows()).map(stays).collect();
        filter_record_batch(batch, &mask).expect("the mask has one value for each row")
    }
}

fn orcid_of(cells: &Cells<'_>, row: usize) -> Option<Orcid> {
    cells.text(ORCID, row).and_then(Orcid::new)
}

fn written<'b>(cells: &Cells<'b>, row: usize) -> Written<'b> {
    Written {
        name: cells.text("organization_name", row),
        city: cells.text("city", row),
        country: cells.text("country", row),
        source: cells.text("disambiguation_source", row),
        identifier: cells.text("disambiguated_organization_identifier", row),
    }
}
