//! Input files of commands that may lie elsewhere: tables, lists, releases of ROR.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use targz_seek::{ByteSource, Meter};

use super::{ObjectSource, Place, StorageError, StorageOptions};

/// Opens a file to read it from its beginning, wherever it lies.
///
/// # Errors
/// An I/O error, with a [`StorageError`] in it for a URL.
pub fn open_input(path: &Path, options: &StorageOptions) -> io::Result<Box<dyn Read + Send>> {
    match Place::of(path)? {
        Place::Local(path) => Ok(Box::new(File::open(path)?)),
        Place::Remote(remote) => {
            let meter = Meter::default();
            ObjectSource::open(remote, options, &meter)?.read_all(&meter)
        }
    }
}

/// Copies a file that lies elsewhere to an unnamed local file, which readers can seek in.
///
/// # Errors
/// An I/O error, with a [`StorageError`] in it, if it cannot be read or has more than `limit_bytes`.
pub fn fetch_input(
    remote: super::Remote,
    options: &StorageOptions,
    limit_bytes: u64,
    to: &mut File,
) -> io::Result<u64> {
    let place = remote.shown().to_owned();
    let meter = Meter::default();
    let reader = ObjectSource::open(remote, options, &meter)?.read_all(&meter)?;
    let copied = io::copy(&mut reader.take(limit_bytes.saturating_add(1)), to)?;
    if copied > limit_bytes {
        return Err(StorageError::TooLarge { place, limit_bytes }.into());
    }
    Ok(copied)
}
