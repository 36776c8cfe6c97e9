//! Conversions, and what is in an archive.

use std::path::PathBuf;

use pyo3::prelude::*;
use serde_json::{Value, json};

use crate::errors::Raise;
use crate::progress::{Progress, state_of};
use crate::settings::Settings;
use crate::waiting::interruptible;
use orcidlake::convert::{self as library, Outcome};
use orcidlake::dataset::ArchiveEntry;
use orcidlake::storage::shown;

/// An outcome as JSON, and the exception of an archive that failed.
pub type PyOutcome = (String, Option<PyErr>);

/// Converts archives into a dataset; gives the outcome of each.
#[pyfunction]
pub fn convert(
    py: Python<'_>,
    archives: Vec<PathBuf>,
    out: PathBuf,
    settings: Settings,
    progress: Option<Py<PyAny>>,
) -> PyResult<Vec<PyOutcome>> {
    let (options, store, progress) = (settings.options()?, settings.store(&out)?, Progress::new(progress));
    let convert = |stop: &_| library::convert_in(&archives, store.as_ref(), &options, &progress, stop);
    let outcomes = interruptible(py, |py| progress.tell(py), convert)?.map_err(Raise::raise)?;
    Ok(archives
        .iter()
        .zip(outcomes)
        .map(|(archive, outcome)| told(shown(archive).display().to_string(), outcome))
        .collect())
}

/// Reads an archive to its end; gives its entry of a manifest as JSON.
#[pyfunction]
pub fn inspect(
    py: Python<'_>,
    archive: PathBuf,
    settings: Settings,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let (options, progress) = (settings.options()?, Progress::new(progress));
    let inspect = |stop: &_| library::inspect(&archive, &options, &progress, stop);
    let entry = interruptible(py, |py| progress.tell(py), inspect)?.map_err(Raise::raise)?;
    Ok(entry_json(&entry).to_string())
}

/// Writes the index of an archive, beside it if no place is given; gives its contents as JSON.
#[pyfunction]
pub fn index(
    py: Python<'_>,
    archive: PathBuf,
    out: Option<PathBuf>,
    spacing: u64,
    settings: Settings,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let (storage, progress) = (settings.storage(), Progress::new(progress));
    let index = |stop: &_| library::index_with(&archive, out.as_deref(), spacing, &storage, &progress, stop);
    let contents = interruptible(py, |py| progress.tell(py), index)?.map_err(Raise::raise)?;
    Ok(json!(contents).to_string())
}

/// An outcome for the Python part.
pub fn told(archive: String, outcome: Outcome) -> PyOutcome {
    let state = state_of(&outcome);
    let (entry, error) = match outcome {
        Outcome::Done(entry) | Outcome::Kept(entry) => (entry_json(&entry), None),
        Outcome::Skipped => (Value::Null, None),
        Outcome::Failed(error) => (Value::Null, Some(error.raise())),
    };
    (json!({ "archive": archive, "outcome": state, "entry": entry }).to_string(), error)
}

/// An entry of a manifest, with the times of its stages.
fn entry_json(entry: &ArchiveEntry) -> Value {
    let mut value = json!(entry);
    value["report"]["seconds"] = json!(entry.report.times.seconds());
    value
}
