//! Sets of iDs and of activities that can have millions of elements.

use std::collections::{HashMap, HashSet};

use crate::slice::People;
use orcid_xml::{MemberName, Orcid};

/// The greatest number of iDs that are looked up in Bloom filters; with more iDs, a filter says too
/// often that one may be there.
const FEW: usize = 32;

/// The key of an activity: iD, kind as in [`orcid_xml::ActivitySection::kind`], put code.
pub type ActivityKey = (Orcid, &'static str, i64);

/// A set of iDs that knows its first ones.
#[derive(Debug, Clone, Default)]
pub struct OrcidSet {
    people: People,
    /// The first iDs: at most one more than [`FEW`].
    first: Vec<Orcid>,
}

/// A set of activities.
#[derive(Debug, Clone, Default)]
pub struct ActivitySet {
    owners: OrcidSet,
    by_kind: HashMap<&'static str, HashSet<(Orcid, i64)>>,
}

impl OrcidSet {
    /// Adds an iD; false if it was there already.
    pub fn insert(&mut self, orcid: Orcid) -> bool {
        let new = self.people.insert(orcid);
        if new && self.first.len() <= FEW {
            self.first.push(orcid);
        }
        new
    }

    pub fn contains(&self, orcid: &Orcid) -> bool {
        self.people.contains(*orcid)
    }

    /// Adds all iDs of another set.
    pub fn extend(&mut self, other: &Self) {
        self.people.add_all(&other.people);
        let room = (FEW + 1).saturating_sub(self.first.len());
        self.first.extend(other.first.iter().take(room));
    }

    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// The iDs, some of them twice, if they are few.
    pub fn few(&self) -> Option<&[Orcid]> {
        (self.first.len() <= FEW).then_some(&self.first)
    }
}

impl FromIterator<Orcid> for OrcidSet {
    fn from_iter<I: IntoIterator<Item = Orcid>>(orcids: I) -> Self {
        let mut set = Self::default();
        for orcid in orcids {
            set.insert(orcid);
        }
        set
    }
}

impl ActivitySet {
    /// Adds an activity; false if it was there already.
    pub fn insert(&mut self, (orcid, kind, put_code): ActivityKey) -> bool {
        self.owners.insert(orcid);
        self.by_kind.entry(kind).or_default().insert((orcid, put_code))
    }

    pub fn contains(&self, (orcid, kind, put_code): &ActivityKey) -> bool {
        self.by_kind.get(kind).is_some_and(|keys| keys.contains(&(*orcid, *put_code)))
    }

    /// Adds all activities of another set.
    pub fn extend(&mut self, other: &Self) {
        self.owners.extend(&other.owners);
        for (kind, keys) in &other.by_kind {
            self.by_kind.entry(kind).or_default().extend(keys);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.by_kind.is_empty()
    }

    /// The people who have one of the activities.
    pub fn owners(&self) -> &OrcidSet {
        &self.owners
    }
}

impl FromIterator<ActivityKey> for ActivitySet {
    fn from_iter<I: IntoIterator<Item = ActivityKey>>(keys: I) -> Self {
        let mut set = Self::default();
        for key in keys {
            set.insert(key);
        }
        set
    }
}

/// A selection of records and activities by which rows are removed or kept.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// iDs whose rows in `summaries/` are selected.
    pub records: OrcidSet,
    /// iDs whose rows in `activities/` are all selected.
    pub people: OrcidSet,
    /// Activities whose rows in `activities/` are selected.
    pub activities: ActivitySet,
}

impl Targets {
    /// Adds the record or activity that a member of this name has rows of.
    pub fn insert(&mut self, name: &MemberName) {
        match name {
            MemberName::Summary(orcid) => {
                self.records.insert(*orcid);
            }
            MemberName::Activity { orcid, section, put_code } => {
                self.activities.insert((*orcid, section.kind(), *put_code));
            }
            MemberName::OtherXml | MemberName::Other => {}
        }
    }

    /// True if a member of this name is selected.
    pub fn contains(&self, name: &MemberName) -> bool {
        match name {
            MemberName::Summary(orcid) => self.records.contains(orcid),
            MemberName::Activity { orcid, section, put_code } => {
                self.people.contains(orcid) || self.activities.contains(&(*orcid, section.kind(), *put_code))
            }
            MemberName::OtherXml | MemberName::Other => false,
        }
    }

    /// Adds another selection.
    pub fn extend(&mut self, other: &Self) {
        self.records.extend(&other.records);
        self.people.extend(&other.people);
        self.activities.extend(&other.activities);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_knows_its_ids_whatever_their_check_digit() {
        let orcids = ["0000-0002-1825-0097", "0000-0002-1825-0098", "0000-0002-1694-233X"];
        let orcids = orcids.map(|text| Orcid::new(text).unwrap());

        let set: OrcidSet = orcids[1..].iter().copied().collect();

        assert_eq!(orcids.map(|orcid| set.contains(&orcid)), [false, true, true]);
        assert_eq!(set.few().map(<[Orcid]>::len), Some(2));
    }

    #[test]
    fn two_people_may_have_one_put_code() {
        let [one, other] =
            ["0000-0002-1825-0097", "0000-0002-1694-233X"].map(|text| Orcid::new(text).unwrap());

        let set: ActivitySet = [(one, "work", 5)].into_iter().collect();

        assert!(set.contains(&(one, "work", 5)));
        assert!(!set.contains(&(other, "work", 5)));
        assert!(!set.contains(&(one, "funding", 5)));
    }
}
