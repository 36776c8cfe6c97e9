//! Inflates a deflate stream (RFC 1951), piece by piece.
//!
//! It is made for text that repeats itself, as ORCID's XML does: nearly all of it are long matches. It takes a sixth
//! less time for it than zlib-rs; docs/performance.md has the figures. It knows neither gzip nor checksums.

mod bits;
mod codes;
mod entry;
mod fast;
mod faults;
mod table;
mod transfer;
mod window;

#[cfg(test)]
mod tests;

use bits::Bits;
use codes::{Codes, LengthCode, MAX_DISTANCES, MAX_LENGTHS, MAX_LITERALS, Symbol};
use fast::Stop;
use transfer::Transfer;
use window::Window;

pub(super) use window::WINDOW_BYTES;

/// Bytes made between two calls of `each_step`: those of a step are still in the processor's second cache.
const STEP_BYTES: usize = 256 << 10;

/// The order in which a block gives the lengths of the code for lengths.
const ORDER_OF_LENGTHS: [usize; MAX_LENGTHS] =
    [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// Literals and lengths, and distances, that a block may have.
const MOST_LITERALS: usize = 286;
const MOST_DISTANCES: usize = 30;

/// A decoder of one deflate stream.
pub(super) struct Inflate {
    state: State,
    bits: Bits,
    /// The block that is being read is the last one.
    is_last: bool,
    codes: Box<Codes>,
    lengths: Box<Lengths>,
    window: Window,
}

/// What a call used and made.
#[derive(Debug)]
pub(super) struct Inflated {
    pub used: usize,
    pub made: usize,
    /// Bits of the input used that belong to what follows; at the end of a block less than eight.
    pub bits_left: u32,
    pub pause: Pause,
}

impl Inflated {
    /// True where the stream has ended, and an earlier call gave the last of it.
    pub fn is_over(&self) -> bool {
        self.pause == Pause::Ended && self.made == 0
    }
}

/// Why a call came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pause {
    /// All input has been used.
    Input,
    /// All room has been filled.
    Room,
    /// A block ended that is not the last one, and the caller asked for its end.
    EndOfBlock,
    /// The stream has ended; input behind it is left.
    Ended,
    /// What is wrong with the stream, in zlib's words. What was made before is sound.
    Fault(&'static str),
}

/// What comes next.
#[derive(Debug, Clone, Copy)]
enum State {
    Block,
    StoredLength,
    Stored {
        left: usize,
    },
    Counts,
    /// The lengths of the code for lengths, from this one on.
    LengthsOfLengths {
        next: usize,
    },
    /// The lengths of the two codes, from this one on.
    Lengths {
        next: usize,
    },
    Symbols,
    /// A match, or the rest of one for which there was no room.
    Match {
        length: usize,
        distance: usize,
    },
    /// There is nothing more to do.
    Over(Pause),
}

/// The lengths of codes that a block begins with.
struct Lengths {
    literals: usize,
    distances: usize,
    of_lengths: usize,
    lengths_of_lengths: [u8; MAX_LENGTHS],
    code: LengthCode,
    all: [u8; MAX_LITERALS + MAX_DISTANCES],
}

/// The state with which decoding goes on, or a pause in the present one.
type Step = Result<State, Pause>;

impl Inflate {
    pub fn new() -> Self {
        Self {
            state: State::Block,
            bits: Bits::default(),
            is_last: false,
            codes: Box::new(Codes::new()),
            lengths: Box::new(Lengths::new()),
            window: Window::new(),
        }
    }

    /// A decoder that stands at the beginning of a block: `window` is what came before it, up to 32 KiB, and of the byte
    /// `first`, `bits` bits belong to what came before. The input goes on with the byte after `first`, or with `first`
    /// itself where `bits` is 0.
    pub fn resume(window: &[u8], first: u8, bits: u32) -> Self {
        let mut inflate = Self::new();
        inflate.window.add(window);
        if bits > 0 {
            inflate.bits = Bits { buffer: u64::from(first) >> bits, count: 8 - bits };
        }
        inflate
    }

    /// The bytes to which the next block may refer.
    pub fn window(&self) -> &[u8] {
        self.window.bytes()
    }

    /// Inflates some of `packed` to `out`, and calls `each_step` with all that is made, in pieces. What follows in `out`
    /// may be overwritten. With `to_block`, it stops where a block ends.
    pub fn inflate(
        &mut self,
        packed: &[u8],
        out: &mut [u8],
        to_block: bool,
        mut each_step: impl FnMut(&[u8]),
    ) -> Inflated {
        let mut transfer = Transfer { packed, out, made: 0, end: 0, to_block };
        let pause = loop {
            let before = transfer.made;
            transfer.end = transfer.out.len().min(before + STEP_BYTES);
            let pause = self.step(&mut transfer);
            each_step(&transfer.out[before..transfer.made]);
            if pause != Pause::Room || transfer.made == transfer.out.len() {
                break pause;
            }
        };
        let Transfer { packed: rest, out, made, .. } = transfer;
        self.window.add(&out[..made]);
        Inflated { used: packed.len() - rest.len(), made, bits_left: self.bits.count, pause }
    }

    /// Inflates up to the end of the step, or a match further.
    fn step(&mut self, transfer: &mut Transfer) -> Pause {
        loop {
            let packed = &mut transfer.packed;
            let next = match self.state {
                State::Block => self.begin_block(packed),
                State::StoredLength => self.begin_stored(packed),
                State::Stored { left: 0 } => self.end_block(transfer.to_block),
                State::Stored { left } => copy_stored(transfer, left),
                State::Counts => self.read_counts(packed),
                State::LengthsOfLengths { next } => self.read_lengths_of_lengths(packed, next),
                State::Lengths { next } => self.read_lengths(packed, next),
                State::Symbols => self.decode(transfer),
                State::Match { length, distance } => self.copy_match(transfer, length, distance),
                State::Over(pause) => Err(pause),
            };
            match next {
                Ok(state) => self.state = state,
                Err(pause) => {
                    if matches!(pause, Pause::Fault(_)) {
                        self.state = State::Over(pause);
                    }
                    return pause;
                }
            }
        }
    }

    fn begin_block(&mut self, packed: &mut &[u8]) -> Step {
        let header = self.bits.take(3, packed).ok_or(Pause::Input)?;
        self.is_last = header & 1 == 1;
        match header >> 1 {
            0 => {
                self.bits.align();
                Ok(State::StoredLength)
            }
            1 => {
                self.codes.set_fixed();
                Ok(State::Symbols)
            }
            2 => Ok(State::Counts),
            _ => Err(Pause::Fault(faults::BLOCK_TYPE)),
        }
    }

    fn begin_stored(&mut self, packed: &mut &[u8]) -> Step {
        let lengths = self.bits.take(32, packed).ok_or(Pause::Input)?;
        let (length, check) = (lengths as u16, (lengths >> 16) as u16);
        if length != !check {
            return Err(Pause::Fault(faults::STORED_LENGTHS));
        }
        Ok(State::Stored { left: usize::from(length) })
    }

    fn end_block(&mut self, to_block: bool) -> Step {
        if self.is_last {
            return Ok(State::Over(Pause::Ended));
        }
        if to_block {
            self.state = State::Block;
            return Err(Pause::EndOfBlock);
        }
        Ok(State::Block)
    }

    fn read_counts(&mut self, packed: &mut &[u8]) -> Step {
        let counts = self.bits.take(14, packed).ok_or(Pause::Input)? as usize;
        let lengths = &mut self.lengths;
        lengths.literals = 257 + (counts & 0x1f);
        lengths.distances = 1 + (counts >> 5 & 0x1f);
        lengths.of_lengths = 4 + (counts >> 10);
        lengths.lengths_of_lengths.fill(0);
        if lengths.literals > MOST_LITERALS || lengths.distances > MOST_DISTANCES {
            return Err(Pause::Fault(faults::TOO_MANY_SYMBOLS));
        }
        Ok(State::LengthsOfLengths { next: 0 })
    }

    fn read_lengths_of_lengths(&mut self, packed: &mut &[u8], next: usize) -> Step {
        let Lengths { code, of_lengths, lengths_of_lengths, .. } = &mut *self.lengths;
        for (number, symbol) in ORDER_OF_LENGTHS.iter().enumerate().take(*of_lengths).skip(next) {
            self.state = State::LengthsOfLengths { next: number };
            lengths_of_lengths[*symbol] = self.bits.take(3, packed).ok_or(Pause::Input)? as u8;
        }
        code.set(lengths_of_lengths).map_err(Pause::Fault)?;
        Ok(State::Lengths { next: 0 })
    }

    fn read_lengths(&mut self, packed: &mut &[u8], mut next: usize) -> Step {
        let lengths = &mut *self.lengths;
        let whole = lengths.literals + lengths.distances;
        while next < whole {
            self.state = State::Lengths { next };
            let entry = lengths.code.entry(self.bits.buffer);
            let added_bits = match entry.symbol() {
                16 => 2,
                17 => 3,
                18 => 7,
                _ => 0,
            };
            if self.bits.count < entry.bits() + added_bits {
                self.bits.pull(packed).ok_or(Pause::Input)?;
                continue;
            }
            // What is repeated, and the least number of times.
            let (length, least) = match entry.symbol() {
                16 if next == 0 => return Err(Pause::Fault(faults::REPEAT)),
                16 => (lengths.all[next - 1], 3),
                17 => (0, 3),
                18 => (0, 11),
                length => (length as u8, 1),
            };
            let added = self.bits.buffer >> entry.bits() & ((1 << added_bits) - 1);
            let end = next + least + added as usize;
            let repeated = lengths.all[..whole].get_mut(next..end);
            repeated.ok_or(Pause::Fault(faults::REPEAT))?.fill(length);
            self.bits.drop(entry.bits() + added_bits);
            next = end;
        }
        let (literals, distances) = lengths.all[..whole].split_at(lengths.literals);
        self.codes.set(literals, distances).map_err(Pause::Fault)?;
        Ok(State::Symbols)
    }

    fn decode(&mut self, transfer: &mut Transfer) -> Step {
        match fast::decode(&self.codes, &self.window, transfer, &mut self.bits) {
            Stop::EndOfBlock => self.end_block(transfer.to_block),
            Stop::Fault(fault) => Err(Pause::Fault(fault)),
            Stop::Bounds if transfer.made >= transfer.end => Err(Pause::Room),
            Stop::Bounds => self.decode_symbol(transfer),
        }
    }

    /// Decodes one symbol, with no more bits than it has: after the last one, the input must stand behind the stream.
    fn decode_symbol(&mut self, transfer: &mut Transfer) -> Step {
        let symbol = loop {
            match self.codes.symbol(self.bits).map_err(Pause::Fault)? {
                Some((symbol, bits)) => {
                    self.bits.drop(bits);
                    break symbol;
                }
                None => self.bits.pull(&mut transfer.packed).ok_or(Pause::Input)?,
            }
        };
        match symbol {
            Symbol::Literal(byte) => {
                transfer.out[transfer.made] = byte;
                transfer.made += 1;
                Ok(State::Symbols)
            }
            Symbol::EndOfBlock => self.end_block(transfer.to_block),
            Symbol::Match { distance, .. } if distance > transfer.made + self.window.length() => {
                Err(Pause::Fault(faults::FAR_BACK))
            }
            Symbol::Match { length, distance } => Ok(State::Match { length, distance }),
        }
    }

    fn copy_match(&mut self, transfer: &mut Transfer, length: usize, distance: usize) -> Step {
        let Transfer { out, made, .. } = transfer;
        let copied = length.min(out.len() - *made);
        if distance > *made {
            self.window.copy(out, *made, copied, distance);
        } else {
            window::copy_within(out, *made, copied, distance);
        }
        *made += copied;
        if copied < length {
            self.state = State::Match { length: length - copied, distance };
            return Err(Pause::Room);
        }
        Ok(State::Symbols)
    }
}

impl Lengths {
    fn new() -> Self {
        Self {
            literals: 0,
            distances: 0,
            of_lengths: 0,
            lengths_of_lengths: [0; MAX_LENGTHS],
            code: LengthCode::new(),
            all: [0; MAX_LITERALS + MAX_DISTANCES],
        }
    }
}

/// Copies what a block stores as it is, up to the end of the step.
fn copy_stored(transfer: &mut Transfer, left: usize) -> Step {
    let room = transfer.end.saturating_sub(transfer.made);
    if room == 0 {
        return Err(Pause::Room);
    }
    let length = left.min(room).min(transfer.packed.len());
    let (stored, rest) = transfer.packed.split_at(length);
    if stored.is_empty() {
        return Err(Pause::Input);
    }
    transfer.out[transfer.made..transfer.made + length].copy_from_slice(stored);
    transfer.packed = rest;
    transfer.made += length;
    Ok(State::Stored { left: left - length })
}
