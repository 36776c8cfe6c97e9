//! The body of a request: its type, its form, and its schema.

use serde_json::Value;

use super::forms::form;
use super::json;
use super::media::Media;
use super::node::Node;
use super::refusal::Refusal;
use super::scene::Scene;
use super::schema::{Shape, check};
use super::section::Section;

/// ORCID's words where one work comes for many, or many for one.
const MISMATCH: &str = "argument type mismatch";

/// The item that is sent, checked against the schema of its section.
pub fn item(scene: &Scene<'_>, section: Section) -> Result<Node, Refusal> {
    document(scene, &section.element(), form(section))
}

/// A document with this root, checked against its schema.
pub fn document(scene: &Scene<'_>, element: &str, shape: &Shape) -> Result<Node, Refusal> {
    let node = match media(scene)?.is_json() {
        true => {
            let value = parsed(scene.call.body)?;
            if value.get("bulk").is_some() {
                return Err(Refusal::new(9006, MISMATCH));
            }
            json::to_item(&value, element, shape).map_err(|why| Refusal::new(9047, &why))?
        }
        false => {
            let node = Node::parse(scene.call.body).map_err(|why| Refusal::new(9001, &why))?;
            match node.name.as_str() {
                "bulk:bulk" => return Err(Refusal::new(9006, MISMATCH)),
                name if name != element => {
                    return Err(Refusal::new(9001, &format!("{name} stands where {element} is expected")));
                }
                _ => node,
            }
        }
    };
    check(&node, shape, scene.api.switches.schema_first).map_err(Refusal::of_flaw)?;
    Ok(node)
}

/// The works of a bulk request.
pub fn works(scene: &Scene<'_>) -> Result<Vec<Node>, Refusal> {
    let (element, shape) = (Section::Work.element(), form(Section::Work));
    let works: Vec<Node> = match media(scene)?.is_json() {
        true => {
            let value = parsed(scene.call.body)?;
            let Some(entries) = value.get("bulk").and_then(Value::as_array) else {
                return Err(Refusal::new(9006, MISMATCH));
            };
            let work = |entry: &Value| {
                let work = entry.get("work").ok_or_else(|| "an entry of bulk is a work".to_owned());
                work.and_then(|work| json::to_item(work, &element, shape))
            };
            entries.iter().map(work).collect::<Result<_, _>>().map_err(|why| Refusal::new(9047, &why))?
        }
        false => {
            let bulk = Node::parse(scene.call.body).map_err(|why| Refusal::new(9001, &why))?;
            if bulk.name != "bulk:bulk" {
                return Err(Refusal::new(9006, MISMATCH));
            }
            bulk.children
        }
    };
    for work in &works {
        if work.name != element {
            return Err(Refusal::new(9001, &format!("{} stands where {element} is expected", work.name)));
        }
        check(work, shape, scene.api.switches.schema_first).map_err(Refusal::of_flaw)?;
    }
    Ok(works)
}

fn media(scene: &Scene<'_>) -> Result<Media, Refusal> {
    let sent = scene.call.content_type;
    Media::sent(sent)
        .ok_or_else(|| Refusal::new(9001, &format!("415 Unsupported Media Type: {sent}")).status(415))
}

fn parsed(body: &str) -> Result<Value, Refusal> {
    serde_json::from_str(body).map_err(|error| Refusal::new(9047, &error.to_string()))
}
