//! Answers whose dates cannot be true: older than what is known, of the future, or without one.

use crate::support::refresh::{Here, each, json, records, rows, text, with_most_works, with_works_of};
use crate::support::tables::{all_rows, assert_same};
use orcid_mock::{Fault, When};

const ENDINGS: [char; 11] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X'];

/// A full work, dated anew.
fn dated(here: &Here, orcid: &str, put_code: i64, clock: i64) -> String {
    let world = here.server.world();
    let activities = &world.get(orcid_xml::Orcid::new(orcid).unwrap()).unwrap().activities;
    let xml = String::from_utf8(activities[&("work", put_code)].xml.to_vec()).unwrap();
    let (before, after) = xml.split_once("<common:last-modified-date>").unwrap();
    let (_, rest) = after.split_once('<').unwrap();
    format!("{before}<common:last-modified-date>{}<{rest}", orcid_mock::instants::iso(clock))
}

#[test]
fn works_older_than_their_record_says_are_asked_for_until_they_are_new() {
    let here = Here::new(40, 5, &ENDINGS);
    let (orcid, works) = with_most_works(&here);
    let before = rows(&here.dataset, &orcid, "activities/works");
    let clock = here.server.world().clock() + 1_000_000;
    // The record lists new works, and a cache still gives the old ones.
    here.server.change(|world| world.edit(&orcid, clock, |xml| with_works_of(xml, clock)));

    let output = each(&here, &[]);

    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let found = json(&output);
    assert_eq!(found["given_up_for"]["stale"], works.len(), "{found}");
    assert_eq!(found["answers"]["stale"], works.len() * 4, "once in the bulk, three times alone: {found}");
    assert_eq!(rows(&here.dataset, &orcid, "activities/works"), before);
    for put_code in &works {
        let xml = dated(&here, &orcid, *put_code, clock);
        here.server.change(|world| world.put_activity(&orcid, "work", *put_code, xml));
    }
    let next = each(&here, &[]);
    assert_eq!(next.status.code(), Some(0), "{}", text(&next));
    assert_ne!(rows(&here.dataset, &orcid, "activities/works"), before);
    here.assert_sound();
}

#[test]
fn a_work_that_comes_twice_in_a_bulk_is_asked_for_alone() {
    let here = Here::new(40, 5, &ENDINGS);
    let (orcid, works) = with_most_works(&here);
    let clock = here.server.world().clock() + 1_000_000;
    here.server.change(|world| world.edit(&orcid, clock, |xml| with_works_of(xml, clock)));
    let xmls: Vec<String> = works.iter().map(|put_code| dated(&here, &orcid, *put_code, clock)).collect();
    for (put_code, xml) in works.iter().zip(&xmls) {
        here.server.change(|world| world.put_activity(&orcid, "work", *put_code, xml.clone()));
    }
    let all: String = xmls.iter().map(|xml| &xml[xml.find("<work:work").unwrap()..]).collect();
    let wrong =
        xmls[0][xmls[0].find("<work:work").unwrap()..].replace("<common:title>", "<common:title>Wrong ");
    let bulk = format!(r#"<bulk:bulk xmlns:bulk="b">{all}{wrong}</bulk:bulk>"#);
    here.server.fail(When::Path(format!("{orcid}/works/")), Fault::Says { status: 200, body: bulk });

    let output = each(&here, &[]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(json(&output)["answers"]["twice-in-bulk"], 1);
    let found = rows(&here.dataset, &orcid, "activities/works");
    assert_eq!(found.len(), works.len());
    assert!(found.iter().all(|work| !work["title"].as_str().unwrap_or_default().starts_with("Wrong")));
    here.assert_sound();
}

/// A record with another last change.
fn record_of(here: &Here, orcid: &str, date: &str) -> String {
    let xml = here.server.world().text(orcid);
    let (before, after) = xml.split_once("<history:history").unwrap();
    let (history, rest) = after.split_once("</history:history>").unwrap();
    let (start, end) = history.split_once("<common:last-modified-date>").unwrap();
    let (_, end) = end.split_once("</common:last-modified-date>").unwrap();
    format!("{before}<history:history{start}{date}{end}</history:history>{rest}")
        .replace("given-names>", "given-names>Wrong ")
}

#[test]
fn a_record_of_the_future_or_without_a_date_replaces_no_row() {
    let here = Here::new(20, 5, &[]);
    let before = all_rows(&here.dataset);
    let orcid = here.server.world().active()[0].to_string();
    let future = "<common:last-modified-date>9999-01-01T00:00:00Z</common:last-modified-date>";
    let garbage = "<common:last-modified-date>yesterday</common:last-modified-date>";
    for (date, code) in [(future, "future-date"), (garbage, "no-date"), ("", "no-date")] {
        here.server.clear_faults();
        let body = record_of(&here, &orcid, date);
        here.server.fail(When::Path(format!("{orcid}/record")), Fault::Says { status: 200, body });

        let output = each(&here, &["--restart"]);

        assert_eq!(output.status.code(), Some(1), "{date}: {}", text(&output));
        assert_eq!(json(&output)["answers"][code], 3, "{date}: {}", json(&output)["answers"]);
        assert_same(&all_rows(&here.dataset), &before);
    }
}

#[test]
fn a_row_of_the_future_is_replaced_by_a_true_answer() {
    let here = Here::new(20, 5, &[]);
    let orcid = here.server.world().active()[0].to_string();
    // As an earlier version took it from a server.
    let future = "<common:last-modified-date>9999-01-01T00:00:00Z</common:last-modified-date>";
    let wrong = record_of(&here, &orcid, future);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("{orcid}.xml"));
    std::fs::write(&file, wrong).unwrap();
    let held = here.of_folder(folder.path());
    assert!(records(&held.dataset, &orcid)[0]["given_names"].as_str().unwrap().starts_with("Wrong "));

    let output = each(&held, &["--since", "2025-01-01"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(!records(&held.dataset, &orcid)[0]["given_names"].as_str().unwrap().starts_with("Wrong "));
}
