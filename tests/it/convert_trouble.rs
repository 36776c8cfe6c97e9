//! Trouble of a conversion: archives that are cut off or damaged, kills, a full disk, a second run at
//! once. The dataset stays whole, and the user is told; `--salvage` takes what is whole.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::convert::{two_records, write};
use crate::support::damage::rounds;
use crate::support::{ONE, Random, convert, dump, files, folder, given_names, orcidlake, record, tar};

/// The tables of a dataset, without the manifest, which names the archive.
fn tables(dataset: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = files(dataset);
    files.retain(|(path, _)| path.extension().is_some_and(|extension| extension == "parquet"));
    files
}

#[test]
fn a_cut_off_archive_leaves_the_dataset_as_it_was() {
    let folder = folder();
    let dump = dump(folder.path(), 120, false);
    let whole = fs::read(&dump[0]).unwrap();
    let first = write(folder.path(), "first.tar", &two_records());
    let out = folder.path().join("out");
    assert_eq!(convert(&[&first], &out, &[]).0, 0);
    let before = files(&out);
    let mut random = Random(3);
    let cut = folder.path().join("cut.tar.gz");

    for _ in 0..rounds(50) {
        fs::write(&cut, &whole[..random.below(whole.len())]).unwrap();
        let (status, messages) = convert(&[&cut], &out, &["--threads", "2"]);
        assert_eq!(status, 2, "{messages}");
        assert!(messages.contains("error: ") && messages.contains("hint: "), "{messages}");
    }

    assert_eq!(files(&out), before);
    assert_eq!(
        fs::read_dir(folder.path())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".orcidlake"))
            .count(),
        0
    );
}

#[test]
fn salvage_takes_what_is_whole_of_a_cut_off_archive() {
    let folder = folder();
    let dump = dump(folder.path(), 200, false);
    let whole = fs::read(&dump[0]).unwrap();
    let (full, part) = (folder.path().join("full"), folder.path().join("part"));
    assert_eq!(convert(&[&dump[0]], &full, &[]).0, 0);
    let cut = write(folder.path(), "cut.tar.gz", &whole[..whole.len() / 2]);

    let (status, messages) = convert(&[&cut], &part, &["--salvage"]);

    assert_eq!(status, 1, "{messages}");
    assert!(messages.contains("salvaged"), "{messages}");
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(part.join("orcidlake.json")).unwrap()).unwrap();
    assert_eq!(manifest["archives"][0]["complete"], false);
    let members = manifest["archives"][0]["report"]["members"]["members"].as_u64().unwrap();
    assert!(members > 20 && members < 200, "{members}");
}

#[test]
fn a_sound_copy_takes_the_place_of_a_salvaged_archive() {
    let folder = folder();
    let dump = dump(folder.path(), 200, false);
    let whole = fs::read(&dump[0]).unwrap();
    let full = folder.path().join("full");
    assert_eq!(convert(&[&dump[0]], &full, &[]).0, 0);
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for (round, damaged) in [&whole[..whole.len() / 2], &flipped].into_iter().enumerate() {
        let archive = write(folder.path(), "a.tar.gz", damaged);
        let out = folder.path().join(format!("out-{round}"));
        assert_eq!(convert(&[&archive], &out, &["--salvage"]).0, 1);
        let (_, messages) = convert(&[&archive], &out, &["--salvage"]);
        assert!(messages.contains("already in the dataset"), "{messages}");

        fs::write(&archive, &whole).unwrap();
        let (status, messages) = convert(&[&archive], &out, &["--salvage"]);

        assert_eq!(status, 0, "{messages}");
        // Another name than the dump's, and so another part of the footers' notes: rows count.
        let rows = |dataset: &Path| tables(dataset).len();
        assert_eq!(rows(&out), rows(&full));
        assert_eq!(crate::support::run(&["verify", out.to_str().unwrap()]).status.code(), Some(0));
        let manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(out.join("orcidlake.json")).unwrap()).unwrap();
        assert_eq!(manifest["archives"].as_array().unwrap().len(), 1);
        assert_eq!(manifest["archives"][0]["complete"], true);
    }
}

#[test]
fn a_stream_takes_no_rows_of_another_that_was_salvaged() {
    let folder = folder();
    let out = folder.path().join("out");
    let other = tar(&[("a/0000-0001-5000-0007.xml", record("0000-0001-5000-0007", "New", "").as_bytes())]);
    for (bytes, more) in [(&two_records()[..4_000], &["--salvage"][..]), (&other, &[])] {
        let mut command = orcidlake(&["convert", "-", "--out"]);
        let mut child =
            command.arg(&out).args(more).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        child.wait().unwrap();
    }

    assert_eq!(given_names(&out, "0000-0001-5000-0007"), ["New"]);
    assert_eq!(given_names(&out, ONE), ["One"]);
}

#[test]
fn flipped_bytes_never_pass_unseen() {
    let folder = folder();
    let dump = dump(folder.path(), 60, false);
    let whole = fs::read(&dump[0]).unwrap();
    let good = folder.path().join("good");
    assert_eq!(convert(&[&dump[0]], &good, &[]).0, 0);
    let mut random = Random(5);
    let flipped = folder.path().join("flipped.tar.gz");

    for round in 0..rounds(10) {
        let mut bytes = whole.clone();
        // Behind the header, whose time and name nobody checks.
        let place = 10 + random.below(bytes.len() - 10);
        bytes[place] ^= 1 << random.below(8);
        fs::write(&flipped, &bytes).unwrap();
        let out = folder.path().join(format!("out-{round}"));
        let (status, messages) = convert(&[&flipped], &out, &[]);
        assert!(status == 2 || tables(&out) == tables(&good), "byte {place}: {messages}");
        let (status, _) = convert(&[&flipped], &out, &["--salvage"]);
        assert!((0..=2).contains(&status), "byte {place}: salvage ends with {status}");
    }
}

#[test]
fn flipped_bytes_of_a_plain_tar_are_a_reject_or_an_error_or_harmless() {
    let folder = folder();
    let whole = two_records();
    let mut random = Random(9);
    for round in 0..rounds(10) {
        let mut bytes = whole.clone();
        let place = random.below(bytes.len());
        bytes[place] ^= 1 << random.below(8);
        let archive = write(folder.path(), "a.tar", &bytes);
        let out = folder.path().join(format!("out-{round}"));
        let (status, messages) = convert(&[&archive], &out, &[]);
        assert!((0..=2).contains(&status), "byte {place}: {messages}");
    }
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_dataset() {
    let folder = folder();
    let archives = dump(folder.path(), 401, true);
    let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let (whole, out) = (folder.path().join("whole"), folder.path().join("out"));
    assert_eq!(convert(&archives, &whole, &["--memory", "256MiB"]).0, 0);
    let mut random = Random(1);

    for _ in 0..rounds(3) {
        let mut command = orcidlake(&["convert", "--quiet", "--memory", "256MiB"]);
        let mut child = command.args(&archives).arg("--out").arg(&out).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(random.below(350) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        if out.exists() {
            let verified = crate::support::run(&["verify", out.to_str().unwrap()]);
            assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
        }
    }

    assert_eq!(convert(&archives, &out, &["--memory", "256MiB"]).0, 0);
    assert_eq!(files(&out), files(&whole));
}

#[test]
fn a_disk_that_takes_no_more_ends_with_a_clear_message() {
    let folder = folder();
    let archives = dump(folder.path(), 300, false);
    let out = folder.path().join("out");
    let script = format!(
        "trap '' XFSZ; ulimit -f 20; '{}' convert '{}' --out '{}'",
        env!("CARGO_BIN_EXE_orcidlake"),
        archives[0].display(),
        out.display()
    );

    let output = std::process::Command::new("bash").arg("-c").arg(script).output().unwrap();

    let messages = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{messages}");
    assert!(messages.contains("part-") && messages.contains("hint: "), "{messages}");
    assert!(!out.exists());
}

#[test]
fn two_runs_do_not_change_one_dataset() {
    let folder = folder();
    let archive = write(folder.path(), "a.tar", &two_records());
    let out = folder.path().join("out");
    let mut first =
        orcidlake(&["convert", "-", "--quiet", "--out"]).arg(&out).stdin(Stdio::piped()).spawn().unwrap();
    let lock = folder.path().join(".out.orcidlake/lock");
    while fs::read_to_string(&lock).unwrap_or_default().is_empty() {
        std::thread::yield_now();
    }

    let (status, messages) = convert(&[&archive], &out, &[]);

    assert_eq!(status, 2);
    assert!(messages.contains(&format!("process {}", first.id())), "{messages}");
    first.stdin.take().unwrap().write_all(&two_records()).unwrap();
    assert!(first.wait().unwrap().success());
}
