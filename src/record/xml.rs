//! A cursor over one XML document, made for descending section by section.
//!
//! Elements are told apart by local name within their parent, never by prefix.
//! What nobody asks for is noted as unmapped with its path, so that no value is
//! dropped in silence. Only this file knows quick-xml.
//!
//! The protocol: after [`Cursor::child`] has given a tag, the caller consumes
//! that element, either by calling `child` until it gives `None`, or by one of
//! the methods that take the tag (`text_into`, `unmapped`, …).

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesRef, Event};

use super::clean::is_illegal_character;
use super::{ParseError, Text, Timestamp, values};

/// Elements deep; the deepest path of the schema has eleven.
const MAX_DEPTH: usize = 64;
/// Characters of a bad value that a message quotes.
const MAX_QUOTED: usize = 60;
/// White space as XML defines it.
const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// A start tag: its local name and its attributes as they stand.
#[derive(Clone, Copy)]
pub(super) struct Tag<'a> {
    pub name: &'a str,
    attributes: &'a str,
}

pub(super) struct Cursor<'a> {
    source: &'a str,
    reader: Reader<&'a [u8]>,
    /// Where each open element's tag begins in `source`.
    open: Vec<usize>,
    /// The newest open element was written `<a/>`; its end is still to be told.
    self_closed: bool,
    unmapped: Vec<String>,
}

impl<'a> Cursor<'a> {
    pub fn new(source: &'a str) -> Self {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        let reader = Reader::from_str(source);
        Self { source, reader, open: Vec::with_capacity(MAX_DEPTH), self_closed: false, unmapped: Vec::new() }
    }

    /// Paths that hold a value but have no place in the model.
    pub fn into_unmapped(self) -> Vec<String> {
        self.unmapped
    }

    /// The next child of the element that is open; `None` at its end.
    #[inline]
    pub fn child(&mut self) -> Result<Option<Tag<'a>>, ParseError> {
        if self.closes_itself() {
            return Ok(None);
        }
        loop {
            let start = self.position();
            match self.event()? {
                Event::Start(tag) => {
                    let (name_length, length) = (tag.name().as_ref().len(), tag.len());
                    return self.opened(start, name_length, length).map(Some);
                }
                Event::Empty(tag) => {
                    let (name_length, length) = (tag.name().as_ref().len(), tag.len());
                    self.self_closed = true;
                    return self.opened(start, name_length, length).map(Some);
                }
                Event::End(_) => {
                    self.open.pop();
                    return Ok(None);
                }
                Event::Text(text) if text.trim_matches(WHITE_SPACE).is_empty() => {}
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => self.note("text()"),
                Event::Eof if self.open.is_empty() => return Ok(None),
                Event::Eof => return Err(self.cut_off()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    /// The text of an element whose tag was just given, trimmed; consumes it.
    #[inline]
    pub fn text(&mut self, tag: Tag<'a>) -> Result<Text<'a>, ParseError> {
        self.attributes(tag, |_, _| Ok(false))?;
        self.content()
    }

    /// The text of an element whose attributes have been read.
    pub fn content(&mut self) -> Result<Text<'a>, ParseError> {
        if self.closes_itself() {
            return Ok(None);
        }
        let mut content: Cow<'a, str> = Cow::Borrowed("");
        loop {
            let start = self.position();
            let piece = match self.event()? {
                Event::Text(text) => text.xml10_content(),
                Event::CData(data) => data.xml10_content(),
                Event::GeneralRef(reference) => self.resolve(&reference)?.to_string().into(),
                Event::End(_) => break,
                Event::Start(tag) => {
                    let (name_length, length) = (tag.name().as_ref().len(), tag.len());
                    let tag = self.opened(start, name_length, length)?;
                    self.unmapped(tag)?;
                    continue;
                }
                Event::Empty(tag) => {
                    let (name_length, length) = (tag.name().as_ref().len(), tag.len());
                    self.self_closed = true;
                    let tag = self.opened(start, name_length, length)?;
                    self.unmapped(tag)?;
                    continue;
                }
                Event::Eof => return Err(self.cut_off()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            };
            if content.is_empty() { content = piece } else { content.to_mut().push_str(&piece) }
        }
        self.open.pop();
        Ok(trimmed(content))
    }

    /// Reads text into `slot`; a second value for it is noted as unmapped.
    #[inline]
    pub fn text_into(&mut self, tag: Tag<'a>, slot: &mut Text<'a>) -> Result<(), ParseError> {
        let text = self.text(tag)?;
        self.fill(tag, slot, text);
        Ok(())
    }

    /// Reads a timestamp into `slot`.
    pub fn timestamp_into(&mut self, tag: Tag<'a>, slot: &mut Option<Timestamp>) -> Result<(), ParseError> {
        self.value_into(tag, slot, values::timestamp, "a date and time (xs:dateTime)")
    }

    /// Reads an integer into `slot`.
    pub fn integer_into<T: std::str::FromStr>(
        &mut self,
        tag: Tag<'a>,
        slot: &mut Option<T>,
    ) -> Result<(), ParseError> {
        self.value_into(tag, slot, values::integer, "an integer in range")
    }

    /// Reads a truth value into `slot`.
    pub fn boolean_into(&mut self, tag: Tag<'a>, slot: &mut Option<bool>) -> Result<(), ParseError> {
        self.value_into(tag, slot, values::boolean, "true or false")
    }

    /// Hands each attribute to `take`, which says whether it knew it; name
    /// space declarations and `path`, which follows from iD and put code, are
    /// passed over. Values are trimmed, empty ones left out.
    #[inline]
    pub fn attributes(
        &mut self,
        tag: Tag<'a>,
        take: impl FnMut(&'a str, Cow<'a, str>) -> Result<bool, &'static str>,
    ) -> Result<(), ParseError> {
        if tag.attributes.is_empty() { Ok(()) } else { self.each_attribute(tag, take) }
    }

    /// Opens an element that only holds others.
    #[inline]
    pub fn container(&mut self, tag: Tag<'a>) -> Result<(), ParseError> {
        self.attributes(tag, |_, _| Ok(false))
    }

    /// Passes over an element that the model has no place for and notes the
    /// path of each value in it.
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

    /// Notes that the element last opened holds a value without a place.
    pub fn note(&mut self, what: &str) {
        let path = self.path();
        self.unmapped.push(format!("{path}/{what}"));
    }

    /// Where the cursor stands, as `/record:record/person:person`.
    pub fn path(&self) -> String {
        self.open.iter().fold(String::new(), |path, &start| path + "/" + name_at(&self.source[start + 1..]))
    }

    pub fn invalid(&self, tag: Tag<'_>, value: &str, expected: &'static str) -> ParseError {
        let path = format!("{}/{}", self.path(), tag.name);
        ParseError::Invalid { path, value: value.chars().take(MAX_QUOTED).collect(), expected }
    }

    /// Fills a slot once; a second value is noted, not lost in silence.
    pub fn fill<T>(&mut self, tag: Tag<'_>, slot: &mut Option<T>, value: Option<T>) {
        match (&slot, &value) {
            (Some(_), Some(_)) => self.note(&format!("{} (repeated)", tag.name)),
            (None, _) => *slot = value,
            (Some(_), None) => {}
        }
    }

    fn value_into<T>(
        &mut self,
        tag: Tag<'a>,
        slot: &mut Option<T>,
        parse: fn(&str) -> Option<T>,
        expected: &'static str,
    ) -> Result<(), ParseError> {
        let Some(text) = self.text(tag)? else { return Ok(()) };
        let value = parse(&text).ok_or_else(|| self.invalid(tag, &text, expected))?;
        self.fill(tag, slot, Some(value));
        Ok(())
    }

    fn each_attribute(
        &mut self,
        tag: Tag<'a>,
        mut take: impl FnMut(&'a str, Cow<'a, str>) -> Result<bool, &'static str>,
    ) -> Result<(), ParseError> {
        let mut attributes = Attributes::new(tag.attributes, 0);
        for attribute in attributes.with_checks(false) {
            let attribute = attribute.map_err(|error| self.malformed(error.to_string()))?;
            let name = attribute.key.into_inner();
            if name == "path" || name == "xmlns" || name.starts_with("xmlns:") {
                continue;
            }
            let value = self.attribute_value(attribute.value)?;
            let Some(value) = trimmed(value) else { continue };
            let name = local_name(name);
            let quoted = value.clone();
            match take(name, value) {
                Ok(true) => {}
                Ok(false) => self.note(&format!("@{name}")),
                Err(expected) => {
                    let attribute = Tag { name, attributes: "" };
                    return Err(self.invalid(attribute, &quoted, expected));
                }
            }
        }
        Ok(())
    }

    /// Resolves references and folds white space, as XML defines for attributes.
    fn attribute_value(&self, value: Cow<'a, str>) -> Result<Cow<'a, str>, ParseError> {
        if !value.contains(['&', '\t', '\n', '\r']) {
            return Ok(value);
        }
        let spaced = value.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
        let unescaped =
            quick_xml::escape::unescape(&spaced).map_err(|error| self.malformed(error.to_string()))?;
        Ok(Cow::Owned(unescaped.into_owned()))
    }

    fn closes_itself(&mut self) -> bool {
        let closes = self.self_closed;
        if closes {
            self.self_closed = false;
            self.open.pop();
        }
        closes
    }

    fn opened(&mut self, start: usize, name_length: usize, length: usize) -> Result<Tag<'a>, ParseError> {
        if self.open.len() == MAX_DEPTH {
            return Err(ParseError::TooDeep { offset: start as u64, limit: MAX_DEPTH });
        }
        self.open.push(start);
        let content = &self.source[start + 1..start + 1 + length];
        let (name, attributes) = content.split_at(name_length);
        Ok(Tag { name: local_name(name), attributes })
    }

    #[inline]
    fn event(&mut self) -> Result<Event<'a>, ParseError> {
        match self.reader.read_event() {
            Ok(event) => Ok(event),
            Err(error) => Err(self.translate(error)),
        }
    }

    fn position(&self) -> usize {
        self.reader.buffer_position() as usize
    }

    fn resolve(&self, reference: &BytesRef<'a>) -> Result<Cow<'static, str>, ParseError> {
        let character = reference.resolve_char_ref().map_err(|error| self.translate(error))?;
        match character {
            Some(character) if is_illegal_character(character.into()) => {
                Err(self.malformed(format!("&{}; is a character that XML forbids", &**reference)))
            }
            Some(character) => Ok(character.to_string().into()),
            None => resolve_predefined_entity(reference)
                .map(Cow::Borrowed)
                .ok_or_else(|| self.malformed(format!("&{}; is not declared", &**reference))),
        }
    }

    fn translate(&self, error: quick_xml::Error) -> ParseError {
        match error {
            quick_xml::Error::Syntax(_) if !self.open.is_empty() => self.cut_off(),
            error => self.malformed(error.to_string()),
        }
    }

    fn malformed(&self, reason: String) -> ParseError {
        ParseError::Malformed {
            offset: self.reader.error_position().max(self.reader.buffer_position()),
            reason,
        }
    }

    fn cut_off(&self) -> ParseError {
        ParseError::CutOff { offset: self.source.len() as u64, path: self.path() }
    }
}

fn trimmed(text: Cow<'_, str>) -> Text<'_> {
    let kept = text.trim_matches(WHITE_SPACE);
    if kept.is_empty() {
        return None;
    }
    Some(match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(WHITE_SPACE)),
        Cow::Owned(ref owned) if owned.len() != kept.len() => Cow::Owned(kept.to_owned()),
        owned => owned,
    })
}

fn local_name(name: &str) -> &str {
    match name.bytes().position(|byte| byte == b':') {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

fn name_at(tag: &str) -> &str {
    let end = tag.find(|character: char| character.is_whitespace() || matches!(character, '/' | '>'));
    &tag[..end.unwrap_or(tag.len())]
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
        let xml =
            "<r:a xmlns:r='u' path='/1' s:b='2'>stray<r:c d='3'><r:e>4</r:e><r:f/><r:g> </r:g></r:c></r:a>";
        let mut cursor = Cursor::new(xml);
        let tag = cursor.child().unwrap().unwrap();

        cursor.unmapped(tag).unwrap();

        assert_eq!(cursor.into_unmapped(), ["/r:a/@b", "/r:a/text()", "/r:a/r:c/@d", "/r:a/r:c/r:e/text()"]);
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
