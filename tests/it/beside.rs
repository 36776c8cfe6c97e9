//! Readers beside commands that change the dataset: what they print is of one version, the
//! old or the new one, whenever the change comes.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Random, convert, folder, orcidlake, run};
use orcidlake::dataset::Dataset;
use orcidlake::matching::coverage;
use rustix::fs::{CWD, RenameFlags, renameat_with};

/// Runs of each command, each with a change at another moment.
const RUNS: u32 = 12;

/// A matched dataset of a seed; both have the same tables, and file names.
fn dataset(folder: &Path, seed: u64) -> PathBuf {
    let (dumps, out) = (folder.join(format!("dumps-{seed}")), folder.join(format!("dataset-{seed}")));
    std::fs::create_dir(&dumps).unwrap();
    let options = orcid_synth::Options { records: 60, seed, ..orcid_synth::Options::default() };
    let archives = orcid_synth::write_dump(&options, &dumps, &|_| {}).unwrap();
    let mut summaries = archives.iter().map(|written| &written.path);
    let summaries = summaries.find(|path| path.to_string_lossy().contains("summaries")).unwrap();
    let (status, messages) = convert(&[summaries], &out, &[]);
    assert_eq!(status, 0, "{messages}");
    let ror = orcid_synth::write_ror(50, folder).unwrap();
    let output = run(&["match", out.to_str().unwrap(), "--ror-release", ror.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    out
}

/// What a commit does: the next state takes the dataset's name, and files of the old go.
fn commit(next: &Path, dataset: &Path) {
    renameat_with(CWD, next, CWD, dataset, RenameFlags::EXCHANGE).unwrap();
    std::fs::remove_dir_all(next).unwrap();
}

fn link_tree(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => link_tree(&entry.path(), &target),
            false => std::fs::hard_link(entry.path(), target).unwrap(),
        }
    }
}

fn printed(output: &Output) -> String {
    // 1: nobody is found in this version.
    let status = output.status.code();
    assert!(matches!(status, Some(0 | 1)), "{status:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The iD of somebody, and the institution with the most affiliations.
fn asked(dataset: &Path) -> (String, String) {
    let dataset = Dataset::open(dataset).unwrap();
    let first = dataset.rows("summaries/records", &["orcid"]).next().unwrap().unwrap();
    let orcid = arrow::array::AsArray::as_string::<i32>(first.column(0)).value(0).to_owned();
    let most = coverage(&dataset, None, 1).unwrap();
    (orcid, most.rows[0].ror_id.clone())
}

#[test]
fn what_is_read_beside_a_commit_is_of_one_version() {
    let folder = folder();
    let versions = [1, 2].map(|seed| dataset(folder.path(), seed));
    let (place, next) = (folder.path().join("orcid"), folder.path().join("next"));
    let list = folder.path().join("staff.csv");
    let place_text = place.to_str().unwrap().to_owned();
    let (orcid, ror) = asked(&versions[0]);
    std::fs::write(&list, format!("name,orcid\nSomebody,{orcid}\n")).unwrap();
    let commands: [Vec<&str>; 6] = [
        vec!["get", "--json", &orcid, &place_text],
        vec!["people", "--ror", &ror, "--emails", &place_text],
        vec!["people", "--ror", &ror, "--explain", "--json", &place_text],
        vec!["coverage", &place_text],
        vec!["reconcile", "--ror", &ror, &place_text, list.to_str().unwrap()],
        vec!["verify", "--json", &place_text],
    ];
    let mut random = Random(7);
    for arguments in commands {
        let mut took = Duration::ZERO;
        let right = versions.each_ref().map(|version| {
            link_tree(version, &place);
            let begun = Instant::now();
            let output = run(&arguments);
            took = begun.elapsed();
            std::fs::remove_dir_all(&place).unwrap();
            printed(&output)
        });
        assert_ne!(right[0], right[1], "{arguments:?}");
        for number in 0..RUNS {
            let [old, new] = [&versions[0], &versions[1]];
            link_tree(old, &place);
            link_tree(new, &next);
            let mut command = orcidlake(&arguments);
            let reader = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let at = Instant::now() + took * random.below(100) as u32 / 100;
            while Instant::now() < at {
                std::thread::yield_now();
            }
            commit(&next, &place);

            let output = reader.wait_with_output().unwrap();

            assert!(right.contains(&printed(&output)), "{arguments:?} {number}: {}", printed(&output));
            std::fs::remove_dir_all(&place).unwrap();
        }
    }
}
