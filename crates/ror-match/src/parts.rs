//! Finds the organisation in a text that has more than its name: the name stands between commas, or
//! with other words before or after it.

use super::answer::{Candidate, Relation, Tier};
use super::exact::{Lookup, Search, without_city};
use super::index::{Entry, is_generic};
use super::lexicon::{BODIES, PARENTS};
use super::organization::NameKind;
use super::places::PlaceVerdict;
use super::reading::{KeyKind, Token, hash};
use super::tree::Tree;

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
        for segment in tokens.chunk_by(|_, next| !next.after_break) {
            let Lookup::Found { best, next, .. } = self.segment(segment) else {
                part |= segment.iter().any(|token| token.meaning.subunit);
                continue;
            };
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

    /// True if a segment is the acronym of an organisation unrelated to the one that was found, as
    /// in "Sorbonne Université / CNRS".
    fn names_another(&mut self, tokens: &[Token], known: u32, tree: &Tree) -> bool {
        tokens.chunk_by(|_, next| !next.after_break).any(|segment| match self.by_acronym(segment) {
            Lookup::Found { best, .. } => {
                let other = best.organization;
                other != known && !tree.is_above(other, known) && !tree.is_above(known, other)
            }
            _ => false,
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

    /// The organisation whose name stands at the beginning or at the end of the
    /// text, the longest such name. If the rest names a part, it is part of it;
    /// else the organisation must be in the same city.
    pub fn by_edge(&mut self, tokens: &[Token], tree: &Tree) -> (Lookup, Relation) {
        let front = self.edge((2..tokens.len()).rev().map(|length| tokens.split_at(length)));
        let back = self.edge((1..tokens.len() - 1).map(|length| {
            let (rest, name) = tokens.split_at(length);
            (name, rest)
        }));
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
