//! Finished parts of a conversion that wait for their commit, in a folder beside the dataset.
//!
//! ```text
//! .orcid.orcidlake-parts/4be1…/          a finished part: table files, and its note
//! .orcid.orcidlake-parts/4be1….9f2c…/    the same part, being written by a process
//! orcid/.orcidlake-taken                 parts that the last commit has taken and not removed yet
//! ```
//!
//! The task decides the name of a part. Processes that run the same task, on any machine that sees
//! the folder, write to folders of their own; the first that finishes gives its folder the name of
//! the part, and the others use its result. No lock is needed, because locks of files do not reach
//! across machines everywhere.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::DatasetError;
use super::files::{remove, remove_empty_folder, rename, sync_folder, write_file};
use super::layout::{parts_folder, random_word};
use super::manifest::ArchiveEntry;
use super::runs::remove_if_dead;
use crate::slice::Selection;

/// The note in a part's folder that describes it.
const NOTE_NAME: &str = "part.json";
/// The file in a dataset with the names of the parts that its last commit has taken, one a line. It
/// is swapped in with the commit, so it is there exactly if the commit has happened.
pub(super) const TAKEN_NAME: &str = ".orcidlake-taken";
/// Attempts to give a part its name while other processes write the same part.
const ATTEMPTS: usize = 5;
/// Digits of a part's name, hexadecimal.
const NAME_DIGITS: usize = 32;

/// A part of a conversion that has been written and waits for its commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitingPart {
    /// Its name in the place where parts of the dataset wait; the same task gives the same name.
    pub name: String,
    /// The version of the dataset's format that its files have.
    pub format_version: u32,
    /// The version of orcidlake that wrote it.
    pub tool_version: String,
    /// The tables that were selected.
    pub tables: BTreeSet<String>,
    /// The people who were selected; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selection>,
    /// A digest of the dataset's records that activities have followed; `None` if they follow none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
    /// The bytes of the archive's uncompressed stream that it was made of; `None` for a whole
    /// archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(u64, u64)>,
    /// True if the plan was to replace the dataset. Other plans have no tasks for archives that the
    /// dataset has.
    #[serde(default)]
    pub replace: bool,
    /// The entry for the manifest; its files have the names that they have where they wait.
    pub entry: ArchiveEntry,
}

/// The parts that a dataset has beside it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Waiting {
    /// Those that wait, in the order of their names.
    pub parts: Vec<WaitingPart>,
    /// The names of those that the dataset has taken: a commit died before it could remove them.
    pub taken: Vec<String>,
}

/// True for the name of a part. Names come from files that people move around, and are joined to
/// paths.
pub fn is_part_name(name: &str) -> bool {
    name.len() == NAME_DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The parts that wait beside the dataset at `dataset`, a path without links.
#[derive(Debug, Clone)]
pub(super) struct WaitingPlace {
    dataset: PathBuf,
    folder: PathBuf,
}

impl WaitingPlace {
    pub fn of(dataset: &Path) -> Self {
        Self { dataset: dataset.to_owned(), folder: parts_folder(dataset) }
    }

    /// The folder of a part.
    pub fn part_folder(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A name for the folder of one run of a part's task, which no other run uses.
    pub fn run_folder(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{}", random_word()))
    }

    /// The part of a name, if it waits and its files have not changed.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails; damage of the part is no error, but means that there is
    /// none.
    pub fn part(&self, name: &str) -> Result<Option<WaitingPart>, DatasetError> {
        Ok(read_note(&self.part_folder(name), name)?.filter(|part| self.is_whole(part)))
    }

    /// All parts beside the dataset. Nothing is changed.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn parts(&self) -> Result<Waiting, DatasetError> {
        let taken: HashSet<String> = self.taken()?.into_iter().collect();
        let names = self.names()?.into_iter().filter(|name| is_part_name(name));
        let (taken, waiting): (Vec<_>, Vec<_>) = names.partition(|name| taken.contains(name));
        let parts = waiting.iter().map(|name| read_note(&self.part_folder(name), name));
        Ok(Waiting { parts: parts.filter_map(Result::transpose).collect::<Result<_, _>>()?, taken })
    }

    /// True if the files of a part are there as they were written.
    pub fn is_whole(&self, part: &WaitingPart) -> bool {
        part.entry.check_files_quickly(&self.part_folder(&part.name)).is_ok()
    }

    /// Writes the note of a part again.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn restate(&self, part: &WaitingPart) -> Result<(), DatasetError> {
        let note = self.part_folder(&part.name).join(NOTE_NAME);
        let next = note.with_extension(random_word());
        write_file(&next, &text_of(part, &note)?)?;
        rename(&next, &note)
    }

    /// Gives a folder that a run has written the name of its part; returns the part, which another
    /// run may have finished before.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn finish(&self, run: &Path, part: WaitingPart) -> Result<WaitingPart, DatasetError> {
        let to = self.part_folder(&part.name);
        let note = run.join(NOTE_NAME);
        let written = write_file(&note, &text_of(&part, &note)?);
        for _ in 0..ATTEMPTS {
            let failure = match written.is_ok().then(|| rename(run, &to)) {
                Some(Ok(())) => {
                    sync_folder(&self.folder)?;
                    self.remove_runs(&part.name);
                    return Ok(part);
                }
                Some(Err(error)) => Some(error),
                None => None,
            };
            // Another run was faster, and may have removed the folder of this one.
            if let Some(found) = self.part(&part.name)?.filter(|found| found.range == part.range) {
                let _ = remove(run);
                return Ok(found);
            }
            match failure {
                // A part that is damaged, or was made with another index, has the name.
                Some(error) if is_occupied(&error) => drop(rename(&to, &self.run_folder(&part.name))),
                Some(error) => return Err(error),
                None => return written.map(|()| part),
            }
        }
        Err(DatasetError::AlwaysChanging { path: to, looks: ATTEMPTS })
    }

    /// Removes parts, and what dead runs of their tasks have left.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn remove(&self, names: &[String]) -> Result<(), DatasetError> {
        for name in names.iter().filter(|name| is_part_name(name)) {
            remove(&self.part_folder(name))?;
            self.remove_runs(name);
        }
        self.remove_dead_runs();
        self.clear();
        Ok(())
    }

    /// Removes the folders of runs on this machine that were killed, of whatever parts.
    pub fn remove_dead_runs(&self) {
        let is_run = |name: &&String| name.split_once('.').is_some_and(|(part, _)| is_part_name(part));
        for run in self.names().unwrap_or_default().iter().filter(is_run) {
            // A later run removes what stays.
            let _ = remove_if_dead(&self.folder.join(run));
        }
    }

    /// Removes the folder of all parts if none is there.
    pub fn clear(&self) {
        // This fails if parts still wait there.
        let _ = remove_empty_folder(&self.folder);
    }

    /// Removes the folders of other runs of a finished part. A run that still works in its folder
    /// finds the finished part when it fails.
    fn remove_runs(&self, name: &str) {
        let prefix = format!("{name}.");
        for run in self.names().unwrap_or_default().iter().filter(|run| run.starts_with(&prefix)) {
            // The finished part counts; a later commit removes what stays.
            let _ = remove(&self.folder.join(run));
        }
    }

    fn names(&self) -> Result<Vec<String>, DatasetError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(DatasetError::io("read", &self.folder))?,
        };
        let name = |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name());
        let names = entries.map(|entry| Ok(name(entry)?.to_string_lossy().into_owned()));
        let mut names: Vec<String> =
            names.collect::<io::Result<_>>().map_err(DatasetError::io("read", &self.folder))?;
        names.sort();
        Ok(names)
    }

    /// Writes into `next`, the next state of the dataset, which parts it takes.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn note_taken(next: &Path, names: &[String]) -> Result<(), DatasetError> {
        if names.is_empty() {
            return Ok(());
        }
        write_file(&next.join(TAKEN_NAME), (names.join("\n") + "\n").as_bytes())
    }

    /// Removes the parts that the dataset has taken, and then the note of them.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails; the next change of the dataset tries again.
    pub fn remove_taken(&self) -> Result<(), DatasetError> {
        let names = self.taken()?;
        if names.is_empty() {
            return Ok(());
        }
        self.remove(&names)?;
        remove(&self.dataset.join(TAKEN_NAME))
    }

    /// The names of the parts that the dataset has taken and not removed yet.
    fn taken(&self) -> Result<Vec<String>, DatasetError> {
        let note = self.dataset.join(TAKEN_NAME);
        match fs::read_to_string(&note) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(Vec::new())
            }
            text => Ok(text.map_err(DatasetError::io("read", &note))?.lines().map(str::to_owned).collect()),
        }
    }
}

/// The text of a part's note; messages name the file `path`.
fn text_of(part: &WaitingPart, path: &Path) -> Result<Vec<u8>, DatasetError> {
    serde_json::to_vec_pretty(part).map_err(|source| DatasetError::Manifest { path: path.to_owned(), source })
}

/// The note of a part's folder; `None` if there is none, or it cannot be understood.
fn read_note(folder: &Path, name: &str) -> Result<Option<WaitingPart>, DatasetError> {
    let path = folder.join(NOTE_NAME);
    let text = match fs::read(&path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        text => text.map_err(DatasetError::io("read", &path))?,
    };
    let part: Option<WaitingPart> = serde_json::from_slice(&text).ok();
    Ok(part.filter(|part| part.name == name))
}

/// True if a folder could not be renamed because the name is taken.
fn is_occupied(error: &DatasetError) -> bool {
    let kinds =
        [io::ErrorKind::DirectoryNotEmpty, io::ErrorKind::AlreadyExists, io::ErrorKind::NotADirectory];
    matches!(error, DatasetError::Io { source, .. } if kinds.contains(&source.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str) -> WaitingPart {
        WaitingPart {
            name: name.to_owned(),
            format_version: 2,
            tool_version: "1".to_owned(),
            tables: BTreeSet::new(),
            selection: None,
            records: None,
            range: None,
            replace: false,
            entry: ArchiveEntry::default(),
        }
    }

    fn place() -> (tempfile::TempDir, WaitingPlace) {
        let folder = tempfile::tempdir().unwrap();
        let place = WaitingPlace::of(&folder.path().join("orcid"));
        (folder, place)
    }

    fn run(place: &WaitingPlace, name: &str) -> PathBuf {
        let run = place.run_folder(name);
        fs::create_dir_all(&run).unwrap();
        fs::write(run.join("file"), "x").unwrap();
        run
    }

    #[test]
    fn of_two_runs_the_first_counts_and_the_other_leaves_nothing() {
        let (_folder, place) = place();
        let name = "0123456789abcdef0123456789abcdef";
        let (first, second) = (run(&place, name), run(&place, name));

        let one = place.finish(&first, part(name)).unwrap();
        let other = place.finish(&second, part(name)).unwrap();

        assert_eq!(one, other);
        assert_eq!(place.names().unwrap(), [name]);
        assert_eq!(place.parts().unwrap().parts, [part(name)]);
        place.remove(&[name.to_owned()]).unwrap();
        assert!(!place.folder.exists());
    }

    #[test]
    fn a_folder_without_a_note_is_replaced() {
        let (_folder, place) = place();
        let name = "0123456789abcdef0123456789abcdef";
        fs::create_dir_all(place.part_folder(name).join("summaries")).unwrap();

        place.finish(&run(&place, name), part(name)).unwrap();

        assert_eq!((place.part(name).unwrap(), place.names().unwrap().len()), (Some(part(name)), 1));
    }

    #[test]
    fn a_name_leads_out_of_the_folder_never() {
        for name in ["..", "../../0123456789abcdef0123456789", "", "0123456789abcdef0123456789abcde/"] {
            assert!(!is_part_name(name), "{name}");
        }
    }
}
