//! How far a run has come, for a Python function that wants to know.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;

use orcidlake::convert::{Observer, Outcome};
use orcidlake::report::Report;
use targz_seek::Meter;

/// Notes the progress of a run in its threads, and tells it in the thread of the caller.
#[derive(Default)]
pub struct Progress {
    callback: Option<Py<PyAny>>,
    lines: Mutex<Vec<Line>>,
}

/// How far an archive has come.
struct Line {
    archive: PathBuf,
    state: &'static str,
    size_bytes: Option<u64>,
    meter: Meter,
    members: u64,
    xml_bytes: u64,
    /// What was told last.
    told: Option<(&'static str, u64, u64)>,
}

impl Progress {
    /// Progress for a function that is called with the archive, its state, the bytes read, the
    /// size in bytes, the members and the bytes of XML; or for nobody.
    pub fn new(callback: Option<Py<PyAny>>) -> Self {
        Self { callback, lines: Mutex::default() }
    }

    /// Tells what is new.
    ///
    /// # Errors
    /// The exception of the function.
    pub fn tell(&self, py: Python<'_>) -> PyResult<()> {
        let Some(callback) = &self.callback else { return Ok(()) };
        let mut news = Vec::new();
        for line in self.lines().iter_mut() {
            let now = (line.state, line.meter.read_bytes(), line.members);
            if line.told != Some(now) {
                line.told = Some(now);
                let (state, read_bytes, members) = now;
                let archive = line.archive.clone();
                news.push((archive, state, read_bytes, line.size_bytes, members, line.xml_bytes));
            }
        }
        news.into_iter().try_for_each(|line| callback.call1(py, line).map(drop))
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, archive: &Path, change: impl FnOnce(&mut Line)) {
        let mut lines = self.lines();
        if !lines.iter().any(|line| line.archive == archive) {
            lines.push(Line {
                archive: archive.to_owned(),
                state: "reading",
                size_bytes: None,
                meter: Meter::default(),
                members: 0,
                xml_bytes: 0,
                told: None,
            });
        }
        lines.iter_mut().filter(|line| line.archive == archive).last().map(change);
    }
}

/// The name of an outcome.
pub fn state_of(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(_) => "converted",
        Outcome::Kept(_) => "kept",
        Outcome::Skipped => "skipped",
        Outcome::Failed(_) => "failed",
    }
}

impl Observer for Progress {
    fn begun(&self, archive: &Path, size_bytes: Option<u64>, meter: &Meter) {
        self.change(archive, |line| (line.size_bytes, line.meter) = (size_bytes, meter.clone()));
    }

    fn progressed(&self, archive: &Path, report: &Report) {
        let members = &report.members;
        self.change(archive, |line| (line.members, line.xml_bytes) = (members.members, members.xml_bytes));
    }

    fn ended(&self, archive: &Path, outcome: &Outcome) {
        self.change(archive, |line| line.state = state_of(outcome));
    }
}
