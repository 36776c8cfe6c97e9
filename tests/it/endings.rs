//! How runs end: what replaces a dataset, what is told as JSON, what is left beside.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use crate::support::{
    ONE, OTHER, convert, files, folder, given_names, gzip, orcidlake, record, run, tar, work,
};
use serde_json::Value;

/// An archive of one summary.
fn summaries(folder: &Path, name: &str, given: &str) -> PathBuf {
    let path = format!("ORCID_2025_10_summaries/097/{ONE}.xml");
    write(folder, name, &gzip(&tar(&[(&path, record(ONE, given, "").as_bytes())])))
}

/// An archive of one work.
fn activities(folder: &Path, name: &str, title: &str) -> PathBuf {
    let path = format!("ORCID_2025_10_activities_7/097/{ONE}/works/{ONE}_works_5.xml");
    write(folder, name, &gzip(&tar(&[(&path, work(5, title).as_bytes())])))
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn cut(archive: &Path) {
    let bytes = fs::read(archive).unwrap();
    fs::write(archive, &bytes[..bytes.len() / 2]).unwrap();
}

/// What lies in a folder, but for archives.
fn beside(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.ends_with(".tar.gz") && !name.ends_with(".zip"));
    names.sort();
    names
}

fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text:?}"))
}

#[test]
fn a_dataset_is_replaced_by_all_archives_or_by_none() {
    let folder = folder();
    let out = folder.path().join("out");
    let old = summaries(folder.path(), "old.tar.gz", "Old");
    assert_eq!(convert(&[&old], &out, &[]).0, 0);
    let before = files(&out);
    let first = summaries(folder.path(), "ORCID_2025_10_summaries.tar.gz", "New");
    let second = activities(folder.path(), "ORCID_2025_10_activities_7.tar.gz", "Title");
    let whole = fs::read(&first).unwrap();
    cut(&first);

    let (status, messages) = convert(&[&first, &second], &out, &["--replace"]);

    assert_eq!(status, 2, "{messages}");
    assert!(messages.contains("nothing was replaced") && messages.contains("kept"), "{messages}");
    assert_eq!(files(&out), before);
    assert_eq!(beside(folder.path()), [".out.orcidlake-replace", "out"]);

    fs::write(&first, whole).unwrap();
    let (status, messages) = convert(&[&first, &second], &out, &["--replace"]);

    assert_eq!(status, 0, "{messages}");
    let second_name = second.file_name().unwrap().to_str().unwrap();
    assert!(messages.contains(&format!("{second_name}: finished by an earlier run")), "{messages}");
    assert_eq!(beside(folder.path()), ["out"]);
    assert_eq!(given_names(&out, ONE), ["New"]);
    // It is the dataset of one run, to the byte.
    let other = folder.path().join("other");
    assert_eq!(convert(&[&first, &second], &other, &[]).0, 0);
    assert_eq!(files(&out), files(&other));
    assert_eq!(run(&["verify", out.to_str().unwrap()]).status.code(), Some(0));
}

#[test]
fn what_was_finished_is_used_only_for_the_same_archive_and_if_it_is_whole() {
    let folder = folder();
    let out = folder.path().join("out");
    let first = activities(folder.path(), "ORCID_2025_10_activities_7.tar.gz", "Old title");
    let second = summaries(folder.path(), "ORCID_2025_10_summaries.tar.gz", "New");
    let whole = fs::read(&second).unwrap();
    let waiting = folder.path().join(".out.orcidlake-replace");
    let fail = || {
        cut(&second);
        assert_eq!(convert(&[&first, &second], &out, &["--replace"]).0, 2);
        fs::write(&second, &whole).unwrap();
        assert!(!out.exists());
        fs::read_dir(&waiting).unwrap().next().unwrap().unwrap().path()
    };
    let finish = |more: &[&str]| {
        let (status, messages) = convert(&[&first, &second], &out, more);
        assert_eq!(status, 0, "{messages}");
        assert!(!waiting.exists());
        assert_eq!(run(&["verify", out.to_str().unwrap()]).status.code(), Some(0));
        fs::remove_dir_all(&out).unwrap();
        messages.contains("finished by an earlier run")
    };

    fail();
    assert!(finish(&["--replace"]));
    // Another content under the name.
    fail();
    activities(folder.path(), "ORCID_2025_10_activities_7.tar.gz", "A new title");
    assert!(!finish(&["--replace"]));
    // A file that has changed.
    let file = fail().join("activities/works/part-00000.parquet");
    let mut bytes = fs::read(&file).unwrap();
    bytes[20] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert!(!finish(&["--replace"]));
    // Other tables.
    fail();
    assert!(!finish(&["--replace", "--tables", "works"]));
    // Whoever does not replace does not go on with it.
    fail();
    assert!(!finish(&[]));
}

#[test]
fn archives_that_are_in_the_dataset_no_longer_wait_once_another_changes_it() {
    let folder = folder();
    let out = folder.path().join("out");
    let old = summaries(folder.path(), "old.tar.gz", "Old");
    let first = activities(folder.path(), "ORCID_2025_10_activities_7.tar.gz", "Title");
    let second = summaries(folder.path(), "ORCID_2025_10_summaries.tar.gz", "New");
    let (whole, waiting) = (fs::read(&second).unwrap(), folder.path().join(".out.orcidlake-replace"));
    let ror = orcid_synth::write_ror(20, folder.path()).unwrap();
    let change = || run(&["match", out.to_str().unwrap(), "--ror-release", ror.to_str().unwrap()]);
    let copy_to = |from: &Path, to: &Path| {
        assert!(std::process::Command::new("cp").arg("-r").args([from, to]).status().unwrap().success());
    };
    assert_eq!(convert(&[&old], &out, &[]).0, 0);
    cut(&second);
    assert_eq!(convert(&[&first, &second], &out, &["--replace"]).0, 2);
    let kept = folder.path().join("kept.zip");
    copy_to(&waiting, &kept);

    // They are not in the dataset: the run that finished them goes on with them.
    assert!(change().status.success());

    assert!(waiting.exists());
    fs::write(&second, whole).unwrap();
    let (status, messages) = convert(&[&first, &second], &out, &["--replace"]);
    assert!(status == 0 && messages.contains("finished by an earlier run"), "{messages}");
    // As a run leaves them that dies when it has replaced the dataset.
    copy_to(&kept, &waiting);

    assert!(change().status.success());

    assert_eq!(beside(folder.path()), ["out"]);
    assert_eq!(given_names(&out, ONE), ["New"]);
}

#[test]
fn every_failure_is_told_as_json_where_json_is_asked_for() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (out, missing) = (at("out"), at("missing"));
    let damaged = summaries(folder.path(), "damaged.tar.gz", "One");
    cut(&damaged);
    fs::write(at("bad.toml"), "[convert]\nnothing = 1\n").unwrap();
    fs::create_dir(at("foreign")).unwrap();
    fs::write(at("foreign/file"), "x").unwrap();
    let damaged = damaged.to_str().unwrap();
    for arguments in [
        &["convert", &missing, "--out", &out][..],
        &["convert", damaged, "--out", &out],
        &["convert", damaged, "--out", &at("foreign")],
        &["convert", damaged],
        &["convert", damaged, "--out", &out, "--tables", "wroks"],
        &["convert", damaged, "--out", &out, "--memory", "much"],
        &["convert", damaged, "--out", &out, "--config", &at("bad.toml")],
        &["convert", damaged, "--out", &out, "--config", &missing],
        &["convert", damaged, "--out", &out, "--no-such-option"],
        &["inspect", &missing],
        &["verify", &missing],
        &["get", ONE, &missing],
        &["get", "nobody", &missing],
        &["index", &missing],
        &["people", &missing, "--ror", "https://ror.org/05dxps055"],
        &["reconcile", &missing, "--staff", &missing],
        &["coverage", &missing],
        &["match", &missing, "--ror-release", &missing],
        &["match", "--ror-release", &missing, "--text", "x"],
        &["refresh", &missing],
        &["refresh", &missing, "--status"],
        &["synth", "--records", "99999999999999"],
        &["synth", "--records", "1", "--out", &at("foreign/file")],
        &["no-such-command"],
    ] {
        for place in [0, arguments.len()] {
            let mut arguments = arguments.to_vec();
            arguments.insert(place, "--json");

            let output = run(&arguments);

            let told = json(&output);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            assert_eq!(told["exit_status"], 2, "{arguments:?}: {told}");
            let message = told["error"]["message"].as_str().unwrap_or_default();
            assert!(!message.is_empty() && told["error"]["causes"].is_array(), "{arguments:?}: {told}");
            assert!(told["error"].get("hint").is_some(), "{arguments:?}: {told}");
            let messages = String::from_utf8_lossy(&output.stderr);
            assert!(messages.contains(message), "{arguments:?}: {messages}");
        }
    }
    let output = orcidlake(&["inspect", &missing]).env("ORCIDLAKE_JSON", "yes").output().unwrap();
    assert_eq!(json(&output)["exit_status"], 2);
    assert!(run(&["inspect", &missing]).stdout.is_empty());
}

#[test]
fn who_is_not_found_is_an_empty_object() {
    let folder = folder();
    let archive = summaries(folder.path(), "one.tar.gz", "One");
    let out = folder.path().join("out");
    assert_eq!(convert(&[&archive], &out, &[]).0, 0);
    for from in [&archive, &out] {
        let output = run(&["get", OTHER, from.to_str().unwrap(), "--json"]);

        assert_eq!(output.status.code(), Some(1));
        assert_eq!(json(&output), serde_json::json!({}));
    }
}

#[test]
fn no_ended_run_leaves_a_folder_beside() {
    let folder = folder();
    let archive = summaries(folder.path(), "one.tar.gz", "One");
    let damaged = summaries(folder.path(), "damaged.tar.gz", "Two");
    cut(&damaged);
    let (out, missing) = (folder.path().join("out"), folder.path().join("missing"));
    let at = |path: &Path| path.to_string_lossy().into_owned();
    for exists in [false, true] {
        for arguments in [
            vec!["convert".to_owned(), at(&missing), "--out".to_owned(), at(&out)],
            vec!["convert".to_owned(), at(&damaged), "--out".to_owned(), at(&out)],
            vec!["convert".to_owned(), at(&damaged), "--out".to_owned(), at(&out), "--replace".to_owned()],
            vec!["convert".to_owned(), at(&archive), at(&archive), "--out".to_owned(), at(&out)],
            vec![
                "convert".to_owned(),
                at(&archive),
                "--out".to_owned(),
                at(&out),
                "--shard".into(),
                "1/2".into(),
            ],
            vec!["match".to_owned(), at(&out), "--ror-release".to_owned(), at(&missing)],
            vec!["match".to_owned(), at(&out), "--ror-release".to_owned(), at(&damaged)],
            vec![
                "refresh".to_owned(),
                at(&out),
                "--all-in-dataset".into(),
                "--orcid-ids".into(),
                at(&missing),
            ],
        ] {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();

            let output = run(&arguments);

            // A part of an archive that the dataset has is skipped.
            let expected = if exists && arguments.contains(&"--shard") { 0 } else { 2 };
            assert_eq!(output.status.code(), Some(expected), "{arguments:?}");
            let expected: &[&str] = if exists { &["out"] } else { &[] };
            assert_eq!(beside(folder.path()), expected, "{arguments:?}");
        }
        let below = folder.path().join("new/below");
        assert_eq!(convert(&[&missing], &below.join("out"), &[]).0, 2);
        assert!(!folder.path().join("new").exists());
        stopped_by_a_signal(&out);
        assert_eq!(convert(&[&archive], &out, &[]).0, 0);
    }
}

/// Begins to convert what never ends, and sends SIGTERM.
fn stopped_by_a_signal(out: &Path) {
    let mut child = orcidlake(&["convert", "-", "--out", out.to_str().unwrap(), "--replace"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&tar(&[("x/0000-0001-5109-3700.xml", &vec![b' '; 20 << 20])])[..10 << 20]).unwrap();
    let signal = std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(signal.success());
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn every_command_finds_what_a_crash_between_two_renames_left() {
    let folder = folder();
    let out = folder.path().join("out");
    let archive = summaries(folder.path(), "one.tar.gz", "One");
    assert_eq!(convert(&[&archive], &out, &[]).0, 0);
    orcid_synth::write_ror(10, folder.path()).unwrap();
    let ror = folder.path().join("v0.1-2025-10-01-ror-data.zip");
    let (out, ror) = (out.to_str().unwrap(), ror.to_str().unwrap());
    let left = folder.path().join(".out.orcidlake");
    for (arguments, status, told) in [
        (&["get", ONE, out][..], 0, "One"),
        (&["inspect", out], 0, "dataset of 2025"),
        (&["verify", out], 0, "sound"),
        (&["refresh", out, "--status"], 0, ""),
        (&["schema", "--format", "duckdb", "--dataset", out], 0, "summaries"),
        (&["people", out, "--ror", "https://ror.org/05dxps055"], 2, "match"),
        (&["coverage", out], 2, "match"),
        (&["match", out, "--ror-release", ror], 0, "20"),
        (
            &[
                "refresh",
                out,
                "--all-in-dataset",
                "--api-url",
                "http://127.0.0.1:9/",
                "--outage-timeout",
                "0",
            ],
            2,
            "",
        ),
        (&["convert", archive.to_str().unwrap(), "--out", out], 0, "already in the dataset"),
    ] {
        fs::create_dir(&left).unwrap();
        fs::rename(out, left.join("old")).unwrap();
        fs::write(left.join("lock"), "process 1\n").unwrap();

        let output = run(arguments);

        let messages = [output.stdout.as_slice(), &output.stderr].concat();
        let messages = String::from_utf8_lossy(&messages);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {messages}");
        assert!(messages.contains(told) && !messages.contains("not an orcidlake dataset"), "{messages}");
        assert_eq!(beside(folder.path()), ["out"], "{arguments:?}");
    }
}

#[test]
fn an_index_of_standard_input_is_refused() {
    let folder = folder();
    let out = folder.path().join("out");
    let mut command = orcidlake(&["convert", "-", "--index", "--out", out.to_str().unwrap()]);

    let output = command.stdin(Stdio::null()).output().unwrap();

    assert_eq!(output.status.code(), Some(2));
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(messages.contains("stream") && messages.contains("--index"), "{messages}");
    assert_eq!(beside(folder.path()), [] as [&str; 0]);
}
