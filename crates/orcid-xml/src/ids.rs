//! A set of numbers that lie close together, such as iDs or put codes.
//!
//! It holds a bit for each number, in pages of 512 bytes that are made where a number occurs:
//! 120 million iDs in a row take 15 MB.

use std::collections::HashMap;

/// Numbers of a page; one page takes 512 bytes.
const PAGE_NUMBERS: u64 = 4_096;
const WORD_BITS: u64 = 64;
const PAGE_WORDS: usize = (PAGE_NUMBERS / WORD_BITS) as usize;

/// A set of numbers, small where they lie close together. Use [`Orcid::number`](crate::Orcid)
/// for iDs.
#[derive(Debug, Clone, Default)]
pub struct IdSet(HashMap<u64, Box<[u64; PAGE_WORDS]>>);

impl IdSet {
    /// Adds a number; false if the set had it already.
    pub fn insert(&mut self, number: u64) -> bool {
        let page = self.0.entry(number / PAGE_NUMBERS).or_insert_with(|| Box::new([0; PAGE_WORDS]));
        let (word, bit) = place(number);
        let new = page[word] & bit == 0;
        page[word] |= bit;
        new
    }

    /// True if the set has the number.
    pub fn contains(&self, number: u64) -> bool {
        let (word, bit) = place(number);
        self.0.get(&(number / PAGE_NUMBERS)).is_some_and(|page| page[word] & bit != 0)
    }

    /// Adds all numbers of another set.
    pub fn extend(&mut self, other: &Self) {
        for (number, others) in &other.0 {
            let page = self.0.entry(*number).or_insert_with(|| Box::new([0; PAGE_WORDS]));
            page.iter_mut().zip(others.iter()).for_each(|(own, other)| *own |= other);
        }
    }

    /// True if nothing has been added.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The word of its page and the bit that stand for a number.
fn place(number: u64) -> (usize, u64) {
    let place = number % PAGE_NUMBERS;
    ((place / WORD_BITS) as usize, 1 << (place % WORD_BITS))
}

#[cfg(test)]
mod tests {
    use super::IdSet;

    #[test]
    fn a_number_is_new_once() {
        let mut set = IdSet::default();

        for number in [0, 1, 63, 64, 4_095, 4_096, 900_100_000_000_000, u64::MAX] {
            assert!(!set.contains(number), "{number}");
            assert!(set.insert(number), "{number}");
            assert!(!set.insert(number), "{number}");
            assert!(set.contains(number), "{number}");
        }
    }

    #[test]
    fn one_set_takes_in_another() {
        let (mut one, mut other) = (IdSet::default(), IdSet::default());
        one.insert(1);
        other.insert(2);
        other.insert(5_000);

        one.extend(&other);

        assert!([1, 2, 5_000].iter().all(|&number| one.contains(number)));
        assert!(!one.contains(3));
    }
}
