//! Two changes of one dataset at once, through the library: one is told who holds the dataset,
//! and at what.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use crate::support::{ONE, folder, given_names, record, run};
use orcidlake::convert::{
    ConvertError, Observer, Options, Outcome, Unobserved, Update, commit, convert, plan, update, update_in,
    write_part,
};
use orcidlake::dataset::{DatasetError, DatasetLock, LocalStore};
use orcidlake::matching::{self, MatchError, match_dataset};
use orcidlake::report::Report;
use ror_match::{Crosswalk, Matcher, Preset, Release};
use targz_seek::{Meter, OwnedMember};

fn options() -> Options {
    Options { threads: 1, ..Options::default() }
}

/// A dataset of the first archive of two; and the second.
fn dataset(folder: &Path) -> (PathBuf, PathBuf) {
    let ending = vec!['3'];
    let options = orcid_synth::Options {
        records: 60,
        seed: 7,
        activities: true,
        activity_archives: ending,
        ..Default::default()
    };
    let written = orcid_synth::write_dump(&options, folder, &|_| ()).unwrap();
    let mut archives: Vec<PathBuf> = written.into_iter().map(|written| written.path).collect();
    let (second, out) = (archives.pop().unwrap(), folder.join("orcid"));
    let options = self::options();
    let outcomes = convert(&archives, &out, &options, &Unobserved, &AtomicBool::new(false)).unwrap();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done(_))), "{outcomes:?}");
    (out, second)
}

fn named(source: &str) -> Update {
    Update { source: source.to_owned(), ..Update::default() }
}

fn member(given_names: &str) -> std::io::Result<OwnedMember> {
    Ok(OwnedMember { name: format!("{ONE}.xml"), data: record(ONE, given_names, "").into_bytes() })
}

fn try_update(out: &Path) -> Result<(), ConvertError> {
    let mut members = [member("New")].into_iter();
    update(out, named("other"), &mut members, &options(), &Unobserved, &AtomicBool::new(false)).map(drop)
}

fn try_convert(archive: &Path, out: &Path) -> Result<(), ConvertError> {
    convert(&[archive.to_owned()], out, &options(), &Unobserved, &AtomicBool::new(false)).map(drop)
}

/// Fails unless the dataset is said to be held by this process, for `act`.
fn assert_held(error: &DatasetError, act: &str) {
    let own = format!("{act}, process {} since 2", std::process::id());
    assert!(
        matches!(error, DatasetError::Locked { holder, .. } if holder.starts_with(&own)),
        "{error}, not {own}"
    );
}

fn assert_told(result: Result<(), ConvertError>, act: &str) {
    match result.unwrap_err() {
        ConvertError::Dataset(error) => assert_held(&error, act),
        other => panic!("{other}"),
    }
}

#[test]
fn who_converts_during_an_update_is_told() {
    let folder = folder();
    let (out, second) = dataset(folder.path());
    let mut tried = false;
    let mut members = std::iter::once_with(|| {
        assert_told(try_convert(&second, &out), "update");
        assert_told(try_update(&out), "update");
        tried = true;
        member("Old")
    });

    update(&out, named("first"), &mut members, &options(), &Unobserved, &AtomicBool::new(false)).unwrap();

    assert!(tried);
    assert_eq!(given_names(&out, ONE), ["Old"]);
    assert_eq!(DatasetLock::holder(&out), None);
    try_update(&out).unwrap();
    assert_eq!(given_names(&out, ONE), ["New"]);
}

#[test]
fn who_updates_during_a_conversion_is_told() {
    struct Meanwhile<'m>(Mutex<Option<Box<dyn FnOnce() + Send + 'm>>>);
    impl Observer for Meanwhile<'_> {
        fn begun(&self, _: &Path, _: Option<u64>, _: &Meter) {
            self.0.lock().unwrap().take().unwrap()();
        }
        fn progressed(&self, _: &Path, _: &Report) {}
        fn ended(&self, _: &Path, _: &Outcome) {}
    }
    let folder = folder();
    let (out, second) = dataset(folder.path());
    let meanwhile = Meanwhile(Mutex::new(Some(Box::new(|| assert_told(try_update(&out), "convert")))));

    let archives = [second];
    let outcomes = convert(&archives, &out, &options(), &meanwhile, &AtomicBool::new(false)).unwrap();

    assert!(meanwhile.0.lock().unwrap().is_none());
    assert!(matches!(outcomes[..], [Outcome::Done(_)]), "{outcomes:?}");
}

#[test]
fn a_lock_that_is_held_keeps_every_change_out_and_lets_its_holder_in() {
    let folder = folder();
    let (out, second) = dataset(folder.path());
    let ror = orcid_synth::write_ror(20, folder.path()).unwrap();
    let matcher = Matcher::new(Release::read(&ror).unwrap(), Preset::Balanced);
    let crosswalk = || Crosswalk::new(&matcher.index.release);
    let how = matching::Options { threads: 1, memory_bytes: 1 << 30, anew: false };
    let stop = AtomicBool::new(false);
    let task = plan(std::slice::from_ref(&second), &out, &options()).unwrap().remove(0);
    let part = write_part(&task, &out, &options(), &Unobserved, &stop).unwrap();
    let lock = DatasetLock::take(&out, "refresh").unwrap();

    assert_told(commit(std::slice::from_ref(&part), &out, false).map(drop), "refresh");
    assert_told(try_convert(&second, &out), "refresh");
    assert_told(try_update(&out), "refresh");
    match match_dataset(&out, &matcher, crosswalk(), None, how, &stop) {
        Err(MatchError::Dataset(error)) => assert_held(&error, "refresh"),
        other => panic!("{:?}", other.map(drop)),
    }
    let store = LocalStore::holding(lock.clone());
    for name in ["One", "Two"] {
        let mut members = [member(name)].into_iter();
        update_in(&store, named(name), &mut members, &options(), &Unobserved, &stop).unwrap();
        assert_eq!(given_names(&out, ONE), [name]);
        // It is held on, by its holder, after the commit too.
        let holder = DatasetLock::holder(&out).unwrap_or_default();
        assert!(holder.starts_with("refresh"), "{holder}");
    }

    drop((store, lock));
    assert_eq!(DatasetLock::holder(&out), None);
    match_dataset(&out, &matcher, crosswalk(), None, how, &stop).unwrap();
}

#[test]
fn a_refresh_is_told_who_changes_its_dataset() {
    let folder = folder();
    let (out, _) = dataset(folder.path());
    let _lock = DatasetLock::take(&out, "update").unwrap();

    let output = run(&["refresh", out.to_str().unwrap(), "--all-in-dataset", "--anonymous"]);

    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(&format!("(update, process {}", std::process::id())), "{told}");
}

#[test]
fn a_dataset_that_is_not_there_gets_no_lock() {
    let folder = folder();
    let (nothing, foreign) = (folder.path().join("nothing"), folder.path().join("foreign"));
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("letter.txt"), "").unwrap();

    for place in [&nothing, &foreign] {
        assert!(try_update(place).is_err());
    }

    assert!(!nothing.exists());
    assert_eq!(fs::read_dir(&foreign).unwrap().count(), 1);
}

#[test]
fn what_a_killed_refresh_left_in_its_queues_log_outlives_a_change() {
    let folder = folder();
    let (out, second) = dataset(folder.path());
    for (name, bytes) in [("sqlite", "pages"), ("sqlite-wal", "answers"), ("sqlite-shm", "passing")] {
        fs::write(out.join(format!("refresh.{name}")), bytes).unwrap();
    }

    try_convert(&second, &out).unwrap();

    assert_eq!(fs::read_to_string(out.join("refresh.sqlite-wal")).unwrap(), "answers");
    assert_eq!(fs::read_to_string(out.join("refresh.sqlite")).unwrap(), "pages");
    assert!(!out.join("refresh.sqlite-shm").exists());
}
