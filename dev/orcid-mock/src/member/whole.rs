//! A record as one token sees it: the world's XML with each list filtered.

use orcid_xml::Orcid;

use super::item::Visibility;
use super::node::Node;
use super::record::{ACTIVITIES, PERSON};
use super::scene::Scene;
use super::section::Section;
use super::sight::seen;
use super::{lists, views};
use crate::oauth::Grant;

/// The record.
pub fn record(scene: &Scene<'_>, orcid: Orcid) -> Node {
    let person = scene.person(orcid);
    let text = std::str::from_utf8(&person.xml).expect("records are UTF-8");
    let mut record = Node::parse(text).expect("the world holds sound records");
    let list = |section: Section| lists::list(orcid, section, seen(&scene.grant, person, orcid, section));
    for part in &mut record.children {
        match part.name.as_str() {
            "activities:activities-summary" => part.children = dated(ACTIVITIES.map(list).to_vec()),
            "person:person" => part.children = dated(of_person(&scene.grant, part, &list)),
            _ => {}
        }
    }
    record
}

/// Lists and other parts with the date of the last of them before.
fn dated(parts: Vec<Node>) -> Vec<Node> {
    let moments = parts.iter().map(|part| views::moment(part, "last-modified-date"));
    lists::dated(moments.filter(|moment| *moment > 0)).into_iter().chain(parts).collect()
}

fn of_person(grant: &Grant, part: &Node, list: &impl Fn(Section) -> Node) -> Vec<Node> {
    let section = |name: &&str| Section::ALL.into_iter().find(|section| section.list_element() == **name);
    let part = |name: &&str| match section(name) {
        Some(section) => Some(list(section)),
        None => part.children.iter().find(|child| child.name == **name).and_then(|child| shown(grant, child)),
    };
    PERSON.iter().filter_map(part).collect()
}

/// A name, a biography or the list of e-mail addresses, as far as a token sees it.
fn shown(grant: &Grant, part: &Node) -> Option<Node> {
    let sees = |node: &Node| match views::visibility(node) {
        Visibility::Public => true,
        Visibility::Limited => grant.permits("/person/read-limited"),
        Visibility::Private => false,
    };
    if part.name != "email:emails" {
        return sees(part).then(|| part.clone());
    }
    let mut emails = part.clone();
    emails.children.retain(|email| sees(email) || grant.permits("/email/read-private"));
    Some(emails)
}

/// Names and biography.
pub fn personal_details(record: &Node, orcid: Orcid) -> Node {
    let part = |name: &str| record.at(&["person", name]).cloned();
    let rename = |node: Node, name: &str| Node { name: name.to_owned(), ..node };
    let name = part("name").map(|node| rename(node, "personal-details:name"));
    let biography = part("biography").map(|node| rename(node, "personal-details:biography"));
    Node::new("personal-details:personal-details")
        .set("path", format!("/{orcid}/personal-details"))
        .with_all(name)
        .with_all(part("other-names"))
        .with_all(biography)
}

/// The numbers of items, as the summary of a record has them.
pub fn summary(record: &Node, orcid: Orcid) -> Node {
    let count = |list: &str, elements: &[&str]| {
        let lists = elements.iter().filter_map(|name| record.at(&["activities-summary", name]));
        let count: usize =
            lists.map(|list| list.children.iter().filter(|one| one.name.contains("group")).count()).sum();
        (count > 0).then(|| {
            Node::new(&format!("summary:{list}")).with(Node::leaf("summary:count", count.to_string()))
        })
    };
    let text = |path: &[&str]| record.text_at(path).map(str::to_owned);
    let date = |name: &str, path: &[&str]| text(path).map(|date| Node::leaf(name, date));
    let credit = text(&["person", "name", "credit-name"]);
    let identifier = Node::new("common:orcid-identifier")
        .with(Node::leaf("common:uri", format!("https://orcid.org/{orcid}")))
        .with(Node::leaf("common:path", orcid.as_str()))
        .with(Node::leaf("common:host", "orcid.org"));
    Node::new("summary:record-summary")
        .set("xmlns:summary", "http://www.orcid.org/ns/summary")
        .with_all(date("common:created-date", &["history", "submission-date"]))
        .with_all(date("common:last-modified-date", &["history", "last-modified-date"]))
        .with_all(credit.map(|name| Node::leaf("summary:credit-name", name)))
        .with(identifier)
        .with_all(count("employments", &["employments"]))
        .with_all(count(
            "professional-activities",
            &["distinctions", "invited-positions", "memberships", "services"],
        ))
        .with_all(count("fundings", &["fundings"]))
        .with_all(count("works", &["works"]))
        .with_all(count("peer-reviews", &["peer-reviews"]))
        .with_all(count("education-qualifications", &["educations", "qualifications"]))
        .with_all(count("research-resources", &["research-resources"]))
}
