//! Finds the most similar name in the country: rare words count most, words
//! that differ by a letter count as nearly the same.

use std::ops::Range;

use super::answer::{Candidate, Tier};
use super::choose::list;
use super::exact::{Lookup, Search};
use super::hash::word_hash;
use super::lexicon::{BODIES, Meaning};
use super::places::PlaceVerdict;
use super::preset::Similarity;
use super::reading::{Reading, Token};
use super::script::is_transliterated;
use super::vocabulary::Document;

/// Words by which names are looked for, the rarest first.
const MAX_SOUGHT: usize = 5;
/// Names that are looked through for one word, but for the rarest.
const MAX_NAMES: usize = 400;
/// The same for the rarest.
const MAX_FIRST_NAMES: usize = 4000;
/// Names that are compared.
const MAX_COMPARED: usize = 24;
/// What is left of the weight of a word that the city has.
const CITY_SHARE: f32 = 0.25;
/// The same where it is not known whether the organisation is there.
const UNKNOWN_CITY_SHARE: f32 = 0.6;
/// What the city adds to a score, or takes from it.
const CITY_BONUS: f32 = 0.03;
/// What a name must tell beside another to speak against it.
const CONTRARY_WEIGHT: f32 = 4.5;
/// Bytes of an acronym at most.
const MAX_ACRONYM_BYTES: u8 = 5;

/// Buffers that are used again.
#[derive(Default)]
pub struct Buffers {
    asked: Vec<Asked>,
    /// The words of all in `asked`.
    words: Vec<(u32, f32)>,
    corrections: Vec<(u32, f32)>,
    sought: Vec<(u32, f32)>,
    sums: Vec<f32>,
    touched: Vec<u32>,
    ranked: Vec<u64>,
}

/// A word of the query.
struct Asked {
    /// Where the words of the vocabulary that it may be stand, each with how alike it is.
    words: Range<usize>,
    weight: f32,
    /// It is one of the city's.
    city: bool,
    /// Neither very many names have it, nor the city's.
    own: bool,
    /// It is too long for an acronym, which many put behind a name.
    long: bool,
}

/// A name with how alike it is.
struct Scored {
    score: f32,
    document: Document,
    /// Each says something that the other does not.
    contrary: bool,
    city: PlaceVerdict,
    /// It has all words that are the query's own, and there are some.
    has_own: bool,
    /// The query has no word of its own, and the name has all its words and more.
    is_longer: bool,
}

impl Search<'_> {
    /// The name most similar to a range of words, if it is similar enough and the next is not.
    pub fn by_similarity(
        &mut self,
        reading: &Reading,
        range: Range<usize>,
        limits: Similarity,
        buffers: &mut Buffers,
    ) -> Lookup {
        let vocabulary = &self.index.vocabulary;
        // Without a country all names are compared, and more must be the same.
        let known = self.place.country.is_known();
        let (first, end) =
            if known { vocabulary.country(self.place.country.group()) } else { vocabulary.all() };
        if first == end {
            return Lookup::Nothing;
        }
        let limits = if known { limits } else { Similarity { score: limits.contrary_score, ..limits } };
        let (kinds, marks) = self.ask(reading, range, buffers);
        *self.steps += self.gather((first, end), kinds, buffers);
        let mut scored: Vec<Scored> = Vec::with_capacity(buffers.touched.len());
        for number in &buffers.touched {
            let document = *self.index.vocabulary.document(*number);
            let is_marked = self.are_marked_alike(document.marks, marks);
            if !fit(kinds, self.index.vocabulary.kinds(*number)) || !is_marked && marks != 0 {
                continue;
            }
            let one = self.score(document, &buffers.asked, &buffers.words);
            // "Sharif University" of Tehran may be the one "of Technology".
            if is_marked || one.city == PlaceVerdict::Agree && one.has_own {
                scored.push(one);
            }
        }
        scored.sort_by(|one, other| {
            other
                .score
                .total_cmp(&one.score)
                .then(one.document.organization.cmp(&other.document.organization))
        });
        self.decide(&scored, limits)
    }

    /// True for the same numbers and fields; most universities of some countries are of the state,
    /// whether their names say it or not.
    fn are_marked_alike(&self, one: u64, other: u64) -> bool {
        let differ_by_state = || {
            let state = word_hash("state");
            one == other.wrapping_add(state) || other == one.wrapping_add(state)
        };
        one == other || is_transliterated(self.place.country) && differ_by_state()
    }

    fn decide(&mut self, scored: &[Scored], limits: Similarity) -> Lookup {
        let enough =
            |best: &&Scored| best.score >= if best.contrary { limits.contrary_score } else { limits.score };
        let Some(best) = scored.first().filter(enough) else {
            self.list(scored.iter().filter(|other| other.score > limits.score / 2.0));
            return Lookup::Nothing;
        };
        let release = &self.index.release;
        let became = release.successor(best.document.organization);
        let next = scored.iter().find(|other| release.successor(other.document.organization) != became);
        // "University of Rome" may be any that is called so and more.
        let is_one_of_many = best.is_longer
            && scored.iter().any(|other| {
                other.is_longer
                    && other.city != PlaceVerdict::Differ
                    && release.successor(other.document.organization) != became
            });
        if is_one_of_many || next.is_some_and(|next| best.score - next.score < limits.margin) {
            self.list(scored.iter());
            return Lookup::Tie;
        }
        Lookup::Found {
            tier: Tier::Similar,
            best: self.candidate(best),
            next: next.map(|next| self.candidate(next)),
        }
    }

    fn list<'b>(&mut self, scored: impl Iterator<Item = &'b Scored>) {
        let candidates: Vec<Candidate> = scored.map(|scored| self.candidate(scored)).collect();
        list(self.listed, candidates.into_iter());
    }

    fn candidate(&self, scored: &Scored) -> Candidate {
        let Document { organization, name, kind, .. } = scored.document;
        Candidate {
            organization,
            name,
            kind,
            score: scored.score.min(1.0),
            country: self.index.places.country(organization, self.place.country),
            city: scored.city,
        }
    }

    /// Finds out what the words may be; gives their kinds and marks.
    fn ask(&self, reading: &Reading, range: Range<usize>, buffers: &mut Buffers) -> (u32, u64) {
        let vocabulary = &self.index.vocabulary;
        buffers.asked.clear();
        buffers.words.clear();
        let (mut kinds, mut marks) = (0, 0u64);
        let mut seen: Vec<u64> = Vec::with_capacity(range.len());
        for place in range {
            let token = &reading.tokens[place];
            let Token { meaning: Meaning { canonical, .. }, .. } = *token;
            if !token.tells() || seen.contains(&canonical) {
                continue;
            }
            seen.push(canonical);
            kinds |= token.meaning.kinds;
            marks = marks.wrapping_add(token.mark());
            let start = buffers.words.len();
            match vocabulary.word(canonical) {
                Some(word) => buffers.words.push((word, 1.0)),
                None => {
                    vocabulary.corrections(reading.words.get(place), &mut buffers.corrections);
                    buffers.words.extend_from_slice(&buffers.corrections);
                }
            }
            let words = start..buffers.words.len();
            let weights = buffers.words[start..].iter().map(|(word, _)| vocabulary.weight(*word));
            let weight = weights.reduce(f32::max).unwrap_or(vocabulary.unknown_weight());
            let city = self.place.city.contains(&canonical);
            let own = !city && !token.meaning.generic && !token.number;
            buffers.asked.push(Asked { words, weight, city, own, long: token.length > MAX_ACRONYM_BYTES });
        }
        (kinds, marks)
    }

    /// Gathers the names that share the rarest words; tells how many it has looked
    /// through.
    fn gather(&self, (first, end): (u32, u32), kinds: u32, buffers: &mut Buffers) -> u64 {
        let mut steps = 0;
        let vocabulary = &self.index.vocabulary;
        let Buffers { asked, words, sought, sums, touched, ranked, .. } = buffers;
        sought.clear();
        for asked in asked.iter() {
            sought.extend(words[asked.words.clone()].iter().map(|(word, _)| (*word, asked.weight)));
        }
        sought.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        sought.truncate(MAX_SOUGHT);
        touched.clear();
        sums.resize(sums.len().max((end - first) as usize), 0.0);
        for (word, weight) in sought.iter() {
            let names = vocabulary.postings(*word, first, end);
            let most = if touched.is_empty() { MAX_FIRST_NAMES } else { MAX_NAMES };
            if names.len() > most {
                continue;
            }
            steps += names.len() as u64;
            if touched.is_empty() {
                // Most names are those of the rarest word, each once.
                touched.extend_from_slice(names);
                names.iter().for_each(|name| sums[(name - first) as usize] = *weight);
                continue;
            }
            for name in names {
                let sum = &mut sums[(name - first) as usize];
                if *sum == 0.0 {
                    touched.push(*name);
                }
                *sum += weight;
            }
        }
        if touched.len() <= MAX_COMPARED {
            touched.iter().for_each(|name| sums[(*name - first) as usize] = 0.0);
            return steps;
        }
        // Of hundreds of names with a city's name, those of the kind that is asked for; of these those with the
        // greatest sums, the first of several with one sum. No sum is negative, so that its bits are in its order.
        ranked.clear();
        for name in touched.iter() {
            let sum = std::mem::take(&mut sums[(*name - first) as usize]);
            if fit(kinds, vocabulary.kinds(*name)) {
                ranked.push(u64::from(!sum.to_bits()) << 32 | u64::from(*name));
            }
        }
        if ranked.len() > MAX_COMPARED {
            ranked.select_nth_unstable(MAX_COMPARED);
            ranked.truncate(MAX_COMPARED);
        }
        touched.clear();
        touched.extend(ranked.iter().map(|rank| *rank as u32));
        steps
    }

    /// How much of what both names tell is the same. The city, if it is the
    /// right one, need not be in both.
    fn score(&self, document: Document, asked: &[Asked], sought: &[(u32, f32)]) -> Scored {
        let words = self.index.vocabulary.words(&document);
        let city = self.index.places.city(document.organization, &self.place.city);
        let share = |city_word: bool| match city {
            PlaceVerdict::Agree if city_word => CITY_SHARE,
            PlaceVerdict::Unknown if city_word => UNKNOWN_CITY_SHARE,
            _ => 1.0,
        };
        let weight = document.weight;
        let (mut shared, mut left) = (0.0, 0.0);
        let (mut shares_own, mut lacks_own) = (false, false);
        for asked in asked {
            let alike = sought[asked.words.clone()]
                .iter()
                .filter(|(word, _)| words.contains(word))
                .map(|(_, alike)| *alike);
            let alike = alike.fold(0.0, f32::max);
            shares_own |= asked.own && alike > 0.0;
            lacks_own |= asked.own && asked.long && alike == 0.0;
            shared += asked.weight * alike;
            left += (1.0 - alike) * asked.weight * share(asked.city);
        }
        let score = shared / (weight + left).max(f32::EPSILON);
        let bonus = match city {
            PlaceVerdict::Agree => CITY_BONUS,
            PlaceVerdict::Differ => -CITY_BONUS,
            _ => 0.0,
        };
        let contrary =
            left > CONTRARY_WEIGHT && weight - shared > CONTRARY_WEIGHT || city == PlaceVerdict::Differ;
        // "Veterinärmedizinische Universität Wien" is not the "Universität Wien".
        let score = if lacks_own && !shares_own { score / 2.0 } else { score + bonus };
        let has_own = shares_own && !lacks_own;
        let is_longer = !asked.iter().any(|asked| asked.own) && left == 0.0;
        Scored { score, document, contrary, city, has_own, is_longer }
    }
}

/// Two names must be of the same kinds: a university's school is not the
/// university, and a foundation is not the company; but what calls itself a
/// foundation may be listed without.
fn fit(asked: u32, listed: u32) -> bool {
    asked & !BODIES == listed & !BODIES && listed & BODIES & !asked == 0
}
