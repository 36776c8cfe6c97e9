//! The people who are kept of an archive.

use std::sync::Arc;

use crate::slice::{Day, People, Selection, Slice};
use crate::tables::Entry;
use orcid_xml::{MemberName, Orcid};

/// The selected people. Activities say little about their people; so, if the content of records
/// decides, activities follow the records that the dataset has.
pub struct Only {
    slice: Arc<Slice>,
    /// The day for which current affiliations are asked.
    day: Day,
    records: Option<People>,
}

impl Only {
    pub fn new(slice: Arc<Slice>) -> Self {
        Self { day: slice.day(), slice, records: None }
    }

    /// Tells whose records the dataset has; `None` if it has no records.
    pub fn follow(&mut self, records: Option<People>) {
        self.records = records;
    }

    /// Keeps to the day of the dataset, if its selection has one: all of it is of one day.
    pub fn keep_to(&mut self, has: Option<&Selection>) {
        let day = has.and_then(|has| has.current_on.as_deref()).and_then(Day::last_of);
        self.day = day.unwrap_or(self.day);
    }

    /// True for activities that nobody can decide about, since there are no records.
    pub fn lacks_records_for(&self, name: &MemberName) -> bool {
        matches!(name, MemberName::Activity { .. }) && self.slice.asks_for_content() && self.records.is_none()
    }

    /// True where names alone decide about many members.
    pub fn goes_by_names(&self) -> bool {
        self.slice.selection().ids.is_some() || self.records.is_some()
    }

    /// False if the path alone shows that a member is not kept.
    pub fn wants(&self, path: &str) -> bool {
        !self.passes_over(&MemberName::new(path), None)
    }

    /// True for a member that is certainly not kept, by its name, or by its `data` if these alone
    /// decide.
    pub fn passes_over(&self, name: &MemberName, data: Option<&[u8]>) -> bool {
        match name {
            MemberName::Summary(orcid) => {
                !self.slice.may_be(*orcid) || data.is_some_and(|data| !self.slice.may_have(data))
            }
            MemberName::Activity { orcid, .. } => !self.has_activities_of(*orcid),
            // Its document may say whose it is.
            MemberName::OtherXml | MemberName::Other => false,
        }
    }

    /// True for a member that is kept.
    pub fn has(&self, entry: &Entry<'_>) -> bool {
        match entry {
            Entry::Record { orcid, record } => self.slice.has_record(*orcid, record, self.day),
            Entry::Tombstone { orcid, activity: Some(_), .. } | Entry::Activity { orcid, .. } => {
                self.has_activities_of(*orcid)
            }
            // There is no content that could be what is asked for.
            Entry::Tombstone { orcid, activity: None, .. } => {
                self.slice.may_be(*orcid) && !self.slice.asks_for_content()
            }
            Entry::Reject(_) | Entry::Unmapped(_) => true,
        }
    }

    fn has_activities_of(&self, orcid: Orcid) -> bool {
        let is_kept = || self.records.as_ref().is_some_and(|records| records.contains(orcid));
        self.slice.may_be(orcid) && (!self.slice.asks_for_content() || is_kept())
    }
}
