//! Writing: items are posted, changed and deleted, each with ORCID's checks in ORCID's order.

use orcid_xml::Orcid;

use super::calls::{Effect, EffectKind};
use super::item::{Item, Source, ids_of};
use super::node::Node;
use super::read::{find, not_found, put_code};
use super::refusal::Refusal;
use super::scene::{Done, Outcome, Scene};
use super::section::{Section, Table};
use super::{rules, views};

/// A new item.
pub fn post(scene: &mut Scene<'_>, orcid: Orcid, section: Section, document: Node) -> Outcome {
    if section == Section::Work {
        room_for(scene, orcid, 1)?;
    }
    let item = create(scene, orcid, section, document)?;
    let own = scene.call.base.to_owned();
    let base = scene.api.switches.location_base.clone().unwrap_or(own);
    let location = format!("{base}/v3.0/{orcid}/{}/{}", section.item_path(), item.put_code);
    let answer = scene.empty(201).with("location", location);
    Ok(Done { answer, effects: vec![effect(EffectKind::Created, orcid, &item)] })
}

/// Room for so many more works.
pub fn room_for(scene: &Scene<'_>, orcid: Orcid, more: usize) -> Result<(), Refusal> {
    let most = scene.api.switches.max_works;
    let works = views::all(scene.person(orcid), orcid, Section::Work).len();
    if works + more > most { Err(Refusal::new(9048, &most.to_string())) } else { Ok(()) }
}

/// Checks a new item and puts it in place.
pub fn create(
    scene: &mut Scene<'_>,
    orcid: Orcid,
    section: Section,
    document: Node,
) -> Result<Item, Refusal> {
    if document.attribute("put-code").is_some() {
        return Err(Refusal::new(9024, ""));
    }
    let display_index = document.attribute("display-index").unwrap_or("0").to_owned();
    let body = views::body(document);
    rules::check(section, &body, &scene.api.known())?;
    unique(scene, orcid, section, &body, None)?;
    make_journal(scene, section, &body);
    let moment = scene.world.next_moment(orcid, scene.now());
    let item = Item {
        section,
        put_code: scene.world.next_put_code(section.table()),
        visibility: scene.person(orcid).default_visibility,
        source: Source::client(&scene.grant.client_id, &scene.client_name()),
        created: moment,
        modified: moment,
        display_index,
        body,
    };
    scene.world.store(orcid, item.clone(), moment);
    Ok(item)
}

/// Changes an item.
pub fn put(scene: &mut Scene<'_>, orcid: Orcid, section: Section, code: i64, document: Node) -> Outcome {
    let in_body = document.attribute("put-code").and_then(|code| code.parse::<i64>().ok());
    if in_body != Some(code) {
        let in_body = in_body.map_or("none".to_owned(), |code| code.to_string());
        return Err(Refusal::new(9019, &format!("{code} and {in_body}")));
    }
    let stored = find(scene.person(orcid), section, code)
        .ok_or_else(|| not_found(orcid, section, &code.to_string()))?;
    let is_own = stored.source.client_id() == Some(scene.grant.client_id.as_str());
    let asked = document.attribute("visibility").map(str::to_owned);
    let keeps_visibility = asked.is_none_or(|name| name.parse() == Ok(stored.visibility));
    let display_index = document.attribute("display-index").unwrap_or(&stored.display_index).to_owned();
    let body = views::body(document);
    if section == Section::Work && body == stored.body && keeps_visibility {
        return match is_own {
            true => Ok(Done::read(scene.document(200, &stored.full(orcid)))),
            false => Err(Refusal::new(9014, "You are not the source of the work.")),
        };
    }
    let foreign = || Refusal::new(9010, section.name());
    if section != Section::Work && !is_own {
        return Err(foreign());
    }
    rules::check(section, &body, &scene.api.known())?;
    if !keeps_visibility {
        return Err(Refusal::new(9035, ""));
    }
    unique(scene, orcid, section, &body, Some(code))?;
    if !is_own {
        return Err(foreign());
    }
    make_journal(scene, section, &body);
    let moment = scene.world.next_moment(orcid, scene.now());
    let item = Item { modified: moment, display_index, body, ..stored };
    scene.world.store(orcid, item.clone(), moment);
    let answer = scene.document(200, &item.full(orcid));
    Ok(Done { answer, effects: vec![effect(EffectKind::Updated, orcid, &item)] })
}

/// Deletes an item. Affiliations go by their put code, whichever of their sections is named.
pub fn delete(scene: &mut Scene<'_>, orcid: Orcid, section: Section, code: &str) -> Outcome {
    let number = put_code(code)?;
    let person = scene.person(orcid);
    let in_table = Section::ALL.into_iter().filter(|other| match section.table() {
        Table::Affiliations => other.is_affiliation(),
        Table::Of(_) => *other == section,
    });
    let mut found = in_table.filter_map(|section| find(person, section, number));
    let item = found.next().ok_or_else(|| not_found(orcid, section, code))?;
    if item.source.client_id() != Some(scene.grant.client_id.as_str()) {
        return Err(Refusal::new(9010, section.name()));
    }
    let moment = scene.world.next_moment(orcid, scene.now());
    scene.world.drop_item(orcid, item.section, number, moment);
    Ok(Done { answer: scene.empty(204), effects: vec![effect(EffectKind::Deleted, orcid, &item)] })
}

pub fn effect(kind: EffectKind, orcid: Orcid, item: &Item) -> Effect {
    Effect { kind, orcid, section: item.section, put_code: item.put_code }
}

/// Nothing that the same client wrote may be the same.
fn unique(
    scene: &Scene<'_>,
    orcid: Orcid,
    section: Section,
    body: &Node,
    own: Option<i64>,
) -> Result<(), Refusal> {
    let client = scene.grant.client_id.as_str();
    let others = views::all(scene.person(orcid), orcid, section).into_iter();
    let mut others =
        others.filter(|view| Some(view.put_code) != own && view.client.as_deref() == Some(client));
    if section.is_of_person() {
        return match others.any(|view| is_same(section, &view.summary, body)) {
            true => Err(Refusal::new(9030, section.name())),
            false => Ok(()),
        };
    }
    // ORCID compares the ids of fundings as they are.
    let raw = section == Section::Funding;
    let ids = ids_of(section, body);
    match others.find(|view| view.ids.iter().any(|id| ids.iter().any(|own| own.collides(id, raw)))) {
        Some(view) => Err(Refusal::new(9021, &view.put_code.to_string())),
        None => Ok(()),
    }
}

/// Whether two entries of a person say the same.
fn is_same(section: Section, one: &Node, other: &Node) -> bool {
    let names: &[&str] = match section {
        Section::ExternalIdentifier => &["external-id-type", "external-id-value"],
        Section::ResearcherUrl => &["url"],
        Section::Address => &["country"],
        _ => &["content"],
    };
    names.iter().all(|name| one.text_at(&[name]) == other.text_at(&[name]))
}

/// A peer review for a journal that has no group yet makes one.
fn make_journal(scene: &mut Scene<'_>, section: Section, body: &Node) {
    let Some(group) = body.text_at(&["review-group-id"]).filter(|_| section == Section::PeerReview) else {
        return;
    };
    if scene.api.groups.with_id(group).is_none() {
        scene.api.groups.add_journal(group);
    }
}
