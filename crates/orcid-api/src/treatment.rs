//! What can be asked for, what an answer may come to, and what to do about it.

use std::ops::Range;
use std::time::Duration;

use orcid_xml::{ActivitySection, Orcid, SearchPage, Timestamp};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A page of a search.
    Search,
    /// The record of an iD.
    Record(Orcid),
    /// Full works of an iD, by their put codes: a bulk.
    Works(Orcid, Vec<i64>),
    /// One full item of an iD: its section and put code.
    Item(Orcid, ActivitySection, i64),
}

/// What to do about an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Treatment {
    /// It is what was asked for.
    Take(Payload),
    /// Ask again, after this time if the server names one.
    Again {
        /// The code that it is counted under.
        code: &'static str,
        /// The time that the server names.
        after: Option<Duration>,
    },
    /// Asking again would not help; what the dataset has stays.
    Leave {
        /// The code that it is counted under.
        code: &'static str,
    },
    /// The token is not accepted.
    Renew,
    /// No more today; until when, if the server names a time.
    QuotaEnd {
        /// The time that the server names.
        after: Option<Duration>,
    },
}

/// An activity that a record lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedItem {
    /// Its section.
    pub section: ActivitySection,
    /// Its put code.
    pub put_code: i64,
    /// Its last change.
    pub modified: Option<Timestamp>,
}

/// A work of a bulk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkWork {
    /// Its put code.
    pub put_code: i64,
    /// Its last change.
    pub modified: Option<Timestamp>,
    /// Where its bytes stand in the body.
    pub place: Range<usize>,
}

/// An answer that counts. It has been read once, and holds what its reader needs: nobody has to
/// read the body again to decide about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// A page of a search.
    Search(SearchPage),
    /// A record that can be read.
    Record {
        /// Its last change.
        modified: Option<Timestamp>,
        /// The activities that it lists.
        items: Vec<ListedItem>,
    },
    /// The record has gone: by its status, and to whom.
    Gone {
        /// The code that it is counted under.
        code: &'static str,
        /// The record that took its place, of a deprecated one.
        primary: Option<Orcid>,
    },
    /// A record that is in a state without public data; rows stay as they are.
    Closed {
        /// The code that it is counted under.
        code: &'static str,
    },
    /// Works that came, in the order of the bulk.
    Works(Vec<BulkWork>),
    /// An item that can be read.
    Item {
        /// Its last change.
        modified: Option<Timestamp>,
    },
    /// The item is no more, or is not public.
    ItemGone {
        /// The code that it is counted under.
        code: &'static str,
    },
}

impl Payload {
    /// The code that the answer is counted under.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Search(_) => "search",
            Self::Record { .. } => "record",
            Self::Gone { code, .. } | Self::Closed { code } | Self::ItemGone { code } => code,
            Self::Works(_) => "works",
            Self::Item { .. } => "item",
        }
    }
}
