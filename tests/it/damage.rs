//! Damaged files of a dataset: no command takes their rows for true, and none puts a file
//! that looks sound in their place.

use std::path::{Path, PathBuf};

use crate::support::damage::{copy, flip, places, run, step, table_files, verify};
use crate::support::refresh::{Here, text};
use crate::support::tables::{all_rows, assert_same};

/// A dataset in which one person has changed, and the same when it is refreshed.
fn world() -> (Here, String, PathBuf) {
    let here = Here::new(30, 5, &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X']);
    let orcid = here.server.world().active()[0].to_string();
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&orcid, clock, |xml| xml.replace("given-names>", "given-names>Newer "));
    });
    let whole = PathBuf::from(here.path("whole"));
    copy(&here.dataset, &whole);
    (here, orcid, whole)
}

#[test]
fn a_refresh_copies_no_damage_into_a_sound_file() {
    let (mut here, orcid, whole) = world();
    let ids = here.write("ids", &orcid);
    let arguments = ["--ids", &ids, "--strategy", "each", "--rate", "500"];
    let output = here.refresh(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let right = all_rows(&here.dataset);
    here.dataset = PathBuf::from(here.path("damaged"));
    for file in table_files(&whole).into_iter().step_by(step()) {
        for place in places(&file) {
            copy(&whole, &here.dataset);
            let name = file.strip_prefix(&whole).unwrap();
            let damaged = here.dataset.join(name);
            flip(&damaged, place);
            let before = std::fs::read(&damaged).unwrap();

            let output = here.refresh(&arguments);

            match output.status.code() {
                Some(0) => {
                    assert_same(&all_rows(&here.dataset), &right);
                    assert_eq!(verify(&here.dataset).status.code(), Some(0), "{} {place}", name.display());
                }
                Some(2) => {
                    assert!(text(&output).contains(damaged.to_str().unwrap()), "{}", text(&output));
                    assert!(std::fs::read(&damaged).unwrap() == before);
                    let problems = String::from_utf8_lossy(&verify(&here.dataset).stdout).into_owned();
                    assert!(problems.contains(name.to_str().unwrap()), "{problems}");
                }
                other => panic!("{other:?} {} {place}: {}", name.display(), text(&output)),
            }
        }
    }
}

#[test]
fn what_is_read_is_right_or_refused() {
    let (mut here, _, whole) = world();
    let asked: Vec<String> = here.server.world().active().iter().take(3).map(ToString::to_string).collect();
    let get = |dataset: &Path, orcid: &str| run(&["get", orcid, dataset.to_str().unwrap()]);
    let right: Vec<Vec<u8>> = asked.iter().map(|orcid| get(&whole, orcid).stdout).collect();
    here.dataset = PathBuf::from(here.path("damaged"));
    for file in table_files(&whole).into_iter().step_by(step()) {
        for place in places(&file) {
            copy(&whole, &here.dataset);
            let damaged = here.dataset.join(file.strip_prefix(&whole).unwrap());
            flip(&damaged, place);
            for (orcid, right) in asked.iter().zip(&right) {
                let output = get(&here.dataset, orcid);

                let refused =
                    output.status.code() == Some(2) && text(&output).contains(damaged.to_str().unwrap());
                let shown = damaged.display();
                assert!(refused || output.stdout == *right, "{shown} {place} {orcid}: {}", text(&output));
            }
        }
    }
}

#[test]
fn a_file_in_anothers_place_is_named() {
    let (mut here, orcid, whole) = world();
    let ids = here.write("ids", &orcid);
    here.dataset = PathBuf::from(here.path("damaged"));
    let all = table_files(&whole);
    let part = |table: &str| all.iter().find(|path| path.to_string_lossy().contains(table)).unwrap();
    let pairs = [
        ("summaries/works/", "summaries/keywords/"),
        ("summaries/records/", "summaries/works/"),
        ("summaries/keywords/", "summaries/records/"),
        ("activities/works/", "summaries/works/"),
        ("summaries/other_names/", "summaries/keywords/"),
    ];
    for (place, other) in pairs {
        copy(&whole, &here.dataset);
        let target = here.dataset.join(part(place).strip_prefix(&whole).unwrap());
        std::fs::copy(part(other), &target).unwrap();
        let dataset = here.dataset.to_str().unwrap().to_owned();

        let refreshed = here.refresh(&["--ids", &ids, "--strategy", "each", "--rate", "500"]);
        let read = run(&["get", &orcid, &dataset]);

        for output in [refreshed, read] {
            assert_eq!(output.status.code(), Some(2), "{place} {other}: {}", text(&output));
            assert!(text(&output).contains(target.to_str().unwrap()), "{}", text(&output));
            assert!(!text(&output).contains("panicked"), "{}", text(&output));
        }
        assert_eq!(std::fs::read(&target).unwrap(), std::fs::read(part(other)).unwrap());
    }
}

#[test]
fn a_file_that_is_cut_or_empty_is_named() {
    let (mut here, orcid, whole) = world();
    let ids = here.write("ids", &orcid);
    here.dataset = PathBuf::from(here.path("damaged"));
    for table in ["summaries/records/", "summaries/keywords/", "activities/works/"] {
        for share in [0, 1, 2] {
            copy(&whole, &here.dataset);
            let all = table_files(&here.dataset);
            let target = all.iter().find(|path| path.to_string_lossy().contains(table)).unwrap();
            let bytes = std::fs::read(target).unwrap();
            std::fs::write(target, &bytes[..bytes.len() * share / 3]).unwrap();

            let output = here.refresh(&["--ids", &ids, "--strategy", "each", "--rate", "500"]);

            assert_eq!(output.status.code(), Some(2), "{table}: {}", text(&output));
            assert!(text(&output).contains(target.to_str().unwrap()), "{}", text(&output));
        }
    }
}
