//! Whether an answer holds what only trusted parties may see.
//!
//! All tokens here are for `/read-public`, and nobody has agreed that more is kept. A
//! server that sends more is wrong, and its answer comes into no table.

/// The code of an answer that holds elements that are not public.
pub const LIMITED: &str = "limited-visibility";

/// The attribute by which ORCID says who may see an element.
const ATTRIBUTE: &[u8] = b"visibility";
const PUBLIC: &[u8] = b"public";

/// True where an element's `visibility` is `limited`, `private` or anything but `public`.
pub fn holds_limited(body: &[u8]) -> bool {
    let mut places = memchr::memmem::find_iter(body, ATTRIBUTE);
    places.any(|place| {
        let (before, after) = (&body[..place], &body[place + ATTRIBUTE.len()..]);
        let in_tag = before.last().is_some_and(u8::is_ascii_whitespace)
            && memchr::memrchr2(b'<', b'>', before).is_some_and(|sign| before[sign] == b'<');
        in_tag && value(after).is_some_and(|value| !value.trim_ascii().eq_ignore_ascii_case(PUBLIC))
    })
}

/// The value of the attribute whose name ends where `rest` begins; `None` where it has
/// none, or an empty one.
fn value(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = rest.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    let value = &rest[..memchr::memchr(*quote, rest)?];
    (!value.trim_ascii().is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_public_is_for_everybody() {
        for (body, expected) in [
            (r#"<w:work put-code="1" visibility="public"/>"#, false),
            (r#"<w:work put-code="1" visibility="limited"/>"#, true),
            ("<w:work\n visibility = 'PRIVATE'>", true),
            (r#"<a visibility="public"/><b visibility="registered-only"/>"#, true),
            (r#"<w:work visibility=""/>"#, false),
            (r#"<w:title>a visibility="limited" b</w:title>"#, false),
            (r#"<w:work default-visibility="limited"/>"#, false),
            ("<w:work visibility", false),
            ("", false),
        ] {
            assert_eq!(holds_limited(body.as_bytes()), expected, "{body}");
        }
    }
}
