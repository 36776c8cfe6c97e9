//! ORCID's file of last changes, in any form. Each iD that is read has a right check digit, and the
//! result is the same with gzip and without.
#![no_main]

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use orcid_xml::{Orcid, Timestamp};
use orcidlake::refresh::read_changes;

/// How gzip data begin.
const GZIP: &[u8] = &[0x1f, 0x8b];

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("last_modified.csv");

    let (changes, ended) = read(&path, bytes);

    for (orcid, _) in &changes {
        assert!(orcid.has_valid_check_digit(), "{orcid}");
    }
    if !bytes.starts_with(GZIP) {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(bytes).expect("memory takes all");
        let packed = gzip.finish().expect("memory takes all");
        assert_eq!(read(&path, &packed), (changes, ended));
    }
});

/// The changes of a file, and how reading it ended.
fn read(path: &Path, bytes: &[u8]) -> (Vec<(Orcid, Timestamp)>, Result<(), String>) {
    std::fs::write(path, bytes).expect("there is room");
    let mut changes = Vec::new();
    let ended = read_changes(path, &mut |orcid, modified| changes.push((orcid, modified)));
    (changes, ended.map_err(|error| error.to_string()))
}
