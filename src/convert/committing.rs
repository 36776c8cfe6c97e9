//! Adds results of tasks to a dataset.

use std::collections::HashSet;
use std::path::Path;

use super::ConvertError;
use super::observer::Outcome;
use super::release::agree;
use super::task::PartResult;
use crate::dataset::store::Change;
use crate::dataset::{ArchiveEntry, FORMAT_VERSION, LocalStore, Logs, Manifest, NewFile, Part, Store};

/// A dataset's next state, to which results are added one by one.
pub(super) struct NextState {
    pub manifest: Manifest,
    /// Files that are in the manifest, but not in the dataset yet.
    pub files: Vec<NewFile>,
}

/// Adds the results of tasks to the dataset at `dataset`, in one step. `replace` replaces the
/// dataset by these results alone. Returns the outcome of each, in the order given.
///
/// A result that the dataset has already, or that is given twice, is skipped. The files are linked
/// if the file system allows it, otherwise copied, and stay in their folders.
///
/// # Errors
/// [`ConvertError`] if the results do not belong together or to the dataset, if a file
/// is not the one that was written, if the dataset is being changed by another process, or if
/// the disk fails; the dataset is then unchanged.
pub fn commit(parts: &[PartResult], dataset: &Path, replace: bool) -> Result<Vec<Outcome>, ConvertError> {
    commit_in(parts, &LocalStore::new(dataset), replace)
}

/// Does the same for a dataset in a store; files of results that have been sent there
/// ([`send_part`](super::send_part)) are not copied again. If such a result is skipped, its files
/// are removed.
///
/// # Errors
/// Those of [`commit`], and [`DatasetError::Overtaken`](crate::dataset::DatasetError::Overtaken) if
/// another change of the dataset was faster.
pub fn commit_in(
    parts: &[PartResult],
    store: &dyn Store,
    replace: bool,
) -> Result<Vec<Outcome>, ConvertError> {
    let Some(first) = parts.first() else { return Ok(Vec::new()) };
    let change = store.begin("commit")?;
    let manifest = if replace { None } else { change.manifest()? };
    if let Some(manifest) = &manifest {
        manifest.check_format(store.place())?;
    }
    let logs = match &manifest {
        Some(manifest) if !manifest.archives.is_empty() => Logs::Continue,
        _ => Logs::Begin,
    };
    let mut next = NextState::new(manifest.unwrap_or_else(|| Manifest::new(first.tables.clone())));
    let mut outcomes = Vec::new();
    for part in parts {
        check_make(part, &next.manifest)?;
        if next.holds(part) {
            outcomes.push(Outcome::Skipped);
            continue;
        }
        check_content(part, &next.manifest, change.as_ref())?;
        outcomes.push(Outcome::Done(Box::new(next.add(part, &change.suffix())?)));
    }
    if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Done(_))) {
        change.commit(&next.manifest, &next.files, logs)?;
    }
    // The results are in the dataset; the next run removes leftovers that cannot be removed now.
    let _ = store.withdraw(&unused(parts, &next.manifest));
    let _ = change.end();
    Ok(outcomes)
}

/// The names of files that were sent and that the manifest does not name.
fn unused(parts: &[PartResult], manifest: &Manifest) -> Vec<String> {
    let sent = parts.iter().filter(|part| part.in_store).flat_map(|part| part.entry.file_names());
    let named: HashSet<String> = manifest.file_names().collect();
    sent.filter(|name| !named.contains(name)).collect()
}

/// Fails for files with another format version, or with another selection of tables.
fn check_make(part: &PartResult, manifest: &Manifest) -> Result<(), ConvertError> {
    if part.format_version != FORMAT_VERSION {
        return Err(ConvertError::OtherFormat { folder: part.folder.clone() });
    }
    if part.tables != manifest.tables {
        return Err(ConvertError::OtherTables);
    }
    Ok(())
}

/// Fails for an archive that does not belong to those of the dataset, and for files that have
/// changed since they were written.
fn check_content(part: &PartResult, manifest: &Manifest, change: &dyn Change) -> Result<(), ConvertError> {
    if manifest.has_refreshes() {
        return Err(ConvertError::Refreshed { path: part.entry.name.clone().into() });
    }
    let count = |entry: &ArchiveEntry| {
        entry.shard.as_deref().and_then(|shard| shard.split_once('/')).map(|(_, count)| count.to_owned())
    };
    let same_archive = |archive: &&ArchiveEntry| archive.name == part.entry.name;
    for archive in manifest.archives.iter().filter(same_archive) {
        let path = || part.entry.name.clone().into();
        if archive.fingerprint != part.entry.fingerprint && archive.complete {
            return Err(ConvertError::OtherContent { path: path() });
        }
        if count(archive) != count(&part.entry) {
            return Err(ConvertError::OtherParts { path: path() });
        }
    }
    match part.in_store {
        true => part.entry.check_sent_files(change.files().as_ref())?,
        false => part.entry.check_files(&part.folder)?,
    }
    Ok(())
}

impl NextState {
    pub fn new(manifest: Manifest) -> Self {
        Self { manifest, files: Vec::new() }
    }

    /// True if the same archive, or the same part of it, is in the manifest, under this
    /// name or another.
    pub fn holds(&self, part: &PartResult) -> bool {
        let entry = &part.entry;
        let is_same = |archive: &ArchiveEntry| {
            archive.complete == entry.complete && archive.md5 == entry.md5 && archive.shard == entry.shard
        };
        self.manifest.archives.iter().any(is_same)
    }

    /// Adds a result; returns its entry of the manifest. The names of its files get the `suffix`,
    /// unless the files were sent and have one already.
    ///
    /// # Errors
    /// [`ConvertError::OtherRelease`] if it is of another year than the dataset.
    pub fn add(&mut self, part: &PartResult, suffix: &str) -> Result<ArchiveEntry, ConvertError> {
        let own = &part.entry;
        let mut next = self.manifest.clone();
        next.release = agree(Path::new(&own.name), self.manifest.release, own.release)?;
        next.tool_version = env!("CARGO_PKG_VERSION").to_owned();
        // A more complete conversion replaces the salvaged part of the same archive.
        let is_replaced = |archive: &ArchiveEntry| {
            let is_same = archive.name == own.name && archive.shard == own.shard;
            is_same && !own.fingerprint.is_empty() && !archive.is_whole()
        };
        next.archives.retain(|archive| !is_replaced(archive));
        let mut entry = own.clone();
        for (key, parts) in entry.parts.iter_mut().filter(|_| !part.in_store) {
            let folder = part.folder.join(key);
            let mut renamed = Vec::<Part>::new();
            for written in parts.iter() {
                let (written, file) = next.take_in_with(key, written.clone(), &folder, suffix);
                renamed.push(written);
                self.files.push(file);
            }
            *parts = renamed;
        }
        next.watermark = next.watermark.max(entry.watermark);
        next.archives.push(entry.clone());
        self.manifest = next;
        Ok(entry)
    }
}
