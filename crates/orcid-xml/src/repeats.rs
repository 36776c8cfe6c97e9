//! Elements that documents repeat word for word, such as the source of an item.
//!
//! A person adds many items, and one client adds items to many people, each time with the same
//! lines. Equal bytes mean the same, so what was read of the first is taken for the others.

use super::order::Number;

/// Elements of one kind that are remembered.
const MAX_KNOWN: usize = 6;
/// Bytes of an element that is remembered.
const MAX_BYTES: usize = 2 << 10;

/// The elements of one kind that were read, the frequent ones first.
pub(super) struct Repeats<'a, T>(Vec<Repeat<'a, T>>);

/// An element that was read.
pub(super) struct Repeat<'a, T> {
    /// Its name, with its prefix.
    pub name: &'a str,
    /// Elements that were open, it included; how deep elements may be is limited.
    pub depth: usize,
    /// All that follows its start tag, its end tag included.
    pub bytes: &'a [u8],
    pub value: T,
    /// Its end tag.
    pub end: Number,
}

impl<T> Default for Repeats<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, T> Repeats<'a, T> {
    /// What was read of the element whose start tag has been passed, if one like it was.
    #[inline]
    pub fn find(&mut self, name: &str, depth: usize, rest: &[u8]) -> Option<&Repeat<'a, T>> {
        let is_same = |known: &Repeat<'_, T>| {
            rest.starts_with(known.bytes) && known.depth == depth && known.name == name
        };
        let place = self.0.iter().position(is_same)?;
        let front = place.saturating_sub(1);
        self.0.swap(front, place);
        Some(&self.0[front])
    }

    /// Remembers an element, instead of the one that was found least often.
    #[cold]
    pub fn remember(&mut self, repeat: Repeat<'a, T>) {
        if repeat.bytes.len() > MAX_BYTES {
            return;
        }
        self.0.truncate(MAX_KNOWN - 1);
        self.0.push(repeat);
    }
}
