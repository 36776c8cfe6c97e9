//! An open file, with the operations that Parquet's reader needs.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

use super::files::Files;
use super::ranges::Ranges;
use crate::dataset::error::DatasetError;

/// An open file, and its name in messages.
#[derive(Debug, Clone)]
pub struct StoredFile {
    path: PathBuf,
    ranges: Arc<dyn Ranges>,
    size_bytes: u64,
}

impl StoredFile {
    /// Opens a file of a version by its name.
    ///
    /// # Errors
    /// [`DatasetError`] if there is no such file, or if the store fails.
    pub fn open(files: &dyn Files, name: &str) -> Result<Self, DatasetError> {
        Self::of(files.place().join(name), files.open(name)?)
    }

    /// Opens a file on the disk.
    pub(in crate::dataset) fn on_disk(path: &Path) -> Result<Self, DatasetError> {
        let file = File::open(path).map_err(DatasetError::io("open", path))?;
        Self::of(path.to_owned(), Arc::new(file))
    }

    fn of(path: PathBuf, ranges: Arc<dyn Ranges>) -> Result<Self, DatasetError> {
        let size_bytes = ranges.size_bytes().map_err(DatasetError::io("look at", &path))?;
        Ok(Self { path, ranges, size_bytes })
    }

    /// The name of it in messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its bytes.
    pub fn ranges(&self) -> &dyn Ranges {
        self.ranges.as_ref()
    }

    /// Reads it from `start` on.
    pub fn reader(&self, start: u64) -> impl Read + use<> {
        RangeReader { ranges: self.ranges.clone(), place: start }
    }

    /// All of it.
    ///
    /// # Errors
    /// [`DatasetError`] if it cannot be read.
    pub fn read_all(&self) -> Result<Vec<u8>, DatasetError> {
        let mut bytes = vec![0; usize::try_from(self.size_bytes).unwrap_or(usize::MAX)];
        let read = self.ranges.read_range(&mut bytes, 0);
        read.map_err(DatasetError::io("read", &self.path))?;
        Ok(bytes)
    }
}

impl Length for StoredFile {
    fn len(&self) -> u64 {
        self.size_bytes
    }
}

impl ChunkReader for StoredFile {
    type T = BufReader<RangeReader>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(BufReader::new(RangeReader { ranges: self.ranges.clone(), place: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.size_bytes) {
            return Err(ParquetError::EOF(format!(
                "{length} bytes were to be read from byte {start} on, and the file has {}",
                self.size_bytes
            )));
        }
        let mut bytes = vec![0; length];
        self.ranges.read_range(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// Reads a file from its own position on.
#[derive(Debug)]
pub struct RangeReader {
    ranges: Arc<dyn Ranges>,
    place: u64,
}

impl Read for RangeReader {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let length = self.ranges.read_at(bytes, self.place)?;
        self.place += length as u64;
        Ok(length)
    }
}
