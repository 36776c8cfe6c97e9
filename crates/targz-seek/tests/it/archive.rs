//! The archive reader with small limits: members across chunks, members too
//! large, damage in the middle.

use std::path::Path;

use crate::support::{folder, gzip, tar};
use targz_seek::{Archive, Kind, Meter, Options};

const SMALL: Options = Options::new().chunk_bytes(4_096).max_member_bytes(20_000);

/// A member's name, kind, data and place.
type Found = (String, Kind, Vec<u8>, u64);

/// All members, and how reading ended.
fn members(path: &Path, options: Options) -> (Vec<Found>, Result<(), String>) {
    let mut archive = Archive::open(path, options, Meter::default()).unwrap();
    let mut found = Vec::new();
    loop {
        match archive.next_chunk() {
            Ok(Some(chunk)) => {
                let members = chunk.members();
                found.extend(
                    members.map(|(name, data, one)| (name.to_owned(), one.kind, data.to_vec(), one.offset)),
                );
            }
            Ok(None) => return (found, Ok(())),
            Err(error) => return (found, Err(error.to_string())),
        }
    }
}

fn sample() -> Vec<(String, Vec<u8>)> {
    let size = |number: usize| [0, 1, 511, 512, 513, 4_000, 4_096, 9_999, 19_999][number % 9];
    (0..60)
        .map(|number| (format!("f/{number}.xml"), vec![b'a' + (number % 26) as u8; size(number)]))
        .collect()
}

fn packed(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(name, data)| (name.as_str(), data.as_slice())).collect();
    tar(&files)
}

#[test]
fn members_are_whole_wherever_chunks_end() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let bytes = packed(&sample());
    for (form, content) in [("tar", bytes.clone()), ("tar.gz", gzip(&bytes))] {
        std::fs::write(&path, content).unwrap();

        let (found, end) = members(&path, SMALL);

        assert_eq!(end, Ok(()), "{form}");
        assert_eq!(found.len(), 60, "{form}");
        for ((name, data), (found_name, kind, found_data, offset)) in sample().iter().zip(&found) {
            assert_eq!((name, data, *kind), (found_name, found_data, Kind::File), "{form}");
            assert_eq!(&bytes[*offset as usize..*offset as usize + data.len()], data, "{form}: {name}");
        }
    }
}

#[test]
fn a_member_beyond_the_limit_is_named_and_passed_over() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let mut files = sample();
    files.insert(7, ("f/large.xml".to_owned(), vec![b'x'; 50_000]));
    files.push(("f/last.xml".to_owned(), vec![b'y'; 20_001]));
    std::fs::write(&path, packed(&files)).unwrap();

    let (found, end) = members(&path, SMALL);

    assert_eq!(end, Ok(()));
    assert_eq!(found.len(), 62);
    assert_eq!(
        (found[7].1, found[61].1),
        (Kind::TooLarge { size_bytes: 50_000 }, Kind::TooLarge { size_bytes: 20_001 })
    );
    assert_eq!(found[8].2, files[8].1);
}

#[test]
fn after_a_damaged_header_the_next_sound_one_is_found_when_asked() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let mut bytes = packed(&sample());
    let place = bytes.windows(10).position(|window| window == b"f/30.xml\0\0").unwrap();
    bytes[place] = b'?';
    std::fs::write(&path, &bytes).unwrap();

    let (before, end) = members(&path, SMALL);
    let (all, salvaged) = members(&path, SMALL.resync(true));

    assert_eq!(before.len(), 30);
    assert!(end.unwrap_err().contains("checksum"));
    assert_eq!(all.len(), 59);
    // What was skipped is told at the end, so that the archive does not pass for whole.
    assert!(salvaged.unwrap_err().contains("checksum"));
}

#[test]
fn an_archive_cut_between_entries_is_not_taken_for_whole() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let bytes = packed(&sample()[..3]);
    std::fs::write(&path, &bytes[..512 + 512 + 512]).unwrap();

    let (found, end) = members(&path, SMALL);

    assert_eq!(found.len(), 2);
    assert!(end.unwrap_err().contains("without the end-of-archive mark"));
}

#[test]
fn joined_archives_are_read_to_the_last() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let (first, second) = (packed(&sample()[..3]), packed(&sample()[3..6]));
    std::fs::write(&path, [first, second].concat()).unwrap();

    assert_eq!(members(&path, SMALL).0.len(), 6);
}

/// A tar header of `kind` that says `size`.
fn header(kind: u8, name: &str, size: &[u8; 12]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name).unwrap();
    header.set_mode(0o644);
    header.set_entry_type(tar::EntryType::new(kind));
    header.as_mut_bytes()[124..136].copy_from_slice(size);
    header.set_cksum();
    header.as_bytes().to_vec()
}

fn padded(data: &[u8]) -> Vec<u8> {
    let mut padded = data.to_vec();
    padded.resize(data.len().next_multiple_of(512), 0);
    padded
}

#[test]
fn a_chunk_of_empty_files_is_bounded_too() {
    let folder = folder();
    for number in 0..500 {
        std::fs::write(folder.path().join(format!("{number}.xml")), "").unwrap();
    }
    let mut archive = Archive::open(folder.path(), SMALL, Meter::default()).unwrap();

    let mut count = 0;
    while let Some(chunk) = archive.next_chunk().unwrap() {
        count += chunk.members().len();
        assert!(chunk.size_bytes() < 2 * SMALL.chunk_bytes);
    }

    // The files and the folder that they are in.
    assert_eq!(count, 501);
}

#[test]
fn sizes_count_for_the_entry_that_they_are_of() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let end = vec![0; 1_024];
    let folder_of_4096 = header(b'5', "f/", b"00000010000\0");
    let pax = [header(b'x', "PaxHeaders/x", b"00000000011\0"), padded(b"9 size=3\n")].concat();
    let long_name = [header(b'L', "././@LongLink", b"00000000006\0"), padded(b"l.xml\0")].concat();
    let file = [header(b'0', "short.xml", b"00000000000\0"), padded(b"abc")].concat();
    std::fs::write(&path, [folder_of_4096, pax, long_name, file, end.clone()].concat()).unwrap();

    let (found, result) = members(&path, SMALL);

    assert_eq!(result, Ok(()));
    let found: Vec<_> =
        found.iter().map(|(name, kind, data, _)| (name.as_str(), *kind, data.as_slice())).collect();
    assert_eq!(found, [("f/", Kind::Directory, &b""[..]), ("l.xml", Kind::File, b"abc")]);
    // A size beyond all that 64 bits count, rounded up to whole blocks.
    let absurd = header(b'0', "absurd.xml", b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff");
    std::fs::write(&path, [absurd, end].concat()).unwrap();
    for options in [SMALL, SMALL.resync(true)] {
        assert!(members(&path, options).0.is_empty());
    }
}
