//! Turns an answer into a decision: what is kept, what is requested again, which requests follow.
//!
//! An answer is parsed here, and nowhere else before the commit: [`treat`] parses it and returns
//! its content. The queue gives the known items of the person, and is not locked while anything is
//! parsed or packed.

use std::time::Duration;

use super::behind_list;
use super::context::Fetch;
use super::decision::Decision;
use super::items::{bulk_effects, item_keys};
use super::permission::{left, permission_refused};
use super::record::accept_record;
use super::unauthorized::refused;
use crate::refresh::connected_client::{NO_PERMISSION, NO_STATE};
use crate::refresh::dates::{self, latest};
use crate::refresh::error::RefreshError;
use crate::refresh::queue::{Effects, FoundAs, ItemDates, Request, Task};
use crate::refresh::search::{PageOutcome, Search};
use orcid_api::time::{day, end_of_day};
use orcid_api::{
    ApiError, BulkWork, Fault, Payload, Reply, Sight, TOO_MANY_REQUESTS, Treatment, UNANSWERED, UNTRUSTED,
    treat, without_hidden, without_works,
};
use orcid_xml::{Orcid, SearchPage, Timestamp};

/// Tries for a search's page that has fewer results than it says. If an index counts one result too
/// many, it does so each time: then the results that came are used, and the difference is reported.
const SHORT_PAGE_LOOKS: u32 = 4;
/// Tries for an answer with an impossible date, such as one before that of the dataset's row: a
/// cache may be behind for a while. After that, the row stays.
const STALE_LOOKS: u32 = 3;
/// The margin that is added to a server's waiting time.
pub const COURTESY: Duration = Duration::from_millis(250);
/// Decides about an answer, or about a missing one.
pub fn decide(fetch: &Fetch, task: &Task, result: Result<Reply, Fault>, asked_at: Timestamp) -> Decision {
    let mut reply = match result {
        Ok(reply) => reply,
        Err(fault) => return without_reply(fetch, task, fault),
    };
    let wall = fetch.clock.wall();
    // `Retry-After` as a time is meant by the server's clock.
    let sight = if fetch.people.is_some() { Sight::Limited } else { Sight::Public };
    if sight == Sight::Limited {
        reply.body = without_hidden(&reply.body, sight);
    }
    let treatment = treat(&task.request.asked(), &reply, reply.date.unwrap_or(wall), sight);
    let treatment = check_page(task, treatment);
    note_reply(fetch, task, &reply, &treatment);
    match treatment {
        Treatment::Take(payload) => accept(fetch, task, payload, &reply.body, latest(reply.date, wall)),
        Treatment::Again { code, after } => {
            if let Some(after) = after {
                fetch.breaker().hold(fetch.clock.now() + after + COURTESY);
            }
            Decision::AskAgain { code, after, counts: true }
        }
        Treatment::Leave { code } => Decision::GiveUp { code },
        Treatment::Renew => match &fetch.people {
            Some(people) => permission_refused(fetch, people.as_ref(), task, &reply),
            None => refused(fetch, task, asked_at),
        },
        Treatment::QuotaEnd { after } => {
            let midnight = end_of_day(day(wall));
            let named = after.map(|after| wall + i64::try_from(after.as_micros()).unwrap_or(0));
            Decision::QuotaEnd { until: named.unwrap_or(midnight) }
        }
    }
}

fn asks_for_content(task: &Task) -> bool {
    !matches!(task.request, Request::Search(_))
}

/// Decides if no answer came, or only an incomplete one.
fn without_reply(fetch: &Fetch, task: &Task, fault: Fault) -> Decision {
    if fault.code == UNTRUSTED {
        let url = fetch.client.host().api.clone();
        return Decision::end(ApiError::Untrusted { url, what: fault.what });
    }
    if fault.code == NO_PERMISSION {
        return left(task, NO_PERMISSION);
    }
    if fault.code == NO_STATE {
        return Decision::end(RefreshError::State(fault.what.into()));
    }
    fetch.breaker().failed(fetch.clock.now(), &fetch.retry_policy);
    if asks_for_content(task) {
        fetch.heard.content(false);
    }
    if !UNANSWERED.contains(&fault.code) {
        fetch.heard.reply();
    }
    fetch.note_trouble(&format!("{}, {}", fault.code, fault.what));
    Decision::AskAgain { code: fault.code, after: None, counts: true }
}

/// Notes the information of an answer about the server: its clock, its health, its limits and the
/// token.
fn note_reply(fetch: &Fetch, task: &Task, reply: &Reply, treatment: &Treatment) {
    let now = fetch.clock.now();
    fetch.heard.reply();
    fetch.note_date(reply.date);
    let in_trouble = reply.status >= 500 || matches!(treatment, Treatment::Again { .. });
    if in_trouble {
        fetch.breaker().failed(now, &fetch.retry_policy);
        let code = if let Treatment::Again { code, .. } = treatment { code } else { "refused" };
        fetch.note_trouble(&format!("{code}, status {}", reply.status));
    } else {
        fetch.breaker().succeeded();
    }
    let is_content = asks_for_content(task);
    match treatment {
        Treatment::Take(_) if is_content => fetch.heard.content(true),
        // A server that limits or refuses requests is up; these cases end the run elsewhere.
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
        fetch.token.accepted(&task.request.path());
    }
}

/// A page that has the right form but contradicts itself is requested again.
fn check_page(task: &Task, treatment: Treatment) -> Treatment {
    let code = match (&treatment, &task.request) {
        (Treatment::Take(Payload::Search(page)), Request::Search(search)) => search.fault(page),
        _ => None,
    };
    code.map_or(treatment, |code| Treatment::Again { code, after: None })
}

/// Decides about an answer of the requested kind. Its body is kept if the dataset will need it;
/// dates after `latest` are not trusted.
fn accept(fetch: &Fetch, task: &Task, payload: Payload, body: &[u8], latest: Timestamp) -> Decision {
    let code = payload.code();
    match (payload, &task.request) {
        (Payload::Search(page), Request::Search(search)) => accept_page(fetch, task, search, &page),
        (Payload::Record { modified, items }, request) => {
            if let Some(code) = dates::fault(modified, task.dataset_modified, latest) {
                return not_current(fetch, task, code);
            }
            fetch.note_newest(modified);
            match request {
                Request::Recheck(orcid) => {
                    Decision::ResolveMissing { orcid: *orcid, listed: Some(item_keys(&items)), code }
                }
                _ => {
                    let decision = accept_record(fetch, task, modified, &items, body, latest);
                    behind_list::judge(fetch, task, modified, decision)
                }
            }
        }
        // The record is gone or closed by now, so its list of items is unknown.
        (_, Request::Recheck(orcid)) => Decision::ResolveMissing { orcid: *orcid, listed: None, code },
        (Payload::Gone { primary, .. }, _) => {
            let found = primary.map(|primary| (FoundAs::Primary, primary)).into_iter().collect();
            Decision::keep(code, body, Effects { found, primary, ..Effects::default() })
        }
        (Payload::Works(came), Request::Works(orcid, asked)) => {
            accept_works(fetch, *orcid, asked, &came, body, latest)
        }
        (Payload::Item { modified }, Request::Item(orcid, section, put_code)) => {
            let known = match newest_item_dates(fetch, *orcid, latest) {
                Ok(known) => known,
                Err(error) => return Decision::end(error),
            };
            let known = known.get(&(*section, *put_code)).copied().flatten();
            match dates::fault(modified, known, latest) {
                Some(code) => not_current(fetch, task, code),
                None => Decision::keep(code, body, Effects::default()),
            }
        }
        (Payload::ItemGone { .. }, Request::Item(..)) => Decision::ReportMissing { code },
        _ => Decision::keep_without_body(code, Effects::default()),
    }
}

fn accept_page(fetch: &Fetch, task: &Task, search: &Search, page: &SearchPage) -> Decision {
    let looks = SHORT_PAGE_LOOKS.min(fetch.retry_policy.tries);
    if search.is_short(page) && task.tries + 1 < looks {
        return Decision::AskAgain { code: "short-page", after: None, counts: true };
    }
    let missing_results = search.missing(page);
    match search.outcome(page) {
        PageOutcome::Next { found, searches } => {
            let found_as = FoundAs::from(search.finding);
            let effects = Effects {
                requests: searches.into_iter().map(Request::Search).collect(),
                found: found.into_iter().map(|orcid| (found_as, orcid)).collect(),
                missing_results,
                ..Effects::default()
            };
            Decision::keep_without_body("search", effects)
        }
        PageOutcome::NotUnderstood => Decision::End { error: RefreshError::NotUnderstood, missing_results },
        PageOutcome::OutOfReach => {
            let what = format!("{} results, which cannot be searched in parts", page.found);
            Decision::End { error: RefreshError::Search { what }, missing_results }
        }
    }
}

/// Decides about a bulk of works: the good works stay in its body.
fn accept_works(
    fetch: &Fetch,
    orcid: Orcid,
    asked: &[i64],
    came: &[BulkWork],
    body: &[u8],
    latest: Timestamp,
) -> Decision {
    let known = match newest_item_dates(fetch, orcid, latest) {
        Ok(known) => known,
        Err(error) => return Decision::end(error),
    };
    let (good, effects) = bulk_effects(orcid, asked, came, &known, latest);
    let others: Vec<_> = came.iter().filter(|work| !good.contains(&work.put_code)).collect();
    if others.is_empty() {
        return Decision::keep("works", body, effects);
    }
    let places: Vec<_> = others.into_iter().map(|work| work.place.clone()).collect();
    Decision::keep("works", &without_works(body, &places), effects)
}

fn newest_item_dates(fetch: &Fetch, orcid: Orcid, latest: Timestamp) -> Result<ItemDates, RefreshError> {
    fetch.look_up(|queue| queue.newest_item_dates(fetch.run.id, orcid, latest))
}

/// Decides about an answer that is older than the registry: it is requested again, and finally left
/// out.
fn not_current(fetch: &Fetch, task: &Task, code: &'static str) -> Decision {
    match task.tries + 1 < STALE_LOOKS.min(fetch.retry_policy.tries) {
        true => Decision::AskAgain { code, after: None, counts: true },
        false => Decision::GiveUp { code },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use super::*;
    use crate::refresh::queue::{Run, Stage};
    use orcid_api::{Choice, Client, Host, Limits, RetryPolicy, SystemClock};
    use orcid_xml::ActivitySection;

    /// A client that sends no requests: answers come from the tests.
    struct Nobody(Host);

    impl Client for Nobody {
        fn get(&self, path: &str) -> Result<Reply, Fault> {
            panic!("{path}")
        }

        fn renew(&self, _: Timestamp, _: Timestamp) -> Result<bool, ApiError> {
            panic!("a new token")
        }

        fn client_id(&self) -> Option<String> {
            None
        }

        fn host(&self) -> &Host {
            &self.0
        }
    }

    fn fetch(activities: bool) -> Fetch {
        let run = Run {
            id: 1,
            scope: "all".to_owned(),
            source: "api-now".to_owned(),
            api: "https://a".to_owned(),
            strategy: "each".to_owned(),
            asked: String::new(),
            mark: String::new(),
            since: 0,
            until: 1,
            begun: 0,
            stage: Stage::Fetch,
            part: 1,
        };
        let (client, clock) =
            (Arc::new(Nobody(Host::new(&Choice::default()).unwrap())), Arc::new(SystemClock::default()));
        let limits = Limits::documented(false, false);
        Fetch::new(client, limits, RetryPolicy::default(), clock, Arc::default(), run, activities)
    }

    fn orcid() -> Orcid {
        Orcid::new("0000-0002-1825-0097").unwrap()
    }

    fn task(request: Request) -> Task {
        Task {
            id: 1,
            request,
            tries: 0,
            dataset_modified: None,
            counts_as_changed: false,
            was_missing: false,
        }
    }

    const RECORD: &str = r#"<record:record xmlns:record="r" xmlns:activities="a" xmlns:common="c" xmlns:history="h" xmlns:work="w"><common:orcid-identifier><common:path>0000-0002-1825-0097</common:path></common:orcid-identifier><history:history><common:last-modified-date>1970-01-01T00:00:01Z</common:last-modified-date></history:history><activities:activities-summary><activities:works><activities:group><work:work-summary put-code="5"><common:last-modified-date>1970-01-01T00:00:01Z</common:last-modified-date></work:work-summary></activities:group></activities:works></activities:activities-summary></record:record>"#;

    fn reply(status: u16, body: &str) -> Result<Reply, Fault> {
        Ok(Reply { status, body: body.into(), ..Reply::default() })
    }

    #[test]
    fn an_answer_is_parsed_while_another_thread_has_the_queue() {
        let fetch = Arc::new(fetch(false));
        let (decided, decision) = mpsc::channel();
        let others = fetch.lock();

        let own = fetch.clone();
        std::thread::spawn(move || {
            decided.send(decide(&own, &task(Request::Record(orcid())), reply(200, RECORD), 0))
        });

        let decision = decision.recv_timeout(Duration::from_secs(30)).expect("it waits for nobody");
        drop(others);
        let Decision::Keep { code: "record", body: Some(body), .. } = decision else {
            panic!("{decision:?}")
        };
        assert_eq!(body.unpack().unwrap(), RECORD.as_bytes());
        assert_eq!(fetch.newest(), Some(1_000_000));
    }

    #[test]
    fn what_follows_from_an_answer_goes_with_it() {
        let fetch = fetch(true);

        let decision = decide(&fetch, &task(Request::Record(orcid())), reply(200, RECORD), 0);

        let Decision::Keep { effects, .. } = decision else { panic!("{decision:?}") };
        assert_eq!(effects.requests, [Request::Item(orcid(), ActivitySection::Works, 5)]);
        assert_eq!(effects.item_dates.len(), 1);
        let bulk = r#"<bulk:bulk><work:work put-code="1"/><work:work put-code="2"/><work:work put-code="2"/></bulk:bulk>"#;
        let decision = decide(&fetch, &task(Request::Works(orcid(), vec![1, 2])), reply(200, bulk), 0);
        let Decision::Keep { body, effects, .. } = decision else { panic!("{decision:?}") };
        assert_eq!(effects.instead, [Request::Item(orcid(), ActivitySection::Works, 2)]);
        let rest = br#"<bulk:bulk><work:work put-code="1"/></bulk:bulk>"#;
        assert_eq!(body.unwrap().unpack().unwrap(), rest);
    }

    #[test]
    fn a_record_that_has_gone_when_it_is_read_once_more_ends_the_doubt() {
        let fetch = fetch(true);
        let gone = r#"<error:error xmlns:error="e"><error:user-message>Please refer to account: https://orcid.org/0000-0002-1694-233X.</error:user-message><error:error-code>9007</error:error-code></error:error>"#;
        for (status, body, expected) in
            [(301, gone, None), (200, RECORD, Some(vec![(ActivitySection::Works, 5)]))]
        {
            let decision = decide(&fetch, &task(Request::Recheck(orcid())), reply(status, body), 0);

            let Decision::ResolveMissing { listed, .. } = decision else { panic!("{decision:?}") };
            assert_eq!(listed, expected, "{status}");
        }
    }
}
