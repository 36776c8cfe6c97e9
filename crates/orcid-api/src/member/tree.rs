//! XML as a tree of elements, with the place of each, for the small documents that are written to
//! records and for lists of items.
//!
//! Namespaces are left out: names are local. It knows no element of ORCID's.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

/// Elements inside each other; ORCID's documents have less than ten.
const MAX_DEPTH: usize = 64;

/// An element with what is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// The local name.
    pub name: String,
    /// The attributes by their local names, without declarations of namespaces.
    pub attributes: Vec<(String, String)>,
    /// Its own text, without white space at the ends.
    pub text: String,
    /// The elements in it.
    pub children: Vec<Tree>,
    /// The line in which it begins, counted from 1.
    pub line: u64,
    /// The sign in this line at which it begins, counted from 1.
    pub column: u64,
}

/// Why a text is not XML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct TreeError {
    /// The line, counted from 1.
    pub line: u64,
    /// The sign in this line, counted from 1.
    pub column: u64,
    /// What is wrong.
    pub what: String,
}

impl Tree {
    /// Reads a document.
    ///
    /// # Errors
    /// [`TreeError`] with the place of what is not well-formed.
    pub fn parse(text: &str) -> Result<Self, TreeError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader::from_str(text);
        let mut places = Places::new(text);
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        loop {
            let begin = reader.buffer_position() as usize;
            let event = reader.read_event();
            let (line, column) = places.of(begin);
            let fault = |what: String| TreeError { line, column, what };
            let event = event.map_err(|error| {
                let (line, column) = places.of(reader.error_position() as usize);
                TreeError { line, column, what: error.to_string() }
            })?;
            match event {
                Event::Start(tag) | Event::Empty(tag) if root.is_some() && open.is_empty() => {
                    let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
                    return Err(fault(format!("the element {name} follows the end of the document")));
                }
                Event::Start(_) if open.len() == MAX_DEPTH => {
                    return Err(fault(format!("more than {MAX_DEPTH} elements inside each other")));
                }
                Event::Start(tag) => open.push(element(&tag, line, column).map_err(fault)?),
                Event::Empty(tag) => {
                    let done = element(&tag, line, column).map_err(fault)?;
                    close(done, &mut open, &mut root);
                }
                Event::End(_) => {
                    if let Some(mut done) = open.pop() {
                        done.text = done.text.trim().to_owned();
                        close(done, &mut open, &mut root);
                    }
                }
                Event::Text(text) => {
                    let text = text.xml10_content().map_err(|error| fault(error.to_string()))?;
                    match open.last_mut() {
                        Some(element) => element.text.push_str(&text),
                        None if text.trim().is_empty() => {}
                        None => return Err(fault("text outside of the document's element".to_owned())),
                    }
                }
                Event::CData(data) => {
                    let text = data.decode().map_err(|error| fault(error.to_string()))?;
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text);
                    }
                }
                Event::GeneralRef(reference) => {
                    let text = referred(&reference).map_err(fault)?;
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text);
                    }
                }
                Event::DocType(_) => return Err(fault("a document type is not accepted".to_owned())),
                Event::Eof if !open.is_empty() => {
                    let name = open.pop().map(|element| element.name).unwrap_or_default();
                    return Err(fault(format!("the document ends inside the element {name}")));
                }
                Event::Eof => return root.ok_or_else(|| fault("there is no element".to_owned())),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    /// The first element in it with this name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the element that a path of names leads to; `None` where it is absent or empty.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        let found = path.iter().try_fold(self, |element, name| element.child(name))?;
        Some(found.text.as_str()).filter(|text| !text.is_empty())
    }

    /// An attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// All elements with this name, at any depth, in the order of the document. Elements inside
    /// those that are found are not looked at.
    pub fn all(&self, name: &str) -> Vec<&Self> {
        let mut found = Vec::new();
        for child in &self.children {
            if child.name == name { found.push(child) } else { found.extend(child.all(name)) }
        }
        found
    }
}

fn close(done: Tree, open: &mut [Tree], root: &mut Option<Tree>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None => *root = Some(done),
    }
}

fn element(tag: &BytesStart<'_>, line: u64, column: u64) -> Result<Tree, String> {
    let mut element = Tree { name: local(tag.name().as_ref()), line, column, ..Tree::default() };
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name = attribute.key.as_ref();
        if name == b"xmlns" || name.starts_with(b"xmlns:") {
            continue;
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        element.attributes.push((local(name), value.trim().to_owned()));
    }
    Ok(element)
}

/// The name without its prefix.
fn local(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

/// What a reference such as `&amp;` or `&#xE9;` stands for.
fn referred(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Some(sign) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(sign.to_string());
    }
    let name = reference.decode().map_err(|error| error.to_string())?;
    let text = quick_xml::escape::resolve_xml_entity(&name);
    text.map(str::to_owned).ok_or_else(|| format!("&{name}; is not defined"))
}

/// Lines and columns of a text's bytes, asked for in rising order. Each byte is looked at once: a whole
/// document may be one line.
struct Places<'t> {
    text: &'t str,
    at: usize,
    line: u64,
    column: u64,
}

impl<'t> Places<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1, column: 1 }
    }

    fn of(&mut self, byte: usize) -> (u64, u64) {
        let byte = byte.min(self.text.len());
        for &passed in &self.text.as_bytes()[self.at.min(byte)..byte] {
            match passed {
                b'\n' => (self.line, self.column) = (self.line + 1, 1),
                // The first byte of a sign stands for all of it.
                0x80..0xC0 => {}
                _ => self.column += 1,
            }
        }
        self.at = self.at.max(byte);
        (self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_becomes_a_tree_with_places() {
        let text = "<?xml version=\"1.0\"?>\n<a:one xmlns:a=\"x\" a:put-code=\"7\">\n  <b> a &amp; &#x62; <![CDATA[<c>]]> </b><!-- no -->\n  <ä/><d/></a:one>\n";

        let tree = Tree::parse(text).unwrap();

        assert_eq!((tree.name.as_str(), tree.attribute("put-code"), tree.line), ("one", Some("7"), 2));
        assert_eq!(tree.text_at(&["b"]), Some("a & b <c>"));
        let d = tree.child("d").unwrap();
        assert_eq!((d.line, d.column), (4, 7));
        assert_eq!(tree.all("b").len(), 1);
    }

    #[test]
    fn a_long_document_of_one_line_has_its_places_at_once() {
        let count = 100_000;

        let tree = Tree::parse(&format!("<a>{}<ä/><b/></a>", "<b/>".repeat(count))).unwrap();

        let last = tree.all("b").last().map(|last| (last.line, last.column));
        assert_eq!(last, Some((1, "<a>".len() as u64 + 4 * count as u64 + 5)));
    }

    #[test]
    fn what_is_not_well_formed_has_its_place() {
        for (text, line, part) in [
            ("", 1, "no element"),
            ("<a>", 1, "ends inside"),
            ("<a>\n</b>", 2, ""),
            ("<a/>\n<b/>", 2, "follows the end"),
            ("<a>&none;</a>", 1, "not defined"),
            ("text", 1, "outside"),
            ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", 1, "document type"),
        ] {
            let error = Tree::parse(text).unwrap_err();

            assert!(error.line == line && error.what.contains(part), "{text}: {error}");
        }
        assert!(Tree::parse(&"<a>".repeat(100)).is_err());
    }
}
