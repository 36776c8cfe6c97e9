//! Plans a conversion: which archives, into which tables, and whether the archives belong together.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::release::{agree, release_of};
use super::stop::until_stopped;
use super::task::{PartTask, TaskPeople};
use super::{ConvertError, Options};
use crate::dataset::{ArchiveEntry, Dataset, Manifest};
use crate::slice::Selection;
use crate::storage::{ArchiveFile, Place, file_name, open_store, shown};
use targz_seek::{ArchiveError, Meter};

/// The file extension of tables.
const TABLE_ENDING: &str = "parquet";
/// Folders above the tables of a dataset without its manifest.
const TABLE_DEPTH: usize = 2;
/// Number of paths that are checked to recognise a folder of tables.
const LOOKED_AT: usize = 1_000;

/// The archives in their order, and the manifest before the conversion. `S` is what the caller has
/// seen of each archive while it was open.
pub struct Plan<S = ()> {
    pub manifest: Manifest,
    pub steps: Vec<Step<S>>,
}

/// The step for one archive.
pub struct Step<S = ()> {
    pub number: usize,
    pub task: PartTask,
    /// `None` if the dataset has the archive already.
    pub seen: Option<S>,
}

impl Plan {
    /// Makes the plan, and ends early when stopped: a server may keep it waiting.
    pub fn until_stopped(
        archives: &[PathBuf],
        manifest: Option<Manifest>,
        options: &Options,
        stop: &AtomicBool,
    ) -> Result<Self, ConvertError> {
        until_stopped(stop, |meter| Self::looking(archives, manifest, options, meter, |_, _| Ok(())))
    }
}

impl<S> Plan<S> {
    /// Makes the plan, and looks at each archive that is to be converted while it is open. `meter` can
    /// stop the requests for archives on servers.
    pub fn looking(
        archives: &[PathBuf],
        manifest: Option<Manifest>,
        options: &Options,
        meter: &Meter,
        look: impl Fn(&PartTask, &ArchiveFile) -> Result<S, ConvertError>,
    ) -> Result<Self, ConvertError> {
        let manifest = match manifest {
            Some(manifest) if options.tables.is_other_than(&manifest.tables) => {
                return Err(ConvertError::OtherTables);
            }
            Some(manifest) => manifest,
            None => Manifest { selection: selection_of(options), ..Manifest::new(options.tables.keys()) },
        };
        check_people(manifest.selection.as_ref(), selection_of(options).as_ref())?;
        let steps = archives
            .iter()
            .enumerate()
            .map(|(number, path)| Step::new(number, path, &manifest, options, meter, &look));
        let steps: Vec<Step<S>> = steps.collect::<Result<_, _>>()?;
        let mut names = HashSet::new();
        if let Some(twice) = steps.iter().find(|step| !names.insert(&step.task.name)) {
            return Err(ConvertError::Twice { path: shown(&twice.task.archive) });
        }
        if let Some(waiting) = steps.iter().find(|step| manifest.has_refreshes() && !step.is_done()) {
            return Err(ConvertError::Refreshed { path: shown(&waiting.task.archive) });
        }
        let waiting = || steps.iter().filter(|step| !step.is_done());
        let mut release = manifest.release;
        for step in waiting() {
            release = agree(&shown(&step.task.archive), release, step.task.release)?;
        }
        Ok(Self { manifest, steps })
    }
}

fn selection_of(options: &Options) -> Option<Selection> {
    options.only.as_ref().map(|only| only.selection().clone())
}

/// Refuses people who were selected in another way than those of the dataset.
pub fn check_people(has: Option<&Selection>, adds: Option<&Selection>) -> Result<(), ConvertError> {
    let told = |selection: Option<&Selection>| match selection {
        Some(selection) => format!("only people by {selection}"),
        None => "all people".to_owned(),
    };
    let is_same = match (has, adds) {
        (Some(has), Some(adds)) => has.is_same_as(adds),
        (has, adds) => has.is_none() && adds.is_none(),
    };
    match is_same {
        true => Ok(()),
        false => Err(ConvertError::OtherPeople { has: told(has), adds: told(adds) }),
    }
}

impl<S> Step<S> {
    /// True if the dataset has the archive already.
    pub fn is_done(&self) -> bool {
        self.seen.is_none()
    }

    fn new(
        number: usize,
        path: &Path,
        manifest: &Manifest,
        options: &Options,
        meter: &Meter,
        look: &impl Fn(&PartTask, &ArchiveFile) -> Result<S, ConvertError>,
    ) -> Result<Self, ConvertError> {
        refuse_tables(path)?;
        let file = open(path, options, meter)?;
        let task = PartTask::new(path, &file, manifest, options)?;
        let archives = manifest.archives.iter().filter(|archive| task.is_of(archive));
        let known = archives.max_by_key(|archive| archive.is_whole());
        let in_parts = || all_parts(&task, manifest);
        let already_done = match known.filter(|archive| task.looks_like(archive)).or_else(in_parts) {
            Some(archive) => task.is_still(&file, archive)?,
            None => false,
        };
        let other_parts = |archive: &ArchiveEntry| {
            part_count(archive.shard.as_deref()) != part_count(task.shard_name().as_deref())
                && task.fingerprint.as_ref().is_some_and(|own| own.digest == archive.fingerprint)
        };
        if !already_done && manifest.archives.iter().any(other_parts) {
            return Err(ConvertError::OtherParts { path: shown(path) });
        }
        if known.is_some_and(ArchiveEntry::is_whole) && !already_done {
            return Err(ConvertError::OtherContent { path: shown(path) });
        }
        let seen = if already_done { None } else { Some(look(&task, &file)?) };
        Ok(Self { number, task, seen })
    }
}

/// An entry of the archive of a task, if the dataset has all of the archive, whole or in any number
/// of parts.
fn all_parts<'m>(task: &PartTask, manifest: &'m Manifest) -> Option<&'m ArchiveEntry> {
    let is_same = |archive: &&ArchiveEntry| archive.name == task.name && task.has_ends_of(archive);
    let mut archives = manifest.archives.iter().filter(is_same);
    archives.find(|archive| manifest.has_archive(&archive.md5))
}

impl PartTask {
    fn new(
        path: &Path,
        file: &ArchiveFile,
        manifest: &Manifest,
        options: &Options,
    ) -> Result<Self, ConvertError> {
        // A stream has no fingerprint before it is read.
        let fingerprint = file.fingerprint()?;
        if options.write_index && !file.has_place_for_index() {
            return Err(ConvertError::NoPlaceForIndex { path: shown(path) });
        }
        let name = if file.has_name() { file_name(path) } else { path.to_string_lossy() };
        let name = name.into_owned();
        Ok(Self {
            archive: path.to_owned(),
            release: release_of(&name),
            name,
            fingerprint,
            shard: options.shard,
            tables: manifest.tables.clone(),
            only: options.only.as_deref().map(|slice| {
                // All of a dataset is of one day.
                let selection = manifest.selection.clone().unwrap_or_else(|| slice.selection().clone());
                Box::new(TaskPeople { selection, inputs: slice.inputs().clone() })
            }),
            salvage: options.salvage,
            write_index: options.write_index,
            replace: options.replace,
        })
    }

    /// True if the earlier conversion of `archive`, which looks the same, can be kept. A salvaged
    /// one is kept only if this run salvages too.
    pub(super) fn is_still(&self, file: &ArchiveFile, archive: &ArchiveEntry) -> Result<bool, ArchiveError> {
        match archive.complete {
            true => Ok(file.ends_tell_all()? || file.md5()? == archive.md5),
            // The two ends of an archive do not show damage in the middle.
            false => Ok(self.salvage && file.md5()? == archive.md5),
        }
    }
}

/// Opens an archive. If there is none at a URL, but a dataset, says what that is.
pub(super) fn open(path: &Path, options: &Options, meter: &Meter) -> Result<ArchiveFile, ConvertError> {
    let is_folder = Place::is_remote(path) && path.to_string_lossy().ends_with('/');
    let opened = match is_folder {
        true => Err(None),
        false => ArchiveFile::open(path, &options.storage, meter).map_err(Some),
    };
    match opened {
        Ok(file) => Ok(file),
        // A server that is down is not asked once more.
        Err(Some(error)) if !is_missing(&error) => Err(error.into()),
        Err(error) => match (stored_dataset(path, options), error) {
            (Some(manifest), _) => {
                Err(ConvertError::IsDataset { path: shown(path), what: told(Some(manifest)) })
            }
            (None, Some(error)) => Err(error.into()),
            // A web server may have an archive under such a name too.
            (None, None) => Ok(ArchiveFile::open(path, &options.storage, meter)?),
        },
    }
}

fn is_missing(error: &ArchiveError) -> bool {
    let missing = [io::ErrorKind::NotFound, io::ErrorKind::PermissionDenied];
    matches!(error, ArchiveError::Open { source, .. } if missing.contains(&source.kind()))
}

/// The manifest of a dataset at a URL; `None` if there is none, or it cannot be found out.
fn stored_dataset(path: &Path, options: &Options) -> Option<Manifest> {
    if !Place::is_remote(path) {
        return None;
    }
    let store = open_store(path, &options.storage, &std::env::temp_dir()).ok()?;
    Some(store.current().ok()??.manifest)
}

/// Fails for a dataset, for a part of one, and for folders of tables.
pub(super) fn refuse_tables(path: &Path) -> Result<(), ConvertError> {
    let own = path.to_owned();
    if Dataset::is_at(path) {
        return Err(ConvertError::IsDataset {
            path: own,
            what: told(Dataset::open(path).ok().map(|dataset| dataset.manifest)),
        });
    }
    if path.is_dir() || path.extension().is_some_and(|extension| extension == TABLE_ENDING) {
        let real = path.canonicalize().unwrap_or_default();
        if let Some(dataset) = real.ancestors().find(|above| Dataset::is_at(above)) {
            return Err(ConvertError::InDataset { path: own, dataset: dataset.to_owned() });
        }
    }
    if path.is_dir() && holds_tables(path) { Err(ConvertError::HoldsTables { path: own }) } else { Ok(()) }
}

/// What a dataset is made of: its year, its archives, its people.
fn told(manifest: Option<Manifest>) -> String {
    let Some(manifest) = manifest else {
        return "its manifest cannot be read".to_owned();
    };
    let year = manifest.release.map_or_else(String::new, |year| format!("of {year}, "));
    let names: Vec<&str> = manifest.archives.iter().map(|archive| archive.name.as_str()).collect();
    let archives = match names.as_slice() {
        [] => "without archives".to_owned(),
        [one] => format!("from {one}"),
        [first, rest @ ..] => format!("from {first} and {} more", rest.len()),
    };
    let people = manifest.selection.map_or_else(String::new, |selection| format!(", people by {selection}"));
    format!("{year}{archives}{people}")
}

/// True if the first files of a folder and of those in it are tables, and none is a
/// document.
fn holds_tables(path: &Path) -> bool {
    let (mut pending, mut found) = (vec![(path.to_owned(), 0)], false);
    for _ in 0..LOOKED_AT {
        let Some((path, depth)) = pending.pop() else { break };
        if path.is_dir() && depth <= TABLE_DEPTH {
            let children = path.read_dir().into_iter().flatten().flatten().take(LOOKED_AT);
            pending.extend(children.map(|child| (child.path(), depth + 1)));
            continue;
        }
        let ending = path.extension().unwrap_or_default();
        if ending.eq_ignore_ascii_case("xml") {
            return false;
        }
        found |= ending == TABLE_ENDING;
    }
    found
}

/// The number of parts in a shard such as `2/5`: here 5.
pub fn part_count(shard: Option<&str>) -> Option<&str> {
    shard?.split_once('/').map(|(_, count)| count)
}
