//! Archives of any bytes, plain and in gzip: no panic, bounded memory, and the same members
//! whatever the size of chunks.
//!
//! The first byte of the input says how the rest is read; see `Way::of`.
#![no_main]

use fuzz::{Memory, gzip};
use libfuzzer_sys::fuzz_target;
use targz_seek::{Archive, ArchiveError, Kind, Meter, Options};

/// The largest member that is read.
const MAX_MEMBER_BYTES: u64 = 16 << 10;
/// Sizes of small chunks. Only one is a whole number of blocks.
const CHUNK_BYTES: [usize; 4] = [0, 700, 1024, 5000];
/// More than most inputs have.
const LARGE_CHUNK_BYTES: usize = 128 << 10;
/// What a chunk may take beside the data that its limits allow: a header for each member, its
/// name and its place.
const OVERHEAD_BYTES: usize = 64 << 10;
const BLOCK: usize = 512;

/// How an archive is read.
struct Way {
    options: Options,
    /// The archive is wrapped in gzip first.
    in_gzip: bool,
    /// Checksums of tar headers are made right first, which no chance does.
    with_checksums: bool,
}

impl Way {
    fn of(byte: u8) -> Self {
        let options = Options::new()
            .chunk_bytes(CHUNK_BYTES[usize::from(byte & 3)])
            .max_member_bytes(MAX_MEMBER_BYTES)
            .resync(byte & 4 != 0);
        Self { options, in_gzip: byte & 8 != 0, with_checksums: byte & 16 != 0 }
    }
}

type Found = (String, Kind, u64, Vec<u8>);

fuzz_target!(|input: &[u8]| {
    let Some((&first, bytes)) = input.split_first() else { return };
    let way = Way::of(first);
    let mut bytes = bytes.to_vec();
    if way.with_checksums {
        bytes.chunks_exact_mut(BLOCK).for_each(put_checksum);
    }
    let plain_bytes = bytes.len();
    if way.in_gzip {
        bytes = gzip(&bytes);
    }
    let source = Memory::new("archive", bytes);

    let (members, failed) = read(&source, way.options, plain_bytes);

    let (whole, whole_failed) = read(&source, way.options.chunk_bytes(LARGE_CHUNK_BYTES), plain_bytes);
    assert_eq!(members, whole, "members depend on the size of chunks");
    // Of two faults either may be told: a large chunk reads further ahead.
    assert_eq!(failed, whole_failed, "the end depends on the size of chunks");
});

/// All members, and whether an error ends them.
fn read(source: &Memory, options: Options, plain_bytes: usize) -> (Vec<Found>, bool) {
    let mut members = Vec::new();
    let mut read = || -> Result<(), ArchiveError> {
        let mut archive = Archive::open_source(source, options, Meter::default())?;
        while let Some(chunk) = archive.next_chunk()? {
            assert!(!chunk.is_empty());
            let limit = options.chunk_bytes.max(MAX_MEMBER_BYTES as usize);
            let limit = 2 * limit + 2 * plain_bytes + OVERHEAD_BYTES;
            assert!(chunk.size_bytes() <= limit, "{} of {limit} bytes", chunk.size_bytes());
            for (name, data, member) in chunk.members() {
                assert!(data.len() as u64 <= MAX_MEMBER_BYTES);
                assert!(member.kind == Kind::File || data.is_empty());
                members.push((name.to_owned(), member.kind, member.offset, data.to_vec()));
            }
        }
        archive.finish().map(drop)
    };
    let failed = read().is_err();
    (members, failed)
}

/// Makes the checksum of what may be a header right.
fn put_checksum(block: &mut [u8]) {
    if &block[257..262] != b"ustar" {
        return;
    }
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}
