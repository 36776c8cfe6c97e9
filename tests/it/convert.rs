//! `convert` as a user meets it: every form of archive, members that come again or cannot be read,
//! and what the options choose. `convert_trouble.rs` has damaged archives, kills and full disks.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::{
    ONE, OTHER, convert, dump, files, folder, given_names, gzip, orcidlake, record, rows, tar, work,
};

pub(crate) fn two_records() -> Vec<u8> {
    let (one, other) = (record(ONE, "One", ""), record(OTHER, "Other", ""));
    tar(&[
        (&format!("ORCID_2025_10_summaries/097/{ONE}.xml"), one.as_bytes()),
        (&format!("ORCID_2025_10_summaries/700/{OTHER}.xml"), other.as_bytes()),
    ])
}

pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn the_same_archive_gives_the_same_bytes_with_any_number_of_threads() {
    let folder = folder();
    let archives = dump(folder.path(), 800, true);
    let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();

    let datasets = ["1", "2", "8", "1", "2", "8"].iter().enumerate().map(|(number, threads)| {
        let out = folder.path().join(format!("out-{number}"));
        assert_eq!(convert(&archives, &out, &["--threads", threads, "--memory", "2GiB"]).0, 0);
        files(&out)
    });
    let datasets: Vec<_> = datasets.collect();

    assert!(datasets[0].len() > 25, "all tables of both sides are there");
    assert!(datasets.iter().all(|dataset| *dataset == datasets[0]));
}

#[test]
fn every_form_of_archive_gives_the_same_rows() {
    let folder = folder();
    let whole = two_records();
    let (half, rest) = whole.split_at(1024);
    let loose = folder.path().join("loose/ORCID_2025_10_summaries/x");
    fs::create_dir_all(&loose).unwrap();
    write(&loose, &format!("{ONE}.xml"), record(ONE, "One", "").as_bytes());
    write(&loose, &format!("{OTHER}.xml"), record(OTHER, "Other", "").as_bytes());
    let inputs = [
        write(folder.path(), "plain.tar", &whole),
        write(folder.path(), "one.tar.gz", &gzip(&whole)),
        write(folder.path(), "many.tar.gz", &[gzip(half), gzip(rest)].concat()),
        write(folder.path(), "padded.tar.gz", &[gzip(&whole), vec![0; 700]].concat()),
        write(folder.path(), "misnamed.xml", &gzip(&whole)),
        folder.path().join("loose"),
    ];

    for input in inputs {
        let out = folder.path().join("out").join(input.file_name().unwrap());
        let (status, messages) = convert(&[&input], &out, &[]);
        assert_eq!(status, 0, "{}: {messages}", input.display());
        assert_eq!(given_names(&out, ONE), ["One"], "{}", input.display());
        assert_eq!(given_names(&out, OTHER), ["Other"], "{}", input.display());
    }
}

#[test]
fn standard_input_and_single_files_are_archives_too() {
    let folder = folder();
    for (name, bytes) in
        [("tar", two_records()), ("gz", gzip(&two_records())), ("xml", record(ONE, "One", "").into())]
    {
        let out = folder.path().join(name);
        let mut command = orcidlake(&["convert", "-", "--out"]);
        let mut child = command.arg(&out).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        assert!(child.wait().unwrap().success(), "{name}");
        assert_eq!(given_names(&out, ONE), ["One"], "{name}");
    }
}

#[test]
fn trailing_garbage_is_told_and_does_no_harm() {
    let folder = folder();
    let archive = write(folder.path(), "a.tar.gz", &[gzip(&two_records()), b"garbage".to_vec()].concat());

    let (status, messages) = convert(&[&archive], &folder.path().join("out"), &[]);

    assert_eq!(status, 0);
    assert!(messages.contains("trailing garbage"), "{messages}");
}

#[test]
fn long_names_are_read_in_both_ways() {
    let folder = folder();
    let long = format!("{}/{ONE}.xml", "deep/".repeat(40));
    let data = record(ONE, "One", "");
    let gnu = tar(&[(&long, data.as_bytes())]);
    let mut pax = tar::Builder::new(Vec::new());
    pax.append_pax_extensions([("path", long.as_bytes()), ("comment", b"x")]).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_size(data.len() as u64);
    pax.append_data(&mut header, "short.xml", data.as_bytes()).unwrap();

    for (name, bytes) in [("gnu.tar", gnu), ("pax.tar", pax.into_inner().unwrap())] {
        let archive = write(folder.path(), name, &bytes);
        let out = folder.path().join("out").join(name);
        assert_eq!(convert(&[&archive], &out, &[]).0, 0, "{name}");
        assert_eq!(given_names(&out, ONE), ["One"], "{name}");
    }
}

#[test]
fn a_second_run_skips_what_is_done_and_adds_what_is_new() {
    let folder = folder();
    let archives = dump(folder.path(), 301, true);
    let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let (at_once, in_turn) = (folder.path().join("at-once"), folder.path().join("in-turn"));
    assert_eq!(convert(&archives, &at_once, &[]).0, 0);

    assert_eq!(convert(&archives[..1], &in_turn, &[]).0, 0);
    let (status, messages) = convert(&archives, &in_turn, &[]);

    assert_eq!(status, 0);
    assert!(messages.contains("already in the dataset"), "{messages}");
    assert_eq!(files(&in_turn), files(&at_once));
}

#[test]
fn dumps_of_different_years_are_not_mixed() {
    let folder = folder();
    let (old, new) =
        (write(folder.path(), "ORCID_2024.tar", &two_records()), folder.path().join("ORCID_2025.tar"));
    fs::write(&new, tar(&[(&format!("{ONE}.xml"), record(ONE, "Newer", "").as_bytes())])).unwrap();
    let out = folder.path().join("out");
    assert_eq!(convert(&[&old], &out, &[]).0, 0);

    let (status, messages) = convert(&[&new], &out, &[]);
    assert_eq!(status, 2);
    assert!(
        messages.contains("a dump of 2025, but the dataset is of 2024") && messages.contains("--replace"),
        "{messages}"
    );
    assert_eq!(given_names(&out, ONE), ["One"]);

    assert_eq!(convert(&[&new], &out, &["--replace"]).0, 0);
    assert_eq!(given_names(&out, ONE), ["Newer"]);
    assert!(given_names(&out, OTHER).is_empty());
}

#[test]
fn of_members_with_one_name_the_last_sound_one_counts() {
    let folder = folder();
    let name = format!("x/{ONE}.xml");
    let activity = format!("x/{ONE}_works_5.xml");
    // A biography that fills a chunk, so that repeats come in the same and in later ones.
    let filler = record(
        OTHER,
        "Other",
        &format!(
            "<person:person><person:biography><personal-details:content>{}</personal-details:content></person:biography></person:person>",
            "word ".repeat(1_800_000)
        ),
    );
    let (first, second, third) =
        (record(ONE, "First", ""), record(ONE, "Second", ""), record(ONE, "Third", ""));
    let wrong = record(OTHER, "Wrong", "");
    let (old, new) = (work(5, "Old"), work(5, "New"));
    let archive = tar(&[
        (&name, first.as_bytes()),
        (&activity, old.as_bytes()),
        (&name, second.as_bytes()),
        (&format!("x/{OTHER}.xml"), filler.as_bytes()),
        (&name, third.as_bytes()),
        (&activity, new.as_bytes()),
        (&name, wrong.as_bytes()),
    ]);
    let archive = write(folder.path(), "a.tar", &archive);
    let out = folder.path().join("out");

    let (status, messages) = convert(&[&archive], &out, &[]);

    assert_eq!(status, 1, "the last member of the name is another's record: {messages}");
    assert_eq!(given_names(&out, ONE), ["Third"]);
    let works = rows(&out, ONE, "activities/works");
    assert_eq!(works.iter().map(|row| &row["title"]).collect::<Vec<_>>(), ["New"]);
    assert_eq!(rows(&out, ONE, "summaries/rejects").len(), 1);
    assert!(messages.contains("4 members of a name that came before"), "{messages}");
    assert_eq!(crate::support::run(&["verify", out.to_str().unwrap()]).status.code(), Some(0));
}

#[test]
fn what_cannot_be_read_is_a_reject_with_its_reason() {
    let folder = folder();
    let cut = &record(ONE, "One", "")[..700];
    let other = record(OTHER, "Other", "");
    let mismatch = work(6, "Six");
    let not_text = [b"<record:record>\xff\xfe</record:record>".as_slice()].concat();
    let members: [(&str, &[u8], &str); 8] = [
        ("a/0000-0001-5000-0007.xml", b"", "empty"),
        (&format!("b/{ONE}.xml"), cut.as_bytes(), "cut-off-xml"),
        ("c/0000-0002-1694-233X.xml", other.as_bytes(), "other-id"),
        ("d/0000-0001-5000-0015.xml", &not_text, "not-utf8"),
        (&format!("e/{ONE}_works_5.xml"), mismatch.as_bytes(), "other-put-code"),
        (&format!("f/{ONE}_fundings_6.xml"), mismatch.as_bytes(), "other-section"),
        ("g/0000-0001-5000-0023.xml", b"<html>no</html>", "unknown-root"),
        ("h/0000-0001-5000-0031.xml", b"<record:record><a></b></record:record>", "malformed-xml"),
    ];
    let files: Vec<(&str, &[u8])> = members.iter().map(|(path, data, _)| (*path, *data)).collect();
    let archive = write(folder.path(), "a.tar", &tar(&files));
    let out = folder.path().join("out");

    let (status, messages) = convert(&[&archive], &out, &["--json"]);

    assert_eq!(status, 1, "{messages}");
    for (path, data, code) in members {
        let name = path.rsplit('/').next().unwrap();
        let side = if name.contains('_') { "activities" } else { "summaries" };
        let rejects = rows(&out, &name[..19], &format!("{side}/rejects"));
        let reject =
            rejects.iter().find(|row| row["path"] == path).unwrap_or_else(|| panic!("{path} is no reject"));
        assert_eq!(reject["code"], code, "{path}");
        assert_eq!(reject["size_bytes"], data.len());
        let offset = reject["offset"].as_u64().unwrap() as usize;
        assert_eq!(&fs::read(&archive).unwrap()[offset..offset + data.len()], data, "{path}");
    }
}

#[test]
fn forbidden_characters_are_taken_out_and_counted() {
    let folder = folder();
    let record = record(ONE, "O\u{1}n&#x1F;e", "");
    let archive = write(folder.path(), "a.tar", &tar(&[(&format!("{ONE}.xml"), record.as_bytes())]));
    let out = folder.path().join("out");

    let (status, messages) = convert(&[&archive], &out, &[]);

    assert_eq!((status, given_names(&out, ONE)), (0, vec!["One".to_owned()]));
    assert!(messages.contains("taking out characters"), "{messages}");
}

#[test]
fn a_pipe_is_read_as_a_stream() {
    let folder = folder();
    let (pipe, out) = (folder.path().join("pipe"), folder.path().join("out"));
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut child = orcidlake(&["convert", "--out"]).arg(&out).arg(&pipe).spawn().unwrap();

    // Whoever writes to a pipe waits for a reader.
    let writer = pipe.clone();
    std::thread::spawn(move || fs::write(writer, gzip(&two_records())));

    assert!(child.wait().unwrap().success());
    assert_eq!(given_names(&out, ONE), ["One"]);
    let (status, messages) = convert(&[&folder.path().join("none.tar")], &pipe, &[]);
    assert!(status == 2 && messages.contains("not an orcidlake dataset"), "{messages}");
}

#[test]
fn a_folder_of_something_else_is_refused_and_other_files_stay() {
    let folder = folder();
    let archive = write(folder.path(), "a.tar", &two_records());
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    assert_eq!(convert(&[&archive], &out, &[]).0, 2);

    fs::remove_file(out.join("notes.txt")).unwrap();
    assert_eq!(convert(&[&archive], &out, &[]).0, 0);
    fs::write(out.join("notes.txt"), "mine").unwrap();
    assert_eq!(convert(&[&archive], &out, &["--replace"]).0, 0);

    assert_eq!(fs::read_to_string(out.join("notes.txt")).unwrap(), "mine");
}

#[test]
fn a_dataset_may_have_any_name() {
    let folder = folder();
    let archive = write(folder.path(), "a.tar", &two_records());
    for name in ["a b%20ü", "s3:x", "100 % #1?", "a&b=c;*'\""] {
        let out = folder.path().join(name).join(name);

        let (status, messages) = convert(&[&archive], &out, &[]);

        assert_eq!(status, 0, "{name}: {messages}");
        let verified = crate::support::run(&["verify", out.to_str().unwrap()]);
        assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stderr));
        assert_eq!(fs::read_dir(folder.path().join(name)).unwrap().count(), 1, "{name}");
        let log = out.join("summaries/records/_delta_log/00000000000000000000.json");
        assert!(log.is_file(), "{}", log.display());
    }
}

#[test]
fn only_the_tables_asked_for_are_written() {
    let folder = folder();
    let archive = write(folder.path(), "a.tar", &two_records());
    let out = folder.path().join("out");

    assert_eq!(convert(&[&archive], &out, &["--tables", "records,summaries/works"]).0, 0);

    let names: Vec<String> = fs::read_dir(out.join("summaries"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut names = names;
    names.sort();
    assert_eq!(names, ["records", "rejects", "tombstones", "unmapped_values", "works"]);
    assert_eq!(convert(&[&archive], &out, &["--tables", "wroks"]).0, 2);
}
