//! Plans a conversion: which archives, into which tables, and whether the archives belong together.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::release::{agree, release_of};
use super::task::PartTask;
use super::{ConvertError, Options};
use crate::dataset::{ArchiveEntry, Dataset, Manifest};
use targz_seek::{ArchiveError, ends_tell_all, fingerprint, md5_of};

/// The file extension of tables.
const TABLE_ENDING: &str = "parquet";
/// Folders above the tables of a dataset without its manifest.
const TABLE_DEPTH: usize = 2;
/// Number of paths that are checked to recognise a folder of tables.
const LOOKED_AT: usize = 1_000;

/// The archives in their order, and the manifest before the conversion.
pub struct Plan {
    pub manifest: Manifest,
    pub steps: Vec<Step>,
}

/// The step for one archive.
pub struct Step {
    pub number: usize,
    pub task: PartTask,
    pub already_done: bool,
}

impl Plan {
    pub fn new(
        archives: &[PathBuf],
        manifest: Option<Manifest>,
        options: &Options,
    ) -> Result<Self, ConvertError> {
        let manifest = match manifest {
            Some(manifest) if options.tables.is_other_than(&manifest.tables) => {
                return Err(ConvertError::OtherTables);
            }
            Some(manifest) => manifest,
            None => Manifest::new(options.tables.keys()),
        };
        let steps =
            archives.iter().enumerate().map(|(number, path)| Step::new(number, path, &manifest, options));
        let steps: Vec<Step> = steps.collect::<Result<_, _>>()?;
        let mut names = HashSet::new();
        if let Some(twice) = steps.iter().find(|step| !names.insert(&step.task.name)) {
            return Err(ConvertError::Twice { path: twice.task.archive.clone() });
        }
        if let Some(waiting) = steps.iter().find(|step| manifest.has_refreshes() && !step.already_done) {
            return Err(ConvertError::Refreshed { path: waiting.task.archive.clone() });
        }
        let waiting = || steps.iter().filter(|step| !step.already_done);
        let mut release = manifest.release;
        for step in waiting() {
            release = agree(&step.task.archive, release, step.task.release)?;
        }
        Ok(Self { manifest, steps })
    }
}

impl Step {
    fn new(number: usize, path: &Path, manifest: &Manifest, options: &Options) -> Result<Self, ConvertError> {
        let task = PartTask::new(path, manifest, options)?;
        let archives = manifest.archives.iter().filter(|archive| task.is_of(archive));
        let known = archives.max_by_key(|archive| archive.is_whole());
        let in_parts = || all_parts(&task, manifest);
        let already_done = match known.filter(|archive| task.looks_like(archive)).or_else(in_parts) {
            Some(archive) => task.is_still(archive)?,
            None => false,
        };
        let other_parts = |archive: &ArchiveEntry| {
            part_count(archive.shard.as_deref()) != part_count(task.shard_name().as_deref())
                && task.fingerprint.as_ref().is_some_and(|own| own.digest == archive.fingerprint)
        };
        if !already_done && manifest.archives.iter().any(other_parts) {
            return Err(ConvertError::OtherParts { path: path.to_owned() });
        }
        if known.is_some_and(ArchiveEntry::is_whole) && !already_done {
            return Err(ConvertError::OtherContent { path: path.to_owned() });
        }
        Ok(Self { number, task, already_done })
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
    fn new(path: &Path, manifest: &Manifest, options: &Options) -> Result<Self, ConvertError> {
        refuse_tables(path)?;
        // A pipe, such as a shell's `<(…)`, has no fingerprint either before it is read.
        let is_pipe = path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
        let stream = path == Path::new("-") || is_pipe;
        if stream && options.write_index {
            return Err(ConvertError::NoPlaceForIndex { path: path.to_owned() });
        }
        let fingerprint = if stream { None } else { Some(fingerprint(path)?) };
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let name = if stream { path } else { Path::new(absolute.file_name().unwrap_or(path.as_os_str())) };
        let name = name.to_string_lossy().into_owned();
        Ok(Self {
            archive: path.to_owned(),
            release: release_of(&name),
            name,
            fingerprint,
            shard: options.shard,
            tables: manifest.tables.clone(),
            salvage: options.salvage,
            write_index: options.write_index,
            replace: options.replace,
        })
    }

    /// True if the earlier conversion of `archive`, which looks the same, can be kept. A salvaged
    /// one is kept only if this run salvages too.
    pub(super) fn is_still(&self, archive: &ArchiveEntry) -> Result<bool, ArchiveError> {
        let path = &self.archive;
        match archive.complete {
            true => Ok(ends_tell_all(path)? || md5_of(path)? == archive.md5),
            // The two ends of an archive do not show damage in the middle.
            false => Ok(self.salvage && md5_of(path)? == archive.md5),
        }
    }
}

/// Fails for a dataset, for a part of one, and for folders of tables.
fn refuse_tables(path: &Path) -> Result<(), ConvertError> {
    let own = path.to_owned();
    if Dataset::is_at(path) {
        return Err(ConvertError::IsDataset { path: own });
    }
    if path.is_dir() || path.extension().is_some_and(|extension| extension == TABLE_ENDING) {
        let real = path.canonicalize().unwrap_or_default();
        if let Some(dataset) = real.ancestors().find(|above| Dataset::is_at(above)) {
            return Err(ConvertError::InDataset { path: own, dataset: dataset.to_owned() });
        }
    }
    if path.is_dir() && holds_tables(path) { Err(ConvertError::HoldsTables { path: own }) } else { Ok(()) }
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
