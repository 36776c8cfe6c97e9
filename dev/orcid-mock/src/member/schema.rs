//! What may stand in an item, in which order: ORCID's XSDs as tables, against which a
//! document is checked, and by which JSON is turned into XML and back.

use super::node::Node;

/// An element within another.
#[derive(Debug)]
pub struct Field {
    /// `common:title`.
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    pub many: bool,
}

/// What stands in an element.
#[derive(Debug)]
pub enum Shape {
    /// Text; in JSON a string.
    Plain(Text),
    /// Text with these attributes; in JSON an object with a `value`.
    Value(Text, &'static [&'static str]),
    /// Elements in this order.
    Fields(&'static [Field]),
    /// The same, with the attributes and elements that every item has.
    Item(&'static [Field]),
}

/// What a text may be.
#[derive(Clone, Copy, Debug)]
pub enum Text {
    Any,
    /// At most so many characters.
    UpTo(usize),
    /// At least one that is no blank, and at most so many.
    NonEmpty(usize),
    Number(i64, i64),
    OneOf(&'static [&'static str]),
    /// A word of one of two lists.
    OneOfTwo(&'static [&'static str], &'static [&'static str]),
    /// Two capital letters.
    Country,
}

/// Why a document is not of its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// 9001.
    Schema(String),
    /// A word that is none of a list: 9051.
    Word(String),
}

/// Attributes of an item.
pub const ITEM_ATTRIBUTES: [&str; 4] = ["put-code", "path", "visibility", "display-index"];

/// Elements that every item has first, which are ignored when they come in.
pub const META: [&str; 3] = ["common:created-date", "common:last-modified-date", "common:source"];

const VISIBILITIES: [&str; 4] = ["public", "limited", "private", "registered-only"];

/// Checks an element against its table. An element that is required and absent is
/// a flaw only if `strict`: ORCID's own checks name it better.
pub fn check(node: &Node, shape: &Shape, strict: bool) -> Result<(), Flaw> {
    match shape {
        Shape::Plain(text) => {
            no_attributes(node, &[])?;
            check_text(node, *text)
        }
        Shape::Value(text, attributes) => {
            no_attributes(node, attributes)?;
            check_text(node, *text)
        }
        Shape::Fields(fields) => {
            no_attributes(node, &[])?;
            check_fields(node, &node.children, fields, strict)
        }
        Shape::Item(fields) => {
            no_attributes(node, &ITEM_ATTRIBUTES)?;
            if let Some(visibility) = node.attribute("visibility").filter(|one| !VISIBILITIES.contains(one)) {
                return Err(Flaw::Word(format!("{visibility} is not a visibility")));
            }
            let mut meta = META.iter();
            let is_meta = |child: &&Node| meta.any(|name| *name == child.name);
            let first = node.children.iter().take_while(is_meta).count();
            check_fields(node, &node.children[first..], fields, strict)
        }
    }
}

fn no_attributes(node: &Node, but: &[&str]) -> Result<(), Flaw> {
    match node.attributes.iter().find(|(name, _)| !but.contains(&name.as_str())) {
        Some((name, _)) => {
            Err(Flaw::Schema(format!("attribute {name} is not allowed to appear in element {}", node.name)))
        }
        None => Ok(()),
    }
}

fn check_fields(parent: &Node, children: &[Node], fields: &[Field], strict: bool) -> Result<(), Flaw> {
    if !parent.text.trim().is_empty() {
        return Err(Flaw::Schema(format!("element {} cannot have text", parent.name)));
    }
    let mut next = 0;
    let mut before: Option<&Field> = None;
    for child in children {
        let again = before.filter(|field| field.many && field.name == child.name);
        let field = match again {
            Some(field) => field,
            None => {
                let place = fields[next..].iter().position(|field| field.name == child.name);
                let place = place.ok_or_else(|| unexpected(child, &fields[next..]))?;
                missing(parent, &fields[next..next + place], strict)?;
                next += place + 1;
                &fields[next - 1]
            }
        };
        check(child, &field.shape, strict)?;
        before = Some(field);
    }
    missing(parent, &fields[next..], strict)
}

fn unexpected(child: &Node, expected: &[Field]) -> Flaw {
    let names: Vec<&str> = expected.iter().map(|field| field.name).collect();
    Flaw::Schema(format!(
        "invalid content was found starting with element {}; one of {} is expected",
        child.name,
        names.join(", ")
    ))
}

fn missing(parent: &Node, skipped: &[Field], strict: bool) -> Result<(), Flaw> {
    match skipped.iter().find(|field| field.required && strict) {
        Some(field) => {
            Err(Flaw::Schema(format!("the content of element {} lacks {}", parent.name, field.name)))
        }
        None => Ok(()),
    }
}

fn check_text(node: &Node, text: Text) -> Result<(), Flaw> {
    let schema = |why: &str| Err(Flaw::Schema(format!("element {}: {why}", node.name)));
    if let Some(child) = node.children.first() {
        return schema(&format!("{} may not stand in it", child.name));
    }
    let value = node.text.trim();
    let length = node.text.chars().count();
    match text {
        Text::Any => Ok(()),
        Text::UpTo(most) | Text::NonEmpty(most) if length > most => {
            schema(&format!("it has {length} characters where {most} may stand"))
        }
        Text::NonEmpty(_) if value.is_empty() => schema("it is empty"),
        Text::UpTo(_) | Text::NonEmpty(_) => Ok(()),
        Text::Number(least, most) => match value.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(()),
            _ => schema(&format!("{value} is not a number from {least} to {most}")),
        },
        Text::OneOf(words) if words.contains(&value) => Ok(()),
        Text::OneOfTwo(words, more) if words.contains(&value) || more.contains(&value) => Ok(()),
        Text::OneOf(_) | Text::OneOfTwo(..) => {
            Err(Flaw::Word(format!("element {}: {value} is not a value of its list", node.name)))
        }
        Text::Country => match value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase()) {
            true => Ok(()),
            false => Err(Flaw::Word(format!("element {}: {value} is not a country", node.name))),
        },
    }
}
