//! What a token may see.

use orcid_xml::Orcid;

use super::item::Visibility;
use super::refusal::Refusal;
use super::section::Section;
use super::views::{self, View};
use crate::oauth::Grant;
use crate::world::Person;

/// Why an item is not shown to a token; `None` if it is: what is public, what the client
/// wrote itself, and what is limited with the scope for that.
pub fn hidden(
    grant: &Grant,
    section: Section,
    visibility: Visibility,
    client: Option<&str>,
) -> Option<Refusal> {
    if visibility == Visibility::Public || client == Some(grant.client_id.as_str()) {
        return None;
    }
    if !grant.permits(section.read_scope()) {
        return Some(Refusal::new(9038, ""));
    }
    (visibility == Visibility::Private).then(|| Refusal::new(9013, ""))
}

/// The items of a section that a token sees.
pub fn seen(grant: &Grant, person: &Person, orcid: Orcid, section: Section) -> Vec<View> {
    let mut views = views::all(person, orcid, section);
    views.retain(|view| hidden(grant, section, view.visibility, view.client.as_deref()).is_none());
    views
}
