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
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::scratch::ScratchFolder;
use super::{Files, NewPart, Objects, StoredFile};
use crate::dataset::error::DatasetError;
use crate::dataset::layout::table_with_file;
use crate::dataset::manifest::{ArchiveEntry, Manifest};
use crate::dataset::waiting::{Waiting, WaitingPart, is_part_name};

/// The folder of the notes.
const PARTS: &str = "orcidlake-parts";

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
        // The files are not noted as this run's own: see above.
        objects.put_files(&files, self.scratch.notes())?;
        put_note(objects, &format!("{PARTS}/{}.json", self.suffix), &part)?;
        self.scratch.clear()?;
        Ok(part)
    }
}

fn put_note(objects: &dyn Objects, name: &str, part: &WaitingPart) -> Result<(), DatasetError> {
    let text = serde_json::to_vec_pretty(part)
        .map_err(|source| DatasetError::Manifest { path: objects.place().join(name), source })?;
    objects.put(name, &text)
}

/// Puts the note of a part again, which has the same files.
///
/// # Errors
/// [`DatasetError`] if the store fails.
pub fn restate(objects: &dyn Objects, part: &WaitingPart) -> Result<(), DatasetError> {
    for note in notes_of(objects, std::slice::from_ref(&part.name))? {
        if read(objects, &note)?.is_some_and(|there| there.entry == part.entry) {
            put_note(objects, &note, part)?;
        }
    }
    Ok(())
}

/// True for the name of a note.
pub fn is_note(name: &str) -> bool {
    name.strip_prefix(PARTS).is_some_and(|rest| rest.starts_with('/'))
}

/// The part of a name, if it waits and all its files are in the store.
///
/// # Errors
/// [`DatasetError`] if the store fails.
pub fn find(objects: &dyn Objects, name: &str) -> Result<Option<WaitingPart>, DatasetError> {
    for note in notes_of(objects, std::slice::from_ref(&name.to_owned()))? {
        let Some(part) = read(objects, &note)? else { continue };
        if is_whole(objects, &part)? {
            return Ok(Some(part));
        }
    }
    Ok(None)
}

/// True if the files of a part are in the store as they were put.
///
/// # Errors
/// [`DatasetError`] if the store fails.
pub fn is_whole(objects: &dyn Objects, part: &WaitingPart) -> Result<bool, DatasetError> {
    match part.entry.check_sent_files(objects) {
        Ok(()) => Ok(true),
        Err(error) if error.is_missing() => Ok(false),
        Err(DatasetError::Damaged { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The parts that wait, and those that the current version has taken.
///
/// # Errors
/// [`DatasetError`] if the store fails.
pub fn waiting(objects: &dyn Objects, manifest: Option<&Manifest>) -> Result<Waiting, DatasetError> {
    let mut parts: Vec<WaitingPart> = Vec::new();
    for note in objects.list(PARTS)? {
        let Some(part) = read(objects, &note)? else { continue };
        match parts.last_mut().filter(|last| last.name == part.name) {
            // Two runs may have begun beside two versions; one whose files are there counts.
            Some(last) if !is_whole(objects, last)? => *last = part,
            Some(_) => {}
            None => parts.push(part),
        }
    }
    let Some(manifest) = manifest else { return Ok(Waiting { parts, taken: Vec::new() }) };
    // All parts of an archive are committed in one step, and those without files are removed first:
    // so one file that the version names tells of all of them.
    let named: HashSet<String> = manifest.file_names().collect();
    let archive = |entry: &ArchiveEntry| (entry.name.clone(), entry.fingerprint.clone());
    let is_named = |part: &&WaitingPart| part.entry.file_names().any(|name| named.contains(&name));
    let taken: HashSet<_> = parts.iter().filter(is_named).map(|part| archive(&part.entry)).collect();
    let (taken, parts): (Vec<_>, Vec<_>) =
        parts.into_iter().partition(|part| taken.contains(&archive(&part.entry)));
    Ok(Waiting { parts, taken: taken.into_iter().map(|part| part.name).collect() })
}

/// Removes parts: their files, unless the current version names them, and their notes. `listed` has
/// what is in the folders of tables, and then what is left there.
///
/// # Errors
/// [`DatasetError`] if the store fails.
pub fn remove(
    objects: &dyn Objects,
    names: &[String],
    manifest: Option<&Manifest>,
    listed: &mut Vec<String>,
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
    remove_unnamed(objects, names, &named, listed)?;
    for (_, note, files) in parts {
        let gone: Vec<String> = files.into_iter().filter(|name| !named.contains(name)).collect();
        objects.remove(&gone)?;
        if !gone.is_empty() {
            listed.retain(|name| !gone.contains(name));
        }
        objects.remove(&[note])?;
    }
    Ok(())
}

/// Removes files of parts that a run has put which died before its note, or which began beside
/// another version.
fn remove_unnamed(
    objects: &dyn Objects,
    names: &[String],
    named: &HashSet<String>,
    listed: &mut Vec<String>,
) -> Result<(), DatasetError> {
    let names: HashSet<&str> = names.iter().map(String::as_str).collect();
    let is_gone = |file: &String| {
        table_with_file(file).is_some() && part_of_file(file).is_some_and(|name| names.contains(name))
    };
    let files = std::mem::take(listed).into_iter();
    let (gone, left): (Vec<_>, Vec<_>) = files.partition(|file| is_gone(file) && !named.contains(file));
    *listed = left;
    objects.remove(&gone)
}

/// The part that a table's file belongs to, such as `4be1…` of `part-00000-4be1…-6.parquet`.
pub fn part_of_file(file: &str) -> Option<&str> {
    let mut words = file.rsplit('/').next()?.strip_prefix("part-")?.split('-');
    let name = words.nth(1)?;
    (words.count() == 1 && is_part_name(name)).then_some(name)
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
