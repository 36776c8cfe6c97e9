//! What single words mean for matching: which tell nothing, which stand for the
//! same, which say what kind of institution is meant.

use rustc_hash::{FxHashMap, FxHashSet};

use super::countries::Country;
use super::hash::{row_hash, word_hash};
use super::normal::Words;
use super::script::in_latin;
use super::typos::Typos;
use super::words::{CITIES, DIVIDING, KINDS, LEGAL, SHARED, STOP, SUBUNIT};

/// What is known of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The hash of the word that stands for it.
    pub canonical: u64,
    /// It tells nothing: "of".
    pub stop: bool,
    /// It is the form of a company: "gmbh".
    pub legal: bool,
    /// Very many names have it: "institute".
    pub generic: bool,
    /// It names a kind or a subject, as many names do: "health".
    pub shared: bool,
    /// It names a part of an institution: "faculty".
    pub subunit: bool,
    /// It tells universities of one place apart: "technical".
    pub divides: bool,
    /// The kinds of institution it speaks of, a bit each.
    pub kinds: u32,
}

impl Meaning {
    /// A word of which nothing is known.
    pub fn plain(hash: u64) -> Self {
        Self {
            canonical: hash,
            stop: false,
            legal: false,
            generic: false,
            shared: false,
            subunit: false,
            divides: false,
            kinds: 0,
        }
    }
}

/// Bytes of a common word in which a letter may be wrong.
const MIN_SPELT_BYTES: usize = 6;

/// The kind of universities, the first line of the table.
pub const UNIVERSITY: u32 = 1 << 0;
/// The kind of hospitals, the second line.
pub const HOSPITAL: u32 = 1 << 1;
/// Kinds of institutions that have parts of their own names: university,
/// hospital, school, college, hochschule, polytechnic.
pub const PARENTS: u32 = UNIVERSITY | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 10 | 1 << 11;
/// Kinds that are forms of law rather than of institutions: foundation,
/// society, association, company.
pub const BODIES: u32 = 1 << 5 | 1 << 14 | 1 << 15 | 1 << 18;

/// The meanings of words, and the names of countries.
pub struct Lexicon {
    meanings: FxHashMap<u64, Meaning>,
    /// Common words by what one letter may have made of them, each with its place in `spelt`.
    typos: Typos,
    spelt: Vec<Meaning>,
    /// The first letters of common words.
    beginnings: FxHashSet<[u8; 3]>,
    countries: FxHashMap<u64, Vec<Country>>,
}

impl Lexicon {
    pub fn new() -> Self {
        let mut lexicon = Self {
            meanings: FxHashMap::default(),
            typos: Typos::default(),
            spelt: Vec::new(),
            beginnings: FxHashSet::default(),
            countries: FxHashMap::default(),
        };
        lexicon.read_lines(CITIES, |meaning, _| meaning);
        let (generic, subjects) = SHARED.split_once("\n\n").unwrap_or((SHARED, ""));
        lexicon.read_lines(subjects, |meaning, _| Meaning { shared: true, ..meaning });
        lexicon.read_lines(generic, |meaning, _| Meaning { generic: true, shared: true, ..meaning });
        lexicon.read_lines(KINDS, |meaning, line| Meaning {
            generic: true,
            shared: true,
            kinds: 1 << line,
            ..meaning
        });
        lexicon.change(LEGAL, |meaning| meaning.legal = true);
        lexicon.change(STOP, |meaning| meaning.stop = true);
        lexicon.change(SUBUNIT, |_| ());
        let divides: Vec<u64> = DIVIDING.split_whitespace().map(hash_of).collect();
        let subunits: Vec<u64> = SUBUNIT.split_whitespace().map(hash_of).collect();
        for meaning in lexicon.meanings.values_mut() {
            meaning.divides = divides.contains(&meaning.canonical);
            meaning.subunit = subunits.contains(&meaning.canonical);
        }
        lexicon.read_countries();
        lexicon.read_spellings();
        lexicon
    }

    /// Lists the common words by their letters, so that misspelt ones are known.
    fn read_spellings(&mut self) {
        let (generic, subjects) = SHARED.split_once("\n\n").unwrap_or((SHARED, ""));
        for word in [KINDS, generic, subjects].iter().flat_map(|lines| lines.split(['|', ' ', '\n'])) {
            let words = Words::of(word);
            if words.len() == 1 && words.get(0).len() >= MIN_SPELT_BYTES {
                self.typos.add(self.spelt.len() as u32, words.get(0));
                self.beginnings.extend(words.get(0).as_bytes().first_chunk::<3>());
                self.spelt.push(self.meaning(words.get(0), word_hash(words.get(0))));
            }
        }
        self.typos.finish();
    }

    /// True if a common word begins with the same three letters.
    pub fn begins_as_common(&self, word: &str) -> bool {
        word.as_bytes().first_chunk::<3>().is_some_and(|beginning| self.beginnings.contains(beginning))
    }

    /// The meaning of the common word that `word` is but for one letter; `None` if it is none, or
    /// if it may be several.
    pub fn misspelt(&self, word: &str, found: &mut Vec<(u32, f32)>) -> Option<Meaning> {
        if word.len() < MIN_SPELT_BYTES {
            return None;
        }
        self.typos.corrections(word, found);
        let meaning = self.spelt[found.first()?.0 as usize];
        let same = |(place, _): &(u32, f32)| self.spelt[*place as usize].canonical == meaning.canonical;
        found.iter().all(same).then_some(meaning)
    }

    /// Names of countries; those of one word stand for each other. Parts of the
    /// United Kingdom do not, and America is no name for the United States.
    fn read_countries(&mut self) {
        let mut first: FxHashMap<Country, u64> = FxHashMap::default();
        for (country, name) in Country::names() {
            let words = Words::of(name);
            let row = row_hash(words.iter().map(word_hash));
            self.countries.entry(row).or_default().push(country);
            if words.len() == 1 && !["GB", "US"].contains(&country.code()) {
                let hash = word_hash(words.get(0));
                let known = self.meanings.get(&hash).map_or(hash, |meaning| meaning.canonical);
                let canonical = *first.entry(country).or_insert(known);
                self.meanings.entry(hash).or_insert(Meaning::plain(canonical));
            }
        }
        for (country, name) in Country::more_names() {
            let row = row_hash(Words::of(name).iter().map(word_hash));
            let known = self.countries.entry(row).or_default();
            if known.is_empty() {
                known.push(country);
            }
        }
    }

    /// What is known of a word with its hash. One of which nothing is known
    /// stands for its plural too.
    pub fn meaning(&self, word: &str, hash: u64) -> Meaning {
        if let Some(meaning) = self.meanings.get(&hash) {
            return *meaning;
        }
        if let Some(latin) = in_latin(word) {
            return self.meaning(&latin, word_hash(&latin));
        }
        match singular(word) {
            Some(singular) => {
                let hash = word_hash(singular);
                self.meanings.get(&hash).copied().unwrap_or_else(|| Meaning::plain(hash))
            }
            None => Meaning::plain(hash),
        }
    }

    /// The countries with a name, given by the hash of its row of words.
    pub fn countries_named(&self, row: u64) -> &[Country] {
        self.countries.get(&row).map_or(&[], Vec::as_slice)
    }

    fn read_lines(&mut self, lines: &str, finish: impl Fn(Meaning, usize) -> Meaning) {
        for (number, line) in lines.lines().filter(|line| line.contains('|')).enumerate() {
            let (canonical, others) = line.split_once('|').unwrap_or((line, ""));
            let canonical = hash_of(canonical);
            let meaning = finish(Meaning::plain(canonical), number);
            self.meanings.insert(canonical, meaning);
            others.split_whitespace().for_each(|word| {
                self.meanings.insert(hash_of(word), meaning);
            });
        }
    }

    fn change(&mut self, words: &str, change: impl Fn(&mut Meaning)) {
        for word in words.split_whitespace() {
            let hash = hash_of(word);
            change(self.meanings.entry(hash).or_insert_with(|| Meaning::plain(hash)));
        }
    }
}

/// A word without the letter that makes many, in most of the languages here.
fn singular(word: &str) -> Option<&str> {
    let kept = ["ss", "us", "is", "os"];
    let cut = word.len() >= 5 && word.ends_with('s') && !kept.iter().any(|end| word.ends_with(end));
    if cut { word.strip_suffix('s') } else { None }
}

/// The hash of a word of the tables, which is normalised as all others are.
fn hash_of(word: &str) -> u64 {
    let words = Words::of(word);
    if words.is_empty() { 0 } else { word_hash(words.get(0)) }
}
