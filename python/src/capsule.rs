//! Arrow data in and out of Python by capsules: the one file with `unsafe`.
//!
//! The [PyCapsule interface] says what a capsule of a name holds: a structure of Arrow's C data
//! interface, with its own release function. Who takes it moves it out and marks the place as
//! released; a capsule that nobody takes releases it when it is dropped.
//!
//! [PyCapsule interface]: https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html

#![allow(unsafe_code)]

use std::ffi::CStr;

use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchReader, StructArray, make_array};
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::errors::bad_value;

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

/// A capsule with a schema.
pub fn schema_out<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowSchema::try_from(schema).map_err(failed)?, SCHEMA)
}

/// Two capsules with the schema and the columns of a batch.
pub fn batch_out<'py>(
    py: Python<'py>,
    batch: &RecordBatch,
) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
    let schema = schema_out(py, batch.schema_ref())?;
    let (array, _) = to_ffi(&StructArray::from(batch.clone()).to_data()).map_err(failed)?;
    Ok((schema, PyCapsule::new_with_value(py, array, ARRAY)?))
}

/// A capsule with a stream of batches.
pub fn stream_out(
    py: Python<'_>,
    reader: Box<dyn RecordBatchReader + Send>,
) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(reader), STREAM)
}

/// The arrays of a stream, of any type.
pub fn stream_in(capsule: &Bound<'_, PyCapsule>) -> PyResult<ArrayStreamReader> {
    let place = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: by its name, which was checked, the capsule holds a valid stream. The capsule lives
    // until the end of this function, and as the interpreter is attached, nobody else takes the
    // stream meanwhile. What is left in its place is marked as released.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(place.as_ptr()) };
    ArrayStreamReader::try_new(stream).map_err(failed)
}

/// An array by its two capsules.
pub fn array_in(schema: &Bound<'_, PyCapsule>, array: &Bound<'_, PyCapsule>) -> PyResult<ArrayRef> {
    let schema = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    // SAFETY: by their names, which were checked, the capsules hold a valid schema and a valid
    // array. Both live until the end of this function, and as the interpreter is attached, nobody
    // else takes them meanwhile. What is left in their places is marked as released.
    let (schema, array) =
        unsafe { (FFI_ArrowSchema::from_raw(schema.as_ptr()), FFI_ArrowArray::from_raw(array.as_ptr())) };
    if schema.release().is_none() || array.is_released() {
        return Err(bad_value("the Arrow array was taken before".to_owned()));
    }
    // SAFETY: `array` and `schema` are those of one `__arrow_c_array__`, whose producer promises
    // that they describe each other.
    let data = unsafe { from_ffi(array, &schema) }.map_err(failed)?;
    Ok(make_array(data))
}

fn failed(error: ArrowError) -> PyErr {
    bad_value(error.to_string())
}
