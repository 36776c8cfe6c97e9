//! What the rules ask for beside the item.

use super::super::groups::Groups;
use super::super::switches::{MemberSwitches, Organizations};

/// What the rules ask for beside the item.
pub struct Known<'k> {
    pub organizations: &'k Organizations,
    pub groups: &'k Groups,
    pub switches: &'k MemberSwitches,
}

impl Known<'_> {
    pub fn knows(&self, source: &str, identifier: &str) -> bool {
        self.switches.knows_all_organizations || self.organizations.knows(source, identifier)
    }
}
