//! A file that is read by ranges, and what Parquet's reader needs of one.

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

use super::Files;
use crate::dataset::error::DatasetError;

/// A file whose bytes are read from any place on, by several threads at once.
pub trait Ranges: Debug + Send + Sync {
    /// Its length.
    ///
    /// # Errors
    /// The store's, where it cannot be told.
    fn size_bytes(&self) -> io::Result<u64>;

    /// Reads from `offset` on into `bytes`, as many as come at once; none at the end.
    ///
    /// # Errors
    /// The store's, where they cannot be read.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Fills `bytes` from `offset` on, as far as the file goes; tells how far that is.
    ///
    /// # Errors
    /// Those of [`Ranges::read_at`].
    fn read_up_to(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.read_at(&mut bytes[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Fills `bytes` from `offset` on.
    ///
    /// # Errors
    /// `UnexpectedEof` where the file ends before; else those of [`Ranges::read_at`].
    fn read_range(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let filled = self.read_up_to(bytes, offset)?;
        if filled == bytes.len() { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

impl Ranges for File {
    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        FileExt::read_at(self, bytes, offset)
    }
}

/// A file that is open, and what messages call it.
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
    /// [`DatasetError`] where there is none, or the store fails.
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

    /// What messages call it.
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
    /// [`DatasetError`] where it cannot be read.
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

/// Reads a file on from a place of its own.
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
