//! Inflates gzip of one or many members, checking each CRC and length.
//!
//! Zero bytes after a member are padding, and a further member may follow; anything
//! else there is reported as trailing garbage and not read.

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
        let begins = another_begins(&mut input);
        self.state = match begins {
            Ok(true) => State::Inside(Box::new(GzDecoder::new(input))),
            Ok(false) | Err(_) => State::Ended(input),
        };
        if let (State::Ended(input), Ok(false)) = (&mut self.state, &begins) {
            self.garbage_at = garbage_at(input)?;
        }
        begins.map(drop)
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
