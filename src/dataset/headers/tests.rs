//! Every page header and the footer of a file that is too large to be digested when it is
//! opened, bit by bit.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use super::*;
use crate::dataset::file::PartFile;
use crate::dataset::keys::Targets;
use crate::dataset::layout::table_of;
use crate::dataset::manifest::Part;
use crate::dataset::reader::{batches, columns_of};
use crate::dataset::row_selection::{Gone, select_rows};
use crate::dataset::settings::Settings;
use crate::dataset::store::StoredFile;
use orcid_xml::Orcid;

const KEY: &str = "summaries/keywords";
const ORCID: &str = "0000-0002-1825-0097";
/// Rows of the row groups: a small one, so that a fault in the second is found soon, and one that
/// makes the file large.
const GROUP_ROWS: [usize; 2] = [100, 9_000];
/// Bytes of each text; it has six bits a byte that no compressor saves.
const TEXT_BYTES: usize = 1_300;

struct Large {
    _folder: tempfile::TempDir,
    path: PathBuf,
    part: Part,
}

fn text(seed: &mut u64) -> String {
    let mut letter = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + (*seed >> 58) as u8)
    };
    (0..TEXT_BYTES).map(|_| letter()).collect()
}

fn batch(schema: &SchemaRef, rows: usize, seed: &mut u64) -> RecordBatch {
    let columns = schema.fields().iter().map(|field| -> ArrayRef {
        let numbers = 0..rows as i64;
        match (field.name().as_str(), field.data_type()) {
            ("orcid", _) => Arc::new(StringArray::from(vec![ORCID; rows])),
            ("content", _) => Arc::new(StringArray::from_iter_values((0..rows).map(|_| text(seed)))),
            (_, DataType::Utf8) => {
                Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("value {}", row % 7))))
            }
            (_, DataType::Int64) => Arc::new(Int64Array::from_iter_values(numbers)),
            (_, DataType::Int32) => Arc::new(Int32Array::from_iter_values(0..rows as i32)),
            (_, DataType::Int16) => Arc::new(Int16Array::from_iter_values((0..rows).map(|row| row as i16))),
            (_, DataType::Float64) => Arc::new(Float64Array::from_iter_values(numbers.map(|row| row as f64))),
            (_, DataType::Boolean) => Arc::new(BooleanArray::from(vec![true; rows])),
            (_, DataType::Timestamp(..)) => {
                Arc::new(TimestampMicrosecondArray::from_iter_values(numbers).with_timezone("UTC"))
            }
            (name, other) => panic!("{name} is {other}"),
        }
    });
    RecordBatch::try_new(schema.clone(), columns.collect()).unwrap()
}

fn large() -> Large {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.parquet");
    let table = table_of(KEY).unwrap().1;
    let schema = table.schema();
    let mut file = PartFile::create(path.clone(), &schema, &Settings::new(KEY, table, &schema, &[])).unwrap();
    let mut seed = 1;
    for rows in GROUP_ROWS {
        let batch = batch(&schema, rows, &mut seed);
        let writers = file.column_writers().unwrap().into_iter();
        let chunks = writers.zip(batch.columns()).map(|(mut writer, values)| {
            writer.write(values).unwrap();
            writer.close().unwrap()
        });
        file.append_group(chunks.collect(), rows as u64).unwrap();
    }
    let part = file.finish().unwrap();
    assert!(part.size_bytes > 8 << 20, "{part:?}");
    Large { _folder: folder, path, part }
}

/// The positions of the page headers of a column chunk.
fn headers(file: &File, column: &ColumnChunkMetaData) -> Vec<u64> {
    let (mut place, length) = column.byte_range();
    let (end, mut found) = (place + length, Vec::new());
    while place < end {
        let mut bytes = [0; MOST_HEADER_BYTES];
        let length = file.read_up_to(&mut bytes, place).unwrap();
        let sizes = page_header::sizes(&bytes[..length]).unwrap();
        found.extend(place..place + sizes.header as u64);
        place += sizes.header as u64 + sizes.page;
    }
    found
}

/// Flips bits of the bytes at some places, one at a time, and calls `each`, which must fail and
/// name the file; returns how many it tried.
fn flip(
    large: &Large,
    places: impl Iterator<Item = u64>,
    bits: &[u32],
    each: impl Fn() -> Result<(), DatasetError>,
) -> usize {
    let file = File::options().read(true).write(true).open(&large.path).unwrap();
    let mut flips = 0;
    for place in places {
        let mut byte = [0];
        file.read_exact_at(&mut byte, place).unwrap();
        for bit in bits {
            file.write_all_at(&[byte[0] ^ 1 << bit], place).unwrap();
            let told = each().expect_err("a flip is told").to_string();
            assert!(told.contains(large.path.to_str().unwrap()), "{place} {bit}: {told}");
            flips += 1;
        }
        file.write_all_at(&byte, place).unwrap();
    }
    each().unwrap();
    flips
}

fn drain(batches: impl Iterator<Item = Result<RecordBatch, DatasetError>>) -> Result<usize, DatasetError> {
    batches.map(|batch| batch.map(|batch| batch.num_rows())).sum()
}

#[test]
fn no_flip_in_a_page_header_or_footer_of_a_large_file_gives_other_rows() {
    let large = large();
    let (path, part) = (&large.path, &large.part);
    let file = File::open(path).unwrap();
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default()).unwrap();
    let metadata = metadata.metadata();
    let of_columns = |names: &[&str]| -> Vec<u64> {
        let groups = metadata.row_groups().iter().flat_map(|group| group.columns());
        let of = groups
            .filter(|column| names.is_empty() || names.contains(&column.column_path().string().as_str()));
        of.flat_map(|column| headers(&file, column)).collect()
    };
    let (orcid, gone) = (Orcid::new(ORCID).unwrap(), Gone::default());
    let gone =
        Gone { targets: Targets { records: [orcid].into_iter().collect(), ..Targets::default() }, ..gone };
    let rows: usize = GROUP_ROWS.iter().sum();
    let all = || {
        drain(batches(StoredFile::on_disk(path)?, KEY, part, Some(&[orcid]))?)
            .map(|found| assert_eq!(found, rows))
    };
    let some = || {
        drain(columns_of(StoredFile::on_disk(path)?, KEY, part, &["content", "put_code"])?)
            .map(|found| assert_eq!(found, rows))
    };
    let marked =
        || select_rows(path, KEY, part, &gone).map(|selection| assert_eq!(selection.rows_out(), rows as u64));
    let footer = u64::from(u32::from_le_bytes({
        let mut length = [0; 4];
        file.read_exact_at(&mut length, part.size_bytes - END_BYTES).unwrap();
        length
    }));
    // All bits take a minute.
    let bits: &[u32] = if std::env::var_os("ROUNDS").is_some() { &[0, 1, 2, 3, 4, 5, 6, 7] } else { &[0, 5] };

    let flips = [
        flip(&large, of_columns(&[]).into_iter(), bits, all),
        flip(&large, of_columns(&["content", "put_code"]).into_iter(), bits, some),
        flip(&large, of_columns(&["orcid", "put_code"]).into_iter(), bits, marked),
        flip(&large, part.size_bytes - END_BYTES - footer..part.size_bytes, &[0, 5], all),
    ];

    assert!(flips.iter().sum::<usize>() > 700 * bits.len(), "{flips:?}");
}
