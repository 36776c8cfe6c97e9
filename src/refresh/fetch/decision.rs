//! The result of a request that is written to the queue: plain values that need no more parsing.

use std::time::Duration;

use crate::refresh::error::RefreshError;
use crate::refresh::queue::{Effects, ItemKey, PackedBody};
use orcid_xml::{Orcid, Timestamp};

/// The result of a request that is written to the queue.
#[derive(Debug)]
pub enum Decision {
    /// The answer counts.
    Keep {
        code: &'static str,
        body: Option<PackedBody>,
        effects: Box<Effects>,
    },
    /// The item is said to be gone.
    ReportMissing {
        code: &'static str,
    },
    /// The record was read once more: the items that it lists now decide about the person's missing
    /// items. `None` if its list is unknown.
    ResolveMissing {
        orcid: Orcid,
        listed: Option<Vec<ItemKey>>,
        code: &'static str,
    },
    /// Send the request again, after this time if the server names one; if it `counts`, it is one
    /// of the request's tries.
    AskAgain {
        code: &'static str,
        after: Option<Duration>,
        counts: bool,
    },
    GiveUp {
        code: &'static str,
    },
    QuotaEnd {
        until: Timestamp,
    },
    /// The run ends. `missing_results` is the number of results that a search's page lacks.
    End {
        error: RefreshError,
        missing_results: u64,
    },
}

impl Decision {
    /// Keeps an answer with its body.
    pub fn keep(code: &'static str, body: &[u8], effects: Effects) -> Self {
        Self::Keep { code, body: Some(PackedBody::pack(body)), effects: Box::new(effects) }
    }

    /// Keeps an answer whose body the dataset does not need.
    pub fn keep_without_body(code: &'static str, effects: Effects) -> Self {
        Self::Keep { code, body: None, effects: Box::new(effects) }
    }

    /// Ends the run.
    pub fn end(error: impl Into<RefreshError>) -> Self {
        Self::End { error: error.into(), missing_results: 0 }
    }
}
