//! Splits the attributes of a regular tag, as they stand in it.

use memchr::memchr;

use super::find::{BLOCK, block_of, find, is, is_up_to};
use super::space::{WHITE_SPACE, is_space};
use super::token::Irregular;

/// Bytes of attributes that are remembered with their tag, where they hold no number.
const MAX_CONSTANT: usize = 32;

/// Digits of a number that fits 64 bits whatever they are.
const MAX_DIGITS: usize = 18;
/// The visibility of nearly all items.
const PUBLIC: &str = "public";

/// The attributes of an item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Usual<'a> {
    pub put_code: Option<i64>,
    pub display_index: Option<i64>,
    pub visibility: Option<&'a str>,
}

/// An attribute as it stands.
#[derive(Clone, Copy)]
pub(super) struct Attribute<'a> {
    pub name: &'a str,
    /// The name has a colon.
    pub is_prefixed: bool,
    pub value: &'a str,
}

/// The attributes of a regular tag, one by one.
pub(super) fn attributes(mut rest: &str) -> impl Iterator<Item = Result<Attribute<'_>, Irregular>> {
    std::iter::from_fn(move || {
        rest = match rest.as_bytes() {
            [] => return None,
            // As ORCID writes them: one space.
            [b' ', next, ..] if !is_space(*next) => &rest[1..],
            _ => rest.trim_start_matches(WHITE_SPACE),
        };
        if rest.is_empty() {
            return None;
        }
        let attribute = first_attribute(rest);
        rest = attribute.map_or("", |(_, after)| after);
        Some(attribute.map(|(attribute, _)| attribute).ok_or(Irregular))
    })
}

/// The attributes of an item as ORCID writes them: each once, in any order, with plain numbers.
/// `None` for any others, which are read one by one.
#[inline]
pub(super) fn usual(attributes: &str) -> Option<Usual<'_>> {
    let mut usual = Usual::default();
    let mut rest = attributes;
    while !rest.is_empty() {
        rest = if let Some(value) = rest.strip_prefix(" put-code=\"") {
            number(value, &mut usual.put_code)?
        } else if let Some(value) = rest.strip_prefix(" path=\"") {
            // It follows from iD, section and put code.
            &value[memchr(b'"', value.as_bytes())? + 1..]
        } else if let Some(value) = rest.strip_prefix(" visibility=\"") {
            let after = value.strip_prefix(PUBLIC)?.strip_prefix('"')?;
            if usual.visibility.replace(&value[..PUBLIC.len()]).is_some() {
                return None;
            }
            after
        } else {
            number(rest.strip_prefix(" display-index=\"")?, &mut usual.display_index)?
        };
    }
    Some(usual)
}

/// Reads the digits up to a quotation mark into a slot that has nothing yet; returns what follows.
#[inline]
fn number<'a>(text: &'a str, slot: &mut Option<i64>) -> Option<&'a str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > MAX_DIGITS || slot.is_some() {
        return None;
    }
    *slot = Some(text.bytes().take(digits).fold(0, |number, digit| number * 10 + i64::from(digit - b'0')));
    text[digits..].strip_prefix('"')
}

/// True for attributes that are the same in many tags of their kind.
pub(super) fn is_constant(attributes: &str) -> bool {
    attributes.len() <= MAX_CONSTANT && !attributes.bytes().any(|byte| byte.is_ascii_digit())
}

/// The length of the name spaces that attributes begin with: nobody reads them.
pub(super) fn name_spaces(attributes: &str) -> usize {
    let mut rest = attributes;
    while let Some((attribute, after)) = first_attribute(rest.trim_start_matches(WHITE_SPACE))
        && attribute.name.starts_with("xmlns:")
    {
        rest = after;
    }
    let length = attributes.len() - rest.len();
    // What looks like the attribute `path` must be seen.
    if attributes[..length].contains("path") { 0 } else { length }
}

/// The first `name="value"`, and what follows it.
#[inline]
fn first_attribute(rest: &str) -> Option<(Attribute<'_>, &str)> {
    let bytes = rest.as_bytes();
    let ends_name = |block| {
        is(block, b'=') | is(block, b'"') | is(block, b'\'') | is(block, b'<') | is_up_to(block, b' ')
    };
    let equals = find(bytes, 0, ends_name).filter(|&equals| equals > 0)?;
    let (name, value) = (&rest[..equals], rest[equals..].strip_prefix("=\"")?);
    let quote = find(value.as_bytes(), 0, |block| is(block, b'"'))?;
    let is_prefixed = match bytes.first_chunk::<BLOCK>() {
        Some(block) if equals < BLOCK => is(block_of(block), b':').to_bitmask() & ((1 << equals) - 1) != 0,
        _ => name.contains(':'),
    };
    Some((Attribute { name, is_prefixed, value: &value[..quote] }, &value[quote + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_usual_is_left_to_the_general_way() {
        let all = Usual { put_code: Some(12), display_index: Some(0), visibility: Some("public") };
        for (attributes, expected) in [
            ("", Some(Usual::default())),
            (r#" put-code="12" display-index="0" path="/x" visibility="public""#, Some(all)),
            (r#" put-code="012" path="/x" visibility="public" display-index="0""#, Some(all)),
            (r#" put-code="+12""#, None),
            (r#" put-code="""#, None),
            (r#" put-code=" 12""#, None),
            (r#" put-code="1234567890123456789""#, None),
            (r#" put-code="12" put-code="12""#, None),
            (r#" visibility="public" visibility="public""#, None),
            (r#" visibility="limited""#, None),
            (r#" visibility="publicly""#, None),
            (r#" put-code="12" "#, None),
            (r#" put-code='12'"#, None),
            (r#" put-code="12" new="1""#, None),
            (r#" path="x"#, None),
        ] {
            assert_eq!(usual(attributes), expected, "{attributes}");
        }
    }
}
