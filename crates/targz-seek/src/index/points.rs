//! Points of a stream where reading can begin, found while the stream is read.

use std::collections::VecDeque;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::checks::Checks;

/// Level at which windows are compressed.
const WINDOW_LEVEL: u32 = 6;

/// How reading begins at a point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// The bytes are as they are.
    #[default]
    Plain,
    /// A gzip header.
    Header,
    /// A deflate block, with the window before it.
    Block,
}

/// A place from which reading can begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub kind: Kind,
    /// Its position in the file, in bits.
    pub bit: u64,
    /// Its position in the uncompressed stream.
    pub offset: u64,
    /// The 32 KiB before a block, as zlib data; empty for other kinds.
    pub window: Vec<u8>,
    /// Digests of the stream from here to the next point or the end.
    pub checks: Vec<u64>,
}

/// Watches a stream and finds points in it.
pub struct Finder {
    spacing_bytes: u64,
    offset: u64,
    /// The last point, whose bytes are still coming.
    open: Found,
    checks: Checks,
    found: VecDeque<Found>,
}

impl Finder {
    /// A finder for a stream that begins with a point of `kind`.
    pub fn new(kind: Kind, spacing_bytes: u64) -> Self {
        Self {
            spacing_bytes,
            offset: 0,
            open: Found { kind, ..Found::default() },
            checks: Checks::default(),
            found: VecDeque::new(),
        }
    }

    /// Bytes of the stream so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes of the stream until the next point is due; `None` if it is due now, at the next
    /// possible place.
    pub fn quiet_bytes(&self) -> Option<u64> {
        (self.open.offset + self.spacing_bytes).checked_sub(self.offset).filter(|&bytes| bytes > 0)
    }

    /// Records bytes of the stream.
    pub fn add(&mut self, unpacked: &[u8]) {
        self.offset += unpacked.len() as u64;
        self.checks.add(unpacked);
    }

    /// A block has ended, and the next one begins at a bit of the file; it may refer to the bytes of `window`.
    pub fn block_ended(&mut self, bit: u64, window: &[u8]) {
        // It goes without the point if the window cannot be compressed, which memory alone can prevent.
        let Ok(window) = compressed(window) else { return };
        self.accept(Found { kind: Kind::Block, bit, offset: self.offset, window, checks: Vec::new() });
    }

    /// Adds a point that needs no window.
    pub fn mark(&mut self, kind: Kind, byte: u64) {
        let point = Found { kind, bit: byte * 8, offset: self.offset, ..Found::default() };
        self.accept(point);
    }

    /// The points that have been found, and at the end of the stream the last.
    pub fn take(&mut self, ended: bool) -> impl Iterator<Item = Found> + '_ {
        if ended {
            self.open.checks = std::mem::take(&mut self.checks).finish();
            self.found.push_back(std::mem::take(&mut self.open));
        }
        self.found.drain(..)
    }

    /// Ends the open point, and opens the next.
    fn accept(&mut self, point: Found) {
        let ended = std::mem::replace(&mut self.open, point);
        let checks = std::mem::take(&mut self.checks).finish();
        self.found.push_back(Found { checks, ..ended });
    }
}

fn compressed(window: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(WINDOW_LEVEL));
    encoder.write_all(window)?;
    encoder.finish()
}
