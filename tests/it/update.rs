//! Rows replaced in a dataset: the result is what a conversion would have made.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use std::{env, io};

use crate::support::damage::rounds;
use crate::support::tables::rows_of;
use crate::support::updates::{Quiet, apply, assert_sound, dataset, gone, member, named, options, summary};
use crate::support::{
    ONE, OTHER, Random, archives_in, convert, dump, files, folder, given_names, members, record, rows, tar,
    work,
};
use orcid_xml::{MemberName, Orcid};
use orcidlake::convert::{ConvertError, Observer, Options, Outcome, Update, update};
use orcidlake::dataset::{Dataset, Targets};
use orcidlake::report::Report;
use targz_seek::{Meter, OwnedMember};

/// The dataset that a process of its own updates, for the test that kills it.
const DATASET_VARIABLE: &str = "ORCIDLAKE_TEST_UPDATE";
/// Versions for which its old files stay.
const KEEP_VARIABLE: &str = "ORCIDLAKE_TEST_KEEP";

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
    let archives = dump(folder.path(), 401, true);
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
    let archives = dump(folder.path(), 301, true);
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
    dump(folder.path(), 301, true);
    let archives = archives_in(folder.path());
    let (before, changed) = before(&members(&archives));
    let out = dataset(folder.path(), &before);
    let old = all_rows(&out);
    let new_folder = folder.path().join("new");
    fs::create_dir(&new_folder).unwrap();
    let new = dataset(&new_folder, &before);
    let begun = Instant::now();
    update_as_the_process_does(&new, changed);
    // The process reads the dump before.
    let longest = 2 * begun.elapsed().as_micros() as usize;
    let new = all_rows(&new);
    let mut random = Random(11);

    for _ in 0..rounds(3) {
        let test = ["--exact", "--ignored", "update::a_process_that_updates"];
        let mut child = Command::new(env::current_exe().unwrap());
        let child = child.args(test).env(DATASET_VARIABLE, folder.path()).stdout(std::process::Stdio::null());
        let mut child = child.spawn().unwrap();
        std::thread::sleep(Duration::from_micros(random.below(longest) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        let rows = all_rows(&out);
        assert!(rows == old || rows == new);
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
    let (_, changed) = before(&members(&archives_in(&folder)));
    update_as_the_process_does(&folder.join("dataset"), changed);
}
