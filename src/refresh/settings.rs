//! The settings of a refresh, and the client that sends its requests.

use std::path::PathBuf;
use std::sync::Arc;

use super::bucket;
use super::connected::Connected;
use super::max_removals::MaxRemovals;
use super::scope::Scope;
use super::strategy::Strategy;
use crate::convert;
use crate::slice::Slice;
use crate::storage::StorageOptions;
use orcid_api::{Client, ClientOptions, Limits, RetryPolicy};
use orcid_xml::Timestamp;

/// The client that sends the requests.
#[non_exhaustive]
pub enum Access {
    /// A client that is created after the dataset has been locked and checked, since it may have to
    /// obtain a token.
    Http {
        /// The settings of the client.
        options: Box<ClientOptions>,
        /// Selects one of the stored tokens.
        client_id: Option<String>,
    },
    /// An existing client.
    Client(Arc<dyn Client>),
    /// Files in the place of an API: ORCID's S3 for members, or the same layout in a folder or an
    /// object store.
    Bucket {
        /// A path, a URL, or `s3://` for ORCID's own buckets.
        place: PathBuf,
        /// The options of the store.
        options: StorageOptions,
    },
}

/// The settings of a refresh.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settings {
    pub scope: Scope,
    /// Changes since this time. If it is not given: since the last refresh of the scope, or else
    /// since some time before the dump's newest change.
    pub since: Option<Timestamp>,
    /// A file of last changes, instead of searches.
    pub changes: Option<PathBuf>,
    pub known_only: bool,
    /// The people whom the dataset has, if they were selected; who is not one of them is not added, and
    /// leaves. It must be the selection of the dataset's manifest.
    pub slice: Option<Arc<Slice>>,
    /// Read connected people with their own tokens.
    pub connected: Option<Connected>,
    /// Do not look for people who have gone from the registry.
    pub changes_only: bool,
    pub strategy: Option<Strategy>,
    /// Limits that replace the documented ones.
    pub rate: Option<f64>,
    pub burst: Option<u32>,
    pub in_flight: Option<usize>,
    /// 0 for none.
    pub quota: Option<u64>,
    pub retry_policy: RetryPolicy,
    /// How many people one run may remove.
    pub max_removals: MaxRemovals,
    /// If more people would be removed: apply all other answers, and keep these people's rows.
    pub skip_removals: bool,
    /// Number of versions for which old files stay.
    pub keep_versions: u32,
    /// Discard an unfinished run of the scope, with its answers.
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
            slice: None,
            connected: None,
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

    /// The settings that a plan depends on, besides scope and time.
    pub(super) fn asked(&self) -> String {
        let asked =
            format!("{:?} {:?} {} {}", self.strategy, self.changes, self.known_only, self.changes_only);
        match &self.connected {
            Some(connected) => format!("{asked} marks {}", connected.by_marks),
            None => asked,
        }
    }

    pub(super) fn limits(&self, client: &dyn Client, is_bucket: bool) -> Limits {
        let documented = match is_bucket {
            true => bucket::LIMITS,
            false => Limits::documented(client.host().is_member, client.client_id().is_some()),
        };
        let quota = self.quota.map_or(documented.quota, |quota| Some(quota).filter(|quota| *quota > 0));
        Limits {
            rate: self.rate.unwrap_or(documented.rate),
            burst: self.burst.unwrap_or(documented.burst),
            in_flight: self.in_flight.unwrap_or(documented.in_flight),
            quota,
        }
    }
}
