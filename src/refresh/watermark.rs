//! Up to when a scope is known, and what to do where that lies in the future.
//!
//! A watermark comes from the server's clock, or from the newest change seen; never
//! from our clock alone, which may be days or years ahead. One that an earlier
//! version wrote so is put back to where nothing is missed.

use serde_json::{Map, Value, json};

use super::dataset_rows;
use super::error::RefreshError;
use super::fetch::Fetch;
use super::queue::Run;
use super::scope::Scope;
use crate::dataset::{Dataset, Manifest};
use orcid_api::time::{DAY, SECOND, iso};
use orcid_xml::Timestamp;

/// A record that changed so shortly ago may not be in the search index yet, and
/// clocks differ: the next run looks from there again.
pub const MARGIN: Timestamp = 3_600 * SECOND;
/// The shortest time that searches tell apart.
pub const INSTANT: Timestamp = 1_000;
/// ORCID reads records for a dump over days or weeks: one that changed in that
/// time, after it was read, is old in the dump though the dump has newer ones. The
/// newest members of the dump of 2022 are of 14 September; it was there on the 29th.
const DUMP_TAKES: Timestamp = 15 * DAY;
/// Clocks of servers differ by less.
const CLOCKS_DIFFER: Timestamp = 60 * SECOND;
/// A server whose clock is behind the dataset's changes by more has a wrong clock; less may
/// be a zone that was mistaken.
const WRONG_CLOCK: Timestamp = DAY;

/// Since when changes of a scope are to be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    pub since: Timestamp,
    /// The watermark that lies in the future, and was not used.
    pub future: Option<Timestamp>,
}

/// Since when changes of a scope may not be in the dataset: after the last refresh
/// of the scope or of all, or for so long before the dump's newest change as a
/// dump takes; `None` where the dataset does not tell how new it is.
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
    // What changed at the watermark itself is known.
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

/// Up to when refreshes of a scope have made its changes known.
pub fn refreshed_until(manifest: &Manifest, scope: &str) -> Option<Timestamp> {
    manifest.scopes.get(scope).and_then(|scope| scope["watermark"].as_i64())
}

/// Up to when the dataset knows all changes of a scope.
fn watermark(manifest: &Manifest, scope: &str) -> Option<Timestamp> {
    refreshed_until(manifest, scope).max(manifest.watermark)
}

/// The newest change that archives and refreshes have brought, as the manifest tells.
pub fn newest_change_in_manifest(manifest: &Manifest) -> Option<Timestamp> {
    manifest.archives.iter().filter_map(|entry| entry.watermark).max()
}

/// True if a server's time is long before changes that the dataset has, and that are not
/// in the future by our clock: then it is the server's clock that is wrong.
///
/// # Errors
/// [`RefreshError::Dataset`] if the dataset cannot be read.
pub fn is_too_early(dataset: &Dataset, server: Timestamp, ours: Timestamp) -> Result<bool, RefreshError> {
    let is_later = |newest: Timestamp| newest > server + WRONG_CLOCK && !is_future(newest, ours);
    match newest_change_in_manifest(&dataset.manifest) {
        _ if server + WRONG_CLOCK >= ours => Ok(false),
        // One record with a date in the future tells nothing of the others.
        Some(newest) if is_future(newest, ours) => Ok(newest_change(dataset, ours)?.is_some_and(is_later)),
        newest => Ok(newest.is_some_and(is_later)),
    }
}

/// Lets a run reach no further than the server's clock when it first answered, or,
/// where the server tells no time, than the newest change that it told. A wrong clock tells
/// nothing: then the watermark stays.
pub fn keep_to_known_time(run: &mut Run, fetch: &Fetch, all_is_there: bool, is_wrong: bool) {
    let reaches = match fetch.first_date() {
        Some(_) if is_wrong => run.since - INSTANT,
        Some(date) => date - MARGIN,
        None if all_is_there && fetch.has_answers() => fetch.newest().unwrap_or(run.since - INSTANT),
        None => return,
    };
    run.until = run.until.min(reaches);
}

/// What a commit says of watermarks.
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
    /// After a run: its scope's moves where the run has seen all changes since the one
    /// before; those in the future are put back.
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
        // A file of changes may be older than what is known.
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
