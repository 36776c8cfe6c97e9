//! A cursor over one XML document, made for descending section by section.
//!
//! Elements are distinguished by local name within their parent, never by prefix. Values that no
//! caller asks for are noted as unmapped with their path, so no value is lost. The cursor uses two
//! readers that must agree: a scanner for XML of the regular form, and quick-xml for all other XML.
//!
//! The protocol: after [`Cursor::child`] has given a tag, the caller consumes
//! that element, either by calling `child` until it gives `None`, or by one of
//! the methods that take the tag (`text_into`, `unmapped`, …).

use std::borrow::Cow;

use super::learned::Learned;
use super::order::{Form, KnownTag};
use super::reference::Reference;
use super::scan::Scanner;
use super::space::trimmed;
use super::token::{Irregular, RawTag, Token};
use super::unmapped::{Room, Unmapped};
use super::{ParseError, Text};

/// Elements deep; the deepest path of the schema has eleven.
const MAX_DEPTH: usize = 64;
/// Characters of a bad value that a message quotes.
const MAX_QUOTED: usize = 60;

/// A start tag: its local name and its attributes as they stand.
#[derive(Clone, Copy)]
pub(super) struct Tag<'a> {
    pub name: &'a str,
    /// Without declarations of name spaces, where a scanner knows them.
    pub(super) attributes: &'a str,
    /// Where its `<` is.
    pub(super) start: usize,
    /// Bytes of the prefix, the colon included.
    pub(super) prefix: usize,
}

pub(super) struct Cursor<'a> {
    pub(super) source: &'a str,
    pub(super) reader: Reader<'a>,
    /// The names of the open elements, with their prefixes.
    pub(super) open: Vec<&'a str>,
    pub(super) unmapped: Vec<Unmapped>,
    /// The first `visibility` that is not `public`.
    pub(super) not_public: Option<String>,
    pub(super) room: Room,
}

pub(super) enum Reader<'a> {
    Scanner(Scanner<'a>),
    Reference(Box<Reference<'a>>),
}

impl<'a> Cursor<'a> {
    /// A cursor over any XML.
    pub fn new(source: &'a str) -> Self {
        let source = without_mark(source);
        Self::over(source, Reader::Reference(Box::new(Reference::new(source))))
    }

    /// A cursor over XML of the regular form. On other XML it fails, without a useful message.
    pub fn regular(source: &'a str, learned: Box<Learned<'a>>) -> Self {
        let source = without_mark(source);
        Self::over(source, Reader::Scanner(Scanner::new(source, learned)))
    }

    fn over(source: &'a str, reader: Reader<'a>) -> Self {
        Self {
            source,
            reader,
            open: Vec::with_capacity(16),
            unmapped: Vec::new(),
            not_public: None,
            room: Room::of(source.len()),
        }
    }

    /// Notes a value of the element last opened for which the model has no field.
    ///
    /// # Errors
    /// [`ParseError::TooManyValues`] where the document takes too much memory.
    #[cold]
    pub(super) fn note(
        &mut self,
        what: &str,
        value: &str,
        code: Option<&'static str>,
    ) -> Result<(), ParseError> {
        let kept = Unmapped { path: format!("{}/{what}", self.path()), value: value.to_owned(), code };
        self.room.keep(&kept)?;
        self.unmapped.push(kept);
        Ok(())
    }

    /// Accounts for one more structure of a list.
    ///
    /// # Errors
    /// [`ParseError::TooManyValues`] where the document takes too much memory.
    #[inline]
    pub(super) fn take_room_for<T>(&mut self) -> Result<(), ParseError> {
        self.room.take(size_of::<T>())
    }

    /// Bytes of the document after those that were read, if they are known; else 0.
    pub(super) fn left_bytes(&self) -> usize {
        match &self.reader {
            Reader::Scanner(scanner) => self.source.len() - scanner.place,
            Reader::Reference(_) => 0,
        }
    }

    /// Values for which the model has no field.
    pub fn take_unmapped(&mut self) -> Vec<Unmapped> {
        std::mem::take(&mut self.unmapped)
    }

    /// The next child of the element that is open; `None` at its end.
    // Inlined everywhere: handing a tag over in memory costs as much as finding it.
    #[inline(always)]
    pub fn child(&mut self) -> Result<Option<Tag<'a>>, ParseError> {
        let Reader::Scanner(scanner) = &mut self.reader else { return self.other_child() };
        let known = scanner.ready();
        match known.form {
            Form::Whole if self.open.len() < MAX_DEPTH => {
                let KnownTag { name, local_name, attributes, length, .. } = *known;
                scanner.pass_ready();
                let (start, prefix) = (scanner.place - length, name.len() - local_name.len());
                self.open.push(name);
                Ok(Some(Tag { name: local_name, attributes, start, prefix }))
            }
            Form::End if self.open.last().is_some_and(|open| std::ptr::eq(*open, known.name)) => {
                scanner.pass_ready();
                self.open.pop();
                Ok(None)
            }
            _ => self.other_child(),
        }
    }

    /// The next child, also where its tag is of no run.
    #[inline(never)]
    fn other_child(&mut self) -> Result<Option<Tag<'a>>, ParseError> {
        let Reader::Scanner(scanner) = &mut self.reader else { return self.reference_child() };
        let Some(known) = scanner.known() else { return self.unknown_child() };
        let KnownTag { name, local_name, attributes, length, form, .. } = *known;
        let start = scanner.place - length;
        let attributes = match form {
            Form::Whole => attributes,
            Form::SelfClosed => {
                scanner.self_closed = true;
                attributes
            }
            Form::Begun => scanner.pass_attributes(scanner.place)?,
            Form::End => {
                let Some(open) = self.open.pop() else { return Err(Irregular.into()) };
                let is_same = std::ptr::eq(open, name) || open == name;
                return if is_same { Ok(None) } else { Err(Irregular.into()) };
            }
        };
        self.opened(RawTag { start, name, local_name, attributes }).map(Some)
    }

    /// The next child where the scanner does not know its tag.
    #[cold]
    fn unknown_child(&mut self) -> Result<Option<Tag<'a>>, ParseError> {
        let Reader::Scanner(scanner) = &mut self.reader else { return Err(Irregular.into()) };
        match scanner.token(self.open.last().copied())? {
            Token::Open(tag) => self.opened(tag).map(Some),
            Token::Close => {
                self.open.pop();
                Ok(None)
            }
            Token::Eof if self.open.is_empty() => Ok(None),
            Token::Stray(_) | Token::Eof => Err(Irregular.into()),
        }
    }

    /// The next child by the reference reader; a function of its own, so that the scanner's code
    /// path stays short.
    #[cold]
    fn reference_child(&mut self) -> Result<Option<Tag<'a>>, ParseError> {
        let mut stray: Text<'a> = None;
        loop {
            let Reader::Reference(reference) = &mut self.reader else { return Err(Irregular.into()) };
            let token = reference.token().map_err(|error| with_path(error, self.path()))?;
            if let Token::Stray(piece) = token {
                stray = Some(joined(stray.take(), piece));
                continue;
            }
            if stray.is_some() {
                self.note_stray(stray.take())?;
            }
            match token {
                Token::Open(tag) => return self.opened(tag).map(Some),
                Token::Close => {
                    self.open.pop();
                    return Ok(None);
                }
                Token::Stray(_) => {}
                Token::Eof if self.open.is_empty() => return Ok(None),
                Token::Eof => return Err(self.cut_off()),
            }
        }
    }

    /// Notes text where only elements belong.
    #[cold]
    fn note_stray(&mut self, text: Text<'a>) -> Result<(), ParseError> {
        match text.and_then(trimmed) {
            Some(text) => self.note("text()", &text, None),
            None => Ok(()),
        }
    }

    /// Passes each attribute to `take`, which returns whether it has a field for it, or why the
    /// value does not fit. Namespace declarations and `path`, which follows from iD and put code,
    /// are skipped. Values are trimmed, and empty ones skipped.
    #[inline]
    pub fn attributes(
        &mut self,
        tag: Tag<'a>,
        take: impl FnMut(&'a str, Cow<'a, str>) -> Result<bool, &'static str>,
    ) -> Result<(), ParseError> {
        if tag.attributes.is_empty() { Ok(()) } else { self.each_attribute(tag, take) }
    }

    /// Opens an element that contains only other elements.
    #[inline]
    pub fn container(&mut self, tag: Tag<'a>) -> Result<(), ParseError> {
        self.attributes(tag, |_, _| Ok(false))
    }

    /// Skips an element for which the model has no field, and notes each value in it with its path.
    pub fn unmapped(&mut self, tag: Tag<'a>) -> Result<(), ParseError> {
        let depth = self.open.len();
        self.container(tag)?;
        while self.open.len() >= depth {
            if let Some(tag) = self.child()? {
                self.container(tag)?;
            }
        }
        Ok(())
    }

    /// Where the cursor stands, as `/record:record/person:person`.
    pub fn path(&self) -> String {
        self.open.iter().fold(String::new(), |path, name| path + "/" + name)
    }

    pub fn invalid(&self, tag: Tag<'_>, value: &str, expected: &'static str) -> ParseError {
        let path = format!("{}/{}", self.path(), tag.name);
        ParseError::Invalid { path, value: value.chars().take(MAX_QUOTED).collect(), expected }
    }

    #[inline]
    pub(super) fn opened(&mut self, tag: RawTag<'a>) -> Result<Tag<'a>, ParseError> {
        if self.open.len() == MAX_DEPTH {
            return Err(ParseError::TooDeep { offset: tag.start as u64, limit: MAX_DEPTH });
        }
        self.open.push(tag.name);
        let RawTag { start, name, local_name, attributes } = tag;
        Ok(Tag { name: local_name, attributes, start, prefix: name.len() - local_name.len() })
    }

    /// What was learned by reading, for the next document.
    pub fn into_learned(self) -> Option<Box<Learned<'a>>> {
        match self.reader {
            Reader::Scanner(scanner) => Some(scanner.learned),
            Reader::Reference(_) => None,
        }
    }

    pub(super) fn malformed(&self, reason: String) -> ParseError {
        let offset = match &self.reader {
            Reader::Scanner(_) => 0,
            Reader::Reference(reference) => reference.offset(),
        };
        ParseError::Malformed { offset, reason }
    }

    #[cold]
    pub(super) fn cut_off(&self) -> ParseError {
        ParseError::CutOff { offset: self.source.len() as u64, path: self.path() }
    }
}

/// This error is never shown: the reference reader reads the document again.
impl From<Irregular> for ParseError {
    fn from(_: Irregular) -> Self {
        Self::Empty
    }
}

/// Appends a further piece of a text.
pub(super) fn joined<'a>(text: Text<'a>, piece: Cow<'a, str>) -> Cow<'a, str> {
    match text {
        Some(mut text) if !text.is_empty() => {
            text.to_mut().push_str(&piece);
            text
        }
        _ => piece,
    }
}

/// Removes byte order marks; joined files can have several.
fn without_mark(source: &str) -> &str {
    source.trim_start_matches('\u{feff}')
}

/// Adds the place where the document was cut off.
pub(super) fn with_path(error: ParseError, path: String) -> ParseError {
    match error {
        ParseError::CutOff { offset, .. } => ParseError::CutOff { offset, path },
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(xml: &str) -> Result<Text<'_>, ParseError> {
        let mut cursor = Cursor::new(xml);
        let tag = cursor.child()?.expect("the document has a root");
        cursor.text(tag)
    }

    #[test]
    fn text_is_resolved_joined_and_trimmed() {
        for (xml, expected) in [
            ("<a>plain</a>", Some("plain")),
            ("<a> \n x  y\t</a>", Some("x  y")),
            ("<a>R&amp;D &lt;1&gt; &#x41;&#66;</a>", Some("R&D <1> AB")),
            ("<a>one<![CDATA[ <two> & ]]>three</a>", Some("one <two> & three")),
            ("<a>one<!-- no -->two<?no no?></a>", Some("onetwo")),
            ("<a>line\r\nline\rline</a>", Some("line\nline\nline")),
            ("\u{feff}<?xml version='1.0'?><p:a xmlns:p='u'>\u{a0}x</p:a>", Some("\u{a0}x")),
            ("<a/>", None),
            ("<a></a>", None),
            ("<a> \n </a>", None),
        ] {
            assert_eq!(text_of(xml).unwrap().as_deref(), expected, "{xml}");
        }
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(text_of("<a> plain </a>"), Ok(Some(Cow::Borrowed("plain")))));
    }

    #[test]
    fn what_nobody_asks_for_is_noted_with_its_path() {
        let xml = "<r:a xmlns:r='u' path='/1' b='2' s:c='3'>stray<r:c d='3'><r:e>4</r:e><r:f/><r:g> </r:g></r:c></r:a>";
        let mut cursor = Cursor::new(xml);
        let tag = cursor.child().unwrap().unwrap();

        cursor.unmapped(tag).unwrap();

        assert_eq!(
            cursor.take_unmapped(),
            ["/r:a/@b", "/r:a/@s:c", "/r:a/text()", "/r:a/r:c/@d", "/r:a/r:c/r:e/text()"]
        );
    }

    #[test]
    fn damage_is_told_apart() {
        for (xml, code) in [
            ("<a>x</b>", "malformed-xml"),
            ("<a>&nbsp;</a>", "malformed-xml"),
            ("<a>&#1;</a>", "malformed-xml"),
            ("<a>R & D</a>", "malformed-xml"),
            ("<a>x", "cut-off-xml"),
            ("<a>x</a", "cut-off-xml"),
            ("<a><![CDATA[x", "cut-off-xml"),
        ] {
            assert_eq!(text_of(xml).unwrap_err().code(), code, "{xml}");
        }
        let mut deep = Cursor::new(Box::leak("<a>".repeat(100).into_boxed_str()));
        let error = std::iter::repeat_with(|| deep.child()).find_map(Result::err).unwrap();
        assert_eq!(error.code(), "too-deep");
    }
}
