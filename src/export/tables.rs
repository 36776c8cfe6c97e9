//! The rows of a table, and what of them was written.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::RecordBatch;

use super::error::ExportError;
use crate::dataset::{Dataset, DatasetError, ORCID, Selected, schema_of};
use crate::slice::Slice;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Exported {
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
    /// Cells of CSV that got a quote before them, so that no spreadsheet takes them for formulas.
    pub defused: u64,
    /// What was changed for workbooks.
    pub changed: Changed,
}

/// What a workbook has in another way than the columns say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// Texts that go on in the sheet for long texts.
    pub long_texts: u64,
    /// Numbers and points in time as texts, since Excel would change them.
    pub as_texts: u64,
    /// Sheets that go on with the table of another.
    pub further_sheets: u64,
}

impl Exported {
    /// Adds what else was written.
    pub fn add(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.defused += other.defused;
        self.changed.long_texts += other.changed.long_texts;
        self.changed.as_texts += other.changed.as_texts;
        self.changed.further_sheets += other.changed.further_sheets;
    }
}

/// All columns of a table, in their order.
pub fn columns(key: &str) -> Result<Vec<String>, ExportError> {
    let schema = schema_of(key).ok_or_else(|| DatasetError::NoTable { key: key.to_owned() })?;
    Ok(schema.fields().iter().map(|field| field.name().clone()).collect())
}

/// Where rows come from: a dataset, or some of its people.
pub struct Source<'s> {
    dataset: &'s Dataset,
    kept: Option<Selected<'s>>,
    stop: &'s AtomicBool,
}

impl<'s> Source<'s> {
    /// The people whom `slice` selects; everybody if it is not there.
    pub fn new(
        dataset: &'s Dataset,
        slice: Option<&'s Slice>,
        stop: &'s AtomicBool,
    ) -> Result<Self, ExportError> {
        if let Some(table) = slice.and_then(|slice| Selected::lacks(dataset, slice)) {
            return Err(ExportError::NoTable { path: dataset.root.clone(), table });
        }
        let kept = slice.map(|slice| Selected::of(dataset, slice)).transpose()?;
        Ok(Self { dataset, kept, stop })
    }

    /// Calls `each` with all rows of a table.
    pub fn each_batch(
        &self,
        key: &str,
        each: impl FnMut(&RecordBatch) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        let columns = columns(key)?;
        self.each_batch_of(key, &columns.iter().map(String::as_str).collect::<Vec<_>>(), each)
    }

    /// Calls `each` with some columns of all rows of a table, in the order of the table.
    pub fn each_batch_of(
        &self,
        key: &str,
        wanted: &[&str],
        mut each: impl FnMut(&RecordBatch) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        // People are told by their iD, whether it is wanted or not.
        let decides =
            self.kept.is_some() && !wanted.contains(&ORCID) && columns(key)?.iter().any(|name| name == ORCID);
        let read = if decides { [&[ORCID], wanted].concat() } else { wanted.to_vec() };
        for batch in self.dataset.rows(key, &read) {
            if self.stop.load(Ordering::Relaxed) {
                return Err(ExportError::Stopped);
            }
            let batch = batch?;
            let Some(kept) = &self.kept else {
                each(&batch)?;
                continue;
            };
            let batch = kept.rows_of(&batch);
            if decides {
                let schema = batch.schema();
                let is_wanted = |place: &usize| wanted.contains(&schema.field(*place).name().as_str());
                let places: Vec<usize> = (0..batch.num_columns()).filter(is_wanted).collect();
                each(&batch.project(&places).expect("the places are those of its columns"))?;
            } else {
                each(&batch)?;
            }
        }
        Ok(())
    }
}

/// `summaries_works` for `summaries/works`: both kinds of archives have works.
pub fn file_name(key: &str) -> String {
    key.replace('/', "_")
}
