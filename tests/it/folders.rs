//! Folders as inputs: links, loops, what cannot be read, and what is no archive.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use crate::support::{ONE, OTHER, convert, dump, folder, given_names, gzip, record, run, tar};
use orcidlake::dataset::Manifest;
use serde_json::Value;
use targz_seek::{Archive, Kind, Meter, Options};

const THIRD: &str = "0000-0001-5000-0007";
const OPTIONS: Options = Options::new().chunk_bytes(1 << 20).max_member_bytes(1 << 20);

/// A record's file in a folder, which is made.
fn put(folder: &Path, orcid: &str) -> PathBuf {
    fs::create_dir_all(folder).unwrap();
    let path = folder.join(format!("{orcid}.xml"));
    fs::write(&path, record(orcid, "Name", "")).unwrap();
    path
}

/// The members but for folders, with their kinds, and the notes.
fn members(root: &Path) -> (Vec<(String, Kind)>, Vec<String>) {
    let mut archive = Archive::open(root, OPTIONS, Meter::default()).unwrap();
    let mut found = Vec::new();
    while let Some(chunk) = archive.next_chunk().unwrap() {
        let members = chunk.members().filter(|(_, _, member)| member.kind != Kind::Directory);
        found.extend(members.map(|(name, _, member)| (name.to_owned(), member.kind)));
    }
    (found, archive.finish().unwrap().notes)
}

fn names(root: &Path) -> Vec<String> {
    members(root).0.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_folder_given_as_a_link_is_the_folder() {
    let folder = folder();
    let real = folder.path().join("real");
    put(&real.join("a"), ONE);
    let link = folder.path().join("link");
    symlink("real", &link).unwrap();
    let again = folder.path().join("again");
    symlink("link", &again).unwrap();
    for (number, input) in [link.clone(), again, link.join("."), link.join("a")].iter().enumerate() {
        let out = folder.path().join(format!("out-{number}"));

        let (status, messages) = convert(&[input], &out, &[]);

        assert_eq!(status, 0, "{}: {messages}", input.display());
        assert_eq!(given_names(&out, ONE), ["Name"], "{}", input.display());
    }
}

#[test]
fn each_real_file_is_read_once_whatever_links_lead_to_it() {
    let folder = folder();
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    let one = put(&root.join("m"), ONE);
    put(&outside.join("deep"), OTHER);
    let third = put(&outside.join("deep/deeper"), THIRD);
    symlink(&one, root.join("a-file-inside.xml")).unwrap();
    symlink(root.join("m"), root.join("a-folder-inside")).unwrap();
    symlink(&root, root.join("m/loop")).unwrap();
    symlink("..", root.join("m/up")).unwrap();
    symlink("../..", root.join("m/above")).unwrap();
    symlink("/", root.join("everything")).unwrap();
    put(folder.path(), "0000-0002-0000-0007");
    symlink(&third, root.join(format!("b-{THIRD}.xml"))).unwrap();
    symlink(outside.join("deep"), root.join("c-outside")).unwrap();
    symlink(&outside, root.join("d-above-it")).unwrap();
    symlink(outside.join("deep"), root.join("e-again")).unwrap();
    symlink(&root, outside.join("back")).unwrap();

    let (found, notes) = members(&root);

    let found: Vec<_> = found.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let (b, c, m) = (format!("b-{THIRD}.xml"), format!("c-outside/{OTHER}.xml"), format!("m/{ONE}.xml"));
    assert_eq!(found, [(b.as_str(), Kind::File), (&c, Kind::File), (&m, Kind::File)]);
    assert!(notes.len() == 1 && notes[0].contains("links lead to"), "{notes:?}");
    assert!(notes[0].contains("a-file-inside.xml"), "{notes:?}");
    let out = folder.path().join("out");
    let (status, messages) = convert(&[&root], &out, &[]);
    assert_eq!(status, 0, "{messages}");
    for orcid in [ONE, OTHER, THIRD] {
        assert_eq!(given_names(&out, orcid).len(), 1, "{orcid}");
    }
    let (status, messages) = convert(&[&root], &out, &[]);
    assert!(status == 0 && messages.contains("already in the dataset"), "{messages}");
}

#[test]
fn a_link_to_a_document_has_its_ending() {
    let folder = folder();
    let real = put(&folder.path().join("elsewhere"), ONE);
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    symlink(real, root.join("latest")).unwrap();

    assert_eq!(names(&root), [format!("latest/{ONE}.xml")]);
}

#[test]
fn what_is_left_out_is_named_and_counted() {
    let folder = folder();
    let root = folder.path().join("root");
    put(&root, ONE);
    symlink("nowhere", root.join("dangling")).unwrap();
    symlink("self", root.join("self")).unwrap();
    symlink("x".repeat(300), root.join("long")).unwrap();
    let _socket = UnixListener::bind(root.join("socket")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(root.join("pipe.xml")).status().unwrap().success());
    fs::write(root.join("more.tar.gz"), gzip(&tar(&[]))).unwrap();
    fs::write(root.join("README.txt"), "x").unwrap();
    let locked = root.join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    // Nothing is locked for the superuser.
    let is_locked = fs::read_dir(&locked).is_err();
    let out = folder.path().join("out");

    let (status, messages) = convert(&[&root], &out, &["--json"]);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();

    assert_eq!(status, 1, "{messages}");
    let expected = 6 + u64::from(is_locked);
    assert!(messages.contains(&format!("{expected} rejects")), "{messages}");
    let found = run(&["inspect", out.to_str().unwrap(), "--json"]);
    let found: Value = serde_json::from_slice(&found.stdout).unwrap();
    let report = &found["report"];
    assert_eq!(report["rejects"]["unreadable"], expected);
    assert_eq!((&report["members"]["records"], &report["members"]["other"]), (&1.into(), &1.into()));
}

#[test]
fn what_is_no_archive_is_named_and_the_others_are_converted() {
    let folder = folder();
    let sound = folder.path().join("sound.tar.gz");
    let tar_of_one = tar(&[(&format!("{ONE}.xml"), record(ONE, "Name", "").as_bytes())]);
    fs::write(&sound, gzip(&tar_of_one)).unwrap();
    let zip = b"PK\x03\x04\x14\0\0\0\x08\0".as_slice();
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n".as_slice();
    let html = b"\n<!DOCTYPE html><html><title>403</title></html>".as_slice();
    let xml = b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>".as_slice();
    for (number, (name, content, said)) in [
        ("a.tar.gz", html.to_vec(), "an HTML page"),
        ("a.tar", html.to_vec(), "an HTML page"),
        ("a", html.to_vec(), "an HTML page"),
        ("a.tgz", xml.to_vec(), "an XML document"),
        ("a.tar.gz", b"{\"message\": \"gone\"}".to_vec(), "a JSON document"),
        ("a.tar.gz", pointer.to_vec(), "a pointer of Git LFS"),
        ("a.tar.gz", zip.to_vec(), "a zip archive"),
        ("a.tar.gz", b"\xfd7zXZ\0rest".to_vec(), "xz data"),
        ("a.tar.gz", b"BZh91AY&SY".to_vec(), "bzip2 data"),
        ("a.tar.gz", b"\x28\xb5\x2f\xfdrest".to_vec(), "Zstandard data"),
        ("a.tar.gz", b"7z\xbc\xaf\x27\x1crest".to_vec(), "a 7z archive"),
        ("a.parquet", b"PAR1rest".to_vec(), "a Parquet file"),
        ("a.tar.gz", gzip(&gzip(&tar_of_one)), "gzip data in its gzip data"),
        ("a.tar.gz", gzip(html), "an HTML page in its gzip data"),
        ("a.xml.gz", gzip(record(ONE, "Name", "").as_bytes()), "an XML document in its gzip data"),
        ("a.tar.gz", gzip(b"nothing known"), "gzip data that are not a tar archive"),
        ("a.tar.gz", b"nothing known".to_vec(), "neither a tar archive"),
        ("a.tar.gz", Vec::new(), "is empty"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(format!("{number}")).join(name);
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        for (salvage, more) in [(&[][..], "alone"), (&["--salvage"], "salvage")] {
            let out = folder.path().join(format!("{number}/out-{more}"));

            let (alone, alone_said) = convert(&[&path], &out, salvage);
            let (status, messages) = convert(&[&path, &sound], &out, salvage);

            assert_eq!((alone, status), (2, 2), "{name}: {messages}");
            assert!(messages.contains(said) && alone_said.contains("hint"), "{said}: {messages}");
            assert_eq!(given_names(&out, ONE), ["Name"], "{name}");
            assert_eq!(Manifest::read(&out).unwrap().unwrap().archives.len(), 1, "{name}");
        }
    }
}

#[test]
fn an_archive_or_a_folder_without_members_ends_with_1() {
    let folder = folder();
    let empty = vec![0; 10_240];
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let directory = folder.path().join("empty");
    fs::create_dir(&directory).unwrap();
    let inputs =
        [write("a.tar", &empty), write("a.tar.gz", &gzip(&empty)), write("a", &empty[..1_024]), directory];
    for (number, input) in inputs.iter().enumerate() {
        let (status, messages) = convert(&[input], &folder.path().join(format!("out-{number}")), &[]);

        assert_eq!(status, 1, "{}: {messages}", input.display());
        assert!(messages.contains("no ORCID documents"), "{messages}");
    }
    for (number, bytes) in [empty.clone(), gzip(&empty)].iter().enumerate() {
        let out = folder.path().join(format!("stream-{number}"));
        let mut command = crate::support::orcidlake(&["convert", "-", "--out", out.to_str().unwrap()]);
        let path = write("piped", bytes);
        let output = command.stdin(fs::File::open(path).unwrap()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_dataset_is_told_from_an_archive() {
    let folder = folder();
    let archives = dump(folder.path(), 40, false);
    let dataset = folder.path().join("dataset");
    assert_eq!(convert(&[&archives[0]], &dataset, &[]).0, 0);
    let link = folder.path().join("link");
    symlink(&dataset, &link).unwrap();
    let copy = folder.path().join("copy/summaries/works");
    fs::create_dir_all(&copy).unwrap();
    let part = fs::read_dir(dataset.join("summaries/records")).unwrap().map(|entry| entry.unwrap().path());
    let part = part.into_iter().find(|path| path.extension().is_some()).unwrap();
    fs::copy(&part, copy.join("part.parquet")).unwrap();
    for (number, (input, said)) in [
        (dataset.clone(), "is a dataset that orcidlake has made"),
        (link, "is a dataset that orcidlake has made"),
        (dataset.join("summaries"), "belongs to the dataset"),
        (dataset.join("summaries/works"), "belongs to the dataset"),
        (part, "belongs to the dataset"),
        (folder.path().join("copy"), "holds Parquet files"),
        (copy.clone(), "holds Parquet files"),
        (copy.join("part.parquet"), "a Parquet file"),
    ]
    .into_iter()
    .enumerate()
    {
        let out = folder.path().join(format!("out-{number}"));

        let (status, messages) = convert(&[&input], &out, &[]);

        assert_eq!(status, 2, "{}: {messages}", input.display());
        assert!(messages.contains(said) && messages.contains("hint"), "{said}: {messages}");
        assert!(!out.exists());
    }
}
