//! The archive reader with small limits: members across chunks, members too
//! large, damage in the middle.

use std::path::Path;

use crate::support::{folder, gzip, tar};
use targz_seek::{Archive, ArchiveError, Chunk, Kind, Meter, Options};

const SMALL: Options = Options::new().chunk_bytes(4_096).max_member_bytes(20_000);

/// A member's name, kind, data and place.
type Found = (String, Kind, Vec<u8>, u64);

/// Which files are wanted.
type Wants<'w> = &'w dyn Fn(&str) -> bool;

/// All members, and how reading ended.
fn members(path: &Path, options: Options) -> (Vec<Found>, Result<(), String>) {
    members_by(path, options, Archive::next_chunk)
}

fn members_by(
    path: &Path,
    options: Options,
    next: impl Fn(&mut Archive<'static>) -> Result<Option<Chunk>, ArchiveError>,
) -> (Vec<Found>, Result<(), String>) {
    let mut archive = Archive::open(path, options, Meter::default()).unwrap();
    let mut found = Vec::new();
    loop {
        match next(&mut archive) {
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

/// Archives of all kinds that this file has.
fn archives() -> Vec<(&'static str, Vec<u8>)> {
    let sound = packed(&sample());
    let mut large = sample();
    large.insert(7, ("f/large.xml".to_owned(), vec![b'x'; 50_000]));
    large.insert(9, ("f/".to_owned(), Vec::new()));
    let mut damaged = sound.clone();
    let place = damaged.windows(10).position(|window| window == b"f/30.xml\0\0").unwrap();
    damaged[place] = b'?';
    let joined = [packed(&sample()[..20]), packed(&sample()[20..])].concat();
    vec![
        ("cut off", sound[..sound.len() / 2].to_vec()),
        ("compressed", gzip(&sound)),
        ("compressed in two members", [gzip(&sound[..70_000]), gzip(&sound[70_000..])].concat()),
        ("cut off in the compressed data", gzip(&sound)[..400].to_vec()),
        ("with a large file", packed(&large)),
        ("damaged", damaged),
        ("joined", joined),
        ("sound", sound),
    ]
}

/// An error without the byte up to which the file had been read.
fn without_place(error: String) -> String {
    let (before, after) = error.split_once("near byte ").unwrap_or((&error, ""));
    format!("{before}{}", after.trim_start_matches(|digit: char| digit.is_ascii_digit()))
}

#[test]
fn a_file_that_is_not_wanted_comes_with_its_name_alone_and_all_else_as_it_is() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let number = |name: &str| name.strip_prefix("f/")?.strip_suffix(".xml")?.parse::<usize>().ok();
    let wishes: [(&str, Wants<'_>); 6] = [
        ("none", &|_| false),
        ("all", &|_| true),
        ("one in seven", &|name| number(name).is_some_and(|number| number % 7 == 3)),
        ("all but one in seven", &|name| number(name).is_none_or(|number| number % 7 != 3)),
        ("the first", &|name| number(name).is_some_and(|number| number < 12)),
        ("the last", &|name| number(name).is_none_or(|number| number > 48)),
    ];
    for (kind, bytes) in archives() {
        std::fs::write(&path, bytes).unwrap();
        for chunk_bytes in [0, 600, 9_000, 1 << 20] {
            for resync in [false, true] {
                let options = SMALL.chunk_bytes(chunk_bytes).resync(resync);
                let (all, end) = members(&path, options);
                for (wish, wants) in &wishes {
                    let expected: Vec<Found> = all
                        .iter()
                        .cloned()
                        .map(|(name, kind, data, place)| match kind {
                            Kind::File if !wants(&name) => {
                                let size_bytes = data.len() as u64;
                                (name, Kind::NotWanted { size_bytes }, Vec::new(), place)
                            }
                            _ => (name, kind, data, place),
                        })
                        .collect();

                    let found = members_by(&path, options, |archive| archive.next_chunk_of(wants));

                    let what = format!("{kind}, {chunk_bytes}, {resync}, {wish}");
                    assert_eq!(found.1.map_err(without_place), end.clone().map_err(without_place), "{what}");
                    assert!(found.0 == expected, "{what}: {} members", found.0.len());
                }
            }
        }
    }
}

#[test]
fn a_chunk_of_wanted_files_goes_over_many_others_and_is_bounded() {
    let folder = folder();
    let path = folder.path().join("a.tar");
    let files: Vec<(String, Vec<u8>)> =
        (0..3_000).map(|number| (format!("{number}.xml"), vec![b'x'; 1_000])).collect();
    std::fs::write(&path, packed(&files)).unwrap();
    let options = Options::new().chunk_bytes(64 << 10);
    let chunks_of = |wants: &dyn Fn(&str) -> bool| {
        let mut archive = Archive::open(&path, options, Meter::default()).unwrap();
        let mut sizes = Vec::new();
        while let Some(chunk) = archive.next_chunk_of(wants).unwrap() {
            sizes.push((chunk.members().len(), chunk.size_bytes()));
        }
        sizes
    };

    let (none, few, all) =
        (chunks_of(&|_| false), chunks_of(&|name| name.starts_with('7')), chunks_of(&|_| true));

    // Names and places take about 100 bytes, and a quarter of the chunk; files with their headers 1,536.
    assert!(none.len() < 30 && few.len() < 30 && all.len() > 60, "{none:?} {few:?} {all:?}");
    for (members, size_bytes) in [none, few, all].concat() {
        assert!(members > 20 && size_bytes < 128 << 10, "{members} {size_bytes}");
    }
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

#[test]
fn large_files_that_are_not_wanted_are_passed_over_and_cost_no_memory() {
    let folder = folder();
    let path = folder.path().join("a.tar.gz");
    // Two are larger than a chunk, two are larger than what is read at a time.
    let sizes = [10, 3_000_000, 20, 400_000, 700_000, 30, 9_000_000, 40];
    let files: Vec<(String, Vec<u8>)> = (b'a'..)
        .zip(sizes)
        .map(|(letter, size)| (format!("f/{}.xml", letter as char), vec![letter; size]))
        .collect();
    let packed = packed(&files);
    let options = Options::new().chunk_bytes(2 << 20);
    let is_wanted = |name: &str| ["f/a.xml", "f/c.xml", "f/e.xml", "f/h.xml"].contains(&name);
    let seen = |bytes: &[u8]| {
        std::fs::write(&path, gzip(bytes)).unwrap();
        let all = members(&path, options);
        let mut archive = Archive::open(&path, options, Meter::default()).unwrap();
        let mut largest = 0;
        let mut wanted = Vec::new();
        let end = loop {
            match archive.next_chunk_of(&is_wanted) {
                Ok(Some(chunk)) => {
                    largest = largest.max(chunk.size_bytes());
                    let found = chunk.members();
                    wanted.extend(
                        found.map(|(name, data, one)| (name.to_owned(), one.kind, data.to_vec(), one.offset)),
                    );
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error.to_string()),
            }
        };
        assert!(largest < 3 << 20, "{largest}");
        (all, (wanted, end))
    };
    for cut in [packed.len(), packed.len() - 2_000_000, 3_100_000, 2_000_000] {
        let ((all, end), (wanted, wanted_end)) = seen(&packed[..cut]);
        let expected: Vec<Found> = all
            .into_iter()
            .map(|(name, kind, data, place)| match is_wanted(&name) {
                true => (name, kind, data, place),
                false => (name, Kind::NotWanted { size_bytes: data.len() as u64 }, Vec::new(), place),
            })
            .collect();

        assert!(wanted == expected, "{cut}: {} of {}", wanted.len(), expected.len());
        assert_eq!(wanted_end.map_err(without_place), end.map_err(without_place), "{cut}");
    }
}
