//! Research resources.

use super::super::node::Node;
use super::super::refusal::Refusal;
use super::known::Known;
use super::parts;

pub fn check(item: &Node, known: &Known<'_>) -> Result<(), Refusal> {
    let proposal = item.child("proposal").ok_or_else(|| Refusal::new(9001, "proposal is required"))?;
    parts::title(proposal, "title")?;
    parts::external_ids(proposal.child("external-ids"))?;
    parts::hosts(proposal, known)?;
    parts::period(proposal, true)?;
    let resources: Vec<&Node> =
        item.child("resource-items").into_iter().flat_map(|items| items.all("resource-item")).collect();
    if resources.is_empty() {
        return Err(Refusal::new(9001, "resource-items are required"));
    }
    for resource in resources {
        parts::external_ids(resource.child("external-ids"))?;
        parts::hosts(resource, known)?;
    }
    Ok(())
}
