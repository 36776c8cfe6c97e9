//! What an item must have beyond the schema, section by section.

mod affiliation;
mod funding;
mod known;
mod parts;
mod peer_review;
mod person;
mod resource;
mod work;

use super::node::Node;
use super::refusal::Refusal;
use super::section::Section;

pub use known::Known;

/// Checks an item that has passed the schema.
///
/// # Errors
///
/// The first rule that it breaks.
pub fn check(section: Section, item: &Node, known: &Known<'_>) -> Result<(), Refusal> {
    match section {
        Section::Work => work::check(item),
        Section::Funding => funding::check(item, known),
        Section::PeerReview => peer_review::check(item, known),
        Section::ResearchResource => resource::check(item, known),
        _ if section.is_of_person() => person::check(section, item),
        Section::Education | Section::Employment => affiliation::check_with_address(item, known),
        _ => affiliation::check(item, known),
    }
}
