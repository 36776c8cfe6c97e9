//! Finished archives that wait for other archives, to replace a dataset together.
//!
//! They are in a folder beside the dataset, each in a folder of its own with a note that identifies
//! it, so that a run that failed at the last archive need not read the others again. Only the
//! holder of the dataset's lock may use this folder.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::error::DatasetError;
use super::files::{make_folder, remove, remove_empty_folder, rename, sync_folder, write_file};
use super::manifest::{ArchiveEntry, FORMAT_VERSION, Manifest, Part};
use super::sound::{check_bytes, check_quickly};
use super::store::{Change, Files, StoredFile};
use super::writer::WrittenTable;

/// The note in an archive's folder that identifies it.
const NOTE_NAME: &str = "finished.json";

/// The finished archives beside a dataset.
#[derive(Debug)]
pub struct Finished {
    folder: PathBuf,
    tables: BTreeSet<String>,
    archives: Vec<(PathBuf, ArchiveEntry)>,
}

/// The content of an archive's folder, and the options that it was made with.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    format_version: u32,
    tool_version: String,
    tables: BTreeSet<String>,
    /// Its parts have their file names in this folder.
    entry: ArchiveEntry,
}

impl Finished {
    /// Finds the archives that wait in `folder` beside the dataset, and that this version of
    /// orcidlake has made with these tables. Others, and those that are not `wanted`, are removed.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn open(
        folder: PathBuf,
        tables: &BTreeSet<String>,
        wanted: impl Fn(&ArchiveEntry) -> bool,
    ) -> Result<Self, DatasetError> {
        let mut archives = Vec::new();
        if folder.exists() {
            for entry in fs::read_dir(&folder).map_err(DatasetError::io("read", &folder))? {
                let path = entry.map_err(DatasetError::io("read", &folder))?.path();
                match read_note(&path, tables) {
                    Some(entry) if wanted(&entry) => archives.push((path, entry)),
                    _ => remove(&path)?,
                }
            }
        }
        Ok(Self { folder, tables: tables.clone(), archives })
    }

    /// The folder and the entry of the archive for which `same` returns true, if all its files
    /// exist and have not changed.
    pub fn find(&self, same: impl Fn(&ArchiveEntry) -> bool) -> Option<(PathBuf, ArchiveEntry)> {
        let found = self.archives.iter().find(|(_, entry)| same(entry));
        found.filter(|(folder, entry)| entry.check_files(folder).is_ok()).cloned()
    }

    /// Keeps an archive whose tables are in the folder `scratch`; returns their new folder.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn keep(&self, scratch: &Path, entry: ArchiveEntry) -> Result<PathBuf, DatasetError> {
        let identity = format!("{} {} {:?}", entry.name, entry.md5, entry.shard);
        let to = self.folder.join(format!("{:016x}", xxh3_64(identity.as_bytes())));
        let (tool_version, tables) = (env!("CARGO_PKG_VERSION").to_owned(), self.tables.clone());
        let note = Note { format_version: FORMAT_VERSION, tool_version, tables, entry };
        let path = scratch.join(NOTE_NAME);
        let text = serde_json::to_string_pretty(&note)
            .map_err(|source| DatasetError::Manifest { path: path.clone(), source })?;
        make_folder(&self.folder)?;
        remove(&to)?;
        write_file(&path, text.as_bytes())?;
        rename(scratch, &to)?;
        sync_folder(&self.folder)?;
        Ok(to)
    }

    /// True for a folder that an archive is kept in.
    pub fn holds(&self, folder: &Path) -> bool {
        folder.starts_with(&self.folder)
    }

    /// Removes the archives whose files are all in the dataset: the run that committed them died
    /// before it could remove them. Other archives wait for the next `convert`.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub(super) fn clear_committed(change: &dyn Change, manifest: &Manifest) -> Result<(), DatasetError> {
        let Some(folder) = change.waiting_folder().filter(|folder| folder.exists()) else { return Ok(()) };
        let digests = |(key, part): (&str, &Part)| (key.to_owned(), part.xxh3.clone());
        let there: HashSet<(String, String)> = manifest.parts().map(digests).collect();
        for entry in fs::read_dir(&folder).map_err(DatasetError::io("read", &folder))? {
            let path = entry.map_err(DatasetError::io("read", &folder))?.path();
            // A folder without a note was being removed when a run died.
            let waits = Note::read(&path).is_some_and(|note| {
                !note.entry.parts().all(|(key, part)| there.contains(&(key.to_owned(), part.xxh3.clone())))
            });
            if !waits {
                remove(&path)?;
            }
        }
        // This fails if archives still wait there.
        let _ = remove_empty_folder(&folder);
        Ok(())
    }

    /// Removes all that waits beside the dataset.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn clear(change: &dyn Change) -> Result<(), DatasetError> {
        change.waiting_folder().map_or(Ok(()), |folder| remove(&folder))
    }
}

impl Note {
    fn read(folder: &Path) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(folder.join(NOTE_NAME)).ok()?).ok()
    }
}

impl ArchiveEntry {
    /// Checks that no file below `folder` has changed since it was written.
    ///
    /// # Errors
    /// [`DatasetError`] that names a file that is not, or cannot be read.
    pub fn check_files(&self, folder: &Path) -> Result<(), DatasetError> {
        let files = self.parts.iter().flat_map(|(key, parts)| parts.iter().map(move |part| (key, part)));
        files.into_iter().try_for_each(|(key, part)| check_bytes(&folder.join(key).join(&part.name), part))
    }
}

impl ArchiveEntry {
    /// Checks that every file below `folder` exists with the size and the footer that it was
    /// written with; only small files are read whole.
    ///
    /// # Errors
    /// [`DatasetError`] that names a file that is not, or cannot be read.
    pub fn check_files_quickly(&self, folder: &Path) -> Result<(), DatasetError> {
        self.parts().try_for_each(|(key, part)| {
            check_quickly(&StoredFile::on_disk(&folder.join(key).join(&part.name))?, part).map(drop)
        })
    }

    /// Checks the same of files in a store.
    ///
    /// # Errors
    /// [`DatasetError`] that names a file that is not, or cannot be read.
    pub fn check_sent_files(&self, files: &dyn Files) -> Result<(), DatasetError> {
        self.parts().try_for_each(|(key, part)| {
            let file = StoredFile::open(files, &format!("{key}/{}", part.name))?;
            check_quickly(&file, part).map(drop)
        })
    }
}

impl WrittenTable {
    /// The parts of some tables by their keys.
    pub fn by_key(tables: &[Self]) -> BTreeMap<String, Vec<Part>> {
        tables.iter().map(|table| (table.key.clone(), table.parts.clone())).collect()
    }
}

/// The note of a folder, if this version of orcidlake has made the folder with these tables.
fn read_note(folder: &Path, tables: &BTreeSet<String>) -> Option<ArchiveEntry> {
    let note = Note::read(folder)?;
    let same = note.format_version == FORMAT_VERSION
        && note.tool_version == env!("CARGO_PKG_VERSION")
        && note.tables == *tables;
    same.then_some(note.entry)
}
