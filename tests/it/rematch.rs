//! A refresh of a dataset that has been matched to ROR matches what is new.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::refresh::{Here, json, text};
use arrow::array::AsArray;
use orcidlake::dataset::{Dataset, Manifest};

fn run(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_orcidlake")).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output));
    output
}

/// A dataset that has been matched with the release at the path, and whose people
/// have changed since.
fn matched_and_changed() -> (Here, String) {
    // Without activities: what they name does not change with the summaries.
    let here = Here::new(60, 7, &[]);
    orcid_synth::write_ror(1_000, Path::new(&here.path(""))).unwrap();
    let ror = here.path("v0.1-2025-10-01-ror-data.zip");
    run(&["match", here.dataset.to_str().unwrap(), "--ror-release", &ror]);
    here.server.change(|world| world.evolve(5, 0.4));
    // An organization is written otherwise by all who name it: a key goes, others come.
    let (id, people) = here.most_listed();
    here.server.change(|world| {
        for orcid in people {
            let clock = world.clock();
            world.edit(&orcid, clock, |xml| xml.replace(&id, "https://ror.org/000000000"));
        }
    });
    (here, ror)
}

/// The content of the files of each table of matches.
fn matches(dataset: &Path) -> Vec<(String, Vec<u8>)> {
    let manifest = Manifest::read(dataset).unwrap().unwrap();
    let parts = manifest.organizations.unwrap().parts.into_iter();
    let files = parts.flat_map(|(table, parts)| parts.into_iter().map(move |part| (table.clone(), part)));
    files
        .map(|(table, part)| {
            let content = std::fs::read(dataset.join(&table).join(part.name)).unwrap();
            (table, content)
        })
        .collect()
}

fn keys(dataset: &Path) -> BTreeSet<String> {
    let dataset = Dataset::open(dataset).unwrap();
    let mut keys = BTreeSet::new();
    for batch in dataset.rows("organizations/organizations", &["org_key"]) {
        keys.extend(batch.unwrap().column(0).as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    keys
}

#[test]
fn what_a_refresh_brings_is_matched_and_only_that_is_looked_for() {
    let (here, _) = matched_and_changed();
    let before = keys(&here.dataset);

    let outcome = json(&here.refresh(&["--all-in-dataset", "--rate", "500", "--json"]));

    let after = keys(&here.dataset);
    let new = after.difference(&before).count() as u64;
    assert!(new > 0 && before.difference(&after).count() > 0, "keys come and go: {outcome}");
    assert_eq!(outcome["matched"]["new_keys"], new);
    assert_eq!(outcome["matched"]["keys"], after.len() as u64);
    let brought = matches(&here.dataset);
    let anew = json(&run(&["match", here.dataset.to_str().unwrap(), "--anew", "--json"]));
    assert_eq!(anew["new_keys"], after.len() as u64);
    assert!(brought == matches(&here.dataset), "as if all had been matched at once");
    here.assert_sound();
}

#[test]
fn a_dataset_matched_again_is_looked_through_only_where_something_is_different() {
    let (here, ror) = matched_and_changed();
    let dataset = here.dataset.to_str().unwrap();
    let overrides = here.write("overrides.csv", "name,country,ror\nNowhere,,\n");
    let before = matches(&here.dataset);

    let again = json(&run(&["match", dataset, "--json"]));
    let strict = json(&run(&["match", dataset, "--preset", "strict", "--json"]));
    let known = json(&run(&["match", dataset, "--ror-release", &ror, "--overrides", &overrides, "--json"]));

    assert_eq!((again["new_keys"].as_u64(), again["preset"].as_str()), (Some(0), Some("balanced")));
    assert_eq!(strict["new_keys"], strict["keys"]);
    assert_eq!(known["new_keys"], known["keys"]);
    run(&["match", dataset, "--ror-release", &ror]);
    assert!(before == matches(&here.dataset));
}

#[test]
fn a_refresh_succeeds_without_the_release_and_says_what_that_means() {
    let (here, ror) = matched_and_changed();
    let before = matches(&here.dataset);
    let id = orcid_synth::organizations::known()[0].ror.clone();
    std::fs::remove_file(&ror).unwrap();

    let output = here.refresh(&["--all-in-dataset", "--rate", "500"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains(&format!("the release of ROR is missing: {ror}")), "{}", text(&output));
    assert!(before == matches(&here.dataset));
    let people = run(&["people", here.dataset.to_str().unwrap(), "--ror", &id]);
    assert!(text(&people).contains("the dataset has changed since it was matched"), "{}", text(&people));
}
