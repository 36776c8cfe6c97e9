//! The Delta logs of a dataset. The next update replaces a broken log by a new one. Many updates leave
//! few files, short logs, and as many old versions as are asked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::damage::rounds;
use crate::support::updates::{apply, assert_sound, dataset, member, named, summary};
use crate::support::{ONE, OTHER, folder, given_names, work};
use orcidlake::convert::Update;
use orcidlake::dataset::{Dataset, verify};

const THIRD: &str = "0000-0002-1694-233X";

#[test]
fn a_broken_log_is_told_and_begins_anew_with_the_next_change() {
    type Break = fn(&Path);
    let breaks: [(&str, Break); 5] = [
        ("gone", |log| fs::remove_dir_all(log).unwrap()),
        ("empty", |log| {
            fs::remove_dir_all(log).unwrap();
            fs::create_dir(log).unwrap();
        }),
        ("cut", |log| {
            let path = log.join(format!("{:020}.json", 0));
            let text = fs::read(&path).unwrap();
            fs::write(&path, &text[..text.len() / 2]).unwrap();
        }),
        ("a version lacks", |log| fs::remove_file(log.join(format!("{:020}.json", 1))).unwrap()),
        ("no JSON", |log| fs::write(log.join(format!("{:020}.json", 1)), "{}{").unwrap()),
    ];
    for (what, break_log) in breaks {
        let folder = folder();
        let out = dataset(folder.path(), &[summary(ONE, "One"), summary(OTHER, "Other")]);
        for turn in ["a", "b"] {
            apply(&out, named(turn), vec![summary(ONE, turn)]).unwrap();
        }
        // A link of an older state may share the file; the log alone is broken.
        let log = out.join("summaries/records/_delta_log");
        break_log(&log);

        let problems = verify(&Dataset::open(&out).unwrap(), &|_| {}).unwrap();
        apply(&out, named("c"), vec![summary(ONE, "c")]).unwrap();

        assert!(
            problems.iter().any(|problem| problem.path.ends_with("summaries/records")),
            "{what}: {problems:?}"
        );
        assert_sound(&out);
        assert_eq!(given_names(&out, ONE), ["c"], "{what}");
    }
}

/// Replaces a file, so that other hard links keep the old bytes.
fn rewrite(path: &Path, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let bytes = change(fs::read(path).unwrap());
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Copies a dataset to a place, and removes what was there.
fn copy_to(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    let status = Command::new("cp").arg("-r").args([from, to]).status().unwrap();
    assert!(status.success());
}

#[test]
fn a_log_that_tells_a_wrong_size_or_has_a_broken_checkpoint_begins_anew() {
    let folder = folder();
    let out = dataset(folder.path(), &[summary(ONE, "One"), summary(OTHER, "Other")]);
    for turn in 0..21 {
        apply(&out, named(&format!("turn {turn}")), vec![summary(ONE, &format!("Turn {turn}"))]).unwrap();
    }
    let whole = folder.path().join("whole");
    copy_to(&out, &whole);
    let log = out.join("summaries/records/_delta_log");
    let checkpoint = log.join("00000000000000000020.checkpoint.parquet");
    let newest = log.join("00000000000000000021.json");
    let length = fs::read(&checkpoint).unwrap().len();
    let mut broken = 0;
    let mut breaks: Vec<(String, Box<dyn Fn()>)> = vec![
        (
            "size".to_owned(),
            Box::new(|| {
                rewrite(&newest, |bytes| {
                    let text = String::from_utf8(bytes).unwrap();
                    assert!(text.contains("\"add\"") && text.contains("\"size\":"), "{text}");
                    text.replace("\"size\":", "\"size\":9").into_bytes()
                })
            }),
        ),
        (
            "rows".to_owned(),
            Box::new(|| {
                rewrite(&newest, |bytes| {
                    String::from_utf8(bytes)
                        .unwrap()
                        .replace("numRecords\\\":", "numRecords\\\":7")
                        .into_bytes()
                })
            }),
        ),
        ("cut".to_owned(), Box::new(|| rewrite(&checkpoint, |bytes| bytes[..length / 2].to_vec()))),
        ("empty".to_owned(), Box::new(|| rewrite(&checkpoint, |_| Vec::new()))),
        ("gone".to_owned(), Box::new(|| fs::remove_file(&checkpoint).unwrap())),
        ("hint".to_owned(), Box::new(|| rewrite(&log.join("_last_checkpoint"), |_| b"{".to_vec()))),
    ];
    let flips = rounds(4);
    for number in 0..flips {
        let (checkpoint, place) = (checkpoint.clone(), (length - 1) * number / (flips - 1));
        breaks.push((
            format!("bit at {place}"),
            Box::new(move || {
                rewrite(&checkpoint, |mut bytes| {
                    bytes[place] ^= 0x10;
                    bytes
                })
            }),
        ));
    }
    for (what, break_log) in breaks {
        copy_to(&whole, &out);
        break_log();

        let told = verify(&Dataset::open(&out).unwrap(), &|_| {}).unwrap();
        // No file of the table changes.
        apply(&out, named("after"), vec![member(&format!("{ONE}_works_5.xml"), &work(5, "Five"))]).unwrap();

        let problems = verify(&Dataset::open(&out).unwrap(), &|_| {}).unwrap();
        assert!(problems.is_empty(), "{what}: {problems:#?}");
        assert_eq!(given_names(&out, ONE), ["Turn 20"], "{what}");
        broken += usize::from(!told.is_empty());
        let is_flip = what.starts_with("bit") || what == "hint" || what == "gone";
        assert!(is_flip || !told.is_empty(), "{what}");
    }
    println!("{broken} were told");
}

#[test]
fn a_log_with_a_damaged_schema_is_told_and_begins_anew() {
    let folder = folder();
    let out = dataset(folder.path(), &[summary(ONE, "One")]);
    let whole = folder.path().join("whole");
    copy_to(&out, &whole);
    let log = out.join("summaries/records/_delta_log/00000000000000000000.json");
    for (sound, damaged) in [
        (r#"\"name\":\"given_names\""#, r#"\"name\":\"given_namez\""#),
        (r#"\"type\":\"boolean\""#, r#"\"type\":\"bo/lean\""#),
        (r#"\"nullable\":true"#, r#"\"nullabme\":true"#),
        (r#"\"metadata\":{"#, r#"\"mdtadata\":{"#),
        (r#"\"fields\":["#, r#"\"fields\":{"#),
    ] {
        copy_to(&whole, &out);
        rewrite(&log, |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(sound), "{text}");
            text.replacen(sound, damaged, 1).into_bytes()
        });

        let told = verify(&Dataset::open(&out).unwrap(), &|_| {}).unwrap();
        apply(&out, named("after"), vec![member(&format!("{ONE}_works_5.xml"), &work(5, "Five"))]).unwrap();

        assert!(told.len() == 1 && told[0].what.contains("log cannot be read"), "{damaged}: {told:#?}");
        let problems = verify(&Dataset::open(&out).unwrap(), &|_| {}).unwrap();
        assert!(problems.is_empty(), "{damaged}: {problems:#?}");
    }
}

#[test]
fn a_check_beside_changes_finds_no_problem_that_is_none() {
    let folder = folder();
    let out = dataset(folder.path(), &[summary(ONE, "One"), summary(OTHER, "Other")]);
    let checks = std::thread::scope(|scope| {
        let changes = scope.spawn(|| {
            for turn in 0..12 {
                apply(&out, named(&format!("turn {turn}")), vec![summary(ONE, &format!("Turn {turn}"))])
                    .unwrap();
            }
        });
        let mut checks = 0;
        while !changes.is_finished() {
            let (_, problems) = orcidlake::dataset::verify_at(&out, &|_| {}).unwrap();
            assert!(problems.is_empty(), "{problems:#?}");
            checks += 1;
        }
        checks
    });
    assert!(checks > 1);
}

#[test]
fn many_updates_leave_few_files_and_short_logs() {
    let folder = folder();
    let out = dataset(folder.path(), &[summary(ONE, "One"), summary(OTHER, "Other")]);

    for day in 0..45 {
        let orcid = [ONE, OTHER, THIRD][day % 3];
        apply(&out, named(&format!("day {day}")), vec![summary(orcid, &format!("Day {day}"))]).unwrap();
    }

    assert_sound(&out);
    assert_eq!([ONE, OTHER, THIRD].map(|orcid| given_names(&out, orcid).len()), [1, 1, 1]);
    assert_eq!(given_names(&out, THIRD), ["Day 44"]);
    let records = fs::read_dir(out.join("summaries/records")).unwrap().count();
    assert!(records <= 3, "{records} files and folders");
    let log = fs::read_dir(out.join("summaries/records/_delta_log")).unwrap();
    let names: BTreeSet<String> =
        log.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.contains("00000000000000000040.checkpoint.parquet"), "{names:?}");
    assert!(!names.contains("00000000000000000019.json"), "{names:?}");
    assert!(names.contains("00000000000000000045.json"), "{names:?}");
}

#[test]
fn old_files_stay_for_as_many_versions_as_asked_for() {
    let folder = folder();
    let out = dataset(folder.path(), &[summary(ONE, "One"), summary(OTHER, "Other")]);
    let old = out.join("summaries/records/part-00000.parquet");
    let update = |name: &str, keep_versions| {
        apply(&out, Update { keep_versions, ..named(name) }, vec![summary(ONE, name)]).unwrap();
        assert_sound(&out);
        old.exists()
    };

    let there = [update("a", 2), update("b", 2), update("c", 2)];

    assert_eq!(there, [true, true, false]);
    update("d", 0);
    update("e", 0);
    assert_eq!(fs::read_dir(old.parent().unwrap()).unwrap().count(), 3, "two files and the log");
}
