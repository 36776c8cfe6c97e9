//! Reads the names of a part of a release: their keys, their words, and the places of their
//! organisations.

use super::countries::Country;
use super::hash::row_hash;
use super::lexicon::Lexicon;
use super::organization::{NameKind, Organization};
use super::places::Places;
use super::reading::{KeyKind, Reading, Token, hash};
use super::script::{is_transliterated, skeleton};
use super::vocabulary::Vocabulary;

/// Bits of a sum of words that find its bit: one megabyte for some hundred thousand names.
const SUM_BITS: u32 = 23;

/// What is known of the names of some organisations.
pub struct Names {
    /// In the order of the organisations.
    pub entries: Vec<Entry>,
    pub places: Places,
    pub vocabulary: Vocabulary,
    pub sums: Sums,
}

/// A name under one of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub key: u64,
    pub organization: u32,
    pub name: u16,
    pub kind: NameKind,
    /// None of its words is its own: "Institute of Technology".
    pub generic: bool,
}

/// A bit for each sum of words that is a name, with or without its city: most runs of words are none,
/// and a bit is sooner looked up than a key.
pub struct Sums(Vec<u64>);

impl Sums {
    fn insert(&mut self, sum: u64) {
        let (place, bit) = sum_bit(sum);
        self.0[place] |= bit;
    }

    /// Adds all sums of others.
    pub fn append(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(bits, others)| *bits |= others);
    }

    /// False if no name has words of this sum.
    pub fn may_have(&self, sum: u64) -> bool {
        let (place, bit) = sum_bit(sum);
        self.0[place] & bit != 0
    }
}

/// The word of the bits of sums, and the bit in it.
fn sum_bit(sum: u64) -> (usize, u64) {
    let place = sum.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SUM_BITS);
    ((place >> 6) as usize, 1 << (place & 63))
}

/// The number under which entries of a key are looked up.
pub fn key(key_kind: KeyKind, hash: u64) -> u64 {
    (hash ^ (key_kind as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xFF51_AFD7_ED55_8CCD)
}

impl Names {
    /// Reads the names of `organizations`, whose numbers in the release begin with `first`. Adds their places
    /// to `places`, which must hold no organisation yet.
    pub fn read(organizations: &[Organization], first: u32, places: Places, lexicon: &Lexicon) -> Self {
        let (entries, vocabulary) = (Vec::new(), Vocabulary::default());
        let names = Self { entries, places, vocabulary, sums: Sums(vec![0; 1 << (SUM_BITS - 6)]) };
        let mut reader = Reader { lexicon, reading: Reading::default(), letters: String::new(), names };
        for (place, organization) in (0..).zip(organizations) {
            reader.names.places.push(organization, lexicon, &mut reader.reading);
            for (name, value) in (0..).zip(&organization.names) {
                let entry =
                    Entry { key: 0, organization: first + place, name, kind: value.kind, generic: false };
                reader.add(organization, &value.value, entry, place);
            }
        }
        reader.names
    }
}

/// Reads names into entries.
struct Reader<'a> {
    lexicon: &'a Lexicon,
    reading: Reading,
    letters: String,
    names: Names,
}

impl Reader<'_> {
    /// Adds a name of an organisation that is at `place` in this part of the release.
    fn add(&mut self, organization: &Organization, name: &str, entry: Entry, place: u32) {
        self.reading.read(name, self.lexicon);
        let all = &self.reading.tokens;
        if all.is_empty() {
            return;
        }
        let Names { entries, places, vocabulary, sums } = &mut self.names;
        let mut push = |form: KeyKind, hash, generic| {
            if form.is_sum() {
                sums.insert(hash);
            }
            entries.push(Entry { key: key(form, hash), generic, ..entry });
        };
        push(KeyKind::Row, hash(KeyKind::Row, all), false);
        if entry.kind == NameKind::Acronym {
            return;
        }
        let tokens = without_country(all, self.lexicon, organization.country());
        let generic = is_generic(tokens);
        for key_kind in [KeyKind::Row, KeyKind::Bag, KeyKind::Plain, KeyKind::Canonical] {
            let hash = hash(key_kind, tokens);
            if hash != 0 {
                push(key_kind, hash, generic);
            }
        }
        let city = places.city_words(place);
        let is_of_city = |token: &Token| city.contains(&token.meaning.canonical);
        if tokens.iter().any(is_of_city) {
            let cityless: Vec<Token> = tokens.iter().filter(|token| !is_of_city(token)).copied().collect();
            if !is_generic(&cityless) {
                push(KeyKind::Cityless, hash(KeyKind::Cityless, &cityless), false);
            }
        }
        if tokens.len() == all.len() {
            push(KeyKind::Letters, self.reading.letters(0..all.len(), &mut self.letters), generic);
        }
        if places.countries(place).iter().any(|country| is_transliterated(*country)) {
            push(KeyKind::Consonants, skeleton(&self.reading.words, &mut self.letters), generic);
        }
        vocabulary.add(entry.organization, entry.name, entry.kind, tokens, &self.reading.words);
    }
}

/// The words in front of "(Country)" at the end of a name.
fn without_country<'a>(tokens: &'a [Token], lexicon: &Lexicon, country: Country) -> &'a [Token] {
    let start = tokens.iter().rposition(|token| !token.in_brackets).map_or(0, |place| place + 1);
    if start == 0 || start == tokens.len() {
        return tokens;
    }
    let row = row_hash(tokens[start..].iter().map(|token| token.raw));
    let named = lexicon.countries_named(row);
    let own = named.contains(&country) || !country.is_known() && !named.is_empty();
    if own { &tokens[..start] } else { tokens }
}

/// True where no word tells which of many institutions is meant.
pub fn is_generic(tokens: &[Token]) -> bool {
    tokens.iter().filter(|token| token.tells()).all(|token| token.meaning.generic || token.number)
}
