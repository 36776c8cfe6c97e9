//! Writes the answers of a run to the dataset, in one commit.
//!
//! The answers are added like members of an archive, under the names that they would have in the
//! dump. They are parsed here a second time, from the queue's disk: the run that asked for them may
//! have been killed, and the queue keeps bytes, not tables. The queue is closed before the commit
//! begins, and opened again by the caller (see [`super::queue`]).

use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::connected::{Connected, note_people};
use super::error::RefreshError;
use super::fetch::NOT_SELECTED;
use super::leavers;
use super::max_removals::MaxRemovals;
use super::outcome::{Applied, Stays};
use super::queue::{FoundAs, Queue, Request, Run, StoredAnswer};
use super::removals::{GONE, removes};
use super::scope::{Newcomers, Scope};
use super::settings::Settings;
use super::watermark::Watermarks;
use crate::convert::{Observer, Outcome, Update, update_in};
use crate::dataset::{
    Dataset, DatasetLock, LocalStore, Manifest, OrcidSet, Targets, Visibility, connected_people,
};
use crate::report::Report;
use crate::slice::Slice;
use orcid_api::work_of;
use orcid_xml::{Orcid, Timestamp, pieces};
use targz_seek::{Meter, OwnedMember};

/// Answers that are read from the queue at a time.
const BATCH_ANSWERS: usize = 16;
/// The table with one row for each person.
const RECORDS: &str = "summaries/records";
/// The people of a scope get files of their own if they are at most this part of the dataset's
/// people, an eighth. The files of more people would be no cheaper to rewrite than the archives'.
const LEAST_TIMES_SCOPE: u64 = 8;

/// Applies the answers that belong to a run's next commit; closes its queue. The dataset is that of
/// the `lock`, which the refresh holds. Only the last commit moves the watermark. `now` is the time
/// by the server's clock, as far as it is known.
///
/// # Errors
/// [`RefreshError`] if the queue or the dataset fail; the dataset is then as
/// it was.
pub fn apply(
    lock: &DatasetLock,
    queue: Queue,
    run: &Run,
    is_last: bool,
    settings: &Settings,
    now: Timestamp,
    stop: &AtomicBool,
) -> Result<Applied, RefreshError> {
    let slice = settings.slice.as_deref();
    let mut gone = what_leaves(&queue, run, slice)?;
    let source = if is_last { run.source.clone() } else { run.part_source() };
    let store = LocalStore::holding(lock.clone());
    let dataset = Dataset::open_in(&store)?;
    let is_whole = match &settings.scope {
        // Those who have joined the selection are not found.
        Scope::All => !settings.known_only && slice.is_none(),
        Scope::Selection(newcomers) => *newcomers == Newcomers::Changed,
        _ => false,
    };
    // Records that a search counted but did not give may have changed.
    let lacks = match is_last {
        false => Some(Stays::Unfinished),
        true if queue.missing_results(run.id)? > 0 => Some(Stays::MissingResults),
        true => {
            if settings.scope.is_searched() {
                what_scope_lacks(&queue, run, &settings.scope)?
            } else {
                None
            }
        }
    };
    let mut watermarks = Watermarks::after(&dataset, run, lacks.is_none(), is_whole, now)?;
    let connected = settings.connected.as_ref();
    let permits = connected.map(Connected::orcids).transpose()?;
    if let (Some(connected), Some(permits)) = (connected, &permits) {
        connected.check(&dataset)?;
        let after = whose_rows_stay(&queue, run, &dataset.manifest, permits, &mut gone)?;
        note_people(&mut watermarks.scopes, &dataset.manifest, &after, run, is_last);
    }
    let watermark = watermarks.own;
    let stays = lacks.or_else(|| watermark.is_none().then_some(Stays::NothingNewer));
    let people = slice.map(|slice| leavers::note(&queue, run, &dataset, slice, is_last, now, &mut gone));
    let update = Update {
        source: source.clone(),
        people: people.transpose()?,
        gone,
        often_refreshed: who_returns(&queue, run, &settings.scope, &dataset)?,
        scopes: watermarks.scopes,
        watermark: watermarks.whole,
        visibility: connected.map(|_| Visibility::Limited),
        keep_versions: settings.keep_versions,
    };
    let mut members =
        Members { queue: Some(queue), run, permits, slice, last: 0, ready: VecDeque::new(), fault: None };
    let updated = update_in(&store, update, &mut members, &settings.options, &Unwatched, stop);
    // The queue's own error says more than an error about its members.
    let updated = members.fault.take().map_or(updated.map_err(RefreshError::from), Err)?;
    Ok(Applied {
        source,
        report: updated.entry.report,
        rejected: updated.rejected,
        rows_removed: updated.rows_removed,
        watermark,
        stays,
    })
}

/// Why the search that lists the scope's people may have missed changes: if nobody belongs to the
/// scope, nothing is known; if an unusual share has left since the last refresh, the index may be
/// incomplete.
fn what_scope_lacks(queue: &Queue, run: &Run, scope: &Scope) -> Result<Option<Stays>, RefreshError> {
    if !queue.finds_anybody(run.id, FoundAs::Present)? {
        return Ok(Some(Stays::EmptyScope));
    }
    if matches!(scope, Scope::Selection(_)) {
        // Who has left its searches is read, and whoever was not found joins at the next run.
        return Ok(None);
    }
    let (before, left) = queue.members_left(run)?;
    Ok((left > MaxRemovals::Usual.allowed(before)).then_some(Stays::ShrunkScope))
}

/// The changes of a run that was applied before, as far as the manifest has them.
pub fn applied_before(manifest: &Manifest, run: &Run) -> Option<Applied> {
    let entry = manifest.archive(&run.source)?;
    let scope = manifest.scopes.get(&run.scope).filter(|scope| scope["source"] == run.source.as_str());
    Some(Applied {
        source: run.source.clone(),
        report: entry.report.clone(),
        rejected: Vec::new(),
        rows_removed: 0,
        watermark: scope.and_then(|scope| scope["watermark"].as_i64()),
        stays: None,
    })
}

/// People and items that are removed without a new member.
fn what_leaves(queue: &Queue, run: &Run, slice: Option<&Slice>) -> Result<Targets, RefreshError> {
    let mut gone = Targets::default();
    queue.each_record_of_commit(run, &mut |orcid, code| {
        if removes(code) {
            gone.people.insert(orcid);
            // The rows of the record go by its tombstone, if it leaves one.
            if slice.is_some_and(Slice::asks_for_content) {
                gone.records.insert(orcid);
            }
        }
    })?;
    queue.each_removed_item(run, &mut |item| {
        gone.activities.insert((item.orcid, item.section.kind(), item.put_code));
    })?;
    Ok(gone)
}

/// The people whom the next refresh of the scope may change; nobody if they are too many for files
/// of their own.
fn who_returns(queue: &Queue, run: &Run, scope: &Scope, dataset: &Dataset) -> Result<OrcidSet, RefreshError> {
    let (mut people, mut count) = (OrcidSet::default(), 0);
    let mut add = |orcid| count += u64::from(people.insert(orcid));
    match scope {
        Scope::All | Scope::Selection(_) => {}
        Scope::Ids(orcids) | Scope::Connected(orcids) => orcids.iter().copied().for_each(add),
        Scope::Query(_) | Scope::Organization(_) => {
            queue.each_found(run.id, FoundAs::Present, &mut add)?;
        }
    }
    let are_few = count.saturating_mul(LEAST_TIMES_SCOPE) <= dataset.row_count(RECORDS)?;
    Ok(if are_few { people } else { OrcidSet::default() })
}

/// The connected people whose rows the dataset has after a commit. The rows of those who are no
/// longer connected leave.
fn whose_rows_stay(
    queue: &Queue,
    run: &Run,
    manifest: &Manifest,
    permits: &BTreeSet<Orcid>,
    gone: &mut Targets,
) -> Result<BTreeSet<Orcid>, RefreshError> {
    let (mut stay, leave): (BTreeSet<_>, BTreeSet<_>) =
        connected_people(manifest).into_iter().partition(|orcid| permits.contains(orcid));
    for orcid in leave {
        gone.records.insert(orcid);
        gone.people.insert(orcid);
    }
    queue.each_record_of_commit(run, &mut |orcid, _| {
        if permits.contains(&orcid) {
            stay.insert(orcid);
        }
    })?;
    Ok(stay)
}

/// The answers as members of an archive; the queue closes at the end.
struct Members<'r> {
    queue: Option<Queue>,
    run: &'r Run,
    /// The people whose answers are written; `None` for all.
    permits: Option<BTreeSet<Orcid>>,
    slice: Option<&'r Slice>,
    last: i64,
    ready: VecDeque<OwnedMember>,
    /// The error itself; the commit learns only that there was one.
    fault: Option<RefreshError>,
}

impl Members<'_> {
    /// False for an answer of which the dataset takes no rows.
    fn is_written(&self, answer: &StoredAnswer) -> bool {
        let is_permitted = match (&self.permits, answer.request.orcid()) {
            (Some(permits), Some(orcid)) => permits.contains(&orcid),
            (permits, None) => permits.is_none(),
            (None, _) => true,
        };
        // A tombstone has no content that could be selected.
        let drops_tombstones = self.slice.is_some_and(Slice::asks_for_content);
        let is_dropped = drops_tombstones && GONE.contains(&answer.code.as_str());
        is_permitted && answer.code != NOT_SELECTED && !is_dropped
    }

    fn broken(&mut self, error: RefreshError) -> io::Error {
        let reported = io::Error::other(error.to_string());
        self.fault = Some(error);
        reported
    }
}

impl Iterator for Members<'_> {
    type Item = io::Result<OwnedMember>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(member) = self.ready.pop_front() {
                return Some(Ok(member));
            }
            let answers = self.queue.as_ref()?.answers(self.run, self.last, BATCH_ANSWERS);
            match answers {
                Err(error) => return Some(Err(self.broken(error.into()))),
                Ok(answers) if answers.is_empty() => {
                    let closed = self.queue.take()?.close();
                    return closed.err().map(|error| Err(self.broken(error.into())));
                }
                Ok(answers) => {
                    self.last = answers.last().map_or(self.last, |answer| answer.id);
                    let written: Vec<_> =
                        answers.into_iter().filter(|answer| self.is_written(answer)).collect();
                    self.ready.extend(written.into_iter().flat_map(members_of));
                }
            }
        }
    }
}

/// The members for which an answer gives rows: none if it has no body.
fn members_of(answer: StoredAnswer) -> Vec<OwnedMember> {
    let member = |name: String, data: Vec<u8>| OwnedMember { name, data };
    match answer.request {
        _ if answer.body.is_empty() => Vec::new(),
        Request::Record(orcid) => vec![member(format!("{orcid}.xml"), answer.body)],
        Request::Item(orcid, section, put_code) => {
            vec![member(format!("{orcid}_{}s_{put_code}.xml", section.kind()), answer.body)]
        }
        Request::Works(orcid, _) => works_of(orcid, &answer.body),
        Request::Search(_) | Request::Recheck(_) => Vec::new(),
    }
}

/// The works of a bulk, each with its own bytes; works with errors are requested one by one, and
/// give no rows here.
fn works_of(orcid: Orcid, bulk: &[u8]) -> Vec<OwnedMember> {
    let works = pieces(bulk).unwrap_or_default().into_iter().filter_map(|piece| {
        let put_code = work_of(piece).ok()??.put_code;
        Some(OwnedMember { name: format!("{orcid}_works_{put_code}.xml"), data: piece.to_vec() })
    });
    works.collect()
}

/// The commit reports no progress.
struct Unwatched;

impl Observer for Unwatched {
    fn begun(&self, _: &Path, _: Option<u64>, _: &Meter) {}
    fn progressed(&self, _: &Path, _: &Report) {}
    fn ended(&self, _: &Path, _: &Outcome) {}
}
