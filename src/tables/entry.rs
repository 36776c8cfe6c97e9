//! What one member of an archive comes to: the source of all rows.

use std::fmt;

use orcid_xml::{Activity, ActivitySection, Orcid, Record, Stub, Unmapped};

/// The kind of dump that rows come from; a dataset has a folder for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DumpKind {
    Summaries,
    Activities,
}

/// A member that has been read, or could not be.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "activities archives hold nothing but activities")]
pub enum Entry<'a> {
    Record {
        orcid: Orcid,
        record: Box<Record<'a>>,
    },
    /// An error body in place of a record, or of one activity.
    Tombstone {
        orcid: Orcid,
        activity: Option<(ActivitySection, i64)>,
        stub: Stub<'a>,
    },
    Activity {
        orcid: Orcid,
        activity: Activity<'a>,
    },
    Reject(Reject),
    /// What a member that was read says and no other table has a column for.
    Unmapped(UnmappedValues),
}

/// Values of one member that no column takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmappedValues {
    pub orcid: Orcid,
    pub activity: Option<(ActivitySection, i64)>,
    /// The member's path in the archive.
    pub member: String,
    pub values: Vec<Unmapped>,
}

/// A member that is left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    pub orcid: Option<Orcid>,
    pub archive: String,
    pub path: String,
    pub code: &'static str,
    pub reason: String,
    /// Where the member's data begin in the uncompressed archive.
    pub offset: u64,
    pub size_bytes: u64,
}

impl DumpKind {
    pub const ALL: [Self; 2] = [Self::Summaries, Self::Activities];

    /// The folder's name.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Summaries => "summaries",
            Self::Activities => "activities",
        }
    }
}

impl fmt::Display for DumpKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.folder())
    }
}
