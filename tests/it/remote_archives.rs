//! Archives, indexes and releases on web servers and in object stores: the same tables as from files,
//! even if a server fails, stalls, or has another archive meanwhile.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::s3::{BUCKET, S3};
use crate::support::web::{Asked, Reply, Web, file};
use crate::support::{dump, ended, files, folder, orcidlake, run, told};
use targz_seek::index::index_path;

/// A server that has an archive and its index, and is no better than it must be.
fn troubled(archive: Vec<u8>, index: Option<Vec<u8>>) -> Web {
    Web::start(move |asked| {
        let bytes = if asked.path.contains(".idx") { index.as_ref() } else { Some(&archive) };
        let Some(bytes) = bytes else { return Reply::status(404) };
        match asked.number % 5 {
            3 => Reply::status(503),
            _ => Reply { cut_after: Some(60_000), ..file(asked, bytes, "\"one\"") },
        }
    })
}

#[test]
fn a_url_gives_the_dataset_of_the_file() {
    let folder = folder();
    let archive = dump(folder.path(), 120, true).swap_remove(0);
    let (name, local) = (archive.file_name().unwrap().to_str().unwrap(), folder.path().join("local"));
    let from_file = crate::support::convert(&[&archive], &local, &[]);
    assert_eq!(from_file.0, 0, "{}", from_file.1);
    assert!(run(&["index", archive.to_str().unwrap()]).status.success());
    let (bytes, index) =
        (fs::read(&archive).unwrap(), fs::read(archive.with_file_name(format!("{name}.idx"))).unwrap());
    for (number, (index, threads)) in [(None, "2"), (Some(index.clone()), "8")].into_iter().enumerate() {
        let by_index = index.is_some();
        let web = troubled(bytes.clone(), index);
        let url = format!("{}?X-Signature=hush", web.url(&format!("dumps/{name}")));
        let out = folder.path().join(format!("remote-{number}"));

        let output = run(&["convert", &url, "--json", "--threads", threads, "--out", out.to_str().unwrap()]);

        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        assert!(files(&out) == files(&local), "with an index: {by_index}");
        let said = told(&output) + &String::from_utf8_lossy(&output.stdout);
        let manifest = fs::read_to_string(out.join("orcidlake.json")).unwrap();
        assert!(!said.contains("hush") && !manifest.contains("hush"), "{said}");
        assert!(said.contains(&format!("/dumps/{name}\"")), "{said}");
        assert_eq!(by_index, web.asked().iter().any(|asked| asked.path.contains(".idx?")));
        // The archive is known by its name, its size and its ends.
        let again = run(&["convert", &url, "--out", out.to_str().unwrap()]);
        assert!(told(&again).contains("already in the dataset"), "{}", told(&again));
    }
}

#[test]
fn parts_of_an_archive_elsewhere_are_all_of_it() {
    let folder = folder();
    let archive = dump(folder.path(), 60, false).swap_remove(0);
    let (name, whole) = (archive.file_name().unwrap().to_str().unwrap(), folder.path().join("whole"));
    assert!(run(&["index", archive.to_str().unwrap()]).status.success());
    let index = fs::read(archive.with_file_name(format!("{name}.idx"))).unwrap();
    assert_eq!(crate::support::convert(&[&archive], &whole, &[]).0, 0);
    let web = troubled(fs::read(&archive).unwrap(), Some(index));
    let (url, out) = (web.url(name), folder.path().join("out"));
    for shard in ["1/2", "2/2"] {
        let output = run(&["convert", &url, "--shard", shard, "--out", out.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    }

    let rows = |dataset: &Path| {
        let output = run(&["inspect", dataset.to_str().unwrap(), "--json"]);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()["report"]["rows"].clone()
    };
    assert_eq!(rows(&out), rows(&whole));
}

#[test]
fn records_reports_and_indexes_of_a_url_are_those_of_the_file() {
    let folder = folder();
    let archive = dump(folder.path(), 40, false).swap_remove(0);
    let (path, name) = (archive.to_str().unwrap(), archive.file_name().unwrap().to_str().unwrap());
    let bytes = fs::read(&archive).unwrap();
    let made = run(&["index", path]);
    assert!(made.status.success());
    let index = fs::read(archive.with_file_name(format!("{name}.idx"))).unwrap();
    let listing = run(&["inspect", path]);
    let person = {
        let text = fs::read(folder.path().join(name)).unwrap();
        let mut tar = Vec::new();
        flate2::read::MultiGzDecoder::new(&text[..]).read_to_end(&mut tar).unwrap();
        let text = String::from_utf8_lossy(&tar).into_owned();
        orcid_xml::Orcid::find_all(&text).next().unwrap().1.to_string()
    };
    for index in [None, Some(index.clone())] {
        let by_index = index.is_some();
        let web = troubled(bytes.clone(), index);
        let url = web.url(name);
        for arguments in [&["get", &person][..], &["get", "--rows", &person], &["inspect"]] {
            let of_file = run(&[arguments, &[path]].concat());

            let of_url = run(&[arguments, &[&url]].concat());

            assert_eq!(of_url.status.code(), of_file.status.code(), "{arguments:?}: {}", told(&of_url));
            assert!(of_url.stdout == of_file.stdout, "{arguments:?}, with an index: {by_index}");
            assert!(!of_url.stdout.is_empty(), "{arguments:?}");
        }
    }
    assert!(listing.status.success());
    let (web, out) = (troubled(bytes, None), folder.path().join("made.idx"));
    let indexed = run(&["index", &web.url(name), "--out", out.to_str().unwrap()]);
    assert_eq!(indexed.status.code(), Some(0), "{}", told(&indexed));
    assert!(fs::read(&out).unwrap() == index);
}

/// True for a request for all bytes of an archive, false for one for its first bytes.
fn is_for_all(asked: &Asked, bytes: &[u8]) -> bool {
    asked.range == Some(0..bytes.len() as u64)
}

#[test]
fn an_archive_that_changes_while_it_is_read_is_not_in_the_dataset() {
    let folder = folder();
    let archive = dump(folder.path(), 120, false).swap_remove(0);
    let bytes = fs::read(&archive).unwrap();
    let begun = Arc::new(AtomicBool::new(false));
    let changed = begun.clone();
    let web = Web::start(move |asked| {
        // The first answer that is cut ends the first state.
        let is_new = changed.load(Ordering::Relaxed);
        let reply = file(asked, &bytes, if is_new { "\"two\"" } else { "\"one\"" });
        if is_for_all(asked, &bytes) {
            changed.store(true, Ordering::Relaxed);
            return Reply { cut_after: Some(bytes.len() / 2), ..reply };
        }
        reply
    });
    let out = folder.path().join("out");

    let output = run(&["convert", &web.url("a.tar.gz"), "--salvage", "--out", out.to_str().unwrap()]);

    assert!(begun.load(Ordering::Relaxed), "{:?}", web.asked());
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("has changed while it was read"), "{}", told(&output));
    assert!(!out.join("orcidlake.json").exists());
}

#[test]
fn a_signal_ends_a_run_while_the_server_is_silent() {
    let folder = folder();
    let archive = dump(folder.path(), 40, false).swap_remove(0);
    let bytes = fs::read(&archive).unwrap();
    // Silent before the first byte, and in the middle of the archive.
    for stall_after in [0, bytes.len() / 2] {
        let content = bytes.clone();
        let web = Web::start(move |asked| {
            let stalls = stall_after == 0 || is_for_all(asked, &content);
            let stall_after = stalls.then_some(stall_after);
            Reply { stall_after, ..file(asked, &content, "\"one\"") }
        });
        let out = folder.path().join("out");
        let mut command = orcidlake(&["convert", &web.url("a.tar.gz"), "--out", out.to_str().unwrap()]);
        // Only the signal ends the wait.
        command.args(["--storage-option", "read_timeout=1h"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        while !web.asked().iter().any(|asked| stall_after == 0 || is_for_all(asked, &bytes)) {
            assert!(child.try_wait().unwrap().is_none(), "it ended before: {:?}", web.asked());
            std::thread::sleep(Duration::from_millis(10));
        }
        let signal = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(signal.unwrap().success());

        assert_eq!(ended(&mut child).code(), Some(2), "stalled after {stall_after} bytes");
        assert!(!out.join("orcidlake.json").exists());
    }
}

#[test]
fn a_release_and_tables_of_matching_are_read_from_urls() {
    let folder = folder();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let release = samples.join("v0.1-2025-10-01-ror-data.zip");
    let dataset = |name: &str| {
        let out = folder.path().join(name);
        let archive = samples.join("ORCID_2025_10_summaries.tar.gz");
        // The samples have rejects.
        assert_eq!(crate::support::convert(&[&archive], &out, &[]).0, 1);
        out
    };
    let (of_file, of_url) = (dataset("file"), dataset("url"));
    let overrides = "name,country,ror\nNowhere at all,DE,\n";
    fs::write(folder.path().join("overrides.csv"), overrides).unwrap();
    let zip = fs::read(&release).unwrap();
    let web = Web::start(move |asked| match asked.path.contains("overrides.csv") {
        true => file(asked, overrides.as_bytes(), "\"o\""),
        // Half of the release at a time.
        false => Reply { cut_after: Some(zip.len() / 2), ..file(asked, &zip, "\"z\"") },
    });
    let matched = |dataset: &Path, release: &str, overrides: &str| {
        let dataset = dataset.to_str().unwrap();
        let output = run(&["match", dataset, "--ror-release", release, "--overrides", overrides, "--quiet"]);
        assert_ne!(output.status.code(), Some(2), "{}", told(&output));
        files(&Path::new(dataset).join("organizations"))
    };

    let by_file =
        matched(&of_file, release.to_str().unwrap(), folder.path().join("overrides.csv").to_str().unwrap());
    let (release, table) = (web.url("ror.zip?hush"), web.url("overrides.csv?hush"));
    let by_url = matched(&of_url, &release, &table);

    assert!(!by_file.is_empty() && by_file == by_url);
    let manifest = fs::read_to_string(of_url.join("orcidlake.json")).unwrap();
    assert!(manifest.contains(&web.url("ror.zip")) && !manifest.contains("hush"), "{manifest}");
    // The same release again, from the manifest; and one that has gone.
    let again = run(&["match", of_url.to_str().unwrap()]);
    assert_ne!(again.status.code(), Some(2), "{}", told(&again));
    drop(web);
    let gone = run(&["match", of_url.to_str().unwrap()]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(told(&gone).contains("attempts in a row") && !told(&gone).contains("hush"), "{}", told(&gone));
}

#[test]
fn an_index_of_an_archive_in_an_object_store_lies_beside_it() {
    let folder = folder();
    let archive = dump(folder.path(), 60, false).swap_remove(0);
    let (path, local) = (archive.to_str().unwrap(), folder.path().join("local"));
    assert!(run(&["index", path]).status.success());
    let index = fs::read(index_path(&archive)).unwrap();
    assert_eq!(crate::support::convert(&[&archive], &local, &[]).0, 0);
    let s3 = S3::start();
    s3.put("dumps/a.tar.gz", &fs::read(&archive).unwrap());
    s3.put("dumps/b.tar.gz", &fs::read(&archive).unwrap());
    s3.put("dumps/b.tar.gz.idx", b"a letter to my mother");
    let run = |arguments: &[&str]| {
        let mut command = orcidlake(arguments);
        command.envs(s3.environment()).env("TMPDIR", folder.path()).output().unwrap()
    };
    let url = format!("s3://{BUCKET}/dumps/a.tar.gz");

    let indexed = run(&["index", &url]);

    assert_eq!(indexed.status.code(), Some(0), "{}", told(&indexed));
    assert!(told(&indexed).contains(&format!("{url}.idx")), "{}", told(&indexed));
    assert_eq!(s3.names("dumps"), ["a.tar.gz", "a.tar.gz.idx", "b.tar.gz", "b.tar.gz.idx"]);
    let put = s3.get("dumps/a.tar.gz.idx");
    assert!(put == index, "{} bytes", put.len());
    let out = folder.path().join("out");
    let shards: Vec<_> = ["1/2", "2/2"]
        .iter()
        .map(|shard| run(&["convert", &url, "--shard", shard, "--out", out.to_str().unwrap()]))
        .collect();
    shards.iter().for_each(|part| assert_eq!(part.status.code(), Some(0), "{}", told(part)));
    // Nothing but an index is replaced by one, and nothing of it remains on this machine.
    let in_the_way = run(&["index", &url.replace("a.tar", "b.tar")]);
    assert_eq!(in_the_way.status.code(), Some(2));
    assert!(told(&in_the_way).contains("is not an index"), "{}", told(&in_the_way));
    let left = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().starts_with("orcidlake-")));
    // While it is converted, the index is written too; a store that fails it fails the run.
    let converted =
        run(&["convert", &url, "--index", "--out", folder.path().join("again").to_str().unwrap()]);
    assert_eq!(converted.status.code(), Some(0), "{}", told(&converted));
    let missing = run(&["inspect", &url.replace("a.tar", "c.tar")]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(told(&missing).contains(&format!("s3://{BUCKET}/dumps/c.tar.gz")), "{}", told(&missing));
    assert!(!told(&missing).contains("hush-hush"));
}
