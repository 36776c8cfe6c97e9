//! White space around values, and prefixes before names.

use std::borrow::Cow;

use super::Text;

/// White space as XML defines it.
pub(super) const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// True for white space as XML defines it.
#[inline]
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r')
}

/// Text without white space at its ends; `None` where there is no other.
#[inline]
pub(super) fn trimmed(text: Cow<'_, str>) -> Text<'_> {
    match text {
        Cow::Borrowed(text) => Some(trim(text)).filter(|text| !text.is_empty()).map(Cow::Borrowed),
        Cow::Owned(text) => {
            let kept = trim(&text);
            if kept.is_empty() {
                None
            } else if kept.len() == text.len() {
                Some(Cow::Owned(text))
            } else {
                Some(Cow::Owned(kept.to_owned()))
            }
        }
    }
}

/// Text without white space at its ends; most has none, which two looks tell.
#[inline]
pub(super) fn trim(text: &str) -> &str {
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) if *first > b' ' && *last > b' ' => text,
        _ => text.trim_matches(WHITE_SPACE),
    }
}

/// A name without its prefix.
#[inline]
pub(super) fn local_name(name: &str) -> &str {
    match name.bytes().position(|byte| byte == b':') {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}
