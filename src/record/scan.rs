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

/// Sixteen spaces, as one number.
const SIXTEEN_SPACES: u128 = u128::from_le_bytes(*b"                ");

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
    /// The newest open element was written `<a/>`.
    self_closed: bool,
}

impl<'a> Scanner<'a> {
    pub fn new(source: &'a str) -> Self {
        Self { source, place: 0, self_closed: false }
    }

    /// The next child of the element `open`, or its end; `None` stands for the
    /// document.
    #[inline]
    pub fn step(&mut self, open: Option<&str>) -> Result<Step<'a>, Irregular> {
        if std::mem::take(&mut self.self_closed) {
            return Ok(Step::Close);
        }
        let bytes = self.source.as_bytes();
        loop {
            self.pass_white_space();
            return match (bytes.get(self.place), bytes.get(self.place + 1)) {
                (None, _) if open.is_none() => Ok(Step::Eof),
                (Some(b'<'), Some(b'/')) => self.close(open).map(|()| Step::Close),
                (Some(b'<'), Some(b'?')) if open.is_none() => {
                    self.pass_declaration()?;
                    continue;
                }
                (Some(b'<'), Some(_)) => self.open().map(Step::Open),
                _ => Err(Irregular),
            };
        }
    }

    /// The text up to the end tag of the element `open`, which is passed too.
    #[inline]
    pub fn text(&mut self, open: Option<&str>) -> Result<Piece<'a>, Irregular> {
        if std::mem::take(&mut self.self_closed) {
            return Ok(Piece::End);
        }
        let start = self.place;
        let rest = &self.source.as_bytes()[start..];
        let first = memchr3(b'<', b'&', b'\r', rest).ok_or(Irregular)?;
        let plain = rest[first] == b'<';
        let length = if plain { first } else { memchr(b'<', rest).ok_or(Irregular)? };
        let text = &self.source[start..start + length];
        self.place += length;
        self.close(open)?;
        if plain {
            return Ok(Piece::Text(Cow::Borrowed(text)));
        }
        unescaped(text).map(|text| Piece::Text(Cow::Owned(text)))
    }

    /// Passes a line's end and the indentation after it, sixteen bytes at a look.
    #[inline]
    fn pass_white_space(&mut self) {
        let bytes = self.source.as_bytes();
        let mut place = self.place + usize::from(bytes.get(self.place) == Some(&b'\n'));
        loop {
            for chunk in bytes.get(place..).unwrap_or_default().as_chunks::<16>().0 {
                let other = u128::from_le_bytes(*chunk) ^ SIXTEEN_SPACES;
                place += other.trailing_zeros() as usize / 8;
                if other != 0 {
                    break;
                }
            }
            match bytes.get(place) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => place += 1,
                _ => break,
            }
        }
        self.place = place;
    }

    /// Passes the end tag of the element `open`.
    #[inline]
    fn close(&mut self, open: Option<&str>) -> Result<(), Irregular> {
        let name = open.ok_or(Irregular)?.as_bytes();
        let rest = self.source.as_bytes().get(self.place..).ok_or(Irregular)?;
        let whole = name.len() + 3;
        let tag = rest.get(..whole).ok_or(Irregular)?;
        self.place += whole;
        let matches = tag.starts_with(b"</") && tag.ends_with(b">") && &tag[2..whole - 1] == name;
        if matches { Ok(()) } else { Err(Irregular) }
    }

    #[inline]
    fn open(&mut self) -> Result<RawTag<'a>, Irregular> {
        let start = self.place;
        let tag = &self.source[start + 1..];
        let rest = tag.as_bytes();
        let (prefix, length) = name_lengths(rest).filter(|&(_, length)| length > 0).ok_or(Irregular)?;
        let (name, local_name) = (&tag[..length], &tag[prefix..length]);
        if rest[length] == b'>' {
            self.place = start + length + 2;
            return Ok(RawTag { start, name, local_name, attributes: "" });
        }
        if !matches!(rest[length], b' ' | b'\n' | b'\t' | b'\r' | b'/') {
            return Err(Irregular);
        }
        let end = length + memchr(b'>', &rest[length..]).ok_or(Irregular)?;
        self.self_closed = rest[end - 1] == b'/';
        let attributes = &tag[length..end - usize::from(self.self_closed)];
        self.place = start + end + 2;
        // A `>` inside a value cuts that value off here, which reading it tells.
        Ok(RawTag { start, name, local_name, attributes })
    }

    fn pass_declaration(&mut self) -> Result<(), Irregular> {
        let rest = &self.source[self.place..];
        let end = rest.find("?>").ok_or(Irregular)?;
        self.place += end + 2;
        Ok(())
    }
}

/// The lengths of the prefix, with its colon, and of the whole name that `rest`
/// begins with, looking at eight bytes at a time for what ends them.
#[inline]
fn name_lengths(rest: &[u8]) -> Option<(usize, usize)> {
    let (mut prefix, mut length) = (0, 0);
    let (chunks, _) = rest.as_chunks::<8>();
    for chunk in chunks {
        let chunk = u64::from_le_bytes(*chunk);
        let found = equals(chunk, b'>') | equals(chunk, b'/') | white_space(chunk);
        let end = found.trailing_zeros();
        if prefix == 0 {
            let colon = equals(chunk, b':').trailing_zeros();
            if colon < end {
                prefix = length + colon as usize / 8 + 1;
            }
        }
        if found != 0 {
            return Some((prefix, length + end as usize / 8));
        }
        length += 8;
    }
    let left = rest[length..].iter().position(|byte| matches!(byte, b'>' | b'/' | 0..=b' '))?;
    let colon = rest[length..length + left].iter().position(|&byte| byte == b':');
    let prefix = if prefix == 0 { colon.map_or(0, |colon| length + colon + 1) } else { prefix };
    Some((prefix, length + left))
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
    let ends_name = |byte: &u8| matches!(byte, 0..=b' ' | b'=' | b'"' | b'\'' | b'<');
    let equals = rest.as_bytes().iter().position(ends_name).filter(|&equals| equals > 0)?;
    let (name, value) = (&rest[..equals], rest[equals..].strip_prefix("=\"")?);
    let quote = memchr(b'"', value.as_bytes())?;
    Some((name, &value[..quote], &value[quote + 1..]))
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
