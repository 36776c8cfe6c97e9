//! `plan`, `part` and `commit`: the program divides a conversion among processes, and the dataset
//! is that of one `convert`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use crate::support::tables::rows_in_order;
use crate::support::{ONE, convert, files, folder, gzip, orcidlake, record, run, tar};
use orcidlake::convert::{PartTask, Shard, Task};
use orcidlake::dataset::{Dataset, verify};
use orcidlake::synth;
use serde_json::Value;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard output of a run that ended well.
fn out_of(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", messages(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn sample() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let names = ["activities_3", "activities_X", "summaries"];
    names.map(|name| folder.join(format!("ORCID_2025_10_{name}.tar.gz"))).to_vec()
}

/// Summaries of several chunks, and an archive of activities.
fn dump(folder: &Path) -> Vec<PathBuf> {
    let options = synth::Options {
        records: 1_500,
        seed: 5,
        activities: true,
        activity_archives: vec!['3'],
        ..synth::Options::default()
    };
    synth::write_dump(&options, folder, &|_| ()).unwrap().into_iter().map(|written| written.path).collect()
}

/// An archive with one record, whose given name is that of the archive.
fn small(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, gzip(&tar(&[(&format!("s/{ONE}.xml"), record(ONE, name, "").as_bytes())]))).unwrap();
    path
}

/// Plans into two files: index tasks, and parts.
fn plan(archives: &[PathBuf], parts: u64, folder: &Path) -> (PathBuf, PathBuf) {
    let (indexes, tasks) = (folder.join("index.jsonl"), folder.join("parts.jsonl"));
    let mut command = orcidlake(&["plan", "--parts", &parts.to_string(), "--index-tasks", text(&indexes)]);
    let output = command.args(archives).output().unwrap();
    fs::write(&tasks, out_of(&output)).unwrap();
    (indexes, tasks)
}

fn count(tasks: &Path) -> usize {
    fs::read_to_string(tasks).unwrap().lines().count()
}

fn part(tasks: &Path, number: usize, out: &Path) -> String {
    let number = number.to_string();
    out_of(&run(&["part", "--task-file", text(tasks), "--number", &number, "--out", text(out)]))
}

fn assert_same_rows(found: &Path, expected: &Path) {
    let (found, expected) = (Dataset::open(found).unwrap(), Dataset::open(expected).unwrap());
    let problems = verify(&found, &|_| ()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let (rows, expected_rows) = (rows_in_order(&found), rows_in_order(&expected));
    for (table, rows) in &rows {
        assert!(*rows == expected_rows[table], "{table}: {} of {}", rows.len(), expected_rows[table].len());
    }
    assert_eq!(found.manifest.report().members, expected.manifest.report().members);
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_dataset_is_that_of_one_conversion_whoever_ran_what() {
    let folder = folder();
    let archives = dump(folder.path());
    let whole = folder.path().join("whole");
    assert_eq!(convert(&[&archives[0], &archives[1]], &whole, &[]).0, 0);
    let (indexes, tasks) = plan(&archives, 7, folder.path());
    assert!(count(&tasks) > 4 && (1..=2).contains(&count(&indexes)), "{}", count(&tasks));

    // Each task of the first stage runs on two machines at once.
    for number in 0..count(&indexes) {
        let (number, out) = (number.to_string(), folder.path().join("one"));
        let arguments = ["part", "--task-file", text(&indexes), "--number", &number, "--out", text(&out)];
        let begin = || orcidlake(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let outputs = [begin(), begin()].map(|process| out_of(&process.wait_with_output().unwrap()));
        assert_eq!(outputs[0], outputs[1]);
        assert!(
            outputs[0].contains(r#""kind":"index""#) && outputs[0].lines().count() == 1,
            "{}",
            outputs[0]
        );
    }
    assert!(names(folder.path()).iter().all(|name| !name.contains(".idx.")), "{:?}", names(folder.path()));
    // Two datasets: parts in their order, and backwards with the results in files of their own.
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let results: Vec<String> = (0..count(&tasks)).map(|number| part(&tasks, number, &one)).collect();
    fs::write(folder.path().join("results.jsonl"), results.concat()).unwrap();
    assert!(!one.exists());
    let committed = run(&["commit", text(&one), text(&folder.path().join("results.jsonl"))]);
    out_of(&committed);
    let backwards: Vec<String> =
        (0..count(&tasks)).rev().map(|number| part(&tasks, number, &other)).collect();
    assert_eq!(backwards.iter().rev().collect::<Vec<_>>(), results.iter().collect::<Vec<_>>());
    let mut commit = orcidlake(&["commit", text(&other), "-"]);
    let mut process =
        commit.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(backwards.concat().as_bytes()).unwrap();
    out_of(&process.wait_with_output().unwrap());

    assert_same_rows(&one, &whole);
    assert!(files(&one) == files(&other), "the bytes do not depend on the order");
    let left: Vec<String> = names(folder.path()).into_iter().filter(|name| name.starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
    // The archives are in the dataset.
    let (status, told) = convert(&[&archives[0], &archives[1]], &one, &[]);
    assert!(status == 0 && told.matches("already in the dataset").count() == 2, "{told}");
    let planned = orcidlake(&["plan", "--parts", "9", "--out", text(&one)]).args(&archives).output().unwrap();
    assert_eq!(out_of(&planned), "");
    let rows = rows_in_order(&Dataset::open(&whole).unwrap());
    let last = rows["summaries/records"].last().unwrap().split('\t').next().unwrap().to_owned();
    let same = |dataset: &Path| out_of(&run(&["get", &last, text(dataset)]));
    assert_eq!(same(&one), same(&whole));
}

#[test]
fn the_sample_is_converted_by_an_array_of_jobs() {
    let folder = folder();
    let (archives, whole, out) = (sample(), folder.path().join("whole"), folder.path().join("orcid"));
    assert_eq!(convert(&archives.iter().map(PathBuf::as_path).collect::<Vec<_>>(), &whole, &[]).0, 1);
    let planned = orcidlake(&["plan", "--parts", "3"]).args(&archives).output().unwrap();
    let tasks = out_of(&planned);
    assert!(messages(&planned).contains("0 index tasks, 3 parts"), "{}", messages(&planned));
    let file = folder.path().join("tasks.jsonl");
    fs::write(&file, &tasks).unwrap();

    // By number, the first is 1; by the task; from standard input.
    let numbered = ["part", "--task-file", text(&file), "--first-number", "1", "--number", "1"];
    out_of(&orcidlake(&numbered).args(["--out", text(&out)]).output().unwrap());
    let lines: Vec<&str> = tasks.lines().collect();
    out_of(&run(&["part", lines[1], "--out", text(&out)]));
    let mut command = orcidlake(&["part", "-", "--out", text(&out)]);
    let mut process =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(lines[2].as_bytes()).unwrap();
    out_of(&process.wait_with_output().unwrap());
    let committed = run(&["commit", text(&out), "--json"]);

    // The sample has members that cannot be read, which the commit reports.
    assert_eq!(committed.status.code(), Some(1), "{}", messages(&committed));
    let report: Value = serde_json::from_slice(&committed.stdout).unwrap();
    assert_eq!((&report["exit_status"], report["archives"].as_array().unwrap().len()), (&1.into(), 3));
    assert_same_rows(&out, &whole);
    assert!(files(&out) == files(&whole), "whole archives give the bytes of one conversion");
    let again = run(&["commit", text(&out)]);
    assert!(messages(&again).contains("no parts wait"), "{}", messages(&again));
    out_of(&again);
}

#[test]
fn a_part_that_runs_twice_at_once_counts_once() {
    let folder = folder();
    let archive = small(folder.path(), "summaries.tar.gz");
    let out = folder.path().join("orcid");
    let task = out_of(&run(&["plan", text(&archive), "--parts", "1"]));

    for _ in 0..4 {
        let begin = || {
            let mut command = orcidlake(&["part", task.trim(), "--out", text(&out)]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let running = [begin(), begin(), begin()];
        let results = running.map(|process| out_of(&process.wait_with_output().unwrap()));
        assert!(results.iter().all(|result| *result == results[0]), "{results:?}");
        let parts = folder.path().join(".orcid.orcidlake-parts");
        assert_eq!(names(&parts).len(), 1, "{:?}", names(&parts));
        fs::remove_dir_all(parts).unwrap();
    }
}

#[test]
fn an_empty_part_says_nothing_alarming() {
    let folder = folder();
    let archive = small(folder.path(), "summaries.tar.gz");
    let (out, whole) = (folder.path().join("orcid"), folder.path().join("whole"));
    convert(&[&archive], &whole, &["--index"]);
    let task = out_of(&run(&["plan", text(&archive), "--parts", "1"]));
    let Task::Part(task) = task.parse().unwrap() else { panic!("{task}") };

    for number in 1..=5 {
        let task = Task::Part(PartTask { shard: Some(Shard { number, of: 5 }), ..task.clone() });
        let output = run(&["part", &serde_json::to_string(&task).unwrap(), "--out", text(&out)]);
        out_of(&output);
        let told = messages(&output);
        assert!(!told.contains("note") && !told.contains("no ORCID"), "{told}");
    }
    let committed = run(&["commit", text(&out)]);

    assert!(!messages(&committed).contains("note"), "{}", messages(&committed));
    out_of(&committed);
    assert_same_rows(&out, &whole);
    // An archive without documents is told, as by convert.
    let readme = folder.path().join("readme.tar.gz");
    fs::write(&readme, gzip(&tar(&[("readme.txt", b"hello")]))).unwrap();
    let task = out_of(&run(&["plan", text(&readme), "--parts", "1"]));
    out_of(&run(&["part", task.trim(), "--out", text(&out)]));
    let committed = run(&["commit", text(&out)]);
    assert_eq!(committed.status.code(), Some(1));
    assert!(messages(&committed).contains("holds no ORCID documents"), "{}", messages(&committed));
}

/// Runs the program, which must fail and say something.
fn fails(arguments: &[&str], expected: &[&str]) {
    let output = run(arguments);
    let told = messages(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    expected.iter().for_each(|words| assert!(told.contains(words), "{arguments:?}: {told}"));
}

#[test]
fn what_cannot_be_a_task_or_a_result_is_refused() {
    let folder = folder();
    let archive = small(folder.path(), "summaries.tar.gz");
    let out = folder.path().join("orcid");
    let (out, tasks) = (text(&out), folder.path().join("tasks.jsonl"));
    let task = out_of(&run(&["plan", text(&archive), "--parts", "1"]));
    fs::write(&tasks, &task).unwrap();
    let tasks = text(&tasks);
    let empty = folder.path().join("empty");
    fs::write(&empty, "").unwrap();

    for wrong in
        ["", "{}", "7", r#"{"kind":"other"}"#, &task[..task.len() / 2], r#"{"kind":"part","archive":"a"}"#]
    {
        let output = run(&["part", wrong, "--out", out]);
        let told = messages(&output);
        assert_eq!(output.status.code(), Some(2), "{wrong}: {told}");
        assert!(told.contains("the task is not a task to run: ") && told.contains("plan"), "{wrong}: {told}");
        let foreign = ["EOF", "column", "expected", "missing field", "variant", "invalid type"];
        assert!(foreign.iter().all(|word| !told.contains(word)), "{wrong}: {told}");
    }
    // A file of tasks: its line is named, whatever is before it.
    let edited = task.replace("\"salvage\":false", "\"salvage\":true");
    let mixed = folder.path().join("mixed.jsonl");
    fs::write(&mixed, [task.as_bytes(), b"\n", edited.as_bytes(), b"\xff\n", task.as_bytes()].concat())
        .unwrap();
    for (number, line, message) in [("1", "line 3 of", "has been changed since"), ("2", "line 4 of", "UTF-8")]
    {
        let arguments = ["part", "--task-file", text(&mixed), "--number", number, "--out", out];
        fails(&arguments, &[line, "mixed.jsonl is not a task to run", message]);
    }
    // The path alone may be another one.
    let moved = folder.path().join("moved");
    fs::create_dir(&moved).unwrap();
    fs::copy(&archive, moved.join("summaries.tar.gz")).unwrap();
    let task_there = task.replace(text(&archive), text(&moved.join("summaries.tar.gz")));
    let elsewhere = folder.path().join("elsewhere");
    out_of(&run(&["part", task_there.trim(), "--out", text(&elsewhere)]));
    fs::remove_dir_all(folder.path().join(".elsewhere.orcidlake-parts")).unwrap();
    fails(
        &["part", "--task-file", tasks, "--number", "1", "--out", out],
        &["numbers 0 to 0", "--first-number"],
    );
    let last = u64::MAX.to_string();
    fails(&["part", "--task-file", tasks, "--number", &last, "--out", out], &["numbers 0 to 0"]);
    let before = ["part", "--task-file", tasks, "--first-number", "1", "--number", "0", "--out", out];
    fails(&before, &["numbers 1 to 1"]);
    fails(&["part", "--task-file", text(&empty), "--number", "0", "--out", out], &["it has no tasks"]);
    fails(&["part", "--task-file", tasks, "--out", out], &["--number"]);
    fails(&["part", "--out", out], &["required"]);
    fails(&["part", task.trim(), "--task-file", tasks, "--number", "0", "--out", out], &["cannot be used"]);
    fails(&["plan", "-", "--parts", "2"], &["is a stream"]);
    fails(&["plan", text(&archive), "--parts", "0"], &["--parts"]);
    fails(&["plan", text(&archive), "--parts", "1", "--index-tasks", text(&archive)], &["which is read"]);
    fails(&["commit", out], &["no finished parts wait", "orcidlake part"]);
    fails(&["commit", out, text(&archive)], &["line 1 of", "is not text in UTF-8"]);
    fails(&["commit", out, "nowhere.jsonl"], &["cannot read nowhere.jsonl"]);
    fails(&["commit", out, tasks], &["line 1 of", "is not a result: it is a task", "orcidlake part"]);
    fails(&["commit", out, text(&mixed)], &["line 1 of", "is not a result"]);
    // A folder with something else in it.
    let photos = folder.path().join("photos");
    fs::create_dir(&photos).unwrap();
    fs::write(photos.join("holiday.jpg"), "").unwrap();
    fails(&["part", task.trim(), "--out", text(&photos)], &["is not empty and not an orcidlake dataset"]);
    let left = names(folder.path());
    assert!(left.iter().all(|name| !name.starts_with('.') && name != "orcid"), "{left:?}");
}

#[test]
fn parts_that_are_missing_are_named_and_can_follow() {
    let folder = folder();
    let archives = dump(folder.path());
    let out = folder.path().join("orcid");
    let (indexes, tasks) = plan(&archives[..1], 4, folder.path());
    // Before its index is there, a part cannot be written.
    let first = ["part", "--task-file", text(&tasks), "--number", "0", "--out", text(&out)];
    fails(&first, &["has no index", "run the index tasks of the plan first"]);
    part(&indexes, 0, &out);
    for number in [0, 2] {
        part(&tasks, number, &out);
    }

    fails(&["commit", text(&out)], &["2 of 4 parts", "are missing: 2, 4", "commit again"]);

    assert!(!out.exists());
    for number in [1, 3] {
        part(&tasks, number, &out);
    }
    out_of(&run(&["commit", text(&out)]));
    let whole = folder.path().join("whole");
    convert(&[&archives[0]], &whole, &[]);
    assert_same_rows(&out, &whole);
}

#[test]
fn archives_of_two_years_and_changed_or_damaged_archives_are_refused() {
    let folder = folder();
    let new = small(folder.path(), "ORCID_2025_10_summaries.tar.gz");
    let old = small(folder.path(), "ORCID_2024_10_summaries.tar.gz");
    let out = folder.path().join("orcid");
    let out = text(&out);
    fails(&["plan", text(&new), text(&old), "--parts", "2"], &["is a dump of 2024"]);
    let tasks = [&old, &new].map(|archive| out_of(&run(&["plan", text(archive), "--parts", "1"])));
    tasks.iter().for_each(|task| drop(out_of(&run(&["part", task.trim(), "--out", out]))));
    fails(&["commit", out], &["is a dump of 2025"]);

    let elsewhere = folder.path().join("elsewhere");
    fs::write(&new, gzip(&tar(&[("s/readme.txt", b"hello")]))).unwrap();
    fails(
        &["part", tasks[1].trim(), "--out", text(&elsewhere)],
        &["has changed since", "plan the conversion again"],
    );
    // A damaged archive fails in its part, and an index in the way is no index.
    let damaged = folder.path().join("damaged.tar.gz");
    let mut bytes = fs::read(&old).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    fs::write(&damaged, bytes).unwrap();
    let task = out_of(&run(&["plan", text(&damaged), "--parts", "1"]));
    fails(&["part", task.trim(), "--out", text(&elsewhere)], &["damaged"]);
    fs::write(folder.path().join("damaged.tar.gz.idx"), "a diary").unwrap();
    fails(&["plan", text(&damaged), "--parts", "2"], &["damaged.tar.gz.idx"]);
    assert!(!folder.path().join(".elsewhere.orcidlake-parts").exists());
}

#[test]
fn an_index_that_cannot_be_used_is_made_again() {
    let folder = folder();
    let archive = dump(folder.path()).swap_remove(0);
    let out = folder.path().join("orcid");
    out_of(&run(&["index", text(&archive)]));
    let index = folder.path().join(format!("{}.idx", archive.file_name().unwrap().to_str().unwrap()));
    let (good, mut bytes) = (fs::read(&index).unwrap(), fs::read(&index).unwrap());
    let end = bytes.len() - 100;
    bytes[end] ^= 1;
    fs::write(&index, &bytes).unwrap();
    // What a process left that was killed.
    let left = index
        .with_file_name(format!("{}.0123456789abcdef.part", index.file_name().unwrap().to_str().unwrap()));
    fs::write(&left, "").unwrap();

    let (indexes, _) = plan(std::slice::from_ref(&archive), 3, folder.path());
    assert_eq!(count(&indexes), 1);
    part(&indexes, 0, &out);

    assert!(fs::read(&index).unwrap() == good && !left.exists());
    let (indexes, _) = plan(std::slice::from_ref(&archive), 3, folder.path());
    assert_eq!(count(&indexes), 0);
}

#[test]
fn a_commit_that_would_drop_archives_or_meets_stray_parts_says_what_to_do() {
    let folder = folder();
    let [old, new, stray] = ["ORCID_2025_10_summaries", "ORCID_2025_10_activities_7", "stray"]
        .map(|name| small(folder.path(), &format!("{name}.tar.gz")));
    let out = folder.path().join("orcid");
    convert(&[&old], &out, &[]);
    let out = text(&out);
    let parts = folder.path().join(".orcid.orcidlake-parts");
    let plan = |archives: &[&Path], more: &[&str]| {
        let archives: Vec<&str> = archives.iter().map(|archive| text(archive)).collect();
        let arguments = [&["plan"], &archives[..], &["--parts", "1", "--out", out], more].concat();
        out_of(&run(&arguments))
    };
    let names = || -> Vec<String> {
        let dataset = Dataset::open(Path::new(out)).unwrap();
        dataset.manifest.archives.iter().map(|archive| archive.name.clone()).collect()
    };

    // The plan leaves out what the dataset has, so its parts do not replace the dataset.
    let task = plan(&[&old, &new], &[]);
    out_of(&run(&["part", task.trim(), "--out", out]));
    let lost = [
        "would now replace it without ORCID_2025_10_summaries.tar.gz",
        "plan --replace",
        "without --replace",
    ];
    fails(&["commit", out, "--replace"], &lost);
    assert_eq!(names(), ["ORCID_2025_10_summaries.tar.gz"]);
    // Planned for it, all are there, and the part that waits is not converted again.
    let tasks = plan(&[&old, &new], &["--replace"]);
    assert_eq!(tasks.lines().count(), 2);
    tasks.lines().for_each(|task| drop(out_of(&run(&["part", task, "--out", out]))));
    out_of(&run(&["commit", out, "--replace"]));
    assert_eq!(names(), ["ORCID_2025_10_activities_7.tar.gz", "ORCID_2025_10_summaries.tar.gz"]);

    // One part of another plan waits.
    let Task::Part(whole) = plan(&[&stray], &[]).parse().unwrap() else { panic!("it is a part") };
    run(&["index", text(&stray)]);
    let half = Task::Part(PartTask { shard: Some(Shard { number: 2, of: 3 }), ..whole });
    out_of(&run(&["part", &serde_json::to_string(&half).unwrap(), "--out", out]));
    let shown = out_of(&run(&["inspect", out]));
    assert!(shown.contains("stray.tar.gz: 1 of 3 parts are finished and wait"), "{shown}");
    let json: Value = serde_json::from_str(&out_of(&run(&["inspect", out, "--json"]))).unwrap();
    assert_eq!(json["waiting"][0]["archive"], "stray.tar.gz");
    let command = format!("orcidlake commit {out} --discard stray.tar.gz");
    fails(&["commit", out], &["2 of 3 parts", "are missing: 1, 3", "left from another plan", &command]);
    fails(&["commit", out, "--discard", "other.tar.gz"], &["no parts of other.tar.gz wait", "stray.tar.gz"]);
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let discarded = run(&words);
    assert!(messages(&discarded).contains("removed 1 part from what waits"), "{}", messages(&discarded));
    out_of(&discarded);
    assert!(!parts.exists());
    out_of(&run(&["commit", out]));
    fails(&words, &["nothing waits"]);
    // Without a dataset, what waits is shown too.
    let nowhere = folder.path().join("new");
    out_of(&run(&["part", &serde_json::to_string(&half).unwrap(), "--out", text(&nowhere)]));
    let shown = out_of(&run(&["inspect", text(&nowhere)]));
    assert!(shown.contains("no dataset yet") && shown.contains("1 of 3 parts"), "{shown}");
}

#[test]
fn an_archive_in_parts_is_inspected_as_one() {
    let folder = folder();
    let archives = dump(folder.path());
    let out = folder.path().join("orcid");
    let (indexes, tasks) = plan(&archives, 6, folder.path());
    (0..count(&indexes)).for_each(|number| drop(part(&indexes, number, &out)));
    (0..count(&tasks)).for_each(|number| drop(part(&tasks, number, &out)));
    out_of(&run(&["commit", text(&out)]));

    let shown = out_of(&run(&["inspect", text(&out)]));

    let parts = Dataset::open(&out).unwrap().manifest.archives.len();
    assert!(parts > archives.len(), "{parts}");
    for archive in &archives {
        let name = archive.file_name().unwrap().to_str().unwrap();
        assert_eq!(shown.matches(name).count(), 1, "{shown}");
    }
    assert!(shown.contains(" parts)"), "{shown}");
}

#[test]
fn the_folders_of_killed_runs_go_when_the_next_run_begins() {
    let folder = folder();
    let archive = small(folder.path(), "summaries.tar.gz");
    let out = folder.path().join("orcid");
    let task = out_of(&run(&["plan", text(&archive), "--parts", "1"]));
    let parts = folder.path().join(".orcid.orcidlake-parts");
    let name = {
        out_of(&run(&["part", task.trim(), "--out", text(&out)]));
        names(&parts).swap_remove(0)
    };
    fs::remove_dir_all(&parts).unwrap();
    let machine = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    // Of another part, so that its end does not remove them.
    let other: String = name.chars().rev().collect();
    let left = |end: &str, machine: &str| {
        let run = parts.join(format!("{other}.{end}"));
        fs::create_dir_all(run.join("summaries")).unwrap();
        fs::write(run.join("run.lock"), machine).unwrap();
        run
    };
    let dead: Vec<PathBuf> = match &machine {
        Ok(machine) => ["a", "b", "c"].map(|end| left(end, machine)).to_vec(),
        // This system cannot tell.
        Err(_) => Vec::new(),
    };
    let elsewhere = left("d", "another machine");

    out_of(&run(&["part", task.trim(), "--out", text(&out)]));

    assert!(dead.iter().all(|run| !run.exists()), "{:?}", names(&parts));
    assert!(elsewhere.exists() && parts.join(&name).exists(), "{:?}", names(&parts));
    assert!(!parts.join(&name).join("run.lock").exists());
}

#[test]
fn parts_replace_a_dataset() {
    let folder = folder();
    let (old, new) = (
        small(folder.path(), "ORCID_2024_10_summaries.tar.gz"),
        small(folder.path(), "ORCID_2025_10_summaries.tar.gz"),
    );
    let out = folder.path().join("orcid");
    convert(&[&old], &out, &[]);
    let out = text(&out);
    fails(&["plan", text(&new), "--parts", "1", "--out", out], &["the dataset is of 2024"]);
    let task = out_of(&run(&["plan", text(&new), "--parts", "1", "--out", out, "--replace"]));
    let result = folder.path().join("result.jsonl");
    fs::write(&result, out_of(&run(&["part", task.trim(), "--out", out]))).unwrap();
    fails(&["commit", out], &["the dataset is of 2024"]);

    for _ in 0..2 {
        out_of(&run(&["commit", out, text(&result), "--replace"]));
        let dataset = Dataset::open(Path::new(out)).unwrap();
        let archives: Vec<&str> =
            dataset.manifest.archives.iter().map(|archive| archive.name.as_str()).collect();
        assert_eq!(archives, ["ORCID_2025_10_summaries.tar.gz"]);
    }
    assert!(!folder.path().join(".orcid.orcidlake-parts").exists());
}
