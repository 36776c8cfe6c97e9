//! A dataset and its tables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchReader, new_null_array};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use serde_json::json;

use crate::arrow_data::{Batch, Rows, Schema};
use crate::capsule::stream_out;
use crate::errors::{Raise, bad_value, unknown_name};
use crate::people::{self, Asked};
use crate::settings::Settings;
use crate::waiting::{interruptible, nothing};
use orcid_xml::{IdFault, Orcid};
use orcidlake::dataset::{self as library, DatasetError, record_batches};
use orcidlake::{get, tables};

/// One version of a dataset.
#[pyclass(frozen, module = "orcidlake._native")]
pub struct Dataset(Arc<library::Dataset>);

/// A table of a dataset, or some of its columns.
#[pyclass(frozen, module = "orcidlake._native")]
pub struct Table {
    dataset: Arc<library::Dataset>,
    key: String,
    schema: SchemaRef,
}

/// The rows of a table as they are read.
struct Scan {
    schema: SchemaRef,
    rows: Box<dyn Iterator<Item = Result<RecordBatch, DatasetError>> + Send>,
}

#[pymethods]
impl Dataset {
    /// Opens a dataset. Without `include_limited`, its methods give public rows and values only.
    #[new]
    fn new(py: Python<'_>, path: PathBuf, include_limited: bool, settings: Settings) -> PyResult<Self> {
        let store = settings.store(&path)?;
        let opened = interruptible(py, nothing, |_| library::Dataset::open_in(store.as_ref()))?;
        let opened = opened.map_err(Raise::raise)?;
        Ok(Self(Arc::new(if include_limited { opened } else { opened.public_only() })))
    }

    /// True if the files have rows that are not read, because they are not public.
    fn hides(&self) -> bool {
        self.0.hides()
    }

    /// The number of rows of a table that are read.
    fn row_count(&self, py: Python<'_>, key: &str) -> PyResult<u64> {
        interruptible(py, nothing, |_| self.0.row_count(key))?.map_err(Raise::raise)
    }

    /// The manifest as JSON.
    fn manifest(&self) -> String {
        json!(self.0.manifest).to_string()
    }

    /// A digest of the files that archives and refreshes have added.
    fn version(&self) -> String {
        self.0.manifest.source()
    }

    /// The tables that have files: key, rows, files.
    fn tables(&self) -> Vec<(String, u64, Vec<String>)> {
        let mut found: BTreeMap<&str, (u64, Vec<String>)> = BTreeMap::new();
        for (key, part) in self.0.manifest.parts() {
            let (rows, files) = found.entry(key).or_default();
            *rows += part.rows;
            // As text: a path of Python would take a slash out of a URL.
            files.push(self.0.part_path(key, &part.name).to_string_lossy().into_owned());
        }
        let keys = tables::all().map(|(folder, table)| format!("{folder}/{}", table.name()));
        keys.filter_map(|key| found.remove(key.as_str()).map(|(rows, files)| (key, rows, files))).collect()
    }

    /// A table, or some of its columns in the order given.
    fn table(&self, key: &str, columns: Option<Vec<String>>) -> PyResult<Table> {
        let found = tables::all().find(|(folder, table)| format!("{folder}/{}", table.name()) == key);
        let (_, table) = found.ok_or_else(|| unknown_name(format!("there is no table {key}")))?;
        let whole = table.schema();
        let place = |name: &String| {
            let unknown = || unknown_name(format!("the table {key} has no column {name}"));
            whole.column_with_name(name).map(|(place, _)| place).ok_or_else(unknown)
        };
        let schema = match columns {
            Some(columns) => {
                let places = columns.iter().map(place).collect::<PyResult<Vec<_>>>()?;
                Arc::new(whole.project(&places).map_err(|error| bad_value(error.to_string()))?)
            }
            None => whole,
        };
        Ok(Table { dataset: self.0.clone(), key: key.to_owned(), schema })
    }

    /// The rows of an iD by table, as JSON.
    fn record(&self, py: Python<'_>, orcid: &str) -> PyResult<String> {
        let orcid = parse_orcid(orcid)?;
        let rows = interruptible(py, nothing, |_| record_batches(&self.0, &[orcid]))?;
        Ok(json!(get::to_json(&rows.map_err(Raise::raise)?)).to_string())
    }

    /// The rows of some iDs by table.
    fn rows(&self, py: Python<'_>, orcids: Vec<String>) -> PyResult<BTreeMap<String, Rows>> {
        let orcids = orcids.iter().map(|text| parse_orcid(text)).collect::<PyResult<Vec<_>>>()?;
        let found =
            interruptible(py, nothing, |_| record_batches(&self.0, &orcids))?.map_err(Raise::raise)?;
        let tables = found.into_iter().filter_map(|(key, batches)| {
            let schema = batches.first()?.schema();
            Some((key, Rows::new(schema, batches)))
        });
        Ok(tables.collect())
    }

    /// The affiliations of an institution.
    fn people(&self, py: Python<'_>, asked: Asked) -> PyResult<Rows> {
        let (question, filter) = asked.checked()?;
        interruptible(py, nothing, |_| people::rows(&self.0, &question, &filter))?
    }
}

#[pymethods]
impl Table {
    #[getter]
    fn schema(&self) -> Schema {
        Schema(self.schema.clone())
    }

    /// The rows, batch by batch.
    fn batches(&self) -> TableReader {
        TableReader(std::sync::Mutex::new(self.scan()))
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        stream_out(py, Box::new(self.scan()))
    }
}

impl Table {
    fn scan(&self) -> Scan {
        let columns = self.schema.fields().iter().map(|field| field.name().clone()).collect();
        let rows = self.dataset.clone().into_rows(self.key.clone(), columns);
        Scan { schema: self.schema.clone(), rows: Box::new(rows) }
    }
}

/// Reads the rows of a table.
#[pyclass(frozen, module = "orcidlake._native")]
pub struct TableReader(std::sync::Mutex<Scan>);

#[pymethods]
impl TableReader {
    /// The next batch; `None` at the end.
    fn next(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        let next = py.detach(|| {
            let mut scan = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            scan.rows.next().map(|batch| batch.map(|batch| with_schema(&batch, &scan.schema)))
        });
        match next {
            None => Ok(None),
            Some(batch) => {
                let batch = batch.map_err(Raise::raise)?.map_err(|error| bad_value(error.to_string()))?;
                Ok(Some(Batch(batch)))
            }
        }
    }
}

impl Iterator for Scan {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.rows.next()? {
            Ok(batch) => with_schema(&batch, &self.schema),
            Err(error) => Err(ArrowError::ExternalError(Box::new(error))),
        })
    }
}

impl RecordBatchReader for Scan {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

/// The columns of a schema in its order; columns that files of an earlier format lack are empty.
fn with_schema(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = schema.fields().iter().map(|field| {
        let found = batch.column_by_name(field.name()).cloned();
        found.unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows()))
    });
    RecordBatch::try_new(schema.clone(), columns.collect())
}

/// Checks a dataset against its manifest; gives the problems that were found.
#[pyfunction]
pub fn verify(py: Python<'_>, path: PathBuf, settings: Settings) -> PyResult<Vec<(String, String)>> {
    let store = settings.store(&path)?;
    let verified = interruptible(py, nothing, |_| library::verify_in(store.as_ref(), &|_: &Path| ()))?;
    let (_, problems) = verified.map_err(Raise::raise)?;
    Ok(problems
        .into_iter()
        .map(|problem| (problem.path.to_string_lossy().into_owned(), problem.what))
        .collect())
}

/// An iD as people write it, with a right check digit or a wrong one.
fn parse_orcid(text: &str) -> PyResult<Orcid> {
    match Orcid::read(text) {
        Ok(orcid) | Err(IdFault::WrongCheckDigit(orcid)) => Ok(orcid),
        Err(fault) => Err(bad_value(format!("{text:?} is {fault}"))),
    }
}
