//! Archives and their indexes in memory: nothing of the crate needs a file but what writes
//! an index.

use std::io::{self, Cursor, Read, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use targz_seek::index::{Index, IndexError, IndexWriter, IndexedTotals, index_path};
use targz_seek::{Archive, ArchiveError, Buffers, ByteSource, Kind, Meter, Options, OwnedMember};

/// Bytes with a name; counts how many of them were asked for by range.
#[derive(Debug)]
struct Memory {
    name: &'static str,
    bytes: Arc<[u8]>,
    asked: AtomicU64,
}

impl Memory {
    fn new(name: &'static str, bytes: Vec<u8>) -> Self {
        Self { name, bytes: bytes.into(), asked: AtomicU64::new(0) }
    }
}

impl ByteSource for Memory {
    fn path(&self) -> &Path {
        Path::new(self.name)
    }

    fn size_bytes(&self) -> io::Result<Option<u64>> {
        Ok(Some(self.bytes.len() as u64))
    }

    fn read_all(&self, _meter: &Meter) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.bytes.clone())))
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut rest = Cursor::new(self.bytes.clone());
        rest.set_position(range.start);
        Ok(Box::new(rest.take(range.end - range.start)))
    }
}

fn name(number: u64) -> String {
    format!("{number:04}.xml")
}

fn key_of(name: &str) -> Option<u64> {
    name.strip_suffix(".xml")?.parse().ok()
}

/// A tar archive of so many members, that compress badly enough to have several points.
fn tar_of(members: u64) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut state = 7_u64;
    for number in 0..members {
        let mut data = format!("{number} ").into_bytes();
        data.extend((0..2_000).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            b'a' + (state >> 59) as u8
        }));
        let mut header = tar::Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name(number), &data[..]).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// The bytes of the index of an archive.
fn index_of(archive: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let archive = Memory::new("memory:archive", archive.to_vec());
    let (index, options, spacing) = (index_path(&folder.path().join("archive")), Options::new(), 64 << 10);
    let mut writer = IndexWriter::of_source(&archive, &index, key_of, spacing, options.chunk_bytes).unwrap();
    let mut reading = Archive::open_source_recorded(&archive, options, Meter::default(), spacing).unwrap();
    while let Some(chunk) = reading.next_chunk().unwrap() {
        reading.record_points(&mut writer, false).unwrap();
        writer.add_chunk(&chunk).unwrap();
    }
    let stream_bytes = reading.record_points(&mut writer, true).unwrap();
    let totals = reading.finish().unwrap();
    let (size_bytes, md5, notes) = (totals.size_bytes, totals.md5, totals.notes);
    let totals = IndexedTotals { size_bytes, md5, stream_bytes, notes, repeats: false };
    writer.finish_source(&archive, totals).unwrap();
    std::fs::read(index).unwrap()
}

fn names(mut archive: Archive<'_>) -> Result<Vec<String>, ArchiveError> {
    let mut names = Vec::new();
    while let Some(chunk) = archive.next_chunk()? {
        names.extend(chunk.members().map(|(name, _, _)| name.to_owned()));
    }
    Ok(names)
}

#[test]
fn an_archive_in_memory_is_read_whole() {
    let tar = tar_of(50);
    for bytes in [gzip(&tar), tar] {
        let source = Memory::new("memory:archive", bytes);

        let archive = Archive::open_source(&source, Options::new(), Meter::default()).unwrap();

        assert_eq!(names(archive).unwrap(), (0..50).map(name).collect::<Vec<_>>());
    }
}

#[test]
fn what_is_wrong_with_it_is_told_by_its_name() {
    let mut cut = gzip(&tar_of(50));
    cut.truncate(cut.len() / 2);
    let source = Memory::new("memory:cut", cut);

    let archive = Archive::open_source(&source, Options::new(), Meter::default()).unwrap();

    let error = names(archive).unwrap_err();
    assert!(matches!(error, ArchiveError::CutOff { .. }), "{error:?}");
    assert!(error.to_string().contains("memory:cut"), "{error}");
}

/// Gives its first bytes, and then an error.
#[derive(Debug)]
struct Broken(Memory, usize);

impl ByteSource for Broken {
    fn path(&self) -> &Path {
        self.0.path()
    }

    fn size_bytes(&self) -> io::Result<Option<u64>> {
        self.0.size_bytes()
    }

    fn read_all(&self, meter: &Meter) -> io::Result<Box<dyn Read + Send>> {
        let first = self.0.read_all(meter)?.take(self.1 as u64);
        Ok(Box::new(first.chain(Unanswered)))
    }

    fn read_range(&self, _range: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Unanswered))
    }
}

/// Neither the kind nor the text of its error comes from the system.
struct Unanswered;

impl Read for Unanswered {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, "no answer"))
    }
}

#[test]
fn an_error_of_the_source_is_not_taken_for_damage() {
    let bytes = gzip(&tar_of(400));
    for resync in [false, true] {
        let source = Broken(Memory::new("memory:archive", bytes.clone()), bytes.len() / 2);
        let options = Options::new().resync(resync);

        let error = names(Archive::open_source(&source, options, Meter::default()).unwrap()).unwrap_err();

        assert!(!error.is_damage() && matches!(error, ArchiveError::Read { .. }), "{error:?}");
    }
}

#[test]
fn members_before_damage_in_gzip_data_are_given_in_chunks_of_any_size() {
    let whole = gzip(&tar_of(400));
    for place in [2_000, whole.len() / 3, whole.len() - 5_000, whole.len() - 6] {
        let mut damaged = whole.clone();
        damaged[place] ^= 0xff;
        damaged[place + 1] ^= 0xff;
        let source = Memory::new("memory:damaged", damaged);
        let read = |chunk_bytes: usize| {
            let options = Options::new().chunk_bytes(chunk_bytes);
            let mut archive = Archive::open_source(&source, options, Meter::default()).unwrap();
            let mut names = Vec::new();
            loop {
                match archive.next_chunk() {
                    Ok(Some(chunk)) => names.extend(chunk.members().map(|(name, _, _)| name.to_owned())),
                    Ok(None) => panic!("damage at byte {place} is not told"),
                    Err(error) => return (names, error.to_string()),
                }
            }
        };

        let (names, error) = read(Options::new().chunk_bytes);

        // Of each byte of the file come about 1.5 of the archive.
        assert!(names.len() > place / 2_500, "{} members before byte {place}", names.len());
        assert_eq!(names, read(1_000).0, "{error}");
    }
}

#[test]
fn only_files_have_data() {
    let pax = b"22 GNU.sparse.size=10\n22 GNU.sparse.map=0,4\n";
    for (kind, sparse) in "MVND135".chars().flat_map(|kind| [(kind, false), (kind, true)]) {
        let mut tar = tar::Builder::new(Vec::new());
        let mut append = |kind: char, name: &str, data: &[u8]| {
            let mut header = tar::Header::new_ustar();
            header.set_size(data.len() as u64);
            header.set_mode(0o644);
            header.set_entry_type(tar::EntryType::new(kind as u8));
            tar.append_data(&mut header, name, data).unwrap();
        };
        if sparse {
            append('x', "pax", pax);
        }
        append(kind, "odd", b"data");
        append('0', "last.xml", b"<a/>");
        let source = Memory::new("memory:archive", tar.into_inner().unwrap());

        let mut archive = Archive::open_source(&source, Options::new(), Meter::default()).unwrap();

        let mut members = 0;
        while let Some(chunk) = archive.next_chunk().unwrap() {
            for (name, data, member) in chunk.members() {
                assert!(member.kind == Kind::File || data.is_empty(), "{kind}: {name}");
                members += 1;
            }
        }
        assert_eq!(members, 2, "{kind}");
    }
}

#[test]
fn chunks_of_no_bytes_hold_a_member_each() {
    let source = Memory::new("memory:archive", tar_of(3));
    let options = Options::new().chunk_bytes(0);
    let mut members = (0..3).map(|number| Ok(OwnedMember { name: name(number), data: Vec::new() }));

    let of_tar = Archive::open_source(&source, options, Meter::default()).unwrap();
    let of_members = Archive::of_members(Path::new("memory"), &mut members, options, Meter::default());

    for archive in [of_tar, of_members] {
        assert_eq!(names(archive).unwrap(), (0..3).map(name).collect::<Vec<_>>());
    }
}

#[test]
fn a_document_without_a_limit_of_its_size_is_read() {
    let source = Memory::new("memory.xml", b"<a/>".to_vec());
    let options = Options::new().max_member_bytes(u64::MAX);

    let archive = Archive::open_source(&source, options, Meter::default()).unwrap();

    assert_eq!(names(archive).unwrap(), ["memory.xml"]);
}

#[test]
fn members_are_found_by_an_index_in_memory() {
    let tar = tar_of(500);
    for bytes in [gzip(&tar), tar] {
        let file = Arc::new(Memory::new("memory:index", index_of(&bytes)));
        let archive = Arc::new(Memory::new("memory:archive", bytes));

        let index = Arc::new(Index::of_source(file.clone(), archive.clone()).unwrap());

        for number in [0, 123, 499] {
            let runs = index.runs(number).unwrap();
            let found: Vec<String> = runs
                .into_iter()
                .flat_map(|run| {
                    let (buffers, meter) = (Buffers::default(), Meter::default());
                    names(Archive::open_part(index.clone(), run, Options::new(), buffers, meter).unwrap())
                        .unwrap()
                })
                .collect();
            assert_eq!(found, [name(number)]);
        }
        assert!(file.asked.load(Ordering::Relaxed) > 0 && archive.asked.load(Ordering::Relaxed) > 0);
    }
}

#[test]
fn an_index_of_another_archive_is_refused() {
    let (one, other) = (gzip(&tar_of(40)), gzip(&tar_of(41)));
    let file = Arc::new(Memory::new("memory:index", index_of(&one)));

    let refused = Index::of_source(file, Arc::new(Memory::new("memory:other", other)));

    assert!(matches!(refused.unwrap_err(), IndexError::Stale { .. }));
}
