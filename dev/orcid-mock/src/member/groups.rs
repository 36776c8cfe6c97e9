//! Groups of peer reviews: journals and other bodies that ask for reviews.

use std::collections::BTreeMap;

use super::refusal::Refusal;
use super::words::GROUP_PREFIXES;

/// The source of groups that ORCID makes itself, of journals with an ISSN.
const ORCID: &str = "ORCID";

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub put_code: i64,
    pub name: String,
    pub group_id: String,
    pub description: String,
    pub kind: String,
    /// The client that made it.
    pub client: String,
}

/// All groups by put code.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    groups: BTreeMap<i64, Group>,
    given: i64,
}

impl Groups {
    pub fn get(&self, put_code: i64) -> Option<&Group> {
        self.groups.get(&put_code)
    }

    pub fn all(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    pub fn with_id(&self, group_id: &str) -> Option<&Group> {
        self.groups.values().find(|group| group.group_id == group_id)
    }

    /// Makes one and gives its put code.
    pub fn add(&mut self, group: Group) -> i64 {
        self.given += 1;
        self.groups.insert(self.given, Group { put_code: self.given, ..group });
        self.given
    }

    pub fn replace(&mut self, group: Group) {
        self.groups.insert(group.put_code, group);
    }

    pub fn remove(&mut self, put_code: i64) {
        self.groups.remove(&put_code);
    }

    /// The group of a journal, which ORCID makes of an ISSN.
    pub fn add_journal(&mut self, group_id: &str) -> i64 {
        self.add(Group {
            put_code: 0,
            name: format!("The journal {group_id}"),
            group_id: group_id.to_owned(),
            description: String::new(),
            kind: "journal".to_owned(),
            client: ORCID.to_owned(),
        })
    }

    /// Checks that a group exists, or that its id is a valid ISSN, for which ORCID makes a group.
    ///
    /// # Errors
    ///
    /// 9026 and 9053.
    pub fn must_have(&self, group_id: &str) -> Result<(), Refusal> {
        match group_id.strip_prefix("issn:") {
            _ if self.with_id(group_id).is_some() => Ok(()),
            Some(issn) if is_issn(issn) => Ok(()),
            Some(issn) => Err(Refusal::new(9053, issn)),
            None => Err(Refusal::new(9026, group_id)),
        }
    }
}

/// Whether this is the form of a group's id.
pub fn is_group_id(text: &str) -> bool {
    GROUP_PREFIXES.iter().any(|prefix| {
        text.strip_prefix(prefix).is_some_and(|rest| rest.len() >= 2 && !rest.contains(char::is_whitespace))
    })
}

/// Whether the check digit of an ISSN is right.
pub fn is_issn(text: &str) -> bool {
    let digits: Vec<char> = text.chars().filter(|sign| *sign != '-').collect();
    let [first @ .., last] = digits.as_slice() else { return false };
    let values: Option<Vec<u32>> = first.iter().map(|digit| digit.to_digit(10)).collect();
    let Some(values) = values.filter(|values| values.len() == 7) else { return false };
    let sum: u32 = values.iter().zip((2..=8).rev()).map(|(value, weight)| value * weight).sum();
    let check = (11 - sum % 11) % 11;
    let last = if last.eq_ignore_ascii_case(&'x') { Some(10) } else { last.to_digit(10) };
    last == Some(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issn_has_the_right_last_digit() {
        for (text, valid) in [
            ("0028-0836", true),
            ("00280836", true),
            ("2434-561X", true),
            ("0028-0837", false),
            ("1", false),
            ("", false),
        ] {
            assert_eq!(is_issn(text), valid, "{text}");
        }
        assert!(
            is_group_id("orcid-generated:12") && !is_group_id("orcid-generated:1") && !is_group_id("x:123")
        );
    }
}
