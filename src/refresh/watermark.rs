//! Watermarks: the time up to which all changes of a scope are known, and what to do if that time
//! is in the future.
//!
//! A watermark comes from the server's clock, or from the newest change seen; never from our clock
//! alone, which may be days or years ahead. If an earlier version wrote a watermark in the future,
//! it is put back so far that no change is missed.

use serde_json::{Map, Value, json};

use super::dataset_rows;
use super::error::RefreshError;
use super::fetch::Fetch;
use super::queue::Run;
use super::scope::Scope;
use crate::dataset::{Dataset, Manifest};
use orcid_api::time::{DAY, SECOND, iso};
use orcid_xml::Timestamp;

/// How far a watermark stays behind: a record that changed recently may not be in the search index
/// yet, and clocks differ, so the next run searches this time again.
pub const MARGIN: Timestamp = 3_600 * SECOND;
/// The shortest time that searches distinguish.
pub const INSTANT: Timestamp = 1_000;
/// How long ORCID may take to read records for a dump: a record that changed after it was read is
/// old in the dump, although the dump has newer records. The newest members of the dump of 2022 are
/// of 14 September; it was there on the 29th.
const DUMP_TAKES: Timestamp = 15 * DAY;
/// Clocks of servers differ by less than this.
const CLOCKS_DIFFER: Timestamp = 60 * SECOND;
/// A server whose clock is behind the dataset's changes by more has a wrong clock; less may
/// be a zone that was mistaken.
const WRONG_CLOCK: Timestamp = DAY;

/// The time from which to search for changes of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    pub since: Timestamp,
    /// A watermark in the future, which was not used.
    pub future: Option<Timestamp>,
}

/// The time after which changes of a scope may be missing in the dataset: the last refresh of the
/// scope or of all records, or the dump's newest change minus the time that a dump takes; `None` if
/// the dataset has no date.
///
/// # Errors
/// [`RefreshError::Dataset`] if the dataset cannot be read.
pub fn unknown_since(dataset: &Dataset, scope: &str, now: Timestamp) -> Result<Option<Since>, RefreshError> {
    let manifest = &dataset.manifest;
    let all = refreshed_until(manifest, &Scope::All.key()).filter(|all| manifest.watermark == Some(*all));
    let refreshed = refreshed_until(manifest, scope).max(all);
    let future = refreshed.max(manifest.watermark).filter(|known| is_future(*known, now));
    if future.is_some() {
        let since = newest_change(dataset, now)?.map(|newest| newest - DUMP_TAKES);
        return Ok(since.map(|since| Since { since, future }));
    }
    // Changes at the watermark itself are known.
    let known = refreshed.map(|known| known + INSTANT);
    let since = known.max(manifest.watermark.map(|newest| newest - DUMP_TAKES));
    Ok(since.map(|since| Since { since, future: None }))
}

/// True if a time is later than now, by more than clocks differ.
pub fn is_future(time: Timestamp, now: Timestamp) -> bool {
    time > now + CLOCKS_DIFFER
}

/// The newest change among the dataset's records that is not in the future.
fn newest_change(dataset: &Dataset, now: Timestamp) -> Result<Option<Timestamp>, RefreshError> {
    let mut newest = None;
    dataset_rows::records(dataset, &mut |_, modified| {
        newest = newest.max(modified.filter(|modified| !is_future(*modified, now)));
    })?;
    Ok(newest)
}

/// The watermark of a scope by its own refreshes.
pub fn refreshed_until(manifest: &Manifest, scope: &str) -> Option<Timestamp> {
    manifest.scopes.get(scope).and_then(|scope| scope["watermark"].as_i64())
}

/// The watermark of a scope: the dataset has all its changes up to this time.
fn watermark(manifest: &Manifest, scope: &str) -> Option<Timestamp> {
    refreshed_until(manifest, scope).max(manifest.watermark)
}

/// The newest change of archives and refreshes, from the manifest.
pub fn newest_change_in_manifest(manifest: &Manifest) -> Option<Timestamp> {
    manifest.archives.iter().filter_map(|entry| entry.watermark).max()
}

/// True if a server's time is long before changes in the dataset that are not in the future by our
/// clock: then the server's clock is wrong.
///
/// # Errors
/// [`RefreshError::Dataset`] if the dataset cannot be read.
pub fn is_too_early(dataset: &Dataset, server: Timestamp, ours: Timestamp) -> Result<bool, RefreshError> {
    let is_later = |newest: Timestamp| newest > server + WRONG_CLOCK && !is_future(newest, ours);
    match newest_change_in_manifest(&dataset.manifest) {
        _ if server + WRONG_CLOCK >= ours => Ok(false),
        // One record with a date in the future says nothing about the others.
        Some(newest) if is_future(newest, ours) => Ok(newest_change(dataset, ours)?.is_some_and(is_later)),
        newest => Ok(newest.is_some_and(is_later)),
    }
}

/// Limits a run's watermark to the server's time at its first answer, or, if the server gives no
/// time, to the newest change in its answers. A wrong clock gives no limit: then the watermark does
/// not move.
pub fn keep_to_known_time(run: &mut Run, fetch: &Fetch, all_is_there: bool, is_wrong: bool) {
    let reaches = match fetch.first_date() {
        Some(_) if is_wrong => run.since - INSTANT,
        Some(date) => date - MARGIN,
        None if all_is_there && fetch.has_answers() => fetch.newest().unwrap_or(run.since - INSTANT),
        None => return,
    };
    run.until = run.until.min(reaches);
}

/// The watermarks that a commit writes.
#[derive(Debug, Default)]
pub struct Watermarks {
    /// Entries of scopes, which replace those that the manifest has.
    pub scopes: Map<String, Value>,
    /// The scope's own, if it moves.
    pub own: Option<Timestamp>,
    /// The whole dataset's, if it changes.
    pub whole: Option<Timestamp>,
}

impl Watermarks {
    /// The watermarks after a run: the scope's watermark moves if the run has seen all changes
    /// since the previous one; watermarks in the future are put back.
    ///
    /// # Errors
    /// [`RefreshError::Dataset`] if the dataset cannot be read.
    pub fn after(
        dataset: &Dataset,
        run: &Run,
        saw_all: bool,
        is_whole: bool,
        now: Timestamp,
    ) -> Result<Self, RefreshError> {
        let manifest = &dataset.manifest;
        let mut after = Self::default();
        let futures: Vec<&String> = manifest
            .scopes
            .keys()
            .filter(|name| refreshed_until(manifest, name).is_some_and(|known| is_future(known, now)))
            .collect();
        let whole_in_future = manifest.watermark.is_some_and(|known| is_future(known, now));
        if !futures.is_empty() || whole_in_future {
            let newest = newest_change(dataset, now)?.unwrap_or(run.since);
            for name in futures {
                after.scopes.insert(name.clone(), entry(newest - DUMP_TAKES, &run.source));
            }
            after.whole = whole_in_future.then_some(newest);
        }
        // A file of changes may be older than the current watermark.
        let known = watermark(manifest, &run.scope).filter(|known| !is_future(*known, now));
        let moves = saw_all
            && run.until >= run.since
            && known.is_none_or(|known| run.since <= known + INSTANT && known < run.until);
        if moves {
            after.own = Some(run.until);
            after.scopes.insert(run.scope.clone(), entry(run.until, &run.source));
            if is_whole {
                after.whole = after.own;
            }
        }
        Ok(after)
    }
}

fn entry(until: Timestamp, source: &str) -> Value {
    json!({ "watermark": until, "until": iso(until), "source": source })
}
