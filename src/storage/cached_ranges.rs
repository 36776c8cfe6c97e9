//! A file of a dataset that is read by ranges, with a small cache. Archives and their indexes are read
//! otherwise, by streams and by blocks of one size (`archive_blocks.rs`).
//!
//! Parquet's readers ask for a footer, and then for pages, 8 KiB at a time. A request for each would
//! take a hundred times as long. So more is fetched than is asked for, and the more the longer a
//! reader goes on from where the last fetch ended.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, GetRange, ObjectStore};

use super::Remote;
use super::fault::StoreError;
use super::wait::wait;
use crate::dataset::store::Ranges;

/// Bytes at the end of an object that are fetched when it is opened: the footer of most tables,
/// and most manifests as a whole.
pub(super) const TAIL_BYTES: u64 = 128 << 10;
/// Bytes that the first fetch at a place takes; a request's delay is the time of about so many.
const FIRST_BYTES: usize = 256 << 10;
/// Bytes of the longest fetch; longer ones would hardly be faster.
const MAX_FETCH_BYTES: usize = 4 << 20;
/// Bytes of an object that are kept: a row group has at most as many.
const CACHE_BYTES: usize = 64 << 20;

/// An object that has been opened.
#[derive(Debug)]
pub(super) struct StoredRanges {
    pub store: Arc<dyn ObjectStore>,
    pub remote: Remote,
    pub path: ObjectPath,
    pub size_bytes: u64,
    pub etag: Option<String>,
    cache: Mutex<Cache>,
}

/// Fetched ranges.
#[derive(Debug, Default)]
struct Cache {
    ranges: Vec<Fetched>,
    /// Counts uses, to find the range that has not been used for the longest time.
    clock: u64,
}

#[derive(Debug)]
struct Fetched {
    start: u64,
    bytes: Bytes,
    used: u64,
}

impl StoredRanges {
    /// An object whose last bytes are known.
    pub fn new(
        store: Arc<dyn ObjectStore>,
        remote: Remote,
        path: ObjectPath,
        (size_bytes, etag): (u64, Option<String>),
        tail: Bytes,
    ) -> Self {
        let mut cache = Cache::default();
        cache.add(size_bytes.saturating_sub(tail.len() as u64), tail);
        Self { store, remote, path, size_bytes, etag, cache: Mutex::new(cache) }
    }

    /// Fetches a range of the object that was opened.
    fn fetch(&self, start: u64, end: u64) -> io::Result<Bytes> {
        let strong = self.etag.clone().filter(|etag| !etag.starts_with("W/"));
        let options = GetOptions {
            range: Some(GetRange::Bounded(start..end)),
            if_match: strong,
            ..GetOptions::default()
        };
        let get = async {
            let found = self.store.get_opts(&self.path, options).await?;
            let is_same = found.meta.e_tag == self.etag && found.meta.size == self.size_bytes;
            Ok((is_same, found.bytes().await?))
        };
        let (is_same, bytes) =
            wait(get)?.map_err(|error| io::Error::from(StoreError::new(self.remote.url(), &error)))?;
        if !is_same {
            return Err(StoreError::replaced().into());
        }
        if bytes.len() as u64 == end - start { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ranges for StoredRanges {
    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.size_bytes)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = self.size_bytes.saturating_sub(offset);
        if rest == 0 || bytes.is_empty() {
            return Ok(0);
        }
        let length = {
            let mut cache = self.cache();
            if let Some(length) = cache.copy(bytes, offset) {
                return Ok(length);
            }
            cache.next_length(offset).max(bytes.len().min(MAX_FETCH_BYTES)) as u64
        };
        // Other threads may read meanwhile.
        let fetched = self.fetch(offset, offset + length.min(rest))?;
        let length = bytes.len().min(fetched.len());
        bytes[..length].copy_from_slice(&fetched[..length]);
        self.cache().add(offset, fetched);
        Ok(length)
    }
}

impl Fetched {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl Cache {
    /// Copies what is there from `offset` on; `None` if nothing is.
    fn copy(&mut self, out: &mut [u8], offset: u64) -> Option<usize> {
        self.clock += 1;
        let found = self.ranges.iter_mut().find(|range| range.start <= offset && offset < range.end())?;
        found.used = self.clock;
        let from = &found.bytes[(offset - found.start) as usize..];
        let length = out.len().min(from.len());
        out[..length].copy_from_slice(&from[..length]);
        Some(length)
    }

    /// How many bytes are fetched at `offset`: twice as many as by the fetch that ended there.
    fn next_length(&self, offset: u64) -> usize {
        let before = self.ranges.iter().find(|range| range.end() == offset);
        before.map_or(FIRST_BYTES, |range| (2 * range.bytes.len()).clamp(FIRST_BYTES, MAX_FETCH_BYTES))
    }

    fn add(&mut self, start: u64, bytes: Bytes) {
        self.clock += 1;
        self.ranges.push(Fetched { start, bytes, used: self.clock });
        while self.ranges.len() > 1 && self.bytes() > CACHE_BYTES {
            let least = self.ranges.iter().enumerate().min_by_key(|(_, range)| range.used);
            let Some((place, _)) = least else { return };
            self.ranges.swap_remove(place);
        }
    }

    fn bytes(&self) -> usize {
        self.ranges.iter().map(|range| range.bytes.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_goes_on_gets_more_at_a_time_and_the_cache_stays_small() {
        let mut cache = Cache::default();
        let (mut place, mut lengths) = (0, Vec::new());

        for _ in 0..40 {
            let length = cache.next_length(place);
            cache.add(place, Bytes::from(vec![1; length]));
            lengths.push(length);
            place += length as u64;
        }

        assert_eq!(lengths[..6], [1, 2, 4, 8, 16, 16].map(|times| times * FIRST_BYTES));
        assert!(cache.bytes() <= CACHE_BYTES && cache.bytes() > CACHE_BYTES / 2);
        let mut out = [0; 10];
        assert_eq!(cache.copy(&mut out, place - 3), Some(3));
        assert_eq!((out[2], out[3]), (1, 0));
        assert_eq!(cache.copy(&mut out, 0), None);
    }
}
