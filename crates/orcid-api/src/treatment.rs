//! What can be asked for, what an answer may come to, and what to do about it.

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
    Take(Taken),
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

/// An answer that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// A page of a search.
    Search(SearchPage),
    /// A record that can be read.
    Record {
        /// Its last change.
        modified: Option<Timestamp>,
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
    /// Works that came: their put codes and last changes.
    Works(Vec<(i64, Option<Timestamp>)>),
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

impl Taken {
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
