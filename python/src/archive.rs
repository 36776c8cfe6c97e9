//! One table of an archive, batch by batch.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use serde_json::json;

use crate::arrow_data::{Batch, Schema};
use crate::capsule::stream_out;
use crate::errors::{Raise, bad_value};
use crate::settings::Settings;
use crate::waiting::{LOOKS, interruptible, nothing};
use orcidlake::convert::{ArchiveBatches, ArchiveTable, archive_batches};

/// Reads one table of an archive.
#[pyclass(frozen, module = "orcidlake._native")]
pub struct ArchiveReader {
    key: String,
    schema: SchemaRef,
    batches: Batches,
}

/// The batches, until they are closed or handed over as a stream.
type Batches = Arc<Mutex<Option<ArchiveBatches>>>;

/// The batches as a stream of Arrow. It shares them with the object that it comes from, so that
/// closing that one ends the stream.
struct Stream {
    schema: SchemaRef,
    batches: Batches,
}

#[pymethods]
impl ArchiveReader {
    #[new]
    fn new(
        py: Python<'_>,
        archive: PathBuf,
        table: String,
        columns: Option<Vec<String>>,
        allow_repeats: bool,
        settings: Settings,
    ) -> PyResult<Self> {
        let options = settings.options()?;
        let table = ArchiveTable { name: table, columns, allow_repeats };
        let begin = |stop: &_| archive_batches(&archive, &table, &options, stop);
        let batches = interruptible(py, nothing, begin)?.map_err(Raise::raise)?;
        let (key, schema) = (batches.key().to_owned(), batches.schema());
        Ok(Self { key, schema, batches: Arc::new(Mutex::new(Some(batches))) })
    }

    #[getter]
    fn key(&self) -> &str {
        &self.key
    }

    #[getter]
    fn schema(&self) -> Schema {
        Schema(self.schema.clone())
    }

    /// The next batch; `None` at the end.
    fn next(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        loop {
            match py.detach(|| locked(&self.batches).as_mut().map(|batches| batches.poll_next(LOOKS))) {
                Some(Poll::Pending) => py.check_signals()?,
                Some(Poll::Ready(Some(batch))) => return Ok(Some(Batch(batch.map_err(Raise::raise)?))),
                Some(Poll::Ready(None)) | None => return Ok(None),
            }
        }
    }

    /// What was counted so far as JSON, the bytes read, and the size in bytes if it is known; `None`
    /// if the reader is closed.
    fn progress(&self, py: Python<'_>) -> Option<(String, u64, Option<u64>)> {
        py.detach(|| {
            let batches = locked(&self.batches);
            let batches = batches.as_ref()?;
            let (read_bytes, size_bytes) = batches.read_bytes();
            Some((json!(batches.report()).to_string(), read_bytes, size_bytes))
        })
    }

    /// Stops reading.
    fn close(&self, py: Python<'_>) {
        py.detach(|| drop(locked(&self.batches).take()));
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        if py.detach(|| locked(&self.batches).is_none()) {
            return Err(bad_value("the reader is closed".to_owned()));
        }
        stream_out(py, Box::new(Stream { schema: self.schema.clone(), batches: self.batches.clone() }))
    }
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = locked(&self.batches).as_mut()?.next()?;
        Some(next.map_err(|error| ArrowError::ExternalError(Box::new(error))))
    }
}

impl RecordBatchReader for Stream {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

fn locked(batches: &Batches) -> MutexGuard<'_, Option<ArchiveBatches>> {
    batches.lock().unwrap_or_else(PoisonError::into_inner)
}
