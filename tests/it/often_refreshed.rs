//! People who are refreshed again and again get files of their own, so that a refresh does not
//! rewrite the archives' files each time.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::support::damage::copy;
use crate::support::refresh::{Here, text};
use crate::support::tables::{all_rows, assert_same};
use crate::support::{convert, dump, folder, members};
use orcid_xml::{MemberName, Orcid};
use orcidlake::convert::{Observer, Options, Outcome, Update, update};
use orcidlake::dataset::{Dataset, EntryKind, Manifest, verify};
use orcidlake::report::Report;
use targz_seek::{Meter, OwnedMember};

/// What stands before a given name in the XML.
const NAME: &str = "<personal-details:given-names>";
/// Of so many people, the first is in the scope.
const PEOPLE_PER_MEMBER: usize = 10;

struct Quiet;

impl Observer for Quiet {
    fn begun(&self, _: &Path, _: Option<u64>, _: &Meter) {}
    fn progressed(&self, _: &Path, _: &Report) {}
    fn ended(&self, _: &Path, _: &Outcome) {}
}

fn owner(member: &OwnedMember) -> Option<Orcid> {
    MemberName::new(&member.name).orcid()
}

/// The files that the archives were converted to.
fn archives_files(dataset: &Path) -> BTreeSet<String> {
    let manifest = Manifest::read(dataset).unwrap().unwrap();
    let of_archives = manifest.archives.iter().filter(|entry| entry.kind != EntryKind::Refresh);
    let parts = of_archives.flat_map(|entry| &entry.parts);
    parts.flat_map(|(key, parts)| parts.iter().map(move |part| format!("{key}/{}", part.name))).collect()
}

/// Rows of the table of records in the files of refreshes.
fn refreshed_records(dataset: &Path) -> u64 {
    let manifest = Manifest::read(dataset).unwrap().unwrap();
    let refreshes = manifest.archives.iter().filter(|entry| entry.kind == EntryKind::Refresh);
    refreshes.filter_map(|entry| entry.parts.get("summaries/records")).flatten().map(|part| part.rows).sum()
}

/// Reads the same people of a dataset again, a third of the scope each time, so that everybody is
/// read twice; returns the archives' files after each time.
fn refresh_six_times(
    dataset: &Path,
    members: &[OwnedMember],
    scope: &[Orcid],
    kept_apart: bool,
) -> Vec<BTreeSet<String>> {
    let files = (0..6).map(|run| {
        let changed: BTreeSet<Orcid> = scope.iter().copied().skip(run % 3).step_by(3).collect();
        let theirs =
            members.iter().filter(|member| owner(member).is_some_and(|orcid| changed.contains(&orcid)));
        let mut theirs = theirs.cloned().map(Ok);
        let often_refreshed = if kept_apart { scope.iter().copied().collect() } else { Default::default() };
        let change = Update { source: format!("run {run}"), often_refreshed, ..Update::default() };
        let options = Options { threads: 2, ..Options::default() };
        update(dataset, change, &mut theirs, &options, &Quiet, &AtomicBool::new(false)).unwrap();
        let problems = verify(&Dataset::open(dataset).unwrap(), &|_| {}).unwrap();
        assert!(problems.is_empty(), "{problems:#?}");
        archives_files(dataset)
    });
    files.collect()
}

#[test]
fn later_refreshes_of_the_same_people_leave_the_archives_files_as_they_are() {
    let folder = folder();
    let archives = dump(folder.path(), 199, true);
    let paths: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let [fresh, apart, mixed] = ["fresh", "apart", "mixed"].map(|name| folder.path().join(name));
    assert_eq!(convert(&paths, &fresh, &[]).0, 0);
    [&apart, &mixed].into_iter().for_each(|out| copy(&fresh, out));
    let members = members(&archives);
    let people: BTreeSet<Orcid> = members.iter().filter_map(owner).collect();
    let scope: Vec<Orcid> = people.into_iter().step_by(PEOPLE_PER_MEMBER).collect();

    let before = archives_files(&apart);
    let files = refresh_six_times(&apart, &members, &scope, true);
    let files_of_mixed = refresh_six_times(&mixed, &members, &scope, false);

    assert!(!before.is_subset(&files[0]), "the first refresh has to rewrite files");
    // The first three times, everybody is read once, so that each file with rows of the scope has
    // been rewritten once.
    assert!(files[3..].iter().all(|later| *later == files[2]));
    assert!(files_of_mixed[..3].windows(2).all(|two| two[0] != two[1]));
    let rows = all_rows(&fresh);
    assert_same(&all_rows(&apart), &rows);
    assert_same(&all_rows(&mixed), &rows);
    let records = scope.len() as u64;
    assert!(refreshed_records(&apart) > records / 2, "{} of {records}", refreshed_records(&apart));
}

#[test]
fn a_file_without_changes_keeps_the_rows_of_those_who_are_refreshed_often() {
    let folder = folder();
    let archives = dump(folder.path(), 101, true);
    let paths: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let out = folder.path().join("orcid");
    assert!(convert(&paths, &out, &[]).0 < 2);
    let people: Vec<Orcid> = members(&archives).iter().filter_map(owner).collect();
    let before = archives_files(&out);

    let change = Update {
        source: "nobody".to_owned(),
        often_refreshed: people.into_iter().collect(),
        ..Update::default()
    };
    let options = Options { threads: 2, ..Options::default() };
    update(&out, change, &mut std::iter::empty(), &options, &Quiet, &AtomicBool::new(false)).unwrap();

    assert_eq!(archives_files(&out), before);
    assert_eq!(refreshed_records(&out), 0);
}

#[test]
fn a_scope_that_is_refreshed_daily_rewrites_each_file_of_the_archives_once() {
    let here = Here::new(200, 5, &['0', '5']);
    let active = here.server.world().active();
    // The dump has the activities of these people alone, and a refresh reads those of everybody.
    let of_dump = active.iter().map(ToString::to_string).filter(|orcid| orcid.ends_with(['0', '5']));
    let scope: Vec<String> = of_dump.step_by(2).collect();
    let ids = here.write("ids", &scope.join("\n"));
    let arguments = ["--ids", &ids, "--strategy", "each", "--rate", "500", "--max-removals", "100"];
    let mut files = Vec::new();
    for day in 0..5 {
        here.server.change(|world| {
            let clock = world.clock() + 1_000_000;
            for orcid in scope.iter().skip(day).step_by(3) {
                world.edit(orcid, clock, |xml| xml.replace(NAME, &format!("{NAME}Newer ")));
            }
        });
        let output = here.refresh(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        files.push(archives_files(&here.dataset));
    }

    // After three days everybody of the scope has changed.
    assert_eq!(files[3], files[2]);
    assert_eq!(files[4], files[2]);
    here.assert_sound();
    let fresh = here.fresh(&here.server.world());
    assert_same(&all_rows(&here.dataset), &all_rows(&fresh));
}
