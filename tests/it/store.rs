//! A dataset in a store of objects, which knows no renames: the same rows as in a folder, one
//! version or the other at every moment, and nothing left of what died.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::support::damage::step;
use crate::support::memory_store::Memory;
use crate::support::tables::rows_in_order as all_rows;
use crate::support::{ONE, OTHER, gzip, record, tar, through_json, work};
use orcid_xml::Orcid;
use orcidlake::convert::{
    ConvertError, Options, Outcome, PartResult, PartTask, Selection, Shard, Task, Unobserved, commit_in,
    commit_waiting, convert, convert_in, discard, index, plan_in, uncommitted, write_part_in,
};
use orcidlake::dataset::store::{Objects, Versioned};
use orcidlake::dataset::{
    DESCRIPTION_NAMES, Dataset, DatasetError, Logs, Manifest, Store, read_dataset_in, record_batches,
    verify_in,
};
use targz_seek::index::{SPACING_BYTES, index_path};

fn options() -> Options {
    Options { threads: 2, ..Options::default() }
}

/// The sample dump: summaries, and two archives of activities.
fn sample() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let names = ["summaries", "activities_3", "activities_X"];
    names.map(|name| folder.join(format!("ORCID_2025_10_{name}.tar.gz"))).to_vec()
}

/// Archives of two people's summaries and of one work.
fn small(folder: &Path) -> [PathBuf; 2] {
    let (one, other) = (record(ONE, "One", ""), record(OTHER, "Other", ""));
    let summaries = tar(&[
        (&format!("ORCID_2025_10_summaries/097/{ONE}.xml"), one.as_bytes()),
        (&format!("ORCID_2025_10_summaries/700/{OTHER}.xml"), other.as_bytes()),
    ]);
    let path = format!("ORCID_2025_10_activities_7/097/{ONE}/works/{ONE}_works_5.xml");
    let activities = tar(&[(&path, work(5, "Title").as_bytes())]);
    [("ORCID_2025_10_summaries.tar.gz", summaries), ("ORCID_2025_10_activities_7.tar.gz", activities)].map(
        |(name, bytes)| {
            let path = folder.join(name);
            std::fs::write(&path, gzip(&bytes)).unwrap();
            path
        },
    )
}

fn versioned(memory: Memory, folder: &Path) -> (Arc<Memory>, Versioned) {
    let memory = Arc::new(memory);
    let objects: Arc<dyn Objects> = memory.clone();
    (memory, Versioned::new(objects, &folder.join("scratch")))
}

fn convert_one(archive: &Path, store: &dyn Store) -> Result<Outcome, ConvertError> {
    let archives = [archive.to_owned()];
    let outcomes = convert_in(&archives, store, &options(), &Unobserved, &AtomicBool::new(false))?;
    Ok(outcomes.into_iter().next().unwrap())
}

/// Does a task as a machine does that reaches the archives and the store, and nothing else.
fn written(task: &Task, store: &dyn Store) -> PartResult {
    let stop = AtomicBool::new(false);
    through_json(&write_part_in(&through_json(task), store, &options(), &Unobserved, &stop).unwrap())
}

/// Fails unless the current version is sound and nothing lies beside it.
fn assert_sound_and_alone(memory: &Memory, store: &dyn Store) {
    let (dataset, problems) = verify_in(store, &|_| ()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let named: BTreeSet<String> = dataset.manifest.file_names().collect();
    let is_other =
        |name: &&String| !name.contains("/_delta_log/") && !name.starts_with("orcidlake-versions/");
    let mut there: BTreeSet<String> = memory.names().iter().filter(is_other).cloned().collect();
    for name in DESCRIPTION_NAMES {
        assert!(there.remove(name), "{name} is missing");
    }
    assert_eq!(there, named);
}

fn is_overtaken(error: &ConvertError) -> bool {
    matches!(error, ConvertError::Dataset(DatasetError::Overtaken { .. }))
}

fn parts_that_are_sent_give_the_rows_of_a_conversion_into_a_folder(new: Memory) {
    let folder = crate::support::folder();
    let (memory, store) = versioned(new, folder.path());
    let local = folder.path().join("local");
    let stop = AtomicBool::new(false);
    convert(&sample(), &local, &options(), &Unobserved, &stop).unwrap();
    let local = Dataset::open(&local).unwrap();

    let tasks = plan_in(&sample(), &store, &options()).unwrap();
    // The first is done by two machines, and the last result comes in twice.
    let (_, other) = versioned(memory.copy_of(), &folder.path().join("other"));
    let first = [written(&tasks[0], &store), written(&tasks[0], &other)];
    let rest = [written(&tasks[1], &store), written(&tasks[2], &other)];
    assert!(store.current().unwrap().is_none(), "nobody sees what has only been sent");
    let outcomes = commit_in(&first, &store, false).unwrap();
    assert!(matches!(outcomes[..], [Outcome::Done(_), Outcome::Skipped]), "{outcomes:?}");
    let again = [rest[0].clone(), rest[1].clone(), rest[1].clone(), first[0].clone()];
    let outcomes = commit_in(&again, &store, false).unwrap();

    let [Outcome::Done(_), Outcome::Done(_), Outcome::Skipped, Outcome::Skipped] = &outcomes[..] else {
        panic!("{outcomes:?}");
    };
    let (found, orcid) = (Dataset::open_in(&store).unwrap(), Orcid::new(ONE).unwrap());
    assert_eq!(all_rows(&found), all_rows(&local));
    assert_eq!(record_batches(&found, &[orcid]).unwrap(), record_batches(&local, &[orcid]).unwrap());
    assert_eq!(digests(&found.manifest), digests(&local.manifest));
    assert_eq!(found.manifest.report(), local.manifest.report());
    assert_sound_and_alone(&memory, &store);
    assert!(plan_in(&sample(), &store, &options()).unwrap().is_empty());
}

/// The files of each table by their rows and digests.
fn digests(manifest: &Manifest) -> Vec<(String, u64, String)> {
    let of = |(key, part): (&str, &orcidlake::dataset::Part)| (key.to_owned(), part.rows, part.xxh3.clone());
    let mut digests: Vec<_> = manifest.parts().map(of).collect();
    digests.sort();
    digests
}

fn a_conversion_in_one_run_gives_the_same_and_can_replace_a_dataset(new: Memory) {
    let folder = crate::support::folder();
    let (memory, store) = versioned(new, folder.path());
    let (archives, stop) = (small(folder.path()), AtomicBool::new(false));
    let local = folder.path().join("local");
    convert(&archives, &local, &options(), &Unobserved, &stop).unwrap();
    let local = Dataset::open(&local).unwrap();

    let first = convert_in(&archives, &store, &options(), &Unobserved, &stop).unwrap();
    let second = convert_in(&archives, &store, &options(), &Unobserved, &stop).unwrap();

    assert!(matches!(first[..], [Outcome::Done(_), Outcome::Done(_)]), "{first:?}");
    assert!(matches!(second[..], [Outcome::Skipped, Outcome::Skipped]), "{second:?}");
    assert_eq!(all_rows(&Dataset::open_in(&store).unwrap()), all_rows(&local));
    assert_sound_and_alone(&memory, &store);

    let anew = Options { replace: true, ..options() };
    let replaced = convert_in(&archives[..1], &store, &anew, &Unobserved, &stop).unwrap();

    assert!(matches!(replaced[..], [Outcome::Done(_)]), "{replaced:?}");
    let found = Dataset::open_in(&store).unwrap();
    assert_eq!((found.has("summaries/records"), found.has("activities/works")), (true, false));
    assert_sound_and_alone(&memory, &store);
}

fn of_two_commits_that_race_one_wins_and_the_other_is_told(new: Memory) {
    let folder = crate::support::folder();
    let (memory, store) = versioned(new, folder.path());
    let [summaries, activities] = small(folder.path());
    // The other commits when this one has found no other, and has put its files.
    let (_, other) = versioned(memory.with_another(|| ()), folder.path());
    let faster = activities.clone();
    let meanwhile = move || assert!(matches!(convert_one(&faster, &other).unwrap(), Outcome::Done(_)));
    let (_, slow) = versioned(memory.with_another(meanwhile), folder.path());

    let lost = convert_one(&summaries, &slow).unwrap();

    let Outcome::Failed(error) = &lost else { panic!("{lost:?}") };
    assert!(is_overtaken(error), "{error}");
    assert!(Dataset::open_in(&store).unwrap().has("activities/works"));
    assert_sound_and_alone(&memory, &store);
    // Run again, it builds on what the other has made.
    assert!(matches!(convert_one(&summaries, &store).unwrap(), Outcome::Done(_)));
    let found = Dataset::open_in(&store).unwrap();
    assert!(found.has("activities/works") && found.has("summaries/records"));
    assert_sound_and_alone(&memory, &store);
}

fn a_change_that_began_before_another_commit_is_told_so(new: Memory) {
    let folder = crate::support::folder();
    let (memory, store) = versioned(new, folder.path());
    let [summaries, activities] = small(folder.path());
    convert_one(&summaries, &store).unwrap();
    let late = store.begin("late").unwrap();
    let manifest = late.manifest().unwrap().unwrap();
    convert_one(&activities, &store).unwrap();

    let lost = late.commit(&manifest, &[], Logs::Continue);

    assert!(matches!(lost, Err(DatasetError::Overtaken { .. })), "{lost:?}");
    assert!(Dataset::open_in(&store).unwrap().has("activities/works"));
    late.end().unwrap();
    assert_sound_and_alone(&memory, &store);
}

fn a_commit_is_done_where_only_its_answer_is_lost(new: Memory) {
    let folder = crate::support::folder();
    let (memory, store) = versioned(new, folder.path());
    let [summaries, _] = small(folder.path());
    let (_, losing) = versioned(memory.losing_answers(), folder.path());

    let outcome = convert_one(&summaries, &losing).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    assert!(Dataset::open_in(&store).unwrap().has("summaries/records"));
}

fn a_commit_that_comes_late_is_whole_though_its_change_went_on(new: Memory) {
    let folder = crate::support::folder();
    let (memory, store) = versioned(new, folder.path());
    let archives = [small(folder.path())[1].clone(), small_other(folder.path())];
    let (_, late) = versioned(memory.landing_late(), folder.path());

    let stop = AtomicBool::new(false);
    let outcomes = convert_in(&archives, &late, &options(), &Unobserved, &stop).unwrap();

    let [Outcome::Failed(first), Outcome::Failed(second)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert!(!is_overtaken(first) && is_overtaken(second), "{first}; {second}");
    let (dataset, problems) = verify_in(&store, &|_| ()).unwrap();
    let problems: Vec<_> =
        problems.iter().filter(|problem| !problem.what.contains("Delta Lake log")).collect();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(dataset.manifest.archives.len(), 1);
    // The next run takes the other archive in, and brings the logs up to date.
    let outcomes = convert_in(&archives, &store, &options(), &Unobserved, &stop).unwrap();
    assert!(matches!(outcomes[..], [Outcome::Skipped, Outcome::Done(_)]), "{outcomes:?}");
    assert_sound_and_alone(&memory, &store);
}

fn wherever_a_run_dies_a_whole_version_is_there_and_the_next_run_clears_the_rest(new: Memory) {
    // Each place is tried in memory, which takes a quarter of the time.
    let step = if new.is_in_s3() { step() } else { 1 };
    let folder = crate::support::folder();
    let [summaries, activities] = small(folder.path());
    let (before, store) = versioned(new, folder.path());
    convert_one(&summaries, &store).unwrap();
    let old = all_rows(&Dataset::open_in(&store).unwrap());
    let (whole, store) = versioned(before.copy(), folder.path());
    convert_one(&activities, &store).unwrap();
    let new = all_rows(&Dataset::open_in(&store).unwrap());
    assert_ne!(old, new);
    let mut seen = [0, 0];

    for changes in (0..whole.changes()).step_by(step) {
        let (memory, store) = versioned(before.copy(), folder.path());
        let (_, dying) = versioned(memory.dying_after(changes), folder.path());
        let died = convert_one(&activities, &dying);

        let found = all_rows(&Dataset::open_in(&store).unwrap());
        let is_new = found == new;
        assert!(is_new || found == old, "after {changes} changes neither old nor new");
        assert_eq!(matches!(died, Ok(Outcome::Done(_))), is_new, "after {changes} changes: {died:?}");
        seen[usize::from(is_new)] += 1;
        // What comes next is another archive's commit where this one is done.
        let next = if is_new { small_other(folder.path()) } else { activities.clone() };
        assert!(matches!(convert_one(&next, &store).unwrap(), Outcome::Done(_)));
        assert_sound_and_alone(&memory, &store);
    }

    assert!(seen.iter().all(|&times| times > 10 / step), "{seen:?}");
}

/// One more archive, of another work.
fn small_other(folder: &Path) -> PathBuf {
    let path = format!("ORCID_2025_10_activities_0/700/{OTHER}/works/{OTHER}_works_6.xml");
    let archive = folder.join("ORCID_2025_10_activities_0.tar.gz");
    std::fs::write(&archive, gzip(&tar(&[(&path, work(6, "Other title").as_bytes())]))).unwrap();
    archive
}

fn what_is_read_beside_a_commit_is_of_one_version(new: Memory) {
    let folder = crate::support::folder();
    let (_, store) = versioned(new, folder.path());
    let [summaries, activities] = small(folder.path());
    convert_one(&summaries, &store).unwrap();
    let anew = Options { replace: true, ..options() };
    let mut looks = 0;

    let (_, rows) = read_dataset_in(&store, |dataset| -> Result<_, DatasetError> {
        looks += 1;
        if looks == 1 {
            // The files of this version go.
            let stop = AtomicBool::new(false);
            convert_in(std::slice::from_ref(&activities), &store, &anew, &Unobserved, &stop).unwrap();
        }
        record_batches(dataset, &[Orcid::new(ONE).unwrap()])
    })
    .unwrap();

    assert_eq!((looks, rows.keys().map(String::as_str).collect::<Vec<_>>()), (2, vec!["activities/works"]));
}

fn a_place_that_holds_something_else_is_refused(new: Memory) {
    let folder = crate::support::folder();
    let (memory, store) = versioned(new, folder.path());
    memory.put_if_absent("photos/holiday.jpg", b"").unwrap();
    let [summaries, _] = small(folder.path());

    let refused = convert_one(&summaries, &store);

    assert!(matches!(refused, Err(ConvertError::Dataset(DatasetError::Foreign { .. }))), "{refused:?}");
    assert_eq!(memory.names(), ["photos/holiday.jpg"]);
}

/// Two parts of an archive, one of them empty, and one whole archive.
fn three_tasks(folder: &Path, store: &dyn Store) -> Vec<Task> {
    let [summaries, activities] = small(folder);
    index(&summaries, &index_path(&summaries), SPACING_BYTES, &Unobserved, &AtomicBool::new(false)).unwrap();
    let tables = Selection::new(&["records".to_owned(), "works".to_owned()]).unwrap();
    let options = Options { tables, ..options() };
    let tasks = plan_in(&[summaries, activities], store, &options).unwrap();
    let Task::Part(whole) = &tasks[0] else { panic!("{tasks:?}") };
    let shard = |number| Task::Part(PartTask { shard: Some(Shard { number, of: 2 }), ..whole.clone() });
    vec![shard(1), shard(2), tasks[1].clone()]
}

#[test]
fn wherever_a_part_or_its_commit_dies_the_next_runs_finish_and_leave_nothing() {
    let folder = crate::support::folder();
    let (whole, store) = versioned(Memory::default(), folder.path());
    let tasks = three_tasks(folder.path(), &store);
    let results: Vec<PartResult> = tasks.iter().map(|task| written(task, &store)).collect();
    let parts = whole.changes();
    assert_eq!(commit_waiting(&store, false).unwrap().len(), 3);
    let new = all_rows(&Dataset::open_in(&store).unwrap());
    let names: BTreeSet<String> = whole.names().into_iter().collect();
    assert_sound_and_alone(&whole, &store);
    assert!(results.iter().any(|result| result.part().unwrap().entry.parts.is_empty()), "{results:?}");

    for changes in 0..whole.changes() {
        let (memory, store) = versioned(Memory::default(), folder.path());
        let (_, dying) = versioned(memory.dying_after(changes), folder.path());
        let stop = AtomicBool::new(false);
        let run = || -> Result<(), ConvertError> {
            for task in &tasks {
                write_part_in(task, &dying, &options(), &Unobserved, &stop)?;
            }
            commit_waiting(&dying, false).map(drop)
        };
        let died = run();

        assert!(changes >= parts || died.is_err(), "after {changes} changes");
        let is_new = store.current().unwrap().is_some();
        assert!(!is_new || all_rows(&Dataset::open_in(&store).unwrap()) == new, "after {changes} changes");
        // Machines run all tasks again, and the commit finds what waits.
        tasks.iter().for_each(|task| drop(written(task, &store)));
        let outcomes = commit_waiting(&store, false).unwrap();
        assert!(is_new || outcomes.len() == 3, "after {changes} changes: {outcomes:?}");
        assert_eq!(all_rows(&Dataset::open_in(&store).unwrap()), new);
        let log = |name: &&String| name.contains("/_delta_log/");
        let found: BTreeSet<String> = memory.names().into_iter().collect();
        let differ: Vec<_> = found.symmetric_difference(&names).filter(|name| !log(name)).collect();
        assert!(differ.is_empty(), "after {changes} changes: {differ:?}");
    }
}

#[test]
fn of_two_drivers_one_commits_and_both_leave_the_same_files() {
    let folder = crate::support::folder();
    let (memory, store) = versioned(Memory::default(), folder.path());
    let tasks = three_tasks(folder.path(), &store);
    let results: Vec<PartResult> = tasks.iter().map(|task| written(task, &store)).collect();
    let (_, other) = versioned(memory.copy_of(), &folder.path().join("other"));
    let theirs: Vec<PartResult> = tasks.iter().map(|task| written(task, &other)).collect();
    assert_eq!(results, theirs);
    // The other commits when this one has found no version.
    let faster = theirs.clone();
    let meanwhile = move || drop(commit_in(&faster, &other, false).unwrap());
    let (_, slow) = versioned(memory.with_another(meanwhile), folder.path());

    let lost = commit_in(&results, &slow, false);

    let error = lost.unwrap_err();
    assert!(is_overtaken(&error), "{error}");
    assert_sound_and_alone(&memory, &store);
    let again = commit_in(&results, &store, false).unwrap();
    assert!(again.iter().all(|outcome| matches!(outcome, Outcome::Skipped)), "{again:?}");
    assert_sound_and_alone(&memory, &store);
}

#[test]
fn parts_replace_a_dataset_and_may_replace_it_again() {
    let folder = crate::support::folder();
    let (memory, store) = versioned(Memory::default(), folder.path());
    let [summaries, activities] = small(folder.path());
    let stop = AtomicBool::new(false);
    convert_in(&[summaries, activities], &store, &options(), &Unobserved, &stop).unwrap();
    let anew = Options { replace: true, ..options() };
    let tasks = plan_in(&[small_other(folder.path())], &store, &anew).unwrap();

    let mut seen = Vec::new();
    for _ in 0..2 {
        let result = written(&tasks[0], &store);
        let outcomes = commit_in(&[result], &store, true).unwrap();
        seen.push(matches!(outcomes[..], [Outcome::Done(_)]));
        let found = Dataset::open_in(&store).unwrap();
        assert_eq!((found.has("summaries/records"), found.has("activities/works")), (false, true));
        assert_sound_and_alone(&memory, &store);
    }

    // The second time the dataset is that of these parts already.
    assert_eq!(seen, [true, false]);
}

#[test]
fn a_commit_lists_the_folders_of_tables_once_and_what_waits_twice() {
    let folder = crate::support::folder();
    let (memory, store) = versioned(Memory::default(), folder.path());
    let tasks = three_tasks(folder.path(), &store);
    tasks.iter().for_each(|task| drop(written(task, &store)));
    memory.lists();

    commit_waiting(&store, false).unwrap();

    let lists = memory.lists();
    let count = |folder: &str| lists.iter().filter(|listed| *listed == folder).count();
    for tables in ["summaries", "activities", "organizations"] {
        assert_eq!(count(tables), 1, "{tables}: {lists:?}");
    }
    // To find the parts, and to remove their notes; not for each part.
    assert_eq!(count("orcidlake-parts"), 2, "{lists:?}");
}

#[test]
fn what_waits_in_a_store_is_listed_and_can_be_discarded() {
    let folder = crate::support::folder();
    let (memory, store) = versioned(Memory::default(), folder.path());
    let tasks = three_tasks(folder.path(), &store);
    let [first, second, whole] = &tasks[..] else { panic!("{tasks:?}") };
    [first, whole].iter().for_each(|task| drop(written(task, &store)));
    let changes = memory.changes();

    let waiting = uncommitted(&store).unwrap();

    assert_eq!(memory.changes(), changes, "to look changes nothing");
    let found: Vec<_> = waiting.iter().map(|own| (own.archive.as_str(), own.parts, own.of)).collect();
    assert_eq!(
        found,
        [("ORCID_2025_10_activities_7.tar.gz", 1, 1), ("ORCID_2025_10_summaries.tar.gz", 1, 2)]
    );
    let refused = commit_waiting(&store, false);
    assert!(matches!(refused, Err(ConvertError::MissingParts { .. })), "{refused:?}");
    assert_eq!(discard(&store, "ORCID_2025_10_summaries.tar.gz").unwrap(), 1);
    assert_eq!(discard(&store, "ORCID_2025_10_summaries.tar.gz").unwrap(), 0);
    assert_eq!(commit_waiting(&store, false).unwrap().len(), 1);
    assert_sound_and_alone(&memory, &store);
    // What is in the dataset no longer waits; what comes later does.
    assert!(uncommitted(&store).unwrap().is_empty());
    written(second, &store);
    assert_eq!(uncommitted(&store).unwrap().len(), 1);
    assert_eq!(discard(&store, "ORCID_2025_10_summaries.tar.gz").unwrap(), 1);
    assert_sound_and_alone(&memory, &store);
}

fn parts_of_a_plan_to_add_do_not_drop_archives(new: Memory) {
    let folder = crate::support::folder();
    let (memory, store) = versioned(new, folder.path());
    let archives = small(folder.path());
    convert_one(&archives[0], &store).unwrap();
    let add = plan_in(&archives, &store, &options()).unwrap();
    let [task] = &add[..] else { panic!("{add:?}") };
    let result = written(task, &store);

    // With and without results.
    let by_result = commit_in(std::slice::from_ref(&result), &store, true);
    let all = commit_waiting(&store, true).map(drop);

    for refused in [by_result.map(drop), all] {
        let Err(ConvertError::WouldDrop { archives }) = refused else { panic!("{refused:?}") };
        assert_eq!(archives, ["ORCID_2025_10_summaries.tar.gz"]);
    }
    assert_eq!(Dataset::open_in(&store).unwrap().manifest.archives.len(), 1);
    // Planned to replace it, the same part is used again, and the result that is at hand will do.
    let anew = Options { replace: true, ..options() };
    let tasks = plan_in(&archives[1..], &store, &anew).unwrap();
    let puts = memory.changes();
    assert!(written(&tasks[0], &store).part().unwrap().replace);
    assert!(memory.changes() - puts <= 1, "only the note is put again");
    commit_in(&[result], &store, true).unwrap();
    let found = Dataset::open_in(&store).unwrap().manifest.archives;
    assert_eq!(
        found.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(),
        ["ORCID_2025_10_activities_7.tar.gz"]
    );
    assert_sound_and_alone(&memory, &store);
}

/// Runs the tests with objects in memory, and in a server on loopback.
macro_rules! with_each_store {
    ($($test:ident),+ $(,)?) => {
        mod in_memory {
            $( #[test] fn $test() { super::$test(crate::support::memory_store::Memory::default()) } )+
        }
        mod in_s3 {
            $( #[test] fn $test() { super::$test(crate::support::memory_store::Memory::in_s3()) } )+
        }
    };
}

with_each_store!(
    parts_that_are_sent_give_the_rows_of_a_conversion_into_a_folder,
    a_conversion_in_one_run_gives_the_same_and_can_replace_a_dataset,
    parts_of_a_plan_to_add_do_not_drop_archives,
    of_two_commits_that_race_one_wins_and_the_other_is_told,
    a_change_that_began_before_another_commit_is_told_so,
    a_commit_is_done_where_only_its_answer_is_lost,
    a_commit_that_comes_late_is_whole_though_its_change_went_on,
    wherever_a_run_dies_a_whole_version_is_there_and_the_next_run_clears_the_rest,
    what_is_read_beside_a_commit_is_of_one_version,
    a_place_that_holds_something_else_is_refused,
);

#[test]
fn objects_of_others_keep_a_dataset_from_beginning_and_are_never_removed() {
    let others = [
        "summaries/mine/_delta_log/00000000000000000000.json",
        "summaries/mine/part-00000-v1-0123456789abcdef.parquet",
        "summaries/summaries/works/part-00000-v1-0123456789abcdef.parquet",
        "summaries/orcidlake-versions/00000000000000000001.json",
        "summaries/works/sub/_delta_log/00000000000000000000.json",
        "summaries/works/mine.parquet",
        "letter.txt",
    ];
    let folder = crate::support::folder();
    let [summaries, activities] = small(folder.path());
    for other in others {
        let (memory, store) = versioned(Memory::default(), folder.path());
        memory.put(other, b"x").unwrap();

        let begun = convert_one(&summaries, &store);

        let is_foreign = matches!(begun, Err(ConvertError::Dataset(DatasetError::Foreign { .. })));
        assert!(is_foreign && memory.names() == [other], "{other}: {begun:?}");
    }
    let (memory, store) = versioned(Memory::default(), folder.path());
    convert_one(&summaries, &store).unwrap();
    others.iter().for_each(|other| memory.put(other, b"x").unwrap());
    let replace = Options { replace: true, ..options() };
    let stop = AtomicBool::new(false);

    convert_one(&activities, &store).unwrap();
    convert_in(&[summaries], &store, &replace, &Unobserved, &stop).unwrap();

    assert!(others.iter().all(|other| memory.names().iter().any(|name| name == other)));
}

#[test]
fn parts_of_archives_that_differ_in_their_middle_do_not_mix() {
    let folder = crate::support::folder();
    let (_, store) = versioned(Memory::default(), folder.path());
    let archive = folder.path().join("ORCID_2025_10_summaries.tar");
    // The ends of a plain tar, which identify it, do not show its middle.
    let filler = format!("<!-- {} -->", "x".repeat(1_200_000));
    let write = |given_names: &str| {
        let (first, last) = (record(ONE, "One", &filler), record(OTHER, "Other", &filler));
        let middle = record("0000-0002-1694-233X", given_names, "");
        let members = [(ONE, &first), ("0000-0002-1694-233X", &middle), (OTHER, &last)];
        let named = members.map(|(orcid, xml)| (format!("summaries/000/{orcid}.xml"), xml.as_bytes()));
        let entries: Vec<(&str, &[u8])> = named.iter().map(|(path, xml)| (path.as_str(), *xml)).collect();
        std::fs::write(&archive, tar(&entries)).unwrap();
        index(&archive, &index_path(&archive), SPACING_BYTES, &Unobserved, &AtomicBool::new(false)).unwrap();
    };
    write("Anna");
    let tasks = plan_in(std::slice::from_ref(&archive), &store, &options()).unwrap();
    let Task::Part(whole) = &tasks[0] else { panic!("{tasks:?}") };
    let shard = |number| Task::Part(PartTask { shard: Some(Shard { number, of: 2 }), ..whole.clone() });
    let first = written(&shard(1), &store);
    write("Hans");
    let second = written(&shard(2), &store);

    let refused = commit_in(&[first, second], &store, false);

    assert!(matches!(refused, Err(ConvertError::OtherContents { .. })), "{refused:?}");
    assert!(store.current().unwrap().is_none());
}
