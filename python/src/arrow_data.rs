//! Schemas, batches and tables in memory, as objects of Python.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow::datatypes::{Schema as ArrowSchema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::ReaderBuilder;
use arrow::json::writer::{JsonArray, WriterBuilder};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use serde::Serialize;

use crate::capsule::{batch_out, schema_out, stream_out};
use crate::errors::bad_value;

/// A column: its name, type, whether it may be empty, its meaning and its source path.
type ColumnFacts = (String, String, bool, String, String);

/// The columns of a table.
#[pyclass(frozen, module = "orcidlake._native")]
pub struct Schema(pub SchemaRef);

/// Some rows of a table.
#[pyclass(frozen, module = "orcidlake._native")]
pub struct Batch(pub RecordBatch);

/// All rows of a table, in memory.
#[pyclass(frozen, module = "orcidlake._native")]
pub struct Rows {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl Schema {
    fn columns(&self) -> Vec<ColumnFacts> {
        let facts = |field: &Arc<arrow::datatypes::Field>| {
            let note = |key: &str| field.metadata().get(key).cloned().unwrap_or_default();
            let kind = field.data_type().to_string();
            (field.name().clone(), kind, field.is_nullable(), note("description"), note("xpath"))
        };
        self.0.fields().iter().map(facts).collect()
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_out(py, &self.0)
    }
}

#[pymethods]
impl Batch {
    #[getter]
    fn schema(&self) -> Schema {
        Schema(self.0.schema())
    }

    #[getter]
    fn num_rows(&self) -> usize {
        self.0.num_rows()
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| to_json(&[&self.0]))
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        // A schema that is asked for is a wish that need not be met.
        drop(requested_schema);
        batch_out(py, &self.0)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        stream_out(py, reader(self.0.schema(), vec![self.0.clone()]))
    }
}

impl Rows {
    /// A table of batches that have this schema.
    pub fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { schema, batches }
    }

    /// A table of values that serialise as objects with the columns of the schema.
    pub fn of(schema: ArrowSchema, rows: &[impl Serialize]) -> Result<Self, ArrowError> {
        let schema = Arc::new(schema);
        let mut decoder = ReaderBuilder::new(schema.clone()).build_decoder()?;
        decoder.serialize(rows)?;
        Ok(Self { schema, batches: decoder.flush()?.into_iter().collect() })
    }
}

#[pymethods]
impl Rows {
    #[getter]
    fn schema(&self) -> Schema {
        Schema(self.schema.clone())
    }

    #[getter]
    fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| to_json(&self.batches.iter().collect::<Vec<_>>()))
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        stream_out(py, reader(self.schema.clone(), self.batches.clone()))
    }
}

fn reader(schema: SchemaRef, batches: Vec<RecordBatch>) -> Box<dyn RecordBatchReader + Send> {
    Box::new(RecordBatchIterator::new(batches.into_iter().map(Ok), schema))
}

/// Rows as a JSON list of objects, with every column in each.
fn to_json(batches: &[&RecordBatch]) -> PyResult<String> {
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, JsonArray>(Vec::new());
    let written = writer.write_batches(batches).and_then(|()| writer.finish());
    written.map_err(|error| bad_value(error.to_string()))?;
    String::from_utf8(writer.into_inner()).map_err(|error| bad_value(error.to_string()))
}
