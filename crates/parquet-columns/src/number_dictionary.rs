//! The distinct numbers of a column chunk, in the order of their first occurrence.

use crate::hybrid::width_below;

/// Places for numbers at first; at most half of them are taken, or there are twice as many.
const FIRST_PLACES: usize = 64;
/// Taken places that a number may meet. Numbers made to meet more would take a long time.
const MOST_MET: usize = 256;
/// Spreads numbers: 2 to the power of 64, divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Numbers the distinct values, which are told apart by their bits.
pub(crate) struct NumberDictionary {
    numbers: Vec<i64>,
    /// The place of a number in `numbers`, plus one; 0 if nothing is there.
    places: Vec<u32>,
    /// Where the last value is in `numbers`: many columns have the same one many times in a row.
    last: u32,
    /// True if a value has met too many others.
    is_crowded: bool,
}

impl NumberDictionary {
    pub fn new() -> Self {
        Self { numbers: Vec::new(), places: vec![0; FIRST_PLACES], last: u32::MAX, is_crowded: false }
    }

    /// The number of a value, a new one if it has not been seen.
    pub fn number(&mut self, value: i64) -> u32 {
        if self.numbers.get(self.last as usize) != Some(&value) {
            self.last = self.find(value);
        }
        self.last
    }

    fn find(&mut self, value: i64) -> u32 {
        let (mut place, mut met) = (self.first_place(value), 0);
        while let Some(index) = self.places[place].checked_sub(1) {
            if self.numbers[index as usize] == value {
                return index;
            }
            place = (place + 1) & (self.places.len() - 1);
            met += 1;
        }
        self.is_crowded |= met > MOST_MET;
        self.numbers.push(value);
        let number = self.numbers.len() as u32;
        self.places[place] = number;
        if self.numbers.len() * 2 > self.places.len() {
            self.make_places();
        }
        number - 1
    }

    fn make_places(&mut self) {
        self.places = vec![0; self.places.len() * 2];
        for index in 0..self.numbers.len() {
            let mut place = self.first_place(self.numbers[index]);
            while self.places[place] != 0 {
                place = (place + 1) & (self.places.len() - 1);
            }
            self.places[place] = index as u32 + 1;
        }
    }

    fn first_place(&self, value: i64) -> usize {
        (value.cast_unsigned().wrapping_mul(SPREAD) >> (u64::BITS - self.places.len().ilog2())) as usize
    }

    pub fn numbers(&self) -> &[i64] {
        &self.numbers
    }

    /// True if the column had better continue without a dictionary.
    pub fn is_full(&self, most_numbers: usize) -> bool {
        self.is_crowded || self.numbers.len() >= most_numbers
    }

    /// Bits of a number.
    pub fn width(&self) -> u32 {
        width_below(self.numbers.len())
    }

    pub fn memory_bytes(&self) -> usize {
        self.numbers.capacity() * size_of::<i64>() + self.places.len() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_one_number() {
        let mut dictionary = NumberDictionary::new();
        let values: Vec<i64> = (0..3_000).map(|number| number * number % 997 - 400).collect();

        let numbers: Vec<u32> = values.iter().map(|value| dictionary.number(*value)).collect();

        let known = dictionary.numbers();
        assert!(numbers.iter().zip(&values).all(|(number, value)| known[*number as usize] == *value));
        let mut distinct = known.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), known.len());
        assert!(dictionary.is_full(known.len()) && !dictionary.is_full(known.len() + 1));
    }
}
