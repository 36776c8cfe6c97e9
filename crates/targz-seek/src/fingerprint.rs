//! Which archive a path leads to, without reading it whole where its ends tell.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use md5::{Digest, Md5};

use super::error::ArchiveError;
use super::folder::listing;
use super::gzip::is_gzip;
use super::input::{Input, Meter, hex_digest};

/// Bytes at either end of a file that identify it, beside its size.
const FINGERPRINT_BYTES: u64 = 1 << 20;
/// Bytes that tell gzip.
const MARK_BYTES: u64 = 2;

/// What identifies an archive without reading it whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    pub size_bytes: u64,
    pub digest: String,
}

/// Identifies a file by its size and both ends, a folder by its listing.
///
/// # Errors
/// [`ArchiveError::Open`] where it cannot be read.
pub fn fingerprint(path: &Path) -> Result<Fingerprint, ArchiveError> {
    if path.is_dir() {
        let (size_bytes, digest) = listing(path)?;
        return Ok(Fingerprint { size_bytes, digest });
    }
    let of_file = || -> io::Result<Fingerprint> {
        let mut file = File::open(path)?;
        let size_bytes = file.metadata()?.len();
        let mut digest = Md5::new();
        for start in [0, size_bytes.saturating_sub(FINGERPRINT_BYTES)] {
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(start))?;
            (&mut file).take(FINGERPRINT_BYTES).read_to_end(&mut bytes)?;
            digest.update(&bytes);
        }
        Ok(Fingerprint { size_bytes, digest: hex_digest(digest) })
    };
    of_file().map_err(|source| ArchiveError::Open { path: path.to_owned(), source })
}

/// True where the fingerprint tells what lies between the ends: for a folder, and for
/// sound gzip, whose end has a checksum of what was packed.
///
/// # Errors
/// [`ArchiveError::Open`] where it cannot be read.
pub fn ends_tell_all(path: &Path) -> Result<bool, ArchiveError> {
    let mark = || -> io::Result<Vec<u8>> {
        let mut mark = Vec::new();
        File::open(path)?.take(MARK_BYTES).read_to_end(&mut mark)?;
        Ok(mark)
    };
    let open_error = |source| ArchiveError::Open { path: path.to_owned(), source };
    if path.is_dir() { Ok(true) } else { mark().map(|mark| is_gzip(&mark)).map_err(open_error) }
}

/// The MD5 of a whole file.
///
/// # Errors
/// [`ArchiveError::Open`] or [`ArchiveError::Read`] where it cannot be read.
pub fn md5_of(path: &Path) -> Result<String, ArchiveError> {
    let open_error = |source| ArchiveError::Open { path: path.to_owned(), source };
    let file = File::open(path).map_err(open_error)?;
    let read_error = |source| ArchiveError::Read { path: path.to_owned(), offset: 0, source };
    Input::new(Box::new(file), Meter::default()).finish().map(|(_, md5)| md5).map_err(read_error)
}
