//! Removes characters that XML 1.0 forbids.
//!
//! Reports of the dump name a few records with stray control bytes; without
//! them the records are sound.

use std::borrow::Cow;
use std::ops::Range;

use multiversion::multiversion;
use wide::u8x16;

use super::find::{find, is, is_up_to};

/// Bytes of a character reference that are looked at, padding zeros included.
const LONGEST_REFERENCE: usize = 64;
const CDATA: &[u8] = b"<![CDATA[";
const CDATA_END: &[u8] = b"]]>";
/// U+FFFE in UTF-8; U+FFFF differs in the last byte.
const NONCHARACTER: [u8; 3] = [FIRST_OF_NONCHARACTER, 0xbf, 0xbe];
/// The first byte of both, and of all characters from U+F000 on that have three bytes.
const FIRST_OF_NONCHARACTER: u8 = 0xef;
/// Bytes that are looked at together for what may have to be taken out.
const STRIDE: usize = 128;
/// Control bytes go up to this one. XML forbids most of them.
const LAST_CONTROL: u8 = 0x1f;
/// The two halves of which UTF-16 makes a character beyond 16 bits.
const HIGH_HALVES: Range<u32> = 0xD800..0xDC00;
const LOW_HALVES: Range<u32> = 0xDC00..0xE000;

/// Removes the characters that XML 1.0 forbids (control bytes, U+FFFE, U+FFFF) and references to
/// them (`&#0;`, `&#x1F;`), to halves of surrogate pairs and to numbers that are no character.
/// Two references that make a surrogate pair become its character. Gives `bytes` back, borrowed,
/// if there is nothing to remove, and if they are UTF-16.
///
/// A few records of ORCID's data files hold such characters; without them they are sound.
pub fn cleaned(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !is_utf16(bytes) && needs_cleaning(bytes) { clean(bytes).into() } else { bytes.into() }
}

/// True where [`clean`] would take something out.
///
/// All documents are looked through. With AVX2 it takes half of the time that it takes without.
#[multiversion(targets("x86_64+avx2"))]
fn needs_cleaning(bytes: &[u8]) -> bool {
    let (strides, rest) = bytes.as_chunks::<STRIDE>();
    let mut place = 0;
    for stride in strides {
        // All bytes of a stride are looked at, whatever the first ones are: so the compiler looks at many at once.
        let has_suspect = stride.iter().fold(false, |has, byte| has | is_suspect(*byte));
        if has_suspect && has_forbidden_within(bytes, place..place + STRIDE) {
            return true;
        }
        place += STRIDE;
    }
    has_forbidden_within(bytes, place..place + rest.len())
}

/// True for a byte with which a forbidden character may begin, or for the second of a reference to a number, which
/// is rarer than the first. Of the control bytes, documents have line ends alone, but for a few.
#[inline]
fn is_suspect(byte: u8) -> bool {
    ((byte <= LAST_CONTROL) & (byte != b'\n')) | (byte == FIRST_OF_NONCHARACTER) | (byte == b'#')
}

/// True where a forbidden character begins at one of these places, or a reference to one before its second byte.
fn has_forbidden_within(bytes: &[u8], mut places: Range<usize>) -> bool {
    places.any(|place| match bytes[place] {
        b'#' => is_illegal_reference(&bytes[place.saturating_sub(1)..]),
        _ => is_forbidden(&bytes[place..]),
    })
}

/// True where `bytes` begin with a reference to a character that XML forbids.
fn is_illegal_reference(bytes: &[u8]) -> bool {
    reference(bytes).is_some_and(|(code, _)| is_illegal_character(code))
}

/// True where `bytes` hold U+FFFE or U+FFFF, which XML forbids.
pub(super) fn has_noncharacters(bytes: &[u8]) -> bool {
    // Most documents do not even have the first of the three bytes.
    let Some(first) = memchr::memchr(FIRST_OF_NONCHARACTER, bytes) else { return false };
    let rest = &bytes[first..];
    let mut beginnings = memchr::memmem::find_iter(rest, &NONCHARACTER[..2]);
    beginnings.any(|place| is_noncharacter(&rest[place..]))
}

/// Marks the bytes with which forbidden characters begin, and a few others: tab, line feed and carriage
/// return, and the first byte of characters from U+F000 on.
#[inline]
pub(super) fn may_be_forbidden(block: u8x16) -> u8x16 {
    is_up_to(block, LAST_CONTROL) | is(block, FIRST_OF_NONCHARACTER)
}

/// True where `bytes` hold a character that XML forbids. References to them are not looked at.
pub(super) fn has_forbidden(bytes: &[u8]) -> bool {
    has_illegal_bytes(bytes) || has_noncharacters(bytes)
}

/// True where `bytes` begin with a character that XML forbids.
pub(super) fn is_forbidden(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| is_illegal(*byte)) || is_noncharacter(bytes)
}

/// True for U+FFFE or U+FFFF at the start of `bytes`.
fn is_noncharacter(bytes: &[u8]) -> bool {
    bytes.starts_with(&NONCHARACTER) || bytes.starts_with(&[NONCHARACTER[0], NONCHARACTER[1], 0xbf])
}

/// True where `bytes` hold a control byte that XML forbids: all below the space
/// but tab, line feed and carriage return.
fn has_illegal_bytes(bytes: &[u8]) -> bool {
    let is_space = |block| is(block, b'\t') | is(block, b'\n') | is(block, b'\r');
    find(bytes, 0, |block| is_up_to(block, LAST_CONTROL) & !is_space(block)).is_some()
}

/// True where `bytes` begin as an XML document in UTF-16 does, with a byte order mark or without. This crate reads UTF-8
/// only.
pub fn is_utf16(bytes: &[u8]) -> bool {
    [&b"<\0"[..], b"\0<", b"\xff\xfe", b"\xfe\xff"].iter().any(|start| bytes.starts_with(start))
}

fn clean(bytes: &[u8]) -> Vec<u8> {
    let mut cleaned = Cleaned { bytes: Vec::with_capacity(bytes.len()), ..Cleaned::default() };
    bytes.iter().filter(|byte| !is_illegal(**byte)).for_each(|byte| cleaned.push(*byte));
    cleaned.bytes
}

/// Bytes whose end is checked after each byte. When something is removed, the bytes before and
/// after it may form another forbidden character; the check finds it in the same way.
#[derive(Default)]
struct Cleaned {
    bytes: Vec<u8>,
    /// A CDATA section, in which no reference is one, has not ended.
    in_cdata: bool,
    /// The place of a reference to the first half of a surrogate pair, and its number.
    high_half: Option<(usize, u32)>,
}

impl Cleaned {
    fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
        match byte {
            b'[' if !self.in_cdata => self.in_cdata = self.bytes.ends_with(CDATA),
            b'>' if self.in_cdata => self.in_cdata = !self.bytes.ends_with(CDATA_END),
            b';' if !self.in_cdata => self.end_reference(),
            0xbe | 0xbf => {
                let start = self.bytes.len().saturating_sub(NONCHARACTER.len());
                if is_noncharacter(&self.bytes[start..]) {
                    self.bytes.truncate(start);
                }
            }
            _ => {}
        }
    }

    /// Takes out the reference that ends here if it means a forbidden character, and puts in
    /// the character that two halves make.
    fn end_reference(&mut self) {
        let window = self.bytes.len().saturating_sub(LONGEST_REFERENCE + 3);
        let Some(start) = memchr::memrchr(b'&', &self.bytes[window..]).map(|place| window + place) else {
            return;
        };
        let Some((code, _)) = reference(&self.bytes[start..]).filter(|(code, _)| is_illegal_character(*code))
        else {
            return;
        };
        self.bytes.truncate(start);
        let high = self.high_half.take().filter(|(place, _)| *place == start && LOW_HALVES.contains(&code));
        if let Some((_, high)) = high {
            let character = 0x1_0000 + ((high - HIGH_HALVES.start) << 10) + (code - LOW_HALVES.start);
            let character = char::from_u32(character).map(|character| character.to_string());
            self.bytes.extend(character.unwrap_or_default().bytes());
        }
        self.high_half = HIGH_HALVES.contains(&code).then_some((start, code));
    }
}

/// True for a code point that XML 1.0 forbids.
pub(super) fn is_illegal_character(code: u32) -> bool {
    match code {
        0x9 | 0xA | 0xD => false,
        0xD800..=0xDFFF | 0xFFFE | 0xFFFF => true,
        code => !(0x20..=0x10_FFFF).contains(&code),
    }
}

fn is_illegal(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

/// The number that a character reference at the start of `bytes` gives, and its length.
/// What is too large for any character is so as a number too.
fn reference(bytes: &[u8]) -> Option<(u32, usize)> {
    let body = bytes.strip_prefix(b"&#")?;
    let end = body.iter().take(LONGEST_REFERENCE).position(|&byte| byte == b';')?;
    let (digits, radix) = match body[..end].strip_prefix(b"x") {
        Some(digits) => (digits, 16),
        None => (&body[..end], 10),
    };
    let is_number = !digits.is_empty() && digits.iter().all(|&digit| char::from(digit).is_digit(radix));
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_number)?;
    Some((u32::from_str_radix(digits, radix).unwrap_or(u32::MAX), end + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_forbidden_characters_are_taken_out() {
        let bytes = b"a\x00b\tc\x1f\n&#0;&#x1F;&#9;&#xFFFF;&amp;&#65;\x7f";

        assert!(has_illegal_bytes(bytes));
        assert_eq!(*cleaned(bytes), *b"ab\tc\n&#9;&amp;&#65;\x7f");
        assert!(matches!(cleaned(&cleaned(bytes)), Cow::Borrowed(_)));
    }

    #[test]
    fn a_control_byte_is_found_wherever_it_stands() {
        for length in 1..3 * STRIDE {
            for place in 0..length {
                let mut bytes = vec![b'a'; length];
                for (byte, expected) in
                    [(b'\n', false), (b'\t', false), (b'\r', false), (0, true), (0x1f, true)]
                {
                    bytes[place] = byte;
                    assert_eq!(needs_cleaning(&bytes), expected, "{byte} at {place} of {length}");
                }
            }
        }
    }

    #[test]
    fn halves_of_pairs_are_joined_or_taken_out() {
        for (text, expected) in [
            ("a&#xD835;&#xDD38;b", "a\u{1d538}b"),
            ("&#55349;&#56632;", "\u{1d538}"),
            ("&#xd835;&#56632;", "\u{1d538}"),
            ("&#x0000D835;&#0056632;", "\u{1d538}"),
            ("a&#xD835;b", "ab"),
            ("a&#xDD38;&#xD835;b", "ab"),
            ("&#xD835; &#xDD38;", " "),
            ("&#xD835;&#xD835;&#xDD38;", "\u{1d538}"),
            ("&#x110000;&#4294967296;&#99999999999999999999;x", "x"),
            ("&#x10FFFF;&#xE000;", "&#x10FFFF;&#xE000;"),
            ("a\u{fffe}b\u{ffff}c\u{fffd}\u{ff0c}", "abc\u{fffd}\u{ff0c}"),
            ("&#x;&#;&#xG;", "&#x;&#;&#xG;"),
        ] {
            assert_eq!(String::from_utf8_lossy(&cleaned(text.as_bytes())), expected, "{text}");
        }
    }

    #[test]
    fn what_is_joined_by_taking_out_is_looked_at_again() {
        for (bytes, expected) in [
            (&b"a&#x\x011;b"[..], "ab"),
            (b"a&\x01#1;b", "ab"),
            (b"a&#xD83\x045;&\x04#xDD38;b", "a\u{1d538}b"),
            (b"a&#xD835;\x04&#xDD38;b", "a\u{1d538}b"),
            (b"a&#xD835;&#1;&#xDD38;b", "ab"),
            (b"a&&#0;#0;b", "ab"),
            (b"a&#\xef\xbf\xbe2;b", "ab"),
            (b"\xef\xef\xbf\xbe\xbf\xbe", ""),
            (b"\xef\x01\xbf\xbf", ""),
            (b"<![CDA\x01TA[&#1;]\x01]>&#1;", "<![CDATA[&#1;]]>"),
            (b"<![CDA&#1;TA[&#1;", "<![CDATA[&#1;"),
        ] {
            let once = cleaned(bytes);

            assert_eq!(String::from_utf8_lossy(&once), expected, "{}", String::from_utf8_lossy(bytes));
            assert_eq!(cleaned(&once), once);
        }
    }

    #[test]
    fn what_a_cdata_section_spells_out_is_no_reference() {
        for (bytes, expected) in [
            ("<a>&#1;<![CDATA[&#1;\x01]]>&#1;</a>", "<a><![CDATA[&#1;]]></a>"),
            ("<a><![CDATA[]]>&#1;</a>", "<a><![CDATA[]]></a>"),
            ("<a><![CDATA[&#1;", "<a><![CDATA[&#1;"),
        ] {
            assert_eq!(*cleaned(bytes.as_bytes()), *expected.as_bytes(), "{bytes}");
        }
    }

    #[test]
    fn sections_and_references_without_end_are_looked_through_once() {
        let endless = "<![CDATA[".repeat(1 << 20) + "\u{1}";

        assert_eq!(cleaned(endless.as_bytes()).len(), endless.len() - 1);
        let nested = "&".repeat(1 << 20) + &"#1;".repeat(1 << 20);
        assert_eq!(*cleaned(nested.as_bytes()), *b"");
    }

    #[test]
    fn utf16_is_left_as_it_is() {
        for bytes in [&b"<\0a\0/\0>\0"[..], b"\0<\0a\0/\0>"] {
            assert_eq!(*cleaned(bytes), *bytes);
        }
    }
}
