//! Takes out characters that XML 1.0 forbids.
//!
//! Reports of the dump name a few records with stray control bytes; without
//! them the records are sound.

use std::borrow::Cow;

/// Bytes of a character reference that are looked at, padding zeros included.
const LONGEST_REFERENCE: usize = 16;
const CDATA: &[u8] = b"<![CDATA[";

/// `bytes` without the control bytes that XML forbids, and without references to
/// them (`&#0;`, `&#x1F;`); borrowed where there are none. UTF-16, in which every
/// other byte may look like one, is left as it is.
pub fn cleaned(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !is_utf16(bytes) && needs_cleaning(bytes) { clean(bytes).into() } else { bytes.into() }
}

/// True where [`clean`] would take something out.
fn needs_cleaning(bytes: &[u8]) -> bool {
    let mut references = memchr::memmem::find_iter(bytes, b"&#");
    has_illegal_bytes(bytes) || references.any(|place| illegal_reference(&bytes[place..]).is_some())
}

/// True where `bytes` hold a control byte that XML forbids: all below the space
/// but tab, line feed and carriage return. Without a branch for each byte, so
/// that sixteen are looked at in one.
pub(super) fn has_illegal_bytes(bytes: &[u8]) -> bool {
    let illegal = |found: u8, &byte: &u8| {
        let white_space = u8::from(byte == b'\t') | u8::from(byte == b'\n') | u8::from(byte == b'\r');
        found | u8::from(byte < 0x20) & !white_space
    };
    bytes.chunks(64).any(|chunk| chunk.iter().fold(0, illegal) & 1 != 0)
}

/// True where `bytes` begin as an XML document in UTF-16 does without a byte order mark.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"<\0") || bytes.starts_with(b"\0<")
}

fn clean(bytes: &[u8]) -> Vec<u8> {
    let mut cleaned = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    // Bytes up to the end of a CDATA section, or of all, in which no reference is one.
    let mut literal = 0usize;
    while let Some((&byte, after)) = rest.split_first() {
        literal = literal.saturating_sub(1);
        if literal == 0 && rest.starts_with(CDATA) {
            literal = memchr::memmem::find(rest, b"]]>").unwrap_or(rest.len());
        }
        if literal == 0
            && let Some(length) = illegal_reference(rest)
        {
            rest = &rest[length..];
            continue;
        }
        if !is_illegal(byte) {
            cleaned.push(byte);
        }
        rest = after;
    }
    cleaned
}

/// True for a code point that XML 1.0 forbids.
pub(super) fn is_illegal_character(code: u32) -> bool {
    match code {
        0x9 | 0xA | 0xD => false,
        0xFFFE | 0xFFFF => true,
        code => code < 0x20,
    }
}

fn is_illegal(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

/// The length of a character reference at the start of `bytes` that means a
/// forbidden character.
fn illegal_reference(bytes: &[u8]) -> Option<usize> {
    let body = bytes.strip_prefix(b"&#")?;
    let end = body.iter().take(LONGEST_REFERENCE).position(|&byte| byte == b';')?;
    let digits = std::str::from_utf8(&body[..end]).ok()?;
    let code = match digits.strip_prefix('x') {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => digits.parse().ok()?,
    };
    is_illegal_character(code).then_some(end + 3)
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
    fn sections_without_end_are_looked_through_once() {
        let endless = "<![CDATA[".repeat(1 << 20) + "\u{1}";

        assert_eq!(cleaned(endless.as_bytes()).len(), endless.len() - 1);
    }

    #[test]
    fn utf16_is_left_as_it_is() {
        for bytes in [&b"<\0a\0/\0>\0"[..], b"\0<\0a\0/\0>"] {
            assert_eq!(*cleaned(bytes), *bytes);
        }
    }
}
