//! Compares a dataset with its manifest: files, digests, counts, keys, logs.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::delta;
use super::digest::digest;
use super::error::DatasetError;
use super::layout::{folders, table_folder};
use super::looks::read_until;
use super::manifest::Part;
use super::public_rows::{is_public, visibility_columns};
use super::reader::{Dataset, columns_of};
use super::store::{LocalStore, Store};
use orcid_xml::Orcid;
use orcid_xml::ids::IdSet;

/// One difference between a dataset and its manifest.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    pub path: PathBuf,
    pub what: String,
}

/// Checks the dataset at `root`, and again if another process has changed it meanwhile, because
/// missing files may have been replaced. Returns the dataset that was checked.
///
/// # Errors
/// Those of [`verify`], if the dataset has not changed meanwhile; and if it changes too often.
pub fn verify_at(root: &Path, told: &dyn Fn(&Path)) -> Result<(Dataset, Vec<Problem>), DatasetError> {
    verify_in(&LocalStore::new(root), told)
}

/// Does the same for a dataset in a store.
///
/// # Errors
/// Those of [`verify_at`].
pub fn verify_in(store: &dyn Store, told: &dyn Fn(&Path)) -> Result<(Dataset, Vec<Problem>), DatasetError> {
    read_until(store, |dataset| verify(dataset, told), Vec::is_empty)
}

/// Checks every file of a dataset; an empty list means that it is sound.
/// `told` is called with each file before it is read.
///
/// # Errors
/// [`DatasetError`] if an existing file cannot be read.
pub fn verify(dataset: &Dataset, told: &dyn Fn(&Path)) -> Result<Vec<Problem>, DatasetError> {
    let mut problems = Vec::new();
    let mut known = HashSet::new();
    let mut records = IdSet::default();
    for (key, part) in dataset.manifest.parts() {
        let path = dataset.part_path(key, &part.name);
        told(&path);
        known.insert(path.clone());
        let faults = check_file(dataset, key, part)?;
        let readable = faults.is_empty();
        problems.extend(faults.into_iter().map(|what| Problem { path: path.clone(), what }));
        if readable && dataset.manifest.visibility.is_public() {
            problems.extend(check_public(dataset, key, part)?);
        }
        if readable && key == "summaries/records" {
            problems.extend(check_keys(dataset, key, part, &mut records)?);
        }
    }
    for kept in &dataset.manifest.kept {
        let path = dataset.part_path(&kept.key, &kept.part.name);
        let faults = check_file(dataset, &kept.key, &kept.part)?;
        problems.extend(faults.into_iter().map(|what| Problem { path: path.clone(), what }));
        known.insert(path);
    }
    let can_list = dataset.files.can_list();
    let found = if dataset.is_alone && can_list { parquet_files(dataset)? } else { Vec::new() };
    let strangers = found.into_iter().filter(|path| !known.contains(path));
    problems.extend(strangers.map(|path| Problem { path, what: "is not in the manifest".to_owned() }));
    problems.extend(count_faults(dataset));
    if can_list {
        problems.extend(check_logs(dataset)?);
    }
    Ok(problems)
}

/// Checks that the newest version of each table's log lists the files of the manifest.
fn check_logs(dataset: &Dataset) -> Result<Vec<Problem>, DatasetError> {
    let tables = dataset.manifest.parts_by_table();
    let logs = delta::files(dataset.files.as_ref(), tables.keys().copied());
    let mut problems = Vec::new();
    for (key, parts) in &tables {
        let mut report = |what| problems.push(Problem { path: table_folder(&dataset.root, key), what });
        let listed = match &logs[key] {
            Ok(Some(listed)) => listed,
            Ok(None) => {
                report("has no Delta Lake log; the next change of the dataset makes one".to_owned());
                continue;
            }
            Err(what) => {
                report(format!(
                    "its Delta Lake log cannot be read, and the next change of the dataset makes it anew: {what}"
                ));
                continue;
            }
        };
        for part in parts {
            match listed.get(&part.name) {
                None => report(format!("its log does not list {}", part.name)),
                Some(listed) if *listed != delta::told_of(part) => {
                    report(format!(
                        "its log tells another size or number of rows of {}; the next change of the dataset makes it anew",
                        part.name
                    ));
                }
                Some(_) => {}
            }
        }
        let known: HashSet<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        for name in listed.keys().filter(|name| !known.contains(name.as_str())) {
            report(format!("its log lists {name}, the manifest does not"));
        }
    }
    Ok(problems)
}

fn check_file(dataset: &Dataset, key: &str, part: &Part) -> Result<Vec<String>, DatasetError> {
    let file = match dataset.part(key, part) {
        Ok(file) => file,
        Err(error) if error.is_missing() => return Ok(vec!["is missing".to_owned()]),
        Err(error) => return Err(error),
    };
    let (size_bytes, digest) = digest(&mut file.reader(0)).map_err(DatasetError::io("read", file.path()))?;
    if size_bytes != part.size_bytes {
        return Ok(vec![format!("has {size_bytes} bytes, the manifest says {}", part.size_bytes)]);
    }
    if digest != part.xxh3 {
        return Ok(vec![format!("has digest {digest}, the manifest says {}", part.xxh3)]);
    }
    let reader = match SerializedFileReader::new(file) {
        Ok(reader) => reader,
        Err(error) => return Ok(vec![format!("is not readable as Parquet: {error}")]),
    };
    let rows = reader.metadata().file_metadata().num_rows();
    let differ = u64::try_from(rows) != Ok(part.rows);
    Ok(differ.then(|| format!("has {rows} rows, the manifest says {}", part.rows)).into_iter().collect())
}

/// Checks that a file of a public dataset has nothing that is limited or private.
fn check_public(dataset: &Dataset, key: &str, part: &Part) -> Result<Vec<Problem>, DatasetError> {
    let (columns, path) = (visibility_columns(key), dataset.part_path(key, &part.name));
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut hidden = 0;
    for batch in columns_of(dataset.part(key, part)?, key, part, &names)? {
        let batch = batch?;
        for column in batch.columns() {
            let words = cast(column, &DataType::Utf8)
                .map_err(|error| DatasetError::parquet("read", &path)(error.into()))?;
            hidden += words.as_string::<i32>().iter().filter(|word| !is_public(*word)).count();
        }
    }
    let what = format!("has {hidden} values that are not public, in a public dataset");
    Ok((hidden > 0).then_some(Problem { path, what }).into_iter().collect())
}

/// Checks that every iD has one record and a correct check digit.
fn check_keys(
    dataset: &Dataset,
    key: &str,
    part: &Part,
    seen: &mut IdSet,
) -> Result<Vec<Problem>, DatasetError> {
    let mut problems = Vec::new();
    let path = dataset.part_path(key, &part.name);
    let mut report = |what: String| problems.push(Problem { path: path.clone(), what });
    for batch in columns_of(dataset.part(key, part)?, key, part, &["orcid"])? {
        let batch = batch?;
        for text in batch.column(0).as_string::<i32>().iter().flatten() {
            match Orcid::new(text) {
                None => report(format!("{text} is not an ORCID iD")),
                Some(orcid) => {
                    if !orcid.has_valid_check_digit() {
                        report(format!("{text} has a wrong check digit"));
                    }
                    if !seen.insert(orcid.number()) {
                        report(format!("{text} has more than one record"));
                    }
                }
            }
        }
    }
    Ok(problems)
}

/// Checks that the manifest's numbers of members and rows add up.
fn count_faults(dataset: &Dataset) -> Vec<Problem> {
    let path = dataset.root.join(super::MANIFEST_NAME);
    let mut faults = Vec::new();
    for archive in &dataset.manifest.archives {
        if !archive.report.members.add_up() {
            faults.push(format!("the members of {} do not add up", archive.name));
        }
        let keys: BTreeSet<&String> = archive.report.rows.keys().chain(archive.parts.keys()).collect();
        for key in keys {
            let rows = archive.parts.get(key).map_or(0, |parts| Part::total_rows(parts));
            let told = archive.expected_rows(key);
            if rows != told {
                faults.push(format!("{key} of {} has {rows} rows, {told} by the counts", archive.name));
            }
        }
    }
    faults.into_iter().map(|what| Problem { path: path.clone(), what }).collect()
}

/// The Parquet files below the folders of tables, except checkpoints of logs.
fn parquet_files(dataset: &Dataset) -> Result<Vec<PathBuf>, DatasetError> {
    let mut files = Vec::new();
    for folder in folders() {
        let names = dataset.files.list(folder)?.into_iter();
        let tables = names.filter(|name| name.ends_with(".parquet") && !delta::is_in_log(name));
        files.extend(tables.map(|name| dataset.root.join(name)));
    }
    Ok(files)
}
