//! The work after a version has been put: the tables' logs and the descriptions follow it, and what nobody needs any
//! more is removed. If a process dies meanwhile, the next change does the rest.

use std::collections::HashSet;
use std::time::SystemTime;

use super::notes::Leftovers;
use super::versions::{CHECK, VERSIONS, is_newest, manifest_of, newest_version, put_for};
use super::{Files, Logs, Objects};
use crate::dataset::delta::{self, LogPlace};
use crate::dataset::description::descriptions;
use crate::dataset::error::DatasetError;
use crate::dataset::layout::{folders, table_with_file, table_with_log};
use crate::dataset::manifest::Manifest;

/// Earlier versions that are searched for the names of files that are no longer needed. So many
/// changes one after the other do not die between their commit and its end.
const SEARCHED_VERSIONS: u64 = 16;

/// The names of all objects in the folders of tables.
pub(super) fn list_tables(objects: &dyn Objects) -> Result<Vec<String>, DatasetError> {
    let mut names = Vec::new();
    for folder in folders() {
        names.extend(objects.list(folder)?);
    }
    Ok(names)
}

/// Makes the logs agree with a version, and then removes the files that the version does not name:
/// readers of the logs must not find files that are gone. `listed` has what is in the folders of
/// tables.
pub(super) fn finish(
    objects: &dyn Objects,
    number: u64,
    manifest: &Manifest,
    logs: Logs,
    listed: &[String],
) -> Result<(), DatasetError> {
    match follow(objects, number, manifest, logs, listed) {
        // The change that overtook this one brings the logs to its own version.
        Ok(()) | Err(DatasetError::Overtaken { .. }) => clear(objects, number, manifest, listed),
        Err(error) => Err(error),
    }
}

/// Removes what a dead process left in the store: its uploads, and its files, unless a version
/// names them.
pub(super) fn remove_leftovers(objects: &dyn Objects, leftovers: &Leftovers) -> Result<(), DatasetError> {
    objects.abort(&leftovers.uploads)?;
    if leftovers.files.is_empty() {
        return Ok(());
    }
    let newest = newest_version(objects)?;
    let named: HashSet<String> = newest.iter().flat_map(|(_, manifest)| manifest.file_names()).collect();
    let gone: Vec<String> = leftovers.files.iter().filter(|name| !named.contains(*name)).cloned().collect();
    objects.remove(&gone)
}

/// Removes files that only earlier versions had, and files of changes that can no longer be
/// committed. Names are never reused, so no later version has them.
fn clear(
    objects: &dyn Objects,
    number: u64,
    manifest: &Manifest,
    listed: &[String],
) -> Result<(), DatasetError> {
    let named: HashSet<String> = manifest.file_names().collect();
    // A machine may have died while it checked the store before the first version.
    let mut gone = if number > 1 { objects.list(VERSIONS)? } else { Vec::new() };
    gone.retain(|name| name.starts_with(CHECK));
    let mut unknown = HashSet::new();
    for name in listed {
        // Files elsewhere are somebody else's, such as those of a dataset in this one's folder.
        if named.contains(name) || table_with_file(name).is_none() {
            continue;
        }
        match put_for(name) {
            Some(own) if own <= number => gone.push(name.clone()),
            Some(_) => {}
            None => drop(unknown.insert(name.clone())),
        }
    }
    // A file that was sent either was in an earlier version, or waits for its commit.
    let earlier = (1..number).rev().take(SEARCHED_VERSIONS as usize);
    for number in earlier {
        if unknown.is_empty() {
            break;
        }
        gone.extend(manifest_of(objects, number)?.file_names().filter(|name| unknown.remove(name)));
    }
    objects.remove(&gone)
}

/// Makes the logs, and the descriptions, agree with a version, unless a later version exists. Tables that the version
/// lacks have no log any more; where logs begin, the other tables have none either at first.
fn follow(
    objects: &dyn Objects,
    number: u64,
    manifest: &Manifest,
    logs: Logs,
    listed: &[String],
) -> Result<(), DatasetError> {
    if !is_newest(objects, number) {
        return Ok(());
    }
    let tables = manifest.parts_by_table();
    let goes = |name: &&String| {
        table_with_log(name).is_some_and(|key| logs == Logs::Begin || !tables.contains_key(key))
    };
    let gone: Vec<String> = listed.iter().filter(goes).cloned().collect();
    objects.remove(&gone)?;
    delta::commit_all(&Following { objects, number }, manifest)?;
    for (name, text) in descriptions(manifest) {
        if is_newest(objects, number) {
            objects.put(name, &text)?;
        }
    }
    Ok(())
}

/// Logs that are updated to a version while it is the newest.
struct Following<'o> {
    objects: &'o dyn Objects,
    number: u64,
}

impl LogPlace for Following<'_> {
    fn files(&self) -> &dyn Files {
        self.objects
    }

    /// Readers do not rely on this time, so it is roughly now.
    fn written(&self, _name: &str) -> Result<SystemTime, DatasetError> {
        Ok(SystemTime::now())
    }

    fn add(&self, name: &str, bytes: &[u8]) -> Result<(), DatasetError> {
        // The process that put a later version, or an existing log file, updates the log itself.
        let is_ours = is_newest(self.objects, self.number) && self.objects.put_if_absent(name, bytes)?;
        let path = || self.objects.place().to_owned();
        if is_ours { Ok(()) } else { Err(DatasetError::Overtaken { path: path() }) }
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), DatasetError> {
        self.objects.put(name, bytes)
    }

    fn remove(&self, name: &str) -> Result<(), DatasetError> {
        self.objects.remove(&[name.to_owned()])
    }

    fn remove_all(&self, folder: &str) -> Result<(), DatasetError> {
        self.objects.remove(&self.objects.list(folder)?)
    }

    fn end(&self, _folder: &str) -> Result<(), DatasetError> {
        Ok(())
    }
}
