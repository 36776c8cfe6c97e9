//! A dataset in a store of objects, which knows no renames: the same rows as in a folder, one
//! version or the other at every moment, and nothing left of what died.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::support::memory_store::Memory;
use crate::support::{ONE, OTHER, gzip, record, tar, through_json, work};
use arrow::array::ArrayRef;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use orcid_xml::Orcid;
use orcidlake::convert::{
    ConvertError, Options, Outcome, PartResult, Task, Unobserved, commit_in, convert, convert_in, plan_in,
    send_part, write_part,
};
use orcidlake::dataset::store::{Objects, Versioned};
use orcidlake::dataset::{
    Dataset, DatasetError, LocalStore, Logs, Manifest, Store, read_dataset_in, record_batches, verify_in,
};
use orcidlake::tables;

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
fn written(task: &Task, store: &dyn Store, folder: &Path) -> PartResult {
    let part =
        write_part(&through_json(task), folder, &options(), &Unobserved, &AtomicBool::new(false)).unwrap();
    let sent = send_part(part, store).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    through_json(&sent)
}

/// Every row of every table, in the table's order.
fn all_rows(dataset: &Dataset) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for (folder, table) in tables::all() {
        let (key, schema) = (format!("{folder}/{}", table.name()), table.schema());
        let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let options = FormatOptions::default().with_null("∅");
        let mut rows = Vec::new();
        for batch in dataset.rows(&key, &columns) {
            let batch = batch.unwrap();
            let plain: Vec<_> = batch.columns().iter().map(plain).collect();
            let columns = plain.iter().map(|column| ArrayFormatter::try_new(column, &options));
            let columns: Vec<_> = columns.map(Result::unwrap).collect();
            rows.extend((0..batch.num_rows()).map(|row| {
                columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("\t")
            }));
        }
        found.insert(key, rows);
    }
    found
}

/// Times as numbers; all else as it is.
fn plain(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Timestamp(..) => cast(column, &DataType::Int64).unwrap(),
        _ => column.clone(),
    }
}

/// Fails unless the current version is sound and nothing lies beside it.
fn assert_sound_and_alone(memory: &Memory, store: &dyn Store) {
    let (dataset, problems) = verify_in(store, &|_| ()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let named: BTreeSet<String> = dataset.manifest.file_names().collect();
    let is_other =
        |name: &&String| !name.contains("/_delta_log/") && !name.starts_with("orcidlake-versions/");
    let there: BTreeSet<String> = memory.names().iter().filter(is_other).cloned().collect();
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
    let at = |name: &str| folder.path().join("machine").join(name);
    // The first is done by two machines, and the last result comes in twice.
    let first = [written(&tasks[0], &store, &at("a")), written(&tasks[0], &store, &at("b"))];
    let rest = [written(&tasks[1], &store, &at("c")), written(&tasks[2], &store, &at("d"))];
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

    for changes in 0..whole.changes() {
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

    assert!(seen[0] > 10 && seen[1] > 10, "{seen:?}");
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

#[test]
fn a_folder_takes_results_where_they_lie() {
    let folder = crate::support::folder();
    let [summaries, _] = small(folder.path());
    let store = LocalStore::new(&folder.path().join("out"));
    let task = plan_in(&[summaries], &store, &options()).unwrap().remove(0);
    let stop = AtomicBool::new(false);
    let part = write_part(&task, &folder.path().join("part"), &options(), &Unobserved, &stop).unwrap();

    let sent = send_part(part.clone(), &store).unwrap();

    assert_eq!(sent, part);
    assert!(matches!(commit_in(&[sent], &store, false).unwrap()[..], [Outcome::Done(_)]));
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
    of_two_commits_that_race_one_wins_and_the_other_is_told,
    a_change_that_began_before_another_commit_is_told_so,
    a_commit_is_done_where_only_its_answer_is_lost,
    a_commit_that_comes_late_is_whole_though_its_change_went_on,
    wherever_a_run_dies_a_whole_version_is_there_and_the_next_run_clears_the_rest,
    what_is_read_beside_a_commit_is_of_one_version,
    a_place_that_holds_something_else_is_refused,
);
