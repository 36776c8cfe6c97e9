//! Conversion in parts through the library: tasks and their results are values, and whoever runs
//! them, the dataset is the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::support::tables::rows_in_order;
use crate::support::tasks::dump;
use crate::support::{ONE, OTHER, record, tar, through_json};
use orcidlake::convert::{
    ConvertError, Options, Outcome, PartResult, PartTask, Shard, Task, Unobserved, commit, commit_waiting,
    convert, index, plan, plan_new, write_part,
};
use orcidlake::dataset::{Dataset, LocalStore, Manifest, WaitingPart, verify};
use targz_seek::index::{SPACING_BYTES, index_path};

/// Records of the dumps of these tests.
const RECORDS: u64 = 400;

fn options() -> Options {
    Options { threads: 2, ..Options::default() }
}

fn in_parts(parts: u64) -> Options {
    Options { parts: Some(parts), ..options() }
}

fn write(task: &Task, out: &Path) -> Result<PartResult, ConvertError> {
    let written = write_part(&through_json(task), out, &options(), &Unobserved, &AtomicBool::new(false))?;
    Ok(through_json(&written))
}

fn part_of(result: &PartResult) -> &WaitingPart {
    result.part().expect("it is the result of a part")
}

/// The task of a part of the archive of another task.
fn shard(task: &Task, number: u64, of: u64) -> Task {
    let Task::Part(task) = task else { panic!("{task:?}") };
    Task::Part(PartTask { shard: Some(Shard { number, of }), ..task.clone() })
}

fn write_index(archive: &Path, spacing_bytes: u64) {
    index(archive, &index_path(archive), spacing_bytes, &Unobserved, &AtomicBool::new(false)).unwrap();
}

fn converted(archives: &[PathBuf], out: &Path) -> Dataset {
    convert(archives, out, &options(), &Unobserved, &AtomicBool::new(false)).unwrap();
    Dataset::open(out).unwrap()
}

/// Every file of every table with its rows and its digest.
fn files(dataset: &Path) -> Vec<(String, u64, String)> {
    let manifest = Manifest::read(dataset).unwrap().unwrap();
    let entries = manifest.archives.iter().flat_map(|archive| &archive.parts);
    let parts = entries.flat_map(|(key, parts)| {
        parts.iter().map(move |part| (format!("{key}/{}", part.name), part.rows, part.xxh3.clone()))
    });
    let mut files: Vec<_> = parts.collect();
    files.sort();
    files
}

fn is_sound(dataset: &Path) -> bool {
    verify(&Dataset::open(dataset).unwrap(), &|_| ()).unwrap().is_empty()
}

/// The folder in which parts of a dataset wait.
fn waiting(out: &Path) -> PathBuf {
    let name = format!(".{}.orcidlake-parts", out.file_name().unwrap().to_str().unwrap());
    out.with_file_name(name)
}

#[test]
fn whole_archives_give_the_dataset_of_one_conversion() {
    let folder = crate::support::folder();
    let archives = dump(folder.path(), RECORDS);
    let (whole, out) = (folder.path().join("whole"), folder.path().join("parts"));
    converted(&archives, &whole);

    let tasks = plan(&archives, &out, &options()).unwrap();
    // The first is run twice, and the results come in out of order.
    let parts =
        [write(&tasks[1], &out).unwrap(), write(&tasks[0], &out).unwrap(), write(&tasks[0], &out).unwrap()];
    assert_eq!(parts[1], parts[2]);
    assert_eq!(fs::read_dir(waiting(&out)).unwrap().count(), 2);
    let outcomes = commit(&parts, &out, false).unwrap();

    assert!(matches!(outcomes[..], [Outcome::Done(_), Outcome::Done(_), Outcome::Skipped]), "{outcomes:?}");
    assert_eq!(files(&out), files(&whole));
    assert!(is_sound(&out) && !waiting(&out).exists() && !out.join(".orcidlake-taken").exists());
    let again = commit(&parts, &out, false).unwrap();
    assert!(again.iter().all(|outcome| matches!(outcome, Outcome::Skipped)), "{again:?}");
    assert_eq!(files(&out), files(&whole));
    assert!(plan(&archives, &out, &options()).unwrap().is_empty());
    // A machine that comes late converts nothing, and leaves nothing.
    assert_eq!(part_of(&write(&tasks[0], &out).unwrap()).name, part_of(&parts[1]).name);
    assert!(!waiting(&out).exists());
}

#[test]
fn more_parts_than_members_have_all_rows_in_their_order() {
    let folder = crate::support::folder();
    let archives = dump(folder.path(), RECORDS);
    archives.iter().for_each(|archive| write_index(archive, SPACING_BYTES));
    let (whole, out) = (folder.path().join("whole"), folder.path().join("parts"));
    let whole = converted(&archives, &whole);
    let tasks = plan(&archives, &out, &options()).unwrap();

    let mut parts = Vec::new();
    for number in (1..=500).rev().filter(|number| number % 100 < 3 || *number < 20) {
        parts.push(write(&shard(&tasks[0], number, 500), &out).unwrap());
    }
    let few = commit(&parts, &out, false);
    assert!(matches!(few, Err(ConvertError::MissingParts { .. })), "{few:?}");
    assert!(!out.exists());
    for task in &tasks {
        (1..=30).for_each(|number| parts.push(write(&shard(task, number, 30), &out).unwrap()));
    }
    let empty = parts.iter().filter(|result| part_of(result).entry.holds_nothing()).count();
    assert!(empty > 20, "{empty}");
    // Of the two divisions of the summaries, only one is complete.
    let outcomes = commit_waiting(&LocalStore::new(&out), false).unwrap();

    assert_eq!(outcomes.len(), 60);
    let found = Dataset::open(&out).unwrap();
    assert_eq!(rows_in_order(&found), rows_in_order(&whole));
    let (members, expected) = (found.manifest.report().members, whole.manifest.report().members);
    assert_eq!(members, expected);
    assert!(is_sound(&out) && !waiting(&out).exists());
    // All parts of an archive are the archive.
    assert!(plan(&archives, &out, &options()).unwrap().is_empty());
    let other = Options { shard: Some(Shard { number: 1, of: 2 }), ..options() };
    assert!(plan(&archives, &out, &other).unwrap().is_empty());
    let again = convert(&archives, &out, &options(), &Unobserved, &AtomicBool::new(false)).unwrap();
    assert!(again.iter().all(|outcome| matches!(outcome, Outcome::Skipped)), "{again:?}");
}

#[test]
fn some_parts_of_an_archive_are_not_the_archive() {
    let folder = crate::support::folder();
    let archives = [dump(folder.path(), RECORDS).swap_remove(0)];
    write_index(&archives[0], SPACING_BYTES);
    let out = folder.path().join("orcid");
    let shard = |number, of| Options { shard: Some(Shard { number, of }), ..options() };
    convert(&archives, &out, &shard(1, 3), &Unobserved, &AtomicBool::new(false)).unwrap();

    for other in [shard(1, 2), options()] {
        let refused = plan(&archives, &out, &other);
        assert!(matches!(refused, Err(ConvertError::OtherParts { .. })), "{refused:?}");
    }
    // The rest completes it, whoever made the first part.
    let tasks = [2, 3].map(|number| plan(&archives, &out, &shard(number, 3)).unwrap().remove(0));
    let parts: Vec<_> = tasks.iter().map(|task| write(task, &out).unwrap()).collect();
    let missing = commit(&parts[..1], &out, false);
    assert!(
        matches!(&missing, Err(ConvertError::MissingParts { missing, of: 3, .. }) if *missing == [3]),
        "{missing:?}"
    );
    commit(&parts, &out, false).unwrap();

    let whole = converted(&archives, &folder.path().join("whole"));
    assert_eq!(rows_in_order(&Dataset::open(&out).unwrap()), rows_in_order(&whole));
}

/// A plain archive of some records of 1 MiB; the first comes again at the end under another name.
fn repeating(folder: &Path) -> PathBuf {
    let biography = |letter: &str| {
        let text = letter.repeat(1 << 20);
        format!(
            "<person:person><person:biography visibility=\"public\"><personal-details:content>{text}</personal-details:content></person:biography></person:person>"
        )
    };
    let mut members = vec![(format!("s/{ONE}.xml"), record(ONE, "First", ""))];
    members.extend((0..40).map(|_| (format!("s/{OTHER}.xml"), record(OTHER, "Other", &biography("x")))));
    members.push((format!("s/{ONE}.xml"), record(ONE, "Last", "")));
    let members: Vec<(&str, &[u8])> =
        members.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let path = folder.join("ORCID_2025_10_summaries.tar");
    fs::write(&path, tar(&members)).unwrap();
    path
}

#[test]
fn where_names_repeat_the_first_part_is_the_archive() {
    let folder = crate::support::folder();
    let archives = [repeating(folder.path())];
    let whole = converted(&archives, &folder.path().join("whole"));
    assert!(whole.manifest.report().members.duplicates > 0);
    let out = folder.path().join("orcid");

    // Only the index tells that names repeat.
    let tasks = plan(&archives, &out, &in_parts(4)).unwrap();
    assert_eq!(tasks.iter().map(Task::is_index).collect::<Vec<_>>(), [true, false, false, false, false]);
    let results: Vec<PartResult> = tasks.iter().map(|task| write(task, &out).unwrap()).collect();
    let PartResult::Index(index) = &results[0] else { panic!("{:?}", results[0]) };
    assert!(index.repeats);
    let empty: Vec<bool> = results[1..].iter().map(|part| part_of(part).entry.holds_nothing()).collect();
    assert_eq!(empty, [false, true, true, true]);
    let outcomes = commit(&results, &out, false).unwrap();

    assert!(matches!(outcomes[0], Outcome::Skipped), "an index is no part: {outcomes:?}");
    let found = Dataset::open(&out).unwrap();
    assert_eq!(rows_in_order(&found), rows_in_order(&whole));
    assert_eq!(found.manifest.report().members, whole.manifest.report().members);
    assert!(is_sound(&out));
    // Now that the index is there, the archive is one part.
    let tasks = plan_new(&archives, &in_parts(4)).unwrap();
    assert!(matches!(&tasks[..], [Task::Part(PartTask { shard: None, .. })]), "{tasks:?}");
}

#[test]
fn what_cannot_be_divided_is_one_task() {
    let folder = crate::support::folder();
    let archive = dump(folder.path(), RECORDS).swap_remove(0);
    let single = folder.path().join(format!("{ONE}.xml"));
    fs::write(&single, record(ONE, "One", "")).unwrap();
    let records = folder.path().join("records");
    fs::create_dir(&records).unwrap();
    fs::copy(&single, records.join(format!("{ONE}.xml"))).unwrap();

    let kinds = |tasks: &[Task]| -> Vec<(bool, bool)> {
        let is_whole = |task: &Task| matches!(task, Task::Part(PartTask { shard: None, .. }));
        tasks.iter().map(|task| (task.is_index(), is_whole(task))).collect()
    };
    let whole = (false, true);
    for (archives, options, expected) in [
        (vec![single, records], in_parts(9), vec![whole, whole]),
        (vec![archive.clone()], Options { salvage: true, ..in_parts(9) }, vec![whole]),
        // One part needs no index.
        (vec![archive.clone()], in_parts(1), vec![whole]),
        (vec![archive.clone()], in_parts(2), vec![(true, false), (false, false), (false, false)]),
    ] {
        assert_eq!(kinds(&plan_new(&archives, &options).unwrap()), expected, "{archives:?}");
    }
    let most = plan_new(std::slice::from_ref(&archive), &in_parts(100_000)).unwrap().len();
    assert!(most < 200, "a part has a chunk or more: {most}");
    let stream = plan_new(&[PathBuf::from("-")], &in_parts(2));
    assert!(matches!(stream, Err(ConvertError::Stream { .. })), "{stream:?}");
}

#[test]
fn what_does_not_belong_is_refused_and_changes_nothing() {
    let folder = crate::support::folder();
    let archives = dump(folder.path(), RECORDS);
    let (out, elsewhere) = (folder.path().join("orcid"), folder.path().join("elsewhere"));
    let tasks = plan(&archives, &out, &options()).unwrap();
    let result = write(&tasks[0], &out).unwrap();
    let foreign = write(&tasks[1], &elsewhere).unwrap();

    // A result that waits beside another dataset, and a name that is none.
    let refused = commit(&[result.clone(), foreign.clone()], &out, false);
    assert!(matches!(refused, Err(ConvertError::NoPart { .. })), "{refused:?}");
    let named = |name: &str| {
        let part = WaitingPart { name: name.to_owned(), ..part_of(&foreign).clone() };
        commit(&[PartResult::Part(Box::new(part))], &out, false)
    };
    for name in ["../elsewhere", "", &"f".repeat(32)] {
        assert!(matches!(named(name), Err(ConvertError::NoPart { .. })), "{name}");
    }

    // Results of other tables, and of another version.
    let Task::Part(task) = &tasks[0] else { panic!("{tasks:?}") };
    let mut fewer = task.clone();
    fewer.tables.remove("summaries/works");
    let fewer = write(&Task::Part(fewer), &out).unwrap();
    let mixed = commit(&[result.clone(), fewer], &out, false);
    assert!(matches!(mixed, Ok(_) | Err(ConvertError::PartOfOtherTables { .. })), "{mixed:?}");
    assert!(mixed.is_err() && !out.exists(), "{mixed:?}");

    // A task of an archive that has changed since, which has no result yet.
    let other = orcid_synth::Options { records: 30, seed: 12, ..orcid_synth::Options::default() };
    orcid_synth::write_dump(&other, folder.path(), &|_| ()).unwrap();
    let changed = write(&tasks[0], &folder.path().join("changed"));
    assert!(matches!(changed, Err(ConvertError::Changed { .. })), "{changed:?}");
    assert!(!waiting(&folder.path().join("changed")).exists());

    // A file that is not the one that was written.
    let part = part_of(&result);
    let written = &part.entry.parts["summaries/works"][0].name;
    let file = waiting(&out).join(&part.name).join("summaries/works").join(written);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, &bytes).unwrap();
    let damaged = commit(&[result], &out, false);
    assert!(matches!(damaged, Err(ConvertError::NoPart { .. })), "{damaged:?}");

    assert!(!out.exists());
}

#[test]
fn a_damaged_part_is_written_again() {
    let folder = crate::support::folder();
    let archives = [dump(folder.path(), RECORDS).swap_remove(0)];
    let out = folder.path().join("orcid");
    let task = plan(&archives, &out, &options()).unwrap().remove(0);
    let result = write(&task, &out).unwrap();
    let place = waiting(&out).join(&part_of(&result).name);
    let file = place.join("summaries/works").join(&part_of(&result).entry.parts["summaries/works"][0].name);
    fs::write(&file, "short").unwrap();

    assert_eq!(write(&task, &out).unwrap(), result);

    assert_eq!(fs::read_dir(waiting(&out)).unwrap().count(), 1);
    commit(&[result], &out, false).unwrap();
    assert!(is_sound(&out));
}

#[test]
fn parts_of_two_indexes_do_not_fit_until_they_are_written_again() {
    let folder = crate::support::folder();
    let archives = [dump(folder.path(), RECORDS).swap_remove(0)];
    let out = folder.path().join("orcid");
    write_index(&archives[0], 64 << 10);
    let whole = plan(&archives, &out, &options()).unwrap().remove(0);
    let tasks = [1, 2].map(|number| shard(&whole, number, 2));
    let first = write(&tasks[0], &out).unwrap();
    // Points so far apart that no chunk begins near the middle.
    write_index(&archives[0], 1 << 30);
    let second = write(&tasks[1], &out).unwrap();
    assert_ne!(part_of(&first).range.unwrap().1, part_of(&second).range.unwrap().0);

    let gap = commit(&[first, second.clone()], &out, false);

    assert!(matches!(gap, Err(ConvertError::Gap { first: 1, second: 2, of: 2, .. })), "{gap:?}");
    let first = write(&tasks[0], &out).unwrap();
    commit(&[first, second], &out, false).unwrap();
    let expected = converted(&archives, &folder.path().join("whole"));
    assert_eq!(rows_in_order(&Dataset::open(&out).unwrap()), rows_in_order(&expected));
}

#[test]
fn parts_can_be_copied_from_the_machines_that_wrote_them() {
    let folder = crate::support::folder();
    let archives = dump(folder.path(), RECORDS);
    let (out, other) = (folder.path().join("orcid"), folder.path().join("other/orcid"));
    let tasks = plan_new(&archives, &options()).unwrap();
    let results = [write(&tasks[0], &out).unwrap(), write(&tasks[1], &other).unwrap()];

    let name = &part_of(&results[1]).name;
    fs::rename(waiting(&other).join(name), waiting(&out).join(name)).unwrap();
    commit(&results, &out, false).unwrap();

    assert!(is_sound(&out) && !waiting(&out).exists());
    assert_eq!(files(&out), {
        let whole = folder.path().join("whole");
        converted(&archives, &whole);
        files(&whole)
    });
}
