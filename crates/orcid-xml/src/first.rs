//! The first value at a place of a document, with its path as it is written there.

use quick_xml::events::attributes::Attributes;

use super::document::text_of;
use super::space::trimmed;
use super::xml::Cursor;

/// The first value at a place of a document: the text of an element, or its `attribute`. The place
/// is given by the local names of the `elements` from the root's children on; the path has their
/// prefixes, as [`Unmapped::path`](crate::Unmapped::path). `None` if there is no such value, or
/// the document cannot be read so far.
///
/// Parses the document a second time. This is slow, and meant for messages about a few documents.
pub fn first_value(bytes: &[u8], elements: &[&str], attribute: Option<&str>) -> Option<(String, String)> {
    let mut cursor = Cursor::new(text_of(bytes).ok()?);
    let mut tag = cursor.child().ok()??;
    for name in elements {
        tag = loop {
            let child = cursor.child().ok()??;
            if child.name == *name {
                break child;
            }
            cursor.unmapped(child).ok()?;
        };
    }
    let path = cursor.path();
    let Some(name) = attribute else {
        let text = cursor.text(tag).ok()??;
        return Some((format!("{path}/text()"), text.into_owned()));
    };
    let mut attributes = Attributes::new(tag.attributes, 0);
    let found = attributes
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.into_inner() == name.as_bytes())?;
    let value = quick_xml::escape::unescape(std::str::from_utf8(&found.value).ok()?).ok()?.into_owned();
    Some((format!("{path}/@{name}"), trimmed(value.into())?.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::first_value;

    #[test]
    fn a_value_is_found_with_the_prefixes_of_its_path() {
        let xml =
            b"<?xml version='1.0'?><r:a path=' /1&amp;2 '><b>1</b><c:d><e:f> x </e:f><f>y</f></c:d></r:a>";
        let found = |elements: &[&str], attribute| first_value(xml, elements, attribute);
        let pair = |path: &str, value: &str| Some((path.to_owned(), value.to_owned()));

        assert_eq!(found(&["d", "f"], None), pair("/r:a/c:d/e:f/text()", "x"));
        assert_eq!(found(&[], Some("path")), pair("/r:a/@path", "/1&2"));
        assert_eq!((found(&["d", "g"], None), found(&["b"], Some("path"))), (None, None));
        assert_eq!(first_value(b"<a><b>", &["b"], None), None);
    }
}
