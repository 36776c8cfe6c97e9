//! Parts of a conversion are sent to an object store. Together they have the rows of one conversion,
//! whichever machine sends them and even if one of them dies. Parts that nobody commits are removed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::support::dataset_store::{
    assert_sound_and_alone, convert_one, is_overtaken, options, small, small_other, versioned,
    with_each_store,
};
use crate::support::memory_store::Memory;
use crate::support::tables::rows_in_order as all_rows;
use crate::support::{ONE, OTHER, record, tar, through_json};
use orcid_xml::Orcid;
use orcidlake::convert::{
    ConvertError, Options, Outcome, PartResult, PartTask, Selection, Shard, Task, Unobserved, commit_in,
    commit_waiting, convert, convert_in, discard, index, plan_in, uncommitted, write_part_in,
};
use orcidlake::dataset::{Dataset, Manifest, Store, record_batches};
use targz_seek::index::{SPACING_BYTES, index_path};

/// The sample dump: summaries, and two archives of activities.
fn sample() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let names = ["summaries", "activities_3", "activities_X"];
    names.map(|name| folder.join(format!("ORCID_2025_10_{name}.tar.gz"))).to_vec()
}

/// Does a task as a machine does that reaches the archives and the store, and nothing else.
fn written(task: &Task, store: &dyn Store) -> PartResult {
    let stop = AtomicBool::new(false);
    through_json(&write_part_in(&through_json(task), store, &options(), &Unobserved, &stop).unwrap())
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

with_each_store!(
    parts_that_are_sent_give_the_rows_of_a_conversion_into_a_folder,
    parts_of_a_plan_to_add_do_not_drop_archives,
);

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
