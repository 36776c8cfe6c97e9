//! `inspect`: what a dataset is made of, how the command ends, and what to cite.

use std::fs;
use std::path::Path;

use crate::support::{ONE, OTHER, convert, dump, folder, gzip, record, run, tar};

fn printed(arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(&[&["inspect"], arguments].concat());
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_parts_of_an_archive_that_are_there_are_told() {
    let place = folder();
    let archive = dump(place.path(), 600, false).remove(0);
    assert_eq!(convert(&[&archive], &place.path().join("whole"), &["--index"]).0, 0);
    let out = place.path().join("out");
    for (shard, expected) in [
        ("3/4", ", part 3 of 4)"),
        ("1/4", ", parts 1 and 3 of 4)"),
        ("4/4", ", parts 1, 3 and 4 of 4)"),
        ("2/4", ", in 4 parts)"),
    ] {
        assert_eq!(convert(&[&archive], &out, &["--shard", shard]).0, 0);

        let (status, text) = printed(&[out.to_str().unwrap()]);

        assert_eq!(status, Some(0));
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn problems_that_it_finds_end_with_1_and_those_that_it_reports_with_0() {
    let place = folder();
    let archive = place.path().join("ORCID_2025_10_summaries.tar.gz");
    let sound = record(ONE, "One", "");
    let members = tar(&[(&format!("x/{ONE}.xml"), sound.as_bytes()), (&format!("x/{OTHER}.xml"), b"<cut")]);
    fs::write(&archive, gzip(&members)).unwrap();
    let out = place.path().join("out");
    assert_eq!(convert(&[&archive], &out, &[]).0, 1);

    let of_archive = printed(&[archive.to_str().unwrap()]);
    let of_dataset = printed(&[out.to_str().unwrap()]);

    assert_eq!((of_archive.0, of_dataset.0), (Some(1), Some(0)));
    assert!(of_archive.1.contains("1 reject") && of_dataset.1.contains("1 reject"), "{}", of_dataset.1);
}

#[test]
fn what_to_cite_is_printed() {
    let place = folder();
    let at = |name: &str| place.path().join(name);
    let archive = dump(place.path(), 30, false).remove(0);
    let out = at("out");
    convert(&[&archive], &out, &[]);
    let release = orcid_synth::write_ror(50, place.path()).unwrap();
    let dataset = out.to_str().unwrap();
    assert!(run(&["match", dataset, "--ror-release", release.to_str().unwrap()]).status.success());
    fs::copy(&archive, at("mine.tar.gz")).unwrap();

    let (status, of_dataset) = printed(&[dataset, "--bibtex"]);
    let (_, of_archive) = printed(&[archive.to_str().unwrap(), "--bibtex"]);
    let unknown = run(&["inspect", at("mine.tar.gz").to_str().unwrap(), "--bibtex"]);
    let (missing, nothing) = printed(&[at("missing.tar.gz").to_str().unwrap(), "--bibtex"]);
    let (_, json) = printed(&[dataset, "--bibtex", "--json"]);

    assert_eq!(status, Some(0));
    for part in ["doi     = {10.23640/07243.30375589.v1}", "@misc{ror2025,", "@misc{orcidlake,"] {
        assert!(of_dataset.contains(part), "{part}: {of_dataset}");
    }
    assert!(of_archive.contains("@misc{orcid2025,") && !of_archive.contains("@misc{ror"), "{of_archive}");
    let told = String::from_utf8(unknown.stderr).unwrap();
    assert!(
        told.contains("DOI") && String::from_utf8(unknown.stdout).unwrap().contains("@misc{orcid,"),
        "{told}"
    );
    assert_eq!((missing, nothing.as_str()), (Some(2), ""));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["citations"][0]["year"], "2025");
    assert!(Path::new(dataset).join("orcidlake.json").is_file());
}
