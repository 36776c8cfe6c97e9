//! A dataset in a store of objects, which knows no renames: versions with numbers.
//!
//! ```text
//! orcidlake-versions/00000000000000000007.json   the manifest of version 7
//! summaries/works/part-00012-v7-9f2c….parquet    a file that version 7 has brought
//! summaries/works/_delta_log/…                   brought to the newest version after it is there
//! ```
//!
//! The version with the greatest number is the current one. A commit puts the files of its
//! version first, which no manifest names yet, and then the manifest under the next number, if
//! no other has put one there: that moment is the commit. Manifests of earlier versions stay,
//! as a number that became free again could be taken by a change that is late; their files go as
//! soon as the version after them is there.
//!
//! Names of files say for which version they were put. When that version is there, all that
//! it does not name are of changes that lost or died, and are removed. Nobody's files are
//! removed before: a change that is under way puts files for a version that is not there yet.
//!
//! Readers go by the manifest, or by the Delta Lake logs: a plain `*.parquet` would find files of
//! changes under way too. The logs follow the manifest. A crash, or another change that commits
//! meanwhile, may leave them a version behind; the next commit brings them up to date.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::scratch::ScratchFolder;
use super::{Change, Files, Logs, Objects, Store, StoredFile, Version, VersionId, read_manifest};
use crate::dataset::delta::{self, LogPlace};
use crate::dataset::error::DatasetError;
use crate::dataset::files::remove;
use crate::dataset::layout::{NewFile, folders};
use crate::dataset::manifest::Manifest;

/// The folder of the versions' manifests.
const VERSIONS: &str = "orcidlake-versions";
/// Digits of a version's number in its name.
const DIGITS: usize = 20;
/// Bytes that are read of a file and put at a time.
const COPY_BYTES: usize = 1 << 20;

/// A dataset in a store of objects.
#[derive(Debug)]
pub struct Versioned {
    objects: Arc<dyn Objects>,
    scratch: PathBuf,
}

impl Versioned {
    /// The dataset in `objects`, which need not exist yet. A change makes its files in a folder
    /// of its own below `scratch`, on a disk of this machine, before it puts them.
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
        let scratch = ScratchFolder::new(&self.scratch, &random())?;
        Ok(Box::new(VersionChange { objects: self.objects.clone(), scratch, base }))
    }

    fn send(&self, files: &[NewFile]) -> Result<bool, DatasetError> {
        put_all(self.objects.as_ref(), files)?;
        Ok(true)
    }

    fn withdraw(&self, names: &[String]) -> Result<(), DatasetError> {
        names.iter().try_for_each(|name| self.objects.remove(name))
    }
}

/// A change under way.
#[derive(Debug)]
struct VersionChange {
    objects: Arc<dyn Objects>,
    scratch: ScratchFolder,
    base: Mutex<Base>,
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

    /// Another each time, so that a commit which failed, and may be there nevertheless, shares no
    /// name with the next.
    fn suffix(&self) -> String {
        format!("-v{}-{}", self.base().number + 1, random())
    }

    fn commit(&self, manifest: &Manifest, new: &[NewFile], logs: Logs) -> Result<(), DatasetError> {
        let (objects, mut base) = (self.objects.as_ref(), self.base());
        let number = base.number + 1;
        if newest(objects)?.unwrap_or(0) != base.number {
            // Said before anything is put.
            return Err(DatasetError::Overtaken { path: objects.place().to_owned() });
        }
        let name = version_name(number);
        let text = manifest.to_text(&objects.place().join(&name))?;
        put_all(objects, new)?;
        if !put_version(objects, &name, &text)? {
            // Only what this change has put; the other's names are others.
            new.iter().for_each(|file| drop(objects.remove(&file.in_dataset())));
            return Err(DatasetError::Overtaken { path: objects.place().to_owned() });
        }
        // The version is there. What fails now fails nothing of it, and the next change does it.
        let old = base.manifest.replace(manifest.clone());
        base.number = number;
        let _ = clear(objects, number, old.as_ref(), manifest);
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
    // Manifests stay, so that one that was listed is there.
    let gone = || DatasetError::NoDataset { path: files.place().join(&name) };
    Ok(Some((number, read_manifest(files, &name)?.ok_or_else(gone)?)))
}

/// True if no later version is there; false also where that cannot be told.
fn is_newest(files: &dyn Files, number: u64) -> bool {
    newest(files).is_ok_and(|newest| newest == Some(number))
}

fn version_name(number: u64) -> String {
    format!("{VERSIONS}/{number:0DIGITS$}.json")
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix(VERSIONS)?.strip_prefix('/')?.strip_suffix(".json")?.parse().ok()
}

/// Which version a file was put for, by its name such as `part-00012-v7-9f2c.parquet`.
fn put_for(name: &str) -> Option<u64> {
    let file = name.rsplit('/').next()?.strip_prefix("part-")?;
    file.split('-').nth(1)?.strip_prefix('v')?.parse().ok()
}

/// A word that nobody else has.
fn random() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// True if nothing is there but what changes that died have left.
fn holds_tables_only(files: &dyn Files) -> Result<bool, DatasetError> {
    let of_table = |name: &String| folders().any(|folder| name.starts_with(&format!("{folder}/")));
    Ok(files.list("")?.iter().all(of_table))
}

/// Puts the manifest of a version; false if there is another. A store that fails may have put
/// it nevertheless, as it does where its answer is lost: so what is there decides.
fn put_version(objects: &dyn Objects, name: &str, text: &[u8]) -> Result<bool, DatasetError> {
    let put = objects.put_if_absent(name, text);
    if let Ok(true) = put {
        return Ok(true);
    }
    match StoredFile::open(objects, name).and_then(|file| file.read_all()) {
        Ok(there) => Ok(there == text),
        // Whose it is cannot be told, and so nothing of this change may be removed.
        Err(error) => put.and(Err(error)),
    }
}

/// Puts files under their names in the dataset; where one cannot be put, none stays.
fn put_all(objects: &dyn Objects, files: &[NewFile]) -> Result<(), DatasetError> {
    for (place, file) in files.iter().enumerate() {
        if let Err(error) = put_file(objects, file) {
            files[..=place].iter().for_each(|file| drop(objects.remove(&file.in_dataset())));
            return Err(error);
        }
    }
    Ok(())
}

fn put_file(objects: &dyn Objects, file: &NewFile) -> Result<(), DatasetError> {
    let name = file.in_dataset();
    let mut from = File::open(&file.from).map_err(DatasetError::io("open", &file.from))?;
    let mut to = objects.put(&name)?;
    let mut bytes = vec![0; COPY_BYTES];
    loop {
        let length = from.read(&mut bytes).map_err(DatasetError::io("read", &file.from))?;
        if length == 0 {
            return to.finish();
        }
        to.write_all(&bytes[..length]).map_err(DatasetError::io("write", &objects.place().join(&name)))?;
    }
}

/// Removes the files that the version before had and this one has not, and those of changes
/// that can be committed no more. Names never come again, so that no later version has them.
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

/// Brings the logs to what a version is, unless a later one is there.
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

/// Logs that follow a version for as long as it is the newest.
struct Following<'o> {
    objects: &'o dyn Objects,
    number: u64,
}

impl LogPlace for Following<'_> {
    fn files(&self) -> &dyn Files {
        self.objects
    }

    /// Readers do not rely on it: about now.
    fn written(&self, _name: &str) -> Result<SystemTime, DatasetError> {
        Ok(SystemTime::now())
    }

    fn add(&self, name: &str, bytes: &[u8]) -> Result<(), DatasetError> {
        // A later version is for whoever has put it to tell, and so is a log file that is there.
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
