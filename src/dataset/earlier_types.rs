//! Columns that earlier format versions wrote with another type, and how they are read now.
//!
//! Until version 2 `org_key` was a signed number of 64 bits. It was the same hash, so it is read as
//! the text that is written today, and joins to the tables of newer datasets.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use arrow::error::ArrowError;

use crate::tables::OrgKeyText;

/// The column that was a number.
const ORG_KEY: &str = "org_key";

/// True if the column `found` of a file is one that was a number where `known` is text.
pub(super) fn was_number(found: &Field, known: &Field) -> bool {
    found.name() == ORG_KEY && found.data_type() == &DataType::Int64 && known.data_type() == &DataType::Utf8
}

/// The rows of a file with the types of today.
///
/// # Errors
/// [`ArrowError`] does not occur: each column keeps its number of rows.
pub(super) fn with_types_of_today(batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let Ok(place) = schema.index_of(ORG_KEY) else { return Ok(batch) };
    let Some(numbers) = batch.column(place).as_primitive_opt::<Int64Type>() else { return Ok(batch) };
    let mut texts = StringBuilder::with_capacity(numbers.len(), numbers.len() * 17);
    for number in numbers {
        texts.append_option(number.map(|number| OrgKeyText::of(number.cast_unsigned())));
    }
    let mut fields: Vec<_> = schema.fields().iter().cloned().collect();
    fields[place] = Arc::new(fields[place].as_ref().clone().with_data_type(DataType::Utf8));
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    columns[place] = Arc::new(texts.finish());
    RecordBatch::try_new(Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())), columns)
}

#[cfg(test)]
mod tests {
    use arrow::array::Int64Array;

    use super::*;

    #[test]
    fn a_key_that_is_a_number_is_read_as_text() {
        let keys: ArrayRef = Arc::new(Int64Array::from(vec![Some(-1), None, Some(255)]));
        let codes: ArrayRef = Arc::new(Int64Array::from(vec![Some(-1), None, Some(255)]));
        let batch = RecordBatch::try_from_iter([("put_code", codes), (ORG_KEY, keys)]).unwrap();

        let read = with_types_of_today(batch.clone()).unwrap();

        let texts: Vec<Option<&str>> = read.column(1).as_string::<i32>().iter().collect();
        assert_eq!(texts, [Some("offffffffffffffff"), None, Some("o00000000000000ff")]);
        assert_eq!(read.column(0), batch.column(0));
        assert_eq!(with_types_of_today(read.clone()).unwrap(), read);
    }
}
