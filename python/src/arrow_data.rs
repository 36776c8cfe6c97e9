//! Schemas, batches and tables in memory, as objects of Python.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::ReaderBuilder;
use arrow::json::writer::{JsonArray, WriterBuilder};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use serde::Serialize;

use crate::capsule::{batch_out, schema_out, stream_out};
use crate::errors::bad_value;

/// How points in time are written.
const TIME: &str = "%Y-%m-%dT%H:%M:%S%.fZ";

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
        let facts = |field: &Arc<Field>| {
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

/// Rows as a JSON list of objects, with every column in each. Points in time are written as
/// `orcidlake get` does it.
fn to_json(batches: &[&RecordBatch]) -> PyResult<String> {
    let write = || -> Result<Vec<u8>, ArrowError> {
        let batches = batches.iter().map(|batch| without_zones(batch)).collect::<Result<Vec<_>, _>>()?;
        let builder = WriterBuilder::new().with_explicit_nulls(true).with_timestamp_format(TIME.to_owned());
        let mut writer = builder.build::<_, JsonArray>(Vec::new());
        writer.write_batches(&batches.iter().collect::<Vec<_>>())?;
        writer.finish()?;
        Ok(writer.into_inner())
    };
    let text = write().map_err(|error| bad_value(error.to_string()))?;
    String::from_utf8(text).map_err(|error| bad_value(error.to_string()))
}

/// All points in time are in UTC, which Arrow would look up in a list of zones to write them.
fn without_zones(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let plain = |(field, column): (&Arc<Field>, &ArrayRef)| match field.data_type() {
        DataType::Timestamp(unit, Some(_)) => {
            let kind = DataType::Timestamp(*unit, None);
            let column = cast(column, &kind)?;
            Ok((Field::new(field.name(), kind, field.is_nullable()), column))
        }
        _ => Ok((field.as_ref().clone(), column.clone())),
    };
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(plain);
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) =
        columns.collect::<Result<Vec<_>, ArrowError>>()?.into_iter().unzip();
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)
}
