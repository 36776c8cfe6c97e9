//! Reads an archive's stream from end to end and finds points in it.

use std::io::{self, BufRead, Read};

use super::points::{Finder, Found, Kind};
use crate::gzip::{GzipMember, another_begins, garbage_at};
use crate::inflate::Pause;
use crate::input::Input;

/// A stream that is read once, and its points.
pub struct Recorder {
    input: Input,
    finder: Finder,
    decoder: Decoder,
}

enum Decoder {
    Plain,
    Gzip(Box<Gunzip>),
}

struct Gunzip {
    /// The member that is being read; `None` before its header.
    member: Option<GzipMember>,
    ended: bool,
    garbage_at: Option<u64>,
}

impl Recorder {
    pub fn plain(input: Input, spacing_bytes: u64) -> Self {
        Self { input, finder: Finder::new(Kind::Plain, spacing_bytes), decoder: Decoder::Plain }
    }

    pub fn gzip(input: Input, spacing_bytes: u64) -> Self {
        let gunzip = Gunzip { member: None, ended: false, garbage_at: None };
        let decoder = Decoder::Gzip(Box::new(gunzip));
        Self { input, finder: Finder::new(Kind::Header, spacing_bytes), decoder }
    }

    /// Bytes of the stream read so far.
    pub fn stream_bytes(&self) -> u64 {
        self.finder.offset()
    }

    /// Bytes of the file read so far.
    pub fn position(&self) -> u64 {
        self.input.position()
    }

    /// The points found since it was asked last; at the end also the last one.
    pub fn points(&mut self, ended: bool) -> impl Iterator<Item = Found> + '_ {
        self.finder.take(ended)
    }

    /// The input, and where garbage after the last gzip member begins.
    pub fn into_input(self) -> (Input, Option<u64>) {
        match self.decoder {
            Decoder::Plain => (self.input, None),
            Decoder::Gzip(gunzip) => (self.input, gunzip.garbage_at),
        }
    }
}

impl Read for Recorder {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.decoder {
            Decoder::Plain => {
                if self.finder.quiet_bytes().is_none() {
                    self.finder.mark(Kind::Plain, self.input.position());
                }
                let room = self.finder.quiet_bytes().map_or(out.len(), |bytes| out.len().min(bytes as usize));
                let length = self.input.read(&mut out[..room])?;
                self.finder.add(&out[..length]);
                Ok(length)
            }
            Decoder::Gzip(gunzip) => {
                while !gunzip.ended && !out.is_empty() {
                    let length = gunzip.step(&mut self.input, &mut self.finder, out)?;
                    if length > 0 {
                        return Ok(length);
                    }
                }
                Ok(0)
            }
        }
    }
}

impl Gunzip {
    /// Inflates some of the input, up to the end of a block where a point is due.
    fn step(&mut self, input: &mut Input, finder: &mut Finder, out: &mut [u8]) -> io::Result<usize> {
        let member = match &mut self.member {
            Some(member) => member,
            None => self.member.insert(GzipMember::begin(input)?),
        };
        // Right after a member's header there is nothing that a window could hold.
        let quiet_bytes = if member.is_fresh() { Some(1) } else { finder.quiet_bytes() };
        let room = quiet_bytes.map_or(out.len(), |bytes| out.len().min(bytes as usize));
        let step = member.inflate(input.fill_buf()?, &mut out[..room], quiet_bytes.is_none())?;
        finder.add(&out[..step.made]);
        input.consume(step.used);
        if step.pause == Pause::EndOfBlock {
            finder.block_ended(input.position() * 8 - u64::from(step.bits_left), member.window());
        }
        if step.is_over() {
            self.end_member(input, finder)?;
        }
        Ok(step.made)
    }

    /// Checks the member whose data have ended, and looks for the next one.
    fn end_member(&mut self, input: &mut Input, finder: &mut Finder) -> io::Result<()> {
        if let Some(member) = self.member.take() {
            member.end(input)?;
        }
        if another_begins(input)? {
            if finder.quiet_bytes().is_none() {
                finder.mark(Kind::Header, input.position());
            }
            return Ok(());
        }
        self.ended = true;
        self.garbage_at = garbage_at(input)?;
        Ok(())
    }
}
