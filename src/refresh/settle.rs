//! From an answer to the queue: what is kept, what is asked again, what follows.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::RefreshError;
use super::activities;
use super::answer::{Taken, Treatment, treat};
use super::client::{Fault, Reply, UNTRUSTED};
use super::fetch::{End, Fetch};
use super::queue::Queue;
use super::retry::wait;
use super::search::Told;
use super::tasks::{Effects, Task, Wanted};
use super::time::{day, end_of_day};
use crate::record::{SearchPage, Timestamp};

/// New tokens in a row that are refused, after which a further one would not help.
const MAX_REFUSALS: u32 = 3;
/// The rest that is added to what a server asks for.
const COURTESY: Duration = Duration::from_millis(250);

/// What is to be written down about a request.
#[derive(Debug)]
pub enum Verdict {
    Keep { code: &'static str, body: Option<Vec<u8>>, taken: Taken },
    Again { code: &'static str, after: Option<Duration>, counts: bool },
    GiveUp { code: &'static str },
    QuotaEnd { until: Timestamp },
    End(RefreshError),
}

/// Decides about an answer, or about there being none.
pub fn judge(fetch: &Fetch, task: &Task, result: Result<Reply, Fault>, asked_at: Timestamp) -> Verdict {
    let (now, wall) = (fetch.clock.now(), fetch.clock.wall());
    let reply = match result {
        Ok(reply) => reply,
        Err(fault) if fault.code == UNTRUSTED => {
            let url = fetch.client.host().api.clone();
            return Verdict::End(RefreshError::Untrusted { url, what: fault.what });
        }
        Err(fault) => {
            fetch.breaker().failed(now, &fetch.patience);
            fetch.note_trouble(&format!("{}, {}", fault.code, fault.what));
            return Verdict::Again { code: fault.code, after: None, counts: true };
        }
    };
    fetch.note_date(asked_at, reply.date);
    // A time to come back at is one of the server's clock.
    let treatment = treat(&task.wanted.asked(), &reply, reply.date.unwrap_or(wall));
    let in_trouble = reply.status >= 500 || matches!(treatment, Treatment::Again { .. });
    if in_trouble {
        fetch.breaker().failed(now, &fetch.patience);
        fetch.note_trouble(&format!("status {}", reply.status));
    } else {
        fetch.breaker().succeeded();
    }
    if !matches!(treatment, Treatment::Renew) {
        fetch.refusals.store(0, Ordering::Relaxed);
    }
    match treatment {
        Treatment::Take(Taken::Search(page)) if is_short(task, &page) => {
            Verdict::Again { code: "short-page", after: None, counts: true }
        }
        Treatment::Take(taken) => keep(task, taken, reply.body),
        Treatment::Again { code, after } => {
            if let Some(after) = after {
                fetch.breaker().hold(now + after + COURTESY);
            }
            Verdict::Again { code, after, counts: true }
        }
        Treatment::Leave { code } => Verdict::GiveUp { code },
        Treatment::Renew => renew(fetch, asked_at, wall),
        Treatment::QuotaEnd { after } => {
            let midnight = end_of_day(day(wall));
            let named = after.map(|after| wall + i64::try_from(after.as_micros()).unwrap_or(0));
            Verdict::QuotaEnd { until: named.unwrap_or(midnight) }
        }
    }
}

/// True where a search's page lacks results that it must have.
fn is_short(task: &Task, page: &SearchPage) -> bool {
    matches!(&task.wanted, Wanted::Search(search) if search.is_short(page))
}

/// The body is kept where the dataset will need it.
fn keep(task: &Task, taken: Taken, body: Vec<u8>) -> Verdict {
    let unchanged =
        matches!(taken, Taken::Record { modified } if modified.is_some() && modified == task.known);
    let needed = matches!(taken, Taken::Record { .. } | Taken::Gone { .. } | Taken::Works(_) | Taken::Item);
    let code = if unchanged { "unchanged" } else { taken.code() };
    Verdict::Keep { code, body: needed.then_some(body), taken }
}

fn renew(fetch: &Fetch, asked_at: Timestamp, wall: Timestamp) -> Verdict {
    if fetch.refusals.load(Ordering::Relaxed) >= MAX_REFUSALS {
        let what = "a new one does not help".to_owned();
        return Verdict::End(RefreshError::Refused { what });
    }
    match fetch.client.renew(asked_at, wall) {
        Ok(renewed) => {
            fetch.refusals.fetch_add(u32::from(renewed), Ordering::Relaxed);
            Verdict::Again { code: "token-renewed", after: None, counts: false }
        }
        Err(error) => Verdict::End(error),
    }
}

/// Writes a verdict down.
///
/// # Errors
/// [`RefreshError`] where the queue fails, or where the verdict ends the run.
pub fn write(fetch: &Fetch, queue: &mut Queue, task: &Task, verdict: Verdict) -> Result<(), RefreshError> {
    let run = fetch.run.id;
    match verdict {
        Verdict::Keep { code, body, taken } => write_answer(fetch, queue, task, code, body, &taken),
        Verdict::Again { code, after, counts } => {
            let tries = task.tries + u32::from(counts);
            if tries >= fetch.patience.tries {
                return give_up(fetch, queue, task, code);
            }
            let random = fetch.jitter.lock().unwrap_or_else(PoisonError::into_inner).next();
            let own = if counts { wait(&fetch.patience, tries, random) } else { Duration::ZERO };
            let pause = after.map_or(own, |after| after + COURTESY.mul_f64(random) + COURTESY);
            let not_before = fetch.clock.wall() + i64::try_from(pause.as_micros()).unwrap_or(0);
            queue.again(run, task, code, counts, not_before)
        }
        Verdict::GiveUp { code } => give_up(fetch, queue, task, code),
        Verdict::QuotaEnd { until } => {
            queue.quota_ended(&fetch.account(), fetch.clock.wall(), until)?;
            queue.give_back(task)?;
            Err(RefreshError::QuotaEnd { until })
        }
        Verdict::End(error) => {
            queue.give_back(task)?;
            Err(error)
        }
    }
}

/// A record that cannot be had is left as it is; a search that cannot be answered
/// would leave out nobody knows whom.
fn give_up(fetch: &Fetch, queue: &mut Queue, task: &Task, code: &str) -> Result<(), RefreshError> {
    if let Wanted::Listing(orcid) = &task.wanted {
        return queue.end_doubts(fetch.run.id, task, *orcid, None, code);
    }
    let Wanted::Search(search) = &task.wanted else {
        fetch.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).ok();
        return queue.give_up(fetch.run.id, task, code);
    };
    if search.named > 0 && code == "bad-request" {
        return Err(RefreshError::NotUnderstood);
    }
    if let ("bad-request", Some(halves)) = (code, search.nearer()) {
        let effects = Effects { tasks: halves.map(Wanted::Search).into(), ..Effects::default() };
        fetch.left.fetch_add(1, Ordering::Relaxed);
        return queue.keep(fetch.run.id, task, "out-of-reach", None, &effects, fetch.clock.wall());
    }
    queue.give_back(task)?;
    let what = match fetch.trouble() {
        trouble if trouble.is_empty() => code.to_owned(),
        trouble => format!("{code} ({trouble})"),
    };
    Err(RefreshError::Search { what })
}

fn write_answer(
    fetch: &Fetch,
    queue: &mut Queue,
    task: &Task,
    code: &'static str,
    body: Option<Vec<u8>>,
    taken: &Taken,
) -> Result<(), RefreshError> {
    let (run, now) = (fetch.run.id, fetch.clock.wall());
    let effects = match (taken, &task.wanted) {
        (Taken::Search(page), Wanted::Search(search)) => match search.told(page) {
            Told::Effects(effects) => effects,
            Told::NotUnderstood => return Err(RefreshError::NotUnderstood),
            Told::OutOfReach => {
                let what = format!("{} records changed within a millisecond", page.found);
                return Err(RefreshError::Search { what });
            }
        },
        (Taken::Record { .. }, Wanted::Record(orcid)) if fetch.activities && code != "unchanged" => {
            let held = queue.held(run, *orcid)?;
            // The body has been read once, so that it can be read again.
            activities::compare(*orcid, body.as_deref().unwrap_or_default(), &held).unwrap_or_default()
        }
        (Taken::Gone { primary: Some(primary), .. }, _) => {
            Effects { found: vec![("primary", *primary)], ..Effects::default() }
        }
        (Taken::Works(came), Wanted::Works(orcid, asked)) => activities::missing(*orcid, asked, came),
        (Taken::ItemGone { .. }, Wanted::Item(orcid, ..)) => {
            return queue.doubt(run, task, *orcid, code, now);
        }
        (_, Wanted::Listing(orcid)) => {
            let listed = body.as_deref().and_then(|body| activities::listed(body).ok());
            return queue.end_doubts(run, task, *orcid, listed.as_ref(), code);
        }
        _ => Effects::default(),
    };
    let body = body.filter(|_| code != "unchanged");
    queue.keep(run, task, code, body.as_deref(), &effects, now)?;
    let more = (effects.tasks.len() + effects.again.len()) as u64;
    fetch.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| (left + more).checked_sub(1)).ok();
    Ok(())
}

/// What an end by quota or by a search that is not understood means to a fetch.
pub fn end_of(error: RefreshError) -> Result<End, RefreshError> {
    match error {
        RefreshError::QuotaEnd { until } => Ok(End::Quota(until)),
        error => Err(error),
    }
}
