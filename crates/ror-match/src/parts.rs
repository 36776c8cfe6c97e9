//! Finds the organisation in a text that has more than its name: the name stands between commas, or
//! with other words before or after it.

use super::answer::{Candidate, Relation, Tier};
use super::edges::is_whole;
use super::exact::{Lookup, Search, accept, without_city};
use super::hash::word_hash;
use super::index::Index;
use super::layout::{Layout, Part, PartKind};
use super::lexicon::{BODIES, HOSPITAL, PARENTS, UNIVERSITY};
use super::names::{Entry, is_generic};
use super::normal::Words;
use super::organization::NameKind;
use super::places::PlaceVerdict;
use super::preset::Similarity;
use super::reading::{KeyKind, Reading, Token, hash};
use super::similar::Buffers;
use super::tree::Tree;
use super::windows::{Window, is_part, is_weak, leading, windows};

/// Segments behind the first that are of one name with it.
const MAX_SEGMENTS: usize = 4;
/// Parts of an address that are compared with similar names.
const MAX_SIMILAR_PARTS: usize = 3;
/// The score of a misspelt name that is in the right city.
const MISSPELT_SCORE: f32 = 0.7;
/// Words of such a part at most.
const MAX_SIMILAR_WORDS: usize = 14;
/// Words of the official forms of institutions, such as "The President and Fellows of".
const FORMS: [&str; 21] = [
    "chancellor",
    "chancellors",
    "masters",
    "master",
    "scholars",
    "president",
    "fellows",
    "regents",
    "provost",
    "trustees",
    "board",
    "governors",
    "governing",
    "body",
    "council",
    "court",
    "rector",
    "principal",
    "warden",
    "members",
    "corporation",
];

impl Search<'_> {
    /// The only organisation whose name is a segment between commas or similar signs. Of an
    /// organisation and its parent the organisation itself; of two unrelated ones none.
    pub fn by_segments(&mut self, tokens: &[Token], tree: &Tree) -> (Lookup, Relation) {
        let nothing = (Lookup::Nothing, Relation::Same);
        if !tokens.iter().skip(1).any(|token| token.after_break) {
            return nothing;
        }
        let mut found: Option<(Lookup, u32)> = None;
        let mut part = false;
        let is_institution = |token: &Token| token.meaning.kinds & (UNIVERSITY | HOSPITAL) != 0;
        let mut rest = tokens;
        while !rest.is_empty() {
            let (lookup, segment) = self.first_segment(rest, rest.len() == tokens.len());
            rest = &rest[segment.len()..];
            let Lookup::Found { best, next, .. } = lookup else {
                part |= segment.iter().any(|token| token.meaning.subunit);
                continue;
            };
            // The "Institute of Chemistry" of a university is none elsewhere.
            if best.city != PlaceVerdict::Agree
                && is_weak(self.index, segment)
                && !segment.iter().any(is_institution)
                && tokens.iter().any(is_institution)
            {
                part = true;
                continue;
            }
            let number = best.organization;
            match &found {
                Some((_, known)) if *known == number || tree.is_above(number, *known) => {}
                Some((_, known)) if !tree.is_above(*known, number) => return (Lookup::Tie, Relation::Same),
                _ => found = Some((Lookup::Found { tier: Tier::Segment, best, next }, number)),
            }
        }
        if let Some((_, known)) = found
            && self.names_another(tokens, known, tree)
        {
            return (Lookup::Tie, Relation::Same);
        }
        let relation = if part { Relation::PartOf } else { Relation::Same };
        found.map_or(nothing, |(lookup, _)| (lookup, relation))
    }

    /// The match of the segments in front: of the most that are one name as it stands in ROR, or of the first
    /// one. `is_all`: there are no others.
    fn first_segment<'a>(&mut self, tokens: &'a [Token], is_all: bool) -> (Lookup, &'a [Token]) {
        let ends: Vec<usize> =
            (1..=tokens.len()).filter(|end| tokens.get(*end).is_none_or(|next| next.after_break)).collect();
        for end in ends.iter().skip(1).take(MAX_SEGMENTS).rev() {
            let words = &tokens[..*end];
            let is_known = is_all && *end == tokens.len();
            if is_known || !self.index.may_have(hash(KeyKind::Canonical, words)) {
                continue;
            }
            let accept = |entry: &Entry, candidate: &Candidate| accept(Tier::Exact, entry, candidate, false);
            let row = hash(KeyKind::Row, words);
            let lookup = self.look(KeyKind::Row, row, Tier::Exact, &accept);
            if matches!(lookup, Lookup::Found { .. }) {
                return (lookup, words);
            }
        }
        let first = &tokens[..ends[0]];
        (self.segment(first), first)
    }

    /// True if a segment is the acronym of an organisation unrelated to the one that was found, as
    /// in "Sorbonne Université / CNRS".
    fn names_another(&mut self, tokens: &[Token], known: u32, tree: &Tree) -> bool {
        tokens.chunk_by(|_, next| !next.after_break).any(|segment| {
            // An acronym in brackets is that of the name before it, if the organisation has it.
            let row = hash(KeyKind::Row, segment);
            let own = self.index.find(KeyKind::Row, row).iter().any(|entry| entry.organization == known);
            if own || segment[0].in_brackets && self.is_short_for(segment, known) {
                return false;
            }
            match self.by_acronym(segment, tree) {
                Lookup::Found { best, .. } => {
                    let other = best.organization;
                    other != known && !tree.is_above(other, known) && !tree.is_above(known, other)
                }
                _ => false,
            }
        })
    }

    /// True if the letters of one word are the initials of a name of an organisation.
    fn is_short_for(&self, segment: &[Token], organization: u32) -> bool {
        let [acronym] = segment else { return false };
        self.index.release.organization(organization).names.iter().any(|name| {
            let words = Words::of(&name.value);
            let initials: String = words.iter().filter_map(|word| word.chars().next()).collect();
            word_hash(&initials) == acronym.raw
        })
    }

    /// The match of a segment, unless it is a single ambiguous word.
    fn segment(&mut self, segment: &[Token]) -> Lookup {
        let telling = segment.iter().filter(|token| token.tells()).count();
        if is_generic(segment) || telling < 2 && !segment.iter().any(|token| token.length >= 5) {
            return Lookup::Nothing;
        }
        match self.by_words(segment) {
            Lookup::Found { tier, best, .. }
                if telling < 2 && (tier > Tier::Reordered || best.country < PlaceVerdict::Near) =>
            {
                Lookup::Nothing
            }
            lookup => lookup,
        }
    }

    /// The organisation with the name most similar to a part of an address, the last such part first.
    pub fn similar_part(
        &mut self,
        reading: &Reading,
        parts: &[Part],
        limits: Similarity,
        buffers: &mut Buffers,
    ) -> Option<Window> {
        let index = self.index;
        let named = parts.iter().rev().filter(|part| part.kind == PartKind::Name).filter_map(|part| {
            let end = if part.places > part.start { part.places } else { part.end };
            let tokens = &reading.tokens[part.start..end];
            let is_similar = may_be_similar(tokens);
            (is_similar || is_misspelt(index, tokens)).then_some((part.start, end, is_similar))
        });
        for (start, end, is_similar) in named.take(MAX_SIMILAR_PARTS) {
            let tokens = &reading.tokens[start..end];
            let mut lookup = self.by_city(tokens);
            lookup = lookup.or(|| self.by_similarity(reading, start..end, limits, buffers));
            if let Lookup::Found { tier, best, next } = lookup {
                // "Hospital das Clínicas" may be in any city.
                let is_other = best.city != PlaceVerdict::Agree && is_weak(self.index, tokens);
                let is_sure = is_similar || best.city == PlaceVerdict::Agree && best.score >= MISSPELT_SCORE;
                if is_other || !is_sure {
                    continue;
                }
                let telling = tokens.iter().filter(|token| token.tells()).count();
                let relation = Relation::Same;
                return Some(Window { start, end, tier, best, next, relation, telling, weak: false });
            }
        }
        None
    }

    /// The same of a name with its place; the other parts are those of the organisation.
    pub fn by_similar_part(
        &mut self,
        reading: &Reading,
        limits: Similarity,
        buffers: &mut Buffers,
    ) -> (Lookup, Relation) {
        let nothing = (Lookup::Nothing, Relation::Same);
        let layout = Layout::of_name(&reading.tokens, self.place);
        if layout.parts.len() < 2 {
            return nothing;
        }
        let Some(window) = self.similar_part(reading, &layout.parts, limits, buffers) else { return nothing };
        if !is_part(&reading.tokens, (0, reading.tokens.len()), &[window]) {
            return nothing;
        }
        (Lookup::Found { tier: window.tier, best: window.best, next: window.next }, Relation::PartOf)
    }

    /// The name without an acronym in brackets behind it: `University of California, Los Angeles (UCLA)`.
    pub fn without_acronym(&mut self, tokens: &[Token]) -> Lookup {
        let rest: Vec<Token> = tokens.iter().filter(|token| !token.in_brackets).copied().collect();
        if rest.is_empty() || rest.len() + 1 != tokens.len() {
            return Lookup::Nothing;
        }
        let found = self.by_words(&rest);
        self.campus(&rest, found)
    }

    /// The institution whose name stands anywhere in the text, if all else in it names parts of the
    /// institution, or is its official form: "Chancellor, Masters and Scholars of".
    pub fn by_windows(&mut self, tokens: &[Token]) -> (Lookup, Relation) {
        let nothing = (Lookup::Nothing, Relation::Same);
        let layout = Layout::of_name(tokens, self.place);
        let last = layout.parts.len().saturating_sub(1);
        let mut found = Vec::new();
        windows(self, tokens, &layout, (0, last), &|_| false, 0, &mut found);
        found
            .retain(|window| window.telling > 1 && !window.weak && window.best.country >= PlaceVerdict::Near);
        let Some(leading) = leading(&found) else { return nothing };
        let window = &found[leading];
        let outside = |place: usize| !(window.start..window.end).contains(&place);
        let rest: Vec<Token> =
            (0..tokens.len()).filter(|place| outside(*place)).map(|place| tokens[place]).collect();
        let beside = layout.parts.iter().filter(|part| part.start < window.end && window.start < part.end);
        let beside: Vec<Token> = beside
            .flat_map(|part| part.start..part.end)
            .filter(|place| outside(*place))
            .map(|place| tokens[place])
            .collect();
        let is_form = |token: &Token| !token.tells() || FORMS.iter().any(|form| token.raw == word_hash(form));
        let relation = if rest.iter().all(is_form) {
            Relation::Same
        } else if is_part(tokens, (0, tokens.len()), &found) {
            Relation::PartOf
        } else {
            return nothing;
        };
        let name = &tokens[window.start..window.end];
        if relation == Relation::PartOf && beside.iter().any(Token::tells) && !may_be_part(name, &beside) {
            return nothing;
        }
        let tier = if relation == Relation::PartOf { Tier::PartOf } else { Tier::Contained };
        let best = Candidate { score: tier.score(), ..window.best };
        (Lookup::Found { tier, best, next: window.next }, relation)
    }

    /// The organisation whose name stands at the beginning or at the end of the
    /// text, the longest such name. If the rest names a part, it is part of it;
    /// else the organisation must be in the same city.
    pub fn by_edge(&mut self, tokens: &[Token], tree: &Tree) -> (Lookup, Relation) {
        let front = self.edge((2..tokens.len()).rev().map(|length| tokens.split_at(length)));
        let back = self.edge(
            (1..tokens.len() - 1).filter(|length| is_whole(tokens, (*length, tokens.len()), 0)).map(
                |length| {
                    let (rest, name) = tokens.split_at(length);
                    (name, rest)
                },
            ),
        );
        match (front, back) {
            ((Lookup::Found { best: front, .. }, _), (Lookup::Found { best: back, .. }, _))
                if front.organization != back.organization
                    && !tree.is_above(back.organization, front.organization)
                    && !tree.is_above(front.organization, back.organization) =>
            {
                (Lookup::Tie, Relation::Same)
            }
            ((Lookup::Found { best, .. }, _), (lookup @ Lookup::Found { .. }, relation))
                if tree.is_above(best.organization, back_of(&lookup)) =>
            {
                (lookup, relation)
            }
            ((Lookup::Nothing, _), back) => back,
            (front, _) => front,
        }
    }

    /// The first match among the given pairs of a name and the rest of the text.
    fn edge<'a>(&mut self, cuts: impl Iterator<Item = (&'a [Token], &'a [Token])>) -> (Lookup, Relation) {
        for (name, rest) in cuts {
            let telling = name.iter().filter(|token| token.tells()).count();
            if telling < 2 || is_generic(name) || !rest.iter().any(Token::tells) {
                continue;
            }
            let part = rest.iter().any(|token| token.meaning.subunit);
            // "Hochschule Hannover" is not in "Tierärztliche Hochschule Hannover".
            if !part && is_generic(&without_city(name, self.place)) {
                continue;
            }
            if !(if part { may_be_part(name, rest) } else { may_be_extra(rest) }) {
                continue;
            }
            let least = if part { PlaceVerdict::Unknown } else { PlaceVerdict::Agree };
            let accept = |entry: &Entry, candidate: &Candidate| {
                !entry.generic
                    && entry.kind != NameKind::Acronym
                    && candidate.country >= PlaceVerdict::Near
                    && candidate.city >= least
            };
            let tier = if part { Tier::PartOf } else { Tier::Contained };
            let lookup = self.look(KeyKind::Canonical, hash(KeyKind::Canonical, name), tier, &accept);
            if !matches!(lookup, Lookup::Nothing) {
                return (lookup, if part { Relation::PartOf } else { Relation::Same });
            }
        }
        (Lookup::Nothing, Relation::Same)
    }
}

/// True for words that may be a misspelt or incomplete name of an institution, and not that of a
/// department.
fn may_be_similar(tokens: &[Token]) -> bool {
    let telling = tokens.iter().filter(|token| token.tells()).count();
    let is_department = tokens.iter().take(2).any(|token| token.meaning.subunit && token.meaning.kinds == 0);
    (2..=MAX_SIMILAR_WORDS).contains(&telling)
        && tokens.iter().any(|token| token.meaning.generic)
        // "The Economic Research Institute" may be any.
        && tokens.iter().any(|token| token.tells() && !token.meaning.shared && !token.number)
        && (!is_department || kinds(tokens) != 0)
}

/// True where one of the words is in no name of the release: it may be misspelt.
fn is_misspelt(index: &Index, tokens: &[Token]) -> bool {
    let telling = tokens.iter().filter(|token| token.tells()).count();
    let is_unknown = |token: &Token| {
        token.tells()
            && !token.number
            && (token.corrected || index.vocabulary.word(token.meaning.canonical).is_none())
    };
    (2..=MAX_SIMILAR_WORDS).contains(&telling) && tokens.iter().any(is_unknown)
}

fn kinds(tokens: &[Token]) -> u32 {
    tokens.iter().fold(0, |kinds, token| kinds | token.meaning.kinds)
}

/// True if `rest` names a part, such as a faculty, and `name` an institution that has such parts.
fn may_be_part(name: &[Token], rest: &[Token]) -> bool {
    kinds(name) & PARENTS != 0 && rest.iter().filter(|token| token.tells()).count() >= 2
}

/// True if the name without `rest` still means the same institution.
fn may_be_extra(rest: &[Token]) -> bool {
    kinds(rest) & !BODIES == 0 && !rest.iter().any(|token| token.mark() != 0)
}

fn back_of(lookup: &Lookup) -> u32 {
    match lookup {
        Lookup::Found { best, .. } => best.organization,
        _ => u32::MAX,
    }
}
