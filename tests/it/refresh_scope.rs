//! Scopes that searches find: what an index that is empty or half lost must not do.

use std::process::Output;

use crate::support::refresh::{Here, at, json, records, text};
use orcid_mock::{Fault, xml};

/// How a search's window reads in a URL that asks who belongs to the scope: since ORCID's first day.
const THERE: &str = "%5B2012-01-01";
const YEAR_SECONDS: i64 = 365 * 86_400;

/// A search's page that counts and shows these people.
fn page(people: &[String]) -> Fault {
    let results: String = people
        .iter()
        .map(|orcid| xml::orcid_id("common:orcid-identifier", orcid))
        .map(|id| format!("<search:result>{id}</search:result>"))
        .collect();
    let found = people.len();
    let body = xml::document(&format!("<search:search num-found=\"{found}\">{results}</search:search>"));
    Fault::Says { status: 200, body }
}

/// A dataset, those of it who have a public given name, and the query for them.
fn named_people() -> (Here, Vec<String>, &'static str) {
    let here = Here::new(20, 7, &[]);
    let world = here.server.world();
    let is_named = |orcid: &String| world.text(orcid).contains("given-names>");
    let people: Vec<String> = world.active().iter().map(ToString::to_string).filter(is_named).collect();
    assert!(people.len() > 9, "{people:?}");
    (here, people, "given-names:*")
}

fn refresh(here: &Here, query: &str, more: &[&str]) -> Output {
    let arguments = ["--query", query, "--rate", "500", "--retry-wait", "1", "--json"];
    here.refresh(&[&arguments[..], more].concat())
}

/// Changes a record, as long ago as the dump is old, or now.
fn change(here: &Here, person: &str, now: bool) {
    here.server.change(|world| {
        let clock = if now { orcid_mock::instants::now() } else { world.clock() + 1_000_000 };
        world.edit(person, clock, |xml| xml.replace("given-names>", "given-names>Newer "));
    });
}

fn is_newer(here: &Here, orcid: &str) -> bool {
    records(&here.dataset, orcid)[0]["given_names"].as_str().unwrap().starts_with("Newer ")
}

fn watermark(output: &Output) -> bool {
    json(output)["applied"]["watermark"].is_string()
}

#[test]
fn a_scope_that_has_lost_everybody_ends_the_run_and_loses_no_change() {
    for part in ["/search", THERE] {
        let (here, people, query) = named_people();
        assert!(watermark(&refresh(&here, query, &[])));
        change(&here, &people[0], true);
        here.server.fail(at(part), page(&[]));

        let output = refresh(&here, query, &[]);

        assert_eq!(output.status.code(), Some(2), "{part}: {}", text(&output));
        assert!(text(&output).contains("found nobody in the scope"), "{part}: {}", text(&output));
        assert!(!is_newer(&here, &people[0]));
        here.server.clear_faults();
        let next = refresh(&here, query, &[]);
        assert_eq!(next.status.code(), Some(0), "{part}: {}", text(&next));
        assert!(is_newer(&here, &people[0]), "{part}");
    }
}

#[test]
fn a_scope_that_is_empty_for_one_search_is_searched_again() {
    let (here, people, query) = named_people();
    refresh(&here, query, &[]);
    change(&here, &people[0], true);
    here.server.fail_times(at(THERE), page(&[]), 1);

    let output = refresh(&here, query, &[]);

    assert_eq!((output.status.code(), is_newer(&here, &people[0])), (Some(0), true), "{}", text(&output));
}

#[test]
fn a_scope_that_nobody_belongs_to_any_more_is_accepted_with_restart() {
    let (here, _, query) = named_people();
    refresh(&here, query, &[]);
    here.server.fail(at("/search"), page(&[]));

    let output = refresh(&here, query, &["--restart"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(json(&output)["applied"]["watermark_stays"], "empty-scope");
}

#[test]
fn a_scope_that_never_had_anybody_is_warned_of_and_its_watermark_stays() {
    let (here, people, query) = named_people();
    change(&here, &people[0], false);
    here.server.fail(at("/search"), page(&[]));

    let output = refresh(&here, query, &[]);

    assert_eq!((output.status.code(), watermark(&output)), (Some(0), false), "{}", text(&output));
    assert!(text(&output).contains("warning: ORCID's search finds nobody"), "{}", text(&output));
    here.server.clear_faults();
    refresh(&here, query, &[]);
    assert!(is_newer(&here, &people[0]));
}

#[test]
fn a_scope_that_has_lost_most_of_its_people_keeps_its_watermark_for_once() {
    let (here, people, query) = named_people();
    assert!(watermark(&refresh(&here, query, &[])));
    change(&here, &people[0], true);
    // The index shows a few people, and none that has changed.
    here.server.fail(at(THERE), page(&people[..3]));
    here.server.fail(at("/search"), page(&[]));

    let half = refresh(&here, query, &[]);

    assert_eq!(half.status.code(), Some(0), "{}", text(&half));
    assert_eq!(json(&half)["applied"]["watermark_stays"], "shrunk-scope", "{}", text(&half));
    assert!(!is_newer(&here, &people[0]));
    here.server.clear_faults();
    let whole = refresh(&here, query, &[]);
    assert_eq!((whole.status.code(), is_newer(&here, &people[0])), (Some(0), true), "{}", text(&whole));
}

#[test]
fn who_joins_a_scope_is_read_though_the_change_is_old() {
    let (here, people, query) = named_people();
    change(&here, &people[0], false);
    here.server.fail(at("/search"), page(&people[1..]));
    let half = refresh(&here, query, &[]);
    assert_eq!((half.status.code(), is_newer(&here, &people[0])), (Some(0), false), "{}", text(&half));
    assert!(watermark(&half));
    here.server.clear_faults();

    let whole = refresh(&here, query, &[]);

    assert_eq!((whole.status.code(), is_newer(&here, &people[0])), (Some(0), true), "{}", text(&whole));
    let third = refresh(&here, query, &[]);
    assert_eq!(json(&third)["requests"]["made"], 2, "nobody joins twice: {}", text(&third));
}

#[test]
fn a_server_whose_clock_is_years_behind_hides_no_change() {
    for arguments in [vec!["--query", "given-names:*"], vec!["--all-in-dataset", "--strategy", "batches"]] {
        let here = Here::new(12, 5, &[]);
        let orcid = here.server.world().active()[0].to_string();
        change(&here, &orcid, false);
        here.server.set_behind(5 * YEAR_SECONDS);
        let arguments = [&arguments[..], &["--rate", "500"]].concat();

        let output = here.refresh(&arguments);

        let said = text(&output);
        assert_eq!((output.status.code(), is_newer(&here, &orcid)), (Some(1), true), "{said}");
        assert!(said.contains("the server's clock says") && said.contains("the watermark stays"), "{said}");
        let manifest = orcidlake::dataset::Manifest::read(&here.dataset).unwrap().unwrap();
        assert!(manifest.scopes.is_empty(), "{:?}", manifest.scopes);
        // When it is right again, nothing is left out.
        here.server.set_behind(0);
        let next = here.refresh(&arguments);
        assert_eq!(next.status.code(), Some(0), "{}", text(&next));
        assert!(text(&next).contains("up to date as of"), "{}", text(&next));
    }
}

#[test]
fn what_was_given_up_is_not_called_up_to_date() {
    let here = Here::new(12, 5, &[]);
    let orcid = here.server.world().active()[0].to_string();
    here.server.fail(at(&format!("{orcid}/record")), Fault::ServerError);

    let output = here.refresh_each(&["--retry-wait", "1", "--tries", "2"]);

    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("but for what was left out") && !said.contains("up to date as of"), "{said}");
}
