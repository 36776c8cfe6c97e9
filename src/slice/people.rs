//! A set of iDs.

use std::collections::HashSet;

use orcid_xml::Orcid;
use orcid_xml::ids::IdSet;
use xxhash_rust::xxh3::Xxh3;

use super::selection::IdList;

/// A set of iDs: a bit for each iD that lies close to others; iDs with a wrong check digit are stored
/// in full.
#[derive(Debug, Clone, Default)]
pub struct People {
    numbers: IdSet,
    /// iDs with a wrong check digit; their numbers are not unique.
    odd: HashSet<Orcid>,
}

impl People {
    /// Adds an iD; false if it was there.
    pub fn insert(&mut self, orcid: Orcid) -> bool {
        match orcid.has_valid_check_digit() {
            true => self.numbers.insert(orcid.number()),
            false => self.odd.insert(orcid),
        }
    }

    /// True if the iD is there.
    pub fn contains(&self, orcid: Orcid) -> bool {
        match orcid.has_valid_check_digit() {
            true => self.numbers.contains(orcid.number()),
            false => self.odd.contains(&orcid),
        }
    }

    /// Adds all iDs of another set.
    pub fn add_all(&mut self, other: &Self) {
        self.numbers.extend(&other.numbers);
        self.odd.extend(&other.odd);
    }

    /// The list that a manifest says of these iDs.
    pub fn list_of(orcids: &[Orcid]) -> IdList {
        let mut orcids = orcids.to_vec();
        orcids.sort_unstable();
        orcids.dedup();
        let mut digest = Xxh3::new();
        for orcid in &orcids {
            digest.update(orcid.as_str().as_bytes());
            digest.update(b"\n");
        }
        IdList { count: orcids.len() as u64, xxh3: format!("{:016x}", digest.digest()) }
    }
}

impl Extend<Orcid> for People {
    fn extend<I: IntoIterator<Item = Orcid>>(&mut self, orcids: I) {
        for orcid in orcids {
            self.insert(orcid);
        }
    }
}

impl FromIterator<Orcid> for People {
    fn from_iter<I: IntoIterator<Item = Orcid>>(orcids: I) -> Self {
        let mut people = Self::default();
        people.extend(orcids);
        people
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_another_check_digit_is_another_one() {
        let orcid = |text: &str| Orcid::new(text).unwrap();
        let mut people: People = ["0000-0002-1825-0097"].into_iter().map(orcid).collect();

        assert!(!people.insert(orcid("0000-0002-1825-0097")));
        assert!(people.contains(orcid("0000-0002-1825-0097")));
        assert!(!people.contains(orcid("0000-0002-1825-0098")));
        assert!(!people.contains(orcid("0000-0002-1825-010X")));
    }

    #[test]
    fn a_list_is_the_same_in_any_order() {
        let orcid = |text: &str| Orcid::new(text).unwrap();
        let (one, other) = (orcid("0000-0002-1825-0097"), orcid("0000-0001-5109-3700"));

        assert_eq!(People::list_of(&[one, other, one]), People::list_of(&[other, one]));
        assert_ne!(People::list_of(&[one]), People::list_of(&[other]));
    }
}
