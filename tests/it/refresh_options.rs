//! What the options of a refresh choose: whose records, which limits, which old
//! files stay; and that a signal ends it whatever it waits for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::refresh::{Here, json, records, text};
use crate::support::tables::all_rows;
use orcid_mock::{CLIENT_ID, CLIENT_SECRET, Fault, Person, RetryAfter, Standing, When, World};
use orcid_xml::Orcid;
use orcidlake::dataset::Manifest;
use orcidlake::get;
use serde_json::Value;

/// The identifier that most people list, with these people.
fn most_listed(world: &World, of: fn(&Person) -> &Vec<String>) -> (String, BTreeSet<String>) {
    let mut people = BTreeMap::<String, BTreeSet<String>>::new();
    for (orcid, person) in world.people().filter(|(_, person)| person.standing == Standing::Active) {
        for identifier in of(person) {
            people.entry(identifier.clone()).or_default().insert(orcid.to_string());
        }
    }
    people.into_iter().max_by_key(|(_, people)| people.len()).expect("somebody lists one")
}

#[test]
fn a_scope_is_chosen_by_query_or_by_each_kind_of_identifier() {
    let here = Here::new(60, 7, &[]);
    let world = here.server.world();
    let (ror, by_ror) = most_listed(&world, |person| &person.facts.ror);
    let (grid, by_grid) = most_listed(&world, |person| &person.facts.grid);
    let (ringgold, by_ringgold) = most_listed(&world, |person| &person.facts.ringgold);
    let query = format!("ror-org-id:\"{ror}\" OR grid-org-id:\"{grid}\"");
    let by_query = by_ror.union(&by_grid).cloned().collect();
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        for orcid in world.active() {
            world.edit(orcid.as_str(), clock, |xml| xml.replacen("given-names>", "given-names>Newer ", 1));
        }
    });
    let active = here.server.world().active();
    // What each person's record is.
    let records = |dataset: &Path| -> Vec<Value> {
        let rows = get::to_json(&get::dataset_rows(dataset, &active).unwrap());
        let rows = rows["summaries/records"].as_array().unwrap();
        let own = |orcid: &Orcid| rows.iter().filter(|row| row["orcid"] == orcid.as_str()).cloned().collect();
        active.iter().map(own).collect()
    };
    let fresh = records(&here.fresh(&here.server.world()));
    for (option, value, expected) in [
        ("--ror", &ror, &by_ror),
        ("--grid", &grid, &by_grid),
        ("--ringgold", &ringgold, &by_ringgold),
        ("--query", &query, &by_query),
    ] {
        let here = here.again();

        let output = here.refresh(&[option, value, "--rate", "500", "--json"]);

        assert_eq!(output.status.code(), Some(0), "{option}: {}", text(&output));
        assert_eq!(json(&output)["answers"]["record"], expected.len(), "{option} {value}");
        for (orcid, (now, fresh)) in active.iter().zip(records(&here.dataset).iter().zip(&fresh)) {
            assert_eq!(now == fresh, expected.contains(orcid.as_str()), "{option} {value}: {orcid}");
        }
    }
}

#[test]
fn members_have_no_quota_and_a_higher_rate() {
    let here = Here::new(5, 5, &[]);
    let arguments = ["--all-in-dataset", "--strategy", "each", "--plan", "--json"];

    let public = json(&here.refresh(&arguments));
    let member = json(&here.refresh(&[&arguments[..], &["--member"]].concat()));

    assert_eq!((&public["plan"]["quota"], &member["plan"]["quota"]), (&25_000.into(), &Value::Null));
}

/// The data files that a table's log added in a version.
fn added(table: &Path, version: u64) -> BTreeSet<String> {
    let log = table.join(format!("_delta_log/{version:020}.json"));
    let log = std::fs::read_to_string(log).unwrap();
    let actions = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    actions.filter_map(|action| Some(action["add"]["path"].as_str()?.to_owned())).collect()
}

fn parquet(table: &Path) -> BTreeSet<String> {
    let names = std::fs::read_dir(table).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".parquet")).collect()
}

fn named_by_manifest(dataset: &Path, table: &str) -> BTreeSet<String> {
    let manifest = Manifest::read(dataset).unwrap().unwrap();
    manifest.parts().filter(|(key, _)| *key == table).map(|(_, part)| part.name.clone()).collect()
}

#[test]
fn old_files_stay_for_time_travel_only_where_that_is_asked_for() {
    let here = Here::new(30, 5, &[]);
    here.server.change(|world| world.evolve(1, 0.5));
    let key = "summaries/records";
    for (keep, stays) in [("0", false), ("1", true)] {
        let here = here.again();
        let table = here.dataset.join(key);
        let old = added(&table, 0);

        let output = here.refresh(&["--all-in-dataset", "--rate", "500", "--keep-versions", keep]);

        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        let current = named_by_manifest(&here.dataset, key);
        assert!(current.is_disjoint(&old), "{current:?} {old:?}");
        let expected = if stays { current.union(&old).cloned().collect() } else { current };
        assert_eq!(parquet(&table), expected, "keep {keep}");
        here.assert_sound();
    }
}

#[test]
fn a_signal_ends_a_refresh_within_seconds_whatever_it_waits_for() {
    let slow = Duration::from_secs(60);
    let drop_by_drop = Fault::Slow { pieces: 600, pause: Duration::from_millis(100) };
    let cases = [
        ("/oauth/token", Fault::Late(slow)),
        ("/search", Fault::Late(slow)),
        ("/record", drop_by_drop),
        ("/record", Fault::Unavailable(RetryAfter::Seconds(60))),
    ];
    std::thread::scope(|scope| {
        for (path, fault) in cases {
            scope.spawn(move || {
                let here = Here::new(10, 5, &[]);
                let secret = here.write("secret", CLIENT_SECRET);
                let client = ["--client-id", CLIENT_ID, "--client-secret-file", &secret];
                let by = if path == "/search" { "batches" } else { "each" };
                let arguments =
                    [&client[..], &["--all-in-dataset", "--rate", "500", "--strategy", by]].concat();
                here.server.fail(When::Path(path.to_owned()), fault.clone());
                let child = here.command(&arguments).spawn().unwrap();
                while here.server.log().by_path().keys().all(|asked| !asked.ends_with(path)) {
                    std::thread::sleep(Duration::from_millis(20));
                }
                let begun = Instant::now();

                crate::support::refresh::terminate(&child);
                let output = child.wait_with_output().unwrap();

                assert_eq!(output.status.code(), Some(2), "{path} {fault:?}: {}", text(&output));
                assert!(begun.elapsed() < Duration::from_secs(6), "{path} {fault:?}: {:?}", begun.elapsed());
                here.server.clear_faults();
                // What was to be asked again in a minute is not waited for.
                let again = here.refresh(&[&arguments[..], &["--restart"]].concat());
                assert_eq!(again.status.code(), Some(0), "{path} {fault:?}: {}", text(&again));
            });
        }
    });
}

#[test]
fn what_changed_while_the_dump_was_written_is_found_by_the_first_refresh() {
    let here = Here::new(20, 5, &[]);
    let active = here.server.world().active();
    let [days_before, long_before] = [active[0].as_str(), active[1].as_str()];
    here.server.change(|world| {
        // Both after their snapshots and before the dump's newest change.
        for (orcid, days) in [(days_before, 10), (long_before, 400)] {
            let moment = world.clock() - days * 86_400_000_000;
            world.edit(orcid, moment, |xml| xml.replacen("given-names>", "given-names>Newer ", 1));
        }
    });
    let before = all_rows(&here.dataset);
    let arguments = ["--all-in-dataset", "--strategy", "batches", "--rate", "500", "--json"];

    let first = here.refresh(&arguments);
    here.server.clear_log();
    let second = here.refresh(&arguments);

    assert_eq!(json(&first)["answers"]["record"], 1, "{}", text(&first));
    assert_ne!(all_rows(&here.dataset), before);
    let expected = records(&here.fresh(&here.server.world()), days_before);
    assert_eq!(records(&here.dataset, days_before), expected);
    assert!(json(&second)["answers"]["record"].is_null(), "{}", text(&second));
    assert!(here.server.log().by_path().keys().all(|path| path.contains("search")));
}

#[cfg(unix)]
#[test]
fn a_log_is_its_owners_alone_and_lines_that_cannot_be_written_are_told_once() {
    use std::os::unix::fs::PermissionsExt;

    let here = Here::new(3, 5, &[]);
    let log = here.path("log");

    let output = here.refresh_each(&["--log-file", &log]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(std::fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!text(&output).contains("warning"), "{}", text(&output));
    if std::path::Path::new("/dev/full").exists() {
        let output = here.refresh_each(&["--restart", "--log-file", "/dev/full"]);

        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert_eq!(text(&output).matches("because writing failed").count(), 1, "{}", text(&output));
        assert!(!text(&output).contains("tracing"), "{}", text(&output));
    }
}

#[test]
fn a_rate_that_is_too_high_is_told_the_highest() {
    let here = Here::new(3, 5, &[]);

    let output = here.refresh(&["--all-in-dataset", "--rate", "2000"]);

    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("from 0.001 to 1000"), "{}", text(&output));
}
