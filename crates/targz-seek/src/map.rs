//! Files mapped into memory. The one module of the crate that holds `unsafe`.
//!
//! A mapping is read-only, and its length is fixed when it is made. Its bytes are only
//! copied out through a pointer: no reference to them exists, so that another process that
//! writes to the file breaks no rule of Rust's; what it changes is found by checksums.
//!
//! A page of a mapping that lies beyond the end of its file ends the program with SIGBUS.
//! So the file's length is asked for before each copy, and a file that was shortened ends
//! where it ends now, as if it were read. Between the question and the copy of at most one
//! buffer some microseconds pass. A file that is shortened in these ends the program, which
//! leaves each dataset as it was, as any other end does.

#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::ptr;
use std::sync::Arc;

use memmap2::{MmapOptions, MmapRaw};

/// A file in memory, as it was long when it was mapped.
#[derive(Debug)]
pub(super) struct Map {
    map: MmapRaw,
    file: Arc<File>,
}

impl Map {
    /// Maps the whole of a file.
    ///
    /// # Errors
    /// An I/O error where the system or the file system does not map it.
    pub fn new(file: &Arc<File>) -> io::Result<Self> {
        let map = MmapOptions::new().map_raw_read_only(&**file)?;
        Ok(Self { map, file: file.clone() })
    }

    /// Copies bytes from `offset` on; gives how many there are, 0 at the end.
    ///
    /// # Errors
    /// An I/O error where the file's length cannot be asked for.
    pub fn read_at(&self, out: &mut [u8], offset: u64) -> io::Result<usize> {
        let end = self.file.metadata()?.len().min(self.map.len() as u64);
        let length = end.saturating_sub(offset).min(out.len() as u64) as usize;
        if length > 0 {
            // SAFETY: `offset + length` is at most the mapping's length, so that all bytes
            // read lie in it; `out` has room for `length` bytes and is not part of the
            // mapping, to which no `&mut` can exist.
            unsafe {
                ptr::copy_nonoverlapping(self.map.as_ptr().add(offset as usize), out.as_mut_ptr(), length)
            };
        }
        Ok(length)
    }
}
