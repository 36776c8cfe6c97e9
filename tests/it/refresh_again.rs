//! Refreshing a dataset that has become another since a run was planned, or
//! whose people have come back.

use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::support::archives_in;
use crate::support::refresh::{Here, json, records, text};
use orcid_mock::{Fault, When};

/// The iDs whose records have been asked for.
fn asked(here: &Here) -> Vec<String> {
    let paths = here.server.log().by_path().into_keys();
    paths.filter_map(|path| Some(path.strip_suffix("/record")?.rsplit('/').next()?.to_owned())).collect()
}

/// Replaces the dataset by one of its archives.
fn replace(here: &Here) {
    let archives = archives_in(here.dataset.parent().unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_orcidlake"));
    command.arg("convert").args(archives).arg("--replace").arg("--out").arg(&here.dataset);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
}

#[test]
fn a_run_that_goes_on_puts_no_old_record_over_a_newer_one() {
    let here = Here::new(30, 5, &['0', '5']);
    here.server.change(|world| world.evolve(1, 0.5));
    here.refresh_each(&["--in-flight", "1", "--quota", "15"]);
    let active = here.server.world().active();
    let read = asked(&here);
    let read = read.into_iter().find(|id| active.iter().any(|orcid| orcid.as_str() == id)).unwrap();
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&read, clock, |xml| xml.replace("given-names>", "given-names>Newer "));
    });
    let ids = here.write("ids", &read);
    let other = here.refresh(&["--ids", &ids, "--strategy", "each", "--rate", "500"]);
    let newer = records(&here.dataset, &read);

    let output = here.refresh_each(&["--in-flight", "1", "--quota", "1000"]);

    assert_eq!((other.status.code(), output.status.code()), (Some(0), Some(0)), "{}", text(&output));
    assert!(text(&output).contains("continuing the run begun at"), "{}", text(&output));
    assert_eq!(records(&here.dataset, &read), newer);
    here.assert_sound();
}

#[test]
fn a_replaced_dataset_has_no_unfinished_run() {
    let here = Here::new(20, 5, &[]);
    here.refresh(&["--query", "orcid:0000*", "--rate", "500"]);
    here.refresh_each(&["--quota", "12"]);
    replace(&here);

    let output = here.refresh_each(&["--json"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(!text(&output).contains("continuing"), "{}", text(&output));
    let plan = &json(&output)["plan"];
    assert!(plan["made"] == 0 && plan["used_today"].as_u64() >= Some(12), "{plan}");
}

#[test]
fn a_run_that_is_restarted_is_planned_again() {
    let here = Here::new(20, 5, &[]);
    here.refresh_each(&["--quota", "12"]);

    let output = here.refresh_each(&["--json", "--restart"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(json(&output)["plan"]["made"], 0);
}

#[test]
fn who_was_locked_and_is_unlocked_returns() {
    let here = Here::new(20, 5, &[]);
    let locked = here.server.world().active()[0].to_string();
    let before = records(&here.dataset, &locked);
    let arguments = ["--all-in-dataset", "--strategy", "batches", "--rate", "500"];
    here.server.change(|world| world.lock(&locked));
    here.refresh(&arguments);
    let meanwhile = records(&here.dataset, &locked);
    here.server.change(|world| world.unlock(&locked));

    let output = here.refresh(&arguments);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(
        meanwhile.is_empty()
            && crate::support::refresh::rows(&here.dataset, &locked, "summaries/tombstones").is_empty()
    );
    assert_eq!(records(&here.dataset, &locked), before);
}

#[test]
fn who_is_known_as_locked_returns_even_if_nobody_is_added() {
    let here = Here::new(20, 5, &[]);
    let locked = here.server.world().active()[0].to_string();
    let before = records(&here.dataset, &locked);
    let arguments = ["--all-in-dataset", "--strategy", "batches", "--rate", "500", "--known-only"];
    here.server.change(|world| world.lock(&locked));
    here.refresh(&arguments);
    here.server.change(|world| world.unlock(&locked));

    let output = here.refresh(&arguments);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(records(&here.dataset, &locked), before);
}

#[test]
fn a_scope_is_known_up_to_the_servers_time_where_that_is_behind_ours() {
    let here = Here::new(10, 5, &[]);
    let watermark = |here: &Here| {
        let manifest = orcidlake::dataset::Manifest::read(&here.dataset).unwrap().unwrap();
        manifest.scopes["all"]["watermark"].as_i64().unwrap()
    };
    let own_time = here.again();
    own_time.refresh(&["--all-in-dataset", "--rate", "500"]);
    here.server.set_behind(3 * 3_600);

    let output = here.refresh(&["--all-in-dataset", "--rate", "500"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let behind = (watermark(&own_time) - watermark(&here)) / 1_000_000;
    assert!((10_000..=10_810).contains(&behind), "{behind} seconds");
}

#[test]
fn who_reads_the_queue_for_too_long_is_named_with_what_to_do() {
    let here = Here::new(10, 5, &[]);
    here.refresh_each(&["--quota", "5"]);
    let reader = rusqlite::Connection::open(here.dataset.join("refresh.sqlite")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM run").unwrap();

    let output = here.refresh_each(&[]);

    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("reading the queue"), "{}", text(&output));
    assert!(text(&output).contains("hint: end that program"), "{}", text(&output));
    drop(reader);
    assert_eq!(here.refresh_each(&[]).status.code(), Some(0));
}

#[test]
fn the_record_that_took_the_place_of_another_stays_in_the_scope() {
    let here = Here::new(20, 5, &[]);
    let active: Vec<String> = here.server.world().active().iter().map(ToString::to_string).collect();
    let ids = here.write("ids", &active[0]);
    let arguments = ["--ids", &ids, "--strategy", "each", "--rate", "500"];
    here.server.change(|world| world.deprecate(&active[0], &active[1]));
    here.refresh(&arguments);
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&active[1], clock, |xml| xml.replace("given-names>", "given-names>Newer "));
    });
    let before = records(&here.dataset, &active[1]);

    let output = here.refresh(&arguments);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_ne!(records(&here.dataset, &active[1]), before);
}

#[test]
fn a_kill_after_the_commit_hides_nothing() {
    let first = Here::new(20, 5, &[]);
    let refused = first.server.world().active()[0].to_string();
    first.server.fail(When::Path(format!("{refused}/record")), Fault::Empty);
    let arguments = ["--all-in-dataset", "--strategy", "each", "--rate", "500", "--tries", "1", "--json"];
    for _ in 0..10 {
        let here = first.again();
        let inode = std::fs::metadata(&here.dataset).unwrap().ino();
        let mut child = here.command(&arguments).spawn().unwrap();
        while std::fs::metadata(&here.dataset).is_ok_and(|folder| folder.ino() == inode)
            && child.try_wait().unwrap().is_none()
        {
            std::thread::yield_now();
        }
        let _ = child.kill();
        let _ = child.wait();
        let status = json(&here.refresh(&["--status", "--json"]));
        let committed = std::fs::metadata(&here.dataset).unwrap().ino() != inode;
        if status["runs"][0]["stage"] != "apply" || !committed {
            continue;
        }
        here.server.clear_log();

        let output = here.refresh(&arguments);

        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        let outcome = json(&output);
        assert_eq!((&outcome["given_up"], &outcome["end"]), (&1.into(), &"applied".into()));
        assert!(outcome["applied"]["watermark"].is_string(), "{outcome}");
        assert!(asked(&here).is_empty());
        return;
    }
    println!("skipped: no kill fell between the commit and the end");
}

#[test]
fn an_empty_scope_is_refused() {
    let here = Here::new(5, 5, &[]);
    let empty = here.write("ids", "# nobody\n");
    let both = ["--ids", "-", "--client-id", "APP-1", "--client-secret-file", "-"];
    for (arguments, message) in [
        (&["--ids", &empty][..], "the scope is empty"),
        (&["--query", " "], "the scope is empty"),
        (&both, "standard input cannot hold both"),
    ] {
        let output = here.refresh(arguments);

        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output).contains(message), "{}", text(&output));
    }
}

#[test]
fn the_code_of_each_fault_is_counted() {
    let here = Here::new(60, 5, &[]);
    let faults = Fault::all().into_iter().filter_map(|fault| Some((codes(&fault)?, fault)));
    let faults: Vec<(&[&str], Fault)> = faults.collect();
    for (_, fault) in &faults {
        here.server.fail_times(When::Path("/record".to_owned()), fault.clone(), 1);
    }

    let output = here.refresh_each(&["--retry-wait", "20", "--json"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let answers = &json(&output)["answers"];
    for (codes, fault) in &faults {
        assert!(codes.iter().any(|code| answers[code].as_u64() > Some(0)), "{fault:?}: {answers}");
    }
}

/// What a fault may be counted as; `None` for what harms nothing or ends the run.
fn codes(fault: &Fault) -> Option<&'static [&'static str]> {
    Some(match fault {
        Fault::ResetBefore | Fault::ResetWithin => &["connection-reset", "no-connection", "cut-off-body"],
        Fault::CutOff => &["cut-off-body", "connection-reset", "protocol"],
        Fault::HtmlPage => &["html"],
        Fault::BadGateway | Fault::ServerError => &["server-error"],
        Fault::Empty => &["empty-body"],
        Fault::HalfXml => &["cut-off-xml"],
        Fault::OtherRecord => &["other-id"],
        Fault::Unavailable(_) => &["busy"],
        Fault::TooMany(orcid_mock::RetryAfter::Seconds(_)) => &["too-many-requests"],
        Fault::DamagedGzip => &["damaged-gzip"],
        _ => return None,
    })
}
