//! Inflates gzip of one or many members, checking each CRC and length.
//!
//! Zero bytes after the last member are padding; anything else there is
//! reported as trailing garbage and not read.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::input::Input;

const MAGIC: [u8; 2] = [0x1f, 0x8b];

pub(super) struct Gunzip {
    state: State,
    /// Where garbage after the last member begins.
    garbage_at: Option<u64>,
}

enum State {
    Inside(Box<GzDecoder<Input>>),
    Ended(Input),
    /// Only while one state turns into the next.
    Between,
}

impl Gunzip {
    pub fn new(input: Input) -> Self {
        Self { state: State::Inside(Box::new(GzDecoder::new(input))), garbage_at: None }
    }

    pub fn garbage_at(&self) -> Option<u64> {
        self.garbage_at
    }

    /// Compressed bytes read so far.
    pub fn position(&self) -> u64 {
        match &self.state {
            State::Inside(decoder) => decoder.get_ref().position(),
            State::Ended(input) => input.position(),
            State::Between => 0,
        }
    }

    pub fn into_input(self) -> Option<Input> {
        match self.state {
            State::Inside(decoder) => Some(decoder.into_inner()),
            State::Ended(input) => Some(input),
            State::Between => None,
        }
    }

    /// Goes on to the next member, if there is one.
    fn next_member(&mut self) -> io::Result<()> {
        let State::Inside(decoder) = std::mem::replace(&mut self.state, State::Between) else {
            return Ok(());
        };
        let mut input = decoder.into_inner();
        let more = input.peek(MAGIC.len())? == MAGIC;
        if more {
            self.state = State::Inside(Box::new(GzDecoder::new(input)));
            return Ok(());
        }
        self.garbage_at = first_non_zero(&mut input)?;
        self.state = State::Ended(input);
        Ok(())
    }
}

impl Read for Gunzip {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let State::Inside(decoder) = &mut self.state {
            let length = decoder.read(out)?;
            if length > 0 || out.is_empty() {
                return Ok(length);
            }
            self.next_member()?;
        }
        Ok(0)
    }
}

pub(super) fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(&MAGIC)
}

/// Passes over zero padding; the place of the first other byte.
pub(super) fn first_non_zero(input: &mut Input) -> io::Result<Option<u64>> {
    loop {
        let (length, found) = {
            let bytes = input.fill_buf()?;
            (bytes.len(), bytes.iter().position(|&byte| byte != 0))
        };
        match found {
            Some(place) => return Ok(Some(input.position() + place as u64)),
            None if length == 0 => return Ok(None),
            None => input.consume(length),
        }
    }
}
