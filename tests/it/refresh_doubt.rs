//! Answers that a refresh must not believe, and what it does where it cannot know.

use crate::support::refresh::{
    Here, active, at, by_batches, each, error, json, records, rows, text, watermark, with_most_works,
    with_works_of,
};
use crate::support::tables::{all_rows, assert_same};
use orcid_mock::{Fault, When};

const DAY: i64 = 86_400;

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
