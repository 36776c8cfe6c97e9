//! Answers that only the API gives: a page of search results, and a bulk of works cut into
//! its pieces.

use super::document::text_of;
use super::element::id_into;
use super::xml::{Cursor, Tag};
use super::{Orcid, ParseError, Text};

/// A page of search results: `search:search`, as the API's `/search` answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchPage {
    /// `@num-found`: the number of records found in all, not only on this page.
    pub found: u64,
    /// `search:result/common:orcid-identifier/common:path`: the iDs of this page, in its order.
    pub orcids: Vec<Orcid>,
}

/// Parses a page of search results.
///
/// # Errors
/// [`ParseError`] if the bytes are not well-formed UTF-8 XML, if the root is not
/// `search:search`, if `@num-found` is no number, or if a result has no ORCID iD, or one whose
/// check digit is wrong.
pub fn parse_search(bytes: &[u8]) -> Result<SearchPage, ParseError> {
    let mut cursor = Cursor::new(text_of(bytes)?);
    let root = cursor.child()?.ok_or(ParseError::Empty)?;
    if root.name != "search" {
        return Err(ParseError::UnknownRoot { name: root.name.chars().take(60).collect() });
    }
    let page = SearchPage::parse(&mut cursor, root)?;
    // What follows the root must be nothing; a body that is cut off ends here.
    cursor.child()?;
    Ok(page)
}

impl SearchPage {
    fn parse<'a>(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut found: Text<'a> = None;
        cursor.attribute_into(tag, "num-found", &mut found)?;
        let number = found.as_deref().unwrap_or_default();
        let number = number.parse().map_err(|_| cursor.invalid(tag, number, "a number of results"))?;
        let mut page = Self { found: number, orcids: Vec::new() };
        while let Some(result) = cursor.child()? {
            if result.name != "result" {
                cursor.unmapped(result)?;
                continue;
            }
            cursor.container(result)?;
            while let Some(inner) = cursor.child()? {
                if inner.name != "orcid-identifier" {
                    cursor.unmapped(inner)?;
                    continue;
                }
                let mut path = None;
                id_into(cursor, inner, &mut path)?;
                let path = path.unwrap_or_default();
                let orcid = Orcid::new(&path).filter(Orcid::has_valid_check_digit);
                let orcid = orcid.ok_or_else(|| cursor.invalid(inner, &path, "an ORCID iD"))?;
                page.orcids.push(orcid);
            }
        }
        Ok(page)
    }
}

/// Cuts a document into the elements inside its root, such as the works of a `bulk:bulk`,
/// each as its own bytes; `None` if start and end tags do not match in number.
///
/// The pieces do not repeat the root's declarations of name spaces. This crate does not need
/// them, other XML parsers may.
pub fn pieces(document: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut pieces, mut depth, mut begun, mut place) = (Vec::new(), 0usize, 0, 0);
    while let Some(next) = memchr::memchr(b'<', &document[place..]) {
        let start = place + next;
        let rest = &document[start..];
        let (length, step) = markup(rest)?;
        place = start + length;
        match step {
            Nesting::In => {
                if depth == 1 {
                    begun = start;
                }
                depth += 1;
            }
            Nesting::Out => {
                depth = depth.checked_sub(1)?;
                if depth == 1 {
                    pieces.push(&document[begun..place]);
                }
            }
            Nesting::Both if depth == 1 => pieces.push(&document[start..place]),
            Nesting::Both | Nesting::Neither => {}
        }
    }
    (depth == 0).then_some(pieces)
}

/// A document without the elements inside its root whose start tag, with its brackets, is `unwanted`;
/// `None` if start and end tags do not match in number.
pub fn without_elements(document: &[u8], unwanted: &mut dyn FnMut(&[u8]) -> bool) -> Option<Vec<u8>> {
    let (mut kept, mut from, mut depth, mut place) = (Vec::new(), 0, 0usize, 0);
    // The depth of the element that is being left out.
    let mut left_out = None;
    while let Some(next) = memchr::memchr(b'<', &document[place..]) {
        let start = place + next;
        let (length, step) = markup(&document[start..])?;
        place = start + length;
        let tag = &document[start..place];
        match step {
            Nesting::In => {
                if left_out.is_none() && depth > 0 && unwanted(tag) {
                    kept.extend_from_slice(&document[from..start]);
                    left_out = Some(depth);
                }
                depth += 1;
            }
            Nesting::Out => {
                depth = depth.checked_sub(1)?;
                if left_out == Some(depth) {
                    (left_out, from) = (None, place);
                }
            }
            Nesting::Both if left_out.is_none() && depth > 0 && unwanted(tag) => {
                kept.extend_from_slice(&document[from..start]);
                from = place;
            }
            Nesting::Both | Nesting::Neither => {}
        }
    }
    kept.extend_from_slice(&document[from..]);
    (depth == 0).then_some(kept)
}

enum Nesting {
    In,
    Out,
    Both,
    Neither,
}

/// The length of the markup that `rest` begins with, and where it leads.
fn markup(rest: &[u8]) -> Option<(usize, Nesting)> {
    for (start, end) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")] {
        if rest.starts_with(start.as_bytes()) {
            let end_at = memchr::memmem::find(&rest[start.len()..], end.as_bytes())?;
            return Some((start.len() + end_at + end.len(), Nesting::Neither));
        }
    }
    let mut quote = None;
    let end = rest.iter().position(|&byte| {
        match quote {
            None if byte == b'>' => return true,
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            Some(open) if byte == open => quote = None,
            _ => {}
        }
        false
    })?;
    let step = match (rest.get(1), rest.get(end - 1)) {
        (Some(b'/'), _) => Nesting::Out,
        (_, Some(b'/')) => Nesting::Both,
        _ => Nesting::In,
    };
    Some((end + 1, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_results_gives_its_count_and_its_ids() {
        let xml =
            r#"<?xml version="1.0"?><search:search num-found="12,1" xmlns:search="s" xmlns:common="c"/>"#;
        assert!(parse_search(xml.as_bytes()).is_err());

        let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
            <search:search num-found="1201" xmlns:search="s" xmlns:common="c">
              <search:result><common:orcid-identifier>
                <common:uri>https://orcid.org/0000-0002-1825-0097</common:uri>
                <common:path>0000-0002-1825-0097</common:path><common:host>orcid.org</common:host>
              </common:orcid-identifier></search:result>
            </search:search>"#;

        let page = parse_search(xml.as_bytes()).unwrap();

        assert_eq!(page.found, 1201);
        assert_eq!(page.orcids, [Orcid::new("0000-0002-1825-0097").unwrap()]);
        assert!(parse_search(&xml.as_bytes()[..xml.len() - 20]).is_err());
    }

    #[test]
    fn a_bulk_falls_into_its_pieces_byte_for_byte() {
        let bulk = r#"<?xml version="1.0"?><b:bulk x="a>b"><!-- <no> --><w:work put-code="1"><t>a &gt; <![CDATA[</w:work>]]></t></w:work>
            <e:error/><w:work put-code="2"></w:work></b:bulk>"#;

        let found = pieces(bulk.as_bytes()).unwrap();

        let found: Vec<&str> = found.into_iter().map(|piece| std::str::from_utf8(piece).unwrap()).collect();
        let first = r#"<w:work put-code="1"><t>a &gt; <![CDATA[</w:work>]]></t></w:work>"#;
        assert_eq!(found, [first, "<e:error/>", r#"<w:work put-code="2"></w:work>"#]);
        assert_eq!(pieces(&bulk.as_bytes()[..bulk.len() - 3]), None);
        assert_eq!(pieces(b"</a>"), None);
    }

    #[test]
    fn elements_are_left_out_with_all_that_is_in_them() {
        let document = r#"<a x="1"><b x="1"><c/><b>2</b></b><!-- <b x="1"> --><d><e x="1"/>3</d><f/></a>"#;

        let found = without_elements(document.as_bytes(), &mut |tag| {
            tag.ends_with(br#"x="1">"#) || tag.ends_with(br#"x="1"/>"#)
        });

        assert_eq!(found.unwrap(), br#"<a x="1"><!-- <b x="1"> --><d>3</d><f/></a>"#);
        assert_eq!(without_elements(b"<a><b></a>", &mut |_| true), None);
    }
}
