//! Finds the organisations that a full affiliation names, with department, street, places and whatever
//! else it has, in any order.

use std::ops::Range;

use super::answer::{Answer, Candidate, Match, Relation, Tier};
use super::choose::list;
use super::clean::clean;
use super::countries::Country;
use super::exact::Search;
use super::layout::{Block, Layout, Part, PartKind};
use super::lexicon::{HOSPITAL, UNIVERSITY};
use super::matcher::Matcher;
use super::places::PlaceVerdict;
use super::reading::{Reading, Token};
use super::scratch::Scratch;
use super::similar::Buffers;
use super::whole::whole_names;
use super::windows::{Window, drop_weak, leading, windows};

/// Kinds of institutions that a name of common words belongs to: university, hospital, hochschule,
/// polytechnic.
const INSTITUTIONS: u32 = UNIVERSITY | HOSPITAL | 1 << 10 | 1 << 11;
/// Bytes of a text that are read.
const MAX_TEXT_BYTES: usize = 16 << 10;

/// The organisations that a text names.
#[derive(Clone, Debug, Default)]
pub struct Mentions {
    /// The organisations, in the order in which the text names them. None comes twice.
    pub all: Vec<Mention>,
    /// The place in `all` of the one that the text is about: mostly the last, as departments
    /// stand before their institutions.
    pub leading: Option<usize>,
    /// Organisations that were near, if none was found.
    pub candidates: Vec<Candidate>,
}

/// An organisation that a text names.
#[derive(Clone, Debug)]
pub struct Mention {
    /// The organisation, and how it was found.
    pub found: Match,
    /// The bytes of the text that name it.
    pub span: Range<usize>,
}

impl Mention {
    /// The mention as the answer to a query.
    pub fn answer(&self) -> Answer {
        Answer { found: Some(self.found), candidates: Vec::new() }
    }
}

impl Mentions {
    /// The leading organisation, or the candidates.
    pub fn answer(&self) -> Answer {
        let found = self.leading.map(|leading| self.all[leading].found);
        let candidates = if found.is_some() { Vec::new() } else { self.candidates.clone() };
        Answer { found, candidates }
    }
}

impl Matcher {
    /// Finds the organisations that `text` names, an affiliation in one string.
    pub fn find_in_text(&self, text: &str, scratch: &mut Scratch) -> Mentions {
        let text = beginning(text);
        let mut cleaned = std::mem::take(&mut scratch.cleaned);
        clean(text, &mut cleaned);
        let mentions = self.read(text, &cleaned, scratch);
        scratch.cleaned = cleaned;
        mentions
    }

    fn read(&self, _text: &str, cleaned: &str, scratch: &mut Scratch) -> Mentions {
        let index = &self.index;
        let Scratch { text: reading, steps, similar, letters, corrections, .. } = scratch;
        reading.read_text(cleaned, &index.lexicon);
        reading.correct(&index.lexicon, corrections, |word| index.vocabulary.sharing(word));
        *steps = 0;
        let mut layout = Layout::default();
        layout.read(reading, cleaned, index);
        let mut mentions = Mentions::default();
        let span = |number: usize| reading.words.span(number, cleaned);
        let capitals = |number: usize| {
            let written = &cleaned[span(number)];
            written.chars().all(|letter| !letter.is_lowercase()) && written.chars().any(char::is_uppercase)
        };
        let mut found: Vec<Window> = Vec::new();
        for number in 0..layout.blocks.len() {
            let known = found.len();
            loop {
                self.read_block(
                    &layout,
                    number,
                    (&*reading, &mut *similar, &mut *letters, &mut *steps),
                    &capitals,
                    &mut mentions.candidates,
                    &mut found,
                );
                let block = &mut layout.blocks[number];
                if block.place.country.is_known() {
                    break;
                }
                let country = self.common_country(&found[known..]).filter(|country| country.is_known());
                let Some(country) = country else { break };
                // Acronyms count in their own country only, which the other names tell: they are
                // read again.
                block.place.country = country;
                found.truncate(known);
            }
        }
        let leading = leading(&found).map(|place| found[place].best.organization);
        for window in found {
            let organization = window.best.organization;
            if mentions.all.iter().any(|known| known.found.found.organization == organization) {
                continue;
            }
            let span = span(window.start).start..span(window.end - 1).end;
            mentions.all.push(Mention { found: of_window(&window), span });
        }
        mentions.leading =
            mentions.all.iter().position(|mention| Some(mention.found.found.organization) == leading);
        if mentions.leading.is_some() {
            mentions.candidates.clear();
        }
        mentions
    }
}

impl Matcher {
    /// Finds the organisations of one address.
    fn read_block(
        &self,
        layout: &Layout,
        number: usize,
        (reading, similar, letters, steps): (&Reading, &mut Buffers, &mut String, &mut u64),
        capitals: &dyn Fn(usize) -> bool,
        listed: &mut Vec<Candidate>,
        found: &mut Vec<Window>,
    ) {
        let block = &layout.blocks[number];
        let (tokens, known) = (&reading.tokens, found.len());
        let careful = !self.preset.allows_fuzzy();
        let mut search = Search { index: &self.index, place: &block.place, listed, careful, steps };
        if self.overridden_parts(&mut search, tokens, layout, block, found) {
            return;
        }
        whole_names(&mut search, reading, layout, (block.first, block.last), letters, found);
        windows(&mut search, tokens, layout, (block.first, block.last), capitals, known, found);
        let parts = &layout.parts[block.first..=block.last];
        let is_apart = |part: &Part, window: &Window| part.end <= window.start || window.end <= part.start;
        let has_kind = |part: &Part, kinds| {
            tokens[part.start..part.end].iter().any(|token| token.meaning.kinds & kinds != 0)
        };
        let others =
            |window: &Window| parts.iter().any(|part| is_apart(part, window) && has_kind(part, INSTITUTIONS));
        drop_weak(found, known, &self.tree, &others);
        let Some(limits) = self.preset.similarity() else { return };
        if found.len() == known {
            let window = search.similar_part(reading, parts, limits, similar);
            if block.place.country.is_known() || !block.place.city.is_empty() {
                found.extend(window);
            } else {
                // Without a place a similar name may be that of another.
                list(search.listed, window.iter().map(|window| window.best));
            }
            return;
        }
        // An institution that is named with a typo, or in another form, beside others.
        let is_free = |part: &&Part| {
            has_kind(part, UNIVERSITY | HOSPITAL)
                && found[known..].iter().all(|window| is_apart(part, window))
        };
        let rest: Vec<Part> = parts.iter().filter(is_free).cloned().collect();
        if let Some(window) = search.similar_part(reading, &rest, limits, similar) {
            let mut others = found.split_off(known);
            if others.iter().all(|other| other.weak) {
                others.retain(|other| other.best.city == PlaceVerdict::Agree);
            }
            found.extend(others);
            found.push(window);
            found[known..].sort_by_key(|window| window.start);
        }
    }

    /// The country of all organisations that were found by several words, if it is one.
    fn common_country(&self, found: &[Window]) -> Option<Country> {
        let countries = |window: &Window| self.index.places.countries(window.best.organization);
        let mut named = found.iter().filter(|window| window.telling > 1).map(countries);
        let [country] = named.next()? else { return None };
        named.all(|other| other == [*country]).then_some(*country)
    }

    /// Finds the names of an address that the user's table has; true if one of them is said to be of no
    /// organisation.
    fn overridden_parts(
        &self,
        search: &mut Search<'_>,
        tokens: &[Token],
        layout: &Layout,
        block: &Block,
        found: &mut Vec<Window>,
    ) -> bool {
        if self.overrides.is_empty() {
            return false;
        }
        let parts = &layout.parts[block.first..=block.last];
        let named = |part: &&Part| part.kind == PartKind::Name;
        let one = |part: &Part| (part.start, if part.places > part.start { part.places } else { part.end });
        let (first, last) = (parts.iter().find(named), parts.iter().rfind(named));
        let whole = first.zip(last).map(|(first, last)| (first.start, one(last).1));
        let mut refused = false;
        for (start, end) in whole.into_iter().chain(parts.iter().filter(named).map(one)) {
            match self.overrides.find(&tokens[start..end], block.place.country) {
                Some(Some(number)) if !found.iter().any(|known| known.start < end && start < known.end) => {
                    let best = search.overridden(number);
                    let (tier, relation) = (Tier::Override, Relation::Same);
                    let telling = end - start;
                    found.push(Window { start, end, tier, best, next: None, relation, telling, weak: false });
                }
                Some(None) => refused = true,
                _ => {}
            }
        }
        refused
    }
}

fn of_window(window: &Window) -> Match {
    Match {
        found: window.best,
        tier: window.tier,
        relation: window.relation,
        margin: window.best.score,
        runner_up: window.next,
    }
}

/// The beginning of a text that is too long.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
