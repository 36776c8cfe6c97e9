//! Inflates gzip of one or many members, checking each CRC and length.
//!
//! Zero bytes after a member are padding, and a further member may follow; anything
//! else there is reported as trailing garbage and not read.

use std::io::{self, BufRead, Read};

use zlib_rs::{Inflate, InflateFlush, Status};

use super::input::Input;

const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// A window of 32 KiB as zlib counts it, and what zlib adds to read gzip, checks included.
pub(super) const GZIP_WINDOW_BITS: u8 = 15 + 16;

pub(super) struct Gunzip {
    input: Input,
    member: GzipMember,
    /// The member has ended, and what follows it has not been looked at.
    member_ended: bool,
    ended: bool,
    /// Where garbage after the last member begins.
    garbage_at: Option<u64>,
}

/// Inflates one gzip member. What it gives before a fault is handed out before the fault.
pub(super) struct GzipMember {
    inflate: Inflate,
    fault: Option<io::Error>,
}

/// What a step of a decoder took and gave.
pub(super) struct Inflated {
    pub used: usize,
    pub made: usize,
    pub ended: bool,
}

impl Gunzip {
    pub fn new(input: Input) -> Self {
        Self { input, member: GzipMember::new(), member_ended: false, ended: false, garbage_at: None }
    }

    pub fn garbage_at(&self) -> Option<u64> {
        self.garbage_at
    }

    /// Compressed bytes read so far.
    pub fn position(&self) -> u64 {
        self.input.position()
    }

    pub fn into_input(self) -> Input {
        self.input
    }

    /// Goes on to the next member, if there is one.
    fn next_member(&mut self) -> io::Result<()> {
        self.member_ended = false;
        if another_begins(&mut self.input)? {
            self.member = GzipMember::new();
            return Ok(());
        }
        self.ended = true;
        self.garbage_at = garbage_at(&mut self.input)?;
        Ok(())
    }
}

impl Read for Gunzip {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !out.is_empty() {
            if self.member_ended {
                self.next_member()?;
                continue;
            }
            let step = self.member.inflate(self.input.fill_buf()?, out, InflateFlush::NoFlush)?;
            self.input.consume(step.used);
            self.member_ended = step.ended;
            if step.made > 0 {
                return Ok(step.made);
            }
        }
        Ok(0)
    }
}

impl GzipMember {
    pub fn new() -> Self {
        Self { inflate: Inflate::new(true, GZIP_WINDOW_BITS), fault: None }
    }

    /// True where nothing has come of it yet.
    pub fn is_fresh(&self) -> bool {
        self.inflate.total_out() == 0
    }

    /// Inflates some of `packed`; no bytes in `packed` mean that there are no more.
    ///
    /// # Errors
    /// An I/O error where the data are damaged or cut off.
    pub fn inflate(&mut self, packed: &[u8], out: &mut [u8], flush: InflateFlush) -> io::Result<Inflated> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let before = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(packed, out, flush);
        let used = (self.inflate.total_in() - before.0) as usize;
        let made = (self.inflate.total_out() - before.1) as usize;
        let ended = matches!(status, Ok(Status::StreamEnd));
        if let Err(error) = status {
            let fault = invalid(self.inflate.error_message().unwrap_or(error.as_str()));
            if made == 0 {
                return Err(fault);
            }
            self.fault = Some(fault);
        } else if used + made == 0 {
            return Err(if packed.is_empty() { io::ErrorKind::UnexpectedEof.into() } else { stuck() });
        }
        Ok(Inflated { used, made, ended })
    }
}

pub(super) fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.to_owned())
}

/// What a decoder that neither takes nor gives is told.
pub(super) fn stuck() -> io::Error {
    invalid("the decoder does not go on")
}

pub(super) fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(&MAGIC)
}

/// Passes over zero padding; true where another gzip member follows.
pub(super) fn another_begins(input: &mut Input) -> io::Result<bool> {
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        let is_over = zeros < bytes.len();
        input.consume(zeros);
        if is_over {
            return Ok(is_gzip(input.peek(MAGIC.len())?));
        }
    }
}

/// Where the input goes on, if it does.
pub(super) fn garbage_at(input: &mut Input) -> io::Result<Option<u64>> {
    let is_over = input.fill_buf()?.is_empty();
    Ok((!is_over).then(|| input.position()))
}
