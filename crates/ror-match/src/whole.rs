//! Finds names that stand in a full affiliation word for word as ROR has them, even if they contain commas,
//! brackets or places; and names in which two words have been written as one.

use super::answer::{Candidate, Relation, Tier};
use super::exact::{Lookup, Search, accept};
use super::layout::{Layout, Part, PartKind};
use super::names::Entry;
use super::places::PlaceVerdict;
use super::reading::{KeyKind, Reading, Token, hash};
use super::windows::{Window, is_weak, named};

/// Parts between signs that a name has at most.
const MAX_PARTS: usize = 8;
/// Words of a common name that counts if its city is not known.
const MIN_COMMON_WORDS: usize = 3;
/// Letters of two words that were joined.
const MIN_JOINED_BYTES: u8 = 6;

/// Appends the names that are whole parts of an address, the widest first.
pub fn whole_names(
    search: &mut Search<'_>,
    reading: &Reading,
    layout: &Layout,
    (first, last): (usize, usize),
    letters: &mut String,
    found: &mut Vec<Window>,
) {
    let parts = &layout.parts[first..=last];
    let is_name = |part: &Part| part.kind == PartKind::Name;
    let Some(begin) = parts.iter().position(is_name) else { return };
    let end = parts.iter().rposition(is_name).unwrap_or(begin);
    let known = found.len();
    for length in (1..=MAX_PARTS.min(parts.len())).rev() {
        for start in 0..=parts.len() - length {
            let run = &parts[start..start + length];
            let range = (run[0].start, run[length - 1].end);
            let free = |other: &Window| range.1 <= other.start || other.end <= range.0;
            if !run.iter().any(is_name) || !found[known..].iter().all(free) {
                continue;
            }
            let is_all = start <= begin && end < start + length;
            let window = exact(search, &reading.tokens, range, (is_all, start == begin));
            let window =
                window.or_else(|| (length == 1).then(|| joined(search, reading, &run[0], letters)).flatten());
            found.extend(window);
        }
    }
    found[known..].sort_by_key(|window| window.start);
}

/// The organisation with a name that is these words in this order. `is_all`: the address has no other name.
fn exact(
    search: &mut Search<'_>,
    tokens: &[Token],
    (start, end): (usize, usize),
    (is_all, is_first): (bool, bool),
) -> Option<Window> {
    let words = &tokens[start..end];
    let telling = words.iter().filter(|token| token.tells()).count();
    // A country in brackets is no part of the sum.
    let may_be = is_first || search.index.may_have(hash(KeyKind::Canonical, words));
    if telling < 2 || !may_be {
        return None;
    }
    let accept = |entry: &Entry, candidate: &Candidate| accept(Tier::Exact, entry, candidate, false);
    let row = hash(KeyKind::Row, words);
    if !matches!(search.look(KeyKind::Row, row, Tier::Exact, &accept), Lookup::Found { .. }) {
        return None;
    }
    // It may be that of a system, and the city names the campus.
    let (tier, best, next) = named(search, words)?;
    let common = is_weak(search.index, words);
    let is_clear = || {
        best.city == PlaceVerdict::Agree || best.city == PlaceVerdict::Unknown && telling >= MIN_COMMON_WORDS
    };
    if common && !(is_all && is_clear()) {
        return None;
    }
    Some(Window { start, end, tier, best, next, relation: Relation::Same, telling, weak: false })
}

/// The organisation with the letters of a part that has a word which no name has.
fn joined(search: &mut Search<'_>, reading: &Reading, part: &Part, letters: &mut String) -> Option<Window> {
    let words = &reading.tokens[part.start..part.end];
    let is_unknown = |token: &Token| {
        token.length >= MIN_JOINED_BYTES
            && !token.meaning.shared
            && search.index.vocabulary.word(token.meaning.canonical).is_none()
    };
    if !words.iter().any(is_unknown) {
        return None;
    }
    let start = part.start;
    [part.end, part.places].into_iter().filter(|end| *end > start).find_map(|end| {
        let hash = reading.letters(start..end, letters);
        let Lookup::Found { tier, best, next } = search.by_letters(letters, hash) else { return None };
        let telling = reading.tokens[start..end].iter().filter(|token| token.tells()).count().max(2);
        Some(Window { start, end, tier, best, next, relation: Relation::Same, telling, weak: false })
    })
}
