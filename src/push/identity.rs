//! What makes two items the same: their own external ids, or else their content. By this a row
//! keeps its put code while its other values change, and an item is found again at ORCID.

use std::collections::BTreeSet;

use orcid_api::member::Section;

use super::node::{Item, Node};

/// What an item is recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its own external ids: type and normalized value.
    pub ids: BTreeSet<(String, String)>,
    /// Its content, in one form for all spellings.
    content: String,
}

impl Identity {
    pub fn of(item: &Item) -> Self {
        let ids = match ids_path(item.section) {
            Some(path) => item.all(path).into_iter().filter(|id| is_own(id)).filter_map(id_of).collect(),
            None => BTreeSet::new(),
        };
        Self { ids, content: content(item) }
    }

    /// True where both are the same item, as ORCID would say: they share an own external id; or
    /// neither has one, and their content is the same.
    pub fn is_same(&self, other: &Self) -> bool {
        match self.ids.is_empty() && other.ids.is_empty() {
            true => self.content == other.content,
            false => !self.ids.is_disjoint(&other.ids),
        }
    }

    /// Texts of which two items share one if they are the same.
    pub fn marks(&self) -> Vec<String> {
        match self.ids.is_empty() {
            true => vec![self.content.clone()],
            false => self.ids.iter().map(|(kind, value)| format!("{kind}:{value}")).collect(),
        }
    }

    /// True where the content is the same too.
    pub fn has_content_of(&self, other: &Self) -> bool {
        self.content == other.content
    }
}

/// The key of a row that has no id of its own: what does not change while the item stays the same.
pub fn key_of(item: &Item) -> String {
    if let Some((kind, value)) = Identity::of(item).ids.into_iter().next() {
        return format!("{kind}:{value}");
    }
    let parts: &[&[&str]] = match item.section {
        Section::OtherName | Section::Keyword => &[&["content"]],
        Section::ResearcherUrl => &[&["url"]],
        Section::Address => &[&["country"]],
        // Ends are added later, and departments are renamed; who, as what and since when stay.
        _ => &[
            &["organization", "name"],
            &["department-name"],
            &["role-title"],
            &["start-date", "year"],
            &["start-date", "month"],
            &["start-date", "day"],
        ],
    };
    let part = |path: &&[&str]| plain(item.text_at(path).unwrap_or_default());
    parts.iter().map(part).collect::<Vec<_>>().join("|")
}

/// Where a section has the external ids that tell its items apart.
fn ids_path(section: Section) -> Option<&'static [&'static str]> {
    match section {
        Section::PeerReview => Some(&["review-identifiers", "external-id"]),
        Section::ResearchResource => Some(&["proposal", "external-ids", "external-id"]),
        section if section.is_person_item() => None,
        _ => Some(&["external-ids", "external-id"]),
    }
}

fn is_own(id: &Node) -> bool {
    id.text_at(&["external-id-relationship"]).is_none_or(|relationship| relationship == "self")
}

fn id_of(id: &Node) -> Option<(String, String)> {
    let (kind, value) = (id.text_at(&["external-id-type"])?, id.text_at(&["external-id-value"])?);
    let kind = kind.to_lowercase();
    let value = plain(value);
    let bare = match (kind.as_str(), value.find("10.")) {
        ("doi", Some(begin)) => value[begin..].to_owned(),
        ("isbn" | "issn", _) => value.replace('-', ""),
        _ => value,
    };
    Some((kind, bare))
}

fn content(item: &Item) -> String {
    let mut leaves = Vec::new();
    gather("", &item.children, &mut leaves);
    leaves.sort();
    leaves.join("\n")
}

fn gather(path: &str, nodes: &[Node], leaves: &mut Vec<String>) {
    for node in nodes {
        // ORCID may add addresses to ids, and makes neither of two items of one.
        if node.field.name == "external-id-url" {
            continue;
        }
        let path = format!("{path}/{}", node.field.name);
        match node.field.fields().is_empty() {
            true if node.text.is_empty() => {}
            true => leaves.push(format!("{path}={}", plain(&node.text))),
            false => gather(&path, &node.children, leaves),
        }
    }
}

/// A text without case and repeated blanks.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::fault::At;
    use super::*;

    fn item(section: Section, values: &[(&str, &str)]) -> Item {
        let mut item = Item::new(section, At::default());
        for (path, text) in values {
            item.set(&path.split('/').collect::<Vec<_>>(), text, &At::default());
        }
        item
    }

    fn work(value: &str, relationship: &str, title: &str) -> Identity {
        Identity::of(&item(
            Section::Work,
            &[
                ("title/title", title),
                ("external-ids/external-id/external-id-type", "doi"),
                ("external-ids/external-id/external-id-value", value),
                ("external-ids/external-id/external-id-relationship", relationship),
            ],
        ))
    }

    #[test]
    fn works_with_one_doi_are_the_same_however_it_is_written() {
        assert!(work("10.1000/X", "self", "A").is_same(&work("https://doi.org/10.1000/x", "self", "B")));
        assert!(!work("10.1000/X", "self", "A").is_same(&work("10.1000/y", "self", "A")));
        assert!(!work("10.1000/X", "self", "A").is_same(&work("10.1000/x", "part-of", "A")));
    }

    #[test]
    fn affiliations_without_ids_are_the_same_by_their_content() {
        let one = |role: &str, end: &str| {
            item(
                Section::Employment,
                &[("organization/name", "ACME"), ("role-title", role), ("end-date/year", end)],
            )
        };
        let same = |one: &Item, other: &Item| Identity::of(one).is_same(&Identity::of(other));

        assert!(same(&one("Post  doc", "2020"), &one("post doc", "2020")));
        assert!(!same(&one("Postdoc", "2020"), &one("Postdoc", "2021")));
        assert_eq!(key_of(&one("Postdoc", "2020")), key_of(&one("Postdoc", "2021")));
        assert_ne!(key_of(&one("Postdoc", "2020")), key_of(&one("Professor", "2020")));
    }
}
