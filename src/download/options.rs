//! How to download.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::storage::{Patience, StorageOptions};

/// Connections for one file: an object store gives each some tens of megabytes a second.
const CONNECTIONS: NonZeroUsize = NonZeroUsize::new(4).expect("four is not zero");
/// Attempts in a row that bring nothing. With the waits between them two to three minutes, in which
/// a network comes back.
const ATTEMPTS: u32 = 16;
/// The wait after the first of them; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// How to download.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// The root of the API in the place of figshare's or Zenodo's, for mirrors and tests.
    pub api_url: Option<String>,
    /// Connections for one file.
    pub connections: NonZeroUsize,
    /// How long faults are borne.
    pub patience: Patience,
    /// Options of the HTTP client.
    pub storage: StorageOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            api_url: None,
            connections: CONNECTIONS,
            patience: Patience { attempts: ATTEMPTS, first_wait: FIRST_WAIT },
            storage: StorageOptions::default(),
        }
    }
}
