//! Records by their iDs: the rows of an archive are those of a dataset that was converted from
//! it, and its files are those that it holds, with and without an index.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::damage::rounds;
use crate::support::{
    ONE, OTHER, convert, dump, folder, gzip, orcidlake, record, run, tar, work, write_index,
};
use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{concat_batches, filter_record_batch};
use orcid_xml::{MemberName, Orcid};
use orcidlake::get::{self, FoundMember, GetError, Observer, TableRows, Unobserved};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use targz_seek::index::index_path;
use targz_seek::{Archive, ArchiveError, Kind, Meter, Options};

const THIRD: &str = "0000-0001-5000-0007";
/// An iD with a wrong check digit, whose number is that of another.
const MISTYPED: &str = "0000-0002-1825-0098";
/// Larger than a chunk.
const FILLER_BYTES: usize = 9 << 20;

fn orcid(text: &str) -> Orcid {
    Orcid::new(text).unwrap()
}

fn tombstone() -> &'static str {
    r#"<error:error xmlns:error="http://www.orcid.org/ns/error"><error:response-code>409</error:response-code><error:developer-message>409 Conflict: The ORCID record is locked</error:developer-message><error:error-code>9018</error:error-code></error:error>"#
}

/// All files of an archive: names and data.
fn all_files(archive: &Path) -> Vec<(String, Vec<u8>)> {
    let options = Options::new().chunk_bytes(1 << 20).max_member_bytes(1 << 30);
    let mut archive = Archive::open(archive, options, Meter::default()).unwrap();
    let mut files = Vec::new();
    while let Some(chunk) = archive.next_chunk().unwrap() {
        let of_chunk = chunk.members().filter(|(_, _, member)| member.kind == Kind::File);
        files.extend(of_chunk.map(|(name, data, _)| (name.to_owned(), data.to_vec())));
    }
    files
}

/// Whose files an archive has, in some order.
fn people(archive: &Path) -> Vec<Orcid> {
    let names = all_files(archive);
    let found: BTreeSet<Orcid> = names.iter().filter_map(|(name, _)| MemberName::new(name).orcid()).collect();
    found.into_iter().collect()
}

/// The rows of some iDs in a dataset's files, read without orcidlake; tables with rows only.
fn expected(dataset: &Path, orcids: &[Orcid]) -> BTreeMap<String, RecordBatch> {
    let mut tables: BTreeMap<String, Vec<RecordBatch>> = BTreeMap::new();
    for (path, bytes) in crate::support::files(dataset) {
        if path.extension().is_none_or(|extension| extension != "parquet") {
            continue;
        }
        let table = path.parent().unwrap().to_str().unwrap().to_owned();
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
        for batch in reader.build().unwrap() {
            let batch = batch.unwrap();
            let own = batch.column_by_name("orcid").unwrap().as_string::<i32>().iter();
            let own = own.map(|text| text.is_some_and(|text| orcids.contains(&orcid(text))));
            let own = BooleanArray::from(own.collect::<Vec<bool>>());
            let batch = filter_record_batch(&batch, &own).unwrap();
            if batch.num_rows() > 0 {
                tables.entry(table.clone()).or_default().push(batch);
            }
        }
    }
    whole(&tables)
}

/// The batches of each table as one.
fn whole(tables: &TableRows) -> BTreeMap<String, RecordBatch> {
    let one = |batches: &Vec<RecordBatch>| concat_batches(&batches[0].schema(), batches).unwrap();
    tables.iter().map(|(table, batches)| (table.clone(), one(batches))).collect()
}

/// Hears whether an index could not be used.
#[derive(Default)]
struct Heard(RefCell<Vec<String>>);

impl Observer for Heard {
    fn index_unused(&self, reason: &ArchiveError) {
        self.0.borrow_mut().push(reason.to_string());
    }
}

/// The files of some iDs that are found in an archive, and what was told of its index.
fn found(archive: &Path, orcids: &[Orcid]) -> (Vec<(String, Vec<u8>)>, Vec<String>) {
    let (mut files, heard) = (Vec::new(), Heard::default());
    let each = |member: FoundMember<'_>| {
        assert_eq!(MemberName::new(member.path).orcid(), Some(member.orcid));
        files.push((member.path.to_owned(), member.data.to_vec()));
        Ok::<_, ArchiveError>(())
    };
    get::find_members(archive, orcids, &heard, each).unwrap();
    (files, heard.0.into_inner())
}

/// An archive's rows of each list of iDs are those of a dataset that is converted from it, and
/// its files those that it holds. Gives how many rows there were of each table.
fn agrees_with_a_dataset(archive: &Path, lists: &[Vec<Orcid>], label: &str) -> BTreeMap<String, usize> {
    let out = archive.with_extension("dataset");
    let (status, messages) = convert(&[archive], &out, &[]);
    assert!(matches!(status, 0 | 1), "{label}: {messages}");
    let mut counts = BTreeMap::new();
    for orcids in lists {
        let expected = expected(&out, orcids);

        let of_dataset = get::dataset_rows(&out, orcids).unwrap();
        let heard = Heard::default();
        let of_archive = get::rows(archive, orcids, &heard).unwrap();

        assert_eq!(heard.0.into_inner(), [""; 0], "{label}");
        assert_eq!(get::to_json(&of_archive), get::to_json(&of_dataset), "{label}: {orcids:?}");
        assert_eq!(whole(&of_dataset), expected, "{label}: {orcids:?}");
        assert_eq!(whole(&of_archive), expected, "{label}: {orcids:?}");
        for (table, rows) in expected {
            *counts.entry(table).or_default() += rows.num_rows();
        }
        let mut files = all_files(archive);
        files.retain(|(name, _)| MemberName::new(name).orcid().is_some_and(|own| orcids.contains(&own)));
        assert_eq!(found(archive, orcids), (files, Vec::new()), "{label}: {orcids:?}");
    }
    fs::remove_dir_all(out).unwrap();
    counts
}

/// The same without an index, then with one.
fn agrees_in_both_ways(archive: &Path, lists: &[Vec<Orcid>], label: &str) -> BTreeMap<String, usize> {
    let without = agrees_with_a_dataset(archive, lists, label);
    assert!(run(&["index", archive.to_str().unwrap()]).status.success(), "{label}");
    let with = agrees_with_a_dataset(archive, lists, &format!("{label}, by its index"));
    assert_eq!(without, with);
    with
}

/// Everybody at once, nobody, and some one by one.
fn lists(people: &[Orcid], singles: usize) -> Vec<Vec<Orcid>> {
    let step = (people.len() / singles).max(1);
    let mut lists: Vec<Vec<Orcid>> = people.iter().step_by(step).map(|orcid| vec![*orcid]).collect();
    lists.extend([people.to_vec(), Vec::new(), people.iter().copied().step_by(3).collect()]);
    lists
}

#[test]
fn rows_of_the_sample_archives_are_those_of_their_dataset() {
    let folder = folder();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    for (name, tables) in [
        ("ORCID_2025_10_summaries.tar.gz", 16),
        ("ORCID_2025_10_activities_3.tar.gz", 8),
        ("ORCID_2025_10_activities_X.tar.gz", 8),
    ] {
        let archive = folder.path().join(name);
        fs::copy(samples.join(name), &archive).unwrap();
        let people = people(&archive);
        assert!(people.len() > 10, "{name}: {}", people.len());

        let counts = agrees_in_both_ways(&archive, &lists(&people, rounds(1)), name);

        assert!(counts.len() > tables, "{name}: {counts:?}");
    }
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
fn a_dataset_of_both_sides_gives_the_rows_of_both_kinds_of_archives() {
    let folder = folder();
    let archives = dump(folder.path(), 150, true);
    let out = folder.path().join("out");
    let paths: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let (status, messages) = convert(&paths, &out, &[]);
    assert!(matches!(status, 0 | 1), "{messages}");
    let people = people(&archives[0]);
    for orcids in lists(&people, 6) {
        let mut of_archives = TableRows::new();
        for archive in &archives {
            for (table, batches) in get::archive_rows(archive, &orcids, &Unobserved).unwrap() {
                of_archives.entry(table).or_default().extend(batches);
            }
        }

        let of_dataset = get::rows(&out, &orcids, &Unobserved).unwrap();

        assert_eq!(whole(&of_archives), whole(&of_dataset));
        assert_eq!(whole(&of_dataset), expected(&out, &orcids));
    }
}

#[test]
fn a_damaged_index_costs_no_member_and_gives_none_twice() {
    let folder = folder();
    let archive = dump(folder.path(), 40, false).remove(0);
    let everybody = people(&archive);
    let asked: Vec<Orcid> = everybody.iter().copied().step_by(4).collect();
    let right = found(&archive, &asked).0;
    let rows = whole(&get::archive_rows(&archive, &asked, &Unobserved).unwrap());
    write_index(&archive, Options::new().chunk_bytes(40_000).max_member_bytes(1 << 30), 64 << 10);
    let index = index_path(&archive);
    let sound = fs::read(&index).unwrap();
    assert_eq!(found(&archive, &asked), (right.clone(), Vec::new()));

    let (mut told, mut by_both) = (0, 0);
    for place in (0..sound.len()).step_by(sound.len() / 150) {
        let mut bytes = sound.clone();
        bytes[place] ^= 1 << (place % 8);
        fs::write(&index, bytes).unwrap();
        let heard = Halves { given: Cell::new(0), when_told: RefCell::new(Vec::new()) };
        let mut files = Vec::new();
        get::find_members(&archive, &asked, &heard, |member| {
            heard.given.set(heard.given.get() + 1);
            files.push((member.path.to_owned(), member.data.to_vec()));
            Ok::<_, ArchiveError>(())
        })
        .unwrap();

        assert!(files == right, "byte {place}");
        let when_told = heard.when_told.into_inner();
        assert!(when_told.len() <= 1, "byte {place}");
        told += when_told.len();
        by_both += when_told.iter().filter(|given| **given > 0).count();
        let found = whole(&get::archive_rows(&archive, &asked, &Unobserved).unwrap());
        assert!(found == rows, "byte {place}");
    }
    assert!(told > 100 && by_both > 10, "{told} were told, {by_both} of them after some members");
}

/// Hears how many members had been given when the index failed.
struct Halves {
    given: Cell<usize>,
    when_told: RefCell<Vec<usize>>,
}

impl Observer for Halves {
    fn index_unused(&self, _: &ArchiveError) {
        self.when_told.borrow_mut().push(self.given.get());
    }
}

/// Stops a search as soon as it begins.
struct Impatient;

impl Observer for Impatient {
    fn begun(&self, _: &Path, meter: &Meter) {
        meter.stop();
    }

    fn index_unused(&self, reason: &ArchiveError) {
        panic!("a search that is stopped reads nothing else: {reason}");
    }
}

#[test]
fn a_search_can_be_stopped() {
    let folder = folder();
    let archive = dump(folder.path(), 40, false).remove(0);
    let people = people(&archive);
    for _ in 0..2 {
        let stopped = get::archive_rows(&archive, &people, &Impatient);

        assert!(matches!(stopped, Err(GetError::Archive(ArchiveError::Stopped { .. }))), "{stopped:?}");
        let mut files = 0;
        let ended = get::find_members(&archive, &people, &Unobserved, |_| {
            files += 1;
            Err(ArchiveError::Stopped { path: PathBuf::new() })
        });
        assert!(ended.is_err() && files == 1);
        assert!(run(&["index", archive.to_str().unwrap()]).status.success());
    }
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
