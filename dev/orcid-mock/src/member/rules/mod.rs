//! What an item must have beyond the schema, section by section.

mod affiliation;
mod funding;
mod parts;
mod peer_review;
mod person;
mod resource;
mod work;

use super::groups::Groups;
use super::node::Node;
use super::refusal::Refusal;
use super::section::Section;
use super::switches::{MemberSwitches, Organizations};

/// What the rules ask for beside the item.
pub struct Known<'k> {
    pub organizations: &'k Organizations,
    pub groups: &'k Groups,
    pub switches: &'k MemberSwitches,
}

impl Known<'_> {
    fn knows(&self, source: &str, identifier: &str) -> bool {
        self.switches.knows_all_organizations || self.organizations.knows(source, identifier)
    }
}

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
