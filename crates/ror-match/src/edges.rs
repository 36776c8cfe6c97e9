//! Whether a name begins and ends where a run of words does, or is a piece of a longer name.

use super::answer::Tier;
use super::hash::word_hash;
use super::layout::Layout;
use super::lexicon::{HOSPITAL, UNIVERSITY};
use super::normal::Break;
use super::reading::Token;

/// Words behind which the one stands that a name belongs to.
const OF: [&str; 8] = ["of", "de", "del", "della", "do", "da", "des", "der"];
/// Words that say at the end of a name what it names.
const HEADS: [&str; 7] =
    ["center", "hospital", "institute", "academy", "foundation", "society", "association"];

/// False where the words are a piece of a longer name: "Michigan University" of "Eastern Michigan
/// University".
pub fn is_whole(tokens: &[Token], (start, stop): (usize, usize), begin: usize) -> bool {
    let token = &tokens[start];
    if start == begin || token.gap > Break::None {
        return true;
    }
    let before = &tokens[start - 1];
    if is_of(before) && start >= begin + 2 && before.gap == Break::None {
        // "New England" of "University of New England".
        let head = tokens[start - 2].meaning;
        let kinds = |tokens: &[Token]| tokens.iter().any(|token| token.meaning.generic);
        // "Illinois College" of "University of Illinois College of Medicine".
        return !head.generic || head.subunit || head.kinds & UNIVERSITY == 0 && kinds(&tokens[start..stop]);
    }
    if before.raw == word_hash("s") && start >= begin + 2 && before.gap == Break::None {
        // "Redeemer's University Lagos" is not that of Lagos.
        return !tokens[start - 2].tells() || tokens[start - 2].meaning.subunit;
    }
    if before.number || before.meaning.subunit || !before.tells() {
        return true;
    }
    if before.meaning.divides {
        // "Physics Eastern Michigan University"
        return start >= begin + 2 && before.gap == Break::None && is_of(&tokens[start - 2]);
    }
    match phrase_before(tokens, start, begin) {
        // "Department of Genetics Stanford University", "Department of Cell Biology Stanford University".
        Phrase::Of { words } => {
            words == 1 || before.meaning.shared || !token.meaning.shared || tokens[start - 2].meaning.stop
        }
        Phrase::Named => false,
        Phrase::Common => before.meaning.shared && !before.meaning.generic,
    }
}

/// What stands before a word, in the same part.
enum Phrase {
    /// So many words behind "of".
    Of { words: usize },
    /// Words that name something: at least one of them is not a common word.
    Named,
    /// Common words.
    Common,
}

fn phrase_before(tokens: &[Token], start: usize, begin: usize) -> Phrase {
    let mut is_named = false;
    for at in (begin..start).rev() {
        let token = &tokens[at];
        if is_of(token) && at > begin && (start - at == 2 || tokens[at - 1].meaning.subunit) {
            return Phrase::Of { words: start - at - 1 };
        }
        is_named |= token.tells() && !token.meaning.shared && !token.number;
        if token.gap > Break::None {
            break;
        }
    }
    if is_named { Phrase::Named } else { Phrase::Common }
}

/// False if the name goes on behind the words: "Yunnan University" of "Yunnan University of
/// Nationalities", "Washington Hospital" of "Washington Hospital Center".
pub fn has_ended(tokens: &[Token], layout: &Layout, (at, tier): (usize, Tier), end: usize) -> bool {
    let none = |at: usize| at < end && tokens[at].gap == Break::None;
    if !none(at) || layout.is_place(at) || tokens[at].number {
        return true;
    }
    if is_of(&tokens[at]) {
        let next = (at + 1..end).find(|next| tokens[*next].tells() || tokens[*next].gap > Break::None);
        return next.is_none_or(|next| {
            let token = &tokens[next];
            token.gap > Break::None || token.meaning.generic || token.meaning.subunit || layout.is_place(next)
        });
    }
    let token = &tokens[at];
    if !token.tells() || token.meaning.subunit && none(at + 1) {
        return true;
    }
    // The last word says what it is: a center, a hospital.
    let is_head = token.meaning.generic
        && !none(at + 1)
        && HEADS.iter().any(|head| token.meaning.canonical == word_hash(head));
    !is_head && (tier == Tier::Exact || token.meaning.subunit)
}

/// True for the name of a university that is a piece of that of its hospital.
pub fn is_of_hospital(tokens: &[Token], (start, end): (usize, usize)) -> bool {
    let is_hospital = |token: &Token| token.meaning.kinds & HOSPITAL != 0;
    if tokens[start..end].iter().any(is_hospital) {
        return false;
    }
    let behind = tokens.get(end).is_some_and(|next| next.gap == Break::None && is_hospital(next));
    let before = start >= 2
        && tokens[start].gap == Break::None
        && tokens[start - 1].gap == Break::None
        && tokens[start - 1].meaning.stop
        && is_hospital(&tokens[start - 2]);
    behind || before
}

/// True for a preposition that says what something belongs to.
fn is_of(token: &Token) -> bool {
    token.meaning.stop && OF.iter().any(|of| token.raw == word_hash(of))
}
