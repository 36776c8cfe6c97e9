//! Items from ORCID's JSON. The order of keys does not count; a text may stand as it is or, as ORCID
//! writes it, in an object with the key `value`.

use serde_json::{Map, Value};

use orcid_api::member::Section;

use super::fault::{At, RowFault};
use super::node::{Item, Node};
use super::schema::{ADDED_BY_ORCID, Content, Field, fields};

/// The item that an object is, with its faults; `line` is where the object begins.
pub fn item_of(section: Section, object: &Map<String, Value>, line: u64) -> (Item, Vec<RowFault>) {
    let mut item = Item::new(section, At::new(line, section.element()));
    item.display_index = object.get("display-index").and_then(text_of);
    let mut reading = Reading { line, faults: Vec::new() };
    item.children = reading.nodes("", object, fields(section));
    (item, reading.faults)
}

/// A text, number or truth value as text; `None` for anything else.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

struct Reading {
    line: u64,
    faults: Vec<RowFault>,
}

impl Reading {
    fn fault(&mut self, path: &str, what: String) {
        self.faults.push(RowFault::new(&At::new(self.line, path), what));
    }

    fn nodes(&mut self, path: &str, object: &Map<String, Value>, fields: &'static [Field]) -> Vec<Node> {
        let mut nodes = Vec::new();
        for (key, value) in object {
            let path = format!("{path}/{key}");
            if value.is_null() || ADDED_BY_ORCID.contains(&key.as_str()) {
                continue;
            }
            let Some(field) = fields.iter().find(|field| field.name == key) else {
                let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
                self.fault(&path, format!("there is no such key here; there are: {}", names.join(", ")));
                continue;
            };
            match value {
                Value::Array(values) if field.is_repeated => {
                    for (number, value) in values.iter().enumerate() {
                        nodes.extend(self.node(&format!("{path}/{number}"), value, field));
                    }
                }
                Value::Array(_) => self.fault(&path, "it may occur once: it cannot be a list".to_owned()),
                value => nodes.extend(self.node(&path, value, field)),
            }
        }
        nodes
    }

    fn node(&mut self, path: &str, value: &Value, field: &'static Field) -> Option<Node> {
        let mut node = Node::new(field, At::new(self.line, path));
        match (&field.content, value) {
            (Content::Group(fields), Value::Object(object)) => {
                node.children = self.nodes(path, object, fields);
                // ORCID writes empty objects for what is absent.
                return Some(node).filter(|node| !node.children.is_empty());
            }
            (Content::Group(_), _) => self.fault(path, "it must be an object".to_owned()),
            (Content::Text(_), Value::Object(object)) => {
                node.attribute = field.attribute.and_then(|name| object.get(name)).and_then(text_of);
                let known = |key: &&String| {
                    !matches!(key.as_str(), "value" | "content" | "visibility")
                        && Some(key.as_str()) != field.attribute
                };
                if let Some(key) = object.keys().find(known) {
                    self.fault(path, format!("a text has no key {key}; it has: value"));
                }
                match object.get("value").or_else(|| object.get("content")) {
                    None | Some(Value::Null) => {}
                    Some(value) => match text_of(value) {
                        Some(text) => {
                            node.text = text;
                            return Some(node);
                        }
                        None => self.fault(path, "its value must be a text or a number".to_owned()),
                    },
                }
            }
            (Content::Text(_), value) => match text_of(value) {
                Some(text) => {
                    node.text = text;
                    return Some(node);
                }
                None => self.fault(path, "it must be a text".to_owned()),
            },
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(section: Section, text: &str) -> (Item, Vec<String>) {
        let Value::Object(object) = serde_json::from_str(text).unwrap() else { panic!() };
        let (item, faults) = item_of(section, &object, 3);
        (item, faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn orcids_json_is_read_in_any_order_of_keys() {
        let text = r#"{"put-code": 5, "source": {"source-name": null}, "external-ids": {"external-id": [
            {"external-id-type": "doi", "external-id-value": "10.1/a", "external-id-url": {"value": "https://doi.org/10.1/a"},
             "external-id-normalized": {"value": "10.1/a", "transient": true}, "external-id-relationship": "self"}]},
            "type": "journal-article", "title": {"title": {"value": "T"}, "subtitle": null,
            "translated-title": {"value": "Ü", "language-code": "de"}}, "publication-date": {"year": {"value": "2020"}, "month": null}}"#;

        let (item, faults) = read(Section::Work, text);

        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(item.text_at(&["title", "title"]), Some("T"));
        assert_eq!(item.first(&["title", "translated-title"]).unwrap().attribute.as_deref(), Some("de"));
        assert_eq!(
            item.text_at(&["external-ids", "external-id", "external-id-url"]),
            Some("https://doi.org/10.1/a")
        );
        assert_eq!(item.text_at(&["publication-date", "year"]), Some("2020"));
        assert!(item.to_xml(None).contains("language-code=\"de\""));
    }

    #[test]
    fn what_cannot_stand_there_is_named_with_its_path() {
        for (text, expected) in [
            (r#"{"organisation": {}}"#, "line 3, /organisation: there is no such key"),
            (r#"{"organization": "x"}"#, "/organization: it must be an object"),
            (r#"{"role-title": ["a"]}"#, "/role-title: it may occur once"),
            (r#"{"role-title": {"value": {}}}"#, "must be a text or a number"),
            (r#"{"role-title": {"name": "x"}}"#, "a text has no key name"),
            (r#"{"role-title": true}"#, "it must be a text"),
        ] {
            let (_, faults) = read(Section::Employment, text);

            assert!(faults.len() == 1 && faults[0].contains(expected), "{text}: {faults:?}");
        }
    }
}
