//! Rows replaced in a dataset: the result is what a conversion would have made.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use std::{env, io};

use crate::support::damage::rounds;
use crate::support::tables::rows_of;
use crate::support::{
    ONE, OTHER, Random, convert, dump, files, folder, given_names, members, record, rows, tar, work,
};
use orcid_xml::{MemberName, Orcid};
use orcidlake::convert::{ConvertError, Observer, Options, Outcome, Update, Updated, update};
use orcidlake::dataset::{Dataset, Targets, verify};
use orcidlake::report::Report;
use targz_seek::{Meter, OwnedMember};

const THIRD: &str = "0000-0002-1694-233X";
/// The dataset that a process of its own updates, for the test that kills it.
const DATASET_VARIABLE: &str = "ORCIDLAKE_TEST_UPDATE";
/// Versions for which its old files stay.
const KEEP_VARIABLE: &str = "ORCIDLAKE_TEST_KEEP";

struct Quiet;

impl Observer for Quiet {
    fn begun(&self, _: &Path, _: Option<u64>, _: &Meter) {}
    fn progressed(&self, _: &Path, _: &Report) {}
    fn ended(&self, _: &Path, _: &Outcome) {}
}

fn options(threads: usize) -> Options {
    Options { threads, ..Options::default() }
}

fn member(name: &str, data: &str) -> OwnedMember {
    OwnedMember { name: name.to_owned(), data: data.as_bytes().to_vec() }
}

fn summary(orcid: &str, given_names: &str) -> OwnedMember {
    member(&format!("{orcid}.xml"), &record(orcid, given_names, ""))
}

fn apply(dataset: &Path, change: Update, members: Vec<OwnedMember>) -> Result<Updated, ConvertError> {
    let stop = AtomicBool::new(false);
    update(dataset, change, &mut members.into_iter().map(Ok), &options(2), &Quiet, &stop)
}

fn named(source: &str) -> Update {
    Update { source: source.to_owned(), ..Update::default() }
}

fn gone(orcids: &[&str]) -> Targets {
    let orcids = || orcids.iter().map(|orcid| Orcid::new(orcid).unwrap());
    Targets { records: orcids().collect(), people: orcids().collect(), ..Targets::default() }
}

/// A dataset of the given members.
fn dataset(folder: &Path, members: &[OwnedMember]) -> PathBuf {
    let archive = folder.join("before.tar");
    let named: Vec<(&str, &[u8])> =
        members.iter().map(|member| (member.name.as_str(), member.data.as_slice())).collect();
    fs::write(&archive, tar(&named)).unwrap();
    let out = folder.join("dataset");
    assert!(convert(&[&archive], &out, &[]).0 < 2);
    out
}

/// Every row that the Parquet files of a dataset's tables hold, sorted.
fn all_rows(dataset: &Path) -> BTreeMap<String, Vec<String>> {
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, _) in files(dataset) {
        if path.extension().is_none_or(|extension| extension != "parquet") {
            continue;
        }
        let rows = tables.entry(path.parent().unwrap().to_string_lossy().into_owned()).or_default();
        rows.extend(rows_of(&dataset.join(&path)));
    }
    tables.values_mut().for_each(|rows| rows.sort());
    tables
}

fn assert_sound(dataset: &Path) {
    let problems = verify(&Dataset::open(dataset).unwrap(), &|_| {}).unwrap();
    assert!(problems.is_empty(), "{problems:#?}");
}

/// What a dump's members looked like before some of them changed: every fifth is
/// another or not there, and there are people who have gone since.
fn before(after: &[OwnedMember]) -> (Vec<OwnedMember>, Vec<OwnedMember>) {
    let (mut before, mut changed) = (Vec::new(), Vec::new());
    for (number, new) in after.iter().enumerate() {
        let old = match (number % 15, MemberName::new(&new.name)) {
            (0, MemberName::Summary(orcid)) => Some(summary(orcid.as_str(), "Old")),
            (0, MemberName::Activity { section, put_code, .. }) if section.kind() == "work" => {
                Some(member(&new.name, &work(put_code, "Old")))
            }
            (0 | 5, _) => None,
            (10, _) => Some(member(&new.name, "<html>later, please</html>")),
            _ => {
                before.push(new.clone());
                continue;
            }
        };
        before.extend(old);
        changed.push(new.clone());
    }
    for orcid in [ONE, OTHER] {
        before.push(summary(orcid, "Gone"));
        before.push(member(&format!("{orcid}_works_5.xml"), &work(5, "Gone")));
        before.push(member(&format!("{orcid}_works_6.xml"), "cut off"));
    }
    (before, changed)
}

#[test]
fn an_update_gives_the_rows_of_a_fresh_conversion() {
    let folder = folder();
    let archives = dump(folder.path(), 1_500, true);
    let paths: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let fresh = folder.path().join("fresh");
    assert_eq!(convert(&paths, &fresh, &[]).0, 0);
    let (before, changed) = before(&members(&archives));
    let out = dataset(folder.path(), &before);

    let removed = apply(&out, Update { gone: gone(&[ONE, OTHER]), ..named("removed") }, Vec::new());
    let batches: Vec<_> = changed
        .chunks(changed.len().div_ceil(4))
        .map(|batch| apply(&out, named("changed"), batch.to_vec()).unwrap())
        .collect();

    assert!(removed.unwrap().rows_removed >= 4);
    assert!(batches.iter().all(|batch| batch.rejected.is_empty()));
    assert_sound(&out);
    let (updated, fresh) = (all_rows(&out), all_rows(&fresh));
    assert_eq!(updated.keys().collect::<Vec<_>>(), fresh.keys().collect::<Vec<_>>());
    for (table, rows) in &fresh {
        assert!(updated[table] == *rows, "{table}: {} rows, {} expected", updated[table].len(), rows.len());
    }
}

#[test]
fn the_same_update_gives_the_same_bytes_with_any_number_of_threads() {
    let folder = folder();
    let archives = dump(folder.path(), 1_000, true);
    let (before, changed) = before(&members(&archives));

    let states = [1, 2, 7].map(|threads| {
        let folder = folder.path().join(threads.to_string());
        fs::create_dir(&folder).unwrap();
        let out = dataset(&folder, &before);
        for batch in changed.chunks(changed.len().div_ceil(2)) {
            let change = Update { gone: gone(&[ONE]), ..named("changed") };
            let mut batch = batch.iter().cloned().map(Ok);
            let stop = AtomicBool::new(false);
            update(&out, change, &mut batch, &options(threads), &Quiet, &stop).unwrap();
        }
        files(&out)
    });

    assert!(states.iter().all(|state| *state == states[0]));
}

#[test]
fn a_panic_in_the_pool_is_heard_though_chunks_wait_for_memory() {
    struct Panicking;
    impl Observer for Panicking {
        fn begun(&self, _: &Path, _: Option<u64>, _: &Meter) {}
        fn progressed(&self, _: &Path, _: &Report) {
            panic!("as the test wants");
        }
        fn ended(&self, _: &Path, _: &Outcome) {}
    }
    let folder = folder();
    let members = members(&dump(folder.path(), 1_000, false));
    let out = dataset(folder.path(), &members);
    let options = Options { memory_bytes: 16 << 20, ..options(2) };

    let updated = std::panic::catch_unwind(|| {
        let mut members = members.iter().cloned().map(Ok);
        update(&out, named("changed"), &mut members, &options, &Panicking, &AtomicBool::new(false)).is_ok()
    });

    assert!(updated.is_err());
}

#[test]
fn files_without_changed_ids_stay_as_they_are() {
    let folder = folder();
    let keywords = |word: &str| {
        format!(
            r#"<person:person><keyword:keywords xmlns:keyword="http://www.orcid.org/ns/keyword"><keyword:keyword put-code="1"><keyword:content>{word}</keyword:content></keyword:keyword></keyword:keywords></person:person>"#
        )
    };
    let with_keyword = member(&format!("{ONE}.xml"), &record(ONE, "One", &keywords("rust")));
    let out = dataset(folder.path(), &[with_keyword, summary(OTHER, "Other")]);
    let name = Path::new("summaries/keywords/part-00000.parquet");
    let modified = |dataset: &Path| fs::metadata(dataset.join(name)).unwrap().modified().unwrap();
    let before = modified(&out);

    apply(&out, named("changed"), vec![summary(OTHER, "Changed")]).unwrap();

    assert_eq!(modified(&out), before);
    assert_eq!(given_names(&out, OTHER), ["Changed"]);
    assert_eq!(given_names(&out, ONE), ["One"]);
    assert_sound(&out);
}

#[test]
fn what_cannot_be_read_keeps_its_old_rows_and_is_told() {
    let folder = folder();
    let works = format!("{ONE}_works_5.xml");
    let out = dataset(folder.path(), &[summary(ONE, "One"), member(&works, &work(5, "Five"))]);

    for _ in 0..3 {
        let change = Update { gone: gone(&[ONE]), ..named("changed") };
        let bad = vec![member(&format!("{ONE}.xml"), "<html>"), member(&works, "")];
        let updated = apply(&out, change, bad).unwrap();
        assert_eq!(
            updated.rejected,
            [format!("{ONE}.xml"), works.clone()].map(|name| MemberName::new(&name))
        );
    }

    assert_eq!(given_names(&out, ONE), ["One"]);
    assert_eq!(rows(&out, ONE, "activities/works").len(), 1);
    assert_eq!(rows(&out, ONE, "summaries/rejects").len(), 1, "the last attempt counts");
    assert_eq!(rows(&out, ONE, "activities/rejects").len(), 1);
    assert_sound(&out);
    apply(&out, named("changed"), vec![summary(ONE, "Better")]).unwrap();
    assert_eq!(given_names(&out, ONE), ["Better"]);
    assert!(rows(&out, ONE, "summaries/rejects").is_empty());
}

#[test]
fn removed_people_are_in_no_file() {
    let folder = folder();
    let works = member(&format!("{ONE}_works_5.xml"), &work(5, "Five"));
    let same_put_code = member(&format!("{OTHER}_works_5.xml"), &work(5, "Another's"));
    let out = dataset(folder.path(), &[summary(ONE, "One"), summary(OTHER, "Other"), works, same_put_code]);
    let stub = r#"<?xml version="1.0" encoding="UTF-8"?><error:error xmlns:error="http://www.orcid.org/ns/error"><error:response-code>409</error:response-code><error:developer-message>409 Conflict: The ORCID record is locked.</error:developer-message><error:error-code>9018</error:error-code></error:error>"#;

    let change = Update { gone: gone(&[ONE]), ..named("locked") };
    apply(&out, change, vec![member(&format!("{ONE}.xml"), stub)]).unwrap();

    let tables = all_rows(&out);
    let named: Vec<&String> = tables
        .iter()
        .filter(|(_, rows)| rows.iter().any(|row| row.contains(ONE)))
        .map(|(table, _)| table)
        .collect();
    assert_eq!(named, ["summaries/tombstones"]);
    assert_eq!(rows(&out, OTHER, "activities/works").len(), 1);
    assert_sound(&out);
}

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

/// Writes a file anew, under a name that no other link shares.
fn rewrite(path: &Path, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let bytes = change(fs::read(path).unwrap());
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_log_that_tells_a_wrong_size_or_has_a_broken_checkpoint_begins_anew() {
    let folder = folder();
    let out = dataset(folder.path(), &[summary(ONE, "One"), summary(OTHER, "Other")]);
    for turn in 0..21 {
        apply(&out, named(&format!("turn {turn}")), vec![summary(ONE, &format!("Turn {turn}"))]).unwrap();
    }
    let whole = folder.path().join("whole");
    let copy_to = |from: &Path, to: &Path| {
        let _ = fs::remove_dir_all(to);
        let status = Command::new("cp").arg("-r").args([from, to]).status().unwrap();
        assert!(status.success());
    };
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
fn an_activity_goes_or_changes_alone() {
    let folder = folder();
    let works =
        |put_code: i64, title: &str| member(&format!("{ONE}_works_{put_code}.xml"), &work(put_code, title));
    let out =
        dataset(folder.path(), &[summary(ONE, "One"), works(5, "Five"), works(6, "Six"), works(7, "Seven")]);
    let orcid = Orcid::new(ONE).unwrap();
    let targets = Targets {
        activities: [(orcid, "work", 5), (orcid, "work", 6)].into_iter().collect(),
        ..Targets::default()
    };

    apply(&out, Update { gone: targets, ..named("changed") }, vec![works(6, "Six, revised")]).unwrap();

    let titles: BTreeSet<String> = rows(&out, ONE, "activities/works")
        .iter()
        .map(|row| row["title"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(titles, BTreeSet::from(["Six, revised".to_owned(), "Seven".to_owned()]));
    assert_eq!(given_names(&out, ONE), ["One"]);
    assert_sound(&out);
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

#[test]
fn the_manifest_tells_of_updates_and_moves_the_watermark() {
    let folder = folder();
    let out = dataset(folder.path(), &[summary(ONE, "One")]);
    let scopes = |text: &str| serde_json::from_str(text).unwrap();

    let first = Update { scopes: scopes(r#"{"a": 1, "b": {"c": 2}}"#), watermark: Some(7), ..named("first") };
    apply(&out, first, vec![summary(ONE, "Newer")]).unwrap();
    apply(&out, Update { scopes: scopes(r#"{"a": 3}"#), ..named("second") }, Vec::new()).unwrap();

    let manifest = Dataset::open(&out).unwrap().manifest;
    assert_eq!(manifest.watermark, Some(7));
    assert_eq!(serde_json::to_string(&manifest.scopes).unwrap(), r#"{"a":3,"b":{"c":2}}"#);
    assert_eq!(manifest.archives[1].name, "first");
    assert_eq!(manifest.archives[0].rows_out["summaries/records"], 1);
}

#[test]
fn members_that_break_off_leave_the_dataset_as_it_was() {
    let folder = folder();
    let out = dataset(folder.path(), &[summary(ONE, "One")]);
    let before = files(&out);
    let members = vec![Ok(summary(ONE, "Newer")), Err(io::Error::other("the queue is gone"))];

    let stop = AtomicBool::new(false);
    let result = update(&out, named("broken"), &mut members.into_iter(), &options(2), &Quiet, &stop);
    let stopped = AtomicBool::new(true);
    let halted = update(
        &out,
        named("stopped"),
        &mut [Ok(summary(ONE, "Newer"))].into_iter(),
        &options(2),
        &Quiet,
        &stopped,
    );

    assert!(matches!(result, Err(ConvertError::Archive(_))));
    assert!(matches!(halted, Err(ConvertError::Stopped)));
    assert_eq!(files(&out), before);
    assert!(!folder.path().join(".dataset.orcidlake").exists());
    let nowhere = apply(&folder.path().join("nowhere"), named("x"), Vec::new());
    assert!(matches!(nowhere, Err(ConvertError::Dataset(_))));
}

#[test]
fn an_archive_does_not_bring_back_what_a_refresh_replaced() {
    let folder = folder();
    let out = dataset(folder.path(), &[summary(ONE, "One")]);
    apply(&out, named("refresh"), vec![summary(ONE, "Newer")]).unwrap();
    let late = folder.path().join("late.tar");
    fs::write(&late, tar(&[(&format!("{OTHER}.xml"), record(OTHER, "Other", "").as_bytes())])).unwrap();

    let (status, messages) = convert(&[&late], &out, &[]);

    assert_eq!(status, 2);
    assert!(messages.contains("has older rows than the dataset"), "{messages}");
    assert_eq!(convert(&[&folder.path().join("before.tar")], &out, &[]).0, 0, "it is there already");
    assert_eq!(convert(&[&late], &out, &["--replace"]).0, 0);
    assert_sound(&out);
    assert!(given_names(&out, ONE).is_empty());
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_or_the_new_rows() {
    let folder = folder();
    let archives = dump(folder.path(), 1_000, true);
    let (before, changed) = before(&members(&archives));
    let out = dataset(folder.path(), &before);
    let old = all_rows(&out);
    let new_folder = folder.path().join("new");
    fs::create_dir(&new_folder).unwrap();
    let new = dataset(&new_folder, &before);
    update_as_the_process_does(&new, changed);
    let new = all_rows(&new);
    let mut random = Random(11);

    let mut seen = BTreeSet::new();
    for _ in 0..rounds(3) {
        let test = ["--exact", "--ignored", "update::a_process_that_updates"];
        let mut child = Command::new(env::current_exe().unwrap());
        let child = child.args(test).env(DATASET_VARIABLE, folder.path()).stdout(std::process::Stdio::null());
        let mut child = child.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(random.below(900) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        let rows = all_rows(&out);
        assert!(rows == old || rows == new);
        seen.insert(rows == new);
        assert_sound(&out);
    }

    update_as_the_process_does(&out, members(&archives));
    assert!(all_rows(&out)["summaries/records"] == new["summaries/records"]);
    assert_sound(&out);
}

fn update_as_the_process_does(dataset: &Path, members: Vec<OwnedMember>) {
    let keep_versions = env::var(KEEP_VARIABLE).map_or(0, |keep| keep.parse().unwrap());
    apply(dataset, Update { gone: gone(&[ONE]), keep_versions, ..named("killed") }, members).unwrap();
}

#[test]
#[ignore = "the process that another test kills, and that tests/tools/delta.py runs"]
fn a_process_that_updates() {
    let Some(folder) = env::var_os(DATASET_VARIABLE) else { return };
    let folder = PathBuf::from(folder);
    let archives: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".tar.gz"))
        .collect();
    let (_, changed) = before(&members(&archives));
    update_as_the_process_does(&folder.join("dataset"), changed);
}
