//! All items of a section of a record, whoever wrote them: those of the world's own XML, and
//! those that members wrote while the server ran.

use orcid_xml::{Orcid, Timestamp};

use super::ids::{self, Id};
use super::item::{Item, Source, Visibility};
use super::node::Node;
use super::section::Section;
use crate::world::Person;
use crate::{instants, xml};

/// An item as far as lists and permissions need it.
#[derive(Clone, Debug)]
pub struct View {
    pub section: Section,
    pub put_code: i64,
    pub visibility: Visibility,
    /// The client that wrote it; `None` for the person.
    pub client: Option<String>,
    pub modified: Timestamp,
    pub ids: Vec<Id>,
    pub summary: Node,
}

impl View {
    fn of_item(item: &Item, orcid: Orcid) -> View {
        View {
            section: item.section,
            put_code: item.put_code,
            visibility: item.visibility,
            client: item.source.client_id().map(str::to_owned),
            modified: item.modified,
            ids: item.ids(),
            summary: item.summary(orcid),
        }
    }

    /// `None` where the element has no put code.
    fn of_summary(summary: Node, section: Section) -> Option<View> {
        let list = match section {
            Section::ResearchResource => summary.at(&["proposal", "external-ids"]),
            _ => summary.child("external-ids"),
        };
        Some(View {
            section,
            put_code: summary.attribute("put-code")?.parse().ok()?,
            visibility: visibility(&summary),
            client: client(&summary),
            modified: moment(&summary, "last-modified-date"),
            ids: ids::all(list),
            summary,
        })
    }
}

/// Who may see an element.
pub fn visibility(element: &Node) -> Visibility {
    element.attribute("visibility").and_then(|name| name.parse().ok()).unwrap_or_default()
}

/// The client that is the source of an element.
pub fn client(element: &Node) -> Option<String> {
    element.text_at(&["source", "source-client-id", "path"]).map(str::to_owned)
}

pub fn moment(element: &Node, name: &str) -> Timestamp {
    element.text_at(&[name]).and_then(instants::parse).unwrap_or(0)
}

/// The items of the record's own XML that no member has written or changed since.
pub fn of_record(person: &Person, section: Section) -> Vec<View> {
    let record = std::str::from_utf8(&person.xml).expect("records are UTF-8");
    let list = xml::element(record, &section.list_element()).filter(|list| list.contains("put-code="));
    let Some(list) = list.and_then(|list| Node::parse(&xml::document(list)).ok()) else { return Vec::new() };
    let mut found = Vec::new();
    collect(list, &section.summary_element(), &mut found);
    let views = found.into_iter().filter_map(|summary| View::of_summary(summary, section));
    views.filter(|view| !person.items.contains_key(&(section, view.put_code))).collect()
}

fn collect(node: Node, name: &str, found: &mut Vec<Node>) {
    if node.name == name && node.attribute("put-code").is_some() {
        found.push(node);
        return;
    }
    node.children.into_iter().for_each(|child| collect(child, name, found));
}

/// The items that members wrote.
pub fn of_members(person: &Person, orcid: Orcid, section: Section) -> impl Iterator<Item = View> {
    let items = person.items.range((section, i64::MIN)..=(section, i64::MAX));
    items.map(move |(_, item)| View::of_item(item, orcid))
}

/// All items of a section.
pub fn all(person: &Person, orcid: Orcid, section: Section) -> Vec<View> {
    let mut views = of_record(person, section);
    views.extend(of_members(person, orcid, section));
    views
}

/// An item of the record's own XML as if a member had written it; `None` where it is not
/// there in full.
pub fn item_of_record(person: &Person, section: Section, put_code: i64) -> Option<Item> {
    let document = match section.is_of_person() {
        true => of_record(person, section).into_iter().find(|view| view.put_code == put_code)?.summary,
        false => {
            let activity = person.activities.get(&(section.name(), put_code))?;
            Node::parse(&String::from_utf8_lossy(&activity.xml)).ok()?
        }
    };
    if document.name != section.element() {
        return None;
    }
    let source = match client(&document) {
        Some(id) => {
            let name = document.text_at(&["source", "source-name"]).unwrap_or_default();
            Source::client(&id, name)
        }
        None => Source::Person,
    };
    Some(Item {
        section,
        put_code,
        visibility: visibility(&document),
        source,
        created: moment(&document, "created-date"),
        modified: moment(&document, "last-modified-date"),
        display_index: document.attribute("display-index").unwrap_or("0").to_owned(),
        body: body(document),
    })
}

/// A document without what the registry adds to it: attributes, dates, source and
/// normalized ids.
pub fn body(mut document: Node) -> Node {
    document.attributes.clear();
    let first =
        document.children.iter().take_while(|child| super::schema::META.contains(&child.name.as_str()));
    document.children.drain(..first.count());
    without_normalized(&mut document);
    document
}

fn without_normalized(node: &mut Node) {
    node.children
        .retain(|child| !matches!(child.local(), "external-id-normalized" | "external-id-normalized-error"));
    node.children.iter_mut().for_each(without_normalized);
}
