//! `plan`, `part` and `commit`: the program divides a conversion among processes, and the dataset
//! is that of one `convert`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::tables::rows_in_order;
use crate::support::tasks::{
    SEVERAL_CHUNKS, assert_same_rows, count, dump, fails, messages, names, out_of, part, plan, small, text,
};
use crate::support::{convert, files, folder, gzip, orcidlake, run, tar};
use orcidlake::convert::{PartTask, Shard, Task};
use orcidlake::dataset::Dataset;
use serde_json::Value;

fn sample() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let names = ["activities_3", "activities_X", "summaries"];
    names.map(|name| folder.join(format!("ORCID_2025_10_{name}.tar.gz"))).to_vec()
}

#[test]
fn the_dataset_is_that_of_one_conversion_whoever_ran_what() {
    let folder = folder();
    let archives = dump(folder.path(), SEVERAL_CHUNKS);
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

#[test]
fn an_index_that_cannot_be_used_is_made_again() {
    let folder = folder();
    let archive = dump(folder.path(), SEVERAL_CHUNKS).swap_remove(0);
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
fn an_archive_in_parts_is_inspected_as_one() {
    let folder = folder();
    let archives = dump(folder.path(), SEVERAL_CHUNKS);
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
