//! XML as a tree, with the prefixes that ORCID uses, whatever prefixes the sender chose.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use crate::xml;

const ORCID_NAMESPACE: &str = "http://www.orcid.org/ns/";

/// Elements within elements; deeper documents are refused.
const MAX_DEPTH: usize = 32;

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// `work:title`.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
    /// The text where there are no children.
    pub text: String,
}

impl Node {
    pub fn new(name: &str) -> Node {
        Node { name: name.to_owned(), ..Node::default() }
    }

    pub fn leaf(name: &str, text: impl Into<String>) -> Node {
        Node { text: text.into(), ..Node::new(name) }
    }

    pub fn with(mut self, child: Node) -> Node {
        self.children.push(child);
        self
    }

    pub fn with_all(mut self, children: impl IntoIterator<Item = Node>) -> Node {
        self.children.extend(children);
        self
    }

    pub fn set(mut self, attribute: &str, value: impl Into<String>) -> Node {
        self.attributes.retain(|(name, _)| name != attribute);
        self.attributes.push((attribute.to_owned(), value.into()));
        self
    }

    /// The name without its prefix.
    pub fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or_default()
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The first child with this name, prefix not needed.
    pub fn child(&self, local: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.local() == local)
    }

    pub fn all<'n>(&'n self, local: &'n str) -> impl Iterator<Item = &'n Node> {
        self.children.iter().filter(move |child| child.local() == local)
    }

    /// The element at the end of a path of names.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, name| node.child(name))
    }

    /// The text at the end of a path; `None` where it is absent or blank.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path).map(|node| node.text.trim()).filter(|text| !text.is_empty())
    }

    /// Reads a document.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(document: &str) -> Result<Node, String> {
        let mut reader = NsReader::from_str(document);
        let mut open = vec![Node::default()];
        loop {
            let (namespace, event) = reader.read_resolved_event().map_err(|error| error.to_string())?;
            let prefix = prefix(&namespace);
            match event {
                Event::Start(start) => {
                    let node = element(&start, prefix)?;
                    if open.len() > MAX_DEPTH {
                        return Err("elements are nested too deeply".to_owned());
                    }
                    open.push(node);
                }
                Event::Empty(start) => {
                    let node = element(&start, prefix)?;
                    open.last_mut().expect("the document itself stays open").children.push(node);
                }
                Event::End(_) => {
                    let mut node = open.pop().expect("the reader pairs ends with starts");
                    if !node.children.is_empty() && node.text.trim().is_empty() {
                        node.text.clear();
                    }
                    open.last_mut().expect("the document itself stays open").children.push(node);
                }
                Event::Text(text) => {
                    add(&mut open, &text.decode().map_err(|error| error.to_string())?);
                }
                Event::CData(text) => add(&mut open, &text.decode().map_err(|error| error.to_string())?),
                Event::GeneralRef(reference) => {
                    let name = reference.decode().map_err(|error| error.to_string())?;
                    add(&mut open, &resolved(&name)?);
                }
                Event::DocType(_) => return Err("a document type is not allowed".to_owned()),
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
        let mut document = open.pop().expect("the document itself stays open");
        match (open.is_empty(), document.children.len()) {
            (true, 1) => Ok(document.children.remove(0)),
            _ => Err("the document is not one whole element".to_owned()),
        }
    }

    /// The element as a part of a document.
    pub fn part(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// The element as a document with ORCID's name spaces.
    pub fn document(&self) -> String {
        xml::document(&self.part())
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push_str(&format!(" {name}=\"{}\"", xml::escaped(value).replace('"', "&quot;")));
        }
        if self.children.is_empty() && self.text.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        out.push_str(&xml::escaped(&self.text));
        self.children.iter().for_each(|child| child.write(out));
        out.push_str(&format!("</{}>", self.name));
    }
}

fn add(open: &mut [Node], text: &str) {
    open.last_mut().expect("the document itself stays open").text.push_str(text);
}

/// `work:` for ORCID's name space of works; empty for others.
fn prefix(namespace: &ResolveResult<'_>) -> Option<String> {
    let ResolveResult::Bound(namespace) = namespace else { return None };
    let uri = std::str::from_utf8(namespace.as_ref()).ok()?;
    uri.strip_prefix(ORCID_NAMESPACE).map(str::to_owned)
}

fn element(start: &BytesStart<'_>, prefix: Option<String>) -> Result<Node, String> {
    let local = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
    let name = match prefix {
        Some(prefix) => format!("{prefix}:{local}"),
        None => local,
    };
    let mut node = Node::new(&name);
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        if !key.starts_with("xmlns") && !key.starts_with("xsi:") {
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            node.attributes.push((key, value.into_owned()));
        }
    }
    Ok(node)
}

/// The text that `&name;` stands for.
fn resolved(name: &str) -> Result<String, String> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let sign = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix("#x") {
            Some(hex) => number(hex, 16),
            None => name.strip_prefix('#').and_then(|digits| number(digits, 10)),
        },
    };
    sign.map(String::from).ok_or_else(|| format!("the entity {name} is not defined"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_reads_the_same_whatever_its_prefixes() {
        let usual = "<work:title xmlns:work=\"http://www.orcid.org/ns/work\" \
                     xmlns:common=\"http://www.orcid.org/ns/common\">\n <common:title>A &amp; B &#x3c;</common:title>\n</work:title>";
        let other = "<title xmlns=\"http://www.orcid.org/ns/work\"><x:title \
                     xmlns:x=\"http://www.orcid.org/ns/common\">A <![CDATA[& B <]]></x:title></title>";

        let node = Node::parse(usual).unwrap();

        assert_eq!(node, Node::parse(other).unwrap());
        assert_eq!(node.text_at(&["title"]), Some("A & B <"));
        assert_eq!(node.part(), "<work:title><common:title>A &amp; B &lt;</common:title></work:title>");
        assert_eq!(Node::parse(&node.document()).unwrap(), node);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in ["", "text", "<a>", "<a></b>", "<a/><b/>", "<a>&unknown;</a>", "<!DOCTYPE a><a/>"] {
            assert!(Node::parse(text).is_err(), "{text}");
        }
        assert!(Node::parse(&"<a>".repeat(100)).is_err());
    }
}
