//! Writes XML as the registry's own writer does.
//!
//! Knows indentation, escaping and the declarations on the root; no element of a
//! record. An element without content becomes `<name/>`, a text without letters
//! `<name></name>`. From the eighth level on the indentation starts again at the
//! margin, as it does in the real files.

use std::fmt::Display;
use std::io::Write;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// All prefixes, in the order in which they stand on every root.
const PREFIXES: &[&str] = &[
    "address",
    "email",
    "history",
    "employment",
    "education",
    "other-name",
    "deprecated",
    "funding",
    "research-resource",
    "service",
    "researcher-url",
    "distinction",
    "internal",
    "membership",
    "person",
    "personal-details",
    "bulk",
    "common",
    "record",
    "keyword",
    "activities",
    "qualification",
    "external-identifier",
    "error",
    "preferences",
    "invited-position",
    "work",
    "peer-review",
];

const INDENT: &[u8] = b"                                ";

/// The attributes of an element, in order.
pub type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

/// How characters that need no entity are written.
#[derive(Clone, Copy, Default)]
pub struct Escaping {
    /// `'` and `"` in texts become `&apos;` and `&quot;`.
    pub quotes: bool,
    /// Characters beyond ASCII become `&#…;`.
    pub accents: bool,
}

/// A document in the making.
pub struct Xml {
    out: Vec<u8>,
    depth: usize,
    escaping: Escaping,
}

impl Xml {
    /// Writes a whole document.
    pub fn document(
        root: &str,
        attributes: Attributes,
        escaping: Escaping,
        children: impl FnOnce(&mut Xml),
    ) -> Vec<u8> {
        let mut xml = Xml { out: Vec::with_capacity(8 * 1024), depth: 0, escaping };
        xml.raw(DECLARATION);
        xml.raw("<");
        xml.raw(root);
        for prefix in PREFIXES {
            xml.raw(" xmlns:");
            xml.raw(prefix);
            xml.raw("=\"http://www.orcid.org/ns/");
            xml.raw(prefix);
            xml.raw("\"");
        }
        xml.attributes(attributes);
        xml.content(root, children);
        xml.raw("\n");
        xml.out
    }

    pub fn element(&mut self, name: &str, children: impl FnOnce(&mut Xml)) {
        self.element_with(name, &[], children);
    }

    pub fn element_with(&mut self, name: &str, attributes: Attributes, children: impl FnOnce(&mut Xml)) {
        self.open(name, attributes);
        self.content(name, children);
    }

    /// An element that holds a text.
    pub fn leaf(&mut self, name: &str, text: &str) {
        self.leaf_with(name, &[], text);
    }

    pub fn leaf_with(&mut self, name: &str, attributes: Attributes, text: &str) {
        self.open(name, attributes);
        self.raw(">");
        self.text(text);
        self.close(name);
    }

    /// An element that holds a number, a date or the like.
    pub fn value(&mut self, name: &str, value: impl Display) {
        self.open(name, &[]);
        self.raw(">");
        self.display(&value);
        self.close(name);
    }

    /// Nothing, or an element that holds a text.
    pub fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.leaf(name, text);
        }
    }

    fn content(&mut self, name: &str, children: impl FnOnce(&mut Xml)) {
        self.raw(">");
        let empty = self.out.len();
        self.depth += 1;
        children(self);
        self.depth -= 1;
        if self.out.len() == empty {
            self.out.truncate(empty - 1);
            self.raw("/>");
            return;
        }
        self.line();
        self.close(name);
    }

    fn open(&mut self, name: &str, attributes: Attributes) {
        self.line();
        self.raw("<");
        self.raw(name);
        self.attributes(attributes);
    }

    fn close(&mut self, name: &str) {
        self.raw("</");
        self.raw(name);
        self.raw(">");
    }

    fn attributes(&mut self, attributes: Attributes) {
        for (name, value) in attributes {
            self.raw(" ");
            self.raw(name);
            self.raw("=\"");
            self.display(value);
            self.raw("\"");
        }
    }

    fn line(&mut self) {
        self.raw("\n");
        self.out.extend_from_slice(&INDENT[..self.depth % 8 * 4]);
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn display(&mut self, value: &dyn Display) {
        // Writing into memory cannot fail.
        let _ = write!(self.out, "{value}");
    }

    fn text(&mut self, text: &str) {
        let plain = !self.escaping.accents
            && !text.bytes().any(|byte| matches!(byte, b'&' | b'<' | b'>' | b'\r' | b'\'' | b'"'));
        if plain {
            return self.raw(text);
        }
        for letter in text.chars() {
            match letter {
                '&' => self.raw("&amp;"),
                '<' => self.raw("&lt;"),
                '>' => self.raw("&gt;"),
                '\r' => self.raw("&#xD;"),
                '\'' if self.escaping.quotes => self.raw("&apos;"),
                '"' if self.escaping.quotes => self.raw("&quot;"),
                letter if self.escaping.accents && !letter.is_ascii() => {
                    self.display(&format_args!("&#{};", u32::from(letter)));
                }
                letter => self.raw(letter.encode_utf8(&mut [0; 4])),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(escaping: Escaping, children: impl FnOnce(&mut Xml)) -> String {
        let document = Xml::document("record:record", &[("path", &"/1")], escaping, children);
        let text = String::from_utf8(document).unwrap();
        text.split_once(" path=\"/1\"").unwrap().1.to_owned()
    }

    #[test]
    fn an_element_without_content_closes_itself() {
        let text = written(Escaping::default(), |xml| {
            xml.element("common:source", |_| ());
            xml.leaf("common:external-id-url", "");
        });

        assert_eq!(
            text,
            ">\n    <common:source/>\n    <common:external-id-url></common:external-id-url>\n\
             </record:record>\n"
        );
    }

    #[test]
    fn markup_in_a_text_is_escaped() {
        let escaping = Escaping { quotes: true, accents: true };

        let text = written(escaping, |xml| xml.leaf("t", "<a> & 'é'\r"));

        assert!(text.contains("<t>&lt;a&gt; &amp; &apos;&#233;&apos;&#xD;</t>"), "{text}");
    }
}
