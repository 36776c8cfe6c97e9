//! What removes people from a dataset and what does not: answers about others, servers that know
//! nobody, and the limit of a run.

use crate::support::refresh::{
    Here, active, at, by_batches, each, error, json, records, rows, text, watermark, with_most_works,
    with_works_of,
};
use crate::support::tables::{all_rows, assert_same};
use orcid_mock::{Fault, RetryAfter};

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
