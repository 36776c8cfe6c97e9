//! A dataset in a store of objects, which knows no renames: the same rows as in a folder, one
//! version or the other at every moment, and nothing left of what died.

use std::sync::atomic::AtomicBool;

use crate::support::ONE;
use crate::support::damage::step;
use crate::support::dataset_store::{
    assert_sound_and_alone, convert_one, is_overtaken, options, small, small_other, versioned,
    with_each_store,
};
use crate::support::memory_store::Memory;
use crate::support::tables::rows_in_order as all_rows;
use orcid_xml::Orcid;
use orcidlake::convert::{ConvertError, Options, Outcome, Unobserved, convert, convert_in};
use orcidlake::dataset::store::Objects;
use orcidlake::dataset::{Dataset, DatasetError, Logs, Store, read_dataset_in, record_batches, verify_in};

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
    // More places are tried in memory, which takes a quarter of the time.
    let step = if new.is_in_s3() { step() } else { step().div_ceil(2) };
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

with_each_store!(
    a_conversion_in_one_run_gives_the_same_and_can_replace_a_dataset,
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
