//! Conversions in parts: tasks, their results, and the commit.

use std::path::PathBuf;

use pyo3::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::convert::{PyOutcome, told};
use crate::errors::{Raise, bad_value};
use crate::progress::Progress;
use crate::settings::Settings;
use crate::waiting::{interruptible, nothing};
use orcidlake::convert::{self as library, Options, PartResult, Shard, Task};
use orcidlake::dataset::Store;
use orcidlake::storage::ArchiveFile;
use targz_seek::{ArchiveError, Meter};

/// The tasks of a conversion as JSON.
#[pyfunction]
pub fn plan(
    py: Python<'_>,
    archives: Vec<PathBuf>,
    dataset: PathBuf,
    parts: u64,
    settings: Settings,
) -> PyResult<Vec<String>> {
    let (options, store) = (settings.options()?, settings.store(&dataset)?);
    let plan = |_: &_| plan_parts(&archives, store.as_ref(), parts, &options).map_err(Raise::raise);
    let tasks: Vec<Task> = interruptible(py, nothing, plan)??;
    tasks.iter().map(to_json).collect()
}

/// Runs a task and writes its files below a new folder, and sends them to the dataset if it is in
/// an object store; gives the result as JSON.
#[pyfunction]
pub fn write_part(
    py: Python<'_>,
    task: &str,
    folder: PathBuf,
    dataset: PathBuf,
    settings: Settings,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let task: Task = from_json(task)?;
    let (options, store, progress) =
        (settings.options()?, settings.store(&dataset)?, Progress::new(progress));
    let write = |stop: &_| {
        let written = library::write_part(&task, &folder, &options, &progress, stop)?;
        library::send_part(written, store.as_ref())
    };
    to_json(&interruptible(py, |py| progress.tell(py), write)?.map_err(Raise::raise)?)
}

/// Adds results to a dataset in one step; gives the outcome of each.
#[pyfunction]
pub fn commit(
    py: Python<'_>,
    results: Vec<String>,
    dataset: PathBuf,
    replace: bool,
    settings: Settings,
) -> PyResult<Vec<PyOutcome>> {
    let store = settings.store(&dataset)?;
    let results: Vec<PartResult> = results.iter().map(|result| from_json(result)).collect::<PyResult<_>>()?;
    let commit = |_: &_| library::commit_in(&results, store.as_ref(), replace);
    let outcomes = interruptible(py, nothing, commit)?.map_err(Raise::raise)?;
    Ok(results
        .iter()
        .zip(outcomes)
        .map(|(result, outcome)| told(result.entry.name.clone(), outcome))
        .collect())
}

/// About `parts` tasks: the archives that have an index are divided by their sizes.
fn plan_parts(
    archives: &[PathBuf],
    dataset: &dyn Store,
    parts: u64,
    options: &Options,
) -> Result<Vec<Task>, library::ConvertError> {
    let whole = library::plan_in(archives, dataset, options)?;
    let size = |task: &Task| task.fingerprint.as_ref().map_or(0, |fingerprint| fingerprint.size_bytes);
    let total: u64 = whole.iter().map(size).sum::<u64>().max(1);
    let mut tasks = Vec::new();
    for task in whole {
        let share = (u128::from(size(&task)) * u128::from(parts)).div_ceil(u128::from(total));
        let of = u64::try_from(share).unwrap_or(1).max(1);
        let is_divided = of > 1 && !task.salvage && divides(&task, options)?;
        let shards = (1..=of).map(|number| Task { shard: Some(Shard { number, of }), ..task.clone() });
        match is_divided {
            true => tasks.extend(shards),
            false => tasks.push(task),
        }
    }
    Ok(tasks)
}

/// True if an archive has an index that tells its parts.
fn divides(task: &Task, options: &Options) -> Result<bool, library::ConvertError> {
    let archive = ArchiveFile::open(&task.archive, &options.storage, &Meter::default())?;
    let index = archive.index().map_err(ArchiveError::from)?;
    Ok(index.is_some_and(|index| !index.contents.repeats))
}

fn to_json(value: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(value).map_err(|error| bad_value(error.to_string()))
}

fn from_json<T: DeserializeOwned>(text: &str) -> PyResult<T> {
    serde_json::from_str(text).map_err(|error| bad_value(format!("not a task or a result: {error}")))
}
