//! An index of all names of a release by their keys.
//!
//! Keys are 64-bit hashes; two of a few million names share one by chance in one release of a
//! million.

use super::countries::Country;
use super::hash::row_hash;
use super::lexicon::Lexicon;
use super::organization::{NameKind, Organization};
use super::places::Places;
use super::reading::{KeyKind, Reading, Token, hash, the};
use super::release::Release;
use super::script::{is_transliterated, skeleton};
use super::vocabulary::Vocabulary;

/// Bits of a key that find its bucket.
const BUCKET_BITS: u32 = 18;
/// A word in names of so many organisations, beside other words, names none of them alone.
const MIN_SHARING: u32 = 25;
/// Bits of a sum of words that find its bit: one megabyte for some hundred thousand names.
const SUM_BITS: u32 = 23;

/// An index of all names of a release, made by [`Index::new`] in a second or two. Its tables of
/// words are open to [`Address`](crate::Address) and [`Overrides`](crate::Overrides); they have
/// no documented interface of their own.
pub struct Index {
    /// The release that the index was built of.
    pub release: Release,
    /// The words that mean the same, which [`Overrides::read`](crate::Overrides::read) needs.
    pub lexicon: Lexicon,
    /// The cities and countries of all organisations.
    pub places: Places,
    /// The words of all names, with how much each tells.
    pub vocabulary: Vocabulary,
    entries: Vec<Entry>,
    buckets: Vec<u32>,
    /// A bit for each sum of words that is a name, with or without its city: most runs of words are
    /// none, and a bit is sooner looked up than a key.
    sums: Vec<u64>,
}

/// A name under one of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    key: u64,
    pub organization: u32,
    pub name: u16,
    pub kind: NameKind,
    /// None of its words is its own: "Institute of Technology".
    pub generic: bool,
}

impl Index {
    /// Builds the index of a release.
    pub fn new(release: Release) -> Self {
        let lexicon = Lexicon::new();
        let mut places = Places::new();
        let mut entries = Vec::new();
        let mut vocabulary = Vocabulary::default();
        let mut reader = Reader {
            lexicon: &lexicon,
            reading: Reading::default(),
            letters: String::new(),
            sums: vec![0; 1 << (SUM_BITS - 6)],
        };
        for (number, organization) in (0..).zip(&release.organizations) {
            places.push(organization, &lexicon, &mut reader.reading);
            for (name, value) in (0..).zip(&organization.names) {
                let entry = Entry { key: 0, organization: number, name, kind: value.kind, generic: false };
                reader.add(organization, &value.value, entry, &places, &mut entries, &mut vocabulary);
            }
        }
        entries.sort_unstable();
        entries.dedup();
        vocabulary.finish(&places);
        let buckets = buckets(&entries);
        let sums = reader.sums;
        Self { release, lexicon, places, vocabulary, entries, buckets, sums }
    }

    /// False if no name has words of this sum, with or without its city.
    pub fn may_have(&self, sum: u64) -> bool {
        let (place, bit) = sum_bit(sum);
        self.sums[place] & bit != 0
    }

    /// All names with a key. For the matcher; neither type is documented.
    pub fn find(&self, key_kind: KeyKind, hash: u64) -> &[Entry] {
        if hash == 0 || key_kind.is_sum() && !self.may_have(hash) {
            return &[];
        }
        let key = key(key_kind, hash);
        let bucket = bucket(key);
        let entries = &self.entries[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize];
        let start = entries.partition_point(|entry| entry.key < key);
        let length = entries[start..].iter().take_while(|entry| entry.key == key).count();
        &entries[start..start + length]
    }

    /// True for words that name no organisation by themselves: words that tell nothing, kinds and
    /// subjects, and words that many organisations have in their names.
    pub fn is_bare(&self, tokens: &[Token]) -> bool {
        let mut telling = tokens.iter().filter(|token| token.tells());
        match (telling.next(), telling.next()) {
            (None, _) => true,
            // "E.ON Sverige" is more than its one word that tells something.
            (Some(only), None) => {
                let alone = tokens.iter().all(|token| !token.meaning.stop || token.raw == the());
                let sharing = self.vocabulary.organizations_sharing(only.meaning.canonical);
                alone && (only.meaning.shared || only.number || sharing >= MIN_SHARING)
            }
            _ => false,
        }
    }

    /// True for the name of a city, a state or a country.
    pub fn is_place(&self, tokens: &[Token]) -> bool {
        let telling = tokens.iter().filter(|token| !token.meaning.stop).map(|token| token.meaning.canonical);
        let row = row_hash(tokens.iter().map(|token| token.raw));
        !self.places.city_countries(telling.fold(0, u64::wrapping_add)).is_empty()
            || !self.places.region_countries(row).is_empty()
            || !self.lexicon.countries_named(row).is_empty()
    }

    /// The name of an organisation as ROR writes it, by the numbers of a
    /// [`Candidate`](crate::Candidate).
    ///
    /// # Panics
    /// Panics if the release has no such organisation or name.
    pub fn name(&self, organization: u32, name: u16) -> &str {
        &self.release.organization(organization).names[usize::from(name)].value
    }
}

fn key(key_kind: KeyKind, hash: u64) -> u64 {
    (hash ^ (key_kind as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xFF51_AFD7_ED55_8CCD)
}

fn bucket(key: u64) -> usize {
    (key >> (64 - BUCKET_BITS)) as usize
}

/// The word of the bits of sums, and the bit in it.
fn sum_bit(sum: u64) -> (usize, u64) {
    let place = sum.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SUM_BITS);
    ((place >> 6) as usize, 1 << (place & 63))
}

fn buckets(entries: &[Entry]) -> Vec<u32> {
    let mut buckets = vec![0; (1 << BUCKET_BITS) + 1];
    entries.iter().for_each(|entry| buckets[bucket(entry.key) + 1] += 1);
    for place in 1..buckets.len() {
        buckets[place] += buckets[place - 1];
    }
    buckets
}

/// Reads names into entries.
struct Reader<'a> {
    lexicon: &'a Lexicon,
    reading: Reading,
    letters: String,
    sums: Vec<u64>,
}

impl Reader<'_> {
    fn add(
        &mut self,
        organization: &Organization,
        name: &str,
        entry: Entry,
        places: &Places,
        entries: &mut Vec<Entry>,
        vocabulary: &mut Vocabulary,
    ) {
        self.reading.read(name, self.lexicon);
        let all = &self.reading.tokens;
        if all.is_empty() {
            return;
        }
        let sums = &mut self.sums;
        let mut push = |form: KeyKind, hash, generic| {
            if form.is_sum() {
                let (place, bit) = sum_bit(hash);
                sums[place] |= bit;
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
        let city = places.city_words(entry.organization);
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
        if places.countries(entry.organization).iter().any(|country| is_transliterated(*country)) {
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
    let row = super::hash::row_hash(tokens[start..].iter().map(|token| token.raw));
    let named = lexicon.countries_named(row);
    let own = named.contains(&country) || !country.is_known() && !named.is_empty();
    if own { &tokens[..start] } else { tokens }
}

/// True where no word tells which of many institutions is meant.
pub fn is_generic(tokens: &[Token]) -> bool {
    tokens.iter().filter(|token| token.tells()).all(|token| token.meaning.generic || token.number)
}
