//! What a refresh is asked to do, and by whom it asks.

use std::path::PathBuf;
use std::sync::Arc;

use super::max_removals::MaxRemovals;
use super::scope::Scope;
use super::strategy::Strategy;
use crate::convert;
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
