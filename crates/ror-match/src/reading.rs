//! A name read word by word, with what each word means, and the keys under
//! which such a name is looked up.

use std::ops::Range;

use super::hash::{row_hash, word_hash};
use super::lexicon::{Lexicon, Meaning};
use super::normal::{Break, Words};

/// Bytes that two forms of a city's name share at least, and those that may
/// differ behind them.
const MIN_STEM_BYTES: usize = 4;
const MAX_END_BYTES: usize = 3;

/// Bytes of a word that may be misspelt though an organisation has it in its name, and how many times as
/// many organisations must have the common word.
const MIN_RARE_BYTES: u8 = 7;
const MIN_TIMES: u32 = 1000;
/// So many organisations have a word that is no mistake.
const MAX_RARE: u32 = 40;

/// A name of which every word has been looked up.
#[derive(Default)]
pub struct Reading {
    pub words: Words,
    pub tokens: Vec<Token>,
}

/// A word of a name.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// The hash of the word as it stands.
    pub raw: u64,
    pub meaning: Meaning,
    /// A number, which tells institutions apart: Paris 7.
    pub number: bool,
    pub after_break: bool,
    /// What stands before it.
    pub gap: Break,
    pub in_brackets: bool,
    /// It was taken for another word, from which it differs by a letter.
    pub corrected: bool,
    /// Bytes of the word.
    pub length: u8,
}

/// The kinds of keys under which the index has a name, from the strictest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// All words in their order.
    Row,
    /// The words that tell something, in any order.
    Bag,
    /// The same without the form of a company.
    Plain,
    /// The same, each word as the one that stands for it in all languages.
    Canonical,
    /// The same without the city of the organisation.
    Cityless,
    /// The letters without anything between the words.
    Letters,
    /// The consonants, as names in other scripts are written in Latin letters.
    Consonants,
}

impl KeyKind {
    /// True for the kinds whose hashes [`Index::may_have`](super::index::Index::may_have) knows.
    pub fn is_sum(self) -> bool {
        matches!(self, Self::Canonical | Self::Cityless)
    }
}

impl Reading {
    /// Reads `text`, a name, in place of what was there.
    pub fn read(&mut self, text: &str, lexicon: &Lexicon) {
        self.words.read(text);
        self.look_up(lexicon);
    }

    /// Reads `text`, a full affiliation, in place of what was there.
    pub fn read_text(&mut self, text: &str, lexicon: &Lexicon) {
        self.words.read_text(text);
        self.look_up(lexicon);
    }

    fn look_up(&mut self, lexicon: &Lexicon) {
        self.tokens.clear();
        for (number, word) in self.words.iter().enumerate() {
            let raw = word_hash(word);
            self.tokens.push(Token {
                raw,
                meaning: lexicon.meaning(word, raw),
                number: word.starts_with(|first: char| first.is_numeric()),
                after_break: self.words.is_after_break(number),
                gap: self.words.gap(number),
                in_brackets: self.words.is_in_brackets(number),
                corrected: false,
                length: word.len().min(255) as u8,
            });
        }
        self.read_last_word();
        self.read_roman_numbers();
        self.read_legal_phrases();
        self.read_applied_sciences(lexicon);
    }

    /// No name ends with a preposition: the last word of "Universidade Federal do Pará" is a name.
    fn read_last_word(&mut self) {
        if let [.., before, last] = self.tokens.as_mut_slice()
            && last.meaning.stop
            && before.meaning.stop
            && last.length >= MIN_STEM_BYTES as u8
        {
            last.meaning.stop = false;
        }
    }

    /// A university of applied sciences, and arts, is what a Fachhochschule, a
    /// hogeschool and an ammattikorkeakoulu call themselves in English.
    fn read_applied_sciences(&mut self, lexicon: &Lexicon) {
        const PHRASE: [&str; 3] = ["university", "of", "applied"];
        let Some(last) = self.words.len().checked_sub(PHRASE.len() + 1) else { return };
        let is_there = |start: &usize| {
            self.says(*start, &PHRASE) && matches!(self.words.get(start + 3), "science" | "sciences")
        };
        let Some(start) = (0..=last).find(is_there) else { return };
        self.tokens[start].meaning = lexicon.meaning("hochschule", word_hash("hochschule"));
        let mut end = start + 4;
        if end + 1 < self.words.len() && self.words.get(end) == "and" && self.words.get(end + 1) == "arts" {
            end += 2;
        }
        self.tokens[start + 1..end].iter_mut().for_each(|token| token.meaning.stop = true);
    }

    /// True where the words from `start` on, which are as many at least, are those of
    /// a phrase.
    fn says(&self, start: usize, phrase: &[&str]) -> bool {
        phrase.iter().enumerate().all(|(place, word)| self.words.get(start + place) == *word)
    }

    /// Forms of institutions in several words: none of them tells anything there.
    fn read_legal_phrases(&mut self) {
        const PHRASES: [&[&str]; 4] = [
            &["higher", "education", "corporation"],
            &["public", "company", "limited", "by", "guarantee"],
            &["limited", "by", "guarantee"],
            &["royal", "charter"],
        ];
        for phrase in PHRASES {
            // A name is not a form alone.
            let Some(last) = self.words.len().checked_sub(phrase.len()) else { continue };
            if let Some(start) = (1..=last).find(|start| self.says(*start, phrase)) {
                self.tokens[start..start + phrase.len()]
                    .iter_mut()
                    .for_each(|token| token.meaning.legal = true);
            }
        }
    }

    pub fn of(text: &str, lexicon: &Lexicon) -> Self {
        let mut reading = Self::default();
        reading.read(text, lexicon);
        reading
    }

    /// Numbers may be in Roman letters: Lille III. Single letters count at the
    /// end only.
    fn read_roman_numbers(&mut self) {
        const ROMAN: [&str; 13] =
            ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii"];
        let last = self.tokens.len().saturating_sub(1);
        for (place, (word, token)) in self.words.iter().zip(&mut self.tokens).enumerate().skip(1) {
            let may_be = word.len() <= 4 && (place == last || word.len() > 1);
            if let Some(number) = may_be.then(|| ROMAN.iter().position(|roman| *roman == word)).flatten() {
                token.meaning = Meaning::plain(word_hash(&(number + 1).to_string()));
                token.number = true;
            }
        }
    }

    /// Takes words for the city's that are but for their ends: `Rijeci` in Rijeka,
    /// `Szegedi` in Szeged. Words that have a meaning of their own keep it, and those
    /// that `is_known` from names.
    pub fn read_city_forms(&mut self, city: &Self, is_known: impl Fn(u64) -> bool) {
        for (word, token) in self.words.iter().zip(&mut self.tokens) {
            let plain = token.meaning == Meaning::plain(token.raw) && !token.number;
            let known = || city.words.iter().zip(&city.tokens).find(|(other, _)| are_forms(word, other));
            if let Some((_, known)) = plain.then(known).flatten()
                && !is_known(token.raw)
            {
                token.meaning.canonical = known.meaning.canonical;
            }
        }
    }

    /// Takes words that no name has, and long ones that very few have, for the common words that they are but
    /// for a letter: `Univrsity`. `sharing` counts the organisations. True if there are any.
    pub fn correct(
        &mut self,
        lexicon: &Lexicon,
        found: &mut Vec<(u32, f32)>,
        sharing: impl Fn(u64) -> Option<u32>,
    ) -> bool {
        let mut corrected = false;
        for (word, token) in self.words.iter().zip(&mut self.tokens) {
            if token.number || token.meaning.shared || !token.tells() {
                continue;
            }
            let count = sharing(token.meaning.canonical);
            // Most words of names are in some other name; few of these are looked at further.
            let is_known =
                |count| count > MAX_RARE || token.length < MIN_RARE_BYTES || !lexicon.begins_as_common(word);
            if count.is_some_and(is_known) {
                continue;
            }
            let is_rare = |meaning: &Meaning| {
                let common = sharing(meaning.canonical).unwrap_or_default();
                count.is_none_or(|count| count.saturating_mul(MIN_TIMES) <= common)
            };
            if let Some(meaning) = lexicon.misspelt(word, found).filter(is_rare) {
                token.meaning = meaning;
                token.corrected = true;
                corrected = true;
            }
        }
        corrected
    }

    /// The key of all letters of some words, but those of the form of a company.
    pub fn letters(&self, range: Range<usize>, letters: &mut String) -> u64 {
        letters.clear();
        for place in range.clone() {
            let (word, token) = (self.words.get(place), &self.tokens[place]);
            let article = place == range.start && token.raw == the();
            if !article && (token.meaning.stop || !token.meaning.legal) {
                // Two vowels that are one within a word are one between words that were joined.
                let is_one = matches!(
                    (letters.as_bytes().last(), word.as_bytes().first()),
                    (Some(b'a' | b'o' | b'u'), Some(b'e')) | (Some(b'a'), Some(b'a'))
                );
                letters.push_str(&word[usize::from(is_one)..]);
            }
        }
        word_hash(letters)
    }
}

impl Token {
    /// Its hash, where a name with another is of another institution.
    pub fn mark(&self) -> u64 {
        if self.number || self.meaning.divides { self.meaning.canonical } else { 0 }
    }

    /// It helps to tell an organisation from others.
    pub fn tells(&self) -> bool {
        !self.meaning.stop && !self.meaning.legal
    }
}

/// True for two words that differ in what stands at their ends only.
fn are_forms(one: &str, other: &str) -> bool {
    let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    same >= MIN_STEM_BYTES && short - same <= MAX_END_BYTES && long - same <= MAX_END_BYTES
}

/// The hash of `tokens` in a form; that of no words is 0.
pub fn hash(key_kind: KeyKind, tokens: &[Token]) -> u64 {
    let sum =
        |pick: &dyn Fn(&Token) -> Option<u64>| tokens.iter().filter_map(pick).fold(0u64, u64::wrapping_add);
    match key_kind {
        KeyKind::Row => {
            let skipped = usize::from(tokens.len() > 1 && tokens[0].raw == the());
            if tokens.is_empty() { 0 } else { row_hash(tokens[skipped..].iter().map(|token| token.raw)) }
        }
        KeyKind::Bag => sum(&|token| (!token.meaning.stop).then_some(token.raw)),
        KeyKind::Plain => sum(&|token| token.tells().then_some(token.raw)),
        KeyKind::Canonical | KeyKind::Cityless => {
            sum(&|token| token.tells().then_some(token.meaning.canonical))
        }
        KeyKind::Letters | KeyKind::Consonants => 0,
    }
}

/// The article that many names have or have not.
pub fn the() -> u64 {
    const THE: &[u8] = b"the";
    xxhash_rust::xxh3::xxh3_64(THE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// True where both names are the same but for language, spelling and place.
    fn are_one(one: &str, other: &str, city: &str) -> bool {
        let lexicon = Lexicon::new();
        let city = Reading::of(city, &lexicon);
        let canonical = |name: &str| {
            let mut reading = Reading::of(name, &lexicon);
            reading.read_city_forms(&city, |_| false);
            hash(KeyKind::Canonical, &reading.tokens)
        };
        canonical(one) == canonical(other)
    }

    #[test]
    fn names_in_other_languages_and_forms_are_one() {
        for (one, other, city, expected) in [
            ("Fachhochschule Dortmund", "Dortmund University of Applied Sciences and Arts", "", true),
            ("Tampereen ammattikorkeakoulu", "Tampere University of Applied Sciences", "", true),
            ("University of Kent Higher Education Corporation", "University of Kent", "", true),
            ("Sveučilište u Rijeci", "University of Rijeka", "Rijeka", true),
            ("Sveučilište u Rijeci", "University of Rijeka", "", false),
            ("Медицински университет - Плевен", "Medical University Pleven", "", true),
            ("Πανεπιστήμιο Κρήτης", "University of Crete", "", true),
            ("Higher Education Corporation", "Corporation", "", false),
            ("University of Applied Physics", "Hochschule", "", false),
        ] {
            assert_eq!(are_one(one, other, city), expected, "{one} | {other}");
        }
    }
}
