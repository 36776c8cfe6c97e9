//! The seven kinds of affiliations.

use super::super::ids;
use super::super::node::Node;
use super::super::refusal::Refusal;
use super::known::Known;
use super::parts;

/// Educations and employments: a place with a known identifier.
pub fn check_with_address(item: &Node, known: &Known<'_>) -> Result<(), Refusal> {
    let organization = item.child("organization").ok_or_else(|| Refusal::new(9046, ""))?;
    if organization.text_at(&["name"]).is_none() {
        return Err(Refusal::new(9046, "an organization has a name"));
    }
    let has = |name: &str| organization.text_at(&["address", name]).is_some();
    if !has("city") || !has("country") {
        return Err(Refusal::new(9060, ""));
    }
    parts::must_be_known(organization, known)?;
    parts::period(item, false)
}

/// The others: less of a place, and an identifier of the organization or of the item.
pub fn check(item: &Node, known: &Known<'_>) -> Result<(), Refusal> {
    let organization = item.child("organization");
    let name = organization.and_then(|organization| organization.text_at(&["name"]));
    let identifier = organization.and_then(parts::disambiguated);
    if name.is_none() && identifier.is_none() {
        return Err(Refusal::new(9046, ""));
    }
    let has = |name: &str| item.text_at(&["organization", "address", name]).is_some();
    if (has("city") || has("region")) && !has("country") {
        return Err(Refusal::new(9061, ""));
    }
    if identifier.is_none() && ids::all(item.child("external-ids")).is_empty() {
        return Err(Refusal::new(9062, ""));
    }
    if let Some(organization) = organization.filter(|_| identifier.is_some()) {
        parts::must_be_known(organization, known)?;
    }
    parts::period(item, false)
}
