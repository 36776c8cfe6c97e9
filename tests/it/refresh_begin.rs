//! What a refresh says before its first request, where its answers could not be applied; and
//! what it says where the disk or the network is at fault.

#![cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::refresh::{Here, json, text};

const EACH: [&str; 6] = ["--all-in-dataset", "--strategy", "each", "--rate", "500", "--json"];
/// A user who owns nothing.
const NOBODY: u32 = 65_534;

/// The run has failed with these words, and nothing has been asked.
fn assert_refused(here: &Here, output: &Output, words: &[&str]) {
    assert_eq!(output.status.code(), Some(2), "{}", text(output));
    for word in words {
        assert!(text(output).contains(word), "no \"{word}\" in: {}", text(output));
    }
    assert_eq!(here.server.log().total(), 0, "{}", here.server.log().counts());
    assert!(!here.dataset.join("refresh.sqlite").exists());
}

/// A library in C, built from its source, that changes what the program meets.
fn library(here: &Here, name: &str) -> String {
    let source = format!("{}/tests/it/support/faults/{name}.c", env!("CARGO_MANIFEST_DIR"));
    let library = here.path(&format!("{name}.so"));
    let mut compiler = Command::new("cc");
    let compiled = compiler.args(["-shared", "-fPIC", "-o", &library, &source, "-ldl"]).status();
    assert!(compiled.expect("there is a C compiler, as SQLite needs one").success());
    library
}

#[test]
fn a_refresh_from_inside_the_dataset_is_refused_before_the_first_request() {
    let here = Here::new(3, 5, &[]);
    for folder in [here.dataset.clone(), here.dataset.join("summaries")] {
        let output = here.command(&EACH).current_dir(folder).output().unwrap();

        assert_refused(&here, &output, &["the folder that this command runs in", "run from outside of it"]);
    }
}

#[test]
fn a_dataset_that_is_a_mount_point_is_refused_before_the_first_request() {
    let here = Here::new(3, 5, &[]);
    let command = here.command(&EACH);
    let mut mounted = Command::new("unshare");
    mounted.args(["-rm", "sh", "-c", r#"mount --bind "$0" "$0" || exit 77; exec "$@""#]);
    mounted.arg(&here.dataset).arg(command.get_program()).args(command.get_args());

    let output = mounted.stdin(Stdio::null()).output();

    match output {
        Ok(output) if output.status.code() != Some(77) && !text(&output).starts_with("unshare") => {
            assert_refused(&here, &output, &["it is a mount point", "one inside it will do"]);
        }
        _ => println!("skipped: nothing can be mounted here"),
    }
}

/// Gives everything below a path to a user.
fn give(path: &Path, user: u32) {
    chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| give(&entry.unwrap().path(), user));
    }
}

#[test]
fn a_folder_beside_which_nothing_can_be_written_is_refused_before_the_first_request() {
    let here = Here::new(3, 5, &[]);
    let parent: PathBuf = here.dataset.parent().unwrap().to_owned();
    let is_root = parent.metadata().unwrap().uid() == 0;
    let command = here.command(&EACH);
    let mut own = Command::new(command.get_program());
    if is_root {
        // Root may write everywhere: another user runs a program that all may run.
        let program = here.path("orcidlake");
        fs::copy(command.get_program(), &program).unwrap();
        give(&here.dataset, NOBODY);
        own = Command::new(program);
        own.uid(NOBODY).gid(NOBODY).current_dir("/");
    }
    fs::set_permissions(&parent, Permissions::from_mode(0o555)).unwrap();

    let output = own.args(command.get_args()).stdin(Stdio::null()).output();

    fs::set_permissions(&parent, Permissions::from_mode(0o755)).unwrap();
    match output {
        Err(error) => println!("skipped: another user cannot run the program here: {error}"),
        Ok(output) => {
            assert_refused(&here, &output, &[".orcid.orcidlake", "Permission denied", "permissions"])
        }
    }
}

#[test]
fn a_host_whose_name_nobody_knows_is_told_for_what_it_is() {
    let here = Here::new(3, 5, &[]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_orcidlake"));
    command.arg("refresh").arg(&here.dataset).args(["--query", "keyword:x", "--anonymous"]);
    command.args(["--api-url", "https://no-such-host.invalid", "--retry-wait", "1", "--tries", "3"]);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
        command.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    command.env("LD_PRELOAD", library(&here, "no_names"));

    let output = command.stdin(Stdio::null()).output().unwrap();

    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    for word in ["https://no-such-host.invalid", "does not answer a search", "no-name", "--api-url"] {
        assert!(text(&output).contains(word), "no \"{word}\" in: {}", text(&output));
    }
}

#[test]
fn a_disk_that_is_full_costs_no_answer_and_is_told_with_what_to_do() {
    let calm = Here::new(60, 5, &[]);
    let library = library(&calm, "shim");
    // Breaks, or only counts, what is written to the log of the queue's file.
    let command = |here: &Here| {
        let log = here.dataset.canonicalize().unwrap().join("refresh.sqlite-wal");
        let mut command = here.command(&EACH);
        command.env("LD_PRELOAD", &library).env("FAULT_ROOT", log);
        command
    };
    let count = calm.path("count");
    assert!(command(&calm).env("FAULT_COUNT", &count).status().unwrap().success());
    let writes: usize = fs::read_to_string(count).unwrap().trim().parse().unwrap();
    let here = calm.again();
    let mut command = command(&here);
    command.env("FAULT_AT", (writes / 2).to_string()).env("FAULT_HOW", "full");

    let full = command.output().unwrap();
    let answered = here.server.log().for_api().count();
    let next = here.refresh(&EACH);

    assert_eq!(full.status.code(), Some(2), "{}", text(&full));
    for word in ["refresh.sqlite", "disk is full", "free some space", "nothing that was fetched is lost"] {
        assert!(text(&full).contains(word), "no \"{word}\" in: {}", text(&full));
    }
    assert!(!text(&full).contains("remove"), "{}", text(&full));
    assert!((2..60).contains(&answered), "{answered} were answered before the disk was full");
    assert_eq!(json(&next)["end"], "applied", "{}", text(&next));
    // Only what was on its way when the disk was full is asked for again.
    let repeated = here.server.log().repeats().len();
    assert!(repeated < answered && repeated <= 8, "{repeated} of {answered} again");
    here.assert_sound();
}
