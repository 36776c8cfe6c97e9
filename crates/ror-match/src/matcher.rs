//! Finds the organisation that a name means, by one way of searching after another, from the
//! surest on.

use super::answer::{Answer, Match, Relation, Tier};
use super::countries::Country;
use super::exact::{Lookup, Search};
use super::index::Index;
use super::normal::Break;
use super::overrides::Overrides;
use super::places::read_city;
use super::preset::Preset;
use super::query::Query;
use super::release::Release;
use super::scratch::Scratch;
use super::tree::Tree;

/// Finds organisations by name and place. The same query always gets the same answer.
///
/// One matcher serves many threads; each thread has its own [`Scratch`].
pub struct Matcher {
    /// The names of the release.
    pub index: Index,
    /// The parents and children of the organisations.
    pub tree: Tree,
    /// How much is risked to find more; may be changed between queries.
    pub preset: Preset,
    /// Names whose organisation the user has given; empty by default.
    pub overrides: Overrides,
}

impl Matcher {
    /// Builds a matcher of a release, in a second or two, without overrides.
    pub fn new(release: Release, preset: Preset) -> Self {
        let tree = Tree::new(&release);
        Self { index: Index::new(release), tree, preset, overrides: Overrides::default() }
    }

    /// Finds the organisation that `query` means. If several fit equally well, or none well
    /// enough, none is chosen and [`Answer::candidates`] lists those that were near. The
    /// organisation may be inactive: [`Release::successor`] leads to the one in its place.
    pub fn find(&self, query: &Query<'_>, scratch: &mut Scratch) -> Answer {
        let Scratch { name, city, place, steps, corrections, .. } = scratch;
        name.read(query.name, &self.index.lexicon);
        let is_known = |word: u64| self.index.vocabulary.word(word).is_some();
        let corrected =
            name.correct(&self.index.lexicon, corrections, |word| self.index.vocabulary.sharing(word));
        place.country = Country::of(query.country.unwrap_or_default());
        place.city.clear();
        *steps = 0;
        if let Some(text) = query.city {
            read_city(text, &self.index.lexicon, city, &mut place.city);
            name.read_city_forms(city, is_known);
        }
        let mut answer = Answer::default();
        if scratch.name.tokens.is_empty() {
            return answer;
        }
        match self.overrides.find(&scratch.name.tokens, scratch.place.country) {
            Some(given) => {
                let Scratch { place, steps, .. } = scratch;
                let listed = &mut answer.candidates;
                let search = Search { index: &self.index, place, listed, careful: false, steps };
                let found = given.map(|number| search.overridden(number));
                answer.found = found.map(|found| Match {
                    found,
                    tier: Tier::Override,
                    relation: Relation::Same,
                    margin: found.score,
                    runner_up: None,
                });
            }
            None => self.search(scratch, &mut answer),
        }
        let place = &scratch.place;
        if answer.found.is_none()
            && !place.country.is_known()
            && place.city.is_empty()
            && self.preset.allows_fuzzy()
            && scratch.name.tokens.iter().any(|token| token.gap >= Break::Comma)
        {
            // The name may be a whole address.
            let Answer { found, candidates } = self.find_in_text(query.name, scratch).answer();
            answer.found = found;
            if found.is_some() || !candidates.is_empty() {
                answer.candidates = candidates;
            }
            return answer;
        }
        if let Some(found) = answer.found.as_mut().filter(|found| corrected && found.tier > Tier::LegalForm) {
            // A word was misspelt: the name is similar, whatever way led to it.
            found.tier = found.tier.max(Tier::Similar);
            found.found.score = found.found.score.min(Tier::Similar.score());
        }
        answer
    }

    /// The ways of searching one after another, until one finds something.
    fn search(&self, scratch: &mut Scratch, answer: &mut Answer) {
        let Scratch { name, place, letters, similar, steps, .. } = scratch;
        let allows_fuzzy = self.preset.allows_fuzzy();
        let listed = &mut answer.candidates;
        let mut search = Search { index: &self.index, place, listed, careful: !allows_fuzzy, steps };
        let tokens = &name.tokens;
        let mut relation = Relation::Same;
        if self.index.is_bare(tokens) || self.index.is_place(tokens) {
            answer.found = found_of(search.bare(tokens), Relation::Same);
            return;
        }
        let mut lookup = search.by_words(tokens);
        lookup = search.campus(tokens, lookup);
        lookup = lookup.or(|| {
            let hash = name.letters(0..name.tokens.len(), letters);
            search.by_letters(letters, hash)
        });
        lookup = lookup.or(|| search.by_consonants(&name.words, letters));
        lookup = lookup.or(|| search.by_city(tokens));
        lookup = lookup.or(|| search.without_acronym(tokens));
        if allows_fuzzy {
            lookup = lookup.or(|| search.by_country(tokens));
            lookup = lookup.or(|| {
                let (lookup, found) = search.by_segments(tokens, &self.tree);
                relation = found;
                lookup
            });
            lookup = lookup.or(|| search.by_acronym(tokens, &self.tree));
            lookup = lookup.or(|| {
                let (lookup, found) = search.by_windows(tokens);
                relation = found;
                lookup
            });
            lookup = lookup.or(|| {
                let (lookup, found) = search.by_edge(tokens, &self.tree);
                relation = found;
                lookup
            });
        }
        let known = place.country.is_known();
        if let Some(limits) = self.preset.similarity().filter(|_| known) {
            lookup = lookup.or(|| {
                relation = Relation::Same;
                search.by_similarity(name, 0..name.tokens.len(), limits, similar)
            });
            lookup = lookup.or(|| {
                let (lookup, found) = search.by_similar_part(name, limits, similar);
                relation = found;
                lookup
            });
        }
        if allows_fuzzy {
            lookup = lookup.or(|| search.elsewhere(tokens));
        }
        answer.found = found_of(lookup, relation);
        if answer.found.is_some() {
            answer.candidates.clear();
        }
    }
}

/// The match of a look-up.
fn found_of(lookup: Lookup, relation: Relation) -> Option<Match> {
    let Lookup::Found { tier, best, next } = lookup else { return None };
    let rival = next.filter(|_| tier == Tier::Similar).map_or(0.0, |next| next.score);
    Some(Match { found: best, tier, relation, margin: best.score - rival, runner_up: next })
}
