//! Replaces the rows of some iDs in a dataset by those of their new members.
//!
//! The members are converted like those of an archive. Then one commit removes the old rows of all
//! members that were read or are gone from every table, and adds the new rows. Members that could
//! not be read keep their old rows.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use serde_json::{Map, Value};

use super::converted::Converted;
use super::pipeline::Pipeline;
use super::source::{Content, ReadMode, Source};
use super::{ConvertError, Observer, Options};
use crate::dataset::{
    ArchiveEntry, Change, Dataset, EntryKind, Gone, LocalStore, Logs, Manifest, OrcidSet, Replacement, Store,
    Targets, Visibility, begin_change,
};
use crate::slice::{Leaver, Selection};
use orcid_xml::MemberName;
use targz_seek::OwnedMember;

/// The number of refreshes without files that the manifest keeps.
const REMEMBERED_REFRESHES: usize = 100;

/// The changes of a dataset, besides the new members.
#[derive(Debug, Clone, Default)]
pub struct Update {
    /// Its name in the manifest, such as `api-2026-11-22T10:00:00Z`.
    pub source: String,
    /// Records, people and activities whose rows are removed. The old rows of each new member are
    /// removed too, whether or not they are named here.
    pub gone: Targets,
    /// People who are refreshed together, again and again. If a file of an archive must be
    /// rewritten, their rows move from it to the files of refreshes, which are small: later updates
    /// of these people rewrite only those.
    pub often_refreshed: OrcidSet,
    /// Entries that are added to the manifest's scopes; an entry with the same name is replaced.
    pub scopes: Map<String, Value>,
    /// The new watermark of the whole dataset: the time up to which it has all changes, in
    /// microseconds since 1970 (UTC).
    pub watermark: Option<i64>,
    /// How the dataset's people are selected from now on, and who has left them so far, if it has
    /// selected people.
    pub people: Option<(Selection, BTreeMap<String, Leaver>)>,
    /// Who may see the dataset from now on, if that changes.
    pub visibility: Option<Visibility>,
    /// Number of versions for which removed files stay in their folders, for time travel. If it is
    /// not 0, a plain `*.parquet` finds old rows too.
    pub keep_versions: u32,
}

/// The result of an update.
#[derive(Debug)]
pub struct Updated {
    /// Its entry in the manifest.
    pub entry: ArchiveEntry,
    /// Members that could not be read; their iDs keep their old rows.
    pub rejected: Vec<MemberName>,
    /// Rows that left the dataset.
    pub rows_removed: u64,
}

/// Applies `update` and `members` to the dataset at `dataset`, all or nothing.
///
/// Members have the names that they have in the archives, `<iD>.xml` or
/// `<iD>_<section>_<put code>.xml`. Only the threads and the memory of `options` are used. Members
/// that are not public are rejected, unless the dataset is marked as holding limited data.
///
/// # Errors
/// [`ConvertError`] if there is no dataset, if it is being changed by
/// another, if the disk or `members` fail, or when stopped; the dataset is then
/// as it was.
pub fn update(
    dataset: &Path,
    update: Update,
    members: &mut dyn Iterator<Item = io::Result<OwnedMember>>,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Updated, ConvertError> {
    update_in(&LocalStore::new(dataset), update, members, options, observer, stop)
}

/// Does the same for a dataset in a local store, whose lock the caller may hold. Other stores
/// cannot be updated, because an update links and rewrites files of the local folder.
///
/// # Errors
/// Those of [`update`].
pub fn update_in(
    store: &LocalStore,
    mut update: Update,
    members: &mut dyn Iterator<Item = io::Result<OwnedMember>>,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Updated, ConvertError> {
    let dataset = store.place();
    let (staging, Dataset { manifest, .. }) = begin_change(store, "update")?;
    let pipeline = Pipeline::new(options)?;
    let scratch = staging.scratch("refresh")?;
    let name = Path::new(&update.source);
    let source = Source {
        path: name,
        size_bytes: None,
        salvage: false,
        mode: ReadMode::default(),
        may_hold: update.visibility.unwrap_or(manifest.visibility),
        content: Content::Members(members),
    };
    let mut converted = pipeline.run(source, Some(&scratch), &manifest.tables, observer, stop)?;
    let gone = what_goes(std::mem::take(&mut update.gone), &converted);
    let often_refreshed = whole_people(std::mem::take(&mut update.often_refreshed));
    let replacement = Replacement {
        dataset,
        manifest: &manifest,
        scratch: &scratch,
        new: &converted.tables,
        gone: &gone,
        often_refreshed: &often_refreshed,
        keep_versions: update.keep_versions,
        pool: pipeline.pool(),
        stop,
    };
    let mut change = replacement.run()?;
    let (rows_removed, files) = (change.rows_removed, std::mem::take(&mut change.files));
    let rejected = std::mem::take(&mut converted.rejected);
    let (next, entry) = next_manifest(change, converted, update);
    staging.commit(&next, &files, Logs::Continue)?;
    // The dataset is changed; the next run removes leftovers that cannot be removed now.
    let _ = staging.end();
    Ok(Updated { entry, rejected, rows_removed })
}

/// Removes the rows of everything that is named or was read, except members that could not be read.
fn what_goes(named: Targets, converted: &Converted) -> Gone {
    let mut gone = Gone { targets: named, retained: Targets::default() };
    gone.targets.extend(&converted.accepted);
    let unread = converted.rejected.iter().filter(|name| !converted.accepted.contains(name));
    unread.for_each(|name| gone.retained.insert(name));
    gone
}

/// A selection of all rows of some people.
fn whole_people(orcids: OrcidSet) -> Gone {
    let targets = Targets { records: orcids.clone(), people: orcids, ..Targets::default() };
    Gone { targets, ..Gone::default() }
}

/// The manifest after an update, and the update's entry in it.
fn next_manifest(change: Change, converted: Converted, update: Update) -> (Manifest, ArchiveEntry) {
    let mut next = change.manifest;
    let entry = ArchiveEntry {
        kind: EntryKind::Refresh,
        name: update.source,
        size_bytes: converted.totals.size_bytes,
        md5: converted.totals.md5,
        complete: true,
        watermark: converted.watermark,
        report: converted.report,
        rows_in: change.rows_in,
        parts: change.parts,
        ..ArchiveEntry::default()
    };
    next.tool_version = env!("CARGO_PKG_VERSION").to_owned();
    next.scopes.extend(update.scopes);
    next.watermark = update.watermark.or(next.watermark);
    next.visibility = update.visibility.unwrap_or(next.visibility);
    if let Some((selection, left)) = update.people {
        (next.selection, next.left) = (Some(selection), left);
    }
    next.archives.push(entry.clone());
    forget_old_refreshes(&mut next);
    (next, entry)
}

/// A refresh whose rows have all moved to later files stays in the manifest for a while, then is
/// removed.
fn forget_old_refreshes(manifest: &mut Manifest) {
    let is_spent = |entry: &ArchiveEntry| entry.kind == EntryKind::Refresh && entry.parts.is_empty();
    let spent = manifest.archives.iter().filter(|entry| is_spent(entry)).count();
    let mut surplus = spent.saturating_sub(REMEMBERED_REFRESHES);
    manifest.archives.retain(|entry| {
        let goes = surplus > 0 && is_spent(entry);
        surplus -= usize::from(goes);
        !goes
    });
}
