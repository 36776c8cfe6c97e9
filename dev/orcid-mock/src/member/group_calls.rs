//! `/group-id-record` and `/client`: what belongs to no person.

use serde_json::json;

use super::forms::GROUP_ID;
use super::groups::{Group, is_group_id, is_issn};
use super::incoming;
use super::node::Node;
use super::read::put_code;
use super::refusal::Refusal;
use super::scene::{Done, Outcome, Scene};
use super::schema::Shape;
use crate::answer::Answer;
use crate::form::Form;

const ROOT: &str = "group-id:group-id-record";
const NAMESPACE: &str = "http://www.orcid.org/ns/group-id";

/// Groups of a page where the request does not say.
const PAGE_SIZE: usize = 100;

/// Answers for groups.
pub fn answer(scene: &mut Scene<'_>, rest: &[&str]) -> Outcome {
    let reads = scene.call.method == "GET";
    scene.must_permit(if reads { "/group-id-record/read" } else { "/group-id-record/update" })?;
    match (scene.call.method, rest) {
        ("GET", []) => Ok(Done::read(page(scene))),
        ("GET", [code]) => {
            let group = found(scene, code)?;
            Ok(Done::read(scene.document(200, &node(&group))))
        }
        ("POST", []) => post(scene),
        ("PUT", [code]) => {
            let group = found(scene, code)?;
            let sent = sent(scene)?;
            must_be_own(scene, &group)?;
            let changed = Group { put_code: group.put_code, client: group.client, ..sent };
            scene.api.groups.replace(changed.clone());
            Ok(Done::read(scene.document(200, &node(&changed))))
        }
        ("DELETE", [code]) => {
            let group = found(scene, code)?;
            must_be_own(scene, &group)?;
            let used = |text: &bytes::Bytes| String::from_utf8_lossy(text).contains(&group.group_id);
            if scene.world.people().any(|(_, person)| person.activities.values().any(|one| used(&one.xml))) {
                return Err(Refusal::new(9040, &group.group_id));
            }
            scene.api.groups.remove(group.put_code);
            Ok(Done::read(scene.empty(204)))
        }
        _ => Err(Refusal::new(9001, "405 Method Not Allowed").status(405)),
    }
}

fn post(scene: &mut Scene<'_>) -> Outcome {
    let group = sent(scene)?;
    if scene.api.groups.with_id(&group.group_id).is_some() {
        return Err(Refusal::new(9025, &group.group_id));
    }
    if let Some(issn) = group.group_id.strip_prefix("issn:") {
        if !is_issn(issn) {
            return Err(Refusal::new(9053, issn));
        }
        // ORCID makes the journal itself, and says that it is there.
        scene.api.groups.add_journal(&group.group_id);
        return Err(Refusal::new(9025, &group.group_id));
    }
    let put_code = scene.api.groups.add(group);
    let own = scene.call.base.to_owned();
    let base = scene.api.switches.location_base.clone().unwrap_or(own);
    Ok(Done::read(scene.empty(201).with("location", format!("{base}/v3.0/group-id-record/{put_code}"))))
}

fn found(scene: &Scene<'_>, code: &str) -> Result<Group, Refusal> {
    let group = scene.api.groups.get(put_code(code)?).cloned();
    group.ok_or_else(|| Refusal::new(9016, &format!("there is no group {code}")))
}

fn must_be_own(scene: &Scene<'_>, group: &Group) -> Result<(), Refusal> {
    if group.client == scene.grant.client_id { Ok(()) } else { Err(Refusal::new(9010, "group-id-record")) }
}

/// The group that is sent.
fn sent(scene: &Scene<'_>) -> Result<Group, Refusal> {
    let document = incoming::document(scene, ROOT, &Shape::Item(GROUP_ID))?;
    let text = |name: &str| document.text_at(&[name]).unwrap_or_default().to_owned();
    let group = Group {
        put_code: 0,
        name: text("name"),
        group_id: text("group-id"),
        description: text("description"),
        kind: text("type"),
        client: scene.grant.client_id.clone(),
    };
    if document.attribute("put-code").is_some() && scene.call.method == "POST" {
        return Err(Refusal::new(9024, ""));
    }
    let is_whole = ![&group.name, &group.description, &group.kind].iter().any(|text| text.is_empty());
    match is_whole && is_group_id(&group.group_id) {
        true => Ok(group),
        false => Err(Refusal::new(9020, "a group has a name, a valid id, a description and a type")),
    }
}

fn node(group: &Group) -> Node {
    Node::new(ROOT)
        .set("put-code", group.put_code.to_string())
        .set("xmlns:group-id", NAMESPACE)
        .with(Node::leaf("group-id:name", group.name.clone()))
        .with(Node::leaf("group-id:group-id", group.group_id.clone()))
        .with(Node::leaf("group-id:description", group.description.clone()))
        .with(Node::leaf("group-id:type", group.kind.clone()))
}

fn page(scene: &Scene<'_>) -> Answer {
    let form = Form::parse(scene.call.query);
    let number =
        |name: &str, default: usize| form.get(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let fits = |group: &&Group| {
        form.get("name").is_none_or(|name| group.name == name)
            && form.get("group-id").is_none_or(|id| group.group_id == id)
    };
    let groups: Vec<&Group> = scene.api.groups.all().filter(fits).collect();
    let (size, page) = (number("page-size", PAGE_SIZE), number("page", 1).max(1));
    let shown = groups.iter().skip((page - 1) * size).take(size).map(|group| {
        let mut node = node(group);
        node.attributes.retain(|(name, _)| name != "xmlns:group-id");
        node
    });
    let list = Node::new("group-id:group-id-records")
        .set("xmlns:group-id", NAMESPACE)
        .with(Node::leaf("group-id:page", page.to_string()))
        .with(Node::leaf("group-id:page-size", size.to_string()))
        .with(Node::leaf("group-id:total", groups.len().to_string()))
        .with_all(shown);
    scene.document(200, &list)
}

/// Name and description of a client.
pub fn client(scene: &Scene<'_>, id: &str) -> Outcome {
    scene.must_permit("/read-public")?;
    let client = scene.grants.clients.get(id).ok_or_else(|| Refusal::new(9027, id))?;
    if scene.media.is_json() {
        let body = json!({ "name": { "value": client.name }, "description": { "value": "" } });
        return Ok(Done::read(Answer::new(200, scene.media.content_type(), body.to_string())));
    }
    let node = Node::new("client:client")
        .set("xmlns:client", "http://www.orcid.org/ns/client")
        .with(Node::leaf("client:name", client.name.clone()))
        .with(Node::leaf("client:description", ""));
    Ok(Done::read(scene.document(200, &node)))
}
