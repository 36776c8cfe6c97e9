//! An index of all names of a release by their keys.
//!
//! Keys are 64-bit hashes; two of a few million names share one by chance in one release of a
//! million.

use std::panic::resume_unwind;
use std::thread;

use super::buckets::Buckets;
use super::hash::row_hash;
use super::lexicon::Lexicon;
use super::names::{Entry, Names, Sums, key};
use super::places::Places;
use super::reading::{KeyKind, Token, the};
use super::release::Release;
use super::vocabulary::Vocabulary;

/// Bits of a key that find its bucket.
const BUCKET_BITS: u32 = 18;
/// A word in names of so many organisations, beside other words, names none of them alone.
const MIN_SHARING: u32 = 25;

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
    entries: Buckets<Entry>,
    sums: Sums,
}

impl Index {
    /// Builds the index of a release, by two threads.
    pub fn new(release: Release) -> Self {
        let lexicon = Lexicon::new();
        let half = release.organizations.len() / 2;
        let (first, second) = release.organizations.split_at(half);
        let (places, vocabulary, entries, sums) = thread::scope(|scope| {
            let second = scope.spawn(|| Names::read(second, half as u32, Places::default(), &lexicon));
            let Names { entries, mut places, mut vocabulary, mut sums } =
                Names::read(first, 0, Places::new(), &lexicon);
            let second = second.join().unwrap_or_else(|panic| resume_unwind(panic));
            let lists = [entries, second.entries];
            let entries = scope.spawn(move || Buckets::of(&lists, BUCKET_BITS, |entry| bucket(entry.key)));
            places.append(second.places);
            vocabulary.append(second.vocabulary);
            sums.append(&second.sums);
            vocabulary.finish(&places);
            let entries = entries.join().unwrap_or_else(|panic| resume_unwind(panic));
            (places, vocabulary, entries, sums)
        });
        Self { release, lexicon, places, vocabulary, entries, sums }
    }

    /// False if no name has words of this sum, with or without its city.
    pub fn may_have(&self, sum: u64) -> bool {
        self.sums.may_have(sum)
    }

    /// All names with a key. For the matcher; neither type is documented.
    pub fn find(&self, key_kind: KeyKind, hash: u64) -> &[Entry] {
        if hash == 0 || key_kind.is_sum() && !self.may_have(hash) {
            return &[];
        }
        let key = key(key_kind, hash);
        let entries = self.entries.get(bucket(key));
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

fn bucket(key: u64) -> usize {
    (key >> (64 - BUCKET_BITS)) as usize
}
