//! Archives as GNU tar, star, bsdtar, Solaris and damaged disks make them: which
//! members they have, read from the beginning and by an index.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::support::entries::{GNU, Header, block, end, entry, file, header, old_sparse, padded, pax, sign};
use crate::support::{ONE, OTHER, folder, gzip, write_index};
use orcid_xml::{MemberName, Orcid};
use orcidlake::convert::{Observer, Outcome, index};
use orcidlake::get::{Unobserved, archive_rows, indexed_members, to_json};
use orcidlake::report::Report;
use serde_json::{Map, Value};
use targz_seek::index::index_path;
use targz_seek::{Archive, Buffers, Kind, Meter, Options, OwnedMember};

pub(crate) const THIRD: &str = "0000-0001-5000-0007";
pub(crate) const SMALL: Options = Options::new().chunk_bytes(4_096).max_member_bytes(60_000);
const LARGE: Options = SMALL.chunk_bytes(1 << 20);
const SPACING: u64 = 64 << 10;
/// A member's name, kind and data.
type Found = (String, Kind, Vec<u8>);

pub(crate) fn xml(orcid: &str) -> String {
    format!("d/{orcid}.xml")
}

/// A file of an iD, which says whose it is.
pub(crate) fn of(orcid: &str) -> Vec<u8> {
    file(&xml(orcid), orcid.as_bytes())
}

fn found(name: &str, kind: Kind, data: &[u8]) -> Found {
    (name.to_owned(), kind, data.to_vec())
}

pub(crate) fn found_file(orcid: &str) -> Found {
    found(&xml(orcid), Kind::File, orcid.as_bytes())
}

fn read(mut archive: Archive<'_>) -> (Vec<Found>, Result<Vec<String>, String>) {
    let mut found = Vec::new();
    loop {
        match archive.next_chunk() {
            Ok(Some(chunk)) => found.extend(
                chunk.members().map(|(name, data, member)| (name.to_owned(), member.kind, data.to_vec())),
            ),
            Ok(None) => return (found, archive.finish().map(|it| it.notes).map_err(|it| it.to_string())),
            Err(error) => return (found, Err(error.to_string())),
        }
    }
}

pub(crate) fn members(path: &Path, options: Options) -> (Vec<Found>, Result<Vec<String>, String>) {
    match Archive::open(path, options, Meter::default()) {
        Ok(archive) => read(archive),
        Err(error) => (Vec::new(), Err(error.to_string())),
    }
}

/// An entry between two files of iDs, and what is found of it.
type Case = (&'static str, Vec<u8>, Vec<Found>);

/// Entries without content whose headers state a size, with and without data.
fn links() -> Vec<Case> {
    let mut cases = Vec::new();
    for size in [1, 700, 64_700, u64::from(u32::MAX)] {
        for kind in b'1'..=b'6' {
            let expected = if kind == b'5' { Kind::Directory } else { Kind::Special };
            cases.push(("no data", header(kind, "d/link", size), vec![found("d/link", expected, b"")]));
        }
        for kind in [b'0', 0] {
            let expected = vec![found("d/old/", Kind::Directory, b"")];
            cases.push(("a folder of old", header(kind, "d/old/", size), expected));
        }
    }
    let long =
        [entry(b'K', "././@LongLink", b"a/target\0"), entry(b'L', "././@LongLink", b"d/a-long-link\0")];
    let expected = vec![found("d/a-long-link", Kind::Special, b"")];
    cases.push(("long names", [long.concat(), header(b'2', "d/a-lo", 700)].concat(), expected.clone()));
    let told = pax(b'x', &[("path", "d/a-long-link"), ("linkpath", "a/target"), ("size", "700")]);
    cases.push(("a size by pax", [told, header(b'1', "d/a-lo", 0)].concat(), expected));
    let negative = block(&Header { kind: b'2', name: b"d/link", size: &[0xff; 12], magic: GNU });
    cases.push(("a negative size", negative, vec![found("d/link", Kind::Special, b"")]));
    let data = [b'x'; 700];
    cases.push(("pax with data", entry(b'1', "d/link", &data), vec![found("d/link", Kind::File, &data)]));
    for kind in [b'2', b'3', b'6'] {
        cases.push((
            "data after all",
            entry(kind, "d/link", &data),
            vec![found("d/link", Kind::Special, b"")],
        ));
    }
    cases
}

/// Sparse files in all formats.
fn sparse() -> Vec<Case> {
    let pieces = |count: usize| (0..count as u64).map(|at| (at * 600, &b"piece"[..])).collect::<Vec<_>>();
    let expanded = |count: usize, real: usize| {
        let mut data = vec![0; real];
        (0..count).for_each(|at| data[at * 600..at * 600 + 5].copy_from_slice(b"piece"));
        data
    };
    let name = xml("0000-0002-0000-0007");
    let mut cases = Vec::new();
    for count in [0, 1, 4, 5, 25, 26, 60] {
        let found = found(&name, Kind::File, &expanded(count, 40_000));
        cases.push(("GNU's old format", old_sparse(&name, 40_000, &pieces(count)), vec![found]));
    }
    let whole = found(&name, Kind::File, b"piece");
    cases.push(("without a hole", old_sparse(&name, 5, &pieces(1)), vec![whole]));
    let too_large = Kind::TooLarge { size_bytes: 60_001 };
    cases.push(("too large", old_sparse(&name, 60_001, &pieces(30)), vec![found(&name, too_large, b"")]));
    let two = b"piecepiece".as_slice();
    let expected = found(&name, Kind::File, &expanded(2, 1_000));
    let map = [("GNU.sparse.size", "1000"), ("GNU.sparse.numblocks", "2")];
    let in_turn = [("GNU.sparse.offset", "0"), ("GNU.sparse.numbytes", "5")];
    let next = [("GNU.sparse.offset", "600"), ("GNU.sparse.numbytes", "5")];
    let pax_00 = pax(b'x', &[&map[..], &in_turn, &next].concat());
    cases.push(("pax 0.0", [pax_00, file(&name, two)].concat(), vec![expected.clone()]));
    let told = [("GNU.sparse.map", "0,5,600,5"), ("GNU.sparse.name", name.as_str())];
    let pax_01 = pax(b'x', &[&map[..], &told].concat());
    cases.push(("pax 0.1", [pax_01, file("GNUSparseFile.1/x", two)].concat(), vec![expected.clone()]));
    let told = [
        ("GNU.sparse.major", "1"),
        ("GNU.sparse.minor", "0"),
        ("GNU.sparse.name", name.as_str()),
        ("GNU.sparse.realsize", "1000"),
    ];
    let data = [padded(b"2\n0\n5\n600\n5\n"), two.to_vec()].concat();
    let pax_10 = [pax(b'x', &told), file("GNUSparseFile.1/x", &data)].concat();
    cases.push(("pax 1.0", pax_10, vec![expected]));
    for wrong in [&b"9\n0\n5\n"[..], b"1\n998\n10\n", b"1\n0\n9\n", b"99999999999\n"] {
        let bytes = [pax(b'x', &told), file("x", &[padded(wrong), two.to_vec()].concat())].concat();
        cases.push(("a wrong map", bytes, vec![]));
    }
    cases
}

/// Entries of other kinds, and numbers in other forms.
fn other_kinds() -> Vec<Case> {
    let name = xml("0000-0002-0000-0007");
    let data = b"data".as_slice();
    let with_size = |size: &[u8; 12]| {
        [block(&Header { kind: b'0', name: name.as_bytes(), size, magic: GNU }), padded(data)].concat()
    };
    let mut signed = header(b'0', "d/Größe-ÄÖÜ.txt", 4);
    sign(&mut signed, |byte| i64::from(byte as i8));
    let signed_name = found("d/Größe-ÄÖÜ.txt", Kind::Special, b"").0;
    let files = [
        ("contiguous", entry(b'7', &name, data)),
        ("old", entry(0, &name, data)),
        ("a vendor's", entry(b'Z', &name, data)),
        ("an inode's", entry(b'I', &name, data)),
        ("spaces", with_size(b"         4 \0")),
        ("no leading zeros", with_size(b"4\0\0\0\0\0\0\0\0\0\0\0")),
        ("base 256", with_size(b"\x80\0\0\0\0\0\0\0\0\0\0\x04")),
        ("Solaris", [pax(b'X', &[("path", &name)]), file("short", data)].concat()),
        ("a global header", [pax(b'g', &[("comment", "x")]), file(&name, data)].concat()),
        (
            "a name by GNU and pax",
            [entry(b'L', "l", b"long"), pax(b'x', &[("path", &name)]), file("x", data)].concat(),
        ),
        (
            "pax then GNU",
            [pax(b'x', &[("path", &name)]), entry(b'L', "l", b"long"), file("x", data)].concat(),
        ),
        (
            "a line in pax",
            [pax(b'x', &[("comment", "a\n9 size=9"), ("path", &name)]), file("x", data)].concat(),
        ),
    ];
    let mut cases: Vec<Case> = files
        .into_iter()
        .map(|(label, bytes)| (label, bytes, vec![found(&name, Kind::File, data)]))
        .collect();
    let rest = "the rest of a file that began in another volume of a multi-volume archive";
    cases.extend([
        ("a signed sum", [signed, padded(data)].concat(), vec![(signed_name, Kind::File, data.to_vec())]),
        ("a label", header(b'V', "label", 0), vec![found("label", Kind::Special, b"")]),
        ("a label with data", entry(b'V', "label", data), vec![found("label", Kind::Special, b"")]),
        ("a dumpdir", entry(b'D', "d/sub/", b"Yfile\0\0"), vec![found("d/sub/", Kind::Directory, b"")]),
        (
            "another volume's",
            entry(b'M', &name, data),
            vec![found(&name, Kind::LeftOut { reason: rest }, b"")],
        ),
        ("a single zero block", vec![0; 512], vec![]),
    ]);
    cases
}

#[test]
fn every_odd_entry_is_what_other_tools_say_and_none_takes_others_along() {
    let folder = folder();
    for (number, (label, bytes, expected)) in
        links().into_iter().chain(sparse()).chain(other_kinds()).enumerate()
    {
        let whole = [of(ONE), bytes, of(OTHER), of(THIRD), end()].concat();
        for (form, content) in [("tar", whole.clone()), ("gz", gzip(&whole))] {
            let path = folder.path().join(format!("{number}.{form}"));
            fs::write(&path, content).unwrap();
            for options in [SMALL, LARGE] {
                let (found, result) = members(&path, options);

                assert!(result.is_ok(), "{label}, {form}: {result:?}");
                let (first, rest) = found.split_first().unwrap();
                let (rest, after) = rest.split_at(rest.len() - 2);
                assert_eq!(
                    (first, after),
                    (&found_file(ONE), &[found_file(OTHER), found_file(THIRD)][..]),
                    "{label}"
                );
                match label {
                    "a wrong map" => {
                        assert!(matches!(rest, [(_, Kind::LeftOut { .. }, _)]), "{rest:?}");
                    }
                    _ => assert_eq!(rest, expected, "{label}, {form}"),
                }
            }
            agrees_with_its_index(&path, label);
        }
    }
}

struct Silent;

impl Observer for Silent {
    fn begun(&self, _: &Path, _: Option<u64>, _: &Meter) {}
    fn progressed(&self, _: &Path, _: &Report) {}
    fn ended(&self, _: &Path, _: &Outcome) {}
}

/// The rows of some iDs in an archive, with the reasons of rejects and their places.
fn rows(archive: &Path, orcids: &[Orcid]) -> Map<String, Value> {
    let rows = archive_rows(archive, orcids, &Unobserved).unwrap();
    assert!(!rows.contains_key("summaries/records"), "no file of these archives is a document");
    to_json(&rows)
}

/// Every iD's members by the index are those by reading; parts by it are the whole.
pub(crate) fn agrees_with_its_index(archive: &Path, label: &str) {
    let out = index_path(archive);
    index(archive, &out, SPACING, &Silent, &AtomicBool::new(false)).unwrap();
    let by_reading = members(archive, LARGE.max_member_bytes(1 << 29)).0;
    let orcids = [ONE, OTHER, THIRD, "0000-0002-0000-0007"].map(|orcid| Orcid::new(orcid).unwrap());
    let by_index = rows(archive, &orcids);
    fs::rename(&out, out.with_extension("aside")).unwrap();
    assert_eq!(by_index, rows(archive, &orcids), "{label}");
    fs::rename(out.with_extension("aside"), &out).unwrap();
    for orcid in orcids {
        let own = by_reading
            .iter()
            .filter(|(name, kind, _)| MemberName::new(name).orcid() == Some(orcid) && *kind == Kind::File);
        let own: Vec<_> =
            own.map(|(name, _, data)| OwnedMember { name: name.clone(), data: data.clone() }).collect();
        assert_eq!(indexed_members(archive, orcid).unwrap(), Some(own), "{label}: {orcid}");
    }
    fs::remove_file(&out).unwrap();
    let (index, stream_bytes) = write_index(archive, SMALL, 512);
    let index = Arc::new(index);
    let mut parts = Vec::new();
    for stretch in index.stretches(0..stream_bytes, 1).unwrap() {
        let part = Archive::open_part(index.clone(), stretch, SMALL, Buffers::default(), Meter::default());
        let (found, result) = read(part.unwrap());
        assert!(result.is_ok(), "{label}: {result:?}");
        parts.extend(found);
    }
    assert!(parts == members(archive, SMALL).0, "{label}");
    fs::remove_file(out).unwrap();
}

#[test]
fn hostile_headers_give_an_error_and_no_memory_of_their_size() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let sized = |kind: u8, size: &[u8; 12]| block(&Header { kind, name: b"d/x.xml", size, magic: GNU });
    let huge = b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff";
    let mut endless = old_sparse("d/x.xml", 100, &[(0, b"a"), (1, b"b"), (2, b"c"), (3, b"d"), (4, b"e")]);
    let map = endless[512..1_024].to_vec();
    endless.truncate(512);
    let mut goes_on = map;
    goes_on[504] = 1;
    (0..2_000).for_each(|_| endless.extend_from_slice(&goes_on));
    for (label, bytes) in [
        ("beyond 63 bits", sized(b'0', huge)),
        ("beyond 64 bits", sized(b'0', b"\x80\0\0\x01\0\0\0\0\0\0\0\0")),
        ("negative", sized(b'0', &[0xff; 12])),
        ("no number", sized(b'0', b"12345678xyz\0")),
        ("a long name", sized(b'L', huge)),
        ("a name of gigabytes", sized(b'L', b"\x80\0\0\0\0\0\0\x02\0\0\0\0")),
        ("pax of gigabytes", sized(b'x', b"\x80\0\0\0\0\0\0\x02\0\0\0\0")),
        ("just below the limit", sized(b'0', b"00377777777\0")),
        ("a negative size in pax", pax(b'x', &[("size", "-1")])),
        (
            "a huge size in pax",
            [pax(b'x', &[("size", "18446744073709551615")]), header(b'0', "d/x.xml", 0)].concat(),
        ),
        ("pax that is none", entry(b'x', "p", b"path=no length\n")),
        ("a map without end", endless),
        ("a name and no entry", [entry(b'L', "l", b"long\0"), vec![0; 4_096]].concat()),
    ] {
        fs::write(&path, [of(ONE), bytes, of(OTHER), end()].concat()).unwrap();
        let options = SMALL.max_member_bytes(512 << 20);

        let (found, result) = members(&path, options);
        let (salvaged, end) = members(&path, options.resync(true));

        assert!(found.starts_with(&[found_file(ONE)]), "{label}");
        assert!(result.is_err() && end.is_err(), "{label}");
        assert!(salvaged.starts_with(&[found_file(ONE)]), "{label}");
    }
}

#[test]
fn holes_cost_no_memory_of_their_size() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let size_bytes = (16 << 20) + 1;
    let hole = old_sparse("d/hole.xml", size_bytes, &[]);
    fs::write(&path, [of(ONE), hole, of(OTHER), end()].concat()).unwrap();

    let (found, result) = members(&path, LARGE.max_member_bytes(512 << 20));

    assert!(result.is_ok(), "{result:?}");
    let kinds: Vec<_> = found.iter().map(|(_, kind, data)| (*kind, data.len())).collect();
    let file = (Kind::File, ONE.len());
    assert_eq!(kinds, [file, (Kind::TooLarge { size_bytes }, 0), file]);
}

#[test]
fn the_small_archives_that_went_wrong_are_read() {
    let folder_of_faults = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/faults/tar");
    if !folder_of_faults.exists() {
        eprintln!("skipped: {} is not here", folder_of_faults.display());
        return;
    }
    for (name, status, count) in [
        ("hardlink-with-size.tar.gz", 0, 2),
        ("sparse-gnu-extension-headers.tar.gz", 0, 2),
        ("empty.tar.gz", 1, 0),
    ] {
        let folder = folder();
        let out = folder.path().join("out");

        let (found, messages) = crate::support::convert(&[&folder_of_faults.join(name)], &out, &[]);

        assert_eq!(found, status, "{name}: {messages}");
        let records = messages.contains(&format!("{count} records"));
        assert!(records, "{name}: {messages}");
    }
}
