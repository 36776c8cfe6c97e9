//! Finds the organisation that a name means, by one way of searching after another, from the
//! surest on.

use super::answer::{Answer, Candidate, Match, Relation, Tier};
use super::countries::Country;
use super::exact::{Lookup, Search};
use super::index::Index;
use super::organization::NameKind;
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
        let Scratch { name, city, place, steps, .. } = scratch;
        name.read(query.name, &self.index.lexicon);
        place.country = Country::of(query.country.unwrap_or_default());
        place.city.clear();
        *steps = 0;
        if let Some(text) = query.city {
            read_city(text, &self.index.lexicon, city, &mut place.city);
            name.read_city_forms(city, |word| self.index.vocabulary.word(word).is_some());
        }
        let mut answer = Answer::default();
        if scratch.name.tokens.is_empty() {
            return answer;
        }
        match self.overrides.find(&scratch.name.tokens, scratch.place.country) {
            Some(given) => answer.found = given.map(|number| self.overridden(number, scratch)),
            None => self.search(scratch, &mut answer),
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
        let mut lookup = search.by_words(tokens);
        lookup = lookup.or(|| {
            let hash = name.letters(letters);
            search.by_letters(letters, hash)
        });
        lookup = lookup.or(|| search.by_consonants(&name.words, letters));
        lookup = lookup.or(|| search.by_city(tokens));
        if allows_fuzzy {
            lookup = lookup.or(|| search.by_country(tokens));
            lookup = lookup.or(|| {
                let (lookup, found) = search.by_segments(tokens, &self.tree);
                relation = found;
                lookup
            });
            lookup = lookup.or(|| search.by_acronym(tokens));
            lookup = lookup.or(|| {
                let (lookup, found) = search.by_edge(tokens, &self.tree);
                relation = found;
                lookup
            });
        }
        if let Some(limits) = self.preset.similarity() {
            lookup = lookup.or(|| {
                relation = Relation::Same;
                search.by_similarity(name, limits, similar)
            });
        }
        if allows_fuzzy {
            lookup = lookup.or(|| search.elsewhere(tokens));
        }
        if let Lookup::Found { tier, best, next } = lookup {
            let rival = next.filter(|_| tier == Tier::Similar).map_or(0.0, |next| next.score);
            answer.candidates.clear();
            answer.found =
                Some(Match { found: best, tier, relation, margin: best.score - rival, runner_up: next });
        }
    }

    fn overridden(&self, organization: u32, scratch: &Scratch) -> Match {
        let found = Candidate {
            organization,
            name: 0,
            kind: NameKind::Display,
            score: Tier::Override.score(),
            country: self.index.places.country(organization, scratch.place.country),
            city: self.index.places.city(organization, &scratch.place.city),
        };
        let margin = found.score;
        Match { found, tier: Tier::Override, relation: Relation::Same, margin, runner_up: None }
    }
}
