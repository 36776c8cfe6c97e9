//! Writes a decision to the queue. This runs under the queue's lock, and parses nothing: the
//! [`Decision`] has all that is needed of an answer.

use std::time::Duration;

use super::context::Fetch;
use super::decide::COURTESY;
use super::decision::Decision;
use crate::refresh::bucket::NO_FILE;
use crate::refresh::error::RefreshError;
use crate::refresh::queue::{Effects, PackedBody, Queue, Request, Task};
use crate::refresh::search::{OUT_OF_RANGE, Search};
use orcid_api::{LIMITED_VISIBILITY, TOO_MANY_REQUESTS, UNANSWERED, wait};

/// Tries for a page with iDs outside the requested range: a cache may have given another page once,
/// but a server that ignores ranges does so each time.
const OUT_OF_RANGE_LOOKS: u32 = 2;
/// Tries for an answer that is refused for its size or depth: it may have been damaged once;
/// otherwise it is the same each time.
const REFUSED_LOOKS: u32 = 2;

/// Writes a decision to the queue.
///
/// # Errors
/// [`RefreshError`] if the queue fails, or if the decision ends the run.
pub fn write(fetch: &Fetch, queue: &mut Queue, task: &Task, decision: Decision) -> Result<(), RefreshError> {
    let run = fetch.run.id;
    match decision {
        Decision::Keep { code, body, effects } => keep(fetch, queue, task, code, body.as_ref(), &effects),
        Decision::ReportMissing { code } => Ok(queue.report_missing(run, task, code, fetch.clock.wall())?),
        Decision::ResolveMissing { orcid, listed, code } => {
            Ok(queue.resolve_missing_items(run, task, orcid, listed.as_deref(), code)?)
        }
        Decision::AskAgain { code, after, counts } => {
            let tries = task.tries + u32::from(counts);
            if tries >= most_tries(code, fetch.retry_policy.tries) {
                return give_up(fetch, queue, task, code);
            }
            let random = fetch.jitter();
            let own = if counts { wait(&fetch.retry_policy, tries, random) } else { Duration::ZERO };
            let pause = after.map_or(own, |after| after + COURTESY.mul_f64(random) + COURTESY);
            let not_before = fetch.clock.wall() + i64::try_from(pause.as_micros()).unwrap_or(0);
            Ok(queue.retry_later(run, task, code, counts, not_before)?)
        }
        Decision::GiveUp { code } => give_up(fetch, queue, task, code),
        Decision::QuotaEnd { until } => {
            queue.quota_ended(&fetch.account(), fetch.clock.wall(), until)?;
            queue.give_back(task)?;
            Err(RefreshError::QuotaEnd { until })
        }
        Decision::End { error, missing_results } => {
            queue.note_missing_results(run, missing_results)?;
            queue.give_back(task)?;
            Err(error)
        }
    }
}

fn keep(
    fetch: &Fetch,
    queue: &mut Queue,
    task: &Task,
    code: &str,
    body: Option<&PackedBody>,
    effects: &Effects,
) -> Result<(), RefreshError> {
    let run = fetch.run.id;
    if let (Some(primary), Request::Record(orcid)) = (effects.primary, &task.request)
        && queue.give_up_circle(run, task, *orcid, primary)?
    {
        fetch.count_answered(0);
        return Ok(());
    }
    queue.keep(run, task, code, body, effects, fetch.clock.wall())?;
    fetch.count_answered((effects.requests.len() + effects.instead.len()) as u64);
    Ok(())
}

/// Tries for a record whose file is not there: it may come a moment later; else the next run looks.
const NO_FILE_LOOKS: u32 = 3;

/// The number of tries of a request whose last error has this code; some errors are the same each
/// time.
fn most_tries(code: &str, tries: u32) -> u32 {
    match code {
        OUT_OF_RANGE => tries.min(OUT_OF_RANGE_LOOKS),
        NO_FILE => tries.min(NO_FILE_LOOKS),
        "too-large" | "too-many-values" | "too-deep" | LIMITED_VISIBILITY => tries.min(REFUSED_LOOKS),
        _ => tries,
    }
}

/// A record that cannot be fetched keeps its rows; a search that cannot be answered ends the run,
/// because it would leave out unknown people.
fn give_up(fetch: &Fetch, queue: &mut Queue, task: &Task, code: &str) -> Result<(), RefreshError> {
    if code == TOO_MANY_REQUESTS {
        // The client is refused, not the single request.
        queue.give_back(task)?;
        return Err(fetch.limited(fetch.clock.now()));
    }
    match &task.request {
        Request::Recheck(orcid) => Ok(queue.resolve_missing_items(fetch.run.id, task, *orcid, None, code)?),
        Request::Search(search) => give_up_search(fetch, queue, task, search, code),
        _ => {
            fetch.count_answered(0);
            Ok(queue.give_up(fetch.run.id, task, code)?)
        }
    }
}

/// A search that cannot continue is split into parts, or ends the run.
fn give_up_search(
    fetch: &Fetch,
    queue: &mut Queue,
    task: &Task,
    search: &Search,
    code: &str,
) -> Result<(), RefreshError> {
    if search.named > 0 && matches!(code, "bad-request" | "other-id") {
        return Err(RefreshError::NotUnderstood);
    }
    let nearer = search.nearer();
    if code == "bad-request" && !nearer.is_empty() {
        let requests = nearer.into_iter().map(Request::Search).collect();
        let effects = Effects { requests, ..Effects::default() };
        return keep(fetch, queue, task, "out-of-reach", None, &effects);
    }
    queue.give_back(task)?;
    if search.ids.is_some() && matches!(code, "bad-request" | OUT_OF_RANGE) {
        return Err(RefreshError::NoRanges { url: fetch.client.host().api.clone() });
    }
    let (trouble, own) = (fetch.trouble(), format!("{code}, "));
    let what = match trouble.strip_prefix(&own).unwrap_or(&trouble) {
        "" => code.to_owned(),
        more => format!("{code} ({more})"),
    };
    let url = fetch.client.host().api.clone();
    if UNANSWERED.contains(&code) {
        return Err(RefreshError::NoAnswer { url, what });
    }
    if matches!(code, "busy" | "server-error") {
        return Err(RefreshError::InTrouble { url, what });
    }
    Err(RefreshError::Search { what })
}
