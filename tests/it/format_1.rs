//! A dataset of format version 1, and what orcidlake 0.1.0, which wrote it, printed of it: it
//! is read as ever, and not changed.
//!
//! `tests/format-1.tar.gz` was made by version 0.1.0 of 8 synthetic records and 8 organisations.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{dump, files, folder, orcidlake, run};

const ORCID: &str = "0000-0001-5000-1325";
const ROR: &str = "https://ror.org/002jws306";

/// The folder of the dataset, and of what was printed.
fn unpacked(folder: &Path) -> PathBuf {
    let archive = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/format-1.tar.gz");
    let status = Command::new("tar").args(["-xzf", archive, "-C"]).arg(folder).status().unwrap();
    assert!(status.success());
    folder.join("format-1")
}

#[test]
fn it_is_read_as_by_the_version_that_wrote_it() {
    let folder = folder();
    let at = unpacked(folder.path());
    let dataset = at.join("dataset");
    let dataset = dataset.to_str().unwrap();

    for (printed, arguments) in [
        ("get.json", vec!["get", ORCID, dataset]),
        ("people.csv", vec!["people", "--ror", ROR, "--emails", dataset]),
        ("coverage.csv", vec!["coverage", dataset]),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let mut expected = std::fs::read_to_string(at.join(printed)).unwrap();
        // The column came later; nobody is authenticated in a dataset without connections.
        if let Some(nobody) = match printed {
            "people.csv" => Some("false"),
            "coverage.csv" => Some("0"),
            _ => None,
        } {
            let (heading, lines) = expected.split_once('\n').unwrap();
            expected = format!("{heading},authenticated\n{}", lines.replace('\n', &format!(",{nobody}\n")));
        }
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{arguments:?}");
    }
    let inspected = run(&["inspect", dataset]);
    assert_eq!(inspected.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&inspected.stdout).contains("format 1, written by orcidlake 0.1.0"));
    assert_eq!(run(&["verify", dataset]).status.code(), Some(0));
}

#[test]
fn whoever_would_change_it_is_told_the_way_out() {
    let folder = folder();
    let dataset = unpacked(folder.path()).join("dataset");
    let archives = dump(folder.path(), 5, false);
    let ror = orcidlake::synth::write_ror(20, folder.path()).unwrap();
    let before = files(&dataset);
    let beside = || std::fs::read_dir(dataset.parent().unwrap()).unwrap().count();
    let count = beside();
    let at = dataset.to_str().unwrap();

    for arguments in [
        vec!["match", at, "--ror-release", ror.to_str().unwrap()],
        vec!["match", at],
        vec!["convert", archives[0].to_str().unwrap(), "--out", at],
        vec!["refresh", at, "--all-in-dataset", "--api-url", "http://127.0.0.1:9"],
    ] {
        let output = orcidlake(&arguments).output().unwrap();

        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {messages}");
        assert!(
            messages.contains("has format version 1, which this orcidlake can read but not change"),
            "{messages}"
        );
        assert!(messages.contains("convert --replace"), "{messages}");
        assert_eq!(files(&dataset), before, "{arguments:?}");
        assert_eq!(beside(), count, "{arguments:?}");
    }
    // The way out.
    let output = run(&["convert", archives[0].to_str().unwrap(), "--out", at, "--replace"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(run(&["verify", at]).status.code(), Some(0));
}
