//! A dataset in an object store, which has no renames: versions with numbers.
//!
//! ```text
//! orcidlake-versions/00000000000000000007.json   the manifest of version 7
//! summaries/works/part-00012-v7-9f2c….parquet    a file that version 7 has brought
//! summaries/works/_delta_log/…                   brought to the newest version after it is there
//! ```
//!
//! The version with the greatest number is the current one. A commit first puts the files of its
//! version, which no manifest names yet, and then puts the manifest under the next number, if no
//! other change has put one there: that moment is the commit. Manifests of earlier versions stay,
//! because a late change could take a number that became free again; their files are removed as
//! soon as the next version exists.
//!
//! The names of files contain the version that they were put for. When that version exists, all
//! files for it that it does not name belong to changes that lost the race or died, and are
//! removed. No files are removed before: a change under way puts files for a version that does not
//! exist yet.
//!
//! Readers use the manifest or the Delta Lake logs: a plain `*.parquet` would also find files of
//! changes under way. The logs are written after the manifest. A crash, or another change that
//! commits meanwhile, may leave them a version behind; the next commit updates them.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::scratch::ScratchFolder;
use super::sent_parts::{self, SentPart};
use super::{Change, Files, Logs, NewPart, Objects, Store, StoredFile, Version, VersionId, read_manifest};
use crate::dataset::delta::{self, LogPlace};
use crate::dataset::error::DatasetError;
use crate::dataset::files::remove;
use crate::dataset::layout::{NewFile, folders, random_word};
use crate::dataset::manifest::Manifest;
use crate::dataset::waiting::WaitingPart;

/// The folder of the versions' manifests.
const VERSIONS: &str = "orcidlake-versions";
/// Digits of a version's number in its name.
const DIGITS: usize = 20;

/// A dataset in an object store.
#[derive(Debug)]
pub struct Versioned {
    objects: Arc<dyn Objects>,
    scratch: PathBuf,
}

impl Versioned {
    /// The dataset in `objects`, which need not exist yet. A change creates its files in a folder
    /// of its own below `scratch`, on a local disk, before it puts them.
    pub fn new(objects: Arc<dyn Objects>, scratch: &Path) -> Self {
        Self { objects, scratch: scratch.to_owned() }
    }
}

impl Store for Versioned {
    fn place(&self) -> &Path {
        self.objects.place()
    }

    fn current(&self) -> Result<Option<Version>, DatasetError> {
        let newest = newest_version(self.objects.as_ref())?;
        Ok(newest.map(|(number, manifest)| {
            let (id, files) = (VersionId(number.to_string()), self.objects.clone());
            Version { id, manifest, files, is_alone: false }
        }))
    }

    fn begin(&self, _act: &str) -> Result<Box<dyn Change>, DatasetError> {
        let newest = newest_version(self.objects.as_ref())?;
        if newest.is_none() && !holds_tables_only(self.objects.as_ref())? {
            return Err(DatasetError::Foreign { path: self.place().to_owned() });
        }
        let (number, manifest) = newest.unzip();
        let base = Mutex::new(Base { number: number.unwrap_or(0), manifest });
        let scratch = ScratchFolder::new(&self.scratch, &random_word())?;
        Ok(Box::new(VersionChange { objects: self.objects.clone(), scratch, base, taken: Mutex::default() }))
    }

    fn begin_part(&self, name: &str) -> Result<Box<dyn NewPart>, DatasetError> {
        let base = newest(self.objects.as_ref())?;
        if base.is_none() && !holds_tables_only(self.objects.as_ref())? {
            return Err(DatasetError::Foreign { path: self.place().to_owned() });
        }
        let scratch = ScratchFolder::new(&self.scratch, &random_word())?;
        Ok(Box::new(SentPart::begin(self.objects.clone(), scratch, name, base.unwrap_or(0))?))
    }

    fn part(&self, name: &str) -> Result<Option<WaitingPart>, DatasetError> {
        sent_parts::find(self.objects.as_ref(), name)
    }

    fn parts(&self) -> Result<Vec<WaitingPart>, DatasetError> {
        let manifest = newest_version(self.objects.as_ref())?.map(|(_, manifest)| manifest);
        sent_parts::waiting(self.objects.as_ref(), manifest.as_ref())
    }

    fn part_folder(&self, _name: &str) -> Option<PathBuf> {
        None
    }

    fn remove_parts(&self, names: &[String]) -> Result<(), DatasetError> {
        let manifest = newest_version(self.objects.as_ref())?.map(|(_, manifest)| manifest);
        sent_parts::remove(self.objects.as_ref(), names, manifest.as_ref())
    }
}

/// A change under way.
#[derive(Debug)]
struct VersionChange {
    objects: Arc<dyn Objects>,
    scratch: ScratchFolder,
    base: Mutex<Base>,
    taken: Mutex<Vec<String>>,
}

/// The version that the next commit builds on; 0 if there is none.
#[derive(Debug)]
struct Base {
    number: u64,
    manifest: Option<Manifest>,
}

impl Change for VersionChange {
    fn manifest(&self) -> Result<Option<Manifest>, DatasetError> {
        Ok(self.base().manifest.clone())
    }

    fn files(&self) -> Arc<dyn Files> {
        self.objects.clone()
    }

    fn scratch(&self, name: &str) -> Result<PathBuf, DatasetError> {
        self.scratch.folder(name)
    }

    fn discard(&self, scratch: &Path) -> Result<(), DatasetError> {
        remove(scratch)
    }

    fn waiting_folder(&self) -> Option<PathBuf> {
        None
    }

    /// A new suffix each time, so that a failed commit, which may be in the store nevertheless,
    /// shares no name with the next commit.
    fn suffix(&self) -> String {
        format!("-v{}-{}", self.base().number + 1, random_word())
    }

    fn take(&self, names: Vec<String>) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    fn commit(&self, manifest: &Manifest, new: &[NewFile], logs: Logs) -> Result<(), DatasetError> {
        let (objects, mut base) = (self.objects.as_ref(), self.base());
        let number = base.number + 1;
        if newest(objects)?.unwrap_or(0) != base.number {
            // Checked before anything is put.
            return Err(DatasetError::Overtaken { path: objects.place().to_owned() });
        }
        let name = version_name(number);
        let text = manifest.to_text(&objects.place().join(&name))?;
        put_all(objects, new)?;
        if !put_version(objects, &name, &text)? {
            // Remove only the files of this change; the other change's files have other names.
            new.iter().for_each(|file| drop(objects.remove(&file.in_dataset())));
            return Err(DatasetError::Overtaken { path: objects.place().to_owned() });
        }
        // The version exists. A failure from here on does not undo it, and the next change does the
        // rest.
        let old = base.manifest.replace(manifest.clone());
        base.number = number;
        let taken = std::mem::take(&mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner));
        let _ = clear(objects, number, old.as_ref(), manifest);
        let _ = sent_parts::remove(objects, &taken, Some(manifest));
        let _ = follow(objects, number, manifest, logs);
        Ok(())
    }

    fn end(self: Box<Self>) -> Result<(), DatasetError> {
        self.scratch.clear()
    }
}

impl VersionChange {
    fn base(&self) -> MutexGuard<'_, Base> {
        self.base.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of the newest version.
fn newest(files: &dyn Files) -> Result<Option<u64>, DatasetError> {
    Ok(files.list(VERSIONS)?.iter().filter_map(|name| number_of(name)).max())
}

/// The number and the manifest of the newest version.
fn newest_version(files: &dyn Files) -> Result<Option<(u64, Manifest)>, DatasetError> {
    let Some(number) = newest(files)? else { return Ok(None) };
    let name = version_name(number);
    // Manifests are never removed, so a listed manifest exists.
    let gone = || DatasetError::NoDataset { path: files.place().join(&name) };
    Ok(Some((number, read_manifest(files, &name)?.ok_or_else(gone)?)))
}

/// True if there is no later version; false also if that cannot be found out.
fn is_newest(files: &dyn Files, number: u64) -> bool {
    newest(files).is_ok_and(|newest| newest == Some(number))
}

fn version_name(number: u64) -> String {
    format!("{VERSIONS}/{number:0DIGITS$}.json")
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix(VERSIONS)?.strip_prefix('/')?.strip_suffix(".json")?.parse().ok()
}

/// The version that a file was put for, from its name, such as `part-00012-v7-9f2c.parquet`.
fn put_for(name: &str) -> Option<u64> {
    let file = name.rsplit('/').next()?.strip_prefix("part-")?;
    file.split('-').nth(1)?.strip_prefix('v')?.parse().ok()
}

/// True if there is nothing but leftovers of dead changes.
fn holds_tables_only(files: &dyn Files) -> Result<bool, DatasetError> {
    let of_table = |name: &String| folders().any(|folder| name.starts_with(&format!("{folder}/")));
    Ok(files.list("")?.iter().all(|name| of_table(name) || sent_parts::is_note(name)))
}

/// Puts the manifest of a version; false if there is another one. A store that fails may have put
/// it nevertheless, for example if its answer was lost, so the stored manifest decides.
fn put_version(objects: &dyn Objects, name: &str, text: &[u8]) -> Result<bool, DatasetError> {
    let put = objects.put_if_absent(name, text);
    if let Ok(true) = put {
        return Ok(true);
    }
    match StoredFile::open(objects, name).and_then(|file| file.read_all()) {
        Ok(there) => Ok(there == text),
        // It is unknown whose manifest it is, so no file of this change may be removed.
        Err(error) => put.and(Err(error)),
    }
}

/// Puts files under their names in the dataset; if one cannot be put, all are removed again.
fn put_all(objects: &dyn Objects, files: &[NewFile]) -> Result<(), DatasetError> {
    for (place, file) in files.iter().enumerate() {
        if let Err(error) = sent_parts::put_file(objects, file) {
            files[..=place].iter().for_each(|file| drop(objects.remove(&file.in_dataset())));
            return Err(error);
        }
    }
    Ok(())
}

/// Removes the files that only the previous version had, and files of changes that can no longer be
/// committed. Names are never reused, so no later version has them.
fn clear(
    objects: &dyn Objects,
    number: u64,
    old: Option<&Manifest>,
    manifest: &Manifest,
) -> Result<(), DatasetError> {
    let stay: HashSet<String> = manifest.file_names().collect();
    let mut gone: Vec<String> = old.into_iter().flat_map(Manifest::file_names).collect();
    for folder in folders() {
        let names = objects.list(folder)?.into_iter();
        gone.extend(names.filter(|name| put_for(name).is_some_and(|own| own <= number)));
    }
    gone.iter().filter(|name| !stay.contains(*name)).try_for_each(|name| objects.remove(name))
}

/// Makes the logs agree with a version, unless a later version exists.
fn follow(objects: &dyn Objects, number: u64, manifest: &Manifest, logs: Logs) -> Result<(), DatasetError> {
    if !is_newest(objects, number) {
        return Ok(());
    }
    if logs == Logs::Begin {
        for folder in folders() {
            let names = objects.list(folder)?.into_iter();
            names.filter(|name| delta::is_in_log(name)).try_for_each(|name| objects.remove(&name))?;
        }
    }
    delta::commit_all(&Following { objects, number }, manifest)
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
        let mut to = self.objects.put(name)?;
        to.write_all(bytes).map_err(DatasetError::io("write", &self.objects.place().join(name)))?;
        to.finish()
    }

    fn remove(&self, name: &str) -> Result<(), DatasetError> {
        self.objects.remove(name)
    }

    fn remove_all(&self, folder: &str) -> Result<(), DatasetError> {
        self.objects.list(folder)?.iter().try_for_each(|name| self.objects.remove(name))
    }

    fn end(&self, _folder: &str) -> Result<(), DatasetError> {
        Ok(())
    }
}
