//! Deflate streams of any bytes, in an archive: the bytes that flate2 makes of them, or an error where it finds one.
//!
//! The input follows a stored block, which holds the header of the archive's only entry. A second gzip member fills the
//! entry up, whatever the input makes.
#![no_main]

use std::io::{ErrorKind, Read};

use flate2::bufread::DeflateDecoder;
use fuzz::{Memory, gzip};
use libfuzzer_sys::fuzz_target;
use targz_seek::{Archive, ArchiveError, Meter, Options};

const BLOCK: usize = 512;
/// The size of the entry: what more the input makes is not looked at.
const ENTRY_BYTES: usize = 64 << 10;
/// Zeros at the end of an archive.
const END_BYTES: usize = 2 * BLOCK;
/// A gzip header without a name.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];

fuzz_target!(|input: &[u8]| {
    let header = header();
    let stored = [&[0, 0, 2, 0xff, 0xfd], &header[..]].concat();
    let stream = [&stored, input].concat();
    let mut decoder = DeflateDecoder::new(&stream[..]);
    let mut made = Vec::new();
    let end = decoder.by_ref().take((BLOCK + ENTRY_BYTES + 1) as u64).read_to_end(&mut made);
    if made.len() > BLOCK + ENTRY_BYTES {
        return;
    }
    let used = decoder.total_in() as usize;
    let mut crc = flate2::Crc::new();
    crc.update(&made);
    let trailer = [crc.sum().to_le_bytes(), crc.amount().to_le_bytes()].concat();
    let filling = vec![0; BLOCK + ENTRY_BYTES - made.len() + END_BYTES];
    let archive = match &end {
        Ok(_) => [&GZIP_HEADER, &stream[..used], &trailer, &gzip(&filling)].concat(),
        Err(_) => [&GZIP_HEADER, &stream[..]].concat(),
    };

    let found = read(&Memory::new("archive.tar.gz", archive));

    match (found, end) {
        (Ok(data), Ok(_)) => {
            assert!(data[..made.len() - BLOCK] == made[BLOCK..], "other bytes than flate2's");
            assert!(data[made.len() - BLOCK..].iter().all(|byte| *byte == 0));
        }
        (Err(_), Err(error)) => {
            assert!(matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::UnexpectedEof))
        }
        (Ok(_), Err(error)) => panic!("flate2 finds a fault: {error}"),
        (Err(error), Ok(_)) => panic!("flate2 finds no fault: {error}"),
    }
});

/// The data of the only member.
fn read(source: &Memory) -> Result<Vec<u8>, ArchiveError> {
    let mut archive =
        Archive::open_source(source, Options::new().chunk_bytes(ENTRY_BYTES), Meter::default())?;
    let mut members = Vec::new();
    while let Some(chunk) = archive.next_chunk()? {
        members.extend(chunk.members().map(|(_, data, _)| data.to_vec()));
    }
    archive.finish()?;
    assert_eq!(members.len(), 1);
    Ok(members.remove(0))
}

fn header() -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_path("a.xml").expect("it is short");
    header.set_size(ENTRY_BYTES as u64);
    header.set_mode(0o644);
    header.set_cksum();
    header.as_bytes().to_vec()
}
