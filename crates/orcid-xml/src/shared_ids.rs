//! Identifiers of a group, which its items repeat line by line at another indentation.
//!
//! ORCID writes the identifiers that the items of a group share before the items, and most items
//! have the same ones once more. Equal lines mean the same, whatever white space is between them.

use super::find::past_spaces;
use super::order::{Number, UNKNOWN};

/// Identifiers of a group that are remembered.
const MAX_IDS: usize = 8;
/// Lines of an identifier that is remembered; ORCID writes five or six.
const MAX_LINES: usize = 8;

/// The texts of an identifier that stand in the document as they are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct IdTexts<'a> {
    pub id_type: Option<&'a str>,
    pub value: Option<&'a str>,
    pub normalized: Option<&'a str>,
    pub normalized_transient: Option<bool>,
    pub url: Option<&'a str>,
    pub relationship: Option<&'a str>,
}

/// The identifiers of the last group.
#[derive(Default)]
pub(super) struct SharedIds<'a> {
    /// Identifiers that are read now are those of a group.
    collects: bool,
    ids: Vec<SharedId<'a>>,
    /// The one that is expected next.
    next: usize,
    /// By the number of open elements, the end tag of an identifier.
    ends: Vec<(usize, Number)>,
}

struct SharedId<'a> {
    /// The name of its element, with the prefix.
    name: &'a str,
    /// What follows its start tag, up to its end tag, without white space between.
    lines: [&'a [u8]; MAX_LINES],
    count: usize,
    texts: IdTexts<'a>,
}

impl<'a> SharedIds<'a> {
    /// The identifiers that are read next are those of a new group, until [`Self::end_group`].
    pub fn begin_group(&mut self) {
        self.ids.clear();
        self.next = 0;
        self.collects = true;
    }

    pub fn end_group(&mut self) {
        self.collects = false;
    }

    /// The texts of the identifier whose start tag stands before `rest`, if the group has it, and the
    /// length of what follows the tag.
    #[inline]
    pub fn find(&mut self, name: &str, rest: &[u8]) -> Option<(IdTexts<'a>, usize)> {
        if self.collects {
            return None;
        }
        let count = self.ids.len();
        for place in (self.next..count).chain(0..self.next.min(count)) {
            let id = &self.ids[place];
            if let Some(length) = id.length_in(rest).filter(|_| id.name == name) {
                self.next = place + 1;
                return Some((id.texts, length));
            }
        }
        None
    }

    /// The end tag that an identifier had at this depth.
    pub fn end(&self, depth: usize) -> Number {
        self.ends.iter().find(|(other, _)| *other == depth).map_or(UNKNOWN, |(_, end)| *end)
    }

    /// Remembers an identifier of a group by what follows its start tag, or the end tag of another.
    pub fn remember(
        &mut self,
        name: &'a str,
        bytes: &'a [u8],
        texts: Option<IdTexts<'a>>,
        depth: usize,
        end: Number,
    ) {
        if !self.collects {
            if end != UNKNOWN && self.end(depth) == UNKNOWN {
                self.ends.push((depth, end));
            }
            return;
        }
        if let Some((texts, (lines, count))) = texts.zip(lines(bytes)).filter(|_| self.ids.len() < MAX_IDS) {
            self.ids.push(SharedId { name, lines, count, texts });
        }
    }
}

impl SharedId<'_> {
    /// The length of what `rest` begins with, if it has the same lines.
    #[inline]
    fn length_in(&self, rest: &[u8]) -> Option<usize> {
        let mut place = 0;
        for line in &self.lines[..self.count] {
            if rest.get(place) != Some(&b'\n') {
                return None;
            }
            place = past_spaces(rest, place + 1);
            if !rest.get(place..)?.starts_with(line) {
                return None;
            }
            place += line.len();
        }
        Some(place)
    }
}

/// The lines of an element without their indentation, and how many there are; `None` if there are
/// too many, or if a line end may stand within a text or a tag.
fn lines(bytes: &[u8]) -> Option<([&[u8]; MAX_LINES], usize)> {
    let mut lines: [&[u8]; MAX_LINES] = Default::default();
    let (mut count, mut rest) = (0, bytes.strip_prefix(b"\n")?);
    loop {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[past_spaces(rest, 0).min(end)..end];
        let is_whole = line.starts_with(b"<") && line.ends_with(b">");
        *lines.get_mut(count).filter(|_| is_whole)? = line;
        count += 1;
        if end == rest.len() {
            return Some((lines, count));
        }
        rest = &rest[end + 1..];
    }
}
