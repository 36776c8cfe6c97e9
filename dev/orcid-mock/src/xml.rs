//! Cuts and mends ORCID's XML as text.
//!
//! Good for the regular form that ORCID writes (no comments, no `>` within
//! attributes); a real reader stands in `orcid_xml`.

use std::ops::Range;

pub const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// The name spaces that ORCID declares at each root, used or not.
const NAMESPACES: [&str; 27] = [
    "internal",
    "education",
    "distinction",
    "deprecated",
    "other-name",
    "membership",
    "error",
    "common",
    "record",
    "personal-details",
    "keyword",
    "email",
    "external-identifier",
    "funding",
    "preferences",
    "address",
    "invited-position",
    "work",
    "history",
    "employment",
    "qualification",
    "service",
    "person",
    "activities",
    "researcher-url",
    "peer-review",
    "bulk",
];

/// All name spaces as attributes, with a space before each.
pub fn namespaces() -> String {
    let more = ["research-resource", "search"];
    let names = NAMESPACES.iter().chain(&more);
    names.map(|name| format!(" xmlns:{name}=\"http://www.orcid.org/ns/{name}\"")).collect()
}

/// Where the first element `name` at or after `from` stands. Elements of the
/// name must not stand within each other.
pub fn find(text: &str, name: &str, from: usize) -> Option<Range<usize>> {
    let open = format!("<{name}");
    let mut from = from;
    loop {
        let start = from + text[from..].find(&open)?;
        from = start + open.len();
        if !matches!(text.as_bytes().get(from)?, b' ' | b'>' | b'/' | b'\n') {
            continue;
        }
        let tag_end = from + text[from..].find('>')? + 1;
        if text[..tag_end].ends_with("/>") {
            return Some(start..tag_end);
        }
        let close = format!("</{name}>");
        let end = tag_end + text[tag_end..].find(&close)? + close.len();
        return Some(start..end);
    }
}

/// The first element `name`, whole.
pub fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    find(text, name, 0).map(|range| &text[range])
}

/// All elements `name`.
pub fn elements(text: &str, name: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(range) = find(text, name, from) {
        from = range.end;
        found.push(range);
    }
    found
}

/// The text with something else in place of a range.
pub fn replaced(text: &str, range: &Range<usize>, with: &str) -> String {
    [&text[..range.start], with, &text[range.end..]].concat()
}

/// The first element `name` gets other content; nothing happens where it is absent.
pub fn with_content(text: &str, name: &str, content: &str) -> String {
    match find(text, name, 0) {
        Some(range) => replaced(text, &range, &format!("<{name}>{content}</{name}>")),
        None => text.to_owned(),
    }
}

/// An element's opening tag, without the closing slash of an empty one, and its content.
pub fn opened(element: &str) -> (String, &str) {
    let tag_end = element.find('>').expect("an element has a tag") + 1;
    if let Some(tag) = element[..tag_end].strip_suffix("/>") {
        return (format!("{tag}>"), "");
    }
    let content_end = element.rfind("</").expect("an element is closed");
    (element[..tag_end].to_owned(), &element[tag_end..content_end])
}

/// The name of an element.
pub fn name(element: &str) -> &str {
    let end = element.find([' ', '>', '/', '\n']).unwrap_or(element.len());
    &element[1..end]
}

/// A document's root element.
pub fn root(document: &str) -> &str {
    match document.find("?>") {
        Some(end) => document[end + 2..].trim(),
        None => document.trim(),
    }
}

/// A part of a document as a document of its own.
pub fn document(element: &str) -> String {
    let name = name(element);
    let rest = &element[1 + name.len()..];
    format!("{DECLARATION}<{name}{}{rest}\n", namespaces())
}

/// A document's root as a part of another document: without name spaces, and
/// without its path, which works in bulk lack.
pub fn part(document: &str) -> String {
    let root = root(document);
    let tag_end = root.find('>').expect("an element has a tag");
    let name = name(root);
    let kept = attributes(&root[1 + name.len()..tag_end])
        .into_iter()
        .filter(|(name, _)| !name.starts_with("xmlns") && !name.starts_with("xsi:") && *name != "path");
    let kept: String = kept.map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
    let close = if root[..=tag_end].ends_with("/>") { "/>" } else { ">" };
    format!("<{name}{kept}{close}{}", &root[tag_end + 1..])
}

fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut pieces = tag.split('"');
    let mut found = Vec::new();
    while let (Some(name), Some(value)) = (pieces.next(), pieces.next()) {
        found.push((name.trim().trim_end_matches('=').trim_end(), value));
    }
    found
}

/// Text with markup made harmless.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An `orcid-id`: URI, path and host.
pub fn orcid_id(element: &str, orcid: &str) -> String {
    format!(
        "<{element}><common:uri>https://orcid.org/{orcid}</common:uri><common:path>{orcid}</common:path>\
         <common:host>orcid.org</common:host></{element}>"
    )
}
