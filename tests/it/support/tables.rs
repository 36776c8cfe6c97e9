//! All rows of a dataset, to compare it with another; read without orcidlake.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::ArrayRef;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use orcidlake::dataset::Dataset;
use orcidlake::tables;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// By table its rows as text, sorted.
pub type Tables = BTreeMap<String, Vec<String>>;

/// Every file below a folder with its bytes, in the order of their names.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut pending) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found.sort();
    found
}

/// The rows of all tables, but for those that tell of the files they came from.
pub fn all_rows(dataset: &Path) -> Tables {
    let mut tables = Tables::new();
    let parquet = |path: &Path| path.extension().is_some_and(|end| end == "parquet");
    for (path, _) in files(dataset).into_iter().filter(|(path, _)| parquet(path)) {
        let table = path.parent().unwrap().strip_prefix(dataset).unwrap().to_string_lossy().into_owned();
        if table.ends_with("rejects") {
            continue;
        }
        tables.entry(table).or_default().extend(rows_of(&path));
    }
    tables.values_mut().for_each(|rows| rows.sort());
    tables
}

/// The rows of one Parquet file in its order, their cells parted by tabs.
pub fn rows_of(path: &Path) -> Vec<String> {
    let file = File::open(path).unwrap();
    let mut rows = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let options = FormatOptions::default().with_null("∅");
        let columns: Vec<_> = batch.columns().iter().map(plain).collect();
        let columns: Vec<_> =
            columns.iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
        rows.extend((0..batch.num_rows()).map(|row| {
            columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("\t")
        }));
    }
    rows
}

/// Times as numbers; all else as it is.
fn plain(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Timestamp(..) => cast(column, &DataType::Int64).unwrap(),
        _ => column.clone(),
    }
}

/// Every row of every table of the product, in the table's order.
pub fn rows_in_order(dataset: &Dataset) -> Tables {
    let mut found = Tables::new();
    for (folder, table) in tables::all() {
        let (key, schema) = (format!("{folder}/{}", table.name()), table.schema());
        let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let options = FormatOptions::default().with_null("∅");
        let mut rows = Vec::new();
        for batch in dataset.rows(&key, &columns) {
            let batch = batch.unwrap();
            let plain: Vec<_> = batch.columns().iter().map(plain).collect();
            let columns = plain.iter().map(|column| ArrayFormatter::try_new(column, &options));
            let columns: Vec<_> = columns.map(Result::unwrap).collect();
            rows.extend((0..batch.num_rows()).map(|row| {
                columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("\t")
            }));
        }
        found.insert(key, rows);
    }
    found
}

/// All rows but those of some iDs.
pub fn without_people(dataset: &Path, people: &BTreeSet<String>) -> Tables {
    let mut tables = all_rows(dataset);
    let mentions = |row: &String| row.split('\t').next().is_some_and(|orcid| people.contains(orcid));
    tables.values_mut().for_each(|rows| rows.retain(|row| !mentions(row)));
    tables
}

/// Both have the same rows; tables without rows need not be there.
pub fn assert_same(found: &Tables, expected: &Tables) {
    for table in found.keys().chain(expected.keys()).collect::<BTreeSet<_>>() {
        let none = Vec::new();
        let (found, expected) = (found.get(table).unwrap_or(&none), expected.get(table).unwrap_or(&none));
        if found == expected {
            continue;
        }
        let extra: Vec<_> = found.iter().filter(|row| !expected.contains(row)).take(2).collect();
        let missing: Vec<_> = expected.iter().filter(|row| !found.contains(row)).take(2).collect();
        let (found, expected) = (found.len(), expected.len());
        panic!("{table}: {found} of {expected} rows\n{extra:#?}\n{missing:#?}");
    }
}
