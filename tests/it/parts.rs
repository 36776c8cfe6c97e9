//! Conversion in parts: tasks and their results are values, and whoever runs them, the
//! dataset is the same.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::support::through_json;
use orcidlake::convert::{
    ConvertError, Options, Outcome, PartResult, Shard, Task, Unobserved, commit, convert, index, plan,
    write_part,
};
use orcidlake::dataset::{Dataset, Manifest, verify};
use orcidlake::synth;
use targz_seek::index::{SPACING_BYTES, index_path};

fn options() -> Options {
    Options { threads: 2, ..Options::default() }
}

/// A dump of summaries and one archive of activities.
fn dump(folder: &Path) -> Vec<PathBuf> {
    let options = synth::Options {
        records: 400,
        seed: 11,
        activities: true,
        activity_archives: vec!['3'],
        ..synth::Options::default()
    };
    synth::write_dump(&options, folder, &|_| ()).unwrap().into_iter().map(|written| written.path).collect()
}

fn write(task: &Task, folder: &Path) -> Result<PartResult, ConvertError> {
    let written = write_part(&through_json(task), folder, &options(), &Unobserved, &AtomicBool::new(false))?;
    Ok(through_json(&written))
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

#[test]
fn parts_give_the_dataset_of_one_conversion() {
    let folder = crate::support::folder();
    let archives = dump(folder.path());
    let (whole, out) = (folder.path().join("whole"), folder.path().join("parts"));
    convert(&archives, &whole, &options(), &Unobserved, &AtomicBool::new(false)).unwrap();

    let tasks = plan(&archives, &out, &options()).unwrap();
    let at = |name: &str| folder.path().join("work").join(name);
    // The first is run by two machines, and the results come in twice.
    let parts = [
        write(&tasks[0], &at("a")).unwrap(),
        write(&tasks[0], &at("b")).unwrap(),
        write(&tasks[1], &at("c")).unwrap(),
    ];
    let outcomes = commit(&parts, &out, false).unwrap();

    assert!(matches!(outcomes[..], [Outcome::Done(_), Outcome::Skipped, Outcome::Done(_)]), "{outcomes:?}");
    assert_eq!(files(&out), files(&whole));
    assert!(is_sound(&out));
    let again = commit(&parts, &out, false).unwrap();
    assert!(again.iter().all(|outcome| matches!(outcome, Outcome::Skipped)), "{again:?}");
    assert_eq!(files(&out), files(&whole));
    assert!(plan(&archives, &out, &options()).unwrap().is_empty());
}

#[test]
fn parts_of_an_archive_have_all_its_rows() {
    let folder = crate::support::folder();
    let archive = dump(folder.path()).swap_remove(0);
    index(&archive, &index_path(&archive), SPACING_BYTES, &Unobserved, &AtomicBool::new(false)).unwrap();
    let (whole, out) = (folder.path().join("whole"), folder.path().join("parts"));
    let archives = [archive];
    convert(&archives, &whole, &options(), &Unobserved, &AtomicBool::new(false)).unwrap();

    let mut parts = Vec::new();
    for number in 1..=3 {
        let options = Options { shard: Some(Shard { number, of: 3 }), ..options() };
        let tasks = plan(&archives, &out, &options).unwrap();
        parts.push(write(&tasks[0], &folder.path().join(format!("part-{number}"))).unwrap());
    }
    commit(&parts, &out, false).unwrap();

    let rows = |dataset: &Path| {
        let manifest = Manifest::read(dataset).unwrap().unwrap();
        manifest.archives.iter().map(|archive| archive.report.members.records).sum::<u64>()
    };
    assert_eq!(rows(&out), rows(&whole));
    assert!(is_sound(&out));
    let other = plan(&archives, &out, &Options { shard: Some(Shard { number: 1, of: 2 }), ..options() });
    assert!(matches!(other, Err(ConvertError::OtherParts { .. })), "{other:?}");
}

#[test]
fn what_does_not_belong_is_refused_and_changes_nothing() {
    let folder = crate::support::folder();
    let archives = dump(folder.path());
    let out = folder.path().join("orcid");
    let tasks = plan(&archives, &out, &options()).unwrap();
    let part = write(&tasks[0], &folder.path().join("part")).unwrap();

    // A task of an archive that has changed since.
    let other = synth::Options { records: 30, seed: 12, ..synth::Options::default() };
    synth::write_dump(&other, folder.path(), &|_| ()).unwrap();
    let aside = folder.path().join("changed");
    let changed = write(&tasks[0], &aside);
    assert!(matches!(changed, Err(ConvertError::Changed { .. })), "{changed:?}");
    assert!(!aside.exists());

    // Results of other tables, and of a format that is not known.
    let mut tables = part.clone();
    tables.tables.remove("summaries/works");
    let mixed = commit(&[part.clone(), tables], &out, false);
    assert!(matches!(mixed, Err(ConvertError::OtherTables)), "{mixed:?}");
    let newer = PartResult { format_version: 99, ..part.clone() };
    assert!(matches!(commit(&[newer], &out, false), Err(ConvertError::OtherFormat { .. })));

    // A file that is not the one that was written.
    let written = &part.entry.parts["summaries/works"][0].name;
    let file = part.folder.join("summaries/works").join(written);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let damaged = commit(&[part], &out, false).unwrap_err();
    assert!(damaged.to_string().contains("summaries/works"), "{damaged}");

    assert!(!out.exists());
}

#[test]
fn results_on_another_file_system_are_copied() {
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else {
        return println!("skipped: there is no other file system at /dev/shm");
    };
    let folder = crate::support::folder();
    let archives = dump(folder.path());
    let out = folder.path().join("orcid");
    let task = &plan(&archives, &out, &options()).unwrap()[1];

    let part = write(task, &elsewhere.path().join("part")).unwrap();
    commit(&[part], &out, false).unwrap();
    drop(elsewhere);

    assert!(is_sound(&out));
}
