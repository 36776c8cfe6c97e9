//! External ids: ORCID compares their normalised values. Two items of one source are duplicates if they
//! share one of certain ids.

use super::node::Node;

/// An external id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id {
    pub kind: String,
    pub value: String,
    /// What is compared in place of the value.
    pub normalized: String,
    pub relationship: Option<String>,
}

impl Id {
    pub fn of(node: &Node) -> Id {
        let text = |name: &str| node.text_at(&[name]).unwrap_or_default().to_owned();
        let (kind, value) = (text("external-id-type").to_lowercase(), text("external-id-value"));
        Id {
            normalized: normalized(&kind, &value),
            relationship: node.text_at(&["external-id-relationship"]).map(str::to_owned),
            kind,
            value,
        }
    }

    pub fn is_self(&self) -> bool {
        self.relationship.as_deref() == Some("self")
    }

    /// Whether one is a duplicate of the other: only `self` with `self`, or both without.
    pub fn collides(&self, other: &Id, raw: bool) -> bool {
        let same = if raw { self.value == other.value } else { self.normalized == other.normalized };
        same && self.kind == other.kind
            && self.relationship == other.relationship
            && self.relationship.as_deref().is_none_or(|relationship| relationship == "self")
    }

    /// Whether two items with these ids stand in one group.
    pub fn groups_with(&self, other: &Id) -> bool {
        let grouping = |id: &Id| matches!(id.relationship.as_deref(), None | Some("self" | "version-of"));
        self.kind == other.kind && self.normalized == other.normalized && grouping(self) && grouping(other)
    }
}

/// The ids of a list.
pub fn all(list: Option<&Node>) -> Vec<Id> {
    list.map(|list| list.all("external-id").map(Id::of).collect()).unwrap_or_default()
}

/// The value that ORCID compares.
pub fn normalized(kind: &str, value: &str) -> String {
    let value = value.trim();
    match kind {
        "doi" => doi(value),
        "isbn" | "issn" => {
            value.chars().filter(|sign| sign.is_ascii_alphanumeric()).collect::<String>().to_uppercase()
        }
        "pmid" => after(value, &["pubmed/", "pubmed.ncbi.nlm.nih.gov/", "pmid:"])
            .trim_matches(['/', ' '])
            .to_owned(),
        "pmc" => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            if digits.is_empty() { value.to_lowercase() } else { format!("PMC{digits}") }
        }
        "arxiv" => after(&value.to_lowercase(), &["arxiv.org/abs/", "arxiv:"]).to_owned(),
        "handle" => after(value, &["hdl.handle.net/", "hdl:"]).to_lowercase(),
        "uri" | "url" => value.to_owned(),
        _ => value.to_lowercase(),
    }
}

/// From `10.` on, in small letters.
fn doi(value: &str) -> String {
    let small = value.to_lowercase();
    let decoded = crate::form::decoded(&small.replace('+', "%2B"));
    match decoded.find("10.") {
        Some(start) => decoded[start..].to_owned(),
        None => small,
    }
}

/// What follows the first of these that occurs.
fn after<'t>(text: &'t str, before: &[&str]) -> &'t str {
    let found = before.iter().find_map(|part| text.find(part).map(|place| place + part.len()));
    &text[found.unwrap_or(0)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_compared_without_what_is_around_it() {
        for (kind, one, other, equal) in [
            ("doi", "10.1000/X", "https://doi.org/10.1000/x", true),
            ("doi", "doi:10.1000/a", "http://dx.doi.org/10.1000/A", true),
            ("doi", "10.1000/a", "10.1000/b", false),
            ("isbn", "978-3-16-148410-0", "9783161484100", true),
            ("issn", "0028-083x", "0028083X", true),
            ("pmid", "12345", "https://www.ncbi.nlm.nih.gov/pubmed/12345", true),
            ("pmc", "PMC123", "123", true),
            ("arxiv", "arXiv:2101.00001", "https://arxiv.org/abs/2101.00001", true),
            ("uri", "https://a.example/X", "https://a.example/x", false),
            ("other-id", "A1", "a1", true),
        ] {
            assert_eq!(normalized(kind, one) == normalized(kind, other), equal, "{kind} {one} {other}");
        }
    }

    #[test]
    fn only_equal_relationships_of_the_item_itself_collide() {
        let id = |relationship: Option<&str>| Id {
            kind: "doi".to_owned(),
            value: "10.1/a".to_owned(),
            normalized: "10.1/a".to_owned(),
            relationship: relationship.map(str::to_owned),
        };
        for (one, other, collides) in [
            (Some("self"), Some("self"), true),
            (None, None, true),
            (Some("self"), None, false),
            (Some("part-of"), Some("part-of"), false),
            (Some("version-of"), Some("version-of"), false),
            (Some("funded-by"), Some("funded-by"), false),
        ] {
            assert_eq!(id(one).collides(&id(other), false), collides, "{one:?} {other:?}");
        }
    }
}
