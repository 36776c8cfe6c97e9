//! A set of iDs.

use orcid_xml::Orcid;
use orcid_xml::ids::IdSet;
use xxhash_rust::xxh3::Xxh3;

use super::selection::IdList;

/// Characters that a check digit may be.
const CHECK_DIGITS: u64 = 11;

/// A set of iDs. It takes a bit or two for each if they lie close together, as those of many people do.
#[derive(Debug, Clone, Default)]
pub struct People {
    set: IdSet,
    count: u64,
}

impl People {
    /// Adds an iD; false if it was there.
    pub fn insert(&mut self, orcid: Orcid) -> bool {
        let is_new = self.set.insert(number(orcid));
        self.count += u64::from(is_new);
        is_new
    }

    /// True if the iD is there.
    pub fn contains(&self, orcid: Orcid) -> bool {
        self.set.contains(number(orcid))
    }

    /// Different iDs.
    pub fn count(&self) -> u64 {
        self.count
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

/// A number of its own for each text that has the form of an iD, with a wrong check digit too.
fn number(orcid: Orcid) -> u64 {
    let last = orcid.as_str().as_bytes()[Orcid::LENGTH - 1];
    let check = if last == b'X' { 10 } else { u64::from(last - b'0') };
    orcid.number() * CHECK_DIGITS + check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_another_check_digit_is_another_one() {
        let orcid = |text: &str| Orcid::new(text).unwrap();
        let people: People = ["0000-0002-1825-0097", "0000-0002-1825-0097"].into_iter().map(orcid).collect();

        assert_eq!(people.count(), 1);
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
