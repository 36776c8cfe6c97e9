//! Raw bytes of a file or a stream, counted and digested as they pass.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::digesting::Digesting;

/// Bytes read from the disk at a time; below 256 KiB inflating slows down.
pub(super) const READ_BYTES: usize = 512 << 10;

/// Watches a reader from another thread: tells how far it has come, and can stop it.
///
/// Cloning is cheap, and all clones watch the same readers. Give a fresh
/// [`Meter::default`] to each archive whose progress is shown by itself.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    read_bytes: AtomicU64,
    is_stopped: AtomicBool,
    is_waiting: AtomicBool,
}

/// The error of a reader that was told to stop.
#[derive(Debug, thiserror::Error)]
#[error("reading was stopped")]
pub(super) struct Stopped;

/// An error of the source of the bytes, not of the bytes themselves.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct SourceFault(pub io::Error);

/// Marks the errors of a source, so that nobody takes them for damage of an archive.
pub(super) struct Marked<R>(pub R);

impl Meter {
    /// The bytes read so far, as they lie on the disk: compressed if the archive is.
    pub fn read_bytes(&self) -> u64 {
        self.0.read_bytes.load(Ordering::Relaxed)
    }

    /// Stops the reader of a file or stream: its next read fails with
    /// [`ArchiveError::Stopped`](crate::ArchiveError::Stopped), also while it waits for bytes.
    /// Readers of folders and of members in memory do not look at it.
    pub fn stop(&self) {
        self.0.is_stopped.store(true, Ordering::Relaxed);
    }

    /// True while the reader waits for standard input or a named pipe that gives no bytes.
    pub fn is_waiting(&self) -> bool {
        self.0.is_waiting.load(Ordering::Relaxed)
    }

    pub(super) fn set_waiting(&self, is_waiting: bool) {
        self.0.is_waiting.store(is_waiting, Ordering::Relaxed);
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.read_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// True after [`Meter::stop`].
    pub fn is_stopped(&self) -> bool {
        self.0.is_stopped.load(Ordering::Relaxed)
    }

    /// Fails if the reader should stop; a source that waits for bytes returns this error.
    ///
    /// # Errors
    /// An error that becomes [`ArchiveError::Stopped`](crate::ArchiveError::Stopped).
    pub fn check(&self) -> io::Result<()> {
        if self.is_stopped() { Err(io::Error::other(Stopped)) } else { Ok(()) }
    }
}

/// Marks an error of a source.
pub(super) fn marked(error: io::Error) -> io::Error {
    let is_stop = error.get_ref().is_some_and(|inner| inner.is::<Stopped>());
    if is_stop { error } else { io::Error::other(SourceFault(error)) }
}

impl<R: Read> Read for Marked<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(out) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(marked(error)),
                Ok(length) => return Ok(length),
            }
        }
    }
}

/// A buffered reader that knows its place and the MD5 of what it has read.
pub(super) struct Input {
    reader: Marked<Box<dyn Read + Send>>,
    buffer: Arc<Vec<u8>>,
    /// Earlier buffers, the oldest first; those that are being digested cannot be used again yet.
    earlier: VecDeque<Arc<Vec<u8>>>,
    filled: usize,
    used: usize,
    position: u64,
    digesting: Digesting,
    meter: Meter,
}

impl Input {
    pub fn new(reader: Box<dyn Read + Send>, meter: Meter) -> Self {
        Self {
            reader: Marked(reader),
            buffer: Arc::new(vec![0; READ_BYTES]),
            earlier: VecDeque::new(),
            filled: 0,
            used: 0,
            position: 0,
            digesting: Digesting::new(),
            meter,
        }
    }

    /// Bytes handed out so far.
    pub fn position(&self) -> u64 {
        self.position - (self.filled - self.used) as u64
    }

    /// The next bytes, at least `min_bytes` unless the input ends before; they
    /// stay to be read.
    pub fn peek(&mut self, min_bytes: usize) -> io::Result<&[u8]> {
        debug_assert!(min_bytes <= READ_BYTES);
        while self.filled - self.used < min_bytes && self.refill()? > 0 {}
        let end = self.filled.min(self.used + min_bytes);
        Ok(&self.buffer[self.used..end])
    }

    /// Reads what is left and gives size and MD5 of the whole.
    pub fn finish(mut self) -> io::Result<(u64, String)> {
        while !self.fill_buf()?.is_empty() {
            let length = self.filled - self.used;
            self.consume(length);
        }
        Ok((self.position, self.digesting.finish()))
    }

    /// Moves the bytes that are not used yet to the beginning of a buffer, and reads more behind them.
    fn refill(&mut self) -> io::Result<usize> {
        self.meter.check()?;
        let kept = self.used..self.filled;
        (self.used, self.filled) = (0, kept.len());
        let buffer = match Arc::get_mut(&mut self.buffer) {
            Some(own) => {
                own.copy_within(kept, 0);
                own
            }
            None => {
                let mut free = self.free_buffer();
                let own = Arc::get_mut(&mut free).expect("nobody else has it");
                own[..kept.len()].copy_from_slice(&self.buffer[kept]);
                self.earlier.push_back(std::mem::replace(&mut self.buffer, free));
                Arc::get_mut(&mut self.buffer).expect("nobody else has it")
            }
        };
        let length = self.reader.read(&mut buffer[self.filled..])?;
        let read = self.filled..self.filled + length;
        self.filled = read.end;
        self.digesting.update(&self.buffer, read);
        self.position += length as u64;
        self.meter.add(length as u64);
        Ok(length)
    }

    /// A buffer that nobody reads any more.
    fn free_buffer(&mut self) -> Arc<Vec<u8>> {
        let is_free = self.earlier.front_mut().is_some_and(|oldest| Arc::get_mut(oldest).is_some());
        match is_free {
            true => self.earlier.pop_front().expect("it has an oldest"),
            false => Arc::new(vec![0; READ_BYTES]),
        }
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used == self.filled {
            self.refill()?;
        }
        Ok(&self.buffer[self.used..self.filled])
    }

    fn consume(&mut self, amount: usize) {
        self.used = (self.used + amount).min(self.filled);
    }
}

impl Read for Input {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(out.len());
        out[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}
