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
    /// Requests of the whole run, including its earlier sessions.
    pub requests: Requests,
    /// How often each code was counted in the whole run.
    pub tally: Vec<(String, u64)>,
    /// Requests that were given up, by reason; the dataset keeps the rows that it had.
    pub given_up: BTreeMap<String, u64>,
    pub applied: Option<Applied>,
    /// People who were not removed, or not yet, because there would have been too many.
    pub held_back: Option<Removals>,
    /// Results that searches counted but did not give; the watermark does not move.
    pub missing_results: u64,
    /// The server's clock, if it is wrong; the watermark does not move.
    pub wrong_clock: Option<WrongClock>,
}

/// A server's clock that is behind changes in the dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongClock {
    pub server: Timestamp,
    pub ours: Timestamp,
}

/// How a run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Only the plan was requested.
    Planned,
    /// The dataset is up to date.
    Applied,
    /// The quota is used up; the run can continue after this time.
    Quota(Timestamp),
    /// More people would have been removed than the limit allows: the dataset is unchanged, and all
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

    /// The outcome of a run that was stopped before it had a queue.
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

/// The changes of the dataset.
#[derive(Debug)]
pub struct Applied {
    /// The run's entry in the manifest.
    pub source: String,
    pub report: Report,
    /// Answers that could not be read as records; the dataset keeps its old rows.
    pub rejected: Vec<MemberName>,
    pub rows_removed: u64,
    /// The new watermark of the scope; `None` if it did not move.
    pub watermark: Option<Timestamp>,
    /// Why it did not move, if that is known.
    pub stays: Option<Stays>,
}

/// Why a commit does not move the scope's watermark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stays {
    /// The run continues.
    Unfinished,
    /// Searches counted results that they did not give.
    MissingResults,
    /// Nobody belongs to the scope.
    EmptyScope,
    /// An unusual share of the scope's people no longer belongs to it.
    ShrunkScope,
    /// No later time is known up to which all changes were reported.
    NothingNewer,
}
