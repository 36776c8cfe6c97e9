//! Records by their iDs in archives with all that can be wrong with members: repeated, damaged, of
//! other people, under other names. Their rows are those of a dataset that is converted from them.

use std::fs;

use crate::get::{agrees_in_both_ways, agrees_with_a_dataset, lists, orcid};
use crate::support::{ONE, OTHER, convert, folder, gzip, orcidlake, record, run, tar, work};
use orcidlake::get::{self, Unobserved};

const THIRD: &str = "0000-0001-5000-0007";
/// An iD with a wrong check digit, whose number is that of another.
const MISTYPED: &str = "0000-0002-1825-0098";
/// Larger than a chunk.
const FILLER_BYTES: usize = 9 << 20;

fn tombstone() -> &'static str {
    r#"<error:error xmlns:error="http://www.orcid.org/ns/error"><error:response-code>409</error:response-code><error:developer-message>409 Conflict: The ORCID record is locked</error:developer-message><error:error-code>9018</error:error-code></error:error>"#
}

/// A member of an archive made to measure.
type File = (String, String);

/// Files of three people and of one whose iD is mistyped, with all that can be wrong with them.
fn odd_files() -> Vec<File> {
    let file = |name: &str, text: String| (name.to_owned(), text);
    let own = |orcid: &str, text: String| (format!("d/{orcid}.xml"), text);
    let activity = |orcid: &str, section: &str, put_code: i64, text: String| {
        (format!("a/{orcid}/{section}/{orcid}_{section}_{put_code}.xml"), text)
    };
    let filler = || ("filler.bin".to_owned(), "x".repeat(FILLER_BYTES));
    let many = "<new>1</new>".repeat(20_000);
    let long = format!("{}{OTHER}.xml", "folder/".repeat(30));
    let of_other = work(5, "Five").replace("put-code", &format!("path=\"/{OTHER}/work/5\" put-code"));
    vec![
        own(ONE, record(ONE, "First", "<new>a</new>")),
        own(MISTYPED, record(MISTYPED, "Mistyped", "")),
        activity(ONE, "works", 5, of_other),
        activity(ONE, "works", 6, work(6, "Six")),
        own(ONE, record(ONE, "Second", "<new>b</new>")),
        // Both in one chunk; the later cannot be read.
        own(OTHER, record(OTHER, "Other", "")),
        (long, record(OTHER, "Too many values", &many)),
        file("notes.xml", record(THIRD, "Under another name", "")),
        file("other.xml", "<notes/>".to_owned()),
        file(&format!("._{ONE}.xml"), record(ONE, "Resource fork", "")),
        own(THIRD, tombstone().to_owned()),
        activity(THIRD, "works", 8, tombstone().to_owned()),
        filler(),
        own(ONE, record(OTHER, "Wrong", "")),
        activity(ONE, "works", 6, work(6, "Six again")),
        activity(OTHER, "works", 5, work(5, "Five of another")),
        activity(OTHER, "fundings", 7, work(7, "No funding")),
        filler(),
        own(ONE, record(ONE, "Third", "<new>c</new>")),
        own(ONE, record(ONE, "Cut", "")[..700].to_owned()),
        activity(ONE, "works", 6, String::new()),
        activity(ONE, "works", 9, work(9, "O\u{1}dd")),
        own(MISTYPED, tombstone().to_owned()),
    ]
}

fn packed(files: &[File]) -> Vec<u8> {
    let members: Vec<(&str, &[u8])> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    tar(&members)
}

/// A tar archive with a link in the place of a record before its end.
fn with_a_link(stream: Vec<u8>) -> Vec<u8> {
    let mut builder = tar::Builder::new(stream);
    let end = builder.get_mut().len() - 1024;
    builder.get_mut().truncate(end);
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, format!("d/{THIRD}.xml"), format!("{OTHER}.xml")).unwrap();
    builder.into_inner().unwrap()
}

#[test]
fn rows_of_odd_archives_are_those_of_their_dataset() {
    let folder = folder();
    let everybody = [ONE, OTHER, THIRD, MISTYPED].map(orcid);
    let files = odd_files();
    let without = |name: &str| files.iter().filter(|file| file.0 != name).cloned().collect::<Vec<_>>();
    let forms: [(&str, Vec<u8>); 3] = [
        ("odd.tar.gz", gzip(&with_a_link(packed(&files)))),
        ("named.tar", packed(&without("notes.xml"))),
        ("reversed.tar", packed(&files.iter().rev().cloned().collect::<Vec<_>>())),
    ];
    for (name, bytes) in forms {
        let archive = folder.path().join(name);
        fs::write(&archive, bytes).unwrap();

        let counts = agrees_in_both_ways(&archive, &lists(&everybody, 2), name);

        for table in ["records", "tombstones", "rejects", "unmapped_values"] {
            assert!(counts.contains_key(&format!("summaries/{table}")), "{name}: {table}");
        }
        for table in ["works", "tombstones", "rejects", "unmapped_values"] {
            assert!(counts.contains_key(&format!("activities/{table}")), "{name}: {table}");
        }
    }
}

#[test]
fn of_members_that_come_again_the_last_that_can_be_read_gives_rows() {
    let folder = folder();
    let archive = folder.path().join("odd.tar");
    fs::write(&archive, packed(&odd_files())).unwrap();
    let texts = |orcid_text: &str, table: &str, column: &str| -> Vec<String> {
        let rows = get::to_json(&get::archive_rows(&archive, &[orcid(orcid_text)], &Unobserved).unwrap());
        let rows = rows.get(table).and_then(|rows| rows.as_array()).cloned().unwrap_or_default();
        rows.iter().map(|row| row[column].as_str().unwrap_or_default().to_owned()).collect()
    };
    for _ in 0..2 {
        assert_eq!(texts(ONE, "summaries/records", "given_names"), ["Third"]);
        assert_eq!(texts(ONE, "summaries/unmapped_values", "value"), ["c"]);
        assert_eq!(texts(ONE, "summaries/rejects", "code"), ["other-id", "cut-off-xml"]);
        assert_eq!(texts(ONE, "activities/works", "title"), ["Five", "Six again", "Odd"]);
        assert_eq!(texts(ONE, "activities/rejects", "code"), ["empty"]);
        assert_eq!(texts(OTHER, "summaries/records", "given_names"), ["Other"]);
        assert_eq!(texts(OTHER, "summaries/rejects", "code"), ["too-many-values"]);
        assert_eq!(texts(OTHER, "activities/rejects", "code"), ["other-section"]);
        assert_eq!(texts(THIRD, "summaries/records", "given_names"), ["Under another name"]);
        assert_eq!(texts(THIRD, "summaries/tombstones", "status"), ["locked"]);
        assert_eq!(texts(MISTYPED, "summaries/records", "given_names"), [""; 0]);
        assert_eq!(texts(MISTYPED, "summaries/tombstones", "status"), ["locked"]);
        assert!(run(&["index", archive.to_str().unwrap()]).status.success());
    }
}

#[test]
fn folders_and_single_files_give_the_rows_of_their_dataset() {
    let folder = folder();
    let root = folder.path().join("files");
    let mut files = odd_files();
    files.retain(|(name, _)| name != "filler.bin");
    for (number, (name, text)) in files.iter().enumerate() {
        let path = root.join(number.to_string()).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    std::os::unix::fs::symlink("nowhere", root.join(format!("{THIRD}.xml"))).unwrap();
    let everybody = [ONE, OTHER, THIRD, MISTYPED].map(orcid);
    let single = folder.path().join("downloaded.xml");
    fs::write(&single, record(ONE, "Downloaded", "")).unwrap();

    let counts = agrees_with_a_dataset(&root, &lists(&everybody, 4), "a folder");
    agrees_with_a_dataset(&single, &lists(&everybody, 4), "a file");

    assert!(counts["summaries/rejects"] > 3, "{counts:?}");
}

#[test]
fn the_program_prints_the_same_rows_of_an_archive_and_of_its_dataset() {
    let folder = folder();
    let (archive, out) = (folder.path().join("odd.tar.gz"), folder.path().join("out"));
    fs::write(&archive, gzip(&packed(&odd_files()))).unwrap();
    assert_eq!(convert(&[&archive], &out, &[]).0, 1);
    let (archive, out) = (archive.to_str().unwrap(), out.to_str().unwrap());
    for more in [&[][..], &["--json"], &["--quiet"]] {
        for orcid in [ONE, OTHER, THIRD, MISTYPED, "0000-0001-5000-0015"] {
            let of = |from: &str, flags: &[&str]| {
                let output = orcidlake(&["get", orcid, from]).args(flags).args(more).output().unwrap();
                let messages = String::from_utf8(output.stderr).unwrap().replace(from, "FROM");
                (output.status.code(), String::from_utf8(output.stdout).unwrap(), messages)
            };

            let of_archive = of(archive, &["--rows"]);

            assert_eq!(of_archive, of(out, &[]), "{orcid} {more:?}");
            assert_eq!(of_archive, of(out, &["--rows"]), "{orcid} {more:?}");
            assert_eq!(of_archive.0, Some(i32::from(orcid == "0000-0001-5000-0015")), "{orcid}");
        }
    }
    let cut = folder.path().join("cut.tar.gz");
    let bytes = fs::read(archive).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let output = run(&["get", ONE, cut.to_str().unwrap(), "--rows", "--json"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text.contains("is cut off") && !text.contains("summaries/records"), "{text}");
}
