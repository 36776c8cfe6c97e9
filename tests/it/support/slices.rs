//! Datasets of some people: cells of a dataset, read without orcidlake, to tell whose rows a slice must
//! have; and small archives of people to select.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int16Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::tables::Tables;
use super::{gzip, record, tar};

/// Cells by their columns.
pub type Row = BTreeMap<String, String>;

/// Some columns of a table; cells that are empty are not in a row.
pub fn cells(dataset: &Path, table: &str, columns: &[&str]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut files: Vec<PathBuf> =
        fs::read_dir(dataset.join(table)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "parquet"));
    files.sort();
    for file in files {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap()).unwrap();
        for batch in reader.build().unwrap() {
            let batch = batch.unwrap();
            for row in 0..batch.num_rows() {
                let mut found = Row::new();
                for name in columns {
                    let column = batch.column_by_name(name).unwrap();
                    if !column.is_valid(row) {
                        continue;
                    }
                    let text = if let Some(texts) = column.as_string_opt::<i32>() {
                        texts.value(row).to_owned()
                    } else if let Some(numbers) = column.as_primitive_opt::<Int64Type>() {
                        numbers.value(row).to_string()
                    } else {
                        column.as_primitive::<Int16Type>().value(row).to_string()
                    };
                    found.insert((*name).to_owned(), text);
                }
                rows.push(found);
            }
        }
    }
    rows
}

/// The tables that have rows.
pub fn with_rows(mut tables: Tables) -> Tables {
    tables.retain(|_, rows| !rows.is_empty());
    tables
}

/// The iDs of a dataset's records.
pub fn everybody(whole: &Path) -> BTreeSet<String> {
    cells(whole, "summaries/records", &["orcid"]).into_iter().map(|row| row["orcid"].clone()).collect()
}

/// The organisation of ROR that the most affiliations mean.
pub fn usual_institution(whole: &Path) -> String {
    let rows = cells(whole, "organizations/organizations", &["org_key", "ror_id"]);
    let meant: BTreeMap<String, String> = rows
        .into_iter()
        .filter_map(|mut row| Some((row.remove("org_key")?, row.remove("ror_id")?)))
        .collect();
    let rows = cells(whole, "summaries/affiliations", &["org_key"]);
    most_frequent(rows.iter().filter_map(|row| meant.get(row.get("org_key")?))).unwrap().clone()
}

/// The most frequent value; of several the greatest.
pub fn most_frequent<T: Ord>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(value, _)| value)
}

/// An archive of summaries: people and their documents.
pub fn archive(at: &Path, documents: &[(&str, impl AsRef<[u8]>)]) -> PathBuf {
    let members: Vec<(String, &[u8])> = documents
        .iter()
        .map(|(orcid, xml)| (format!("ORCID_2025_10_summaries/{}/{orcid}.xml", &orcid[16..]), xml.as_ref()))
        .collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(path, xml)| (path.as_str(), *xml)).collect();
    let path = at.join("ORCID_2025_10_summaries.tar.gz");
    fs::write(&path, gzip(&tar(&members))).unwrap();
    path
}

/// A record with an address in a country.
pub fn with_country(orcid: &str, name: &str, country: &str) -> String {
    let address = format!(
        "<person:person><address:addresses xmlns:address=\"http://www.orcid.org/ns/address\"><address:address>\
         <address:country>{country}</address:country></address:address></address:addresses></person:person>"
    );
    record(orcid, name, "").replace("<person:person>", &address.replace("</person:person>", ""))
}
