//! Text from Python: lists, and columns of any library that speaks Arrow.

use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::compute::{cast, concat};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::capsule::{array_in, stream_in};
use crate::errors::bad_value;

/// The texts of a list, or of a column such as that of pyarrow, Polars or pandas.
///
/// # Errors
/// An exception if there is anything but text in it.
pub fn texts(values: &Bound<'_, PyAny>) -> PyResult<StringArray> {
    let py = values.py();
    if values.hasattr("__arrow_c_stream__")? {
        let capsule = values.call_method0("__arrow_c_stream__")?;
        let stream = stream_in(capsule.cast::<PyCapsule>()?)?;
        let arrays = py.detach(|| stream.collect::<Result<Vec<_>, _>>()).map_err(failed)?;
        return as_texts(&arrays);
    }
    if values.hasattr("__arrow_c_array__")? {
        let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
            values.call_method0("__arrow_c_array__")?.extract()?;
        return as_texts(&[array_in(schema.cast::<PyCapsule>()?, array.cast::<PyCapsule>()?)?]);
    }
    let list = values.try_iter()?.map(|value| value?.extract::<Option<String>>());
    Ok(StringArray::from(list.collect::<PyResult<Vec<_>>>()?))
}

fn as_texts(arrays: &[ArrayRef]) -> PyResult<StringArray> {
    let as_text = |array: &ArrayRef| match array.data_type() {
        DataType::Struct(fields) => {
            let message = format!("give one column, not a table of {}", fields.len());
            Err(ArrowError::InvalidArgumentError(message))
        }
        _ => cast(array, &DataType::Utf8),
    };
    let texts = arrays.iter().map(as_text).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    if texts.is_empty() {
        return Ok(StringArray::from(Vec::<Option<String>>::new()));
    }
    let texts: Vec<_> = texts.iter().map(AsRef::as_ref).collect();
    Ok(concat(&texts).map_err(failed)?.as_string::<i32>().clone())
}

fn failed(error: ArrowError) -> PyErr {
    bad_value(error.to_string())
}
