//! Huffman codes as tables, made from the lengths of the symbols' codes.

use super::bits::Bits;
use super::entry::Entry;

/// Bits of the longest codes.
const MAX_CODE_BITS: usize = 15;
/// Symbols of the largest code.
const MAX_SYMBOLS: usize = 288;

/// How much of all bit strings a code uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    Complete,
    /// A single code of one bit, which deflate permits.
    OneBit,
    Empty,
    /// Too little or too much.
    Wrong,
}

/// A code as a table: `FIRST_BITS` bits are looked at first; longer codes have their entries behind those of the first
/// look.
pub(super) struct Table<const FIRST_BITS: u32, const ENTRIES: usize>([Entry; ENTRIES]);

impl<const FIRST_BITS: u32, const ENTRIES: usize> Table<FIRST_BITS, ENTRIES> {
    pub fn new() -> Self {
        Self([Entry::INVALID; ENTRIES])
    }

    /// Makes the table from the lengths of the symbols' codes.
    pub fn set(&mut self, lengths: &[u8], entry: fn(usize) -> Entry) -> Fill {
        build(&mut self.0, FIRST_BITS, lengths, entry)
    }

    /// What a first look gives.
    #[inline(always)]
    pub fn first(&self, bits: u64) -> Entry {
        self.0[bits as usize % (1 << FIRST_BITS)]
    }

    /// What a second look gives, at the bits behind the first.
    #[inline(always)]
    pub fn second(&self, link: Entry, bits: u64) -> Entry {
        self.0[link.linked(bits) % ENTRIES]
    }

    /// The entry that the bits mean, and how many bits are before it; `None` where there are too few bits to tell.
    ///
    /// # Errors
    /// `fault`, where the bits are no code.
    pub fn look(&self, bits: Bits, fault: &'static str) -> Result<Option<(Entry, u32)>, &'static str> {
        let mut entry = self.first(bits.buffer);
        let mut before = 0;
        if entry.is_link() {
            before = entry.bits();
            entry = self.second(entry, bits.buffer >> before);
        }
        if before + entry.bits().max(1) > bits.count {
            return Ok(None);
        }
        let is_invalid = entry.is_unusual() && !entry.is_end();
        if is_invalid { Err(fault) } else { Ok(Some((entry, before))) }
    }
}

/// Makes the table of a code from the lengths of its symbols.
fn build(table: &mut [Entry], first_bits: u32, lengths: &[u8], entry: fn(usize) -> Entry) -> Fill {
    let mut counts = [0_u32; MAX_CODE_BITS + 1];
    lengths.iter().for_each(|length| counts[usize::from(*length)] += 1);
    counts[0] = 0;
    let fill = fill_of(&counts);
    table[..1 << first_bits].fill(Entry::INVALID);
    if fill == Fill::Wrong || fill == Fill::Empty {
        return fill;
    }
    // Codes are given in the order of their lengths, and of their symbols.
    let mut free = 1 << first_bits;
    let mut code = 0_u32;
    let mut linked = None;
    let sorted = sorted(lengths, &counts);
    let mut symbols = sorted.iter();
    for bits in 1..=MAX_CODE_BITS as u32 {
        for number in 0..counts[bits as usize] {
            let Some(symbol) = symbols.next() else { return Fill::Wrong };
            let reversed = (code.reverse_bits() >> (u32::BITS - bits)) as usize;
            let entry = entry(usize::from(*symbol));
            if bits <= first_bits {
                set_each(&mut table[..1 << first_bits], reversed, bits, entry);
            } else {
                let first = reversed & ((1 << first_bits) - 1);
                let (start, second_bits) = match linked {
                    Some((linked, start, second_bits)) if linked == first => (start, second_bits),
                    _ => {
                        let start = free;
                        let second_bits = second_bits(&counts, bits, number, first_bits);
                        free += 1 << second_bits;
                        table[first] = Entry::link(start, second_bits, first_bits);
                        linked = Some((first, start, second_bits));
                        (start, second_bits)
                    }
                };
                let second = &mut table[start..start + (1 << second_bits)];
                set_each(second, reversed >> first_bits, bits - first_bits, entry);
            }
            code += 1;
        }
        code <<= 1;
    }
    fill
}

fn fill_of(counts: &[u32; MAX_CODE_BITS + 1]) -> Fill {
    let whole = 1_u32 << MAX_CODE_BITS;
    let used: u32 = (1..).zip(&counts[1..]).map(|(bits, count)| count << (MAX_CODE_BITS - bits)).sum();
    match used {
        0 => Fill::Empty,
        _ if used == whole => Fill::Complete,
        _ if counts[1] == 1 && used == whole / 2 => Fill::OneBit,
        _ => Fill::Wrong,
    }
}

/// The symbols that have a code, in the order of their codes.
fn sorted(lengths: &[u8], counts: &[u32; MAX_CODE_BITS + 1]) -> [u16; MAX_SYMBOLS] {
    let mut places = [0_usize; MAX_CODE_BITS + 1];
    for bits in 1..MAX_CODE_BITS {
        places[bits + 1] = places[bits] + counts[bits] as usize;
    }
    let mut sorted = [0; MAX_SYMBOLS];
    for (symbol, length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
        let place = &mut places[usize::from(*length)];
        sorted[*place] = symbol as u16;
        *place += 1;
    }
    sorted
}

/// Bits of the second table that begins with the code `number` of those with `bits` bits: as many as the codes need
/// that begin alike.
fn second_bits(counts: &[u32; MAX_CODE_BITS + 1], bits: u32, number: u32, first_bits: u32) -> u32 {
    let mut second_bits = bits - first_bits;
    let mut left = (1_i64 << second_bits) - i64::from(counts[bits as usize] - number);
    while left > 0 && ((first_bits + second_bits) as usize) < MAX_CODE_BITS {
        second_bits += 1;
        left = 2 * left - i64::from(counts[(first_bits + second_bits) as usize]);
    }
    second_bits
}

/// Sets all entries whose place ends in the bits of a code.
fn set_each(table: &mut [Entry], code: usize, bits: u32, entry: Entry) {
    let entry = entry.with_code_bits(bits);
    table[code..].iter_mut().step_by(1 << bits).for_each(|place| *place = entry);
}
