//! Where commands write: not over what they read, and not into a dataset. And lists in which
//! a quotation mark is not closed.

mod support;
#[path = "support/tables.rs"]
mod tables;

use std::path::Path;

use support::{ONE, convert, folder, record, run, tar};

/// A dataset of one person.
fn dataset(folder: &Path) -> std::path::PathBuf {
    let archive = folder.join("ORCID_2025_10_summaries.tar");
    let member = format!("ORCID_2025_10_summaries/097/{ONE}.xml");
    std::fs::write(&archive, tar(&[(&member, record(ONE, "Ada", "").as_bytes())])).unwrap();
    let out = folder.join("orcid");
    assert_eq!(convert(&[&archive], &out, &[]).0, 0);
    out
}

#[test]
fn no_command_writes_into_a_dataset_or_over_its_own_input() {
    let folder = folder();
    let out = dataset(folder.path());
    let list = folder.path().join("staff.csv");
    std::fs::write(&list, "name\nAda\n").unwrap();
    let link = folder.path().join("link.csv");
    std::fs::hard_link(&list, &link).unwrap();
    let before = tables::files(&out);
    let inside = |name: &str| out.join(name).to_str().unwrap().to_owned();
    let (manifest, records) = (inside("orcidlake.json"), inside("summaries/records/part-00000.parquet"));
    let (new, deep) = (inside("list.csv"), inside("new/deep.csv"));
    let (dataset, list) = (out.to_str().unwrap(), list.to_str().unwrap());
    let link = link.to_str().unwrap();

    for (arguments, what) in [
        (vec!["reconcile", dataset, list, "--out", &manifest], "lies in the dataset"),
        (vec!["reconcile", dataset, list, "--out", &records], "lies in the dataset"),
        (vec!["reconcile", dataset, list, "--out", list], "is read by this command"),
        (vec!["reconcile", dataset, list, "--out", link], "is read by this command"),
        (vec!["reconcile", dataset, list, "--out", "-"], "cannot be called -"),
        (vec!["people", dataset, "--ror", "https://ror.org/05dxps055", "--out", &new], "lies in the dataset"),
        (vec!["coverage", dataset, "--out", &new], "lies in the dataset"),
        (vec!["coverage", dataset, "--html", &deep], "lies in the dataset"),
        (vec!["man", dataset], "lies in the dataset"),
        (vec!["synth", "--records", "3", "--out", dataset], "lies in the dataset"),
    ] {
        let output = run(&arguments);

        let messages = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {messages}");
        assert!(messages.contains(what), "{arguments:?}: {messages}");
    }
    assert_eq!(tables::files(&out), before);
    assert_eq!(std::fs::read_to_string(list).unwrap(), "name\nAda\n");

    let beside = folder.path().join("found.csv");
    let output = run(&["reconcile", dataset, list, "--out", beside.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(std::fs::read_to_string(&beside).unwrap().contains("Ada"));
    assert!(!folder.path().join("found.csv.part").exists());
}

#[test]
fn a_list_with_an_open_quotation_mark_is_refused() {
    let folder = folder();
    let out = dataset(folder.path());
    let list = folder.path().join("staff.csv");
    std::fs::write(&list, "name,email\n\"Ada,a@example.org\nBob,b@example.org\n").unwrap();

    let output = run(&["reconcile", out.to_str().unwrap(), list.to_str().unwrap()]);

    let messages = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{messages}");
    assert!(messages.contains("line 2 is not closed"), "{messages}");
    assert!(output.stdout.is_empty());
}
