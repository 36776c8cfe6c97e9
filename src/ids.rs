//! A set of numbers that lie close together, such as iDs or put codes.
//!
//! Bits in pages: all 120 million numbers that ORCID can have given out as iDs
//! take 15 MB, and a page is made only where a number occurs.

use std::collections::HashMap;

/// Numbers of a page; one page takes 512 bytes.
const PAGE_NUMBERS: u64 = 4_096;
const WORD_BITS: u64 = 64;
const PAGE_WORDS: usize = (PAGE_NUMBERS / WORD_BITS) as usize;

/// A set of numbers.
#[derive(Debug, Default)]
pub struct IdSet(HashMap<u64, Box<[u64; PAGE_WORDS]>>);

impl IdSet {
    /// Adds a number; false where it was there already.
    pub fn insert(&mut self, number: u64) -> bool {
        let page = self.0.entry(number / PAGE_NUMBERS).or_insert_with(|| Box::new([0; PAGE_WORDS]));
        let place = number % PAGE_NUMBERS;
        let word = &mut page[(place / WORD_BITS) as usize];
        let bit = 1 << (place % WORD_BITS);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::IdSet;

    #[test]
    fn a_number_is_new_once() {
        let mut set = IdSet::default();

        for number in [0, 1, 63, 64, 4_095, 4_096, 900_100_000_000_000, u64::MAX] {
            assert!(set.insert(number), "{number}");
            assert!(!set.insert(number), "{number}");
        }
    }
}
