//! A file that is read by ranges.

use std::fmt::Debug;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// A file whose bytes are read from any place on, by several threads at once.
pub trait Ranges: Debug + Send + Sync {
    /// Its length.
    ///
    /// # Errors
    /// The store's error, if the length cannot be read.
    fn size_bytes(&self) -> io::Result<u64>;

    /// Reads from `offset` on into `bytes`, as many bytes as are available at once; none at the
    /// end.
    ///
    /// # Errors
    /// The store's error, if the bytes cannot be read.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Fills `bytes` from `offset` on, as far as the file goes; returns how far that is.
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
    /// `UnexpectedEof` if the file ends before; otherwise those of [`Ranges::read_at`].
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
