//! Inflates gzip of one or many members, checking each CRC and length.
//!
//! Zero bytes after a member are padding, and a further member may follow; anything
//! else there is reported as trailing garbage and not read.

use std::io::{self, BufRead, Read};

use super::gzip_header::{MAGIC, invalid, pass_header};
use super::inflate::{Inflate, Inflated, Pause};
use super::input::Input;

/// CRC and length at the end of a member.
pub(super) const TRAILER_BYTES: usize = 8;

pub(super) struct Gunzip {
    input: Input,
    /// The member that is being read; `None` before its header.
    member: Option<GzipMember>,
    ended: bool,
    /// Where garbage after the last member begins.
    garbage_at: Option<u64>,
}

/// Inflates one gzip member. What it gives before a fault is handed out before the fault.
pub(super) struct GzipMember {
    inflate: Inflate,
    crc: crc32fast::Hasher,
    length: u64,
    fault: Option<&'static str>,
}

impl Gunzip {
    pub fn new(input: Input) -> Self {
        Self { input, member: None, ended: false, garbage_at: None }
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

    /// Checks the member whose data have ended, and looks for the next one.
    fn end_member(&mut self) -> io::Result<()> {
        if let Some(member) = self.member.take() {
            member.end(&mut self.input)?;
        }
        if !another_begins(&mut self.input)? {
            self.ended = true;
            self.garbage_at = garbage_at(&mut self.input)?;
        }
        Ok(())
    }
}

impl Read for Gunzip {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !out.is_empty() {
            let member = match &mut self.member {
                Some(member) => member,
                None => self.member.insert(GzipMember::begin(&mut self.input)?),
            };
            let step = member.inflate(self.input.fill_buf()?, out, false)?;
            self.input.consume(step.used);
            if step.made > 0 {
                return Ok(step.made);
            }
            if step.is_over() {
                self.end_member()?;
            }
        }
        Ok(0)
    }
}

impl GzipMember {
    /// Reads the header of a member.
    ///
    /// # Errors
    /// An I/O error where it is damaged or cut off.
    pub fn begin(input: &mut impl BufRead) -> io::Result<Self> {
        pass_header(input)?;
        Ok(Self { inflate: Inflate::new(), crc: crc32fast::Hasher::new(), length: 0, fault: None })
    }

    /// True where nothing has come of it yet.
    pub fn is_fresh(&self) -> bool {
        self.length == 0
    }

    /// The last 32 KiB that it has given, or as many bytes as there are.
    pub fn window(&self) -> &[u8] {
        self.inflate.window()
    }

    /// Inflates some of `packed`, with `to_block` up to the end of a block; no bytes in `packed` mean that there are
    /// no more.
    ///
    /// # Errors
    /// An I/O error where the data are damaged or cut off.
    pub fn inflate(&mut self, packed: &[u8], out: &mut [u8], to_block: bool) -> io::Result<Inflated> {
        if let Some(fault) = self.fault {
            return Err(invalid(fault));
        }
        let Self { inflate, crc, .. } = self;
        let step = inflate.inflate(packed, out, to_block, |made| crc.update(made));
        self.length += step.made as u64;
        match step.pause {
            Pause::Fault(fault) if step.made == 0 => return Err(invalid(fault)),
            Pause::Fault(fault) => self.fault = Some(fault),
            Pause::Input if packed.is_empty() && step.made == 0 => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            _ => {}
        }
        Ok(step)
    }

    /// Reads CRC and length behind the member's data, and compares them.
    ///
    /// # Errors
    /// An I/O error where they are cut off, or not those of the data.
    pub fn end(self, input: &mut impl Read) -> io::Result<()> {
        let mut trailer = [0; TRAILER_BYTES];
        input.read_exact(&mut trailer)?;
        // The length is that of the data modulo 2 to the power of 32.
        let length = self.length as u32;
        let (crc_found, length_found) = trailer.split_at(size_of::<u32>());
        if crc_found != self.crc.finalize().to_le_bytes() {
            return Err(invalid("incorrect data check"));
        }
        if length_found != length.to_le_bytes() {
            return Err(invalid("incorrect length check"));
        }
        Ok(())
    }
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
