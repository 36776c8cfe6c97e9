//! Whether an answer holds what its asker may not keep.
//!
//! Tokens for `/read-public` give public elements; with a person's permission `/read-limited`,
//! limited ones come too. ORCID also sends the private items that the client wrote itself: nobody
//! has agreed that more is kept of them, so they are left out. A server that sends more than it may
//! is wrong, and its answer comes into no table.

use orcid_xml::without_elements;

/// The code of an answer that holds elements that the asker may not keep.
pub const LIMITED: &str = "limited-visibility";

/// The attribute by which ORCID says who may see an element.
const ATTRIBUTE: &[u8] = b"visibility";
const PUBLIC: &[u8] = b"public";
const LIMITED_VALUE: &[u8] = b"limited";

/// Which elements the asker may keep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sight {
    /// Those that everybody may see.
    #[default]
    Public,
    /// Also those that the person shows to trusted parties.
    Limited,
}

impl Sight {
    fn may_keep(self, visibility: &[u8]) -> bool {
        let is = |word: &[u8]| visibility.trim_ascii().eq_ignore_ascii_case(word);
        is(PUBLIC) || self == Self::Limited && is(LIMITED_VALUE)
    }
}

/// True where an element's `visibility` is one that the asker may not keep.
pub fn holds_hidden(body: &[u8], sight: Sight) -> bool {
    let mut places = memchr::memmem::find_iter(body, ATTRIBUTE);
    places.any(|place| {
        let before = &body[..place];
        let in_tag = memchr::memrchr2(b'<', b'>', before).is_some_and(|sign| before[sign] == b'<');
        in_tag && visibility_at(body, place).is_some_and(|value| !sight.may_keep(value))
    })
}

/// The answer without the elements inside its root that the asker may not keep. Identifiers of a
/// group of items go too where one of them is left out: they may be its own. What cannot be cut
/// stays as it is.
pub fn without_hidden(body: &[u8], sight: Sight) -> Vec<u8> {
    if !holds_hidden(body, sight) {
        return body.to_owned();
    }
    let mut in_group = false;
    let cut = without_elements(body, &mut |tag| {
        let name = local_name(tag);
        match name {
            b"group" | b"affiliation-group" | b"peer-review-group" => in_group = true,
            _ if name.ends_with(b"-summary") => in_group = false,
            _ => {}
        }
        in_group && name == b"external-ids" || holds_hidden(tag, sight)
    });
    cut.unwrap_or_else(|| body.to_owned())
}

/// The name of an element without its prefix.
fn local_name(tag: &[u8]) -> &[u8] {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
    let name = tag.strip_prefix(b"<").unwrap_or(tag).split(ends).next().unwrap_or_default();
    name.rsplit(|byte| *byte == b':').next().unwrap_or_default()
}

/// The value of the attribute whose name begins at `place`, if an attribute begins there.
fn visibility_at(body: &[u8], place: usize) -> Option<&[u8]> {
    let is_whole = body[..place].last().is_some_and(u8::is_ascii_whitespace);
    value(&body[place + ATTRIBUTE.len()..]).filter(|_| is_whole)
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
            assert_eq!(holds_hidden(body.as_bytes(), Sight::Public), expected, "{body}");
        }
    }

    #[test]
    fn with_permission_what_is_limited_stays_and_what_is_private_goes() {
        let record = r#"<r><p:name visibility="limited"/><a:group><c:external-ids>1</c:external-ids><w:work-summary visibility="private"><c:external-ids>2</c:external-ids></w:work-summary><w:work-summary visibility="limited"><c:external-ids>3</c:external-ids></w:work-summary></a:group><p:keyword visibility="Private"/></r>"#;

        let kept = without_hidden(record.as_bytes(), Sight::Limited);

        let expected = r#"<r><p:name visibility="limited"/><a:group><w:work-summary visibility="limited"><c:external-ids>3</c:external-ids></w:work-summary></a:group></r>"#;
        assert_eq!(std::str::from_utf8(&kept).unwrap(), expected);
        assert!(!holds_hidden(&kept, Sight::Limited) && holds_hidden(&kept, Sight::Public));
        let groups = r#"<r><a:group><c:external-ids>1</c:external-ids></a:group></r>"#;
        assert_eq!(without_hidden(groups.as_bytes(), Sight::Limited), groups.as_bytes());
        let root = br#"<w:work visibility="private"><a/></w:work>"#;
        assert!(holds_hidden(&without_hidden(root, Sight::Limited), Sight::Limited));
    }
}
