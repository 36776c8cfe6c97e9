//! Conversions that the program divides into tasks: plans, parts, and what runs of them say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::tables::rows_in_order;
use super::{ONE, gzip, orcidlake, record, run, tar};
use orcidlake::dataset::{Dataset, verify};

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What a run said on standard error.
pub fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard output of a run that ended well.
pub fn out_of(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", messages(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// With so many records, the summaries are read in several chunks.
pub const SEVERAL_CHUNKS: u64 = 800;

/// Summaries and an archive of activities.
pub fn dump(folder: &Path, records: u64) -> Vec<PathBuf> {
    let options = orcid_synth::Options {
        records,
        seed: 5,
        activities: true,
        activity_archives: vec!['3'],
        ..orcid_synth::Options::default()
    };
    orcid_synth::write_dump(&options, folder, &|_| ())
        .unwrap()
        .into_iter()
        .map(|written| written.path)
        .collect()
}

/// An archive with one record, whose given name is that of the archive.
pub fn small(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, gzip(&tar(&[(&format!("s/{ONE}.xml"), record(ONE, name, "").as_bytes())]))).unwrap();
    path
}

/// Plans into two files: index tasks, and parts.
pub fn plan(archives: &[PathBuf], parts: u64, folder: &Path) -> (PathBuf, PathBuf) {
    let (indexes, tasks) = (folder.join("index.jsonl"), folder.join("parts.jsonl"));
    let mut command = orcidlake(&["plan", "--parts", &parts.to_string(), "--index-tasks", text(&indexes)]);
    let output = command.args(archives).output().unwrap();
    fs::write(&tasks, out_of(&output)).unwrap();
    (indexes, tasks)
}

/// The number of tasks in a file.
pub fn count(tasks: &Path) -> usize {
    fs::read_to_string(tasks).unwrap().lines().count()
}

/// Does the task of this number; gives its result.
pub fn part(tasks: &Path, number: usize, out: &Path) -> String {
    let number = number.to_string();
    out_of(&run(&["part", "--task-file", text(tasks), "--number", &number, "--out", text(out)]))
}

/// Fails unless a dataset is sound, and has the rows of another in their order.
pub fn assert_same_rows(found: &Path, expected: &Path) {
    let (found, expected) = (Dataset::open(found).unwrap(), Dataset::open(expected).unwrap());
    let problems = verify(&found, &|_| ()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let (rows, expected_rows) = (rows_in_order(&found), rows_in_order(&expected));
    for (table, rows) in &rows {
        assert!(*rows == expected_rows[table], "{table}: {} of {}", rows.len(), expected_rows[table].len());
    }
    assert_eq!(found.manifest.report().members, expected.manifest.report().members);
}

/// What is in a folder.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Runs the program, which must fail and say something.
pub fn fails(arguments: &[&str], expected: &[&str]) {
    let output = run(arguments);
    let told = messages(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    expected.iter().for_each(|words| assert!(told.contains(words), "{arguments:?}: {told}"));
}
