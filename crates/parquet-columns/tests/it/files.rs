//! Compares files whose columns are encoded, and pages compressed, by this crate with files that `parquet`
//! writes alone.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int16Array, Int64Array, RecordBatch, StringArray};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves};
use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::statistics::Statistics;
use parquet::file::writer::SerializedFileWriter;
use parquet_columns::{ColumnWriter, Filter, PageFile};

/// Rows whose columns have several pages, with and without a dictionary.
fn batch(from: i64) -> RecordBatch {
    let numbers = from..from + 5_000;
    let few: StringArray = numbers.clone().map(|number| Some(format!("word {}", number % 7))).collect();
    let many: StringArray =
        numbers.clone().map(|number| (number % 3 > 0).then(|| format!("{number:x} and more"))).collect();
    let years: Int16Array =
        numbers.clone().map(|number| (number % 400 > 250).then(|| 1_990 + (number % 5) as i16)).collect();
    let truths: BooleanArray = numbers.clone().map(|number| Some(number % 1_300 > 1_100)).collect();
    let some_truths: BooleanArray =
        numbers.clone().map(|number| (number % 4 > 1).then_some(number % 5 > 1)).collect();
    let fractions: Float64Array =
        numbers.clone().map(|number| (number % 9 > 1).then(|| (number - 2_500) as f64 / 3.0)).collect();
    let zeros: Float64Array = numbers.clone().map(|number| Some(number as f64 * -0.0)).collect();
    let columns: [(&str, ArrayRef, bool); 8] = [
        ("few", Arc::new(few), false),
        ("many", Arc::new(many), true),
        ("years", Arc::new(years), true),
        ("numbers", Arc::new(Int64Array::from_iter_values(numbers)), false),
        ("truths", Arc::new(truths), false),
        ("some truths", Arc::new(some_truths), true),
        ("fractions", Arc::new(fractions), true),
        ("zeros", Arc::new(zeros), false),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn properties(compression: Compression) -> WriterPropertiesPtr {
    let mut properties = WriterProperties::builder()
        .set_compression(compression)
        .set_dictionary_page_size_limit(16 << 10)
        .set_data_page_row_count_limit(1_200)
        .set_write_batch_size(100)
        .set_column_bloom_filter_enabled("few".into(), true)
        .build();
    add_encoded_arrow_schema_to_metadata(&batch(0).schema(), &mut properties);
    Arc::new(properties)
}

/// A file of two row groups as the library compresses it.
fn by_the_library(level: ZstdLevel) -> Vec<u8> {
    let schema = batch(0).schema();
    let parquet = ArrowSchemaConverter::new().convert(&schema).unwrap();
    let properties = properties(Compression::ZSTD(level));
    let mut writer = SerializedFileWriter::new(Vec::new(), parquet.root_schema_ptr(), properties).unwrap();
    let columns = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
    for group in 0..2 {
        let batch = batch(group as i64);
        let mut writers = columns.create_column_writers(group).unwrap();
        let mut out = writer.next_row_group().unwrap();
        for ((mut writer, field), values) in writers.drain(..).zip(schema.fields()).zip(batch.columns()) {
            compute_leaves(field, values).unwrap().iter().for_each(|leaf| writer.write(leaf).unwrap());
            writer.close().unwrap().append_to_row_group(&mut out).unwrap();
        }
        out.close().unwrap();
    }
    writer.into_inner().unwrap()
}

/// A file of some row groups, whose columns this crate encodes.
fn by_us(level: ZstdLevel, groups: i64) -> Vec<u8> {
    let schema = batch(0).schema();
    let parquet = ArrowSchemaConverter::new().convert(&schema).unwrap();
    let properties = properties(Compression::UNCOMPRESSED);
    let mut file =
        SerializedFileWriter::new(Vec::new(), parquet.root_schema_ptr(), properties.clone()).unwrap();
    let pages = PageFile::new(tempfile::tempfile().unwrap(), &vec![level; schema.fields().len()]);
    let writer = |column: usize| {
        let filter = (column == 0).then_some(Filter::new(1_000, 0.01));
        let field = schema.field(column);
        ColumnWriter::new(&pages, column, field, parquet.column(column), &properties, filter).unwrap()
    };
    for group in 0..groups {
        let batch = batch(group);
        let mut out = file.next_row_group().unwrap();
        for (column, values) in batch.columns().iter().enumerate() {
            // A writer that is dropped leaves no page behind.
            writer(column).write(values).unwrap();
            let mut writer = writer(column);
            writer.write(values).unwrap();
            let (chunk, close) = pages.chunk(column, writer.close().unwrap()).unwrap();
            out.append_column(&chunk, close).unwrap();
        }
        out.close().unwrap();
        assert!(pages.size_bytes() > 0);
        pages.clear();
    }
    file.into_inner().unwrap()
}

#[test]
fn a_file_has_the_rows_and_bounds_of_the_one_that_the_library_writes() {
    for level in [1, 3, 4] {
        let level = ZstdLevel::try_new(level).unwrap();
        let (ours, theirs) = (by_us(level, 2), by_the_library(level));
        // Our checksums are right, and there are several pages with and without a dictionary.
        assert!(pages(&ours).len() > 20, "level {level:?}");
        assert_eq!(bounds(&ours), bounds(&theirs), "level {level:?}");
        let read = |bytes: Vec<u8>| ParquetRecordBatchReader::try_new(Bytes::from(bytes), 999).unwrap();
        let rows = |bytes| read(bytes).map(Result::unwrap).collect::<Vec<_>>();
        assert!(rows(ours) == rows(theirs), "level {level:?}");
    }
}

/// The least and the greatest value, nulls and encodings of each column chunk. A greatest value of -0 is
/// told as +0, as the format wants it written: the library keeps whichever zero came first.
fn bounds(file: &[u8]) -> Vec<String> {
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(file)).unwrap();
    let columns = reader.metadata().row_groups().iter().flat_map(|group| group.columns());
    let text = |column: &ColumnChunkMetaData| {
        let statistics = column.statistics().unwrap();
        let nulls = statistics.null_count_opt();
        let encodings: Vec<_> = column.encodings().collect();
        let greatest = match statistics {
            Statistics::Double(bounds) => {
                bounds.max_opt().map(|greatest| (greatest + 0.0).to_le_bytes().to_vec())
            }
            bounds => bounds.max_bytes_opt().map(<[u8]>::to_vec),
        };
        format!("{:?} {greatest:?} {nulls:?} {encodings:?}", statistics.min_bytes_opt())
    };
    columns.map(text).collect()
}

/// The pages of a file as they are stored, without their headers, whose checksums are right.
fn pages(file: &[u8]) -> Vec<Vec<u8>> {
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(file)).unwrap();
    let mut pages = Vec::new();
    for group in reader.metadata().row_groups() {
        for column in group.columns() {
            let (start, length) = column.byte_range();
            let mut rest = &file[start as usize..][..length as usize];
            while !rest.is_empty() {
                let (checksum, data, after) = split_page(rest);
                assert_eq!(checksum, crc32fast::hash(data));
                pages.push(data.to_vec());
                rest = after;
            }
        }
    }
    pages
}

/// A page's checksum, its data, and what follows it.
fn split_page(bytes: &[u8]) -> (u32, &[u8], &[u8]) {
    let mut place = 0;
    let mut integer = || {
        assert_eq!(bytes[place], 0x15);
        let (mut value, mut shift) = (0u64, 0);
        loop {
            place += 1;
            value |= u64::from(bytes[place] & 0x7f) << shift;
            shift += 7;
            if bytes[place] & 0x80 == 0 {
                break;
            }
        }
        place += 1;
        ((value >> 1) as i64 ^ -((value & 1) as i64)) as i32
    };
    let (_kind, _plain, size) = (integer(), integer(), integer());
    let checksum = integer().cast_unsigned();
    let header = header_length(bytes);
    let end = header + size as usize;
    (checksum, &bytes[header..end], &bytes[end..])
}

/// Bytes up to where Zstandard's magic number begins.
fn header_length(bytes: &[u8]) -> usize {
    memchr::memmem::find(bytes, &[0x28, 0xb5, 0x2f, 0xfd]).expect("a page is a Zstandard frame")
}

#[test]
fn a_wrong_byte_in_a_page_is_noticed() {
    let whole = by_us(ZstdLevel::try_new(3).unwrap(), 1);
    let metadata = SerializedFileReader::new(Bytes::from(whole.clone())).unwrap();
    let (start, length) = metadata.metadata().row_group(0).column(1).byte_range();
    for place in (start + 40..start + length).step_by(997) {
        let mut wrong = whole.clone();
        wrong[place as usize] ^= 1;

        let rows = ParquetRecordBatchReader::try_new(Bytes::from(wrong), 999).unwrap();

        assert!(rows.into_iter().any(|batch| batch.is_err()), "byte {place}");
    }
}
