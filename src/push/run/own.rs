//! Own items at ORCID: those that this client has added to a section of a record.

use orcid_api::member::{ListedItem, Section};

use crate::push::from_xml::{Strictness, item_of};
use crate::push::identity::Identity;

/// An item that this client has added.
#[derive(Debug, Clone)]
pub struct OwnItem {
    pub put_code: i64,
    pub identity: Identity,
}

impl OwnItem {
    pub fn of(section: Section, listed: &ListedItem) -> Self {
        let mut element = listed.element.clone();
        if section == Section::PeerReview && element.child("review-identifiers").is_none() {
            // A summary of a review has its ids under the common name.
            for child in element.children.iter_mut().filter(|child| child.name == "external-ids") {
                "review-identifiers".clone_into(&mut child.name);
            }
        }
        let (item, _) = item_of(section, &element, Strictness::Lenient);
        Self { put_code: listed.put_code, identity: Identity::of(&item) }
    }
}

/// The own ones among the items of a list.
pub fn own_items(section: Section, listed: &[ListedItem], client_id: &str) -> Vec<OwnItem> {
    let own = listed.iter().filter(|item| item.is_of(client_id));
    own.map(|item| OwnItem::of(section, item)).collect()
}

/// True where a list shows all of an item, so that its content can be compared.
pub fn lists_all(section: Section) -> bool {
    section.is_affiliation() || section.is_person_item()
}
