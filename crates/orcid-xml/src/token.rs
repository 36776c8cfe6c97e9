//! What both readers hand to the cursor.

use std::borrow::Cow;

/// The document is not of the regular form; nothing is said about why.
#[derive(Debug)]
pub(super) struct Irregular;

/// A start tag as it stands.
pub(super) struct RawTag<'a> {
    /// Where its `<` is.
    pub start: usize,
    /// With its prefix.
    pub name: &'a str,
    /// Without its prefix.
    pub local_name: &'a str,
    /// What follows the name, up to `>` or `/>`.
    pub attributes: &'a str,
}

/// The next token among the children of an element.
pub(super) enum Token<'a> {
    Open(RawTag<'a>),
    Close,
    /// A piece of text where only elements belong.
    Stray(Cow<'a, str>),
    Eof,
}

/// A piece of an element's text.
pub(super) enum Piece<'a> {
    Text(Cow<'a, str>),
    /// An element inside text.
    Open(RawTag<'a>),
    End,
    Eof,
}
