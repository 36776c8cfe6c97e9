//! Items from ORCID's XML: their elements must stand in the order of the schema.

use orcid_api::member::{Section, Tree};

use super::fault::{At, RowFault};
use super::node::{Item, Node};
use super::schema::{ADDED_BY_ORCID, Content, Field, fields};

/// Whether what the schema does not have is a fault.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Unknown, repeated and misplaced elements are faults.
    Strict,
    /// They are left out: for what ORCID itself has sent.
    Lenient,
}

/// The item that an element of `section` is, with its faults.
pub fn item_of(section: Section, tree: &Tree, strictness: Strictness) -> (Item, Vec<RowFault>) {
    let mut item = Item::new(section, at(tree));
    item.display_index = tree.attribute("display-index").filter(|index| !index.is_empty()).map(str::to_owned);
    let mut faults = Vec::new();
    item.children = nodes(tree, fields(section), strictness, &mut faults);
    (item, faults)
}

fn at(tree: &Tree) -> At {
    At::new(tree.line, format!("column {}, {}", tree.column, tree.name))
}

fn nodes(
    parent: &Tree,
    fields: &'static [Field],
    strictness: Strictness,
    faults: &mut Vec<RowFault>,
) -> Vec<Node> {
    let mut found: Vec<Node> = Vec::new();
    // The element that is farthest in the schema, of those that have come.
    let mut farthest: Option<(usize, &str)> = None;
    for child in &parent.children {
        let Some(place) = fields.iter().position(|field| field.name == child.name) else {
            if !ADDED_BY_ORCID.contains(&child.name.as_str()) {
                let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
                let what = format!("{} has no such element; it has: {}", parent.name, names.join(", "));
                faults.push(RowFault::new(&at(child), what));
            }
            continue;
        };
        match farthest {
            Some((far, name)) if far > place => {
                let what = format!("it must stand before {name}: the order of the elements counts");
                faults.push(RowFault::new(&at(child), what));
            }
            _ => farthest = Some((place, fields[place].name)),
        }
        let field = &fields[place];
        if !field.is_repeated && found.iter().any(|node| node.field.name == field.name) {
            faults.push(RowFault::new(&at(child), "it may occur once: remove one of them"));
            continue;
        }
        found.push(node(child, field, strictness, faults));
    }
    if strictness == Strictness::Lenient {
        faults.clear();
    }
    found
}

fn node(tree: &Tree, field: &'static Field, strictness: Strictness, faults: &mut Vec<RowFault>) -> Node {
    let mut node = Node::new(field, at(tree));
    node.attribute = field.attribute.and_then(|name| tree.attribute(name)).map(str::to_owned);
    match field.content {
        Content::Group(fields) => {
            node.children = nodes(tree, fields, strictness, faults);
            if !tree.text.is_empty() && strictness == Strictness::Strict {
                faults.push(RowFault::new(&node.at, "it holds text, where only elements may stand"));
            }
        }
        Content::Text(_) => {
            tree.text.clone_into(&mut node.text);
            if let Some(child) = tree.children.first().filter(|_| strictness == Strictness::Strict) {
                faults.push(RowFault::new(&at(child), format!("{} holds text only", tree.name)));
            }
        }
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(body: &str) -> Vec<String> {
        let xml = format!(
            "<employment:employment xmlns:employment=\"e\" xmlns:common=\"c\">\n{body}\n</employment:employment>"
        );
        let tree = Tree::parse(&xml).unwrap();
        let (_, faults) = item_of(Section::Employment, &tree, Strictness::Strict);
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn elements_out_of_order_unknown_or_repeated_are_named_with_their_place() {
        for (body, expected) in [
            (
                "<common:role-title>a</common:role-title>\n  <common:department-name>b</common:department-name>",
                "line 3, column 3, department-name: it must stand before role-title",
            ),
            ("<common:salary>1</common:salary>", "line 2, column 1, salary: employment has no such element"),
            (
                "<common:role-title>a</common:role-title><common:role-title>b</common:role-title>",
                "it may occur once",
            ),
            ("<common:role-title><b/></common:role-title>", "role-title holds text only"),
            ("<common:start-date>2020</common:start-date>", "only elements may stand"),
        ] {
            let found = faults(body);

            assert!(found.len() == 1 && found[0].contains(expected), "{body}: {found:?}");
        }
        assert!(faults("<common:created-date>x</common:created-date><common:source/>").is_empty());
    }
}
