//! The rows of a dataset's tables, batch by batch, without those that are not public where only
//! public ones are shown.
//!
//! Tables of items say in each row who may see it. Rows that belong to an item, such as its
//! contributors, do not: of people whose records are read by their own permission, only rows of
//! public items are shown. Everybody else's rows come from public files.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Int64Type;
use arrow::error::ArrowError;

use super::error::DatasetError;
use super::manifest::Part;
use super::permitted::connected_people;
use super::public_rows::{
    Decided, ORCID, PUT_CODE, VISIBILITY, decided, deciding_columns, is_of_items, keeps_all_rows,
    public_part, public_rows_of,
};
use super::reader::{Dataset, columns_of, columns_of_people};
use orcid_xml::Orcid;

/// Which rows of a table are shown.
enum Shown {
    /// All of them.
    All,
    /// Those whose own columns say that they are public.
    ByColumns,
    /// Those of public items.
    ByItem(PublicItems),
}

/// The iD and the put code of an item.
type Item = (String, i64);

/// The public items of people who are read by their own permission.
struct PublicItems {
    people: HashSet<String>,
    items: HashSet<Item>,
}

impl Dataset {
    /// The rows of a table, batch by batch, with the named columns only, in the order of the table.
    pub fn rows(
        &self,
        key: &str,
        columns: &[&str],
    ) -> impl Iterator<Item = Result<RecordBatch, DatasetError>> + Send + use<> {
        let columns = columns.iter().map(|&name| name.to_owned()).collect();
        Arc::new(self.clone()).into_rows(key.to_owned(), columns)
    }

    /// Does the same, and keeps the dataset for as long as rows are read.
    pub fn into_rows(
        self: Arc<Self>,
        key: String,
        columns: Vec<String>,
    ) -> impl Iterator<Item = Result<RecordBatch, DatasetError>> + Send {
        let (shown, fault) = match Shown::of(&self, &key) {
            Ok(shown) => (shown, None),
            Err(fault) => (Shown::All, Some(Err(fault))),
        };
        let parts = self.manifest.parts().filter(|(own, _)| *own == key && fault.is_none());
        let parts: Vec<Part> = parts.map(|(_, part)| part.clone()).collect();
        let (shown, columns): (_, Arc<[String]>) = (Arc::new(shown), columns.into());
        fault.into_iter().chain(parts.into_iter().flat_map(move |part| {
            match shown_rows(&self, &key, &part, &columns, &shown) {
                Ok(batches) => batches,
                Err(error) => Box::new(std::iter::once(Err(error))),
            }
        }))
    }

    /// The number of rows of a table that [`Dataset::rows`] gives. Rows are read only where some
    /// may be left out.
    ///
    /// # Errors
    /// [`DatasetError`] if a file cannot be read.
    pub fn row_count(&self, key: &str) -> Result<u64, DatasetError> {
        if self.hides() && !keeps_all_rows(key) {
            let mut batches = self.rows(key, &[ORCID]);
            return batches.try_fold(0, |sum, batch| Ok(sum + batch?.num_rows() as u64));
        }
        Ok(self.manifest.parts().filter(|(own, _)| *own == key).map(|(_, part)| part.rows).sum())
    }

    /// True if the dataset has a table.
    pub fn has(&self, key: &str) -> bool {
        self.manifest.parts().any(|(own, _)| own == key)
    }
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, DatasetError>> + Send>;

/// The rows of a file that are shown, with the named columns only.
fn shown_rows(
    dataset: &Dataset,
    key: &str,
    part: &Part,
    columns: &Arc<[String]>,
    shown: &Arc<Shown>,
) -> Result<Batches, DatasetError> {
    let mut wanted: Vec<&str> = columns.iter().map(String::as_str).collect();
    if !matches!(**shown, Shown::All) {
        let deciding = deciding_columns(key).into_iter().filter(|name| !wanted.contains(name));
        wanted.extend(deciding.collect::<Vec<_>>());
    }
    let batches = columns_of(dataset.part(key, part)?, key, part, &wanted)?;
    if matches!(**shown, Shown::All) {
        return Ok(Box::new(batches));
    }
    let (key, root) = (key.to_owned(), dataset.root.clone());
    let (columns, shown) = (columns.clone(), shown.clone());
    Ok(Box::new(batches.map(move |batch| {
        let kept = shown.part_of(&key, &batch?).and_then(|batch| with_columns(&batch, &columns));
        kept.map_err(|error| DatasetError::parquet("read", &root)(error.into()))
    })))
}

fn with_columns(batch: &RecordBatch, columns: &[String]) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let kept = (0..batch.num_columns()).filter(|place| columns.contains(schema.field(*place).name()));
    batch.project(&kept.collect::<Vec<_>>())
}

impl Shown {
    fn of(dataset: &Dataset, key: &str) -> Result<Self, DatasetError> {
        if !dataset.hides() {
            return Ok(Self::All);
        }
        Ok(match decided(key) {
            Decided::Always => Self::All,
            Decided::ByColumns => Self::ByColumns,
            Decided::ByItem => Self::ByItem(PublicItems::of(dataset, key)?),
            Decided::Unknown => {
                let people = connected_people(&dataset.manifest).iter().map(Orcid::to_string).collect();
                Self::ByItem(PublicItems { people, items: HashSet::new() })
            }
        })
    }

    fn part_of(&self, key: &str, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        match self {
            Self::All => Ok(batch.clone()),
            Self::ByColumns => public_part(key, batch),
            Self::ByItem(items) => {
                let public = public_part(key, batch)?;
                filter_record_batch(&public, &items.shown(&public)?)
            }
        }
    }
}

impl PublicItems {
    /// The items of the tables beside the table `key`.
    fn of(dataset: &Dataset, key: &str) -> Result<Self, DatasetError> {
        let people: Vec<Orcid> = connected_people(&dataset.manifest).into_iter().collect();
        let folder = key.split('/').next().unwrap_or_default();
        let is_beside = |own: &str| own.split('/').next() == Some(folder) && is_of_items(own);
        let parts = dataset.manifest.parts().filter(|(own, _)| !people.is_empty() && is_beside(own));
        let (mut items, mut hidden) = (HashSet::new(), HashSet::new());
        for (own, part) in parts {
            let columns = [ORCID, PUT_CODE, VISIBILITY];
            for batch in columns_of_people(dataset.part(own, part)?, own, part, &columns, &people)? {
                let batch = batch?;
                let fault = |error: ArrowError| DatasetError::parquet("read", &dataset.root)(error.into());
                for (item, is_public) in items_of(&batch).map_err(fault)? {
                    if is_public { &mut items } else { &mut hidden }.insert(item);
                }
            }
        }
        // Put codes of different sections may be equal: then rows of both items are left out.
        items.retain(|item| !hidden.contains(item));
        Ok(Self { people: people.iter().map(Orcid::to_string).collect(), items })
    }

    fn shown(&self, batch: &RecordBatch) -> Result<BooleanArray, ArrowError> {
        let orcids = batch.column_by_name(ORCID).and_then(|column| column.as_string_opt::<i32>());
        let orcids = orcids.ok_or_else(|| ArrowError::SchemaError("iDs are no text".to_owned()))?;
        let codes = batch.column_by_name(PUT_CODE).map(|codes| codes.as_primitive::<Int64Type>());
        let is_shown = |(row, orcid): (usize, Option<&str>)| {
            let Some(orcid) = orcid.filter(|orcid| self.people.contains(*orcid)) else { return true };
            let code = codes.filter(|codes| codes.is_valid(row)).map(|codes| codes.value(row));
            code.is_some_and(|code| self.items.contains(&(orcid.to_owned(), code)))
        };
        Ok(orcids.iter().enumerate().map(|row| Some(is_shown(row))).collect())
    }
}

/// The items of a batch, and whether they are public.
fn items_of(batch: &RecordBatch) -> Result<Vec<(Item, bool)>, ArrowError> {
    let shown = public_rows_of(batch)?;
    let (Some(orcids), Some(codes)) = (batch.column_by_name(ORCID), batch.column_by_name(PUT_CODE)) else {
        return Ok(Vec::new());
    };
    let (orcids, codes) = (orcids.as_string::<i32>(), codes.as_primitive::<Int64Type>());
    let rows = orcids.iter().zip(codes).zip(&shown);
    Ok(rows
        .filter_map(|((orcid, code), shown)| Some(((orcid?.to_owned(), code?), shown == Some(true))))
        .collect())
}
