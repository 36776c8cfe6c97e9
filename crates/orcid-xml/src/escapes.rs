//! Resolves the entities and character references of a text.

use std::borrow::Cow;

use memchr::memchr;

use super::clean::{has_forbidden, is_illegal_character};
use super::token::Irregular;

/// Text with its entities and character references resolved, where it has some.
pub(super) fn unescaped(text: &str) -> Result<Cow<'_, str>, Irregular> {
    if memchr(b'\r', text.as_bytes()).is_some() || has_forbidden(text.as_bytes()) {
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
