//! Finished parts of a conversion that wait in an object store for their commit.
//!
//! ```text
//! summaries/works/part-00000-4be1…-6.parquet   a file of the part 4be1…, begun beside version 6
//! orcidlake-parts/4be1…-6.json                 the note of the part, put after all its files
//! ```
//!
//! No version names the files until their commit, so nobody sees them. The task decides the name of
//! a part, so runs of the same task put the same bytes under the same names, and none of them may
//! remove what it has put: another run may have put it too. The number keeps apart the files of two
//! versions, because a process that still removes the files of an old version must not remove
//! files of a new one.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::scratch::ScratchFolder;
use super::{Files, NewPart, Objects, StoredFile};
use crate::dataset::error::DatasetError;
use crate::dataset::layout::NewFile;
use crate::dataset::manifest::{ArchiveEntry, Manifest};
use crate::dataset::waiting::{WaitingPart, is_part_name};

/// The folder of the notes.
const PARTS: &str = "orcidlake-parts";
/// Bytes of a file that are read and put at a time.
const COPY_BYTES: usize = 1 << 20;

/// A part that is being written to a local folder, to be sent when it is finished.
#[derive(Debug)]
pub struct SentPart {
    objects: Arc<dyn Objects>,
    scratch: ScratchFolder,
    folder: PathBuf,
    /// The end of the names of its files and of its note.
    suffix: String,
}

impl SentPart {
    /// Begins the part `name` beside the version `base`.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn begin(
        objects: Arc<dyn Objects>,
        scratch: ScratchFolder,
        name: &str,
        base: u64,
    ) -> Result<Self, DatasetError> {
        let folder = scratch.folder("part")?;
        Ok(Self { objects, scratch, folder, suffix: format!("{name}-{base}") })
    }
}

impl NewPart for SentPart {
    fn folder(&self) -> &Path {
        &self.folder
    }

    fn finish(self: Box<Self>, mut part: WaitingPart) -> Result<WaitingPart, DatasetError> {
        let objects = self.objects.as_ref();
        let files = part.entry.rename_apart(&self.folder, &format!("-{}", self.suffix));
        files.iter().try_for_each(|file| put_file(objects, file))?;
        let name = format!("{PARTS}/{}.json", self.suffix);
        let text = serde_json::to_vec_pretty(&part)
            .map_err(|source| DatasetError::Manifest { path: objects.place().join(&name), source })?;
        let mut note = objects.put(&name)?;
        note.write_all(&text).map_err(DatasetError::io("write", &objects.place().join(&name)))?;
        note.finish()?;
        self.scratch.clear()?;
        Ok(part)
    }
}

/// True for the name of a note.
pub fn is_note(name: &str) -> bool {
    name.strip_prefix(PARTS).is_some_and(|rest| rest.starts_with('/'))
}

/// Puts a local file under its name in the dataset.
///
/// # Errors
/// [`DatasetError`] if the file cannot be read, or the store fails.
pub fn put_file(objects: &dyn Objects, file: &NewFile) -> Result<(), DatasetError> {
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

/// The part of a name, if it waits and all its files are in the store.
///
/// # Errors
/// [`DatasetError`] if the store fails.
pub fn find(objects: &dyn Objects, name: &str) -> Result<Option<WaitingPart>, DatasetError> {
    for note in notes_of(objects, std::slice::from_ref(&name.to_owned()))? {
        let Some(part) = read(objects, &note)? else { continue };
        match part.entry.check_sent_files(objects) {
            Ok(()) => return Ok(Some(part)),
            Err(error) if error.is_missing() => {}
            Err(DatasetError::Damaged { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The parts that wait, in the order of their names. The notes of those that the current version
/// has taken are leftovers, and are removed.
///
/// # Errors
/// [`DatasetError`] if the store fails.
pub fn waiting(objects: &dyn Objects, manifest: Option<&Manifest>) -> Result<Vec<WaitingPart>, DatasetError> {
    let mut parts: Vec<WaitingPart> = Vec::new();
    for note in objects.list(PARTS)? {
        // Two runs may have begun beside two versions; one counts.
        let part = read(objects, &note)?;
        parts.extend(part.filter(|part| parts.last().is_none_or(|last| last.name != part.name)));
    }
    let Some(manifest) = manifest else { return Ok(parts) };
    // All parts of an archive are committed in one step, and those without files are removed first:
    // so one file that the version names tells of all of them.
    let named: HashSet<String> = manifest.file_names().collect();
    let archive = |entry: &ArchiveEntry| (entry.name.clone(), entry.fingerprint.clone());
    let is_named = |part: &&WaitingPart| part.entry.file_names().any(|name| named.contains(&name));
    let taken: HashSet<_> = parts.iter().filter(is_named).map(|part| archive(&part.entry)).collect();
    let (taken, parts): (Vec<_>, Vec<_>) =
        parts.into_iter().partition(|part| taken.contains(&archive(&part.entry)));
    let names: Vec<String> = taken.into_iter().map(|part| part.name).collect();
    remove(objects, &names, Some(manifest))?;
    Ok(parts)
}

/// Removes parts: their files, unless the current version names them, and their notes.
///
/// # Errors
/// [`DatasetError`] if the store fails.
pub fn remove(
    objects: &dyn Objects,
    names: &[String],
    manifest: Option<&Manifest>,
) -> Result<(), DatasetError> {
    if names.is_empty() {
        return Ok(());
    }
    let named: HashSet<String> = manifest.into_iter().flat_map(Manifest::file_names).collect();
    let mut parts = Vec::new();
    for note in notes_of(objects, names)? {
        let files: Vec<String> =
            read(objects, &note)?.iter().flat_map(|part| part.entry.file_names()).collect();
        parts.push((!files.is_empty(), note, files));
    }
    // Those without files first: see `waiting`.
    parts.sort();
    for (_, note, files) in parts {
        files.iter().filter(|name| !named.contains(*name)).try_for_each(|name| objects.remove(name))?;
        objects.remove(&note)?;
    }
    Ok(())
}

/// The notes of some parts.
fn notes_of(files: &dyn Files, names: &[String]) -> Result<Vec<String>, DatasetError> {
    let names: HashSet<&str> = names.iter().map(String::as_str).collect();
    let notes = files.list(PARTS)?.into_iter();
    Ok(notes.filter(|note| part_of(note).is_some_and(|name| names.contains(name))).collect())
}

/// The part of a note.
fn part_of(note: &str) -> Option<&str> {
    let (name, _) = note.strip_prefix(PARTS)?.strip_prefix('/')?.split_once('-')?;
    is_part_name(name).then_some(name)
}

/// Reads a note; `None` if it cannot be understood, or another process has removed it.
fn read(files: &dyn Files, note: &str) -> Result<Option<WaitingPart>, DatasetError> {
    match StoredFile::open(files, note).and_then(|file| file.read_all()) {
        Ok(text) => {
            let part: Option<WaitingPart> = serde_json::from_slice(&text).ok();
            Ok(part.filter(|part| part_of(note) == Some(&part.name)))
        }
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}
