//! Adds results of tasks to a dataset.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::ConvertError;
use super::complete;
use super::following;
use super::observer::Outcome;
use super::plan::{check_people, part_count};
use super::release::agree;
use super::task::PartResult;
use crate::dataset::store::Change;
use crate::dataset::{
    ArchiveEntry, DatasetError, FORMAT_VERSION, LocalStore, Logs, Manifest, NewFile, Part, Store,
    WaitingPart, is_part_name,
};

/// A dataset's next state, to which results are added one by one.
pub(super) struct NextState {
    pub manifest: Manifest,
    /// Files that are in the manifest, but not in the dataset yet.
    pub files: Vec<NewFile>,
}

/// Adds the results of tasks to the dataset at `dataset`, in one step. `replace` replaces the
/// dataset by these results alone; if archives of the dataset are not among them, they must be
/// those of a plan with [`Options::replace`](super::Options::replace). Returns the outcome of each, in the order given.
///
/// Results are added in the order of the archives' names and the parts' numbers, so the dataset
/// does not depend on their order here. A result that the dataset has already, or that is given
/// twice, is skipped, and so is that of an index task. The files are linked from the place where the
/// parts wait; when the commit is done, they no longer wait.
///
/// # Errors
/// [`ConvertError`] if parts of an archive are missing, if the results do not belong together or to
/// the dataset, if a file is not the one that was written, if the dataset is being changed by
/// another process, or if the disk fails; the dataset is then unchanged.
pub fn commit(results: &[PartResult], dataset: &Path, replace: bool) -> Result<Vec<Outcome>, ConvertError> {
    commit_in(results, &LocalStore::new(dataset), replace)
}

/// Does the same for a dataset in a store, where the files of its parts are already.
///
/// # Errors
/// Those of [`commit`], and [`DatasetError::Overtaken`](crate::dataset::DatasetError::Overtaken) if
/// another change of the dataset was faster.
pub fn commit_in(
    results: &[PartResult],
    store: &dyn Store,
    replace: bool,
) -> Result<Vec<Outcome>, ConvertError> {
    let given: Vec<&WaitingPart> = results.iter().filter_map(PartResult::part).collect();
    if let Some(foreign) = given.iter().find(|part| !is_part_name(&part.name)) {
        return Err(no_part(foreign, store));
    }
    let outcomes = run(store, replace, |waiting| {
        // The note that waits with the files says what they are.
        let mut notes: HashMap<String, WaitingPart> =
            waiting.into_iter().map(|part| (part.name.clone(), part)).collect();
        let absent: HashSet<String> =
            given.iter().map(|part| part.name.clone()).filter(|name| !notes.contains_key(name)).collect();
        let parts = given.iter().map(|part| notes.remove(&part.name).unwrap_or_else(|| (*part).clone()));
        Chosen { parts: parts.collect(), absent, superfluous: Vec::new() }
    })?;
    let mut outcomes: HashMap<String, Outcome> =
        outcomes.into_iter().map(|(part, outcome)| (part.name, outcome)).collect();
    let mut outcome = |part: &WaitingPart| outcomes.remove(&part.name).unwrap_or(Outcome::Skipped);
    Ok(results.iter().map(|result| result.part().map_or(Outcome::Skipped, &mut outcome)).collect())
}

/// Does the same with all parts that wait for their commit; returns them with their outcomes, in
/// the order in which they were added. If parts of several divisions of an archive wait, the
/// complete one counts, and the others are removed.
///
/// # Errors
/// Those of [`commit_in`].
pub fn commit_waiting(store: &dyn Store, replace: bool) -> Result<Vec<(WaitingPart, Outcome)>, ConvertError> {
    run(store, replace, |mut waiting| {
        complete::sort(&mut waiting);
        let names: Vec<String> = waiting.iter().map(|part| part.name.clone()).collect();
        let parts = complete::complete_ones(waiting);
        let kept: HashSet<&String> = parts.iter().map(|part| &part.name).collect();
        let superfluous = names.iter().filter(|name| !kept.contains(name)).cloned().collect();
        Chosen { parts, absent: HashSet::new(), superfluous }
    })
}

/// The parts that a commit adds.
struct Chosen {
    parts: Vec<WaitingPart>,
    /// The names of those that do not wait; the dataset may have them.
    absent: HashSet<String>,
    /// The names of other parts, which nobody needs after the commit.
    superfluous: Vec<String>,
}

/// Commits the parts that `choose` takes from those that wait when the change has begun; each counts
/// once.
fn run(
    store: &dyn Store,
    replace: bool,
    choose: impl FnOnce(Vec<WaitingPart>) -> Chosen,
) -> Result<Vec<(WaitingPart, Outcome)>, ConvertError> {
    let change = store.begin("commit")?;
    let base = change.manifest()?;
    add_all(store, change, base.clone(), replace, choose).map_err(|error| match error {
        // Parts that are gone may be in the version of another commit.
        ConvertError::NoPart { .. } if has_changed(store, base.as_ref()) => {
            DatasetError::Overtaken { path: store.place().to_owned() }.into()
        }
        error => error,
    })
}

/// True if there is another version than the one that a change began with.
fn has_changed(store: &dyn Store, base: Option<&Manifest>) -> bool {
    store.current().is_ok_and(|now| now.as_ref().map(|version| &version.manifest) != base)
}

fn add_all(
    store: &dyn Store,
    change: Box<dyn Change>,
    current: Option<Manifest>,
    replace: bool,
    choose: impl FnOnce(Vec<WaitingPart>) -> Chosen,
) -> Result<Vec<(WaitingPart, Outcome)>, ConvertError> {
    let waiting = store.parts()?;
    let Chosen { mut parts, absent, superfluous } = choose(waiting.parts);
    let mut gone = [waiting.taken, superfluous].concat();
    complete::sort(&mut parts);
    parts.dedup_by(|one, other| one.name == other.name);
    let Some(first) = parts.first() else {
        // The next commit removes what cannot be removed now.
        let _ = store.remove_parts(&gone);
        // It also finishes what a commit that died has left to do.
        let _ = change.end();
        return Ok(Vec::new());
    };
    let (manifest, logs) = base_of(current, &parts, replace)?;
    let mut next = match manifest {
        Some(manifest) => {
            manifest.check_format(store.place())?;
            NextState::new(manifest)
        }
        None => NextState::new(Manifest {
            selection: first.selection.clone(),
            ..Manifest::new(first.tables.clone())
        }),
    };
    let new: Vec<WaitingPart> = parts.iter().filter(|part| !next.holds(&part.entry)).cloned().collect();
    new.iter().try_for_each(|part| check_make(part, &next.manifest))?;
    complete::check(&new, &next.manifest)?;
    let mut outcomes = Vec::new();
    for part in parts {
        let outcome = match next.holds(&part.entry) {
            true => Outcome::Skipped,
            false if absent.contains(&part.name) => return Err(no_part(&part, store)),
            false => Outcome::Done(Box::new(add(&part, store, change.as_ref(), &mut next)?)),
        };
        outcomes.push((part, outcome));
    }
    gone.extend(outcomes.iter().map(|(part, _)| part.name.clone()));
    if outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Done(_))) {
        change.take(gone);
        change.commit(&next.manifest, &next.files, logs)?;
    } else {
        // The results are in the dataset; the next commit removes what cannot be removed now.
        let _ = store.remove_parts(&gone);
    }
    let _ = change.end();
    Ok(outcomes)
}

/// The manifest that parts are added to, and what becomes of the logs; no manifest for a new dataset.
///
/// # Errors
/// [`ConvertError::WouldDrop`] if the parts would replace archives that their plan left out.
fn base_of(
    current: Option<Manifest>,
    parts: &[WaitingPart],
    replace: bool,
) -> Result<(Option<Manifest>, Logs), ConvertError> {
    let manifest = match current {
        Some(current) if replace && !consists_of(&current, parts) => {
            check_drops(&current, parts)?;
            None
        }
        current => current,
    };
    let has_archives = manifest.as_ref().is_some_and(|manifest| !manifest.archives.is_empty());
    Ok((manifest, if has_archives { Logs::Continue } else { Logs::Begin }))
}

/// Fails if parts of a plan that was not to replace the dataset would do so, and archives would be
/// lost: such a plan has no tasks for archives that the dataset has.
fn check_drops(current: &Manifest, parts: &[WaitingPart]) -> Result<(), ConvertError> {
    if parts.iter().all(|part| part.replace) {
        return Ok(());
    }
    let there: HashSet<&String> = parts.iter().map(|part| &part.entry.name).collect();
    let mut archives: Vec<String> = current
        .archives
        .iter()
        .map(|entry| entry.name.clone())
        .filter(|name| !there.contains(name))
        .collect();
    archives.dedup();
    if archives.is_empty() { Ok(()) } else { Err(ConvertError::WouldDrop { archives }) }
}

/// Adds one part to the next state, if its files are there as they were written.
fn add(
    part: &WaitingPart,
    store: &dyn Store,
    change: &dyn Change,
    next: &mut NextState,
) -> Result<ArchiveEntry, ConvertError> {
    if !store.is_whole(part)? {
        return Err(no_part(part, store));
    }
    next.make_way_for(&part.entry)?;
    let entry = next.without_empty_files(&part.entry);
    match store.part_folder(&part.name) {
        Some(folder) => next.add(&entry, &folder, &change.suffix()),
        None => next.add_sent(&entry),
    }
}

fn no_part(part: &WaitingPart, store: &dyn Store) -> ConvertError {
    let archive = part.entry.name.clone();
    ConvertError::NoPart { part: shown(&part.entry), archive, place: store.place().to_owned() }
}

/// What messages call a part.
fn shown(entry: &ArchiveEntry) -> String {
    match &entry.shard {
        Some(shard) => format!("part {shard} of {}", entry.name),
        None => entry.name.clone(),
    }
}

/// True if a dataset has just these parts: the commit that replaced it died before it could remove
/// them all from the place where they wait.
fn consists_of(manifest: &Manifest, parts: &[WaitingPart]) -> bool {
    let made = |entry: &ArchiveEntry| {
        let files = entry.parts.iter().flat_map(|(key, parts)| parts.iter().map(move |part| (key, part)));
        let files = files.filter(|(_, part)| part.rows > 0);
        let digests: Vec<_> = files.map(|(key, part)| (key.clone(), part.xxh3.clone())).collect();
        (entry.name.clone(), entry.shard.clone(), entry.md5.clone(), digests)
    };
    let own: HashSet<_> = manifest.archives.iter().map(made).collect();
    own == parts.iter().map(|part| made(&part.entry)).collect()
}

/// Fails for files of another version of orcidlake, or with another selection of tables or people.
fn check_make(part: &WaitingPart, manifest: &Manifest) -> Result<(), ConvertError> {
    if part.format_version != FORMAT_VERSION || part.tool_version != env!("CARGO_PKG_VERSION") {
        let (archive, found) = (part.entry.name.clone(), part.tool_version.clone());
        return Err(ConvertError::OtherVersion { part: shown(&part.entry), archive, found });
    }
    check_people(manifest.selection.as_ref(), part.selection.as_ref())?;
    if part.records.as_ref().is_some_and(|records| *records != following::digest(manifest)) {
        return Err(ConvertError::OtherRecords { part: shown(&part.entry) });
    }
    if part.tables != manifest.tables {
        let archive = part.entry.name.clone();
        return Err(ConvertError::PartOfOtherTables { part: shown(&part.entry), archive });
    }
    Ok(())
}

impl NextState {
    pub fn new(manifest: Manifest) -> Self {
        Self { manifest, files: Vec::new() }
    }

    /// True if the same archive, or the same part of it, is in the manifest, under this name or
    /// another; or all of the archive, in whatever parts.
    pub fn holds(&self, entry: &ArchiveEntry) -> bool {
        let is_same = |archive: &ArchiveEntry| {
            archive.complete == entry.complete && archive.md5 == entry.md5 && archive.shard == entry.shard
        };
        self.manifest.archives.iter().any(is_same)
            || entry.complete && !entry.md5.is_empty() && self.manifest.has_archive(&entry.md5)
    }

    /// Removes an archive that is not whole and that this entry or the parts beside it replace.
    ///
    /// # Errors
    /// [`ConvertError`] if the manifest has an archive with the same name and other content, or in
    /// another number of parts; or rows from elsewhere that are newer.
    fn make_way_for(&mut self, entry: &ArchiveEntry) -> Result<(), ConvertError> {
        let path = || PathBuf::from(&entry.name);
        if self.manifest.has_refreshes() {
            return Err(ConvertError::Refreshed { path: path() });
        }
        let same_name = |archive: &&ArchiveEntry| archive.name == entry.name && archive.is_whole();
        for archive in self.manifest.archives.iter().filter(same_name) {
            if archive.fingerprint != entry.fingerprint {
                return Err(ConvertError::OtherContent { path: path() });
            }
            if part_count(archive.shard.as_deref()) != part_count(entry.shard.as_deref()) {
                return Err(ConvertError::OtherParts { path: path() });
            }
        }
        self.manifest.archives.retain(|archive| archive.name != entry.name || archive.is_whole());
        Ok(())
    }

    /// The entry of a part of an archive without its files that have no rows, of tables that have
    /// files: many parts of an archive would leave many such files.
    fn without_empty_files(&self, entry: &ArchiveEntry) -> ArchiveEntry {
        let mut entry = entry.clone();
        if entry.shard.is_some() {
            let has_files =
                |key: &String| self.manifest.archives.iter().any(|own| own.parts.contains_key(key));
            entry.parts.retain(|key, parts| Part::total_rows(parts) > 0 || !has_files(key));
        }
        entry
    }

    /// Adds an archive whose files are in a local folder; returns its entry of the manifest. The
    /// names of its files get the `suffix`.
    ///
    /// # Errors
    /// [`ConvertError::OtherRelease`] if it is of another year than the dataset.
    pub fn add(
        &mut self,
        own: &ArchiveEntry,
        folder: &Path,
        suffix: &str,
    ) -> Result<ArchiveEntry, ConvertError> {
        self.prepare(own)?;
        let mut entry = own.clone();
        for (key, parts) in &mut entry.parts {
            let folder = folder.join(key);
            let mut renamed = Vec::<Part>::new();
            for written in parts.iter() {
                let (written, file) = self.manifest.take_in_with(key, written.clone(), &folder, suffix);
                renamed.push(written);
                self.files.push(file);
            }
            *parts = renamed;
        }
        self.manifest.archives.push(entry.clone());
        Ok(entry)
    }

    /// Adds an archive whose files are in the store already, under their final names.
    ///
    /// # Errors
    /// Those of [`NextState::add`].
    fn add_sent(&mut self, own: &ArchiveEntry) -> Result<ArchiveEntry, ConvertError> {
        self.prepare(own)?;
        self.manifest.archives.push(own.clone());
        Ok(own.clone())
    }

    /// Changes all of the manifest that an archive changes, except its entry.
    fn prepare(&mut self, own: &ArchiveEntry) -> Result<(), ConvertError> {
        let manifest = &mut self.manifest;
        manifest.release = agree(Path::new(&own.name), manifest.release, own.release)?;
        manifest.tool_version = env!("CARGO_PKG_VERSION").to_owned();
        // A more complete conversion replaces the salvaged part of the same archive.
        let is_replaced = |archive: &ArchiveEntry| {
            let is_same = archive.name == own.name && archive.shard == own.shard;
            is_same && !own.fingerprint.is_empty() && !archive.is_whole()
        };
        manifest.archives.retain(|archive| !is_replaced(archive));
        manifest.watermark = manifest.watermark.max(own.watermark);
        Ok(())
    }
}
