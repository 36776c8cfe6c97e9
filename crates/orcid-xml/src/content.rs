//! What elements hold: texts, numbers, times.

use std::borrow::Cow;

use super::space::trimmed;
use super::token::{Irregular, Piece};
use super::unmapped::INVALID;
use super::xml::{Cursor, Reader, Tag, joined, with_path};
use super::{ParseError, Text, Timestamp, values};

impl<'a> Cursor<'a> {
    /// The text of an element whose tag was just given, trimmed; consumes it.
    #[inline]
    pub fn text(&mut self, tag: Tag<'a>) -> Result<Text<'a>, ParseError> {
        self.attributes(tag, |_, _| Ok(false))?;
        self.content()
    }

    /// The text of an element whose attributes have been read.
    #[inline]
    pub fn content(&mut self) -> Result<Text<'a>, ParseError> {
        if let Reader::Scanner(scanner) = &mut self.reader {
            let open = self.open.pop();
            return match scanner.plain_text() {
                Some(text) => Ok(if text.is_empty() { None } else { Some(Cow::Borrowed(text)) }),
                None => Ok(scanner.text(open)?),
            };
        }
        self.general_content()
    }

    /// Text that may be in pieces, with elements between them.
    #[cold]
    fn general_content(&mut self) -> Result<Text<'a>, ParseError> {
        let mut content: Cow<'a, str> = Cow::Borrowed("");
        loop {
            let Reader::Reference(reference) = &mut self.reader else { return Err(Irregular.into()) };
            match reference.piece().map_err(|error| with_path(error, self.path()))? {
                Piece::Text(piece) => content = joined(Some(content), piece),
                Piece::Open(tag) => {
                    let tag = self.opened(tag)?;
                    self.unmapped(tag)?;
                }
                Piece::End => break,
                Piece::Eof => return Err(self.cut_off()),
            }
        }
        self.open.pop();
        Ok(trimmed(content))
    }

    /// Reads text into `slot`; a second value for it is noted as unmapped.
    #[inline]
    pub fn text_into(&mut self, tag: Tag<'a>, slot: &mut Text<'a>) -> Result<(), ParseError> {
        if slot.is_none()
            && let Some(text) = self.plain_text(tag)
        {
            *slot = if text.is_empty() { None } else { Some(Cow::Borrowed(text)) };
            return Ok(());
        }
        self.other_text_into(tag, slot)
    }

    /// The text of an element without attributes, trimmed, if it is plain and the scanner knows the
    /// tag after it; consumes the element.
    #[inline]
    fn plain_text(&mut self, tag: Tag<'a>) -> Option<&'a str> {
        let Reader::Scanner(scanner) = &mut self.reader else { return None };
        let text = if tag.attributes.is_empty() { scanner.plain_text()? } else { return None };
        self.open.pop();
        Some(text)
    }

    /// Reads any text into `slot`.
    #[inline(never)]
    fn other_text_into(&mut self, tag: Tag<'a>, slot: &mut Text<'a>) -> Result<(), ParseError> {
        let text = self.text(tag)?;
        self.fill_text(tag, slot, text)
    }

    /// Reads a timestamp into `slot`; other text is noted as unmapped.
    #[inline]
    pub fn timestamp_into(&mut self, tag: Tag<'a>, slot: &mut Option<Timestamp>) -> Result<(), ParseError> {
        self.value_into(tag, slot, values::timestamp)
    }

    /// Reads an integer into `slot`; other text, or a number out of range, is noted as unmapped.
    #[inline]
    pub fn integer_into<T: std::str::FromStr>(
        &mut self,
        tag: Tag<'a>,
        slot: &mut Option<T>,
    ) -> Result<(), ParseError> {
        self.value_into(tag, slot, values::integer)
    }

    /// Reads a truth value into `slot`; other text is noted as unmapped.
    #[inline]
    pub fn boolean_into(&mut self, tag: Tag<'a>, slot: &mut Option<bool>) -> Result<(), ParseError> {
        self.value_into(tag, slot, values::boolean)
    }

    #[inline]
    fn value_into<T>(
        &mut self,
        tag: Tag<'a>,
        slot: &mut Option<T>,
        parse: fn(&str) -> Option<T>,
    ) -> Result<(), ParseError> {
        if slot.is_none()
            && let Some(text) = self.plain_text(tag)
        {
            *slot = parse(text);
            let is_read = slot.is_some() || text.is_empty();
            return if is_read { Ok(()) } else { self.note_text(tag, text, Some(INVALID)) };
        }
        self.other_value_into(tag, slot, parse)
    }

    /// Reads any text of a value.
    #[inline(never)]
    fn other_value_into<T>(
        &mut self,
        tag: Tag<'a>,
        slot: &mut Option<T>,
        parse: fn(&str) -> Option<T>,
    ) -> Result<(), ParseError> {
        let Some(text) = self.text(tag)? else { return Ok(()) };
        match parse(&text) {
            Some(value) => self.fill_value(tag, slot, value, &text),
            None => self.note_text(tag, &text, Some(INVALID)),
        }
    }
}
