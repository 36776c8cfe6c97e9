//! Conversions in parts: tasks, their results, and the commit.

use std::path::PathBuf;
use std::str::FromStr;

use pyo3::prelude::*;
use serde::Serialize;

use crate::convert::{PyOutcome, told};
use crate::errors::{Raise, bad_value};
use crate::progress::Progress;
use crate::settings::Settings;
use crate::waiting::{interruptible, nothing};
use orcidlake::convert::{self as library, LineFault, Options, PartResult, Task};

/// The name of the class of tasks in Python.
const TASK: &str = "Task";
/// What messages call a task, and a result.
const A_TASK: &str = "a task";
const A_RESULT: &str = "the result of a task";

/// The tasks of a conversion as JSON.
#[pyfunction]
pub fn plan(
    py: Python<'_>,
    archives: Vec<PathBuf>,
    dataset: Option<PathBuf>,
    parts: u64,
    settings: Settings,
) -> PyResult<Vec<String>> {
    let options = Options { parts: Some(parts), ..settings.options()? };
    let store = dataset.map(|dataset| settings.store(&dataset)).transpose()?;
    let plan = |_: &_| match &store {
        Some(store) => library::plan_in(&archives, store.as_ref(), &options),
        None => library::plan_new(&archives, &options),
    };
    let tasks: Vec<Task> = interruptible(py, nothing, plan)?.map_err(Raise::raise)?;
    tasks.iter().map(to_json).collect()
}

/// Runs a task for a dataset; gives the result as JSON.
#[pyfunction]
pub fn write_part(
    py: Python<'_>,
    task: &str,
    dataset: PathBuf,
    settings: Settings,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let task: Task = from_json(task, A_TASK)?;
    let (options, progress) = (settings.options()?, Progress::new(progress));
    let store = settings.store(&dataset)?;
    let write = |stop: &_| library::write_part_in(&task, store.as_ref(), &options, &progress, stop);
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
    let results: Vec<PartResult> =
        results.iter().map(|result| from_json(result, A_RESULT)).collect::<PyResult<_>>()?;
    let store = settings.store(&dataset)?;
    let commit = |_: &_| library::commit_in(&results, store.as_ref(), replace);
    let outcomes = interruptible(py, nothing, commit)?.map_err(Raise::raise)?;
    Ok(results
        .iter()
        .zip(outcomes)
        .filter_map(|(result, outcome)| Some(told(result.part()?.entry.name.clone(), outcome)))
        .collect())
}

fn to_json(value: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(value).map_err(|error| bad_value(error.to_string()))
}

/// Fails for a text that is not a `Task` or a `PartResult`, whichever is named.
#[pyfunction]
pub fn check(kind: &str, text: &str) -> PyResult<()> {
    match kind == TASK {
        true => from_json::<Task>(text, A_TASK).map(drop),
        false => from_json::<PartResult>(text, A_RESULT).map(drop),
    }
}

fn from_json<T: FromStr<Err = LineFault>>(text: &str, what: &str) -> PyResult<T> {
    text.parse().map_err(|fault| bad_value(format!("the text is not {what}: {fault}")))
}
