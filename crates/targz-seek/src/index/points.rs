//! Points of a stream where reading can begin, found while the stream is read.
//!
//! zlib-rs stops at the end of a deflate block but does not report the bit of the last byte at
//! which it ends. So all eight bits are tried: a point is kept only if inflating from it gives the
//! bytes that follow in the stream.

use std::collections::VecDeque;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use zlib_rs::{Inflate, InflateFlush};

use super::checks::Checks;
use super::resume::{WINDOW_BYTES, resume};

/// Bytes that must be equal to accept a point.
const PROOF_BYTES: usize = 16 << 10;
/// Fewer prove nothing, as before the end of a gzip member.
const LEAST_PROOF_BYTES: usize = 256;
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
    /// The last bytes of the stream.
    tail: Vec<u8>,
    /// The last point, whose bytes are still coming.
    open: Found,
    checks: Checks,
    candidate: Option<Candidate>,
    found: VecDeque<Found>,
}

/// The end of a block that is not yet proved by the bytes after it.
struct Candidate {
    /// The byte after those that the decoder has consumed.
    byte: u64,
    /// The byte before that, then what followed.
    packed: Vec<u8>,
    offset: u64,
    window: Vec<u8>,
    unpacked: Vec<u8>,
    checks: Checks,
    /// The digests of what came before it, from the last point on.
    before: Vec<u64>,
}

impl Finder {
    /// A finder for a stream that begins with a point of `kind`.
    pub fn new(kind: Kind, spacing_bytes: u64) -> Self {
        Self {
            spacing_bytes,
            offset: 0,
            tail: Vec::new(),
            open: Found { kind, ..Found::default() },
            checks: Checks::default(),
            candidate: None,
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
        match &self.candidate {
            Some(candidate) => Some((PROOF_BYTES - candidate.unpacked.len().min(PROOF_BYTES - 1)) as u64),
            None => {
                (self.open.offset + self.spacing_bytes).checked_sub(self.offset).filter(|&bytes| bytes > 0)
            }
        }
    }

    /// Records input bytes and the bytes inflated from them.
    pub fn add(&mut self, packed: &[u8], unpacked: &[u8]) {
        self.offset += unpacked.len() as u64;
        self.checks.add(unpacked);
        let kept = (WINDOW_BYTES.saturating_sub(unpacked.len())).min(self.tail.len());
        self.tail.drain(..self.tail.len() - kept);
        self.tail.extend_from_slice(&unpacked[unpacked.len().saturating_sub(WINDOW_BYTES)..]);
        if let Some(candidate) = &mut self.candidate {
            candidate.packed.extend_from_slice(packed);
            candidate.unpacked.extend_from_slice(unpacked);
            candidate.checks.add(unpacked);
            if candidate.unpacked.len() >= PROOF_BYTES {
                self.settle();
            }
        }
    }

    /// A block has ended within the byte `last`, before the byte at `byte`.
    pub fn block_ended(&mut self, byte: u64, last: u8) {
        self.candidate = Some(Candidate {
            byte,
            packed: vec![last],
            offset: self.offset,
            window: self.tail.clone(),
            unpacked: Vec::new(),
            checks: Checks::default(),
            before: self.checks.clone().finish(),
        });
    }

    /// A gzip member has ended, so no more bytes follow that could prove a block.
    pub fn member_ended(&mut self) {
        self.settle();
    }

    /// Adds a point at a place that needs no proof.
    pub fn mark(&mut self, kind: Kind, byte: u64) {
        let point = Found { kind, bit: byte * 8, offset: self.offset, ..Found::default() };
        let before = std::mem::take(&mut self.checks).finish();
        self.accept(point, Checks::default(), before);
    }

    /// The points that have been found, and at the end of the stream the last.
    pub fn take(&mut self, ended: bool) -> impl Iterator<Item = Found> + '_ {
        if ended {
            self.settle();
            self.open.checks = std::mem::take(&mut self.checks).finish();
            self.found.push_back(std::mem::take(&mut self.open));
        }
        self.found.drain(..)
    }

    /// Keeps the candidate if the bytes after it prove it.
    fn settle(&mut self) {
        let Some(candidate) = self.candidate.take() else { return };
        let Some(bits) = candidate.bits_taken() else { return };
        let Ok(window) = compressed(&candidate.window) else { return };
        let bit = if bits == 0 { candidate.byte * 8 } else { (candidate.byte - 1) * 8 + u64::from(bits) };
        let point = Found { kind: Kind::Block, bit, offset: candidate.offset, window, checks: Vec::new() };
        self.accept(point, candidate.checks, candidate.before);
    }

    /// Ends the open point, whose bytes have the digests `before`, and opens the next.
    fn accept(&mut self, point: Found, checks: Checks, before: Vec<u64>) {
        let ended = std::mem::replace(&mut self.open, point);
        self.checks = checks;
        self.found.push_back(Found { checks: before, ..ended });
    }
}

impl Candidate {
    /// How many bits of the last byte belong to the ended block; `None` if no number of bits can be
    /// proved.
    fn bits_taken(&self) -> Option<u32> {
        let enough = self.unpacked.len() >= LEAST_PROOF_BYTES;
        (0..8).find(|&bits| enough && self.gives_the_same(bits).unwrap_or(false))
    }

    fn gives_the_same(&self, bits: u32) -> io::Result<bool> {
        let (&last, packed) = self.packed.split_first().unwrap_or((&0, &[]));
        let mut inflate = resume(&self.window, last, bits)?;
        let mut again = vec![0; self.unpacked.len()];
        let length = inflate_all(&mut inflate, packed, &mut again);
        Ok(length == again.len() && again == self.unpacked)
    }
}

/// Inflates the input into `out`, and gives the length of the output.
fn inflate_all(inflate: &mut Inflate, mut packed: &[u8], out: &mut [u8]) -> usize {
    let mut length = 0;
    while length < out.len() {
        let before = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(packed, &mut out[length..], InflateFlush::NoFlush);
        let used = inflate.total_in() - before.0;
        let made = inflate.total_out() - before.1;
        packed = &packed[used as usize..];
        length += made as usize;
        if status.is_err() || used + made == 0 {
            break;
        }
    }
    length
}

fn compressed(window: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(WINDOW_LEVEL));
    encoder.write_all(window)?;
    encoder.finish()
}
