//! Refreshing a dataset from a local ORCID, through the program: the rows of a fresh conversion,
//! however changes are found and whatever a server answers.

use std::collections::BTreeSet;

use crate::support::refresh::{Here, json, records, text};
use crate::support::tables::{assert_same, without_people};
use orcid_mock::{CLIENT_ID, CLIENT_SECRET, Fault, RetryAfter, Standing, When};

/// Every fault but three: an endless body takes its time, a 429 without a time ends the run, and
/// another's answer about an item is a 404 that cannot be told from a true one (of a record it can).
fn faults() -> Vec<Fault> {
    let others = [Fault::Endless, Fault::TooMany(RetryAfter::Unsaid), Fault::OtherRecord];
    Fault::all().into_iter().filter(|fault| !others.contains(fault)).collect()
}

#[test]
fn a_refreshed_dataset_is_that_of_a_fresh_conversion() {
    let here = Here::new(60, 7, &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X']);
    let changes = here.server.change(|world| world.evolve(1, 0.3));

    let output = here.refresh(&["--all-in-dataset", "--rate", "500"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(here.server.log().repeats().is_empty(), "{:?}", here.server.log().repeats());
    assert!(here.server.log().repeated_works().is_empty());
    let newcomers = changes.iter().filter(|change| matches!(change, orcid_mock::Change::NewPerson { .. }));
    let mut world = here.server.world();
    newcomers.for_each(|change| world.remove(change.orcid().as_str()));
    let removed = changes.iter().filter(|change| matches!(change, orcid_mock::Change::Removed { .. }));
    let removed: BTreeSet<String> = removed.map(|change| change.orcid().to_string()).collect();
    assert_same(&without_people(&here.dataset, &removed), &without_people(&here.fresh(&world), &removed));
    here.assert_sound();
}

#[test]
fn every_way_of_finding_changes_leads_to_the_same_rows() {
    let whole = Here::new(40, 3, &['0', '5']);
    let changes = whole.server.change(|world| world.evolve(2, 0.3));
    whole.refresh(&["--all-in-dataset", "--rate", "500", "--strategy", "each"]);
    for by in ["batches", "windows"] {
        let here = whole.again();

        let output = here.refresh(&["--all-in-dataset", "--rate", "500", "--strategy", by]);

        assert_eq!(output.status.code(), Some(0), "{by}: {}", text(&output));
        assert_same(
            &crate::support::tables::all_rows(&here.dataset),
            &crate::support::tables::all_rows(&whole.dataset),
        );
    }
    let csv: String = changes
        .iter()
        .map(|change| format!("{},/x,2012-01-01 00:00:00,2026-01-01 00:00:00.000001\n", change.orcid()))
        .collect();
    let here = whole.again();
    let file = here.write("last_modified.csv", &format!("orcid,path,date_created,last_modified\n{csv}"));
    here.refresh(&["--all-in-dataset", "--rate", "500", "--changes", &file]);
    assert_same(
        &crate::support::tables::all_rows(&here.dataset),
        &crate::support::tables::all_rows(&whole.dataset),
    );
    assert_eq!(here.server.log().by_path().keys().filter(|path| path.contains("search")).count(), 0);
    // The scope is known up to the newest change in the file, not up to now.
    let manifest = orcidlake::dataset::Manifest::read(&here.dataset).unwrap().unwrap();
    assert_eq!(manifest.scopes["all"]["watermark"], 1_767_225_600_000_001_i64);
}

#[test]
fn people_join_and_leave_an_institution() {
    let here = Here::new(60, 7, &[]);
    let (ror, listing) = here.most_listed();
    here.server.change(|world| world.evolve(5, 0.4));
    let gone = listing[0].clone();
    here.server.change(|world| {
        let clock = world.clock();
        world.edit(&gone, clock, |xml| xml.replace(&ror, "https://ror.org/000000000"));
    });

    let output = here.refresh(&["--ror", &ror, "--rate", "500"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let fresh = here.fresh(&here.server.world());
    for orcid in &listing {
        let person = here.server.world().get(orcid_xml::Orcid::new(orcid).unwrap()).cloned();
        let Some(Standing::Active) = person.map(|person| person.standing) else {
            assert!(records(&here.dataset, orcid).is_empty(), "{orcid} has gone");
            continue;
        };
        assert_eq!(records(&here.dataset, orcid), records(&fresh, orcid), "{orcid}");
    }
    let again = here.refresh(&["--ror", &ror, "--rate", "500", "--json"]);
    assert_eq!(json(&again)["answers"]["record"], serde_json::Value::Null, "{}", text(&again));
}

#[test]
fn the_plan_counts_the_requests_that_are_made() {
    let here = Here::new(50, 9, &[]);
    here.server.change(|world| world.evolve(1, 0.3));

    let plan = json(&here.refresh(&["--all-in-dataset", "--rate", "500", "--plan", "--json"]));
    let searches = here.server.log().for_api().count();
    here.refresh(&["--all-in-dataset", "--rate", "500"]);

    assert_eq!(plan["end"], "planned");
    assert_eq!(plan["plan"]["made"], searches);
    let primaries = here.server.log().by_status().get(&301).copied().unwrap_or(0) as u64;
    let requests = plan["plan"]["requests"].as_u64().unwrap();
    let made = (here.server.log().for_api().count() - searches) as u64;
    assert!((requests..=requests + primaries).contains(&made), "{requests} planned, {made} made");
}

#[test]
fn each_fault_is_outlived_and_nothing_is_asked_twice() {
    let here = Here::new(40, 5, &['0', '3']);
    here.server.change(|world| world.evolve(1, 0.5));
    let calm = here.again();
    calm.refresh(&["--all-in-dataset", "--rate", "500"]);
    here.server.clear_log();
    for (place, fault) in faults().into_iter().enumerate() {
        let share = When::Share { share: 0.03, seed: place as u64 };
        here.server.fail(share, fault);
    }

    let output = here.refresh(&[
        "--all-in-dataset",
        "--rate",
        "500",
        "--retry-wait",
        "20",
        "--tries",
        "20",
        "--timeout",
        "10",
    ]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(here.server.log().repeats().is_empty(), "{:?}", here.server.log().repeats());
    assert_same(
        &crate::support::tables::all_rows(&here.dataset),
        &crate::support::tables::all_rows(&calm.dataset),
    );
}

#[test]
fn what_is_no_word_of_orcid_removes_nobody() {
    for fault in [
        Fault::HtmlPage,
        Fault::Empty,
        Fault::HalfXml,
        Fault::OtherRecord,
        Fault::BadGateway,
        Fault::DamagedGzip,
    ] {
        let here = Here::new(12, 5, &[]);
        let before = crate::support::tables::all_rows(&here.dataset);
        here.server.fail(When::Path("/record".to_owned()), fault.clone());

        let output = here.refresh_each(&["--retry-wait", "1", "--tries", "2"]);

        assert_eq!(output.status.code(), Some(1), "{fault:?}: {}", text(&output));
        assert_same(&crate::support::tables::all_rows(&here.dataset), &before);
    }
}

#[test]
fn each_standing_has_its_treatment() {
    let here = Here::new(12, 5, &[]);
    let ids: Vec<String> = here.server.world().active().iter().map(ToString::to_string).collect();
    here.server.change(|world| {
        world.lock(&ids[0]);
        world.deactivate(&ids[1]);
        world.deprecate(&ids[2], &ids[3]);
        world.remove(&ids[4]);
        world.unclaim(&ids[5]);
        world.hide(&ids[6]);
    });

    let output = here.refresh_each(&["--json"]);

    let answers = json(&output)["answers"].clone();
    for code in ["locked", "deactivated", "deprecated", "not-found", "unclaimed", "not-public"] {
        // The dump has tombstones too, and who stands behind them may have returned.
        assert!(answers[code].as_u64() >= Some(1), "{code}: {answers}");
    }
    for (place, stays) in [(0, false), (1, false), (2, false), (3, true), (4, false), (5, true), (6, true)] {
        assert_eq!(records(&here.dataset, &ids[place]).len(), usize::from(stays), "{place}");
    }
    let tombstone = &crate::support::refresh::rows(&here.dataset, &ids[2], "summaries/tombstones")[0];
    assert_eq!(
        (&tombstone["status"], &tombstone["primary_orcid"]),
        (&"deprecated".into(), &ids[3].clone().into())
    );
}

#[test]
fn a_token_that_becomes_invalid_is_renewed_and_no_secret_shows() {
    let here = Here::new(40, 5, &[]);
    let secret = here.write("secret", CLIENT_SECRET);
    let log = here.path("requests.log");
    let token_file = here.path("token.json");
    let client = ["--client-id", CLIENT_ID, "--client-secret-file", &secret];
    let arguments = ["--all-in-dataset", "--strategy", "each", "--rate", "500", "--log-file", &log];
    let first = here.refresh(&[&client[..], &arguments[..], &["--quota", "12"]].concat());
    let kept = std::fs::read_to_string(&token_file).unwrap();
    here.server.expire_token();

    let second = here.refresh(&[&client[..], &arguments[..], &["--json"]].concat());

    assert_eq!((first.status.code(), second.status.code()), (Some(0), Some(0)), "{}", text(&second));
    assert!(json(&second)["answers"]["token-renewed"].as_u64() >= Some(1));
    assert_eq!((here.server.log().unauthorized(), here.server.log().without_agent("orcidlake/")), (0, 0));
    let renewed = std::fs::read_to_string(&token_file).unwrap();
    assert_ne!(kept, renewed);
    let tokens: Vec<String> =
        [&kept, &renewed].map(|text| crate::support::refresh::access_token(text)).to_vec();
    let shown = [text(&first), text(&second), String::from_utf8_lossy(&second.stdout).into_owned()].concat();
    let written = std::fs::read_to_string(&log).unwrap();
    assert!(written.contains("/record") && written.contains("status=200"), "{written}");
    for hidden in [CLIENT_SECRET, &tokens[0], &tokens[1]] {
        assert!(!shown.contains(hidden) && !written.contains(hidden));
        for (path, bytes) in crate::support::tables::files(&here.dataset) {
            assert!(
                !bytes.windows(hidden.len()).any(|window| window == hidden.as_bytes()),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn a_scope_of_ids_adds_people_and_knows_its_own_watermark() {
    let here = Here::new(20, 5, &[]);
    let changes = here.server.change(|world| world.evolve(1, 0.5));
    let newcomer =
        changes.iter().find(|change| matches!(change, orcid_mock::Change::NewPerson { .. })).unwrap();
    let newcomer = newcomer.orcid().to_string();
    let ids = here.write("ids", &format!("https://orcid.org/{newcomer}\n"));

    let known_only = here.refresh(&["--ids", &ids, "--rate", "500", "--known-only", "--json"]);
    let absent = records(&here.dataset, &newcomer).is_empty();
    let first = here.refresh(&["--ids", &ids, "--rate", "500", "--json", "--since", "2020-01-01"]);
    let second = here.refresh(&["--ids", &ids, "--rate", "500", "--json"]);

    assert_eq!(known_only.status.code(), Some(0), "{}", text(&known_only));
    assert!(absent);
    assert_eq!(json(&first)["answers"]["record"], 1, "{}", text(&first));
    assert_eq!(records(&here.dataset, &newcomer).len(), 1);
    assert!(json(&second)["plan"]["since"].as_i64() > json(&first)["plan"]["since"].as_i64());
    assert_eq!(json(&second)["answers"]["record"], serde_json::Value::Null);
}

#[test]
fn an_empty_world_of_changes_costs_searches_only() {
    let here = Here::new(20, 5, &[]);
    let first = here.refresh(&["--all-in-dataset", "--rate", "500", "--json"]);
    here.server.clear_log();

    let output = here.refresh(&["--all-in-dataset", "--rate", "500", "--json"]);

    assert!(json(&first)["answers"]["record"].is_null(), "{}", text(&first));
    assert_eq!(json(&output)["end"], "applied", "{}", text(&output));
    assert!(here.server.log().by_path().keys().all(|path| path.contains("search")));
    here.assert_sound();
}
