//! The Delta Lake log of a table's folder: which files are the table, version by
//! version.
//!
//! A log is brought to what the manifest says: files that it lacks are added, others
//! removed, in one version. Log files are made, never changed, so that links to them stay
//! right. Adds tell how many rows a file has and no more: a smallest and a largest name
//! would outlive the rows that held them.

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

/// Brings the logs of all tables of a dataset to what its manifest says.
pub(super) fn commit_all(place: &dyn LogPlace, manifest: &Manifest) -> Result<(), DatasetError> {
    let kept = manifest.kept.iter().map(|kept| u64::from(kept.versions_left)).max().unwrap_or(0);
    for (key, parts) in manifest.parts_by_table() {
        let Some(table) = any_table_of(key) else { continue };
        Log::new(place.files(), key).commit(place, table, &parts, kept.max(CHECKPOINT_VERSIONS))?;
    }
    Ok(())
}

/// The files that the newest version of each table's log lists; `None` where a
/// table has no log, and why where one cannot be read.
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
