//! Archives made for a test.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A folder that is gone when the test ends.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room for a test")
}

/// A tar with these members: path and data.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, data) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *data).expect("a tar in memory takes all");
    }
    builder.into_inner().expect("a tar in memory takes all")
}

/// The bytes as gzip data.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}
