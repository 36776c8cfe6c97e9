//! Finds the organisation in a text that says more than its name: between
//! commas, or with the name of a part before or behind it.

use super::answer::{Relation, Tier};
use super::exact::{Search, Step};
use super::index::is_generic;
use super::organization::NameKind;
use super::places::Verdict;
use super::reading::{Form, Token, hash};
use super::tree::Tree;

impl Search<'_> {
    /// The one organisation that stands between the signs that part a text. Of
    /// one and its parent the one itself; of two others none.
    pub fn by_segments(&mut self, tokens: &[Token], tree: &Tree) -> (Step, Relation) {
        let nothing = (Step::Nothing, Relation::Same);
        if !tokens.iter().skip(1).any(|token| token.after_break) {
            return nothing;
        }
        let mut found: Option<(Step, u32)> = None;
        let mut part = false;
        for segment in tokens.chunk_by(|_, next| !next.after_break) {
            let telling = segment.iter().filter(|token| token.tells()).count();
            let long = segment.iter().any(|token| token.length >= 5);
            if is_generic(segment) || telling < 2 && !long {
                part |= segment.iter().any(|token| token.meaning.subunit);
                continue;
            }
            match self.by_words(segment) {
                Step::Found { best, next, .. } => {
                    let step = Step::Found { tier: Tier::Segment, best, next };
                    let number = best.organization;
                    match &found {
                        Some((_, known)) if *known == number || tree.is_above(number, *known) => {}
                        Some((_, known)) if !tree.is_above(*known, number) => return (Step::Tie, Relation::Same),
                        _ => found = Some((step, number)),
                    }
                }
                _ => part |= segment.iter().any(|token| token.meaning.subunit),
            }
        }
        let relation = if part { Relation::PartOf } else { Relation::Same };
        found.map_or(nothing, |(step, _)| (step, relation))
    }

    /// The organisation whose name, with that of a part of it, makes the text.
    pub fn by_parent(&mut self, tokens: &[Token]) -> Step {
        let is_part = |rest: &[Token]| rest.iter().any(|token| token.meaning.subunit);
        for length in (2..tokens.len()).rev() {
            for (name, rest) in [
                (&tokens[..length], &tokens[length..]),
                (&tokens[tokens.len() - length..], &tokens[..tokens.len() - length]),
            ] {
                if !is_part(rest) || is_generic(name) || name.iter().filter(|token| token.tells()).count() < 2 {
                    continue;
                }
                let step = self.look(Form::Canonical, hash(Form::Canonical, name), Tier::PartOf, &|entry, candidate| {
                    !entry.generic && entry.kind != NameKind::Acronym && candidate.country >= Verdict::Near
                });
                if !matches!(step, Step::Nothing) {
                    return step;
                }
            }
        }
        Step::Nothing
    }
}
