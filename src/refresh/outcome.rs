//! What a run has come to.

use std::collections::BTreeMap;

use super::queue::Requests;
use super::removals::Removals;
use super::status::Plan;
use crate::report::Report;
use orcid_xml::{MemberName, Timestamp};

/// What a run has come to.
#[derive(Debug)]
pub struct Outcome {
    pub plan: Option<Plan>,
    pub end: Ended,
    /// Requests over all of the run's parts.
    pub requests: Requests,
    /// How often each code was counted, over all of the run's parts.
    pub tally: Vec<(String, u64)>,
    /// Requests that were given up, by reason; the dataset keeps what it had of them.
    pub given_up: BTreeMap<String, u64>,
    pub applied: Option<Applied>,
    /// What was not removed, or not yet, because it would have been too many.
    pub held_back: Option<Removals>,
    /// Results that searches promised and did not give; the watermark stays.
    pub missing_results: u64,
    /// Where the server's clock is wrong; the watermark stays.
    pub wrong_clock: Option<WrongClock>,
}

/// A server's clock that is behind changes that the dataset has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongClock {
    pub server: Timestamp,
    pub ours: Timestamp,
}

/// How a run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The plan was all that was asked for.
    Planned,
    /// The dataset is up to date.
    Applied,
    /// The quota is used up; continue after that time.
    Quota(Timestamp),
    /// More people would have been removed than may be: nothing has changed, and all
    /// answers are kept.
    HeldBack,
    /// A signal came.
    Stopped,
}

impl Outcome {
    /// How many requests were given up.
    pub fn given_up_count(&self) -> u64 {
        self.given_up.values().sum()
    }

    /// Of a run that was stopped before it had a queue.
    pub(super) fn stopped() -> Self {
        Self {
            plan: None,
            end: Ended::Stopped,
            requests: Requests::default(),
            tally: Vec::new(),
            given_up: BTreeMap::new(),
            applied: None,
            held_back: None,
            missing_results: 0,
            wrong_clock: None,
        }
    }
}

/// What came into the dataset.
#[derive(Debug)]
pub struct Applied {
    /// The run's entry in the manifest.
    pub source: String,
    pub report: Report,
    /// Answers that could not be read as records; the dataset keeps what it had.
    pub rejected: Vec<MemberName>,
    pub rows_removed: u64,
    /// Up to when the scope is known now; `None` where that did not move.
    pub watermark: Option<Timestamp>,
    /// Why it did not move, if that is known.
    pub stays: Option<Stays>,
}

/// Why a commit leaves the scope's watermark where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stays {
    /// The run continues.
    Unfinished,
    /// Searches promised results that they did not give.
    MissingResults,
    /// Nobody belongs to the scope.
    EmptyScope,
    /// An unusual share of the scope's people belongs to it no more.
    ShrunkScope,
    /// No later time is known up to which all changes were told.
    NothingNewer,
}
