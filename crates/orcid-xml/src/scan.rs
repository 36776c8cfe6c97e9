//! Scans the regular form in which ORCID writes XML, without a general reader.
//!
//! It knows elements, attributes in double quotes, text and the five named
//! entities. On anything else (CDATA, comments, a stray text, tags that do not
//! match, a character that XML forbids) it gives up: [`Irregular`], and the whole
//! document goes to the reference reader, which also finds the words for what is
//! wrong. What it does gain stands in docs/performance.md.

use std::borrow::Cow;

use memchr::memchr;

use super::Text;
use super::clean::{has_illegal_bytes, is_illegal_character};
use super::find::{are_equal, find, is, is_up_to, name_lengths, past_spaces};
use super::space::{trim, trimmed};
use super::token::{RawTag, Token};

/// What ORCID declares; of another encoding the reference decides.
const UTF_8: &str = " encoding=\"UTF-8\"";
/// The last of the control bytes, of which most are forbidden.
const LAST_CONTROL: u8 = 0x1f;

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
    pub fn token(&mut self, open: Option<&str>) -> Result<Token<'a>, Irregular> {
        if std::mem::take(&mut self.self_closed) {
            return Ok(Token::Close);
        }
        let bytes = self.source.as_bytes();
        loop {
            self.pass_white_space();
            return match (bytes.get(self.place), bytes.get(self.place + 1)) {
                (None, _) if open.is_none() => Ok(Token::Eof),
                (Some(b'<'), Some(b'/')) => self.close(open).map(|()| Token::Close),
                (Some(b'<'), Some(b'?')) if open.is_none() => {
                    self.pass_declaration()?;
                    continue;
                }
                (Some(b'<'), Some(next)) if *next != b'?' => self.open().map(Token::Open),
                _ => Err(Irregular),
            };
        }
    }

    /// The text up to the end tag of the element `open`, trimmed; the tag is passed
    /// too.
    #[inline]
    pub fn text(&mut self, open: Option<&str>) -> Result<Text<'a>, Irregular> {
        if std::mem::take(&mut self.self_closed) {
            return Ok(None);
        }
        let start = self.place;
        let bytes = self.source.as_bytes();
        let stops = |block| is(block, b'<') | is(block, b'&') | is_up_to(block, LAST_CONTROL);
        let first = find(bytes, start, stops).ok_or(Irregular)?;
        let plain = bytes[first] == b'<';
        let end = if plain { first } else { first + memchr(b'<', &bytes[first..]).ok_or(Irregular)? };
        let text = &self.source[start..end];
        self.place = end;
        self.close(open)?;
        if plain {
            let text = trim(text);
            return Ok(if text.is_empty() { None } else { Some(Cow::Borrowed(text)) });
        }
        unescaped(text).map(trimmed)
    }

    /// Passes a line's end and the indentation after it.
    #[inline]
    fn pass_white_space(&mut self) {
        let bytes = self.source.as_bytes();
        let mut place = self.place + usize::from(bytes.get(self.place) == Some(&b'\n'));
        loop {
            place = past_spaces(bytes, place);
            match bytes.get(place) {
                Some(b'\n' | b'\t' | b'\r') => place += 1,
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
        let matches = tag.starts_with(b"</") && tag.ends_with(b">") && are_equal(&tag[2..whole - 1], name);
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
        let ends_name = match rest[length] {
            b'/' => rest.get(length + 1) == Some(&b'>'),
            byte => matches!(byte, b' ' | b'\n' | b'\t' | b'\r'),
        };
        if !ends_name {
            return Err(Irregular);
        }
        let end = end_of_tag(rest, length).ok_or(Irregular)?;
        self.self_closed = rest[end - 1] == b'/';
        let attributes = &tag[length..end - usize::from(self.self_closed)];
        self.place = start + end + 2;
        // A `>` inside a value cuts that value off here, which reading it tells.
        Ok(RawTag { start, name, local_name, attributes })
    }

    fn pass_declaration(&mut self) -> Result<(), Irregular> {
        // Of `<?>` the question mark begins it, and cannot end it.
        let rest = self.source[self.place..].strip_prefix("<?").ok_or(Irregular)?;
        let end = rest.find("?>").ok_or(Irregular)?;
        self.place += "<??>".len() + end;
        let declaration = &rest[..end];
        let utf8 = declaration.contains(UTF_8) || !declaration.contains("encoding");
        if utf8 && !has_illegal_bytes(declaration.as_bytes()) { Ok(()) } else { Err(Irregular) }
    }
}

/// Where the `>` is that ends a tag's attributes. `None` where there is none, or a
/// character before it that is, or may mean, one that XML forbids.
#[inline]
fn end_of_tag(rest: &[u8], start: usize) -> Option<usize> {
    let stops = |block| is(block, b'>') | is(block, b'&') | is_up_to(block, LAST_CONTROL);
    let mut place = start;
    loop {
        place = find(rest, place, stops)?;
        match rest[place] {
            b'>' => return Some(place),
            b'\n' | b'\t' | b'\r' => {}
            b'&' if rest.get(place + 1) != Some(&b'#') => {}
            _ => return None,
        }
        place += 1;
    }
}

/// Splits the attributes of a regular tag: name and value as they stand.
pub(super) fn attributes(mut rest: &str) -> impl Iterator<Item = Result<(&str, &str), Irregular>> {
    std::iter::from_fn(move || {
        let space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\t' | b'\r');
        rest = &rest[rest.as_bytes().iter().take_while(|byte| space(byte)).count()..];
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
    let ends_name = |block| {
        is(block, b'=') | is(block, b'"') | is(block, b'\'') | is(block, b'<') | is_up_to(block, b' ')
    };
    let equals = find(rest.as_bytes(), 0, ends_name).filter(|&equals| equals > 0)?;
    let (name, value) = (&rest[..equals], rest[equals..].strip_prefix("=\"")?);
    let quote = find(value.as_bytes(), 0, |block| is(block, b'"'))?;
    Some((name, &value[..quote], &value[quote + 1..]))
}

/// Text with its entities and character references resolved, where it has some.
fn unescaped(text: &str) -> Result<Cow<'_, str>, Irregular> {
    if memchr(b'\r', text.as_bytes()).is_some() || has_illegal_bytes(text.as_bytes()) {
        return Err(Irregular);
    }
    if memchr(b'&', text.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(text));
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
    Ok(Cow::Owned(whole))
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

#[cfg(test)]
mod tests {
    use crate::{parse_by_reference, parse_by_scanner};

    #[test]
    fn what_hides_the_end_of_a_tag_is_left_to_the_reference() {
        for document in [
            "<record:record><person:person></person:person><a\"/></record:record>",
            "<record:record><a'></a'></record:record>",
            "<record:record><a\":b/><c d=\"e\"/></record:record>",
            "<record:record><a'b c=\"d\"></a'b></record:record>",
            "<record:record/=\"\"/>",
            "<record:record><?</></record:record>",
            "<record:record><?a/></record:record>",
            "<record:record><?a></?a></record:record>",
            "<?><record:record/>",
            "<?><record:record></record:record><?a?>",
        ] {
            assert!(parse_by_scanner(document.as_bytes()).is_none(), "{document}");
            assert!(parse_by_reference(document.as_bytes()).is_err(), "{document}");
        }
    }
    #[test]
    fn a_slash_within_a_tag_is_of_a_name() {
        for (document, unmapped) in [
            ("<record:record><a:b</@/c=\"d\"/></record:record>", 0),
            ("<record:record><a:b/c=\"d\"/></record:record>", 0),
            ("<record:record><a:b/c/></record:record>", 0),
            ("<record:record><a:b /c=\"d\"/></record:record>", 1),
            ("<record:record><a:b c/=\"d\" /></record:record>", 1),
        ] {
            let reference = parse_by_reference(document.as_bytes()).unwrap();
            assert_eq!(reference.unmapped.len(), unmapped, "{document}");
            if let Some(scanned) = parse_by_scanner(document.as_bytes()) {
                assert_eq!(scanned.unmapped, reference.unmapped, "{document}");
            }
        }
    }
}
