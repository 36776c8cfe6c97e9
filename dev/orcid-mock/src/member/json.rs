//! ORCID's JSON: the same documents as in XML, by the same tables.

use serde_json::{Map, Value, json};

use super::forms::{form, summary_fields};
use super::node::Node;
use super::schema::{Field, ITEM_ATTRIBUTES, Shape};
use super::section::Section;
use crate::instants;

/// Elements of records that may come several times in another one.
const LISTED: [&str; 14] = [
    "group",
    "affiliation-group",
    "peer-review-group",
    "work-summary",
    "funding-summary",
    "peer-review-summary",
    "research-resource-summary",
    "other-name",
    "researcher-url",
    "address",
    "keyword",
    "external-identifier",
    "external-id",
    "organization",
];

/// Texts that stand in JSON as they are; all others stand in an object with a `value`.
const PLAIN: [&str; 15] = [
    "uri",
    "path",
    "host",
    "locale",
    "external-id-type",
    "external-id-value",
    "external-id-relationship",
    "creation-method",
    "claimed",
    "verified-email",
    "verified-primary-email",
    "email",
    "type",
    "put-code",
    "content",
];

const DATES: [&str; 5] =
    ["created-date", "last-modified-date", "submission-date", "completion-date", "deactivation-date"];

/// One list of JSON has no element around it, unlike that of XML.
const UNWRAPPED: (&str, &str) = ("resource-items", "resource-item");

/// Any document of the registry.
pub fn of_document(node: &Node) -> Value {
    if let Some((section, is_summary)) = item_element(node) {
        return of_item(node, section, is_summary);
    }
    if node.name == "bulk:bulk" {
        let entries: Vec<Value> =
            node.children.iter().map(|child| json!({ child.local(): of_document(child) })).collect();
        return json!({ "bulk": entries });
    }
    if node.name == "error:error" {
        return of_error(node);
    }
    let mut object = without_items(node);
    for child in &node.children {
        let name = child.local();
        if item_element(child).is_some() && node.local() == "affiliation-group" {
            let summaries = object.entry("summaries").or_insert_with(|| json!([]));
            push(summaries, json!({ name: of_document(child) }));
        } else if LISTED.contains(&name) || node.local() == "emails" && name == "email" {
            push(object.entry(name).or_insert_with(|| json!([])), of_document(child));
        } else {
            object.insert(name.to_owned(), of_child(child));
        }
    }
    for (name, value) in &node.attributes {
        object.insert(name.clone(), attribute(name, value, false));
    }
    Value::Object(object)
}

/// What a list has even if there is nothing in it.
fn without_items(node: &Node) -> Map<String, Value> {
    let list = Section::ALL.into_iter().find(|section| section.list_element() == node.name);
    let Some(section) = list else { return Map::new() };
    let items = match section {
        _ if section.is_of_person() => section.name(),
        _ if section.is_affiliation() => "affiliation-group",
        _ => "group",
    };
    Map::from_iter([("last-modified-date".to_owned(), Value::Null), (items.to_owned(), json!([]))])
}

fn push(list: &mut Value, value: Value) {
    if let Value::Array(values) = list {
        values.push(value);
    }
}

fn of_child(node: &Node) -> Value {
    let name = node.local();
    let text = node.text.trim();
    if !node.children.is_empty() {
        return of_document(node);
    }
    if DATES.contains(&name) {
        return date(text);
    }
    match text {
        "true" => json!(true),
        "false" => json!(false),
        "" => of_document(node),
        _ if PLAIN.contains(&name) => json!(text),
        _ => json!({ "value": text }),
    }
}

/// The section of an item, and whether it stands in short.
fn item_element(node: &Node) -> Option<(Section, bool)> {
    node.attribute("put-code")?;
    let name = node.local();
    match name.strip_suffix("-summary") {
        Some(name) => Section::named(name).map(|section| (section, true)),
        None => Section::named(name).map(|section| (section, false)),
    }
}

fn of_item(node: &Node, section: Section, is_summary: bool) -> Value {
    let (Shape::Item(fields) | Shape::Fields(fields)) = form(section) else {
        unreachable!("items have fields")
    };
    let mut object = Map::new();
    for name in ["created-date", "last-modified-date"] {
        object.insert(name.to_owned(), node.text_at(&[name]).map_or(Value::Null, date));
    }
    object.insert("source".to_owned(), node.child("source").map_or(Value::Null, source));
    let kept = summary_fields(section);
    for field in *fields {
        let local = field.name.rsplit(':').next().unwrap_or_default();
        if is_summary && !kept.contains(&local) {
            continue;
        }
        let (element, key) = match (is_summary, local) {
            (true, "review-identifiers") => ("external-ids", "external-ids"),
            (true, "review-completion-date") => ("completion-date", "completion-date"),
            _ => (local, local),
        };
        let value = node.child(element).map_or(Value::Null, |child| of_field(child, &field.shape));
        match value.get(UNWRAPPED.1) {
            Some(inner) if key == UNWRAPPED.0 => object.insert(UNWRAPPED.1.to_owned(), inner.clone()),
            _ => object.insert(key.to_owned(), value),
        };
    }
    for name in ITEM_ATTRIBUTES {
        let value =
            node.attribute(name).map_or(Value::Null, |value| attribute(name, value, section.is_of_person()));
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

fn attribute(name: &str, value: &str, of_person: bool) -> Value {
    match (name, value.parse::<i64>()) {
        ("put-code", Ok(number)) => json!(number),
        ("display-index", Ok(number)) if of_person => json!(number),
        _ => json!(value),
    }
}

fn of_field(node: &Node, shape: &Shape) -> Value {
    match shape {
        Shape::Plain(_) => json!(node.text),
        Shape::Value(_, attributes) => {
            let mut object = Map::from_iter([("value".to_owned(), json!(node.text))]);
            for name in *attributes {
                let value = node.attribute(name).map_or(Value::Null, |value| match *name {
                    "transient" => json!(value == "true"),
                    _ => json!(value),
                });
                object.insert((*name).to_owned(), value);
            }
            Value::Object(object)
        }
        Shape::Fields(fields) | Shape::Item(fields) => {
            let value = |field: &Field| {
                let local = field.name.rsplit(':').next().unwrap_or_default();
                let all: Vec<Value> = node.all(local).map(|child| of_field(child, &field.shape)).collect();
                let value = match field.many {
                    true => Value::Array(all),
                    false => all.into_iter().next().unwrap_or(Value::Null),
                };
                (local.to_owned(), value)
            };
            Value::Object(fields.iter().map(value).collect())
        }
    }
}

fn of_error(node: &Node) -> Value {
    let number = |name: &str| node.text_at(&[name]).and_then(|text| text.parse::<i64>().ok());
    json!({
        "response-code": number("response-code"),
        "developer-message": node.text_at(&["developer-message"]),
        "user-message": node.text_at(&["user-message"]),
        "error-code": number("error-code"),
        "more-info": node.text_at(&["more-info"]),
    })
}

fn date(text: &str) -> Value {
    json!({ "value": instants::parse(text.trim()).map(|moment| moment.div_euclid(1000)) })
}

fn source(node: &Node) -> Value {
    let id = |name: &str| {
        node.child(name).map_or(Value::Null, |id| {
            json!({ "uri": id.text_at(&["uri"]), "path": id.text_at(&["path"]), "host": id.text_at(&["host"]) })
        })
    };
    let name = |name: &str| node.text_at(&[name]).map_or(Value::Null, |text| json!({ "value": text }));
    json!({
        "source-orcid": id("source-orcid"),
        "source-client-id": id("source-client-id"),
        "source-name": name("source-name"),
        "assertion-origin-orcid": id("assertion-origin-orcid"),
        "assertion-origin-client-id": id("assertion-origin-client-id"),
        "assertion-origin-name": name("assertion-origin-name"),
    })
}

/// An item that comes in as JSON, as XML.
///
/// # Errors
///
/// What does not fit.
pub fn to_item(value: &Value, element: &str, shape: &Shape) -> Result<Node, String> {
    let (Shape::Item(fields) | Shape::Fields(fields)) = shape else { unreachable!("items have fields") };
    let object = value.as_object().ok_or_else(|| format!("{element} is not an object"))?;
    let mut node = Node::new(element);
    let mut rest = object.clone();
    for name in ["created-date", "last-modified-date", "source"] {
        rest.remove(name);
    }
    for name in ITEM_ATTRIBUTES {
        match rest.remove(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => node = node.set(name, text),
            Some(Value::Number(number)) => node = node.set(name, number.to_string()),
            Some(other) => return Err(format!("{name} cannot be {other}")),
        }
    }
    if let Some(inner) = rest.remove(UNWRAPPED.1) {
        rest.insert(UNWRAPPED.0.to_owned(), json!({ UNWRAPPED.1: inner }));
    }
    node.children = fields_of(&rest, fields)?;
    Ok(node)
}

fn fields_of(object: &Map<String, Value>, fields: &[Field]) -> Result<Vec<Node>, String> {
    let mut rest = object.clone();
    let mut children = Vec::new();
    for field in fields {
        let local = field.name.rsplit(':').next().unwrap_or_default();
        let values = match rest.remove(local) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(values)) if field.many => values,
            Some(value) => vec![value],
        };
        for value in values {
            children.push(to_field(&value, field)?);
        }
    }
    match rest.keys().next() {
        Some(name) => Err(format!("the field {name} is not known")),
        None => Ok(children),
    }
}

fn to_field(value: &Value, field: &Field) -> Result<Node, String> {
    let node = Node::new(field.name);
    match (&field.shape, value) {
        (Shape::Plain(_), value) => Ok(Node { text: text(value, field.name)?, ..node }),
        (Shape::Value(_, attributes), Value::Object(object)) => {
            let mut node =
                Node { text: text(object.get("value").unwrap_or(&Value::Null), field.name)?, ..node };
            for name in *attributes {
                match object.get(*name) {
                    None | Some(Value::Null) => {}
                    Some(value) => node = node.set(name, text(value, name)?),
                }
            }
            Ok(node)
        }
        (Shape::Fields(fields) | Shape::Item(fields), Value::Object(object)) => {
            Ok(node.with_all(fields_of(object, fields)?))
        }
        _ => Err(format!("{} cannot be {value}", field.name)),
    }
}

fn text(value: &Value, name: &str) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        _ => Err(format!("{name} cannot be {value}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_the_same_in_both_forms() {
        let json = json!({
            "put-code": 7,
            "department-name": "History",
            "start-date": { "year": { "value": "2020" }, "month": { "value": "01" } },
            "organization": {
                "name": "U",
                "address": { "city": "C", "region": null, "country": "NZ" },
                "disambiguated-organization": {
                    "disambiguated-organization-identifier": "1", "disambiguation-source": "RINGGOLD"
                }
            },
            "external-ids": { "external-id": [
                { "external-id-type": "uri", "external-id-value": "a", "external-id-url": { "value": "b" } }
            ] },
        });
        let shape = form(Section::Employment);

        let node = to_item(&json, "employment:employment", shape).unwrap();
        let back = of_document(&node);

        assert_eq!(node.text_at(&["organization", "address", "country"]), Some("NZ"));
        assert_eq!(back["put-code"], 7);
        assert_eq!(back["start-date"]["month"]["value"], "01");
        assert_eq!(back["start-date"]["day"], Value::Null);
        assert_eq!(back["external-ids"]["external-id"][0]["external-id-url"]["value"], "b");
        assert_eq!(to_item(&back, "employment:employment", shape).unwrap(), node);
    }

    #[test]
    fn what_is_not_known_or_of_another_form_is_refused() {
        for json in [
            json!([]),
            json!({ "surprise": 1 }),
            json!({ "url": "https://a.example" }),
            json!({ "url": {} }),
            json!({ "department-name": {} }),
            json!({ "organization": [] }),
        ] {
            assert!(to_item(&json, "employment:employment", form(Section::Employment)).is_err(), "{json}");
        }
    }
}
