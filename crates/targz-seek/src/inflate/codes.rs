//! Huffman codes as tables: a look at the next bits tells a symbol, what it means, and its length.

use super::bits::Bits;
use super::entry::{END_OF_BLOCK, Entry};
use super::faults;
use super::table::{Fill, build};

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
    literals: [Entry; LITERAL_ENTRIES],
    distances: [Entry; DISTANCE_ENTRIES],
}

/// The code in which the lengths of the others are written.
pub(super) struct LengthCode(Box<[Entry; LENGTH_ENTRIES]>);

impl Codes {
    pub fn new() -> Self {
        Self { literals: [Entry::INVALID; LITERAL_ENTRIES], distances: [Entry::INVALID; DISTANCE_ENTRIES] }
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
        let _ = build(&mut self.literals[..], LITERAL_BITS, &lengths, Entry::literal);
        let _ = build(&mut self.distances[..], DISTANCE_BITS, &[5; MAX_DISTANCES], Entry::distance);
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
        if !is_sound(build(&mut self.literals[..], LITERAL_BITS, literals, Entry::literal)) {
            return Err(faults::LITERALS);
        }
        // A block without matches needs no distances.
        let fill = build(&mut self.distances[..], DISTANCE_BITS, distances, Entry::distance);
        if is_sound(fill) || fill == Fill::Empty { Ok(()) } else { Err(faults::DISTANCES) }
    }
}

impl Codes {
    /// What a first look at a literal or a length gives.
    #[inline(always)]
    pub fn literal(&self, bits: u64) -> Entry {
        self.literals[bits as usize % (1 << LITERAL_BITS)]
    }

    /// What a second look gives, at the bits behind the first.
    #[inline(always)]
    pub fn linked_literal(&self, link: Entry, bits: u64) -> Entry {
        self.literals[link.linked(bits) % LITERAL_ENTRIES]
    }

    /// What a first look at a distance gives.
    #[inline(always)]
    pub fn distance(&self, bits: u64) -> Entry {
        self.distances[bits as usize % (1 << DISTANCE_BITS)]
    }

    /// What a second look gives, at the bits behind the first.
    #[inline(always)]
    pub fn linked_distance(&self, link: Entry, bits: u64) -> Entry {
        self.distances[link.linked(bits) % DISTANCE_ENTRIES]
    }

    /// The next symbol and its bits; `None` where there are too few bits to tell.
    ///
    /// # Errors
    /// Bits that are no code.
    pub fn symbol(&self, bits: Bits) -> Result<Option<(Symbol, u32)>, &'static str> {
        let Some((entry, before)) = look(
            bits,
            faults::LITERAL,
            |bits| self.literal(bits),
            |link, bits| self.linked_literal(link, bits),
        )?
        else {
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
        let Some((entry, before)) = look(
            rest,
            faults::DISTANCE,
            |bits| self.distance(bits),
            |link, bits| self.linked_distance(link, bits),
        )?
        else {
            return Ok(None);
        };
        let distance = entry.value(rest.buffer >> before);
        Ok(Some((Symbol::Match { length, distance }, used + before + entry.bits())))
    }
}

/// The entry that the bits mean, and how many bits are before it; `None` where there are too few bits to tell.
fn look(
    bits: Bits,
    fault: &'static str,
    first: impl Fn(u64) -> Entry,
    second: impl Fn(Entry, u64) -> Entry,
) -> Result<Option<(Entry, u32)>, &'static str> {
    let mut entry = first(bits.buffer);
    let mut before = 0;
    if entry.is_link() {
        before = entry.bits();
        entry = second(entry, bits.buffer >> before);
    }
    if before + entry.bits().max(1) > bits.count {
        return Ok(None);
    }
    let is_invalid = entry.is_unusual() && !entry.is_end();
    if is_invalid { Err(fault) } else { Ok(Some((entry, before))) }
}

impl LengthCode {
    pub fn new() -> Self {
        Self(Box::new([Entry::INVALID; LENGTH_ENTRIES]))
    }

    /// # Errors
    /// What is wrong with the lengths.
    pub fn set(&mut self, lengths: &[u8; MAX_LENGTHS]) -> Result<(), &'static str> {
        match build(&mut self.0[..], LENGTH_BITS, lengths, Entry::length) {
            Fill::Complete => Ok(()),
            _ => Err(faults::CODE_LENGTHS),
        }
    }

    pub fn entry(&self, bits: u64) -> Entry {
        self.0[bits as usize % LENGTH_ENTRIES]
    }
}
