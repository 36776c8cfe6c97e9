//! Tasks, parts and commits that are refused, and what the user is told: what is no task, parts that
//! are missing, archives that have changed, a commit that would drop others.

use std::fs;
use std::path::Path;

use crate::support::tasks::{
    SEVERAL_CHUNKS, assert_same_rows, dump, fails, messages, names, out_of, part, plan, small, text,
};
use crate::support::{convert, folder, gzip, run, tar};
use orcidlake::convert::{PartTask, Shard, Task};
use orcidlake::dataset::Dataset;
use serde_json::Value;

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
    let archives = dump(folder.path(), SEVERAL_CHUNKS);
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
