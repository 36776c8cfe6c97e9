//! A dataset of some people keeps to one selection; datasets that were made apart become one, unless
//! they share members or are of different years; `diff` says that two of them may have other people.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::slices::{archive, everybody, with_country, with_rows};
use crate::support::tables::{all_rows, assert_same};
use crate::support::{ONE, OTHER, convert, dump, folder, gzip, record, run, tar, work};

#[test]
fn a_dataset_keeps_to_one_selection() {
    let place = folder();
    let summaries = archive(place.path(), &[(ONE, with_country(ONE, "One", "PT"))]);
    let works = tar(&[(
        &format!("ORCID_2025_10_activities_7/097/{ONE}/works/{ONE}_works_5.xml"),
        work(5, "A").as_bytes(),
    )]);
    let activities = place.path().join("ORCID_2025_10_activities_7.tar.gz");
    fs::write(&activities, gzip(&works)).unwrap();
    let out = place.path().join("out");
    let (status, told) = convert(&[&activities], &out, &["--country", "PT"]);
    assert!(status == 2 && told.contains("it has no records yet"), "{told}");

    // In one command, the records come first.
    let (status, told) = convert(&[&activities, &summaries], &out, &["--country", "PT"]);
    assert_eq!(status, 0, "{told}");
    assert_eq!(crate::support::rows(&out, ONE, "activities/works").len(), 1);

    for options in [&[][..], &["--country", "ES"], &["--country", "PT", "--current"]] {
        let (status, told) = convert(&[&summaries], &out, options);
        assert!(status == 2 && told.contains("countries PT"), "{options:?}: {told}");
    }
    let (status, told) = convert(&[&summaries], &out, &["--country", "PT"]);
    assert!(status == 0 && told.contains("already in the dataset"), "{told}");
    let (status, told) = convert(&[&summaries], &place.path().join("new"), &["--only"]);
    assert!(status == 2 && told.contains("--only selects nobody"), "{told}");
    let output = run(&["extract", out.to_str().unwrap(), "--to", out.to_str().unwrap(), "--country", "PT"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is a dataset"), "{output:?}");
}

#[test]
fn datasets_made_apart_become_one_unless_they_share_members_or_years() {
    let place = folder();
    let at = place.path();
    let archives = dump(at, 61, true);
    let whole = at.join("whole");
    let paths: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    convert(&paths, &whole, &[]);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let parts: Vec<PathBuf> = (0..paths.len()).map(|number| at.join(format!("part-{number}"))).collect();
    for (archive, part) in paths.iter().zip(&parts) {
        convert(&[archive], part, &[]);
    }
    let joined = at.join("joined");
    let commit = |sources: &[&Path]| {
        let mut arguments = vec!["commit".to_owned(), text(&joined)];
        arguments.extend(sources.iter().map(|source| text(source)));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = run(&arguments);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };

    let all: Vec<&Path> = parts.iter().map(PathBuf::as_path).collect();
    assert_eq!(commit(&all).0, Some(0));

    assert_same(&with_rows(all_rows(&joined)), &with_rows(all_rows(&whole)));
    assert!(run(&["verify", &text(&joined)]).status.success());
    assert!(run(&["verify", &text(&parts[0])]).status.success(), "the source is as it was");
    let (status, told) = commit(&all);
    assert!(status == Some(0) && told.contains("already in the dataset"), "{told}");

    // The same people in an archive of other bytes.
    let people: Vec<String> = everybody(&whole).into_iter().take(2).collect();
    let documents: Vec<(&str, String)> =
        people.iter().map(|orcid| (orcid.as_str(), record(orcid, "Again", ""))).collect();
    let elsewhere = at.join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let again = archive(&elsewhere, &documents);
    let again = {
        // Another name, or it would be taken for another content of the same archive.
        let named = elsewhere.join("ORCID_2025_10_more.tar.gz");
        fs::rename(again, &named).unwrap();
        named
    };
    let other = at.join("again");
    convert(&[&again], &other, &[]);
    let (status, told) = commit(&[&other]);
    assert!(status == Some(2) && told.contains("shares 2 members") && told.contains(&people[0]), "{told}");

    let earlier = at.join("ORCID_2019_summaries.tar.gz");
    fs::write(&earlier, gzip(&tar(&[(&format!("summaries/{ONE}.xml"), record(ONE, "One", "").as_bytes())])))
        .unwrap();
    let earlier_dataset = at.join("earlier");
    convert(&[&earlier], &earlier_dataset, &[]);
    let (status, told) = commit(&[&earlier_dataset]);
    assert!(status == Some(2) && told.contains("2019") && told.contains("2025"), "{told}");
    let some = at.join("some");
    convert(&[paths[0]], &some, &["--country", "PT"]);
    let (status, told) = commit(&[&some]);
    assert!(status == Some(2) && told.contains("some cannot be joined") && !told.contains("--out"), "{told}");
    let (status, told) = convert(&[&whole], &at.join("wrong"), &[]);
    assert!(status == 2 && told.contains("is a dataset that orcidlake has made (of 2025, from"), "{told}");
}

#[test]
fn a_comparison_says_that_datasets_of_some_people_may_have_other_people() {
    let place = folder();
    let at = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let everybody =
        archive(place.path(), &[(ONE, record(ONE, "One", "")), (OTHER, record(OTHER, "Other", ""))]);
    convert(&[&everybody], &place.path().join("all"), &[]);
    for (name, orcid) in [("one", ONE), ("other", OTHER)] {
        fs::write(at("list"), orcid).unwrap();
        let output = run(&["extract", &at("all"), "--to", &at(name), "--ids", &at("list")]);
        assert!(output.status.success(), "{output:?}");
    }
    for (old, new, expected) in
        [("all", "all", false), ("all", "one", true), ("one", "other", true), ("one", "one", false)]
    {
        let output = run(&["diff", &at(old), &at(new), "--to", &at(&format!("{old}-{new}"))]);

        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            told.contains("a person whom only one of them selects counts as new or gone"),
            expected,
            "{old} {new}: {told}"
        );
    }
}
