//! What a refresh is asked to do, who hears how it goes on, and what it comes to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::plan::Inputs;
use super::removals::{MaxRemovals, Removals};
use super::way::Strategy;
use super::{Applied, Plan, Requests, Scope};
use crate::convert;
use crate::dataset::Dataset;
use orcid_api::{Client, ClientOptions, Limits, RetryPolicy};
use orcid_xml::Timestamp;

/// By whom the API is asked.
#[non_exhaustive]
pub enum Access {
    /// By a client that is made when the dataset is locked and found sound, since it may have
    /// to obtain a token.
    Http {
        /// How it is made.
        options: Box<ClientOptions>,
        /// Picks among the tokens that are kept.
        client_id: Option<String>,
    },
    /// By this one.
    Client(Arc<dyn Client>),
}

/// What is to be done, and how.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settings {
    pub scope: Scope,
    /// Changes since then; since the last refresh of the scope, or else from some time
    /// before the dump's newest change, if not given.
    pub since: Option<Timestamp>,
    /// A file of last changes, instead of searches.
    pub changes: Option<PathBuf>,
    pub known_only: bool,
    /// Do not look for people who have gone from the registry.
    pub changes_only: bool,
    pub strategy: Option<Strategy>,
    /// Limits in the place of the documented ones.
    pub rate: Option<f64>,
    pub burst: Option<u32>,
    pub in_flight: Option<usize>,
    /// 0 for none.
    pub quota: Option<u64>,
    pub retry_policy: RetryPolicy,
    /// How many people one run may remove.
    pub max_removals: MaxRemovals,
    /// Where more would leave: apply all other answers, and leave these people as they are.
    pub skip_removals: bool,
    /// Versions for which old files stay.
    pub keep_versions: u32,
    /// Drop a run of the scope that has not come to its end, with its answers.
    pub restart: bool,
    /// Stop when the plan is made.
    pub plan_only: bool,
    /// Threads and memory for the commit.
    pub options: convert::Options,
}

impl Settings {
    /// A refresh of `scope` with ORCID's documented limits.
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            since: None,
            changes: None,
            known_only: false,
            changes_only: false,
            strategy: None,
            rate: None,
            burst: None,
            in_flight: None,
            quota: None,
            retry_policy: RetryPolicy::default(),
            max_removals: MaxRemovals::default(),
            skip_removals: false,
            keep_versions: 0,
            restart: false,
            plan_only: false,
            options: convert::Options::default(),
        }
    }
}

/// Who hears how a refresh goes on. Each call has an empty default.
pub trait Observer {
    /// A run that has answers goes on, with the options that it was planned with.
    fn resumed(&self, _begun: Timestamp) {}
    /// The dataset says that it knows changes up to a time in the future; changes are
    /// looked for from `_since` on.
    fn watermark_in_future(&self, _watermark: Timestamp, _since: Timestamp) {}
    /// So many changes of a file have a date in the future.
    fn changes_in_future(&self, _changes: u64) {}
    /// Searches find nobody who belongs to the scope, and nobody did before.
    fn scope_is_empty(&self, _scope: &str) {}
    /// Searches begin, to find out who has changed.
    fn searching(&self, _strategy: Strategy, _searches: u64) {}
    /// It is known what is to be read; nothing has been read yet.
    fn planned(&self, _plan: &Plan) {}
    /// Records have been read: so many requests for their items are to be made, and
    /// none has been.
    fn planned_items(&self, _requests: u64) {}
    /// Requests have been answered, and so many are known to be left.
    fn fetched(&self, _answered: u64, _left: u64) {}
    /// The dataset is being changed: all answers are there, or whole ones about so many
    /// people where the quota has ended the run before.
    fn applying(&self, _part_of: Option<u64>) {}
}

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
    /// The quota is used up; go on after that time.
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

impl Settings {
    pub(super) fn inputs<'i>(&'i self, dataset: &'i Dataset) -> Inputs<'i> {
        Inputs {
            dataset,
            scope: &self.scope,
            known_only: self.known_only,
            changes_only: self.changes_only,
            changes: self.changes.as_deref(),
            strategy: self.strategy,
            restart: self.restart,
        }
    }

    /// What a plan depends on, besides scope and time.
    pub(super) fn asked(&self) -> String {
        format!("{:?} {:?} {} {}", self.strategy, self.changes, self.known_only, self.changes_only)
    }

    pub(super) fn limits(&self, client: &dyn Client) -> Limits {
        let documented = Limits::documented(client.host().is_member, client.client_id().is_some());
        let quota = self.quota.map_or(documented.quota, |quota| Some(quota).filter(|quota| *quota > 0));
        Limits {
            rate: self.rate.unwrap_or(documented.rate),
            burst: self.burst.unwrap_or(documented.burst),
            in_flight: self.in_flight.unwrap_or(documented.in_flight),
            quota,
        }
    }
}
