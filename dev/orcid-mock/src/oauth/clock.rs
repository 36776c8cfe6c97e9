//! The server's clock, which a test can move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use orcid_xml::Timestamp;

use crate::instants::{self, SECOND};

/// A clock; its clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// Microseconds since 1970.
    pub fn now(&self) -> Timestamp {
        instants::now() + self.ahead_seconds.load(Ordering::Relaxed) * SECOND
    }

    /// Seconds since 1970.
    pub fn now_seconds(&self) -> i64 {
        self.now().div_euclid(SECOND)
    }

    /// Moves the clock forward, or back if negative, from where it stands.
    pub fn advance(&self, seconds: i64) {
        self.ahead_seconds.fetch_add(seconds, Ordering::Relaxed);
    }
}
