//! Datasets of some people that are converted in parts: the same rows as by one conversion.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::slices::{cells, usual_institution, with_rows};
use crate::support::tables::{all_rows, assert_same};
use crate::support::{convert, dump, folder, run};

/// The tasks of a plan; the archives are divided into `parts`.
fn plan(archives: &[&Path], out: &Path, options: &[&str]) -> Result<Vec<String>, String> {
    let archives: Vec<&str> = archives.iter().map(|path| path.to_str().unwrap()).collect();
    let arguments =
        [&["plan", "--parts", "4", "--out", out.to_str().unwrap()], &archives[..], options].concat();
    let output = run(&arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    if output.status.success() { Ok(lines) } else { Err(told) }
}

fn part(task: &str, out: &Path) -> (bool, String) {
    let output = run(&["part", task, "--out", out.to_str().unwrap()]);
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Plans, runs each task in a process of its own, and commits; gives the number of parts.
fn in_parts(archives: &[&Path], out: &Path, options: &[&str]) -> usize {
    let tasks = plan(archives, out, options).unwrap();
    for task in &tasks {
        let (success, told) = part(task, out);
        assert!(success, "{options:?}: {told}");
    }
    let output = run(&["commit", out.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    tasks.iter().filter(|task| task.contains("\"kind\":\"part\"")).count()
}

fn selection(dataset: &Path) -> serde_json::Value {
    let manifest = fs::read_to_string(dataset.join("orcidlake.json")).unwrap();
    serde_json::from_str::<serde_json::Value>(&manifest).unwrap()["selection"].clone()
}

#[test]
fn a_slice_in_parts_has_the_rows_of_one_conversion() {
    let place = folder();
    let at = place.path();
    let archives = dump(at, 700, true);
    let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let (summaries, activities) = archives.split_at(1);
    let release = orcid_synth::write_ror(1_000, at).unwrap();
    let release = release.to_str().unwrap();
    let whole = at.join("whole");
    convert(&archives, &whole, &["--tables", "records,affiliations"]);
    assert!(run(&["match", whole.to_str().unwrap(), "--ror-release", release]).status.success());
    let ror = usual_institution(&whole);
    let ids = at.join("ids.txt");
    let people = cells(&whole, "summaries/records", &["orcid"]);
    fs::write(&ids, people.iter().step_by(20).map(|row| format!("{}\n", row["orcid"])).collect::<String>())
        .unwrap();
    let ids = ids.to_str().unwrap();
    for (name, options) in [
        ("country", &["--country", "PT,ES", "--current"][..]),
        ("ror", &["--ror", &ror, "--children", "--ror-release", release]),
        ("ids", &["--ids", ids]),
    ] {
        let (once, out) = (at.join(format!("{name}-once")), at.join(name));
        let (status, told) = convert(&archives, &once, options);
        assert!(status < 2, "{told}");

        let parts = in_parts(summaries, &out, options) + in_parts(activities, &out, options);

        assert!(parts > archives.len(), "{name}: {parts}");
        assert!(!all_rows(&once)["summaries/records"].is_empty(), "{name}");
        assert_same(&with_rows(all_rows(&out)), &with_rows(all_rows(&once)));
        assert_eq!(selection(&out), selection(&once), "{name}");
        assert!(run(&["verify", out.to_str().unwrap()]).status.success(), "{name}");
        // What the dataset has is not planned again, and other people are refused.
        assert_eq!(plan(&archives, &out, options), Ok(Vec::new()), "{name}");
        let told = plan(&archives, &out, &["--country", "FR"]).unwrap_err();
        assert!(told.contains("only people by"), "{told}");
    }
}

#[test]
fn parts_of_other_people_do_not_become_one_dataset() {
    let place = folder();
    let at = place.path();
    let archives = dump(at, 60, false);
    let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let out = at.join("out");
    let tasks = plan(&archives, &out, &["--country", "PT"]).unwrap();
    assert!(part(tasks.last().unwrap(), &out).0);
    in_parts(&archives, &out, &["--country", "PT"]);

    let all = plan(&archives, &at.join("new"), &[]).unwrap();
    let (success, told) = part(all.last().unwrap(), &out);

    assert!(!success && told.contains("only people by countries PT"), "{told}");
}

#[test]
fn a_task_keeps_to_its_people_and_its_files() {
    let place = folder();
    let at = place.path();
    let archives = dump(at, 61, true);
    let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let (ids, moved) = (at.join("ids.txt"), at.join("moved.txt"));
    fs::write(&ids, "0000-0002-1825-0097\n").unwrap();
    let out = at.join("out");
    let tasks = plan(&archives[..1], &out, &["--ids", ids.to_str().unwrap()]).unwrap();
    let task = tasks.last().unwrap();

    // The list may lie elsewhere on another machine, but it must be the same.
    fs::rename(&ids, &moved).unwrap();
    assert!(!part(task, &out).0);
    let elsewhere = task.replace("ids.txt", "moved.txt");
    assert!(part(&elsewhere, &out).0);
    fs::write(&moved, "0000-0001-5109-3700\n").unwrap();
    let (success, told) = part(&elsewhere, &at.join("another"));
    assert!(!success && told.contains("the list of iDs"), "{told}");
    let (success, told) = part(&task.replace("\"count\":1", "\"count\":2"), &out);
    assert!(!success && told.contains("changed since it was written"), "{told}");

    // Activities follow records, which there are none of yet.
    let told = plan(&archives[1..], &at.join("new"), &["--country", "PT"]).unwrap_err();
    assert!(told.contains("it has no records yet"), "{told}");
    let told = plan(&archives[..1], &at.join("new"), &["--ids", "-"]).unwrap_err();
    assert!(told.contains("stream") || told.contains("no iDs"), "{told}");
}
