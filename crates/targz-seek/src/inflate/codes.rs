//! The codes of a block.

use super::bits::Bits;
use super::entry::{END_OF_BLOCK, Entry};
use super::faults;
use super::table::{Fill, Table};

/// Bits that the first look takes. Longer codes need a second look.
pub(super) const LITERAL_BITS: u32 = 11;
const DISTANCE_BITS: u32 = 9;
const LENGTH_BITS: u32 = 7;
/// Entries of a table with those of all second looks. A table of 16 entries for second looks has at least five of the
/// 288 codes, one of 64 entries seven of the 32: together there are less than 2,048 and 512.
const LITERAL_ENTRIES: usize = 4_096;
const DISTANCE_ENTRIES: usize = 1_024;
const LENGTH_ENTRIES: usize = 1 << LENGTH_BITS;

/// Symbols of each code; the last two of the first two mean nothing.
pub(super) const MAX_LITERALS: usize = 288;
pub(super) const MAX_DISTANCES: usize = 32;
pub(super) const MAX_LENGTHS: usize = 19;

/// What a code, or a pair of codes, says.
pub(super) enum Symbol {
    Literal(u8),
    Match { length: usize, distance: usize },
    EndOfBlock,
}

/// The codes of a block.
pub(super) struct Codes {
    pub literals: Table<LITERAL_BITS, LITERAL_ENTRIES>,
    pub distances: Table<DISTANCE_BITS, DISTANCE_ENTRIES>,
}

/// The code in which the lengths of the others are written.
pub(super) struct LengthCode(Table<LENGTH_BITS, LENGTH_ENTRIES>);

impl Codes {
    pub fn new() -> Self {
        Self { literals: Table::new(), distances: Table::new() }
    }

    /// The codes that a block with fixed codes has.
    pub fn set_fixed(&mut self) {
        let literal_bits = |symbol| match symbol {
            0..144 => 8,
            144..256 => 9,
            256..280 => 7,
            _ => 8,
        };
        let lengths: [u8; MAX_LITERALS] = std::array::from_fn(literal_bits);
        // Both are complete.
        let _ = self.literals.set(&lengths, Entry::literal);
        let _ = self.distances.set(&[5; MAX_DISTANCES], Entry::distance);
    }

    /// The codes whose lengths a block gives.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn set(&mut self, literals: &[u8], distances: &[u8]) -> Result<(), &'static str> {
        if literals[END_OF_BLOCK] == 0 {
            return Err(faults::NO_END_OF_BLOCK);
        }
        let is_sound = |fill: Fill| fill == Fill::Complete || fill == Fill::OneBit;
        if !is_sound(self.literals.set(literals, Entry::literal)) {
            return Err(faults::LITERALS);
        }
        // A block without matches needs no distances.
        let fill = self.distances.set(distances, Entry::distance);
        if is_sound(fill) || fill == Fill::Empty { Ok(()) } else { Err(faults::DISTANCES) }
    }

    /// The next symbol and its bits; `None` where there are too few bits to tell.
    ///
    /// # Errors
    /// Bits that are no code.
    pub fn symbol(&self, bits: Bits) -> Result<Option<(Symbol, u32)>, &'static str> {
        let Some((entry, before)) = self.literals.look(bits, faults::LITERAL)? else {
            return Ok(None);
        };
        let own = bits.buffer >> before;
        let used = before + entry.bits();
        if entry.is_literal() {
            return Ok(Some((Symbol::Literal(entry.byte()), used)));
        }
        if entry.is_end() {
            return Ok(Some((Symbol::EndOfBlock, used)));
        }
        let length = entry.value(own);
        let rest = Bits { buffer: bits.buffer >> used, count: bits.count - used };
        let Some((entry, before)) = self.distances.look(rest, faults::DISTANCE)? else {
            return Ok(None);
        };
        let distance = entry.value(rest.buffer >> before);
        Ok(Some((Symbol::Match { length, distance }, used + before + entry.bits())))
    }
}

impl LengthCode {
    pub fn new() -> Self {
        Self(Table::new())
    }

    /// # Errors
    /// What is wrong with the lengths.
    pub fn set(&mut self, lengths: &[u8; MAX_LENGTHS]) -> Result<(), &'static str> {
        match self.0.set(lengths, Entry::length) {
            Fill::Complete => Ok(()),
            _ => Err(faults::CODE_LENGTHS),
        }
    }

    pub fn entry(&self, bits: u64) -> Entry {
        self.0.first(bits)
    }
}
