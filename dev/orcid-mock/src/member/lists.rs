//! Lists of items as the registry gives them: in groups of what seems to be the same thing.

use std::collections::HashMap;

use orcid_xml::{Orcid, Timestamp};

use super::node::Node;
use super::section::Section;
use super::views::View;
use crate::instants::iso;

/// The list of a section.
pub fn list(orcid: Orcid, section: Section, views: Vec<View>) -> Node {
    let path = format!("/{orcid}/{}", section.list_path());
    let list = Node::new(&section.list_element()).set("path", path);
    let list = list.with_all(dated(views.iter().map(|view| view.modified)));
    match section {
        _ if section.is_of_person() => list.with_all(views.into_iter().map(|view| view.summary)),
        Section::PeerReview => list.with_all(journals(views)),
        _ => {
            let name =
                if section.is_affiliation() { "activities:affiliation-group" } else { "activities:group" };
            list.with_all(groups(views).into_iter().map(|group| group_node(name, group)))
        }
    }
}

/// The date of the last change of several; none of nothing.
pub fn dated(moments: impl Iterator<Item = Timestamp>) -> Option<Node> {
    moments.max().map(|moment| Node::leaf("common:last-modified-date", iso(moment)))
}

/// Puts those together that share an id.
fn groups(views: Vec<View>) -> Vec<Vec<View>> {
    let mut groups: Vec<Vec<View>> = Vec::new();
    // By id the group; groups that were joined to another are empty.
    let mut of_id: HashMap<(String, String), usize> = HashMap::new();
    for view in views {
        let keys: Vec<(String, String)> = view
            .ids
            .iter()
            .filter(|id| id.groups_with(id))
            .map(|id| (id.kind.clone(), id.normalized.clone()))
            .collect();
        let mut found: Vec<usize> = keys.iter().filter_map(|key| of_id.get(key).copied()).collect();
        found.sort_unstable();
        found.dedup();
        let target = found.first().copied().unwrap_or_else(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        for other in found.into_iter().skip(1) {
            let moved = std::mem::take(&mut groups[other]);
            groups[target].extend(moved);
            of_id.values_mut().filter(|group| **group == other).for_each(|group| *group = target);
        }
        groups[target].push(view);
        of_id.extend(keys.into_iter().map(|key| (key, target)));
    }
    groups.retain(|group| !group.is_empty());
    groups
}

fn group_node(name: &str, group: Vec<View>) -> Node {
    Node::new(name)
        .with_all(dated(group.iter().map(|view| view.modified)))
        .with(group_ids(&group))
        .with_all(group.into_iter().map(|view| view.summary))
}

/// The external ids that tie the items of a group together, each once.
fn group_ids(group: &[View]) -> Node {
    let mut seen = Vec::new();
    let mut list = Node::new("common:external-ids");
    for view in group {
        let elements = match view.section {
            Section::ResearchResource => view.summary.at(&["proposal", "external-ids"]),
            _ => view.summary.child("external-ids"),
        };
        let elements = elements.into_iter().flat_map(|ids| ids.all("external-id"));
        for (id, element) in view.ids.iter().zip(elements).filter(|(id, _)| id.groups_with(id)) {
            let key = (id.kind.clone(), id.normalized.clone());
            if !seen.contains(&key) {
                seen.push(key);
                list.children.push(element.clone());
            }
        }
    }
    list
}

/// Peer reviews stand in groups of a journal or the like, and within these in groups of a
/// review.
fn journals(views: Vec<View>) -> Vec<Node> {
    let mut journals: Vec<(String, Vec<View>)> = Vec::new();
    for view in views {
        let name = view.summary.text_at(&["review-group-id"]).unwrap_or_default().to_owned();
        match journals.iter_mut().find(|(own, _)| *own == name) {
            Some((_, reviews)) => reviews.push(view),
            None => journals.push((name, vec![view])),
        }
    }
    let journal = |(name, reviews): (String, Vec<View>)| {
        let id = Node::new("common:external-id")
            .with(Node::leaf("common:external-id-type", "peer-review"))
            .with(Node::leaf("common:external-id-value", name));
        let dates = dated(reviews.iter().map(|view| view.modified));
        let reviews = groups(reviews).into_iter();
        Node::new("activities:group")
            .with_all(dates)
            .with(Node::new("common:external-ids").with(id))
            .with_all(reviews.map(|group| group_node("activities:peer-review-group", group)))
    };
    journals.into_iter().map(journal).collect()
}
