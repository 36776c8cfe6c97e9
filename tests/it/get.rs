//! Records by their iDs: the rows of an archive are those of a dataset that was converted from
//! it, and its files are those that it holds, with and without an index.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::damage::rounds;
use crate::support::{convert, dump, folder, run, write_index};
use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{concat_batches, filter_record_batch};
use orcid_xml::{MemberName, Orcid};
use orcidlake::get::{self, FoundMember, GetError, Observer, TableRows, Unobserved};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use targz_seek::index::index_path;
use targz_seek::{Archive, ArchiveError, Kind, Meter, Options};

pub(crate) fn orcid(text: &str) -> Orcid {
    Orcid::new(text).unwrap()
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

/// The rows of each table in a dataset's files, read without orcidlake.
fn rows_of_files(dataset: &Path) -> BTreeMap<String, RecordBatch> {
    let mut tables: BTreeMap<String, Vec<RecordBatch>> = BTreeMap::new();
    for (path, bytes) in crate::support::files(dataset) {
        if path.extension().is_none_or(|extension| extension != "parquet") {
            continue;
        }
        let table = path.parent().unwrap().to_str().unwrap().to_owned();
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
        tables.entry(table).or_default().extend(reader.build().unwrap().map(Result::unwrap));
    }
    tables.retain(|_, batches| !batches.is_empty());
    whole(&tables)
}

/// The rows of some iDs; tables with rows only.
fn of_people(tables: &BTreeMap<String, RecordBatch>, orcids: &[Orcid]) -> BTreeMap<String, RecordBatch> {
    let wanted: BTreeSet<&str> = orcids.iter().map(Orcid::as_str).collect();
    let of_table = |rows: &RecordBatch| {
        let owners = rows.column_by_name("orcid").unwrap().as_string::<i32>().iter();
        let own: Vec<bool> = owners.map(|owner| owner.is_some_and(|owner| wanted.contains(owner))).collect();
        filter_record_batch(rows, &BooleanArray::from(own)).unwrap()
    };
    let found = tables.iter().map(|(table, rows)| (table.clone(), of_table(rows)));
    found.filter(|(_, rows)| rows.num_rows() > 0).collect()
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

/// What an archive holds: the rows of a dataset that was converted from it, and its files.
struct Held {
    rows: BTreeMap<String, RecordBatch>,
    files: Vec<(String, Vec<u8>)>,
}

impl Held {
    /// The dataset gives its own rows of each list of iDs.
    fn by(archive: &Path, lists: &[Vec<Orcid>], label: &str) -> Self {
        let out = archive.with_extension("dataset");
        let (status, messages) = convert(&[archive], &out, &[]);
        assert!(matches!(status, 0 | 1), "{label}: {messages}");
        let held = Self { rows: rows_of_files(&out), files: all_files(archive) };
        for orcids in lists {
            let of_dataset = get::dataset_rows(&out, orcids).unwrap();
            assert_eq!(whole(&of_dataset), of_people(&held.rows, orcids), "{label}: {orcids:?}");
        }
        fs::remove_dir_all(out).unwrap();
        held
    }

    /// The archive gives the same rows and its files of each list of iDs. Returns how many rows there were of
    /// each table.
    fn is_found_in(&self, archive: &Path, lists: &[Vec<Orcid>], label: &str) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for orcids in lists {
            let heard = Heard::default();
            let of_archive = get::rows(archive, orcids, &heard).unwrap();

            assert_eq!(heard.0.into_inner(), [""; 0], "{label}");
            assert_eq!(whole(&of_archive), of_people(&self.rows, orcids), "{label}: {orcids:?}");
            for (table, rows) in whole(&of_archive) {
                *counts.entry(table).or_default() += rows.num_rows();
            }
            let is_own = |name: &str| MemberName::new(name).orcid().is_some_and(|own| orcids.contains(&own));
            let own = self.files.iter().filter(|(name, _)| is_own(name)).cloned().collect();
            assert_eq!(found(archive, orcids), (own, Vec::new()), "{label}: {orcids:?}");
        }
        counts
    }
}

/// An archive's rows of each list of iDs are those of a dataset that is converted from it, and
/// its files those that it holds. Gives how many rows there were of each table.
pub(crate) fn agrees_with_a_dataset(
    archive: &Path,
    lists: &[Vec<Orcid>],
    label: &str,
) -> BTreeMap<String, usize> {
    Held::by(archive, lists, label).is_found_in(archive, lists, label)
}

/// The same without an index, then with one.
pub(crate) fn agrees_in_both_ways(
    archive: &Path,
    lists: &[Vec<Orcid>],
    label: &str,
) -> BTreeMap<String, usize> {
    let held = Held::by(archive, lists, label);
    let without = held.is_found_in(archive, lists, label);
    assert!(run(&["index", archive.to_str().unwrap()]).status.success(), "{label}");
    let label = format!("{label}, by its index");
    assert!(Held::by(archive, &[], &label).rows == held.rows, "{label}");
    let with = held.is_found_in(archive, lists, &label);
    assert_eq!(without, with);
    with
}

/// Everybody at once, nobody, and some one by one.
pub(crate) fn lists(people: &[Orcid], singles: usize) -> Vec<Vec<Orcid>> {
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

#[test]
fn a_dataset_of_both_sides_gives_the_rows_of_both_kinds_of_archives() {
    let folder = folder();
    let archives = dump(folder.path(), 151, true);
    let out = folder.path().join("out");
    let paths: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let (status, messages) = convert(&paths, &out, &[]);
    assert!(matches!(status, 0 | 1), "{messages}");
    let (people, rows) = (people(&archives[0]), rows_of_files(&out));
    for orcids in lists(&people, 6) {
        let mut of_archives = TableRows::new();
        for archive in &archives {
            for (table, batches) in get::archive_rows(archive, &orcids, &Unobserved).unwrap() {
                of_archives.entry(table).or_default().extend(batches);
            }
        }

        let of_dataset = get::rows(&out, &orcids, &Unobserved).unwrap();

        assert_eq!(whole(&of_archives), whole(&of_dataset));
        assert_eq!(whole(&of_dataset), of_people(&rows, &orcids));
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
