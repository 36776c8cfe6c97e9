//! Input files of commands that may lie elsewhere: releases of ROR, tables.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use targz_seek::{ByteSource, Meter};

use super::{ObjectSource, Place, StorageError, StorageOptions};

/// The largest file that is fetched: a release of ROR has 300 MB, and a table of more rows than the
/// registry has people is a mistake.
const MAX_BYTES: u64 = 4 << 30;

/// Opens input files, and fetches those that lie elsewhere, each once.
#[derive(Debug, Default)]
pub struct InputFiles {
    options: StorageOptions,
    fetched: Mutex<BTreeMap<PathBuf, File>>,
}

impl InputFiles {
    /// Files of places with these options.
    pub fn new(options: StorageOptions) -> Self {
        Self { options, fetched: Mutex::default() }
    }

    /// Opens the file at a path or URL, at its beginning. Files that come from one URL share their
    /// position, so they are read one after the other.
    ///
    /// # Errors
    /// An I/O error, with a [`StorageError`] in it for a URL.
    pub fn open(&self, path: &Path) -> io::Result<File> {
        let remote = match Place::of(path)? {
            Place::Local(path) => return File::open(path),
            Place::Remote(remote) => remote,
        };
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = fetched.get(path) {
            let mut file = file.try_clone()?;
            file.rewind()?;
            return Ok(file);
        }
        let place = remote.shown().to_owned();
        let meter = Meter::default();
        let reader = ObjectSource::open(remote, &self.options, &meter)?.read_all(&meter)?;
        let mut file = unnamed()?;
        if io::copy(&mut reader.take(MAX_BYTES + 1), &mut file)? > MAX_BYTES {
            return Err(StorageError::TooLarge { place, limit_bytes: MAX_BYTES }.into());
        }
        file.rewind()?;
        fetched.insert(path.to_owned(), file.try_clone()?);
        Ok(file)
    }
}

/// A file in the folder for temporary files that is gone when nobody has it open.
fn unnamed() -> io::Result<File> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("orcidlake-input-{}-{number}", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}
