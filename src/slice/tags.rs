//! Finds elements in the bytes of a document without parsing it, as far as its form is the regular
//! one. `None` means that only parsing can tell.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// The elements that are looked for; they stand behind a prefix.
static COUNTRY: LazyLock<Finder> = LazyLock::new(|| Finder::new("country"));
static ORGANIZATION: LazyLock<Finder> = LazyLock::new(|| Finder::new("organization"));
/// What the document of a record ends with, behind a prefix.
const END_OF_RECORD: &[u8] = b"record>";
/// Bytes before which a name of an element may begin.
const MAX_PREFIX: usize = 64;

/// True if all elements of a record can be found in the bytes of its document: it is not in UTF-16, it is not cut off,
/// and parsing takes out no characters, so that no two parts of a name become one.
pub fn is_searchable(xml: &[u8]) -> bool {
    !orcid_xml::is_utf16(xml)
        && xml.trim_ascii_end().ends_with(END_OF_RECORD)
        && matches!(orcid_xml::cleaned(xml), Cow::Borrowed(_))
}

/// Calls `each` with the text of every country, until it returns false.
pub fn each_country(xml: &[u8], mut each: impl FnMut(&str) -> bool) -> Option<()> {
    for tag in tags(xml, &COUNTRY) {
        let Tag { is_end, end, .. } = tag?;
        if is_end {
            continue;
        }
        let length = memchr::memchr(b'<', &xml[end..])?;
        let (text, rest) = xml[end..].split_at(length);
        // The text may go on behind a comment.
        if !rest.starts_with(b"</") {
            return None;
        }
        // What stands for another character, or may count as space, is left to the parser.
        if !text.is_ascii() || text.contains(&b'&') {
            return None;
        }
        if !each(std::str::from_utf8(text).ok()?.trim()) {
            break;
        }
    }
    Some(())
}

/// Calls `each` with every organization, its tags included, until it returns `Some(false)`, or
/// `None` if it cannot tell.
///
/// A tag in a comment or a text is taken for one too. Inside an organization it cuts off what is given, which
/// then cannot be parsed; elsewhere it gives more organizations, or tags that are no pair.
pub fn each_organization(xml: &[u8], mut each: impl FnMut(&[u8]) -> Option<bool>) -> Option<()> {
    let mut begun = None;
    for tag in tags(xml, &ORGANIZATION) {
        let Tag { is_end, start, end } = tag?;
        match (is_end, begun.take()) {
            (false, None) => begun = Some(start),
            (true, Some(from)) => {
                if !each(&xml[from..end])? {
                    return Some(());
                }
            }
            _ => return None,
        }
    }
    // An organization without its end tag.
    if begun.is_some() { None } else { Some(()) }
}

/// A tag without attributes.
struct Tag {
    is_end: bool,
    start: usize,
    end: usize,
}

/// All tags with this name behind a prefix; `None` for one that is not written as ORCID writes it.
fn tags<'x>(xml: &'x [u8], name: &'x Finder<'_>) -> impl Iterator<Item = Option<Tag>> + 'x {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let place = from + name.find(&xml[from..])?;
            let behind = place + name.needle().len();
            from = behind;
            let is_longer = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            // Another element, such as `funding:organization-defined-type`; or text.
            if xml.get(behind).is_some_and(is_longer) {
                continue;
            }
            let place = match &xml[..place] {
                [before @ .., b':'] => before.len(),
                // A tag without a prefix.
                [.., b'<'] | [.., b'<', b'/'] => return Some(None),
                // The end of a longer name; or text.
                _ => continue,
            };
            if xml.get(behind) != Some(&b'>') {
                return Some(None);
            }
            let prefix = xml[place.saturating_sub(MAX_PREFIX)..place]
                .iter()
                .rev()
                .take_while(|byte| is_longer(byte))
                .count();
            let start = place - prefix;
            match &xml[..start] {
                [.., b'<', b'/'] => {
                    return Some(Some(Tag { is_end: true, start: start - 2, end: behind + 1 }));
                }
                [.., b'<'] => return Some(Some(Tag { is_end: false, start: start - 1, end: behind + 1 })),
                // Text that looks like a tag's end, or a tag in a form that is not regular.
                _ => return Some(None),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn countries(xml: &str) -> Option<Vec<String>> {
        let mut found = Vec::new();
        each_country(xml.as_bytes(), |text| {
            found.push(text.to_owned());
            true
        })?;
        Some(found)
    }

    fn organizations(xml: &str) -> Option<Vec<String>> {
        let mut found = Vec::new();
        each_organization(xml.as_bytes(), |block| {
            found.push(String::from_utf8_lossy(block).into_owned());
            Some(true)
        })?;
        Some(found)
    }

    #[test]
    fn countries_are_found_by_their_tags() {
        for (xml, expected) in [
            ("<a:country>PT</a:country> of <common:country> ES </common:country>", Some(vec!["PT", "ES"])),
            ("<a:country></a:country>", Some(vec![""])),
            ("<a:country-code>PT</a:country-code>", Some(vec![])),
            ("no", Some(vec![])),
            ("<a:country>&#80;T</a:country>", None),
            ("<a:country x='1'>PT</a:country>", None),
            ("<a:country/>", None),
            ("<a:country>P<!-- x -->T</a:country>", None),
            ("<a:country><![CDATA[PT]]></a:country>", None),
            ("<a:country><?x?>PT</a:country>", None),
            ("<!-- <a:country>PT</a:country> -->", Some(vec!["PT"])),
            ("<a:country>PT", None),
            ("<country>PT</country>", None),
            ("<a:b></country>", None),
            ("<a:other-country>PT</a:other-country> country> text", Some(vec![])),
            ("text :country> text", None),
        ] {
            let expected = expected.map(|texts| texts.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(countries(xml), expected, "{xml}");
        }
    }

    #[test]
    fn organizations_are_found_with_their_tags() {
        let block = "<common:organization><common:name>A</common:name><common:disambiguated-organization/></common:organization>";
        let other = "<education:organization></education:organization>";
        assert_eq!(
            organizations(&format!("x{block}y{other}")),
            Some(vec![block.to_owned(), other.to_owned()])
        );
        assert_eq!(
            organizations("<funding:organization-defined-type>x</funding:organization-defined-type>"),
            Some(vec![])
        );
        for odd in [
            "<organization/>",
            "<organization></organization>",
            "<a:organization>",
            "</a:organization>",
            "<a:organization><a:organization></a:organization></a:organization>",
            "<a:organization ></a:organization>",
            "<a:organization></a:organization\n>",
        ] {
            assert_eq!(organizations(odd), None, "{odd}");
        }
    }

    #[test]
    fn only_whole_records_without_what_parsing_takes_out_are_searched() {
        assert!(is_searchable(b"<a:b>text &#13; <!-- x --></a:record>\n"));
        for odd in [
            &b"<a:coun\x01try>PT</a:record>"[..],
            b"<a>&#0;</record>",
            b"<a>\xef\xbf\xbf</record>",
            b"<a><a:country>PT</a:country>",
            b"<a><a:country>PT</a:country></a:reco",
            b"<a></a:record><!-- x -->",
            b"\xff\xfe<\0",
            b"\0<\0a",
            b"",
        ] {
            assert!(!is_searchable(odd), "{odd:?}");
        }
    }
}
