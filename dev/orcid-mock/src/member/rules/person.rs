//! What belongs to the person.

use super::super::node::Node;
use super::super::refusal::Refusal;
use super::super::section::Section;

/// Characters of each field of an external identifier.
const MAX_FIELD: usize = 255;

pub fn check(section: Section, item: &Node) -> Result<(), Refusal> {
    let missing = |name: &str| Refusal::new(9020, &format!("{name} is required"));
    match section {
        Section::OtherName | Section::Keyword => {
            item.text_at(&["content"]).map(|_| ()).ok_or_else(|| missing("content"))
        }
        Section::Address => item.text_at(&["country"]).map(|_| ()).ok_or_else(|| missing("country")),
        Section::ResearcherUrl => item.text_at(&["url"]).map(|_| ()).ok_or_else(|| missing("url")),
        _ => external_identifier(item),
    }
}

fn external_identifier(item: &Node) -> Result<(), Refusal> {
    for name in ["external-id-type", "external-id-value", "external-id-url"] {
        let Some(text) = item.text_at(&[name]) else {
            return Err(Refusal::new(9020, &format!("{name} is required")));
        };
        if text.chars().count() > MAX_FIELD {
            return Err(Refusal::new(9020, &format!("{name} is longer than {MAX_FIELD} characters")));
        }
    }
    match item.text_at(&["external-id-relationship"]) {
        Some("self") => Ok(()),
        _ => Err(Refusal::new(9020, "the relationship of an external identifier is self")),
    }
}
