//! Types that a column does not have.

use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryArray, Int32Array, StringArray, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::ZstdLevel;
use parquet::file::properties::WriterProperties;
use parquet_columns::{ColumnWriter, PageFile};

/// A writer of a column of a type.
fn writer(pages: &PageFile, kind: DataType) -> parquet::errors::Result<ColumnWriter> {
    let schema = Schema::new(vec![Field::new("column", kind, true)]);
    let descr = ArrowSchemaConverter::new().convert(&schema).unwrap().column(0);
    ColumnWriter::new(pages, 0, schema.field(0), descr, &WriterProperties::new(), None)
}

fn pages() -> PageFile {
    PageFile::new(tempfile::tempfile().unwrap(), &[ZstdLevel::default()])
}

#[test]
fn an_array_of_another_type_is_an_error_that_names_it() {
    let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
    let bytes: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b"one"]));
    for (kind, wrong) in [
        (DataType::Utf8, &numbers),
        (DataType::Int32, &bytes),
        (DataType::Int64, &numbers),
        (DataType::Float64, &numbers),
        (DataType::Boolean, &numbers),
    ] {
        let mut writer = writer(&pages(), kind.clone()).unwrap();

        let message = writer.write(wrong).unwrap_err().to_string();

        assert!(message.contains(&wrong.data_type().to_string()), "{kind}: {message}");
    }
}

#[test]
fn a_column_of_another_type_is_refused() {
    for kind in [DataType::Binary, DataType::Float32, DataType::UInt8, DataType::Utf8View] {
        let error = writer(&pages(), kind.clone()).map(drop).unwrap_err();

        assert!(error.to_string().contains(&kind.to_string()), "{error}");
    }
}

#[test]
fn a_column_of_texts_takes_views_too() {
    let (texts, views) = (vec![Some("one"), None, Some("a text that is longer than a view")], pages());
    let of = |array: ArrayRef| {
        let mut writer = writer(&views, DataType::Utf8).unwrap();
        writer.write(&array).unwrap();
        let (chunk, close) = views.chunk(0, writer.close().unwrap()).unwrap();
        (chunk.header_checksum().unwrap(), format!("{:?}", close.metadata))
    };

    let strings = of(Arc::new(StringArray::from(texts.clone())));

    assert_eq!(strings, of(Arc::new(StringViewArray::from(texts))));
}
