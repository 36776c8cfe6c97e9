//! What a plan promises: no more requests than it says; and what becomes of a run
//! that takes more than a day.

use std::os::unix::fs::MetadataExt;

use crate::support::damage::rounds;
use crate::support::refresh::{Here, json, text};
use crate::support::tables::{all_rows, assert_same};
use orcid_mock::{Fault, When};
use orcid_xml::Orcid;
use orcidlake::get;
use serde_json::Value;

const EACH: [&str; 6] = ["--all-in-dataset", "--strategy", "each", "--rate", "500", "--json"];

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// A server with changes, and a dataset of before them with some activities.
fn changed() -> Here {
    let here = Here::new(60, 5, &['0', '3', '5']);
    here.server.change(|world| world.evolve(1, 0.5));
    here
}

#[test]
fn a_calm_run_makes_exactly_the_requests_that_its_plans_tell() {
    let here = changed();

    let output = here.refresh_each(&["--json"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let (said, requests) = (text(&output), json(&output)["requests"].clone());
    assert!(said.contains("an estimate, they are planned when their records are there"), "{said}");
    let second = format!("{} requests planned for items of the records read", requests["items"]);
    assert!(said.contains(&second), "{said} {requests}");
    let log = here.server.log();
    let items = log.for_api().filter(|request| !request.path.ends_with("/record")).count() as u64;
    assert_eq!(items, number(&requests["items"]));
    assert_eq!(log.for_api().count() as u64, number(&requests["made"]));
    assert_eq!(number(&requests["made"]), number(&requests["planned"]) + number(&requests["retried"]));
    assert_eq!(number(&requests["retried"]), 0);
}

#[test]
fn whatever_goes_wrong_there_are_no_more_requests_than_planned_and_repeated() {
    let here = changed();
    for (place, fault) in [
        Fault::ResetBefore,
        Fault::ResetWithin,
        Fault::HalfXml,
        Fault::BadGateway,
        Fault::DamagedGzip,
        Fault::Unavailable(orcid_mock::RetryAfter::Unsaid),
    ]
    .into_iter()
    .enumerate()
    {
        here.server.fail(When::Share { share: 0.06, seed: place as u64 }, fault);
    }

    let arguments = ["--all-in-dataset", "--rate", "500", "--retry-wait", "10", "--tries", "20", "--json"];
    let output = here.refresh(&arguments);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let requests = &json(&output)["requests"];
    assert_eq!(here.server.log().for_api().count() as u64, number(&requests["made"]));
    assert!(number(&requests["retried"]) > 0, "{requests}");
    assert!(number(&requests["made"]) <= number(&requests["planned"]) + number(&requests["retried"]));
    let status = json(&here.refresh(&["--status", "--json"]));
    assert_eq!(&status["runs"][0]["requests"], requests);
}

#[test]
fn what_is_whole_when_the_quota_ends_is_applied_and_the_rest_another_day() {
    let here = changed();
    let calm = here.again();
    calm.refresh_each(&[]);
    here.server.clear_log();
    let people: Vec<_> = here.server.world().people().map(|(orcid, _)| orcid).collect();
    // What each of them has in some tables.
    let state = |here: &Here| -> Vec<Vec<Value>> {
        let tables = ["summaries/records", "summaries/works", "activities/works", "summaries/tombstones"];
        let rows = get::to_json(&get::dataset_rows(&here.dataset, &people).unwrap());
        let all = tables.iter().filter_map(|key| rows.get(*key)?.as_array()).flatten();
        let own = |orcid: &Orcid| all.clone().filter(|row| row["orcid"] == orcid.as_str()).cloned().collect();
        people.iter().map(own).collect()
    };
    let (old, new) = (state(&here), state(&calm));
    let mut seen = Vec::new();
    let watermark = |here: &Here| std::fs::read_to_string(here.dataset.join("orcidlake.json")).unwrap();
    let scopes = |here: &Here| serde_json::from_str::<Value>(&watermark(here)).unwrap()["scopes"].clone();

    for day in 1.. {
        let quota = (day * 40).to_string();
        let output = here.refresh_each(&["--json", "--quota", &quota]);

        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        here.assert_sound();
        let now = state(&here);
        let mixed = now.iter().zip(old.iter().zip(&new)).filter(|(now, (old, new))| now != old && now != new);
        assert_eq!(mixed.count(), 0, "nobody is between two states on day {day}");
        seen.push(
            now.iter().zip(old.iter().zip(&new)).filter(|(now, (old, new))| old != new && now == new).count(),
        );
        let outcome = json(&output);
        if outcome["end"] == "applied" {
            let requests = &outcome["requests"];
            assert_eq!(here.server.log().for_api().count() as u64, number(&requests["planned"]));
            break;
        }
        assert_eq!(outcome["end"], "quota", "{outcome}");
        assert!(scopes(&here).get("all").is_none(), "the watermark stays until all is there");
    }

    assert!(seen.len() > 2 && seen.windows(2).all(|pair| pair[0] <= pair[1]), "{seen:?}");
    assert!(seen[seen.len() - 2] > 0, "{seen:?}");
    assert!(here.server.log().repeats().is_empty(), "{:?}", here.server.log().repeats());
    assert!(scopes(&here).get("all").is_some());
    assert_same(&all_rows(&here.dataset), &all_rows(&calm.dataset));
}

#[test]
fn what_waits_for_another_day_is_not_put_over_a_newer_row() {
    let here = changed();
    let probe = here.again();
    probe.refresh_each(&["--json", "--quota", "1000"]);
    let records = here.server.log().for_api().filter(|request| request.path.ends_with("/record")).count();
    here.server.clear_log();
    // All records are read, and the items of a few.
    let first = here.refresh_each(&["--json", "--quota", &(records + 5).to_string()]);
    let waits = |orcid: &str| {
        let rows = |here: &Here| crate::support::refresh::records(&here.dataset, orcid);
        !rows(&here).is_empty() && !rows(&probe).is_empty() && rows(&here) != rows(&probe)
    };
    let orcid = here.server.world().active().into_iter().find(|orcid| waits(orcid.as_str())).unwrap();
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(orcid.as_str(), clock, |xml| xml.replacen("given-names>", "given-names>Newer ", 1));
    });
    let ids = here.write("ids", orcid.as_str());
    let other = here.refresh(&["--ids", &ids, "--strategy", "each", "--rate", "500"]);
    let newer = crate::support::refresh::records(&here.dataset, orcid.as_str());

    let last = here.refresh_each(&["--json"]);

    assert_eq!(json(&first)["end"], "quota");
    assert_eq!((other.status.code(), json(&last)["end"].as_str()), (Some(0), Some("applied")));
    assert_eq!(crate::support::refresh::records(&here.dataset, orcid.as_str()), newer);
    here.assert_sound();
}

#[test]
fn a_kill_around_the_commit_of_a_part_loses_and_repeats_nothing() {
    let first = changed();
    let calm = first.again();
    calm.refresh_each(&[]);
    let expected = all_rows(&calm.dataset);
    for round in 0..rounds(2) as u64 {
        let here = first.again();
        let inode = std::fs::metadata(&here.dataset).unwrap().ino();
        let mut child = here.command(&[&EACH[..], &["--quota", "60"]].concat()).spawn().unwrap();
        let committed = || std::fs::metadata(&here.dataset).is_ok_and(|folder| folder.ino() != inode);
        while !committed() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        // At once, or some milliseconds after the commit.
        std::thread::sleep(std::time::Duration::from_millis(round));
        let _ = child.kill();
        let _ = child.wait();

        let output = here.refresh_each(&["--json"]);

        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert!(here.server.log().repeats().is_empty(), "{:?}", here.server.log().repeats());
        assert_same(&all_rows(&here.dataset), &expected);
    }
}

/// The path of a single item that a refresh asks for.
fn some_item(here: &Here) -> String {
    let probe = here.again();
    probe.refresh_each(&[]);
    let log = here.server.log();
    let single = |path: &&String| path.contains("/work/");
    let path = log.by_path().keys().find(single).expect("some work is asked for alone").clone();
    here.server.clear_log();
    path
}

#[test]
fn an_item_that_is_not_found_once_is_found_at_the_end() {
    let here = changed();
    let calm = here.again();
    calm.refresh_each(&[]);
    let item = some_item(&here);
    here.server.fail_times(When::Path(item.clone()), Fault::NotFound, 1);

    let output = here.refresh_each(&["--json"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(here.server.log().by_path()[&item], 2);
    assert_same(&all_rows(&here.dataset), &all_rows(&calm.dataset));
    assert_eq!(json(&output)["requests"]["retried"], 1);
}

#[test]
fn an_item_that_is_listed_and_never_found_is_asked_for_by_the_next_run() {
    let here = changed();
    let calm = here.again();
    calm.refresh_each(&[]);
    let item = some_item(&here);
    here.server.fail(When::Path(item.clone()), Fault::NotFound);

    let first = here.refresh_each(&["--json"]);
    here.server.clear_faults();
    let second = here.refresh_each(&["--json"]);

    assert_eq!(first.status.code(), Some(1), "{}", text(&first));
    assert_eq!(json(&first)["answers"]["withheld"], 1);
    assert_eq!(second.status.code(), Some(0), "{}", text(&second));
    assert_same(&all_rows(&here.dataset), &all_rows(&calm.dataset));
}

#[test]
fn an_item_that_is_neither_found_nor_listed_leaves() {
    let here = changed();
    let item = some_item(&here);
    let put_code: i64 = item.rsplit('/').next().unwrap().parse().unwrap();
    let orcid = item.split('/').nth(2).unwrap().to_owned();
    here.server.fail(When::Path(item.clone()), Fault::NotFound);
    let child = here.command(&EACH).spawn().unwrap();
    while !here.server.log().by_path().contains_key(&item) {
        std::thread::yield_now();
    }

    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        let gone = format!("put-code=\"{put_code}\"");
        world.edit(&orcid, clock, |xml| xml.replace(&gone, "put-code=\"987654321\""));
    });
    let output = child.wait_with_output().unwrap();

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let works = crate::support::refresh::rows(&here.dataset, &orcid, "activities/works");
    assert!(works.iter().all(|work| work["put_code"].as_i64() != Some(put_code)));
    here.assert_sound();
}
