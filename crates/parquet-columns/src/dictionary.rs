//! The distinct texts of a column chunk, in the order of their first occurrence.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::hybrid::width_below;

/// Places for texts at first, and how many of them may be taken before there are twice as many: half.
const FIRST_PLACES: usize = 256;
/// Taken places that a text may meet. Texts made to meet more would take a long time.
const MOST_MET: usize = 256;

/// Numbers texts.
pub(crate) struct Dictionary {
    /// The texts as the dictionary's page has them, each behind its length.
    page: Vec<u8>,
    /// Where each text begins and ends in the page.
    spans: Vec<(u32, u32)>,
    /// For each place the upper half of a text's hash, and its number plus one; 0 if nothing is there.
    places: Vec<u64>,
    /// The number of the last text: many columns have the same text many times in a row.
    last: u32,
    /// True if a text has met too many others.
    is_crowded: bool,
}

impl Dictionary {
    pub fn new() -> Self {
        let places = vec![0; FIRST_PLACES];
        Self { page: Vec::new(), spans: Vec::new(), places, last: u32::MAX, is_crowded: false }
    }

    /// The number of a text, a new one if it has not been seen.
    pub fn number(&mut self, text: &[u8]) -> u32 {
        if self.spans.get(self.last as usize).is_some_and(|&place| is_same(self.at(place), text)) {
            return self.last;
        }
        self.last = self.find(text);
        self.last
    }

    fn find(&mut self, text: &[u8]) -> u32 {
        let hash = hash(text);
        let mask = self.places.len() - 1;
        let (mut place, mut met) = (hash as usize & mask, 0);
        loop {
            let found = self.places[place];
            if found == 0 {
                break;
            }
            let number = found as u32 - 1;
            if found >> 32 == hash >> 32 && is_same(self.at(self.spans[number as usize]), text) {
                return number;
            }
            place = (place + 1) & mask;
            met += 1;
        }
        self.is_crowded |= met > MOST_MET;
        let number = self.spans.len() as u32;
        self.places[place] = hash >> 32 << 32 | u64::from(number + 1);
        self.page.extend_from_slice(&(text.len() as u32).to_le_bytes());
        let start = self.page.len() as u32;
        self.page.extend_from_slice(text);
        self.spans.push((start, self.page.len() as u32));
        if self.spans.len() * 2 > self.places.len() {
            self.make_places();
        }
        number
    }

    fn make_places(&mut self) {
        let mut places = vec![0; self.places.len() * 2];
        let mask = places.len() - 1;
        for (index, &text) in self.spans.iter().enumerate() {
            let hash = hash(self.at(text));
            let mut place = hash as usize & mask;
            while places[place] != 0 {
                place = (place + 1) & mask;
            }
            places[place] = hash >> 32 << 32 | (index as u64 + 1);
        }
        self.places = places;
    }

    /// The text at a place in the page.
    fn at(&self, (start, end): (u32, u32)) -> &[u8] {
        &self.page[start as usize..end as usize]
    }

    pub fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.spans.iter().map(|&place| self.at(place))
    }

    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// True if the column had better continue without a dictionary.
    pub fn is_full(&self, most_bytes: usize) -> bool {
        self.is_crowded || self.page.len() >= most_bytes
    }

    /// Bits of a number.
    pub fn width(&self) -> u32 {
        width_below(self.spans.len())
    }

    /// The texts as a page has them.
    pub fn page(&self) -> &[u8] {
        &self.page
    }

    pub fn memory_bytes(&self) -> usize {
        self.page.capacity()
            + self.spans.capacity() * size_of::<(u32, u32)>()
            + self.places.len() * size_of::<u64>()
    }
}

/// True for the same bytes. Most texts are short, and a call would take longer than their comparison.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    match one.len() {
        length if length != other.len() => false,
        4..8 => ends_are_same::<4>(one, other),
        8..16 => ends_are_same::<8>(one, other),
        16..=32 => ends_are_same::<16>(one, other),
        _ => one == other,
    }
}

/// Compares the first and the last `N` bytes, which may overlap.
fn ends_are_same<const N: usize>(one: &[u8], other: &[u8]) -> bool {
    one.first_chunk::<N>() == other.first_chunk::<N>() && one.last_chunk::<N>() == other.last_chunk::<N>()
}

fn hash(text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_one_number() {
        let mut dictionary = Dictionary::new();
        let texts: Vec<String> = (0..3_000).map(|number| format!("{:x}", number * number % 997)).collect();
        let numbers: Vec<u32> = texts.iter().map(|text| dictionary.number(text.as_bytes())).collect();

        let known: Vec<&[u8]> = dictionary.texts().collect();

        assert!(numbers.iter().zip(&texts).all(|(number, text)| known[*number as usize] == text.as_bytes()));
        let mut distinct = known.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!((distinct.len(), dictionary.len()), (known.len(), known.len()));
        assert_eq!(dictionary.width(), usize::BITS - (known.len() - 1).leading_zeros());
        assert_eq!(dictionary.page().len(), known.iter().map(|text| text.len() + 4).sum::<usize>());
    }

    #[test]
    fn texts_are_the_same_in_every_byte() {
        for length in 0..40 {
            let text = vec![b'a'; length];
            assert!(is_same(&text, &text.clone()) && !is_same(&text, &vec![b'a'; length + 1]));
            for place in 0..length {
                let mut other = text.clone();
                other[place] = b'b';
                assert!(!is_same(&text, &other), "{place} of {length}");
            }
        }
    }

    #[test]
    fn no_text_and_an_empty_text_differ() {
        let mut dictionary = Dictionary::new();
        assert_eq!((dictionary.len(), dictionary.width()), (0, 0));

        assert_eq!([b"", &b"a"[..], b"", b"a"].map(|text| dictionary.number(text)), [0, 1, 0, 1]);
        assert_eq!((dictionary.width(), dictionary.is_full(10), dictionary.is_full(9)), (1, false, true));
    }
}
