//! Answers that a refresh must not believe, and what it does where it cannot know.

use std::process::Output;

use crate::support::refresh::{Here, json, records, rows, text, with_most_works, with_works_of};
use crate::support::tables::{all_rows, assert_same};
use orcid_mock::{Fault, RetryAfter, When};

/// Few tries, and no long waits.
const SHORT: [&str; 4] = ["--retry-wait", "1", "--tries", "4"];
const DAY: i64 = 86_400;

fn error(status: u16, code: u32, message: &str) -> Fault {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><error:error xmlns:error="http://www.orcid.org/ns/error"><error:response-code>{status}</error:response-code><error:developer-message>{message}</error:developer-message><error:user-message>{message}</error:user-message><error:error-code>{code}</error:error-code></error:error>"#
    );
    Fault::Says { status, body }
}

fn at(part: &str) -> When {
    When::Path(part.to_owned())
}

/// A refresh of everybody by searches for a hundred iDs each.
fn by_batches(here: &Here, more: &[&str]) -> Output {
    let arguments = ["--all-in-dataset", "--strategy", "batches", "--rate", "500", "--json"];
    here.refresh(&[&arguments, &SHORT[..], more].concat())
}

fn each(here: &Here, more: &[&str]) -> Output {
    here.refresh_each(&[&["--json"], &SHORT[..], more].concat())
}

fn watermark(here: &Here) -> Option<i64> {
    let manifest = orcidlake::dataset::Manifest::read(&here.dataset).unwrap().unwrap();
    manifest.scopes.get("all").and_then(|scope| scope["watermark"].as_i64())
}

fn active(here: &Here) -> Vec<String> {
    here.server.world().active().iter().map(ToString::to_string).collect()
}

#[test]
fn an_error_about_another_record_removes_nobody() {
    let here = Here::new(20, 5, &[]);
    let before = all_rows(&here.dataset);
    let other = "0000-0001-5109-3700";
    for (status, code, message) in [
        (409, 9018, format!("409 Conflict: The ORCID record is locked. ORCID https://orcid.org/{other}")),
        (404, 9016, format!("404 Not Found: ORCID iD {other} not found")),
        (
            301,
            9007,
            format!(
                "301: Please refer to account: https://orcid.org/0000-0002-1694-233X. ORCID https://orcid.org/{other}"
            ),
        ),
    ] {
        here.server.clear_faults();
        here.server.fail(at("/record"), error(status, code, &message));

        let output = each(&here, &["--restart"]);

        assert_eq!(output.status.code(), Some(1), "{code}: {}", text(&output));
        assert_eq!(json(&output)["answers"]["other-id"], json(&output)["given_up"].as_u64().unwrap() * 4);
        assert_same(&all_rows(&here.dataset), &before);
    }
}

#[test]
fn a_server_that_knows_nobody_removes_nobody_until_that_is_allowed() {
    let here = Here::new(60, 5, &['0']);
    let before = all_rows(&here.dataset);
    let people = active(&here);
    here.server.change(|world| people.iter().for_each(|orcid| world.remove(orcid)));

    let held = each(&here, &[]);
    let asked = here.server.log().for_api().count();
    let again = each(&here, &[]);

    assert_eq!((held.status.code(), again.status.code()), (Some(2), Some(2)), "{}", text(&held));
    assert!(text(&held).contains("--max-removals"), "{}", text(&held));
    let found = json(&held);
    assert_eq!((&found["end"], &found["held_back"]["people"]), (&"held-back".into(), &people.len().into()));
    assert_same(&all_rows(&here.dataset), &before);
    assert_eq!(
        (here.server.log().for_api().count(), watermark(&here)),
        (asked, None),
        "nothing is asked twice"
    );

    let allowed = each(&here, &["--max-removals", "100%"]);

    assert_eq!(allowed.status.code(), Some(0), "{}", text(&allowed));
    assert_eq!(here.server.log().for_api().count(), asked);
    assert!(people.iter().all(|orcid| records(&here.dataset, orcid).is_empty()));
    here.assert_sound();
}

#[test]
fn a_server_that_knows_nobody_removes_nobody_of_a_small_scope() {
    let here = Here::new(12, 5, &[]);
    let people = active(&here);
    here.server.change(|world| people.iter().for_each(|orcid| world.remove(orcid)));
    for (count, stay) in [(3, true), (5, true), (2, false)] {
        let here = here.again();
        let ids = here.write("ids", &people[..count].join("\n"));

        let output = here.refresh(&["--ids", &ids, "--strategy", "each", "--rate", "500"]);

        let left = people[..count].iter().filter(|orcid| !records(&here.dataset, orcid).is_empty()).count();
        assert_eq!(left, if stay { count } else { 0 }, "{count}: {}", text(&output));
        assert_eq!(output.status.code(), Some(if stay { 2 } else { 0 }), "{count}: {}", text(&output));
    }
}

#[test]
fn all_but_the_removals_can_be_applied() {
    let here = Here::new(60, 5, &[]);
    let people = active(&here);
    let (gone, stay) = people.split_at(20);
    here.server.change(|world| {
        gone.iter().for_each(|orcid| world.remove(orcid));
        let clock = world.clock() + 1_000_000;
        world.edit(&stay[0], clock, |xml| xml.replace("given-names>", "given-names>Newer "));
    });

    let output = each(&here, &["--skip-removals"]);

    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(json(&output)["held_back"]["people"], 20);
    assert!(gone.iter().all(|orcid| records(&here.dataset, orcid).len() == 1));
    assert!(records(&here.dataset, &stay[0])[0]["given_names"].as_str().unwrap().starts_with("Newer "));
    // The next run asks for them again.
    let next = by_batches(&here, &["--max-removals", "20"]);
    assert_eq!(next.status.code(), Some(0), "{}", text(&next));
    assert!(gone.iter().all(|orcid| records(&here.dataset, orcid).is_empty()));
}

#[test]
fn removals_of_several_days_are_added_up() {
    let here = Here::new(60, 5, &[]);
    let people = active(&here);
    here.server.change(|world| people.iter().for_each(|orcid| world.remove(orcid)));

    let day = each(&here, &["--quota", "15", "--in-flight", "1"]);
    let first = people.iter().filter(|orcid| records(&here.dataset, orcid).is_empty()).count();
    let other = each(&here, &["--quota", "40", "--in-flight", "1"]);

    assert!(first <= 9, "{first} of {}: {}", people.len(), text(&day));
    assert_eq!(other.status.code(), Some(2), "{}", text(&other));
    let left = people.iter().filter(|orcid| !records(&here.dataset, orcid).is_empty()).count();
    assert!(left >= people.len() - 9, "{left} of {}", people.len());
}

#[test]
fn a_search_that_is_answered_by_an_error_tells_nothing() {
    for (status, code) in [(404, 9016), (409, 9018), (403, 9039), (200, 9016)] {
        let here = Here::new(20, 5, &[]);
        by_batches(&here, &[]);
        let (before, known) = (all_rows(&here.dataset), watermark(&here));
        here.server.change(|world| world.evolve(1, 0.5));
        here.server.fail(at("/search"), error(status, code, "It is not there."));

        let output = by_batches(&here, &[]);

        assert_eq!(output.status.code(), Some(2), "{code}: {}", text(&output));
        assert_same(&all_rows(&here.dataset), &before);
        assert_eq!(watermark(&here), known);
    }
}

#[test]
fn a_page_without_a_count_is_a_fault() {
    let here = Here::new(20, 5, &[]);
    let orcid = active(&here)[0].clone();
    let body = format!(
        r#"<search:search num-found="0" xmlns:search="s" xmlns:common="c"><search:result><common:orcid-identifier><common:path>{orcid}</common:path></common:orcid-identifier></search:result></search:search>"#
    );
    here.server.fail(at("/search"), Fault::Says { status: 200, body });

    let output = by_batches(&here, &[]);

    assert_eq!((output.status.code(), watermark(&here)), (Some(2), None), "{}", text(&output));
}

#[test]
fn one_result_too_few_is_taken_after_some_looks_and_told() {
    let here = Here::new(40, 5, &[]);
    let (ror, people) = here.most_listed();
    let arguments = ["--ror", &ror, "--rate", "500", "--retry-wait", "1", "--json"];
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&people[0], clock, |xml| xml.replace("given-names>", "given-names>Newer "));
    });
    here.server.fail(at("/search"), Fault::OneTooMany);

    let output = here.refresh(&arguments);

    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("warning: searches gave fewer results than they counted, each time they were repeated: 2 results missing"), "{}", text(&output));
    assert_eq!(
        (&json(&output)["missing_results"], &json(&output)["applied"]["watermark"]),
        (&2.into(), &().into())
    );
    assert!(records(&here.dataset, &people[0])[0]["given_names"].as_str().unwrap().starts_with("Newer "));
    here.server.clear_faults();
    let next = here.refresh(&arguments);
    assert_eq!(next.status.code(), Some(0), "{}", text(&next));
    assert!(json(&next)["applied"]["watermark"].is_string());
}

#[test]
fn a_record_that_is_always_refused_is_given_up_and_the_others_come() {
    for named in [false, true] {
        let here = Here::new(20, 5, &[]);
        here.server.change(|world| world.evolve(1, 0.9));
        let people = active(&here);
        let known: Vec<&String> =
            people.iter().filter(|orcid| records(&here.dataset, orcid).len() == 1).collect();
        here.server.fail(at(&format!("{}/record", known[0])), Fault::Refused);
        let secret = here.write("secret", orcid_mock::CLIENT_SECRET);
        let client = ["--client-id", orcid_mock::CLIENT_ID, "--client-secret-file", &secret];

        let output = each(&here, if named { &client } else { &[] });

        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        let answers = json(&output)["answers"].clone();
        assert!(answers["unauthorized"].as_u64() >= Some(1), "{answers}");
        let fresh = here.fresh(&here.server.world());
        for orcid in &known[1..] {
            assert_eq!(records(&here.dataset, orcid), records(&fresh, orcid), "{orcid}");
        }
        // It is asked for again, and comes once it may.
        here.server.clear_faults();
        let next = by_batches(&here, if named { &client } else { &[] });
        assert_eq!(next.status.code(), Some(0), "{}", text(&next));
        assert_eq!(records(&here.dataset, known[0]), records(&fresh, known[0]));
    }
}

#[test]
fn a_token_that_is_refused_for_all_ends_the_run() {
    let here = Here::new(20, 5, &[]);
    here.server.fail(When::Always, Fault::Refused);

    let output = each(&here, &[]);

    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(here.server.log().for_api().count() < 40, "{}", here.server.log().counts());
}

#[test]
fn an_older_answer_does_not_replace_a_newer_row() {
    let here = Here::new(20, 5, &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X']);
    let orcid = active(&here)[0].clone();
    let old = here.server.world().text(&orcid);
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&orcid, clock, |xml| xml.replace("given-names>", "given-names>Newer "));
    });
    by_batches(&here, &[]);
    let newer = all_rows(&here.dataset);
    here.server.fail(at(&format!("{orcid}/record")), Fault::Says { status: 200, body: old });

    let output = each(&here, &[]);

    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(json(&output)["answers"]["stale"].as_u64() >= Some(1), "{}", json(&output)["answers"]);
    assert_same(&all_rows(&here.dataset), &newer);
    here.server.clear_faults();
    let next = by_batches(&here, &[]);
    assert_eq!(next.status.code(), Some(0), "{}", text(&next));
    assert_same(&all_rows(&here.dataset), &newer);
}

#[test]
fn many_items_said_to_be_gone_do_not_keep_a_person_back() {
    let here = Here::new(40, 5, &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X']);
    let (orcid, works) = with_most_works(&here);
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&orcid, clock, |xml| with_works_of(xml, clock));
        works.iter().for_each(|put_code| world.remove_activity(&orcid, "work", *put_code));
    });
    let slow = format!("{orcid}/work/{}", works[0]);
    here.server.fail_times(at(&slow), Fault::Unavailable(RetryAfter::Unsaid), 1);

    let ids = here.write("ids", &orcid);
    let output = here.refresh(&[
        "--ids",
        &ids,
        "--strategy",
        "each",
        "--in-flight",
        "2",
        "--rate",
        "500",
        "--retry-wait",
        "200",
        "--json",
    ]);

    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(json(&output)["answers"]["withheld"], works.len(), "{}", json(&output)["answers"]);
    assert!(records(&here.dataset, &orcid)[0]["given_names"].as_str().unwrap().starts_with("Newer "));
    assert_eq!(rows(&here.dataset, &orcid, "activities/works").len(), works.len(), "their rows stay");
}

#[test]
fn an_older_item_does_not_replace_a_newer_row_and_works_of_another_are_not_taken() {
    let here = Here::new(40, 5, &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X']);
    let (orcid, works) = with_most_works(&here);
    let before = rows(&here.dataset, &orcid, "activities/works");
    // Newer than the row of the dataset, and older than the record says.
    let between = orcid_mock::instants::iso(here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&orcid, clock, |xml| with_works_of(xml, clock));
        clock - 500_000
    }));
    let work = |put_code: i64, owner: &str, date: &str| {
        format!(
            r#"<work:work put-code="{put_code}" path="/{owner}/work/{put_code}" xmlns:work="w" xmlns:common="c"><common:last-modified-date>{date}</common:last-modified-date><work:title><common:title>Wrong</common:title></work:title></work:work>"#
        )
    };
    let others = "0000-0001-5109-3700";
    for (owner, date, code) in [
        (orcid.as_str(), "2001-01-01T00:00:00Z", "stale"),
        (orcid.as_str(), "2299-01-01T00:00:00Z", "future-date"),
        (others, "2026-01-01T00:00:00Z", "other-id"),
        (orcid.as_str(), between.as_str(), "stale"),
    ] {
        here.server.clear_faults();
        let all: String = works.iter().map(|put_code| work(*put_code, owner, date)).collect();
        let bulk = format!(r#"<bulk:bulk xmlns:bulk="b">{all}</bulk:bulk>"#);
        here.server.fail(at(&format!("{orcid}/works/")), Fault::Says { status: 200, body: bulk });
        for put_code in &works {
            let body = work(*put_code, owner, date);
            here.server.fail(at(&format!("{orcid}/work/{put_code}")), Fault::Says { status: 200, body });
        }

        let output = each(&here, &["--restart"]);

        assert_eq!(output.status.code(), Some(1), "{code}: {}", text(&output));
        assert!(json(&output)["answers"][code].as_u64() > Some(0), "{code}: {}", json(&output)["answers"]);
        assert_eq!(rows(&here.dataset, &orcid, "activities/works"), before, "{code}");
        assert!(records(&here.dataset, &orcid)[0]["given_names"].as_str().unwrap().starts_with("Newer "));
    }
}

#[test]
fn a_clock_that_is_years_ahead_moves_no_watermark_into_the_future() {
    for days in [3, 5 * 365] {
        let here = Here::new(10, 5, &[]);
        here.server.set_behind(days * DAY);

        let output = by_batches(&here, &[]);

        // By years, one cannot tell whose clock is wrong.
        let expected = if days > 365 { 1 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{}", text(&output));
        let servers = orcid_mock::instants::now() - days * DAY * 1_000_000;
        assert!(watermark(&here).is_none_or(|known| known <= servers), "{days} days");
    }
}

#[test]
fn a_watermark_in_the_future_is_told_and_put_back() {
    for by_our_clock in [true, false] {
        let here = Here::new(10, 5, &[]);
        by_batches(&here, &[]);
        let days = if by_our_clock { 400 } else { 0 };
        // As an earlier version wrote it, whose clock was ahead.
        let path = here.dataset.join("orcidlake.json");
        let mut manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let ahead = orcid_mock::instants::now() + days * DAY * 1_000_000 - 3_600_000_000;
        manifest["scopes"]["all"]["watermark"] = ahead.into();
        manifest["watermark"] = ahead.into();
        std::fs::write(&path, serde_json::to_vec(&manifest).unwrap()).unwrap();
        if !by_our_clock {
            here.server.set_behind(5 * DAY);
        }
        let orcid = active(&here)[0].clone();
        here.server.change(|world| {
            let clock = world.clock() + 1_000_000;
            world.edit(&orcid, clock, |xml| xml.replace("given-names>", "given-names>Newer "));
        });

        let output = by_batches(&here, &[]);

        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert!(text(&output).contains("which is in the future"), "{}", text(&output));
        assert!(records(&here.dataset, &orcid)[0]["given_names"].as_str().unwrap().starts_with("Newer "));
        let servers = orcid_mock::instants::now() - if by_our_clock { 0 } else { 5 * DAY * 1_000_000 };
        assert!(watermark(&here).unwrap() <= servers);
    }
}

#[test]
fn a_record_of_a_time_that_cannot_be_freezes_nobody() {
    let here = Here::new(40, 5, &[]);
    let orcid = active(&here)[0].clone();
    let before = records(&here.dataset, &orcid);
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&orcid, clock, |xml| xml.replace("given-names>", "given-names>Newer "));
    });
    let record = |history: &str| {
        format!(
            r#"<record:record xmlns:record="r" xmlns:common="c" xmlns:history="h"><common:orcid-identifier><common:path>{orcid}</common:path></common:orcid-identifier>{history}</record:record>"#
        )
    };
    let dated = |date: &str| {
        format!(
            "<history:history><common:last-modified-date>{date}</common:last-modified-date></history:history>"
        )
    };
    for (history, code) in [
        (dated("9999-01-01T00:00:00Z"), "future-date"),
        (dated("soon"), "no-date"),
        (String::new(), "no-date"),
    ] {
        here.server.clear_faults();
        here.server.fail(at(&format!("{orcid}/record")), Fault::Says { status: 200, body: record(&history) });

        let output = each(&here, &["--restart"]);

        assert_eq!(output.status.code(), Some(1), "{code}: {}", text(&output));
        assert!(json(&output)["answers"][code].as_u64() > Some(0), "{code}: {}", json(&output)["answers"]);
        assert_eq!(records(&here.dataset, &orcid), before, "{code}");
    }
    here.server.clear_faults();

    let output = each(&here, &["--restart"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(records(&here.dataset, &orcid)[0]["given_names"].as_str().unwrap().starts_with("Newer "));
}
