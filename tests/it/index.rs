//! Indexes of archives: every member is found in every form of archive, and only an index is written,
//! replaced or taken for one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::support::{ONE, OTHER, Random, convert, dump, files, folder, orcidlake, record, run, tar, work};
use flate2::Compression;
use flate2::write::GzEncoder;
use orcid_xml::{MemberName, Orcid};
use orcidlake::convert::{Observer, Outcome, index};
use orcidlake::get::indexed_members;
use orcidlake::report::Report;
use targz_seek::index::{Index, SPACING_BYTES, index_path};
use targz_seek::{Archive, Kind, Meter, Options, OwnedMember};

/// Uncompressed bytes between points; the least there can be.
pub(crate) const SPACING: u64 = 64 << 10;

pub(crate) struct Silent;

impl Observer for Silent {
    fn begun(&self, _: &Path, _: Option<u64>, _: &Meter) {}
    fn progressed(&self, _: &Path, _: &Report) {}
    fn ended(&self, _: &Path, _: &Outcome) {}
}

/// What a chunk holds: names, kinds, data, places.
type Members = Vec<(String, Kind, Vec<u8>, u64)>;

/// iDs that the archives of these tests have.
pub(crate) fn orcid(number: usize) -> Orcid {
    Orcid::new(&format!("0000-0002-{:04}-{:04}", number / 10, number % 10 * 7)).unwrap()
}

fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn pack(bytes: &[u8]) -> Vec<u8> {
    gzip(bytes, 6)
}

/// Text that compresses to about a half, so that blocks end often.
fn text(random: &mut Random, length: usize) -> Vec<u8> {
    (0..length).map(|_| b"abcdefghij klmnopqr"[random.below(19)]).collect()
}

/// Members of many sizes, some of one iD in a row, some without an iD, one that comes
/// again, one beyond the limit, with long names here and there.
fn stream(people: usize) -> Vec<u8> {
    let mut random = Random(people as u64);
    let mut members = Vec::new();
    for number in 0..people {
        let (orcid, size) = (orcid(number), [0, 700, 5_000, 30_000, 511][number % 5]);
        members.push((format!("dump/{orcid}.xml"), text(&mut random, size)));
        for put_code in 0..number % 4 {
            let name =
                format!("dump/{}{orcid}/works/{orcid}_works_{put_code}.xml", "deep/".repeat(put_code * 12));
            members.push((name, text(&mut random, 900)));
        }
        if number % 7 == 0 {
            members.push((format!("dump/notes-{number}.txt"), text(&mut random, 100)));
        }
    }
    members.push((format!("dump/{}.xml", orcid(people)), text(&mut random, 70_000)));
    members.push((format!("again/{}.xml", orcid(3)), text(&mut random, 2_000)));
    let members: Vec<(&str, &[u8])> =
        members.iter().map(|(name, data)| (name.as_str(), data.as_slice())).collect();
    tar(&members)
}

/// The stream in every form that an index is for.
pub(crate) fn archives(folder: &Path, people: usize) -> Vec<PathBuf> {
    let stream = stream(people);
    let many: Vec<u8> = stream.chunks(100_001).flat_map(pack).collect();
    let tiny: Vec<u8> = stream.chunks(3_000).flat_map(pack).collect();
    let padded = [gzip(&stream, 9), vec![0; 700]].concat();
    let forms = [
        ("one", pack(&stream)),
        ("many", many),
        ("tiny", tiny),
        ("stored", gzip(&stream, 0)),
        ("padded", padded),
        ("plain", stream),
    ];
    let write = |(name, bytes): (&str, Vec<u8>)| {
        let path = folder.join(format!("{name}.tar"));
        fs::write(&path, bytes).unwrap();
        path
    };
    forms.into_iter().map(write).collect()
}

pub(crate) fn chunks(mut archive: Archive<'_>) -> Vec<Members> {
    let mut chunks = Vec::new();
    while let Some(chunk) = archive.next_chunk().unwrap() {
        let members = chunk.members();
        chunks.push(
            members.map(|(name, data, one)| (name.to_owned(), one.kind, data.to_vec(), one.offset)).collect(),
        );
    }
    chunks
}

pub(crate) fn whole(archive: &Path, options: Options) -> Vec<Members> {
    chunks(Archive::open(archive, options, Meter::default()).unwrap())
}

pub(crate) fn make_index(archive: &Path, spacing_bytes: u64) {
    index(archive, &index_path(archive), spacing_bytes, &Silent, &AtomicBool::new(false)).unwrap();
}

/// The members of an iD by reading all.
pub(crate) fn by_reading(archive: &Path, wanted: Orcid) -> Vec<OwnedMember> {
    let options = Options::new().chunk_bytes(1 << 20).max_member_bytes(1 << 30);
    let members = whole(archive, options).into_iter().flatten();
    let members = members.filter(|(name, ..)| MemberName::new(name).orcid() == Some(wanted));
    members.map(|(name, _, data, _)| OwnedMember { name, data }).collect()
}

#[test]
fn every_member_is_found_in_every_form_of_archive() {
    let folder = folder();
    for archive in archives(folder.path(), 60) {
        for spacing_bytes in [SPACING_BYTES, SPACING] {
            make_index(&archive, spacing_bytes);

            for number in 0..=61 {
                let found = indexed_members(&archive, orcid(number)).unwrap().unwrap();

                assert_eq!(found, by_reading(&archive, orcid(number)), "{}: {number}", archive.display());
            }
        }
        let points = Index::beside(&archive).unwrap().unwrap().contents.points();
        assert!(points >= 5, "{} has {points} points", archive.display());
    }
}

#[test]
fn no_file_beside_an_index_is_taken_for_its_own() {
    let folder = folder();
    let archive = folder.path().join("a.part");
    fs::write(&archive, gzip(&stream(20), 6)).unwrap();
    let whole = fs::read(&archive).unwrap();
    fs::write(folder.path().join("a.idx.sorting"), "mine").unwrap();

    let out = folder.path().join("a");
    let output = run(&["index", archive.to_str().unwrap(), "--out", out.to_str().unwrap()]);

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not an index"));
    assert_eq!(fs::read(&archive).unwrap(), whole);
    let out = folder.path().join("a.idx");
    // What a run that was killed has left.
    fs::write(folder.path().join("a.idx.part"), "").unwrap();
    let output = run(&["index", archive.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_to_string(folder.path().join("a.idx.sorting")).unwrap(), "mine");
}

#[test]
fn nothing_but_an_index_is_replaced_by_one() {
    let folder = folder();
    let archive = folder.path().join("a.tar.gz");
    fs::write(&archive, pack(&stream(5))).unwrap();
    let before = fs::read(&archive).unwrap();

    let output = orcidlake(&["index", "--out"]).arg(&archive).arg(&archive).output().unwrap();

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("not an index"));
    assert_eq!(fs::read(&archive).unwrap(), before);
    for _ in 0..2 {
        assert!(run(&["index", archive.to_str().unwrap()]).status.success());
    }
}

#[test]
fn an_index_of_something_else_is_told_and_the_archive_read() {
    let folder = folder();
    let archive = folder.path().join("a.tar.gz");
    let packed = |given_names: &str| {
        let (one, work) = (record(ONE, given_names, ""), work(5, "Title"));
        pack(&tar(&[
            (&format!("x/{ONE}.xml"), one.as_bytes()),
            (&format!("x/{ONE}_works_5.xml"), work.as_bytes()),
        ]))
    };
    fs::write(&archive, packed("One")).unwrap();
    let archive = archive.to_str().unwrap();
    assert!(run(&["index", archive]).status.success());
    let by_index = run(&["get", ONE, archive]);

    let text = String::from_utf8(by_index.stdout).unwrap();
    assert!(text.contains("One") && text.contains("Title") && by_index.status.success());
    assert!(!String::from_utf8_lossy(&by_index.stderr).contains("note"));
    assert_eq!(run(&["get", OTHER, archive]).status.code(), Some(1));

    fs::write(archive, packed("Another")).unwrap();
    let stale = run(&["get", ONE, archive]);
    let messages = String::from_utf8(stale.stderr).unwrap();
    assert!(messages.contains("another archive") && messages.contains("orcidlake index"), "{messages}");
    assert!(String::from_utf8(stale.stdout).unwrap().contains("Another"));
    let shard =
        run(&["convert", archive, "--shard", "1/2", "--out", folder.path().join("out").to_str().unwrap()]);
    assert_eq!(shard.status.code(), Some(2));
    assert!(String::from_utf8(shard.stderr).unwrap().contains("another archive"));

    fs::write(index_path(Path::new(archive)), b"something else that is long enough to look at").unwrap();
    let foreign = run(&["get", ONE, archive]);
    assert!(String::from_utf8(foreign.stderr).unwrap().contains("not an index"));
    assert!(String::from_utf8(foreign.stdout).unwrap().contains("Another"));
}

#[test]
fn what_needs_no_index_is_told_and_leaves_nothing_behind() {
    let folder = folder();
    let xml = folder.path().join("one.xml");
    fs::write(&xml, record(ONE, "One", "")).unwrap();
    let cut = folder.path().join("cut.tar.gz");
    let bytes = pack(&stream(20));
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    for (input, expected) in [(folder.path(), "needs no index"), (&xml, "needs no index"), (&cut, "cut off")]
    {
        let output = run(&["index", input.to_str().unwrap()]);

        let messages = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{}: {messages}", input.display());
        assert!(messages.contains(expected) && messages.contains("hint"), "{messages}");
    }
    let (status, _) = convert(&[&cut], &folder.path().join("out"), &["--index"]);
    assert_eq!((status, fs::read_dir(folder.path()).unwrap().count()), (2, 2));
}

#[test]
fn convert_with_an_index_gives_the_same_bytes_and_writes_the_same_index() {
    let folder = folder();
    let archive = dump(folder.path(), 1_000, false).remove(0);
    let (alone, indexing, shared) =
        (folder.path().join("alone"), folder.path().join("indexing"), folder.path().join("shared"));
    assert_eq!(convert(&[&archive], &alone, &["--threads", "2"]).0, 0);
    let own = folder.path().join("own.idx");
    assert!(orcidlake(&["index", "--out"]).arg(&own).arg(&archive).output().unwrap().status.success());

    assert_eq!(convert(&[&archive], &indexing, &["--threads", "2", "--index"]).0, 0);
    assert_eq!(convert(&[&archive], &shared, &["--threads", "16", "--memory", "2GiB"]).0, 0);

    assert!(fs::read(index_path(&archive)).unwrap() == fs::read(own).unwrap());
    assert!(files(&indexing) == files(&alone));
    assert!(files(&shared) == files(&alone));
}
