//! Finds words that differ by one letter.
//!
//! Each word is listed under its own letters and under what is left when one
//! letter is taken out; two words that share such a form differ by one letter
//! more, less, changed or swapped.

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
    words: Vec<(Box<str>, u32)>,
    forms: Vec<(u32, u32)>,
    buckets: Vec<u32>,
}

/// Bits of a form that find its bucket.
const BUCKET_BITS: u32 = 17;

impl Typos {
    /// Adds a spelling of the word with the number `id`.
    pub fn add(&mut self, id: u32, word: &str) {
        if fits(word) {
            let place = self.words.len() as u32;
            self.words.push((word.into(), id));
            self.forms.push((short(word.as_bytes()), place));
            without_one(word, |form| self.forms.push((short(form), place)));
        }
    }

    pub fn finish(&mut self) {
        self.forms.sort_unstable();
        self.forms.dedup();
        self.forms.shrink_to_fit();
        self.buckets = vec![0; (1 << BUCKET_BITS) + 1];
        for (form, _) in &self.forms {
            self.buckets[(form >> (32 - BUCKET_BITS)) as usize + 1] += 1;
        }
        for place in 1..self.buckets.len() {
            self.buckets[place] += self.buckets[place - 1];
        }
    }

    /// Replaces `found` by words that differ from `word` by one letter, with
    /// how alike they are.
    pub fn corrections(&self, word: &str, found: &mut Vec<(u32, f32)>) {
        found.clear();
        if !fits(word) || self.buckets.is_empty() {
            return;
        }
        let mut look = |form: &[u8]| {
            let form = short(form);
            let bucket = (form >> (32 - BUCKET_BITS)) as usize;
            let listed = &self.forms[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize];
            let start = listed.partition_point(|(other, _)| *other < form);
            for (_, place) in listed[start..].iter().take_while(|(other, _)| *other == form) {
                let (other, id) = &self.words[*place as usize];
                let known = found.iter().any(|(other, _)| other == id);
                if !known && found.len() < MAX_FOUND && differ_by_one(word, other) {
                    found.push((*id, if word.len() < 8 { SIMILARITY.0 } else { SIMILARITY.1 }));
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
