//! Counts by word, where people or clients choose the words.

use rustc_hash::FxHashMap;

/// What the words beyond the limit are counted under.
pub const FURTHER: &str = "(further)";

/// Counts of at most so many words; those of further words are added up.
#[derive(Debug)]
pub struct Tally<C> {
    counts: FxHashMap<Box<str>, C>,
    limit: usize,
    further: Option<C>,
}

impl<C: Default> Tally<C> {
    pub fn new(limit: usize) -> Self {
        Self { counts: FxHashMap::default(), limit, further: None }
    }

    /// The count of a word.
    pub fn of(&mut self, word: &str) -> &mut C {
        // Looked up first, so that a word is copied only once.
        if !self.counts.contains_key(word) {
            if self.counts.len() >= self.limit {
                return self.further.get_or_insert_default();
            }
            self.counts.insert(word.into(), C::default());
        }
        self.counts.get_mut(word).expect("the word was added if it was absent")
    }

    /// All words with their counts, in no order; then the further ones together.
    pub fn end(self) -> (impl Iterator<Item = (String, C)>, Option<C>) {
        (self.counts.into_iter().map(|(word, count)| (word.into_string(), count)), self.further)
    }

    /// All words with their counts; the further ones together have a name that says so.
    pub fn end_named(self) -> impl Iterator<Item = (String, C)> {
        let (words, further) = self.end();
        words.chain(further.map(|count| (FURTHER.to_owned(), count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_beyond_the_limit_are_counted_together() {
        let mut tally: Tally<u64> = Tally::new(2);
        for word in ["a", "b", "a", "c", "d", "b"] {
            *tally.of(word) += 1;
        }

        let mut counts: Vec<_> = tally.end_named().collect();
        counts.sort();

        assert_eq!(counts, [(FURTHER.to_owned(), 2), ("a".to_owned(), 2), ("b".to_owned(), 2)]);
    }
}
