//! Reading: what a token may see of a record.

use orcid_xml::Orcid;

use super::item::Item;
use super::node::Node;
use super::refusal::Refusal;
use super::scene::{Done, Outcome, Scene};
use super::section::Section;
use super::sight::{hidden, seen};
use super::{lists, views, whole};
use crate::world::Person;

/// Works of one bulk request.
const MAX_BULK: usize = 100;

/// Finds an item, written by a member or by the person.
pub fn find(person: &Person, section: Section, put_code: i64) -> Option<Item> {
    let written = person.items.get(&(section, put_code)).cloned();
    written.or_else(|| views::item_of_record(person, section, put_code))
}

pub fn not_found(orcid: Orcid, section: Section, put_code: &str) -> Refusal {
    Refusal::new(9016, &format!("no entity found for {} {put_code} of {orcid}", section.name()))
}

/// The number of a path.
pub fn put_code(text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| Refusal::new(9034, text))
}

/// The list of a section.
pub fn list(scene: &Scene<'_>, orcid: Orcid, section: Section) -> Outcome {
    let views = seen(&scene.grant, scene.person(orcid), orcid, section);
    Ok(Done::read(scene.document(200, &lists::list(orcid, section, views))))
}

/// One item in full, or in short as it stands in lists.
pub fn item(scene: &Scene<'_>, orcid: Orcid, section: Section, code: &str, in_short: bool) -> Outcome {
    let number = put_code(code)?;
    let item = visible(scene, orcid, section, number)?;
    let node = if in_short { item.summary(orcid) } else { item.full(orcid) };
    Ok(Done::read(scene.document(200, &node)))
}

fn visible(scene: &Scene<'_>, orcid: Orcid, section: Section, put_code: i64) -> Result<Item, Refusal> {
    let person = scene.person(orcid);
    let item =
        find(person, section, put_code).ok_or_else(|| not_found(orcid, section, &put_code.to_string()))?;
    match hidden(&scene.grant, section, item.visibility, item.source.client_id()) {
        Some(refusal) => Err(refusal),
        None => Ok(item),
    }
}

/// `/works/1,2,3`: each work, or the error for it.
pub fn bulk(scene: &Scene<'_>, orcid: Orcid, codes: &str) -> Outcome {
    let codes: Vec<&str> = codes.split(',').filter(|code| !code.is_empty()).collect();
    if codes.len() > MAX_BULK {
        return Err(Refusal::new(
            9042,
            &format!("{} put codes where at most {MAX_BULK} may stand", codes.len()),
        ));
    }
    let entry = |code: &&str| {
        let found = put_code(code).and_then(|number| visible(scene, orcid, Section::Work, number));
        match found {
            Ok(item) => without_path(item.full(orcid)),
            Err(refusal) => refusal.node(),
        }
    };
    let bulk = Node::new("bulk:bulk").with_all(codes.iter().map(entry));
    Ok(Done::read(scene.document(200, &bulk)))
}

/// Works of bulk answers lack their path.
pub fn without_path(mut node: Node) -> Node {
    node.attributes.retain(|(name, _)| name != "path");
    node
}

/// The whole record, or a large part of it.
pub fn record(scene: &Scene<'_>, orcid: Orcid, part: &str) -> Outcome {
    let record = whole::record(scene, orcid);
    let node = match part {
        "record" => Some(record),
        "person" => record.child("person").cloned(),
        "activities" => record.child("activities-summary").cloned(),
        "email" => record.at(&["person", "emails"]).cloned(),
        "biography" => {
            let biography = record.at(&["person", "biography"]).cloned();
            let biography = biography.ok_or_else(|| Refusal::new(9041, ""))?;
            Some(Node { name: "personal-details:biography".to_owned(), ..biography })
        }
        "personal-details" => Some(whole::personal_details(&record, orcid)),
        "summary" => Some(whole::summary(&record, orcid)),
        _ => None,
    };
    match node {
        Some(node) => Ok(Done::read(scene.document(200, &node))),
        None => Err(Refusal::new(9001, part).status(404)),
    }
}
