//! Tells one archive from another, without reading it whole where its ends suffice.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::error::ArchiveError;
use super::folder::listing;
use super::gzip::is_gzip;
use super::input::{Input, Meter, hex_digest};

/// Bytes at either end of a file that identify it, beside its size.
const FINGERPRINT_BYTES: u64 = 1 << 20;
/// Bytes that tell gzip.
const MARK_BYTES: u64 = 2;

/// Identifies an archive without reading it whole. Two equal fingerprints mean the same
/// archive, within the limits that [`ends_tell_all`] tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The size of the file, or of all files of the folder together, in bytes.
    pub size_bytes: u64,
    /// An MD5 in lower-case hexadecimal: of the first and the last MiB of a file, or of the
    /// names, sizes and times of change of a folder's files. It is not the MD5 of the file;
    /// [`md5_of`] gives that.
    pub digest: String,
}

/// Identifies a file by its size and both its ends, a folder by the listing of its files.
///
/// # Errors
/// [`ArchiveError::Open`] if the file or folder cannot be read.
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

/// True if the [`fingerprint`] of `path` also covers what lies between the ends: for a
/// folder, and for gzip, which ends with a checksum of its data. For other files, such as an
/// uncompressed tar archive, two files may differ in the middle only.
///
/// # Errors
/// [`ArchiveError::Open`] if the file cannot be read.
pub fn ends_tell_all(path: &Path) -> Result<bool, ArchiveError> {
    let mark = || -> io::Result<Vec<u8>> {
        let mut mark = Vec::new();
        File::open(path)?.take(MARK_BYTES).read_to_end(&mut mark)?;
        Ok(mark)
    };
    let open_error = |source| ArchiveError::Open { path: path.to_owned(), source };
    if path.is_dir() { Ok(true) } else { mark().map(|mark| is_gzip(&mark)).map_err(open_error) }
}

/// The MD5 of a whole file, in the lower-case hexadecimal of download pages. Reads the whole
/// file.
///
/// # Errors
/// [`ArchiveError::Open`] if the file cannot be opened, [`ArchiveError::Read`] if it cannot
/// be read to its end.
pub fn md5_of(path: &Path) -> Result<String, ArchiveError> {
    let open_error = |source| ArchiveError::Open { path: path.to_owned(), source };
    let file = File::open(path).map_err(open_error)?;
    let read_error = |source| ArchiveError::Read { path: path.to_owned(), offset: 0, source };
    Input::new(Box::new(file), Meter::default()).finish().map(|(_, md5)| md5).map_err(read_error)
}
