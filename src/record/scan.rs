//! Scans the regular form in which ORCID writes XML, without a general reader.
//!
//! It knows elements, attributes in double quotes, text and the five named
//! entities. On anything else (CDATA, comments, a stray text, tags that do not
//! match) it gives up: [`Irregular`], and the whole document goes to the
//! reference reader, which also finds the words for what is wrong. What it does
//! gain stands in docs/performance.md.

use std::borrow::Cow;

use memchr::{memchr, memchr3};

use super::clean::is_illegal_character;
use super::token::{Piece, RawTag, Step};
use super::xml::WHITE_SPACE;

/// Eight spaces, as one number.
const EIGHT_SPACES: u64 = u64::from_le_bytes(*b"        ");

/// One in each of eight bytes, and their high bits.
const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The document is not of the regular form; nothing is said about why.
#[derive(Debug)]
pub(super) struct Irregular;

pub(super) struct Scanner<'a> {
    source: &'a str,
    /// Where the next byte to look at is.
    place: usize,
    /// Names of the open elements, to be matched by their end tags.
    open: Vec<&'a str>,
    /// The newest open element was written `<a/>`.
    self_closed: bool,
}

impl<'a> Scanner<'a> {
    pub fn new(source: &'a str) -> Self {
        Self { source, place: 0, open: Vec::with_capacity(16), self_closed: false }
    }

    /// The next child of the open element, or its end.
    #[inline]
    pub fn step(&mut self) -> Result<Step<'a>, Irregular> {
        if self.closes_itself() {
            return Ok(Step::Close);
        }
        let bytes = self.source.as_bytes();
        loop {
            self.pass_white_space();
            return match (bytes.get(self.place), bytes.get(self.place + 1)) {
                (None, _) if self.open.is_empty() => Ok(Step::Eof),
                (Some(b'<'), Some(b'/')) => self.close().map(|()| Step::Close),
                (Some(b'<'), Some(b'?')) if self.open.is_empty() => {
                    self.pass_declaration()?;
                    continue;
                }
                (Some(b'<'), Some(_)) => self.open().map(Step::Open),
                _ => Err(Irregular),
            };
        }
    }

    /// The text up to the end tag of the open element, which is passed too.
    #[inline]
    pub fn text(&mut self) -> Result<Piece<'a>, Irregular> {
        if self.closes_itself() {
            return Ok(Piece::End);
        }
        let start = self.place;
        let rest = &self.source.as_bytes()[start..];
        let first = memchr3(b'<', b'&', b'\r', rest).ok_or(Irregular)?;
        let plain = rest[first] == b'<';
        let length = if plain { first } else { memchr(b'<', rest).ok_or(Irregular)? };
        let text = &self.source[start..start + length];
        self.place += length;
        self.close()?;
        if plain {
            return Ok(Piece::Text(Cow::Borrowed(text)));
        }
        unescaped(text).map(|text| Piece::Text(Cow::Owned(text)))
    }

    /// Passes a line's end and the indentation after it, eight bytes at a look.
    #[inline]
    fn pass_white_space(&mut self) {
        let bytes = self.source.as_bytes();
        loop {
            while let Some(chunk) = bytes[self.place..].first_chunk::<8>() {
                let spaces = (u64::from_le_bytes(*chunk) ^ EIGHT_SPACES).trailing_zeros() as usize / 8;
                self.place += spaces;
                if spaces < 8 {
                    break;
                }
            }
            match bytes.get(self.place) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.place += 1,
                _ => return,
            }
        }
    }

    fn closes_itself(&mut self) -> bool {
        let closes = self.self_closed;
        if closes {
            self.self_closed = false;
            self.open.pop();
        }
        closes
    }

    /// Passes the end tag of the open element.
    #[inline]
    fn close(&mut self) -> Result<(), Irregular> {
        let name = self.open.pop().ok_or(Irregular)?.as_bytes();
        let rest = &self.source.as_bytes()[self.place..];
        let whole = name.len() + 3;
        let matches = rest.len() >= whole
            && rest.starts_with(b"</")
            && &rest[2..2 + name.len()] == name
            && rest[whole - 1] == b'>';
        self.place += whole;
        if matches { Ok(()) } else { Err(Irregular) }
    }

    #[inline]
    fn open(&mut self) -> Result<RawTag<'a>, Irregular> {
        let start = self.place;
        let rest = &self.source.as_bytes()[start + 1..];
        let length = name_length(rest).filter(|&length| length > 0).ok_or(Irregular)?;
        let name = &self.source[start + 1..start + 1 + length];
        self.open.push(name);
        if rest[length] == b'>' {
            self.place = start + length + 2;
            return Ok(RawTag { start, name, attributes: "" });
        }
        if !matches!(rest[length], b' ' | b'\n' | b'\t' | b'\r' | b'/') {
            return Err(Irregular);
        }
        let end = length + memchr(b'>', &rest[length..]).ok_or(Irregular)?;
        self.self_closed = rest[end - 1] == b'/';
        let attributes = &self.source[start + 1 + length..start + 1 + end - usize::from(self.self_closed)];
        self.place = start + end + 2;
        // A `>` inside a value cuts that value off here, which reading it tells.
        Ok(RawTag { start, name, attributes })
    }

    fn pass_declaration(&mut self) -> Result<(), Irregular> {
        let rest = &self.source[self.place..];
        let end = rest.find("?>").ok_or(Irregular)?;
        self.place += end + 2;
        Ok(())
    }
}

/// The length of the name that `rest` begins with, looking at eight bytes at a
/// time for what ends it.
#[inline]
fn name_length(rest: &[u8]) -> Option<usize> {
    let mut length = 0;
    while let Some(chunk) = rest[length..].first_chunk::<8>() {
        let chunk = u64::from_le_bytes(*chunk);
        let found = equals(chunk, b'>') | equals(chunk, b'/') | white_space(chunk);
        if found != 0 {
            return Some(length + found.trailing_zeros() as usize / 8);
        }
        length += 8;
    }
    let left = rest[length..].iter().position(|byte| matches!(byte, b'>' | b'/' | 0..=b' '));
    left.map(|left| length + left)
}

/// Sets the high bit of the first byte up to the space; bits after it may be set
/// too, never before.
#[inline]
fn white_space(chunk: u64) -> u64 {
    chunk.wrapping_sub(LOW * u64::from(b' ' + 1)) & !chunk & HIGH
}

/// Sets the high bit of the first byte that equals `byte`; bits after it may be
/// set too, never before.
#[inline]
fn equals(chunk: u64, byte: u8) -> u64 {
    let zero = chunk ^ (LOW * u64::from(byte));
    zero.wrapping_sub(LOW) & !zero & HIGH
}

/// Splits the attributes of a regular tag: name and value as they stand.
pub(super) fn attributes(mut rest: &str) -> impl Iterator<Item = Result<(&str, &str), Irregular>> {
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(WHITE_SPACE);
        if rest.is_empty() {
            return None;
        }
        let attribute = first_attribute(rest);
        rest = attribute.map_or("", |(_, _, after)| after);
        Some(attribute.map(|(name, value, _)| (name, value)).ok_or(Irregular))
    })
}

/// The first `name="value"`, and what follows it.
#[inline]
fn first_attribute(rest: &str) -> Option<(&str, &str, &str)> {
    let equals = memchr(b'=', rest.as_bytes())?;
    let (name, value) = (&rest[..equals], rest[equals + 1..].strip_prefix('"')?);
    let quote = memchr(b'"', value.as_bytes())?;
    let plain =
        !name.is_empty() && name.bytes().all(|byte| byte > b' ' && !matches!(byte, b'"' | b'\'' | b'<'));
    plain.then_some((name, &value[..quote], &value[quote + 1..]))
}

/// Text with its entities and character references resolved.
fn unescaped(text: &str) -> Result<String, Irregular> {
    if text.contains('\r') {
        return Err(Irregular);
    }
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = memchr(b'&', rest.as_bytes()) {
        whole.push_str(&rest[..place]);
        let (name, after) = rest[place + 1..].split_once(';').ok_or(Irregular)?;
        whole.push(character(name).ok_or(Irregular)?);
        rest = after;
    }
    whole.push_str(rest);
    Ok(whole)
}

fn character(name: &str) -> Option<char> {
    let code = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        name => name.strip_prefix('#')?,
    };
    let digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = match code.strip_prefix('x') {
        Some(code) if digits(code) => u32::from_str_radix(code, 16).ok()?,
        None if digits(code) => code.parse().ok()?,
        _ => return None,
    };
    char::from_u32(code).filter(|_| !is_illegal_character(code))
}
