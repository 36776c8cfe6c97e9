//! What bits of a stream mean: literals, lengths, distances.

/// The symbol that ends a block.
pub(super) const END_OF_BLOCK: usize = 256;

/// Lengths of matches: the least of each symbol from 257 on, and the bits that are added.
const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];
/// Distances: the least of each symbol, and the bits that are added.
const DISTANCES: [(u16, u8); 30] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1_025, 9),
    (1_537, 9),
    (2_049, 10),
    (3_073, 10),
    (4_097, 11),
    (6_145, 11),
    (8_193, 12),
    (12_289, 12),
    (16_385, 13),
    (24_577, 13),
];

/// What the next bits mean.
///
/// The lowest six bits are the length of the code and of the bits that follow it and belong to it; bits 8 to 11 are
/// the length of the code alone; from bit 16 on there is a literal, the least length or distance of the symbol, or
/// the place of a second table. A second look counts from the bits behind the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry(u32);

const IS_LITERAL: u32 = 1 << 31;
const IS_UNUSUAL: u32 = 1 << 15;
const IS_END: u32 = 1 << 14;
const IS_LINK: u32 = 1 << 13;

impl Entry {
    /// Bits that are no code.
    pub const INVALID: Self = Self(IS_UNUSUAL);

    pub fn literal(symbol: usize) -> Self {
        match symbol {
            0..END_OF_BLOCK => Self(IS_LITERAL | (symbol as u32) << 16),
            END_OF_BLOCK => Self(IS_UNUSUAL | IS_END),
            _ => LENGTHS.get(symbol - END_OF_BLOCK - 1).map_or(Self::INVALID, |least| Self::least(*least)),
        }
    }

    pub fn distance(symbol: usize) -> Self {
        DISTANCES.get(symbol).map_or(Self::INVALID, |least| Self::least(*least))
    }

    pub fn length(symbol: usize) -> Self {
        Self((symbol as u32) << 16)
    }

    fn least((least, added_bits): (u16, u8)) -> Self {
        Self(u32::from(least) << 16 | u32::from(added_bits))
    }

    pub fn with_code_bits(self, bits: u32) -> Self {
        Self((self.0 + bits) | bits << 8)
    }

    pub fn link(place: usize, bits: u32, first_bits: u32) -> Self {
        Self(IS_UNUSUAL | IS_LINK | (place as u32) << 16 | bits << 8 | first_bits)
    }

    #[inline(always)]
    pub fn is_literal(self) -> bool {
        self.0 & IS_LITERAL != 0
    }

    /// Neither a literal nor a length or distance.
    #[inline(always)]
    pub fn is_unusual(self) -> bool {
        self.0 & IS_UNUSUAL != 0
    }

    #[inline(always)]
    pub fn is_end(self) -> bool {
        self.0 & IS_END != 0
    }

    /// A second look is needed.
    #[inline(always)]
    pub fn is_link(self) -> bool {
        self.0 & IS_LINK != 0
    }

    /// Bits of the code, and those that belong to it.
    #[inline(always)]
    pub fn bits(self) -> u32 {
        self.0 & 0x3f
    }

    #[inline(always)]
    pub fn byte(self) -> u8 {
        (self.0 >> 16) as u8
    }

    /// The same, without a mask: the two highest bits of the lowest byte are never set.
    #[inline(always)]
    pub fn bits_as_byte(self) -> u8 {
        self.0 as u8
    }

    /// The symbol of a code for the lengths of codes.
    pub fn symbol(self) -> u32 {
        self.0 >> 16
    }

    /// The place of the entry that the bits behind the first look mean.
    #[inline(always)]
    pub fn linked(self, bits: u64) -> usize {
        let mask = (1 << (self.0 >> 8 & 0xf)) - 1;
        (self.0 >> 16 & 0x7fff) as usize + (bits & mask) as usize
    }

    /// The length or distance, with the bits that are added to the least of its symbol.
    #[inline(always)]
    pub fn value(self, bits: u64) -> usize {
        let own = bits & ((1 << self.bits()) - 1);
        (self.0 >> 16) as usize + (own >> (self.0 >> 8 & 0x3f)) as usize
    }
}
