//! Looks for names of organisations in the words of a full affiliation: every run of words that is
//! a name in ROR, as far as place and neighbours allow it.

use std::cmp::Reverse;

use super::answer::{Candidate, Relation, Tier};
use super::edges::{has_ended, is_of_hospital, is_whole};
use super::exact::{Lookup, MIN_INSTITUTES, Search};
use super::hash::word_hash;
use super::index::Index;
use super::layout::{Layout, Part, PartKind};
use super::lexicon::{HOSPITAL, UNIVERSITY};
use super::names::Entry;
use super::normal::Break;
use super::organization::NameKind;
use super::places::PlaceVerdict;
use super::reading::{KeyKind, Reading, Token, hash};
use super::tree::Tree;

/// Words between two names.
const AND: [&str; 6] = ["and", "et", "und", "y", "e", "i"];
/// Words of a name that is looked for.
const MAX_WINDOW_WORDS: usize = 14;
/// Commas and brackets within a name, as in `University of California, Davis`.
const MAX_COMMAS: usize = 2;
/// Words that stand between an acronym and the number of a unit.
const UNITS: [&str; 8] = ["umr", "ums", "upr", "umi", "fre", "usr", "u", "unit"];
/// A word that names of so many organisations have is common.
const MIN_SHARING: u32 = 200;
/// The same in a short name of what universities have themselves, such as "Institute of Cell Biology".
const MIN_SHARING_OF_PARTS: u32 = 60;
/// Words that tell something in a short name at most.
const MAX_SHORT_WORDS: usize = 3;
/// Words of a name of common words that counts in any city.
const MIN_WEAK_WORDS: usize = 3;
/// Letters of an acronym at least.
const MIN_ACRONYM_LETTERS: u8 = 3;
/// Letters of a name of one word at least.
const MIN_LONE_LETTERS: u8 = 5;

/// A run of words that names an organisation.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub start: usize,
    pub end: usize,
    pub tier: Tier,
    pub best: Candidate,
    pub next: Option<Candidate>,
    pub relation: Relation,
    /// Words that tell something.
    pub telling: usize,
    /// None of them belongs to few names: "Institute of Chemistry".
    pub weak: bool,
}

/// Finds names in the parts `first` to `last`, the widest and surest first; those that overlap a wider one
/// are left out, and those that overlap one of `found` from `known` on.
pub fn windows(
    search: &mut Search<'_>,
    tokens: &[Token],
    layout: &Layout,
    (first, last): (usize, usize),
    capitals: &dyn Fn(usize) -> bool,
    known: usize,
    found: &mut Vec<Window>,
) {
    let parts = &layout.parts[first..=last];
    let (begin, end) = (parts[0].start, parts[parts.len() - 1].end);
    let mut all = Vec::new();
    for part in parts.iter().filter(|part| part.kind != PartKind::Street) {
        for start in part.start..part.end {
            if tokens[start].tells() {
                from(search, tokens, start, (begin, end), (layout, part), capitals, &mut all);
            }
        }
    }
    all.retain(|window| {
        !is_of_hospital(tokens, (window.start, window.end))
            && (window.telling == 1 || has_ended(tokens, layout, (window.end, window.tier), end))
    });
    all.sort_by(|one: &Window, other: &Window| {
        let rank = |window: &Window| {
            (
                window.telling,
                Reverse(window.tier),
                if window.tier == Tier::Exact { 0 } else { usize::MAX - (window.end - window.start) },
            )
        };
        rank(other).cmp(&rank(one)).then(one.start.cmp(&other.start))
    });
    for window in all {
        let free = |other: &Window| window.end <= other.start || other.end <= window.start;
        if found[known..].iter().all(free) {
            found.push(window);
        }
    }
    found[known..].sort_by_key(|window| window.start);
}

/// Finds the names that begin at a word.
fn from(
    search: &mut Search<'_>,
    tokens: &[Token],
    start: usize,
    (begin, end): (usize, usize),
    (layout, part): (&Layout, &Part),
    capitals: &dyn Fn(usize) -> bool,
    all: &mut Vec<Window>,
) {
    let (mut sum, mut telling, mut commas, mut names) = (0u64, 0, 0, false);
    let index = search.index;
    for stop in start + 1..=end.min(start + MAX_WINDOW_WORDS) {
        let token = &tokens[stop - 1];
        commas += usize::from(stop - 1 > start && token.gap >= Break::Comma);
        if commas > MAX_COMMAS {
            break;
        }
        if !token.tells() {
            continue;
        }
        telling += 1;
        sum = sum.wrapping_add(token.meaning.canonical);
        let words = &tokens[start..stop];
        names |= !layout.is_place(stop - 1);
        let window = if !names {
            // Places alone are no name.
            None
        } else if telling == 1 {
            lone(search, tokens, (start, stop), (begin, end), part, capitals)
        } else if search.index.may_have(sum) {
            let in_order = |(_, best, _): &Named| is_in_order(index, words, best, commas > 0);
            is_whole(tokens, (start, stop), begin).then(|| named(search, words)).flatten().filter(in_order)
        } else {
            None
        };
        // `AP-HP`
        let is_acronym = telling == 2 && window.is_none() && stop - start == 2 && (start..stop).all(capitals);
        let window = if is_acronym && is_apart(tokens, (start, stop), (begin, end)) {
            acronym(search, words)
        } else {
            window
        };
        if let Some(named) = window {
            all.push(window_of(index, words, (start, stop), named));
        }
    }
}

fn window_of(
    index: &Index,
    words: &[Token],
    (start, end): (usize, usize),
    (tier, best, next): Named,
) -> Window {
    let telling = words.iter().filter(|word| word.tells()).count();
    let (tier, best) = if words.iter().any(|word| word.corrected) && tier > Tier::LegalForm {
        let tier = tier.max(Tier::Similar);
        (tier, Candidate { score: best.score.min(tier.score()), ..best })
    } else {
        (tier, best)
    };
    // "Universidade Católica Portuguesa" is the one that is called so.
    let is_university = tier == Tier::Exact
        && best.kind < NameKind::Alias
        && best.country == PlaceVerdict::Agree
        && telling >= MIN_WEAK_WORDS
        && words.iter().any(|word| word.meaning.kinds & UNIVERSITY != 0)
        && words.iter().all(|word| word.meaning.kinds & HOSPITAL == 0);
    let weak = !is_university && is_weak(index, words);
    Window { start, end, tier, best, next, relation: Relation::Same, telling, weak }
}

/// True for a name of common words, such as many institutions have parts with.
pub fn is_weak(index: &Index, words: &[Token]) -> bool {
    let telling = words.iter().filter(|word| word.tells()).count();
    let is_short = telling <= MAX_SHORT_WORDS
        && words.iter().all(|word| word.meaning.kinds & (UNIVERSITY | HOSPITAL) == 0);
    let sharing = if is_short { MIN_SHARING_OF_PARTS } else { MIN_SHARING };
    words.iter().all(|word| {
        !word.tells()
            || word.meaning.shared
            || word.number
            || index.vocabulary.organizations_sharing(word.meaning.canonical) >= sharing
                && !index.is_place(std::slice::from_ref(word))
    })
}

type Named = (Tier, Candidate, Option<Candidate>);

/// Leaves out names of common words, from `known` on: the "Institute of Chemistry" of a university is not
/// one of the organisations of that name. They stay below another organisation that is named, and, if
/// `others` knows no other institution, in the right city or with several words.
pub fn drop_weak(found: &mut Vec<Window>, known: usize, tree: &Tree, others: &dyn Fn(&Window) -> bool) {
    let strong: Vec<u32> =
        found[known..].iter().filter(|window| !window.weak).map(|window| window.best.organization).collect();
    if strong.is_empty() {
        let mut number = 0;
        found.retain(|window| {
            number += 1;
            let here = window.best.city == PlaceVerdict::Agree
                || window.tier == Tier::Exact
                    && window.telling >= MIN_WEAK_WORDS
                    && window.best.city != PlaceVerdict::Differ;
            number <= known || !window.weak || here && !others(window)
        });
        return;
    }
    let mut number = 0;
    found.retain(|window| {
        number += 1;
        // "Centre National de la Recherche Scientifique" is known for its institutes.
        let has_institutes = window.tier == Tier::Exact
            && window.telling >= MIN_WEAK_WORDS
            && window.best.country == PlaceVerdict::Agree
            && tree.children(window.best.organization) >= MIN_INSTITUTES;
        let below = || strong.iter().any(|above| tree.is_above(*above, window.best.organization));
        number <= known || !window.weak || has_institutes || below()
    });
}

/// The place of the organisation that leads: the last, as departments stand before institutions; but a
/// name of several words comes before an acronym or a single word, and before one of common words.
pub fn leading(found: &[Window]) -> Option<usize> {
    let own = found.iter().rposition(|window| window.telling > 1 && !window.weak);
    let named = own.or_else(|| found.iter().rposition(|window| window.telling > 1));
    named.or_else(|| found.len().checked_sub(1))
}

/// True if words that are in none of the names speak of a part, such as a department.
pub fn is_part(tokens: &[Token], range: (usize, usize), windows: &[Window]) -> bool {
    (range.0..range.1).any(|place| {
        tokens[place].meaning.subunit
            && !windows.iter().any(|window| (window.start..window.end).contains(&place))
    })
}

/// The organisation with a name of several words; in the city of the address one that is named
/// without its city comes before one elsewhere.
pub fn named(search: &mut Search<'_>, words: &[Token]) -> Option<Named> {
    let found = search.by_words(words);
    let Lookup::Found { tier, best, next } = search.campus(words, found) else { return None };
    if best.city != PlaceVerdict::Agree && search.is_system(&best) {
        return None;
    }
    let (index, own) = (search.index, telling(words));
    if tier > Tier::Exact && telling_of(index, best.organization, best.name) != own {
        // "Washington University" is sooner the one "in St. Louis" than the "University of Washington".
        let begins = |entry: &Entry, _: &Candidate| {
            telling_of(index, entry.organization, entry.name).starts_with(&own)
        };
        let cityless = hash(KeyKind::Cityless, words);
        if let Lookup::Found { tier, best, next } =
            search.look(KeyKind::Cityless, cityless, Tier::City, &begins)
        {
            return Some((tier, best, next));
        }
    }
    Some((tier, best, next))
}

/// The words that tell something, each as the one that stands for it.
fn telling(tokens: &[Token]) -> Vec<u64> {
    tokens.iter().filter(|token| token.tells()).map(|token| token.meaning.canonical).collect()
}

/// The same of a name in ROR.
fn telling_of(index: &Index, organization: u32, name: u16) -> Vec<u64> {
    telling(&Reading::of(index.name(organization, name), &index.lexicon).tokens)
}

/// The organisation with a name of one word, or an acronym: only between commas or brackets, and
/// only where the place does not speak against it.
fn lone(
    search: &mut Search<'_>,
    tokens: &[Token],
    (start, stop): (usize, usize),
    (begin, end): (usize, usize),
    part: &Part,
    capitals: &dyn Fn(usize) -> bool,
) -> Option<Named> {
    let token = &tokens[start];
    if token.number || token.meaning.shared || part.kind != PartKind::Name {
        return None;
    }
    // "VU University Amsterdam": the word behind an acronym says what it is.
    let has_kind = tokens.get(stop).is_some_and(|next| {
        next.gap == Break::None && next.meaning.kinds & UNIVERSITY != 0 && capitals(start) && token.length > 1
    });
    if !has_kind && !is_apart(tokens, (start, stop), (begin, end)) {
        return None;
    }
    // "UMS 3343" is the number of a unit.
    let is_unit = UNITS.iter().any(|unit| token.raw == word_hash(unit));
    if is_unit && tokens.get(stop).is_some_and(|next| next.number && next.gap == Break::None) {
        return None;
    }
    let is_acronym = capitals(start) && (has_kind || token.length >= MIN_ACRONYM_LETTERS);
    if !is_acronym && token.length < MIN_LONE_LETTERS {
        return None;
    }
    let index = search.index;
    let accept = |entry: &Entry, candidate: &Candidate| {
        let is_kind =
            || index.release.organization(entry.organization).types.iter().any(|kind| kind == "education");
        candidate.country == PlaceVerdict::Agree
            && (entry.kind < NameKind::Alias
                || is_acronym && entry.kind != NameKind::Alias
                || candidate.city == PlaceVerdict::Agree)
            && (!has_kind || is_kind())
    };
    let words = &tokens[start..stop];
    let tier = if is_acronym { Tier::Acronym } else { Tier::Exact };
    match search.look(KeyKind::Row, hash(KeyKind::Row, words), tier, &accept) {
        Lookup::Found { tier, best, next } => Some((tier, best, next)),
        _ => None,
    }
}

/// The organisation of the country with an acronym of several words.
fn acronym(search: &mut Search<'_>, words: &[Token]) -> Option<Named> {
    let accept = |entry: &Entry, candidate: &Candidate| {
        entry.kind == NameKind::Acronym && candidate.country == PlaceVerdict::Agree
    };
    match search.look(KeyKind::Row, hash(KeyKind::Row, words), Tier::Acronym, &accept) {
        Lookup::Found { tier, best, next } => Some((tier, best, next)),
        _ => None,
    }
}

/// True if the name that was found has the words in the same order, or if what stands behind "of" stands
/// in front: "Vienna Medical University". Across commas the order must be the same.
fn is_in_order(index: &Index, words: &[Token], best: &Candidate, across: bool) -> bool {
    let (own, name) = (telling(words), telling_of(index, best.organization, best.name));
    // The name may have its country or its city besides.
    if name.len() > own.len() {
        let mut rest = name.iter();
        return own.iter().all(|word| rest.any(|other| other == word)) || !across && own.len() == 2;
    }
    if own == name {
        return true;
    }
    let shared: Vec<bool> =
        words.iter().filter(|token| token.tells()).map(|token| token.meaning.shared).collect();
    let is_turned = |cut: usize| {
        let (front, back) = own.split_at(cut);
        let rest = name.len() - cut;
        shared[..cut].contains(&false) && front == &name[rest..] && back == &name[..rest]
    };
    !across && own.len() == name.len() && (1..own.len()).any(is_turned)
}

/// True where the words stand between signs or other names, or beside the number of a unit: `CNRS UMR 5800`.
fn is_apart(tokens: &[Token], (start, stop): (usize, usize), (begin, end): (usize, usize)) -> bool {
    let is_unit = |token: &Token| token.number || UNITS.iter().any(|unit| token.raw == word_hash(unit));
    let is_apart = |token: &Token| {
        is_unit(token) || token.meaning.stop && AND.iter().any(|and| token.raw == word_hash(and))
    };
    (start == begin || tokens[start].gap > Break::None || is_apart(&tokens[start - 1]))
        && (stop == end || tokens[stop].gap > Break::None || is_apart(&tokens[stop]))
}
