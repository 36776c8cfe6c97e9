//! The words of all names, how much each tells, and which names have it: what
//! the search for similar names goes by.

use rustc_hash::{FxHashMap, FxHashSet};

use super::countries::Country;
use super::hash::word_hash;
use super::normal::Words;
use super::organization::NameKind;
use super::places::Places;
use super::reading::Token;
use super::typos::Typos;

/// Words of a name that are compared.
const MAX_NAME_WORDS: usize = 24;
/// What a word may weigh at most.
const MAX_WEIGHT: f32 = 9.0;

/// A name, as far as its words go.
#[derive(Clone, Copy)]
pub struct Document {
    pub organization: u32,
    pub name: u16,
    pub kind: NameKind,
    start: u32,
    length: u8,
    /// The sum of what its words tell.
    pub weight: f32,
    /// The sum of the hashes of what must be the same: numbers, and words that
    /// tell universities of one place apart.
    pub marks: u64,
}

/// The words and the names.
#[derive(Default)]
pub struct Vocabulary {
    ids: FxHashMap<u64, u32>,
    spellings: FxHashSet<u64>,
    typos: Typos,
    counts: Vec<u32>,
    /// Of how many organisations a word is in a name of several words, and the last of them.
    shared: Vec<(u32, u32)>,
    weights: Vec<f32>,
    words: Vec<u32>,
    documents: Vec<Document>,
    /// For each name, the kinds of institution that it speaks of. A search reads the kinds of hundreds of names
    /// and compares few of these names, so the kinds stand in a list of their own.
    kinds: Vec<u32>,
    /// For each group of countries, its documents.
    countries: FxHashMap<Country, (u32, u32)>,
    posting_starts: Vec<u32>,
    postings: Vec<u32>,
}

impl Vocabulary {
    /// Adds a name's words.
    pub fn add(&mut self, organization: u32, name: u16, kind: NameKind, tokens: &[Token], words: &Words) {
        let start = self.words.len();
        let (mut kinds, mut marks) = (0, 0u64);
        for (place, token) in tokens.iter().enumerate().filter(|(_, token)| token.tells()) {
            let id = self.id(token, words, place);
            if !self.words[start..].contains(&id) && self.words.len() - start < MAX_NAME_WORDS {
                self.words.push(id);
                kinds |= token.meaning.kinds;
                marks = marks.wrapping_add(token.mark());
            }
        }
        let length = self.words.len() - start;
        self.words[start..].iter().for_each(|id| self.counts[*id as usize] += 1);
        if length > 1 {
            for id in &self.words[start..] {
                let (count, last) = &mut self.shared[*id as usize];
                *count += u32::from(*last != organization);
                *last = organization;
            }
        }
        if length > 0 {
            let (start, length) = (start as u32, length as u8);
            self.documents.push(Document { organization, name, kind, start, length, weight: 0.0, marks });
            self.kinds.push(kinds);
        }
    }

    fn id(&mut self, token: &Token, words: &Words, place: usize) -> u32 {
        let id = self.id_of(token.meaning.canonical);
        if self.spellings.insert(token.raw) {
            self.typos.add(id, words.get(place));
        }
        id
    }

    /// The number of a word, which may be new.
    fn id_of(&mut self, canonical: u64) -> u32 {
        let next = self.counts.len() as u32;
        let id = *self.ids.entry(canonical).or_insert(next);
        if id == next {
            self.counts.push(0);
            self.shared.push((0, u32::MAX));
        }
        id
    }

    /// Adds the names of the next organisations.
    pub fn append(&mut self, next: Self) {
        let mut canonicals = vec![0; next.ids.len()];
        next.ids.iter().for_each(|(canonical, id)| canonicals[*id as usize] = *canonical);
        let ids: Vec<u32> = canonicals.into_iter().map(|canonical| self.id_of(canonical)).collect();
        for (id, (counted, shared)) in ids.iter().zip(next.counts.iter().zip(&next.shared)) {
            self.counts[*id as usize] += counted;
            self.shared[*id as usize].0 += shared.0;
        }
        for (id, word) in next.typos.spellings() {
            if self.spellings.insert(word_hash(word)) {
                self.typos.add(ids[id as usize], word);
            }
        }
        let before = self.words.len() as u32;
        self.words.extend(next.words.iter().map(|id| ids[*id as usize]));
        let documents = next.documents.into_iter();
        self.documents
            .extend(documents.map(|document| Document { start: before + document.start, ..document }));
        self.kinds.extend(next.kinds);
    }

    /// Weighs words and names, and lists names by word and country.
    pub fn finish(&mut self, places: &Places) {
        let total = self.documents.len().max(1) as f32;
        let weight = |count: &u32| (1.0 + total / (*count).max(1) as f32).ln().min(MAX_WEIGHT);
        self.weights = self.counts.iter().map(weight).collect();
        self.typos.finish();
        self.spellings = FxHashSet::default();
        let (mut documents, kinds) = (std::mem::take(&mut self.documents), std::mem::take(&mut self.kinds));
        let mut groups: FxHashMap<Country, Vec<u32>> = FxHashMap::default();
        for (number, document) in (0..).zip(&mut documents) {
            document.weight = self.words(document).iter().map(|id| self.weight(*id)).sum();
            let countries = places.countries(document.organization);
            for (place, group) in countries.iter().map(|country| country.group()).enumerate() {
                if !countries[..place].iter().any(|other| other.group() == group) {
                    groups.entry(group).or_default().push(number);
                }
            }
        }
        let mut groups: Vec<(Country, Vec<u32>)> = groups.into_iter().collect();
        groups.sort_unstable_by_key(|(group, _)| *group);
        for (group, numbers) in groups {
            let start = self.documents.len() as u32;
            self.documents.extend(numbers.iter().map(|number| documents[*number as usize]));
            self.kinds.extend(numbers.iter().map(|number| kinds[*number as usize]));
            self.countries.insert(group, (start, self.documents.len() as u32));
        }
        self.list();
    }

    fn list(&mut self) {
        let mut starts = vec![0u32; self.counts.len() + 1];
        for document in &self.documents {
            self.words(document).iter().for_each(|id| starts[*id as usize + 1] += 1);
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut next = starts.clone();
        let mut postings = vec![0; starts.last().map_or(0, |end| *end as usize)];
        for (number, document) in (0..).zip(&self.documents) {
            for id in self.words(document) {
                let place = &mut next[*id as usize];
                postings[*place as usize] = number;
                *place += 1;
            }
        }
        (self.posting_starts, self.postings) = (starts, postings);
    }

    /// The number of a word.
    pub fn word(&self, canonical: u64) -> Option<u32> {
        self.ids.get(&canonical).copied()
    }

    /// The same; `None` if no name has the word.
    pub fn sharing(&self, canonical: u64) -> Option<u32> {
        self.word(canonical).map(|word| self.shared[word as usize].0)
    }

    /// Of how many organisations a word is in a name beside other words. One that is in many says
    /// little by itself.
    pub fn organizations_sharing(&self, canonical: u64) -> u32 {
        self.word(canonical).map_or(0, |word| self.shared[word as usize].0)
    }

    /// Words that `word` may be a misspelling of, with how alike they are.
    pub fn corrections(&self, word: &str, found: &mut Vec<(u32, f32)>) {
        self.typos.corrections(word, found);
    }

    /// How much a word tells: the rarer, the more.
    pub fn weight(&self, word: u32) -> f32 {
        self.weights[word as usize]
    }

    /// What a word tells that no name has.
    pub fn unknown_weight(&self) -> f32 {
        (self.documents.len().max(1) as f32).ln().min(MAX_WEIGHT)
    }

    pub fn document(&self, number: u32) -> &Document {
        &self.documents[number as usize]
    }

    /// The kinds of institution that a document speaks of.
    pub fn kinds(&self, number: u32) -> u32 {
        self.kinds[number as usize]
    }

    pub fn words(&self, document: &Document) -> &[u32] {
        &self.words[document.start as usize..document.start as usize + usize::from(document.length)]
    }

    /// The first document of a group of countries, and how many it has.
    pub fn country(&self, group: Country) -> (u32, u32) {
        self.countries.get(&group).copied().unwrap_or((0, 0))
    }

    /// The same of all documents.
    pub fn all(&self) -> (u32, u32) {
        (0, self.documents.len() as u32)
    }

    /// The documents with a word among those from `first` to before `end`.
    pub fn postings(&self, word: u32, first: u32, end: u32) -> &[u32] {
        let word = word as usize;
        let all = &self.postings[self.posting_starts[word] as usize..self.posting_starts[word + 1] as usize];
        let start = all.partition_point(|document| *document < first);
        let length = all[start..].partition_point(|document| *document < end);
        &all[start..start + length]
    }
}
