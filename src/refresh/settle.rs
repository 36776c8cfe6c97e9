//! From an answer to the queue: what is kept, what is asked again, what follows.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::RefreshError;
use super::activities;
use orcid_api::{Fault, Reply, UNANSWERED, UNTRUSTED};
use orcid_api::{TOO_MANY_REQUESTS, Taken, Treatment, treat};

use super::dates::{self, latest};
use super::fetch::{End, Fetch};
use super::queue::Queue;
use super::search::{OUT_OF_RANGE, Told};
use super::tasks::{Effects, Task, Wanted};
use orcid_api::time::{day, end_of_day};
use orcid_api::wait;
use orcid_api::{ApiError, LIMITED_VISIBILITY};
use orcid_xml::Timestamp;

/// Looks at a search's page that holds fewer results than it says. An index that counts
/// one too many does so each time: then what came is taken, and told.
const SHORT_PAGE_LOOKS: u32 = 4;
/// Looks at an answer whose date cannot be true, such as one before that of the dataset's
/// row: a cache may be behind for a while. Then the row stays.
const STALE_LOOKS: u32 = 3;
/// Looks at a page that does not keep to the range of iDs that was asked for: some cache
/// may have given another's page once, a server that ignores ranges does so each time.
const OUT_OF_RANGE_LOOKS: u32 = 2;
/// Looks at an answer that is refused for its size or depth: it may have been damaged once, and
/// else is the same each time.
const REFUSED_LOOKS: u32 = 2;
/// The rest that is added to what a server asks for.
const COURTESY: Duration = Duration::from_millis(250);

/// What is to be written down about a request.
#[derive(Debug)]
pub enum Verdict {
    Keep(Answer),
    Again { code: &'static str, after: Option<Duration>, counts: bool },
    GiveUp { code: &'static str },
    QuotaEnd { until: Timestamp },
    End(RefreshError),
}

/// An answer that counts.
#[derive(Debug)]
pub struct Answer {
    code: &'static str,
    body: Option<Vec<u8>>,
    taken: Taken,
    /// The latest date that is believed in it.
    latest: Timestamp,
}

/// Decides about an answer, or about there being none.
pub fn judge(fetch: &Fetch, task: &Task, result: Result<Reply, Fault>, asked_at: Timestamp) -> Verdict {
    let (now, wall) = (fetch.clock.now(), fetch.clock.wall());
    let is_content = !matches!(task.wanted, Wanted::Search(_));
    let reply = match result {
        Ok(reply) => reply,
        Err(fault) if fault.code == UNTRUSTED => {
            let url = fetch.client.host().api.clone();
            return Verdict::End(ApiError::Untrusted { url, what: fault.what }.into());
        }
        Err(fault) => {
            fetch.breaker().failed(now, &fetch.retry_policy);
            if is_content {
                fetch.heard.content(false);
            }
            if !UNANSWERED.contains(&fault.code) {
                fetch.heard.reply();
            }
            fetch.note_trouble(&format!("{}, {}", fault.code, fault.what));
            return Verdict::Again { code: fault.code, after: None, counts: true };
        }
    };
    fetch.heard.reply();
    fetch.note_date(reply.date);
    // A time to come back at is one of the server's clock.
    let treatment = treat(&task.wanted.asked(), &reply, reply.date.unwrap_or(wall));
    let treatment = doubted(task, treatment);
    let in_trouble = reply.status >= 500 || matches!(treatment, Treatment::Again { .. });
    if in_trouble {
        fetch.breaker().failed(now, &fetch.retry_policy);
        let code = if let Treatment::Again { code, .. } = treatment { code } else { "refused" };
        fetch.note_trouble(&format!("{code}, status {}", reply.status));
    } else {
        fetch.breaker().succeeded();
    }
    match treatment {
        Treatment::Take(_) if is_content => fetch.heard.content(true),
        // Whom the server limits or refuses, it knows; other ends are there for that.
        Treatment::Again { code: TOO_MANY_REQUESTS, .. } | Treatment::Renew | Treatment::QuotaEnd { .. } => {}
        _ if is_content => fetch.heard.content(false),
        _ => {}
    }
    match treatment {
        Treatment::Again { code: TOO_MANY_REQUESTS, .. } => fetch.note_limited(now),
        _ if !in_trouble => fetch.note_unlimited(),
        _ => {}
    }
    if !matches!(treatment, Treatment::Renew) {
        fetch.token.accepted(&task.wanted.path());
    }
    match treatment {
        Treatment::Take(taken) => keep(fetch, task, taken, reply.body, latest(reply.date, wall)),
        Treatment::Again { code, after } => {
            if let Some(after) = after {
                fetch.breaker().hold(now + after + COURTESY);
            }
            Verdict::Again { code, after, counts: true }
        }
        Treatment::Leave { code } => Verdict::GiveUp { code },
        Treatment::Renew => fetch.refused(task, asked_at),
        Treatment::QuotaEnd { after } => {
            let midnight = end_of_day(day(wall));
            let named = after.map(|after| wall + i64::try_from(after.as_micros()).unwrap_or(0));
            Verdict::QuotaEnd { until: named.unwrap_or(midnight) }
        }
    }
}

/// An answer that is what was asked for, and cannot be true: it is asked for again.
fn doubted(task: &Task, treatment: Treatment) -> Treatment {
    let code = match (&treatment, &task.wanted) {
        (Treatment::Take(Taken::Search(page)), Wanted::Search(search)) => search.fault(page),
        _ => None,
    };
    code.map_or(treatment, |code| Treatment::Again { code, after: None })
}

/// The body is kept where the dataset will need it.
fn keep(fetch: &Fetch, task: &Task, taken: Taken, body: Vec<u8>, latest: Timestamp) -> Verdict {
    if let (Taken::Search(page), Wanted::Search(search)) = (&taken, &task.wanted) {
        let looks = SHORT_PAGE_LOOKS.min(fetch.retry_policy.tries);
        if search.is_short(page) && task.tries + 1 < looks {
            return Verdict::Again { code: "short-page", after: None, counts: true };
        }
    }
    if let Taken::Record { modified } = taken {
        if let Some(code) = dates::fault(modified, task.known, latest) {
            return not_current(fetch, task, code);
        }
        fetch.note_newest(modified);
    }
    let unchanged = matches!(taken, Taken::Record { modified } if modified.is_some() && modified == task.known)
        && !task.doubted;
    let needed =
        matches!(taken, Taken::Record { .. } | Taken::Gone { .. } | Taken::Works(_) | Taken::Item { .. });
    let code = if unchanged { "unchanged" } else { taken.code() };
    Verdict::Keep(Answer { code, body: needed.then_some(body), taken, latest })
}

/// An answer that is not what stands in the registry now: it is asked for again, and
/// then left.
fn not_current(fetch: &Fetch, task: &Task, code: &'static str) -> Verdict {
    match task.tries + 1 < STALE_LOOKS.min(fetch.retry_policy.tries) {
        true => Verdict::Again { code, after: None, counts: true },
        false => Verdict::GiveUp { code },
    }
}

/// Writes a verdict down.
///
/// # Errors
/// [`RefreshError`] where the queue fails, or where the verdict ends the run.
pub fn write(fetch: &Fetch, queue: &mut Queue, task: &Task, verdict: Verdict) -> Result<(), RefreshError> {
    let run = fetch.run.id;
    match verdict {
        Verdict::Keep(answer) => write_answer(fetch, queue, task, answer),
        Verdict::Again { code, after, counts } => {
            let tries = task.tries + u32::from(counts);
            if tries >= most_tries(code, fetch.retry_policy.tries) {
                return give_up(fetch, queue, task, code);
            }
            let random = fetch.jitter.lock().unwrap_or_else(PoisonError::into_inner).draw();
            let own = if counts { wait(&fetch.retry_policy, tries, random) } else { Duration::ZERO };
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

/// Tries of a request whose last fault has this code; some will be the same each time.
fn most_tries(code: &str, tries: u32) -> u32 {
    match code {
        OUT_OF_RANGE => tries.min(OUT_OF_RANGE_LOOKS),
        "too-large" | "too-many-values" | "too-deep" | LIMITED_VISIBILITY => tries.min(REFUSED_LOOKS),
        _ => tries,
    }
}

/// A record that cannot be had is left as it is; a search that cannot be answered
/// would leave out nobody knows whom.
fn give_up(fetch: &Fetch, queue: &mut Queue, task: &Task, code: &str) -> Result<(), RefreshError> {
    if code == TOO_MANY_REQUESTS {
        // It is the client that is refused, not what it asks for.
        queue.give_back(task)?;
        return Err(fetch.limited(fetch.clock.now()));
    }
    if let Wanted::Listing(orcid) = &task.wanted {
        return queue.end_doubts(fetch.run.id, task, *orcid, None, code);
    }
    let Wanted::Search(search) = &task.wanted else {
        fetch.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).ok();
        return queue.give_up(fetch.run.id, task, code);
    };
    if search.named > 0 && matches!(code, "bad-request" | "other-id") {
        return Err(RefreshError::NotUnderstood);
    }
    let nearer = search.nearer();
    if code == "bad-request" && !nearer.is_empty() {
        fetch.left.fetch_add(nearer.len() as u64 - 1, Ordering::Relaxed);
        let effects =
            Effects { tasks: nearer.into_iter().map(Wanted::Search).collect(), ..Effects::default() };
        return queue.keep(fetch.run.id, task, "out-of-reach", None, &effects, fetch.clock.wall());
    }
    queue.give_back(task)?;
    if search.ids.is_some() && matches!(code, "bad-request" | OUT_OF_RANGE) {
        return Err(RefreshError::NoRanges { url: fetch.client.host().api.clone() });
    }
    let what = match fetch.trouble() {
        trouble if trouble.is_empty() => code.to_owned(),
        trouble => format!("{code} ({trouble})"),
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

fn write_answer(fetch: &Fetch, queue: &mut Queue, task: &Task, answer: Answer) -> Result<(), RefreshError> {
    let (run, now) = (fetch.run.id, fetch.clock.wall());
    let Answer { code, mut body, taken, latest } = answer;
    if let (Taken::Search(page), Wanted::Search(search)) = (&taken, &task.wanted) {
        queue.note_missing(run, search.missing(page))?;
    }
    let effects = match (&taken, &task.wanted) {
        (Taken::Search(page), Wanted::Search(search)) => match search.told(page) {
            Told::Effects(effects) => effects,
            Told::NotUnderstood => return Err(RefreshError::NotUnderstood),
            Told::OutOfReach => {
                let what = format!("{} results, which cannot be searched in parts", page.found);
                return Err(RefreshError::Search { what });
            }
        },
        (Taken::Record { .. }, Wanted::Record(orcid)) if fetch.activities && code != "unchanged" => {
            let held = queue.held(run, *orcid)?;
            // The body has been read once, so that it can be read again.
            let body = body.as_deref().unwrap_or_default();
            activities::compare(*orcid, body, &held, latest).unwrap_or_default()
        }
        (Taken::Gone { primary: Some(primary), .. }, Wanted::Record(orcid))
            if queue.give_up_circle(run, task, *orcid, *primary)? =>
        {
            fetch.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).ok();
            return Ok(());
        }
        (Taken::Gone { primary: Some(primary), .. }, _) => {
            Effects { found: vec![("primary", *primary)], ..Effects::default() }
        }
        (Taken::Works(came), Wanted::Works(orcid, asked)) => {
            let known = queue.known_items(run, *orcid, latest)?;
            let (good, effects) = activities::sort_out(*orcid, asked, came, &known, latest);
            if good.len() < came.len() {
                body =
                    body.map(|body| orcid_api::without_works(&body, &|put_code| !good.contains(&put_code)));
            }
            effects
        }
        (Taken::Item { modified }, Wanted::Item(orcid, section, put_code)) => {
            let known = queue.known_items(run, *orcid, latest)?;
            let known = known.get(&(*section, *put_code)).copied().flatten();
            if let Some(code) = dates::fault(*modified, known, latest) {
                return write(fetch, queue, task, not_current(fetch, task, code));
            }
            Effects::default()
        }
        (Taken::ItemGone { .. }, Wanted::Item(..)) => {
            return queue.doubt(run, task, code, now);
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
