//! Finds names that are equal except for spelling, word order, language, place or legal form. Each
//! step allows more differences than the one before.

use super::answer::{Candidate, Tier};
use super::choose::{Choice, choose, list};
use super::hash::row_hash;
use super::index::Index;
use super::names::{Entry, is_generic};
use super::normal::Words;
use super::organization::NameKind;
use super::places::PlaceVerdict;
use super::query::QueryPlace;
use super::reading::{KeyKind, Reading, Token, hash};
use super::script::{is_transliterated, skeleton};
use super::tree::Tree;

/// The least bytes of a name of one word that does not count as an acronym.
const MIN_LONE_BYTES: u8 = 5;
/// The least letters of a name that may be found regardless of its spaces.
const MIN_LETTERS: usize = 9;
/// Words of a name of kinds alone that means the institution of this name in the city.
const MIN_GENERIC_WORDS: usize = 3;
/// Institutes of an organisation that is known by its acronym in other cities than its own.
pub const MIN_INSTITUTES: usize = 3;
/// The most words of a country's name.
const MAX_COUNTRY_WORDS: usize = 4;

/// The result of one look-up in the index.
pub enum Lookup {
    Nothing,
    Found {
        tier: Tier,
        best: Candidate,
        next: Option<Candidate>,
    },
    /// Several are equally good: no further look-up will decide between them.
    Tie,
}

impl Lookup {
    /// The result of `next` where this look-up found nothing.
    pub fn or(self, next: impl FnOnce() -> Self) -> Self {
        if let Self::Nothing = self { next() } else { self }
    }
}

/// A search for names with the place of one query.
pub struct Search<'a> {
    pub index: &'a Index,
    pub place: &'a QueryPlace,
    pub listed: &'a mut Vec<Candidate>,
    /// Names that are not exact count only in the right city.
    pub careful: bool,
    /// Names that were looked at so far.
    pub steps: &'a mut u64,
}

impl Search<'_> {
    /// An organisation that the user has given for a name.
    pub fn overridden(&self, organization: u32) -> Candidate {
        Candidate {
            organization,
            name: 0,
            kind: NameKind::Display,
            score: Tier::Override.score(),
            country: self.index.places.country(organization, self.place.country),
            city: self.index.places.city(organization, &self.place.city),
        }
    }

    /// The name as a whole, by its words.
    pub fn by_words(&mut self, tokens: &[Token]) -> Lookup {
        let forms = [
            (KeyKind::Row, Tier::Exact),
            (KeyKind::Bag, Tier::Reordered),
            (KeyKind::Plain, Tier::LegalForm),
            (KeyKind::Canonical, Tier::Translated),
        ];
        let lone = is_lone(tokens);
        for (form, tier) in forms {
            let accept = |entry: &Entry, candidate: &Candidate| accept(tier, entry, candidate, lone);
            match self.look(form, hash(form, tokens), tier, &accept) {
                Lookup::Nothing => {}
                lookup => return lookup,
            }
        }
        Lookup::Nothing
    }

    /// The organisation whose main name is a word that many others have too, if it is in the city;
    /// names of places are of no organisation.
    pub fn bare(&mut self, tokens: &[Token]) -> Lookup {
        if self.index.is_place(tokens) {
            return Lookup::Nothing;
        }
        self.look(KeyKind::Row, hash(KeyKind::Row, tokens), Tier::Exact, &|entry, candidate| {
            entry.kind < NameKind::Alias
                && candidate.country == PlaceVerdict::Agree
                && candidate.city == PlaceVerdict::Agree
        })
    }

    /// What was found by words, or the organisation in the city of the query that has this name but for
    /// the city: the campus `University of California | Los Angeles` comes before the system, and before
    /// an alias of an organisation elsewhere.
    pub fn campus(&mut self, tokens: &[Token], found: Lookup) -> Lookup {
        // A main name in the city is sure; "Université du Wisconsin" may be a name of the system.
        let is_here = matches!(&found, Lookup::Found { tier: Tier::Exact, best, .. }
            if best.city == PlaceVerdict::Agree && best.kind < NameKind::Alias);
        // "Universidade Federal" in Rio de Janeiro may be any of several.
        let is_bare = || {
            let telling = tokens.iter().filter(|token| token.tells()).count();
            matches!(found, Lookup::Nothing) && telling < MIN_GENERIC_WORDS && is_generic(tokens)
        };
        if is_here || self.place.city.is_empty() || is_bare() {
            return found;
        }
        // "University of Wisconsin" and "Madison".
        let city = self.place.city.iter().copied().fold(0, u64::wrapping_add);
        let whole = hash(KeyKind::Canonical, tokens).wrapping_add(city);
        // Cities are written in several ways: a name with the city in it is enough.
        let with_city = |entry: &Entry, candidate: &Candidate| {
            !entry.generic && !is_generic(tokens) || candidate.city == PlaceVerdict::Agree
        };
        let here = |_: &Entry, candidate: &Candidate| candidate.city == PlaceVerdict::Agree;
        let mut campus = self.look(KeyKind::Canonical, whole, Tier::City, &with_city);
        if let (Lookup::Found { tier: Tier::Exact, .. }, Lookup::Found { best, .. }) = (&found, &campus)
            && !self.has_words(best.organization, tokens)
        {
            // "Normandie Université" is not the "Université de Rouen Normandie".
            return found;
        }
        if !matches!(campus, Lookup::Found { .. }) && !is_generic(tokens) {
            campus = self.look(KeyKind::Cityless, hash(KeyKind::Cityless, tokens), Tier::City, &here);
        }
        match (campus, found) {
            (campus @ Lookup::Found { .. }, _) => campus,
            (_, Lookup::Found { best, .. }) if best.city == PlaceVerdict::Differ && self.is_system(&best) => {
                // A campus that ROR does not have, or has by another name.
                list(self.listed, std::iter::once(best));
                Lookup::Tie
            }
            (_, found) => found,
        }
    }

    /// True for a system of universities by a name that does not say so: "University of California" means one
    /// of its campuses.
    pub fn is_system(&self, found: &Candidate) -> bool {
        let organization = self.index.release.organization(found.organization);
        let is_system = |name: &str| name.split_whitespace().any(|word| word.eq_ignore_ascii_case("system"));
        let own = &organization.names[usize::from(found.name)].value;
        organization.types.iter().any(|kind| kind == "education")
            && !is_system(own)
            && organization.names.iter().any(|name| name.kind == NameKind::Display && is_system(&name.value))
    }

    /// True if a name of an organisation has the words one behind another.
    fn has_words(&self, organization: u32, tokens: &[Token]) -> bool {
        let telling = |tokens: &[Token]| -> Vec<u64> {
            tokens.iter().filter(|token| token.tells()).map(|token| token.meaning.canonical).collect()
        };
        let words = telling(tokens);
        self.index.release.organization(organization).names.iter().any(|name| {
            let name = telling(&Reading::of(&name.value, &self.index.lexicon).tokens);
            name.windows(words.len().max(1)).any(|run| run == words)
        })
    }

    /// The name as a whole, by its letters.
    pub fn by_letters(&mut self, letters: &str, hash: u64) -> Lookup {
        if letters.chars().count() < MIN_LETTERS {
            return Lookup::Nothing;
        }
        self.look(KeyKind::Letters, hash, Tier::Spacing, &|entry, candidate| {
            !entry.generic && candidate.country >= PlaceVerdict::Near
        })
    }

    /// The name as a whole, as it is written in Latin letters.
    pub fn by_consonants(&mut self, words: &Words, consonants: &mut String) -> Lookup {
        if !is_transliterated(self.place.country) {
            return Lookup::Nothing;
        }
        let hash = skeleton(words, consonants);
        self.look(KeyKind::Consonants, hash, Tier::Transliterated, &|entry, candidate| {
            !entry.generic && candidate.country >= PlaceVerdict::Near
        })
    }

    /// The name with more or less of the city in it.
    pub fn by_city(&mut self, tokens: &[Token]) -> Lookup {
        let cityless = without_city(tokens, self.place);
        let shorter = cityless.len() < tokens.len() && !is_generic(&cityless);
        if shorter {
            let here = |entry: &Entry, candidate: &Candidate| {
                !entry.generic
                    && candidate.country >= PlaceVerdict::Near
                    && candidate.city != PlaceVerdict::Differ
            };
            let short = hash(KeyKind::Canonical, &cityless);
            match self.look(KeyKind::Canonical, short, Tier::City, &here) {
                Lookup::Nothing => {}
                lookup => return lookup,
            }
        }
        let here = |_: &Entry, candidate: &Candidate| {
            candidate.country >= PlaceVerdict::Near && candidate.city == PlaceVerdict::Agree
        };
        let known = if shorter { &cityless } else { tokens };
        if is_generic(known) {
            return Lookup::Nothing;
        }
        self.look(KeyKind::Cityless, hash(KeyKind::Cityless, known), Tier::City, &here)
    }

    /// The name without the name of its own country.
    pub fn by_country(&mut self, tokens: &[Token]) -> Lookup {
        let Some(rest) = without_country(self.index, tokens, self.place) else { return Lookup::Nothing };
        if is_generic(&rest) || is_lone(&rest) && rest.iter().all(|token| token.length < 3) {
            return Lookup::Nothing;
        }
        for key_kind in [KeyKind::Plain, KeyKind::Canonical] {
            let lookup = self.look(key_kind, hash(key_kind, &rest), Tier::Country, &|entry, candidate| {
                !entry.generic && entry.kind != NameKind::Acronym && candidate.country == PlaceVerdict::Agree
            });
            if !matches!(lookup, Lookup::Nothing) {
                return lookup;
            }
        }
        Lookup::Nothing
    }

    /// An acronym, or a name as short as one: of an organisation in the city, or of one that has
    /// institutes in other cities.
    pub fn by_acronym(&mut self, tokens: &[Token], tree: &Tree) -> Lookup {
        if tokens.iter().filter(|token| token.tells()).count() != 1 {
            return Lookup::Nothing;
        }
        let row = hash(KeyKind::Row, tokens);
        let umbrellas: Vec<u32> = self.umbrellas(row, tree);
        if let [umbrella] = umbrellas.as_slice() {
            let lookup = self.look(KeyKind::Row, row, Tier::Acronym, &|entry, candidate| {
                entry.organization == *umbrella
                    || candidate.city == PlaceVerdict::Agree && !tree.is_above(*umbrella, entry.organization)
            });
            if matches!(lookup, Lookup::Found { .. }) {
                return lookup;
            }
        }
        let long = tokens.iter().map(|token| u32::from(token.length)).sum::<u32>() >= 4;
        self.look(KeyKind::Row, row, Tier::Acronym, &|_, candidate| {
            candidate.country == PlaceVerdict::Agree
                && (candidate.city == PlaceVerdict::Agree || long && candidate.city == PlaceVerdict::Unknown)
        })
    }

    /// The organisations of the country with an acronym and several institutes below them.
    fn umbrellas(&self, row: u64, tree: &Tree) -> Vec<u32> {
        let entries = self.index.find(KeyKind::Row, row).iter();
        let mut found: Vec<u32> = entries
            .filter(|entry| {
                let country = self.index.places.country(entry.organization, self.place.country);
                entry.kind == NameKind::Acronym
                    && country == PlaceVerdict::Agree
                    && tree.children(entry.organization) >= MIN_INSTITUTES
            })
            .map(|entry| entry.organization)
            .collect();
        found.dedup();
        found
    }

    /// A name that only one organisation in the world has, if it is in the same city: the country
    /// of the query is wrong or missing.
    pub fn elsewhere(&mut self, tokens: &[Token]) -> Lookup {
        if tokens.iter().filter(|token| token.tells()).count() < 2 || is_generic(tokens) {
            return Lookup::Nothing;
        }
        let anywhere = QueryPlace { city: self.place.city.clone(), ..QueryPlace::default() };
        let mut search = Search {
            index: self.index,
            place: &anywhere,
            listed: self.listed,
            careful: self.careful,
            steps: self.steps,
        };
        let lookup =
            search.look(KeyKind::Row, hash(KeyKind::Row, tokens), Tier::Elsewhere, &|entry, candidate| {
                entry.kind != NameKind::Acronym && candidate.city == PlaceVerdict::Agree
            });
        match lookup {
            Lookup::Found { best, next: None, tier } => {
                let country = self.index.places.country(best.organization, self.place.country);
                Lookup::Found { best: Candidate { country, ..best }, next: None, tier }
            }
            _ => Lookup::Nothing,
        }
    }

    /// Looks up a key, and chooses among the organisations found.
    pub fn look(
        &mut self,
        key_kind: KeyKind,
        hash: u64,
        tier: Tier,
        accept: &dyn Fn(&Entry, &Candidate) -> bool,
    ) -> Lookup {
        let entries = self.index.find(key_kind, hash);
        *self.steps += 1 + entries.len() as u64;
        let careful = self.careful;
        let accept = |entry: &Entry, candidate: &Candidate| {
            let surely = tier == Tier::Exact
                && (entry.kind < NameKind::Alias || candidate.city != PlaceVerdict::Differ);
            (!careful || surely || candidate.city == PlaceVerdict::Agree) && accept(entry, candidate)
        };
        match choose(self.index, entries, self.place, tier.score(), self.listed, accept) {
            Choice::Nothing => Lookup::Nothing,
            Choice::One(best, next) => Lookup::Found { tier, best, next },
            Choice::Tie => Lookup::Tie,
        }
    }
}

/// Whether a name found by its words may be accepted.
pub fn accept(tier: Tier, entry: &Entry, candidate: &Candidate, lone: bool) -> bool {
    let alias = entry.kind == NameKind::Alias;
    let here = candidate.city == PlaceVerdict::Agree;
    if entry.kind == NameKind::Acronym || lone && alias && !here {
        return false;
    }
    if entry.generic && (tier > Tier::Reordered || alias) && !here {
        return false;
    }
    candidate.country >= PlaceVerdict::Near || here || tier <= Tier::Translated && !entry.generic && !lone
}

/// True for a single short word, which is ambiguous.
fn is_lone(tokens: &[Token]) -> bool {
    let mut telling = tokens.iter().filter(|token| token.tells());
    match (telling.next(), telling.next()) {
        (Some(only), None) => only.length < MIN_LONE_BYTES,
        _ => false,
    }
}

/// The words without those of the city, if all words of the city occur.
pub fn without_city(tokens: &[Token], place: &QueryPlace) -> Vec<Token> {
    let has = |word: &u64| tokens.iter().any(|token| token.meaning.canonical == *word);
    if !place.city.iter().all(has) {
        return tokens.to_vec();
    }
    tokens.iter().filter(|token| !place.city.contains(&token.meaning.canonical)).copied().collect()
}

/// The words without the last ones, if these name the country.
pub fn without_country(index: &Index, tokens: &[Token], place: &QueryPlace) -> Option<Vec<Token>> {
    for length in (1..=MAX_COUNTRY_WORDS.min(tokens.len().saturating_sub(1))).rev() {
        let named = tokens.windows(length).rposition(|words| {
            let row = row_hash(words.iter().map(|token| token.raw));
            index.lexicon.countries_named(row).contains(&place.country)
        });
        if let Some(start) = named {
            let rest = tokens[..start].iter().chain(&tokens[start + length..]).copied();
            return Some(rest.collect());
        }
    }
    None
}
