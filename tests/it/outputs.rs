//! Where commands write: never inside a dataset, never in the place of what they read,
//! and to standard output where `-` says so.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{convert, dump, files, folder, run};
use orcidlake::dataset::{Dataset, verify};

const ROR: &str = "https://ror.org/04ttjf776";

/// A small dataset below a folder, and its archive.
fn dataset(folder: &Path) -> (PathBuf, PathBuf) {
    let archives = dump(folder, 3, false);
    let out = folder.join("orcid");
    assert_eq!(convert(&[&archives[0]], &out, &[]).0, 0);
    (out, archives[0].clone())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn nothing_is_written_into_a_dataset() {
    let folder = folder();
    let (out, archive) = dataset(folder.path());
    let staff = folder.path().join("staff.csv");
    fs::write(&staff, "name\nA B\n").unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(out.join("summaries"), &link).unwrap();
    let inner = out.join("archive.tar.gz");
    fs::copy(&archive, &inner).unwrap();
    let before = files(&out);
    let manifest = fs::read(out.join("orcidlake.json")).unwrap();
    let (part, _) =
        before.iter().find(|(path, _)| path.extension().is_some_and(|it| it == "parquet")).unwrap();
    let targets = [
        out.clone(),
        out.join("orcidlake.json"),
        out.join("new.csv"),
        out.join("summaries/new/deep.csv"),
        out.join(part),
        out.join("summaries/../new.csv"),
        link.join("new.csv"),
    ];
    for target in targets.iter().map(|path| text(path)) {
        for arguments in [
            &["reconcile", text(&out), text(&staff), "-o", target][..],
            &["people", text(&out), "--ror", ROR, "-o", target],
            &["coverage", text(&out), "-o", target],
            &["coverage", text(&out), "--html", target],
            &["report", text(&out), "--html", target],
            &["index", text(&archive), "-o", target],
            &["man", target],
            &["synth", "--records", "1", "-o", target],
            &["refresh", text(&out), "--all-in-dataset", "--log-file", target],
            &["auth", "status", "--token-file", target],
        ] {
            let output = run(arguments);

            let messages = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {messages}");
            assert!(messages.contains("lies inside the dataset"), "{arguments:?}: {messages}");
        }
    }
    let output = run(&["convert", text(&inner), "-o", text(&folder.path().join("other")), "--index"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("lies inside the dataset"));
    assert_eq!(files(&out), before);
    assert_eq!(fs::read(out.join("orcidlake.json")).unwrap(), manifest);
    fs::remove_file(&inner).unwrap();
    assert_eq!(verify(&Dataset::open(&out).unwrap(), &|_| {}).unwrap(), []);
}

#[test]
fn a_file_in_a_folder_that_is_not_there_is_refused_before_anything_is_done() {
    let folder = folder();
    let (out, _) = dataset(folder.path());
    let (page, changes) = (folder.path().join("none/page.html"), folder.path().join("changes"));
    for arguments in [
        &["diff", text(&out), text(&out), "--to", text(&changes), "--html", text(&page)][..],
        &["report", text(&out), "--html", text(&page)],
    ] {
        let output = run(arguments);

        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && told.contains("there is no folder"), "{told}");
    }
    assert!(!changes.exists());
}

#[test]
fn nothing_is_written_in_the_place_of_what_is_read() {
    let folder = folder();
    let (out, _) = dataset(folder.path());
    let at = |name: &str| folder.path().join(name);
    let (staff, config) = (at("staff.csv"), at("config.toml"));
    fs::write(&staff, "name\nA B\n").unwrap();
    fs::write(&config, "quiet = true\n").unwrap();
    fs::hard_link(&staff, at("hard")).unwrap();
    std::os::unix::fs::symlink(&staff, at("soft")).unwrap();
    let (soft, hard) = (at("soft"), at("hard"));
    let (dataset, list, defaults) = (text(&out), text(&staff), text(&config));
    for arguments in [
        &["reconcile", dataset, list, "-o", list][..],
        &["reconcile", dataset, list, "-o", text(&soft)],
        &["reconcile", dataset, list, "-o", text(&hard)],
        &["reconcile", dataset, text(&soft), "-o", list],
        &["reconcile", dataset, list, "-o", defaults, "--config", defaults],
        &["refresh", dataset, "--ids", list, "--log-file", list],
        &["refresh", dataset, "--all-in-dataset", "--changes", list, "--log-file", list],
        &["auth", "status", "--client-secret-file", list, "--token-file", list],
    ] {
        let output = run(arguments);

        let messages = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {messages}");
        assert!(messages.contains("which is read"), "{arguments:?}: {messages}");
    }
    let page = at("page");
    let output = run(&["coverage", dataset, "-o", text(&page), "--html", text(&page)]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("two options name"));
    assert_eq!(fs::read_to_string(&staff).unwrap(), "name\nA B\n");
    assert_eq!(fs::read_to_string(&config).unwrap(), "quiet = true\n");
}

#[test]
fn a_hyphen_is_standard_output_or_refused() {
    let folder = folder();
    let (out, archive) = dataset(folder.path());
    let staff = folder.path().join("staff.csv");
    fs::write(&staff, "name\nA B\n").unwrap();
    let here = |arguments: &[&str]| {
        let mut command = crate::support::orcidlake(arguments);
        command.current_dir(folder.path()).output().unwrap()
    };
    let plain = here(&["reconcile", text(&out), text(&staff)]);

    let output = here(&["reconcile", text(&out), text(&staff), "-o", "-"]);
    let parquet = here(&["reconcile", text(&out), text(&staff), "-o", "-", "--format", "parquet"]);

    assert_eq!((output.status.code(), &output.stdout), (Some(0), &plain.stdout));
    assert!(!plain.stdout.is_empty());
    assert!(
        String::from_utf8_lossy(&parquet.stderr).contains("Parquet cannot be written to standard output")
    );
    for arguments in [
        &["index", text(&archive), "-o", "-"][..],
        &["man", "-"],
        &["synth", "--records", "1", "-o", "-"],
        &["coverage", text(&out), "--html", "-"],
    ] {
        let output = here(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be written to standard output"));
    }
    assert!(!folder.path().join("-").exists());
}

#[test]
fn lists_in_all_forms_are_written_whole_to_files_and_devices() {
    let folder = folder();
    let (out, _) = dataset(folder.path());
    let staff = folder.path().join("staff.csv");
    fs::write(&staff, "name\nA B\n").unwrap();
    let list = folder.path().join("list");
    for format in ["csv", "jsonl", "parquet"] {
        let arguments = ["reconcile", text(&out), text(&staff), "--format", format, "-o"];

        let to_file = run(&[&arguments[..], &[text(&list)]].concat());
        let to_device = run(&[&arguments[..], &["/dev/null"]].concat());
        let to_folder = run(&[&arguments[..], &[text(folder.path())]].concat());

        assert_eq!((to_file.status.code(), to_device.status.code()), (Some(0), Some(0)), "{format}");
        assert!(list.metadata().unwrap().len() > 0);
        assert!(String::from_utf8_lossy(&to_folder.stderr).contains("is a folder"));
    }
    assert!(files(folder.path()).iter().all(|(path, _)| path.extension().is_none_or(|it| it != "part")));
}
