//! Tells one archive from another, without reading it whole where its ends suffice.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::error::ArchiveError;
use super::explain::{explain, opening};
use super::folder::listing;
use super::gzip::is_gzip;
use super::input::{Input, Meter};
use super::source::{ByteSource, FileSource};
use super::tar::Fault;

/// Bytes at either end of a file that identify it, beside its size.
const FINGERPRINT_BYTES: u64 = 1 << 20;
/// Bytes that tell gzip.
const MARK_BYTES: usize = 2;

/// Identifies an archive without reading it whole. Two equal fingerprints mean the same
/// archive, within the limits that [`ends_tell_all`] tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The size of the file, or of all files of the folder together, in bytes.
    pub size_bytes: u64,
    /// A digest in lower-case hexadecimal: XXH3 of 128 bits of the first and the last MiB of a
    /// file, or MD5 of the names, sizes and times of change of a folder's files. It is not the MD5
    /// of the file; [`md5_of`] gives that.
    pub digest: String,
}

impl Fingerprint {
    /// Identifies what a source holds by its size and both its ends.
    ///
    /// # Errors
    /// [`ArchiveError::Open`] if the source cannot be read, or does not know its size.
    pub fn of(source: &dyn ByteSource) -> Result<Self, ArchiveError> {
        let read = || -> io::Result<Self> {
            let size_bytes = source.size_bytes()?.ok_or(io::ErrorKind::Unsupported)?;
            let mut digest = Xxh3::new();
            for start in [0, size_bytes.saturating_sub(FINGERPRINT_BYTES)] {
                let mut bytes = vec![0; FINGERPRINT_BYTES.min(size_bytes) as usize];
                source.read_exact_at(&mut bytes, start)?;
                digest.update(&bytes);
            }
            Ok(Self { size_bytes, digest: format!("{:032x}", digest.digest128()) })
        };
        read().map_err(|error| opening(source.path(), error))
    }
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
    Fingerprint::of(&file_at(path)?)
}

/// True if the [`fingerprint`] of `path` also covers what lies between the ends: for a
/// folder, and for gzip, which ends with a checksum of its data. For other files, such as an
/// uncompressed tar archive, two files may differ in the middle only.
///
/// # Errors
/// [`ArchiveError::Open`] if the file cannot be read.
pub fn ends_tell_all(path: &Path) -> Result<bool, ArchiveError> {
    if path.is_dir() { Ok(true) } else { ends_tell_all_of(&file_at(path)?) }
}

/// Says the same of what a source holds.
///
/// # Errors
/// [`ArchiveError::Open`] if it cannot be read.
pub fn ends_tell_all_of(source: &dyn ByteSource) -> Result<bool, ArchiveError> {
    let read = || -> io::Result<bool> {
        let mut mark = [0; MARK_BYTES];
        if source.size_bytes()?.is_none_or(|size_bytes| size_bytes < MARK_BYTES as u64) {
            return Ok(false);
        }
        source.read_exact_at(&mut mark, 0)?;
        Ok(is_gzip(&mark))
    };
    read().map_err(|error| opening(source.path(), error))
}

/// The MD5 of a whole file, in the lower-case hexadecimal of download pages. Reads the whole
/// file.
///
/// # Errors
/// [`ArchiveError::Open`] if the file cannot be opened, [`ArchiveError::Read`] if it cannot
/// be read to its end.
pub fn md5_of(path: &Path) -> Result<String, ArchiveError> {
    md5_of_source(&file_at(path)?, Meter::default())
}

/// The MD5 of all bytes of a source; `meter` can stop it.
///
/// # Errors
/// [`ArchiveError::Open`] if it cannot be opened, [`ArchiveError::Read`] if it cannot be read to
/// its end, and [`ArchiveError::Stopped`].
pub fn md5_of_source(source: &dyn ByteSource, meter: Meter) -> Result<String, ArchiveError> {
    let reader = source.read_all(&meter).map_err(|error| opening(source.path(), error))?;
    let read = Input::new(reader, meter).finish();
    read.map(|(_, md5)| md5).map_err(|error| explain(source.path(), Fault::Io(error), 0))
}

fn file_at(path: &Path) -> Result<FileSource, ArchiveError> {
    FileSource::open(path).map_err(|source| ArchiveError::Open { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_128;

    use super::*;

    fn of(bytes: &[u8]) -> Fingerprint {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tar.gz");
        std::fs::write(&path, bytes).unwrap();
        fingerprint(&path).unwrap()
    }

    #[test]
    fn the_size_and_both_ends_tell_files_apart() {
        let end = FINGERPRINT_BYTES as usize;
        let bytes: Vec<u8> = (0..3 * end as u32).map(|number| (number % 251) as u8).collect();
        let changed = |place: usize| {
            let mut bytes = bytes.clone();
            bytes[place] ^= 1;
            of(&bytes)
        };
        let own = of(&bytes);

        for place in [0, end - 1, 2 * end, 3 * end - 1] {
            assert_ne!(changed(place).digest, own.digest, "{place}");
        }
        for place in [end, 2 * end - 1] {
            assert_eq!(changed(place), own, "{place}");
        }
        assert_ne!(of(&bytes[..3 * end - 1]).size_bytes, own.size_bytes);
        let ends = [&bytes[..end], &bytes[2 * end..]].concat();
        assert_eq!(own.digest, format!("{:032x}", xxh3_128(&ends)));
    }

    #[test]
    fn a_short_file_is_digested_from_both_ends_too() {
        assert_eq!(of(b"abc").digest, format!("{:032x}", xxh3_128(b"abcabc")));
        assert_eq!(of(b"").size_bytes, 0);
    }
}
