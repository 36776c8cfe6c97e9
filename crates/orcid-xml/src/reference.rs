//! The reader of reference: quick-xml, for any XML there is.
//!
//! Only this file and `attributes.rs` know quick-xml.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::encoding::EncodingError;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

use super::ParseError;
use super::clean::is_illegal_character;
use super::space::{WHITE_SPACE, local_name};
use super::token::{Piece, RawTag, Token};

pub(super) struct Reference<'a> {
    source: &'a str,
    reader: Reader<&'a [u8]>,
    /// The newest open element was written `<a/>`; its end is still to be told.
    self_closed: bool,
    depth: usize,
}

impl<'a> Reference<'a> {
    pub fn new(source: &'a str) -> Self {
        Self { source, reader: Reader::from_str(source), self_closed: false, depth: 0 }
    }

    /// The next child of the open element, or its end.
    pub fn token(&mut self) -> Result<Token<'a>, ParseError> {
        if self.closes_itself() {
            return Ok(Token::Close);
        }
        loop {
            let start = self.place();
            return Ok(match self.event()? {
                Event::Start(tag) => Token::Open(self.opened(start, &tag, false)),
                Event::Empty(tag) => Token::Open(self.opened(start, &tag, true)),
                Event::End(_) => self.closed(Token::Close),
                Event::Text(text) if text.iter().all(|&byte| WHITE_SPACE.contains(&char::from(byte))) => {
                    continue;
                }
                Event::Text(text) => Token::Stray(self.decoded(text.xml10_content())?),
                Event::CData(data) => Token::Stray(self.decoded(data.xml10_content())?),
                Event::GeneralRef(reference) => Token::Stray(self.resolve(&reference)?),
                Event::Eof => Token::Eof,
                Event::Decl(declaration) => {
                    expect_utf8(&declaration)?;
                    continue;
                }
                Event::Comment(_) | Event::PI(_) | Event::DocType(_) => continue,
            });
        }
    }

    /// The next piece of the open element's text.
    pub fn piece(&mut self) -> Result<Piece<'a>, ParseError> {
        if self.closes_itself() {
            return Ok(Piece::End);
        }
        loop {
            let start = self.place();
            return Ok(match self.event()? {
                Event::Text(text) => Piece::Text(self.decoded(text.xml10_content())?),
                Event::CData(data) => Piece::Text(self.decoded(data.xml10_content())?),
                Event::GeneralRef(reference) => Piece::Text(self.resolve(&reference)?),
                Event::Start(tag) => Piece::Open(self.opened(start, &tag, false)),
                Event::Empty(tag) => Piece::Open(self.opened(start, &tag, true)),
                Event::End(_) => self.closed(Piece::End),
                Event::Eof => Piece::Eof,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            });
        }
    }

    /// Where the reader stands, for messages.
    pub fn offset(&self) -> u64 {
        self.reader.error_position().max(self.reader.buffer_position())
    }

    fn opened(&mut self, start: usize, tag: &BytesStart<'a>, self_closed: bool) -> RawTag<'a> {
        self.self_closed = self_closed;
        self.depth += 1;
        let content = &self.source[start + 1..start + 1 + tag.len()];
        let (name, attributes) = content.split_at(tag.name().as_ref().len());
        RawTag { start, name, local_name: local_name(name), attributes }
    }

    fn closed<T>(&mut self, told: T) -> T {
        self.depth = self.depth.saturating_sub(1);
        told
    }

    fn closes_itself(&mut self) -> bool {
        let closes = std::mem::take(&mut self.self_closed);
        self.depth -= usize::from(closes);
        closes
    }

    fn event(&mut self) -> Result<Event<'a>, ParseError> {
        self.reader.read_event().map_err(|error| match error {
            quick_xml::Error::Syntax(_) if self.depth > 0 => {
                ParseError::CutOff { offset: self.source.len() as u64, path: String::new() }
            }
            error => self.malformed(error.to_string()),
        })
    }

    fn place(&self) -> usize {
        self.reader.buffer_position() as usize
    }

    fn resolve(&self, reference: &BytesRef<'a>) -> Result<Cow<'a, str>, ParseError> {
        let character = reference.resolve_char_ref().map_err(|error| self.malformed(error.to_string()))?;
        let name = self.decoded(reference.decode())?;
        match character {
            Some(character) if is_illegal_character(character.into()) => {
                Err(self.malformed(format!("&{name}; is a character that XML forbids")))
            }
            Some(character) => Ok(Cow::Owned(character.to_string())),
            None => resolve_predefined_entity(&name)
                .map(Cow::Borrowed)
                .ok_or_else(|| self.malformed(format!("&{name}; is not declared"))),
        }
    }

    /// The text of an event. It is part of `source`, so it is UTF-8.
    fn decoded(&self, text: Result<Cow<'a, str>, EncodingError>) -> Result<Cow<'a, str>, ParseError> {
        text.map_err(|error| self.malformed(error.to_string()))
    }

    fn malformed(&self, reason: String) -> ParseError {
        ParseError::Malformed { offset: self.offset(), reason }
    }
}

/// An encoding that is declared must be UTF-8, or ASCII, which is a part of it.
fn expect_utf8(declaration: &BytesDecl<'_>) -> Result<(), ParseError> {
    let Some(Ok(name)) = declaration.encoding() else { return Ok(()) };
    let known = ["utf-8", "utf8", "us-ascii", "ascii"];
    let name = String::from_utf8_lossy(&name);
    match known.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        true => Ok(()),
        false => Err(ParseError::OtherEncoding { name: name.chars().take(40).collect() }),
    }
}
