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
//! removed. Before, only what a process of this machine noted (`notes.rs`) is removed, when that
//! process is dead: a change under way puts files for a version that does not exist yet.
//!
//! Readers use the manifest or the Delta Lake logs: a plain `*.parquet` would also find files of
//! changes under way. The logs are written after the manifest (`upkeep.rs`). A crash, or another
//! change that commits meanwhile, may leave them a version behind; the next change updates them.
//!
//! The dataset of a local folder that was copied here, with `orcidlake.json` and without versions,
//! is read. It is not changed, because its readers would not see the new versions.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::notes::Notes;
use super::scratch::ScratchFolder;
use super::sent_parts::{self, SentPart};
use super::upkeep::{finish, list_tables, remove_leftovers};
use super::versions::{
    check_conditions, copied_folder, is_check, newest, newest_version, put_for, suffix, version, version_name,
};
use super::{Change, Files, Logs, NewPart, Objects, Store, StoredFile, Version};
use crate::dataset::error::DatasetError;
use crate::dataset::files::remove;
use crate::dataset::layout::{NewFile, random_word, table_with_file};
use crate::dataset::manifest::Manifest;
use crate::dataset::waiting::{Waiting, WaitingPart};

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

    /// A folder for a change; what dead changes of this machine have left is removed.
    fn new_scratch(&self) -> Result<ScratchFolder, DatasetError> {
        let objects = self.objects.as_ref();
        let clear = |leftovers: &_| remove_leftovers(objects, leftovers);
        ScratchFolder::new(&self.scratch, &random_word(), self.place(), &clear)
    }

    /// The newest version, which may be changed; `None` if there is none, and a dataset can begin.
    fn base_version(&self) -> Result<Option<(u64, Manifest)>, DatasetError> {
        let newest = newest_version(self.objects.as_ref())?;
        if newest.is_none() && copied_folder(self.objects.clone())?.is_some() {
            return Err(DatasetError::Copied { path: self.place().to_owned() });
        }
        if newest.is_none() && !holds_leftovers_only(self.objects.as_ref())? {
            return Err(DatasetError::Foreign { path: self.place().to_owned() });
        }
        Ok(newest)
    }
}

impl Store for Versioned {
    fn place(&self) -> &Path {
        self.objects.place()
    }

    fn current(&self) -> Result<Option<Version>, DatasetError> {
        match newest(self.objects.as_ref())? {
            Some(number) => version(self.objects.clone(), number).map(Some),
            None => copied_folder(self.objects.clone()),
        }
    }

    fn begin(&self, _act: &str) -> Result<Box<dyn Change>, DatasetError> {
        let (number, manifest) = self.base_version()?.unzip();
        let base = Mutex::new(Base { number: number.unwrap_or(0), manifest, is_finished: false });
        let scratch = self.new_scratch()?;
        check_conditions(self.objects.as_ref(), number, scratch.notes())?;
        let objects = self.objects.clone();
        Ok(Box::new(VersionChange { objects, scratch, base, taken: Mutex::default() }))
    }

    fn begin_part(&self, name: &str) -> Result<Box<dyn NewPart>, DatasetError> {
        let base = self.base_version()?.map(|(number, _)| number);
        Ok(Box::new(SentPart::begin(self.objects.clone(), self.new_scratch()?, name, base.unwrap_or(0))?))
    }

    fn part(&self, name: &str) -> Result<Option<WaitingPart>, DatasetError> {
        sent_parts::find(self.objects.as_ref(), name)
    }

    fn parts(&self) -> Result<Waiting, DatasetError> {
        let manifest = newest_version(self.objects.as_ref())?.map(|(_, manifest)| manifest);
        sent_parts::waiting(self.objects.as_ref(), manifest.as_ref())
    }

    fn is_whole(&self, part: &WaitingPart) -> Result<bool, DatasetError> {
        sent_parts::is_whole(self.objects.as_ref(), part)
    }

    fn restate(&self, part: &WaitingPart) -> Result<(), DatasetError> {
        sent_parts::restate(self.objects.as_ref(), part)
    }

    fn part_folder(&self, _name: &str) -> Option<PathBuf> {
        None
    }

    fn remove_parts(&self, names: &[String]) -> Result<(), DatasetError> {
        if names.is_empty() {
            return Ok(());
        }
        let manifest = newest_version(self.objects.as_ref())?.map(|(_, manifest)| manifest);
        let mut listed = list_tables(self.objects.as_ref())?;
        sent_parts::remove(self.objects.as_ref(), names, manifest.as_ref(), &mut listed)
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
    /// True if this change has done all that is to be done after the version was put.
    is_finished: bool,
}

impl Base {
    /// True if the same orcidlake has made it, so that its logs can continue with what replaces it:
    /// readers of the logs then find the old tables or the new ones at every moment.
    fn has_make_of(&self, manifest: &Manifest) -> bool {
        self.manifest.as_ref().is_some_and(|own| {
            (own.format_version, &own.tool_version) == (manifest.format_version, &manifest.tool_version)
        })
    }
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
        suffix(self.base().number + 1, &random_word())
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
        // So that this commit never takes the equal one of another process for its own.
        let manifest = &Manifest { commit: Some(random_word()), ..manifest.clone() };
        let text = manifest.to_text(&objects.place().join(&name))?;
        let notes = self.scratch.notes();
        put_all(objects, new, notes)?;
        if let Err(error) = notes.version(number) {
            remove_again(objects, new, notes);
            return Err(error);
        }
        if !put_version(objects, &name, &text)? {
            // Remove only the files of this change; the other change's files have other names.
            remove_again(objects, new, notes);
            return Err(DatasetError::Overtaken { path: objects.place().to_owned() });
        }
        // The version exists. A failure from here on does not undo it, and the next change does the
        // rest.
        let logs = if base.has_make_of(manifest) { Logs::Continue } else { logs };
        *base = Base { number, manifest: Some(manifest.clone()), is_finished: false };
        let taken = std::mem::take(&mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner));
        base.is_finished = after_version(objects, number, manifest, logs, &taken).is_ok();
        Ok(())
    }

    /// Also finishes what a change that died after its commit has left to do.
    fn end(self: Box<Self>) -> Result<(), DatasetError> {
        let base = self.base();
        if let (Some(manifest), false) = (&base.manifest, base.is_finished) {
            // The next change tries again.
            let _ = after_version(self.objects.as_ref(), base.number, manifest, Logs::Continue, &[]);
        }
        drop(base);
        self.scratch.clear()
    }
}

/// The work after a version has been put, for which the folders of tables are listed once: removes
/// the parts that it has taken, and does what [`finish`] does.
fn after_version(
    objects: &dyn Objects,
    number: u64,
    manifest: &Manifest,
    logs: Logs,
    taken: &[String],
) -> Result<(), DatasetError> {
    let mut listed = list_tables(objects)?;
    let removed = sent_parts::remove(objects, taken, Some(manifest), &mut listed);
    finish(objects, number, manifest, logs, &listed).and(removed)
}

impl VersionChange {
    fn base(&self) -> MutexGuard<'_, Base> {
        self.base.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// True if there is nothing but leftovers of dead changes: files that were put for the first version,
/// parts that wait, objects of checks. All else is somebody's, and is never touched.
fn holds_leftovers_only(files: &dyn Files) -> Result<bool, DatasetError> {
    let is_left = |name: &String| {
        let of_table = || put_for(name).is_some() || sent_parts::part_of_file(name).is_some();
        (table_with_file(name).is_some() && of_table()) || is_check(name) || sent_parts::is_note(name)
    };
    Ok(files.list("")?.iter().all(is_left))
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
fn put_all(objects: &dyn Objects, files: &[NewFile], notes: &Notes) -> Result<(), DatasetError> {
    files.iter().try_for_each(|file| notes.file(&file.in_dataset()))?;
    let put = objects.put_files(files, notes);
    if put.is_err() {
        remove_again(objects, files, notes);
    }
    put
}

/// Removes files that no version will name; the next run on this machine removes what cannot be
/// removed now.
fn remove_again(objects: &dyn Objects, files: &[NewFile], notes: &Notes) {
    let names: Vec<String> = files.iter().map(NewFile::in_dataset).collect();
    if objects.remove(&names).is_err() {
        notes.leave();
    }
}
