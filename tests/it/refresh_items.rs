//! Full items of people who leave and return, through the program.

use crate::support::refresh::{Here, json, records, rows, text, with_most_works, with_works_of};
use orcid_mock::{Fault, When, World};
use orcidlake::dataset::{Dataset, Manifest};

const ENDINGS: [char; 11] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X'];

/// Rows of full items in the dataset.
fn items(here: &Here) -> u64 {
    let manifest = Manifest::read(&here.dataset).unwrap().unwrap();
    manifest.parts().filter(|(key, _)| key.starts_with("activities/")).map(|(_, part)| part.rows).sum()
}

/// The server loses everybody, and the dataset follows.
fn lose_everybody(here: &Here) -> World {
    let before = here.server.world();
    let people: Vec<String> = before.active().iter().map(ToString::to_string).collect();
    here.server.change(|world| people.iter().for_each(|orcid| world.remove(orcid)));
    let output = here.refresh_each(&["--max-removals", "100%"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(people.iter().all(|orcid| records(&here.dataset, orcid).is_empty()));
    before
}

#[test]
fn people_who_return_to_empty_tables_bring_their_items_along() {
    for way in ["each", "batches"] {
        let here = Here::new(12, 5, &ENDINGS);
        let before = items(&here);
        let world = lose_everybody(&here);
        assert_eq!(items(&here), 0);
        here.server.change(|now| *now = world);

        let output = here.refresh(&["--all-in-dataset", "--strategy", way, "--rate", "500"]);

        assert_eq!(output.status.code(), Some(0), "{way}: {}", text(&output));
        assert_eq!(items(&here), before, "{way}");
        here.assert_sound();
    }
}

#[test]
fn a_restart_fetches_items_of_unchanged_records_that_the_dataset_lacks() {
    let here = Here::new(12, 5, &ENDINGS);
    let before = items(&here);
    let world = lose_everybody(&here);
    // Records return and lose their items, as with an earlier version.
    here.server.change(|now| *now = world);
    let path = here.dataset.join("orcidlake.json");
    let manifest = std::fs::read_to_string(&path).unwrap();
    let mut without: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let tables = without["tables"].clone();
    let summaries = |key: &serde_json::Value| key.as_str().unwrap().starts_with("summaries/");
    without["tables"].as_array_mut().unwrap().retain(summaries);
    std::fs::write(&path, without.to_string()).unwrap();
    here.refresh_each(&[]);
    let mut with: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    with["tables"] = tables;
    std::fs::write(&path, with.to_string()).unwrap();
    assert_eq!(items(&here), 0);
    Dataset::open(&here.dataset).unwrap();

    let usual = here.refresh_each(&[]);
    assert_eq!((usual.status.code(), items(&here)), (Some(0), 0), "{}", text(&usual));
    let restarted = here.refresh_each(&["--restart"]);

    assert_eq!((restarted.status.code(), items(&here)), (Some(0), before), "{}", text(&restarted));
    let orcid = here.server.world().active()[0].to_string();
    assert!(!rows(&here.dataset, &orcid, "summaries/records").is_empty());
}

#[test]
fn a_dataset_without_items_fetches_none() {
    let here = Here::new(12, 5, &[]);
    here.server.change(|world| world.evolve(1, 0.9));

    let output = here.refresh_each(&["--restart"]);

    assert_eq!((output.status.code(), items(&here)), (Some(0), 0), "{}", text(&output));
    let log = here.server.log();
    assert!(log.for_api().all(|request| request.path.ends_with("/record")), "{}", log.counts());
}

#[test]
fn a_record_that_goes_while_its_items_are_missing_is_not_asked_for_without_end() {
    let here = Here::new(40, 5, &ENDINGS);
    let (orcid, works) = with_most_works(&here);
    let active = here.server.world().active();
    let primary = active.iter().map(ToString::to_string).find(|other| *other != orcid).unwrap();
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&orcid, clock, |xml| with_works_of(xml, clock));
        works.iter().for_each(|put_code| world.remove_activity(&orcid, "work", *put_code));
    });
    let (path, body) = (format!("{orcid}/record"), here.server.world().text(&orcid));
    here.server.fail_times(When::Path(path.clone()), Fault::Says { status: 200, body }, 1);
    let message =
        format!("Please refer to account: https://orcid.org/{primary}. ORCID https://orcid.org/{orcid}");
    let body = format!(
        r#"<error:error xmlns:error="http://www.orcid.org/ns/error"><error:user-message>{message}</error:user-message><error:error-code>9007</error:error-code></error:error>"#
    );
    here.server.fail(When::Path(path), Fault::Says { status: 301, body });
    let ids = here.write("ids", &orcid);

    let output =
        here.refresh(&["--ids", &ids, "--strategy", "each", "--rate", "500", "--quota", "900", "--json"]);

    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let outcome = json(&output);
    assert_eq!(outcome["end"], "applied", "{outcome}");
    assert_eq!(outcome["answers"]["withheld"], works.len(), "{outcome}");
}

#[test]
fn an_answer_that_is_no_bulk_is_not_taken_for_one_without_works() {
    let here = Here::new(40, 5, &ENDINGS);
    let (orcid, works) = with_most_works(&here);
    let clock = here.server.world().clock() + 1_000_000;
    here.server.change(|world| world.edit(&orcid, clock, |xml| with_works_of(xml, clock)));
    assert!(works.len() > 1);
    for (body, code) in [("{\"bulk\":[]}", "malformed-xml"), ("<other/>", "not-orcid")] {
        here.server.clear_faults();
        here.server.clear_log();
        let bulk = When::Path(format!("{orcid}/works/"));
        here.server.fail(bulk, Fault::Says { status: 200, body: body.to_owned() });

        let output = here.refresh_each(&["--json", "--restart", "--retry-wait", "1", "--tries", "3"]);

        assert_eq!(output.status.code(), Some(1), "{code}: {}", text(&output));
        assert_eq!(json(&output)["answers"][code], 3, "{}", json(&output)["answers"]);
        let alone = format!("{orcid}/work/");
        assert_eq!(here.server.log().for_api().filter(|request| request.path.contains(&alone)).count(), 0);
    }
}
