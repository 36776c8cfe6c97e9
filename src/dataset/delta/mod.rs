//! The Delta Lake log of a table's folder: which files are the table, version by
//! version.
//!
//! A new version makes the log agree with the manifest: missing files are added, others are
//! removed. Log files are created, but never changed, so that links to them stay valid. Add actions
//! have the number of rows, but no minimum and maximum values: these would stay in the log after
//! the rows are removed.

mod actions;
mod checkpoint;
mod error;
mod log;
mod place;

use std::collections::BTreeMap;
use std::path::Path;

use super::error::DatasetError;
use super::layout::any_table_of;
use super::manifest::Manifest;
use super::store::Files;
use log::{CHECKPOINT_VERSIONS, LOG_FOLDER, Log};

pub(super) use log::{LogFiles, told_of};
pub(super) use place::{LogPlace, OnDisk};

/// True for a path below a dataset that is a table's log.
pub(super) fn is_log(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == LOG_FOLDER)
}

/// True for the name of a file in a log.
pub(super) fn is_in_log(name: &str) -> bool {
    name.split('/').any(|folder| folder == LOG_FOLDER)
}

/// Makes the logs of all tables of a dataset agree with its manifest.
pub(super) fn commit_all(place: &dyn LogPlace, manifest: &Manifest) -> Result<(), DatasetError> {
    let kept = manifest.kept.iter().map(|kept| u64::from(kept.versions_left)).max().unwrap_or(0);
    for (key, parts) in manifest.parts_by_table() {
        let Some(table) = any_table_of(key) else { continue };
        Log::new(place.files(), key).commit(place, table, &parts, kept.max(CHECKPOINT_VERSIONS))?;
    }
    Ok(())
}

/// The files that the newest version of each table's log lists; `None` if a table has no log, and
/// an error if its log cannot be read.
pub(super) fn files<'k>(
    files: &dyn Files,
    keys: impl Iterator<Item = &'k str>,
) -> BTreeMap<&'k str, Result<Option<LogFiles>, String>> {
    let read = |key| {
        let newest = Log::new(files, key).newest();
        (key, newest.map(|state| state.map(|state| state.listed())).map_err(|error| error.to_string()))
    };
    keys.map(read).collect()
}
