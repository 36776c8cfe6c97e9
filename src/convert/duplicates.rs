//! Finds members that an archive has more than once, while the archive is read.

use std::collections::HashMap;

use crate::dataset::{OrcidSet, Superseded};
use orcid_xml::MemberName;
use orcid_xml::ids::IdSet;

/// The names of all members so far.
#[derive(Debug, Default)]
pub struct Seen {
    records: OrcidSet,
    activities: HashMap<&'static str, IdSet>,
}

/// The name of a member, and whether one of the same name has been seen before.
#[derive(Debug, Clone, Copy)]
pub struct SeenName {
    pub name: MemberName,
    pub is_repeated: bool,
}

impl Seen {
    /// Reads the name in a member's path, and remembers it.
    pub fn name_of(&mut self, path: &str) -> SeenName {
        let name = MemberName::new(path);
        SeenName { name, is_repeated: self.is_repeated(&name) }
    }

    /// True if a member of this name has been seen before. Put codes are unique within their
    /// section, so activities of two people with the same put code count as repeated too; the
    /// caller compares iDs.
    pub fn is_repeated(&mut self, name: &MemberName) -> bool {
        let new = match name {
            MemberName::Summary(orcid) => self.records.insert(*orcid),
            MemberName::Activity { section, put_code, .. } => {
                self.activities.entry(section.kind()).or_default().insert(put_code.cast_unsigned())
            }
            MemberName::OtherXml | MemberName::Other => true,
        };
        !new
    }
}

/// Notes that the members of chunk `sequence` in `replacing` take the place of earlier ones.
pub fn note_replaced(superseded: &mut Superseded, replacing: Vec<MemberName>, sequence: u64) {
    for name in replacing {
        match name {
            MemberName::Summary(orcid) => superseded.record(orcid, sequence),
            MemberName::Activity { orcid, section, put_code } => {
                superseded.activity((orcid, section.kind(), put_code), sequence);
            }
            MemberName::OtherXml | MemberName::Other => {}
        }
    }
}
