//! Many works in one request: each is written or refused on its own.

use orcid_xml::Orcid;

use super::calls::EffectKind;
use super::node::Node;
use super::read::without_path;
use super::refusal::Refusal;
use super::scene::{Done, Outcome, Scene};
use super::section::Section;
use super::write::{create, effect, room_for};

/// Works of one request.
const MAX_BULK: usize = 100;

/// Answers with an entry for each work, in their order.
pub fn post(scene: &mut Scene<'_>, orcid: Orcid, works: Vec<Node>) -> Outcome {
    room_for(scene, orcid, works.len())?;
    if works.len() > MAX_BULK {
        let why = format!("You are allowed to add up to {MAX_BULK} elements per request.");
        return Err(Refusal::new(9006, &why).status(scene.api.switches.too_many_in_bulk));
    }
    let mut effects = Vec::new();
    let mut bulk = Node::new("bulk:bulk");
    for work in works {
        let entry = match create(scene, orcid, Section::Work, work) {
            Ok(item) => {
                effects.push(effect(EffectKind::Created, orcid, &item));
                without_path(item.full(orcid))
            }
            Err(refusal) => refusal.node(),
        };
        bulk.children.push(entry);
    }
    Ok(Done { answer: scene.document(200, &bulk), effects })
}
