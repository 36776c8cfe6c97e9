//! What is to be written down about a request: plain values, in which nothing is left to parse.

use std::time::Duration;

use crate::refresh::error::RefreshError;
use crate::refresh::queue::{Effects, ItemKey, PackedBody};
use orcid_xml::{Orcid, Timestamp};

/// What is to be written down about a request.
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
    /// The record was read once more: what it lists now decides about the missing items of the
    /// person. `None` where it does not tell.
    ResolveMissing {
        orcid: Orcid,
        listed: Option<Vec<ItemKey>>,
        code: &'static str,
    },
    /// Ask again, after this time if the server names one; where it `counts`, it is one of the
    /// request's tries.
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
    /// The run ends. `missing_results` is what a search's page lacks.
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

    /// Keeps an answer of which the dataset needs no body.
    pub fn keep_without_body(code: &'static str, effects: Effects) -> Self {
        Self::Keep { code, body: None, effects: Box::new(effects) }
    }

    /// Ends the run.
    pub fn end(error: impl Into<RefreshError>) -> Self {
        Self::End { error: error.into(), missing_results: 0 }
    }
}
