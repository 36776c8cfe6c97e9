//! Peer reviews.

use super::super::node::Node;
use super::super::refusal::Refusal;
use super::known::Known;
use super::parts;

pub fn check(review: &Node, known: &Known<'_>) -> Result<(), Refusal> {
    for name in ["reviewer-role", "review-type"] {
        if review.text_at(&[name]).is_none() {
            return Err(Refusal::new(9037, &format!("a peer review has a {name}")));
        }
    }
    parts::external_ids(review.child("review-identifiers"))?;
    if parts::date(review.child("review-completion-date"), 9020)?.is_none() {
        return Err(Refusal::new(9020, "a peer review has a review-completion-date"));
    }
    let group = review.text_at(&["review-group-id"]).unwrap_or_default();
    known.groups.must_have(group)?;
    let Some(organization) = review.child("convening-organization") else {
        return Err(Refusal::new(9001, "a peer review has a convening-organization"));
    };
    match parts::disambiguated(organization) {
        Some(_) => parts::must_be_known(organization, known),
        None => Ok(()),
    }
}
