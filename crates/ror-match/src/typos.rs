//! Finds words that differ by one letter.
//!
//! Each word is listed under its own letters and under what is left when one
//! letter is taken out; two words that share such a form differ by one letter
//! more, less, changed or swapped.

use super::buckets::Buckets;
use super::hash::bytes_hash;

/// Bytes of a word that may be misspelt; in shorter ones a letter makes another
/// word.
const MIN_BYTES: usize = 5;
/// Bytes of a word that is looked at.
const MAX_BYTES: usize = 24;
/// How alike words are that differ by one letter, in short and in long words.
const SIMILARITY: (f32, f32) = (0.8, 0.92);
/// So many words are tried.
const MAX_FOUND: usize = 4;

/// Words under their forms.
#[derive(Default)]
pub struct Typos {
    /// All words, one behind another.
    text: String,
    words: Vec<Word>,
    /// The forms, each with the place of a word.
    forms: Buckets<(u32, u32)>,
}

struct Word {
    /// Where it begins in the text.
    start: u32,
    length: u32,
    id: u32,
}

/// Bits of a form that find its bucket.
const BUCKET_BITS: u32 = 17;

impl Typos {
    /// Adds a spelling of the word with the number `id`.
    pub fn add(&mut self, id: u32, word: &str) {
        if fits(word) {
            self.words.push(Word { start: self.text.len() as u32, length: word.len() as u32, id });
            self.text.push_str(word);
        }
    }

    /// All spellings, in the order in which they were added.
    pub fn spellings(&self) -> impl Iterator<Item = (u32, &str)> {
        self.words.iter().map(|word| (word.id, self.spelling(word)))
    }

    fn spelling(&self, word: &Word) -> &str {
        &self.text[word.start as usize..][..word.length as usize]
    }

    /// Lists the words by their forms.
    pub fn finish(&mut self) {
        let mut forms = Vec::with_capacity(self.text.len() + self.words.len());
        for (place, (_, word)) in (0..).zip(self.spellings()) {
            forms.push((short(word.as_bytes()), place));
            without_one(word, |form| forms.push((short(form), place)));
        }
        self.forms = Buckets::of(&[forms], BUCKET_BITS, |(form, _)| bucket(*form));
    }

    /// Replaces `found` by words that differ from `word` by one letter, with
    /// how alike they are.
    pub fn corrections(&self, word: &str, found: &mut Vec<(u32, f32)>) {
        found.clear();
        if !fits(word) {
            return;
        }
        let mut look = |form: &[u8]| {
            let form = short(form);
            let listed = self.forms.get(bucket(form));
            let start = listed.partition_point(|(other, _)| *other < form);
            for (_, place) in listed[start..].iter().take_while(|(other, _)| *other == form) {
                let other = &self.words[*place as usize];
                let known = found.iter().any(|(id, _)| *id == other.id);
                if !known && found.len() < MAX_FOUND && differ_by_one(word, self.spelling(other)) {
                    found.push((other.id, if word.len() < 8 { SIMILARITY.0 } else { SIMILARITY.1 }));
                }
            }
        };
        look(word.as_bytes());
        without_one(word, look);
    }
}

fn fits(word: &str) -> bool {
    (MIN_BYTES..=MAX_BYTES).contains(&word.len())
        && word.is_ascii()
        && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn short(form: &[u8]) -> u32 {
    (bytes_hash(form) >> 32) as u32
}

fn bucket(form: u32) -> usize {
    (form >> (32 - BUCKET_BITS)) as usize
}

/// Calls `each` with the word without one of its letters.
fn without_one(word: &str, mut each: impl FnMut(&[u8])) {
    let mut form = [0; MAX_BYTES];
    // First without the first letter; then each letter in turn comes back in place of the next one.
    let Some((first, rest)) = word.as_bytes().split_first() else { return };
    let form = &mut form[..rest.len()];
    form.copy_from_slice(rest);
    each(form);
    let mut back = *first;
    for gap in 0..rest.len() {
        back = std::mem::replace(&mut form[gap], back);
        each(form);
    }
}

/// True where one letter more, less, changed or swapped makes one word of the
/// other.
fn differ_by_one(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[same..], &other[same..]);
    match (one, other) {
        ([], [_]) | ([_], []) => true,
        ([first, one @ ..], [second, other @ ..]) => {
            one == other
                || other.split_first() == Some((first, one))
                || one.split_first() == Some((second, other))
                || matches!((one, other), ([third, one @ ..], [fourth, other @ ..])
                    if first == fourth && second == third && one == other)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_is_forgiven_and_two_are_not() {
        for (one, other, expected) in [
            ("copenhagen", "copenhagn", true),
            ("copenhagn", "copenhagen", true),
            ("univesity", "university", true),
            ("unviersity", "university", true),
            ("univertity", "university", true),
            ("universitx", "university", true),
            ("univertitx", "university", false),
            ("university", "university", false),
        ] {
            assert_eq!(differ_by_one(one, other), expected, "{one} {other}");
        }
    }
}
