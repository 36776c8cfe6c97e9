//! An item as a tree of its schema's elements, from whatever it was read; written as ORCID's XML.

use std::fmt::Write as _;

use orcid_api::member::Section;

use super::fault::At;
use super::schema::{Field, fields};

/// An element with what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub field: &'static Field,
    pub text: String,
    /// The value of the attribute that its field may have.
    pub attribute: Option<String>,
    pub children: Vec<Node>,
    pub at: At,
}

/// An item to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub section: Section,
    /// The rank among a person's items of the section.
    pub display_index: Option<String>,
    pub children: Vec<Node>,
    /// Where it begins.
    pub at: At,
}

impl Node {
    pub fn new(field: &'static Field, at: At) -> Self {
        Self { field, text: String::new(), attribute: None, children: Vec::new(), at }
    }

    /// The nodes that a path of names leads to, repeated ones included.
    pub fn all<'n>(&'n self, path: &[&str]) -> Vec<&'n Self> {
        all(&self.children, path)
    }

    /// The text that a path of names leads to, if there is one.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.all(path).first().map(|node| node.text.as_str()).filter(|text| !text.is_empty())
    }
}

fn all<'n>(nodes: &'n [Node], path: &[&str]) -> Vec<&'n Node> {
    let Some((name, rest)) = path.split_first() else { return Vec::new() };
    let here = nodes.iter().filter(|node| node.field.name == *name);
    if rest.is_empty() { here.collect() } else { here.flat_map(|node| node.all(rest)).collect() }
}

impl Item {
    pub fn new(section: Section, at: At) -> Self {
        Self { section, display_index: None, children: Vec::new(), at }
    }

    /// The nodes that a path of names leads to, repeated ones included.
    pub fn all(&self, path: &[&str]) -> Vec<&Node> {
        all(&self.children, path)
    }

    /// The first node that a path leads to.
    pub fn first(&self, path: &[&str]) -> Option<&Node> {
        self.all(path).into_iter().next()
    }

    /// The text that a path leads to, if there is one.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.first(path).map(|node| node.text.as_str()).filter(|text| !text.is_empty())
    }

    /// Puts a text at the end of a path of single elements, and makes those on the way.
    ///
    /// # Panics
    /// If the section's schema has no such path.
    pub fn set(&mut self, path: &[&str], text: &str, at: &At) {
        set(&mut self.children, fields(self.section), path, text, at);
    }

    /// The document for ORCID, with the put code of the item that it changes.
    pub fn to_xml(&self, put_code: Option<i64>) -> String {
        let name = self.section.element();
        let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        let prefix = Prefix { own: name };
        let _ = write!(
            xml,
            "<{name}:{name} xmlns:{name}=\"http://www.orcid.org/ns/{name}\" xmlns:common=\"http://www.orcid.org/ns/common\""
        );
        if let Some(put_code) = put_code {
            let _ = write!(xml, " put-code=\"{put_code}\"");
        }
        if let Some(index) = &self.display_index {
            let _ = write!(xml, " display-index=\"{}\"", escaped(index));
        }
        xml.push('>');
        prefix.write(&mut xml, &self.children, fields(self.section), 1);
        let _ = write!(xml, "\n</{name}:{name}>\n");
        xml
    }
}

fn set(nodes: &mut Vec<Node>, fields: &'static [Field], path: &[&str], text: &str, at: &At) {
    let Some((name, rest)) = path.split_first() else { return };
    let field = fields.iter().find(|field| field.name == *name).expect("the path is one of the schema");
    let place = nodes.iter().position(|node| node.field.name == *name).unwrap_or_else(|| {
        nodes.push(Node::new(field, at.clone()));
        nodes.len() - 1
    });
    if rest.is_empty() {
        text.clone_into(&mut nodes[place].text);
    } else {
        set(&mut nodes[place].children, field.fields(), rest, text, at);
    }
}

/// Writes elements with the prefix of their namespace.
struct Prefix {
    own: &'static str,
}

impl Prefix {
    fn write(&self, xml: &mut String, nodes: &[Node], fields: &'static [Field], depth: usize) {
        for field in fields {
            for node in nodes.iter().filter(|node| node.field.name == field.name) {
                self.write_one(xml, node, depth);
            }
        }
    }

    fn write_one(&self, xml: &mut String, node: &Node, depth: usize) {
        let prefix = if node.field.is_own { self.own } else { "common" };
        let (name, indent) = (node.field.name, "  ".repeat(depth));
        let _ = write!(xml, "\n{indent}<{prefix}:{name}");
        if let (Some(attribute), Some(value)) = (node.field.attribute, &node.attribute) {
            let _ = write!(xml, " {attribute}=\"{}\"", escaped(value));
        }
        xml.push('>');
        if node.field.fields().is_empty() {
            xml.push_str(&escaped(&node.text));
        } else {
            self.write(xml, &node.children, node.field.fields(), depth + 1);
            let _ = write!(xml, "\n{indent}");
        }
        let _ = write!(xml, "</{prefix}:{name}>");
    }
}

/// Text for XML; characters that XML forbids are left out by validation before.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use orcid_api::member::Tree;

    #[test]
    fn an_item_is_written_in_the_order_of_the_schema() {
        let mut item = Item::new(Section::Employment, At::default());
        let at = At::default();
        item.set(&["organization", "address", "country"], "AT", &at);
        item.set(&["organization", "name"], "Universität <Wien> & Co", &at);
        item.set(&["role-title"], "Postdoc", &at);

        let xml = item.to_xml(Some(7));

        let tree = Tree::parse(&xml).unwrap();
        let names: Vec<&str> = tree.children.iter().map(|child| child.name.as_str()).collect();
        assert_eq!(names, ["role-title", "organization"]);
        assert_eq!(tree.attribute("put-code"), Some("7"));
        assert_eq!(tree.text_at(&["organization", "name"]), Some("Universität <Wien> & Co"));
        assert!(xml.contains("<common:country>AT</common:country>"), "{xml}");
    }
}
