//! One table of an archive, batch by batch: the rows of a conversion, in bounded memory.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::task::Poll;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use orcidlake::convert::{
    ArchiveBatches, ArchiveTable, ConvertError, Options, Shard, Unobserved, archive_batches, convert, index,
};
use orcidlake::dataset::Dataset;
use orcidlake::tables::{self, DumpKind};
use targz_seek::index::{SPACING_BYTES, index_path};

use crate::support::{ONE, dump, folder, gzip, record, tar, work};

fn options() -> Options {
    Options { threads: 2, ..Options::default() }
}

fn table(name: &str) -> ArchiveTable {
    ArchiveTable { name: name.to_owned(), ..ArchiveTable::default() }
}

fn begin(archive: &Path, table: &ArchiveTable, options: &Options) -> Result<ArchiveBatches, ConvertError> {
    archive_batches(archive, table, options, &AtomicBool::new(false))
}

/// All rows that are read of a table, as one batch.
fn read(archive: &Path, table: &ArchiveTable, options: &Options) -> Result<RecordBatch, ConvertError> {
    let batches = begin(archive, table, options)?;
    let schema = batches.schema();
    let batches: Vec<_> = batches.collect::<Result<_, _>>()?;
    Ok(concat_batches(&schema, &batches).unwrap())
}

/// All rows of a table of a dataset, in the same form.
fn converted(dataset: &Path, key: &str) -> RecordBatch {
    let (_, table) =
        tables::all().find(|(folder, table)| format!("{folder}/{}", table.name()) == key).unwrap();
    let dataset = Dataset::open(dataset).unwrap();
    let schema = table.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let batches: Vec<_> = dataset.rows(key, &names).map(Result::unwrap).collect();
    let batches =
        batches.into_iter().map(|batch| RecordBatch::try_new(schema.clone(), batch.columns().to_vec()));
    concat_batches(&schema, &batches.collect::<Result<Vec<_>, _>>().unwrap()).unwrap()
}

fn convert_all(archives: &[PathBuf], out: &Path) {
    convert(archives, out, &options(), &Unobserved, &AtomicBool::new(false)).unwrap();
}

fn write(folder: &Path, name: &str, members: &[(&str, &[u8])]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, gzip(&tar(members))).unwrap();
    path
}

#[test]
fn every_table_has_the_rows_of_a_conversion() {
    let folder = folder();
    let archives = dump(folder.path(), 301, true);
    let out = folder.path().join("orcid");
    convert_all(&archives, &out);
    let of_dump =
        |dump: DumpKind| archives.iter().filter(move |path| path.to_string_lossy().contains(dump.folder()));

    for dump in DumpKind::ALL {
        for name in tables::of(dump).iter().map(|table| format!("{dump}/{}", table.name())) {
            let read = of_dump(dump).map(|archive| read(archive, &table(&name), &options()).unwrap());
            let read: Vec<RecordBatch> = read.collect();
            let whole = concat_batches(&read[0].schema(), &read).unwrap();
            assert_eq!(whole, converted(&out, &name), "{name}");
        }
    }
}

#[test]
fn the_members_tell_which_works_are_meant() {
    let folder = folder();
    let archives = dump(folder.path(), 199, true);

    for archive in &archives {
        let batches = begin(archive, &table("works"), &options()).unwrap();
        let expected =
            if archive.to_string_lossy().contains("summaries") { "summaries" } else { "activities" };
        assert_eq!(batches.key(), format!("{expected}/works"));
    }
    let others = write(folder.path(), "readme.tar.gz", &[("README.md", b"text")]);
    let unclear = begin(&others, &table("works"), &options());
    assert!(matches!(unclear.err(), Some(ConvertError::WhichDump { .. })));
    assert_eq!(read(&others, &table("summaries/works"), &options()).unwrap().num_rows(), 0);
}

#[test]
fn columns_come_in_the_order_that_was_asked_for() {
    let folder = folder();
    let archive = dump(folder.path(), 30, false).swap_remove(0);
    let columns = Some(vec!["title".to_owned(), "orcid".to_owned()]);
    let some = ArchiveTable { columns, ..table("works") };

    let found = read(&archive, &some, &options()).unwrap();

    let whole = read(&archive, &table("works"), &options()).unwrap();
    let place = |name: &str| whole.schema().index_of(name).unwrap();
    assert_eq!(found, whole.project(&[place("title"), place("orcid")]).unwrap());
}

#[test]
fn parts_of_an_indexed_archive_make_up_the_whole() {
    let folder = folder();
    let archive = dump(folder.path(), 400, false).swap_remove(0);
    let whole = read(&archive, &table("works"), &options()).unwrap();
    index(&archive, &index_path(&archive), SPACING_BYTES, &Unobserved, &AtomicBool::new(false)).unwrap();

    let parts = (1..=3).map(|number| Options { shard: Some(Shard { number, of: 3 }), ..options() });
    let parts: Vec<_> = parts.map(|options| read(&archive, &table("works"), &options).unwrap()).collect();

    assert_eq!(concat_batches(&whole.schema(), &parts).unwrap(), whole);
}

#[test]
fn a_member_that_comes_again_in_its_chunk_has_the_rows_of_a_conversion() {
    let folder = folder();
    let (old, new) = (record(ONE, "Old", ""), record(ONE, "New", ""));
    let path = format!("summaries/097/{ONE}.xml");
    let archive = write(folder.path(), "a.tar.gz", &[(&path, old.as_bytes()), (&path, new.as_bytes())]);
    let out = folder.path().join("orcid");
    convert_all(std::slice::from_ref(&archive), &out);

    let found = read(&archive, &table("records"), &options()).unwrap();

    assert_eq!((found.num_rows(), &found), (1, &converted(&out, "summaries/records")));
}

#[test]
fn a_member_that_comes_again_in_a_later_chunk_is_told() {
    let folder = folder();
    let (old, new) = (record(ONE, "Old", ""), record(ONE, "New", ""));
    let (path, filler) = (format!("summaries/097/{ONE}.xml"), vec![b' '; 9 << 20]);
    let members: [(&str, &[u8]); 4] =
        [(&path, old.as_bytes()), ("a.txt", &filler), ("b.txt", &filler), (&path, new.as_bytes())];
    let archive = write(folder.path(), "a.tar.gz", &members);

    let refused = read(&archive, &table("records"), &options());
    let all = ArchiveTable { allow_repeats: true, ..table("records") };
    let kept = read(&archive, &all, &options()).unwrap();

    assert!(matches!(refused, Err(ConvertError::Repeated { count: 1, .. })), "{refused:?}");
    assert_eq!(kept.num_rows(), 2);
    // Of the other kind of dump no row was given.
    assert_eq!(read(&archive, &table("activities/works"), &options()).unwrap().num_rows(), 0);
}

/// An archive of several chunks, each with rows.
fn many_chunks(folder: &Path) -> PathBuf {
    let title = "x".repeat(1 << 20);
    let works: Vec<(String, String)> = (1..=64)
        .map(|put_code| {
            let name = format!("activities/097/{ONE}/works/{ONE}_works_{put_code}.xml");
            (name, work(put_code, &title))
        })
        .collect();
    let members: Vec<(&str, &[u8])> =
        works.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    write(folder, "activities.tar.gz", &members)
}

#[test]
fn reading_waits_for_who_takes_the_batches_and_stops_with_them() {
    let folder = folder();
    let archive = many_chunks(folder.path());
    let options = Options { threads: 1, memory_bytes: 96 << 20, ..Options::default() };

    let mut batches = begin(&archive, &table("works"), &options).unwrap();
    let first = batches.next().unwrap().unwrap();
    // Reads on until it must wait: then nothing more is counted.
    let mut counted = (0, 1);
    while counted.0 != counted.1 {
        std::thread::sleep(Duration::from_millis(200));
        counted = (counted.1, batches.report().members.members);
    }
    let waiting = batches.report().members.members;
    batches.stop();

    assert!(first.num_rows() > 0 && waiting < 64, "{waiting} of 64 members were read ahead");
    assert!(matches!(batches.poll_next(Duration::ZERO), Poll::Ready(None)));
    // A reader that is dropped while it waits ends, too.
    drop(begin(&archive, &table("works"), &options).unwrap());
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = folder();
    let archive = many_chunks(folder.path());
    let bytes = std::fs::read(&archive).unwrap();
    let cut = folder.path().join("cut.tar.gz");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let out = folder.path().join("orcid");
    convert_all(std::slice::from_ref(&archive), &out);
    let column = ArchiveTable { columns: Some(vec!["no".to_owned()]), ..table("works") };

    let of = |archive: &Path, table: &ArchiveTable, options: &Options| read(archive, table, options).err();
    assert!(matches!(of(&cut, &table("works"), &options()), Some(ConvertError::Archive(_))));
    let salvaged = Options { salvage: true, ..options() };
    assert!(read(&cut, &table("works"), &salvaged).unwrap().num_rows() > 0);
    assert!(matches!(of(&archive, &table("no"), &options()), Some(ConvertError::UnknownTable { .. })));
    assert!(matches!(of(&archive, &column, &options()), Some(ConvertError::UnknownColumn { .. })));
    assert!(matches!(of(&out, &table("works"), &options()), Some(ConvertError::IsDataset { .. })));
}
