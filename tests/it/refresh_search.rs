//! Searches that find more than they can show, through the program.

use std::process::Output;

use crate::support::refresh::{Here, json, records, text, watermark};
use orcid_mock::{Fault, Limits, LocalOrcid, When, World, plain, xml};

/// More people than a search can show.
const CROWD: u64 = 11_500;
/// Those of them whom the dataset has.
const KNOWN: u64 = 5;
/// How a query with a range of iDs stands in a URL.
const RANGE: &str = "AND+orcid%3A%5B";

/// A dataset of some people, and a server on which they and thousands of others have changed
/// since, all in one millisecond.
fn mass_change() -> Here {
    let earlier = orcid_mock::instants::parse("2025-06-01T00:00:00Z").unwrap();
    let here = Here::of(LocalOrcid::start(World::crowd(KNOWN, earlier, 1_000_000), Limits::none()), &[]);
    let later = orcid_mock::instants::parse("2025-06-02T10:11:12.345Z").unwrap();
    here.server.change(|world| *world = World::crowd(CROWD, later, 0));
    here
}

fn by_windows(here: &Here) -> Output {
    let arguments = ["--all-in-dataset", "--strategy", "windows", "--rate", "1000", "--json"];
    here.refresh(&[&arguments[..], &["--in-flight", "1", "--retry-wait", "1"]].concat())
}

fn asked_by_range(here: &Here) -> usize {
    here.server.log().for_api().filter(|request| request.query.contains(RANGE)).count()
}

#[test]
fn more_changes_in_one_millisecond_than_a_search_shows_are_all_found() {
    let here = mass_change();

    let output = by_windows(&here);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(json(&output)["answers"]["record"], KNOWN);
    for number in 0..KNOWN {
        let changed = records(&here.dataset, plain::crowd_id(number).as_str());
        assert!(changed[0]["last_modified_date"].as_str().unwrap().starts_with("2025-06-02"), "{changed:?}");
    }
    assert!(watermark(&here).is_some());
    assert!((5..40).contains(&asked_by_range(&here)), "{}", here.server.log().counts());
}

#[test]
fn a_page_that_repeats_the_one_before_hides_nobody() {
    let people = 1_500;
    let at = |time: &str| orcid_mock::instants::parse(time).unwrap();
    let earlier = World::crowd(people, at("2025-06-01T00:00:00Z"), 1_000);
    let here = Here::of(LocalOrcid::start(earlier, Limits::none()), &[]);
    here.server.change(|world| *world = World::crowd(people, at("2025-06-02T00:00:00Z"), 1_000_000));
    let body = first_page(&here).replace(&CROWD.to_string(), &people.to_string());
    // The later page shows as many results as it should, and of those that were there.
    let results: Vec<&str> = body.split_inclusive("</search:result>").collect();
    let body = format!("{}</search:search>", results[..501].concat());
    here.server.fail(When::Path("start=999".to_owned()), Fault::Says { status: 200, body });

    let output = by_windows(&here);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(json(&output)["answers"]["record"], people, "{}", text(&output));
    let last = records(&here.dataset, plain::crowd_id(people - 1).as_str());
    assert!(last[0]["last_modified_date"].as_str().unwrap().starts_with("2025-06-02"), "{last:?}");
}

/// A search's page of the first thousand people, which counts them all.
fn first_page(here: &Here) -> String {
    let world = here.server.world();
    let people = world.active().into_iter().take(1_000);
    let results: String = people
        .map(|orcid| xml::orcid_id("common:orcid-identifier", orcid.as_str()))
        .map(|id| format!("<search:result>{id}</search:result>"))
        .collect();
    xml::document(&format!("<search:search num-found=\"{CROWD}\">{results}</search:search>"))
}

#[test]
fn a_server_that_does_not_search_by_ranges_of_ids_ends_the_run_and_is_not_asked_without_end() {
    let nothing = xml::document("<search:search num-found=\"0\"/>");
    let nobody = xml::document(&format!("<search:search num-found=\"{CROWD}\"/>"));
    let here = mass_change();
    for (status, body) in [(200, first_page(&here)), (200, nothing), (200, nobody), (400, String::new())] {
        let here = here.again();
        here.server.clear_faults();
        here.server.fail(When::Path(RANGE.to_owned()), Fault::Says { status, body });

        let output = by_windows(&here);

        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains("does not search by ranges of iDs"), "{}", text(&output));
        assert_eq!(watermark(&here), None);
        // Each of the fifty halvings asks for two ranges at most.
        assert!(asked_by_range(&here) < 100, "{}", here.server.log().counts());
    }
}

#[test]
fn a_search_that_is_given_up_tells_its_fault_once() {
    let here = mass_change();
    for (status, body, expected) in [
        (200, "<html>welcome</html>", ": html (status 200)"),
        (500, "", ": server-error (status 500)"),
        (404, "", ": foreign-404 (status 404)"),
    ] {
        here.server.clear_faults();
        here.server.fail(When::Path("/search".to_owned()), Fault::Says { status, body: body.to_owned() });

        let output = by_windows(&here);

        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains(expected), "{}", text(&output));
    }
}

#[test]
fn a_result_with_a_wrong_check_digit_is_a_fault_and_leaves_no_tombstone() {
    let here = mass_change();
    let mistyped = "0000-0002-1825-0098";
    let id = xml::orcid_id("common:orcid-identifier", mistyped);
    let page = format!("<search:search num-found=\"1\"><search:result>{id}</search:result></search:search>");
    here.server
        .fail(When::Path("/search".to_owned()), Fault::Says { status: 200, body: xml::document(&page) });

    let output = here.refresh(&["--query", "family-name:*", "--rate", "1000", "--retry-wait", "1"]);

    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("invalid-value"), "{}", text(&output));
    assert!(!here.server.log().for_api().any(|request| request.path.contains(mistyped)));
}
