//! What all requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::spawn_blocking;

use super::fault::Fault;
use super::pages::Pages;
use crate::connect::connecting::Connect;
use crate::connect::error::ConnectError;
use orcid_api::time::SECOND;
use orcid_api::{Clock, Secret};
use orcid_xml::Timestamp;

/// Wrong passwords in a minute, by all browsers together, after which none is looked at.
const MAX_WRONG_PASSWORDS: u64 = 10;
/// Calls in a second to addresses of webhooks that there are not; ORCID makes none.
const MAX_STRANGERS: u64 = 20;

/// A portal: what connects people, its pages, and the administrator's credential.
pub struct Portal {
    pub(super) connect: Connect,
    pub(super) pages: Pages,
    pub(super) administrator: Option<Secret>,
    pub(super) passwords: Gate,
    /// Calls of webhooks with words that nobody has.
    pub(super) strangers: Gate,
    clock: Box<dyn Clock>,
    pub(super) begun: Timestamp,
}

impl Portal {
    /// A portal. Without a credential there is no administrator's part.
    ///
    /// # Errors
    /// [`ConnectError`] where its pages cannot be made.
    pub fn new(
        connect: Connect,
        administrator: Option<Secret>,
        clock: Box<dyn Clock>,
    ) -> Result<Self, ConnectError> {
        let pages = Pages::new(&connect.settings, connect.client.issuer().kind())?;
        let begun = clock.wall();
        let (passwords, strangers) = (Gate::new(MAX_WRONG_PASSWORDS, 60), Gate::new(MAX_STRANGERS, 1));
        Ok(Self { connect, pages, administrator, passwords, strangers, clock, begun })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.wall()
    }
}

impl std::fmt::Debug for Portal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Portal({})", self.connect.settings.public_url)
    }
}

/// Runs what blocks, beside the threads that answer.
pub(super) async fn blocking<T: Send + 'static>(
    portal: &Arc<Portal>,
    act: impl FnOnce(&Portal) -> Result<T, ConnectError> + Send + 'static,
) -> Result<T, Fault> {
    let portal = portal.clone();
    let done = spawn_blocking(move || act(&portal)).await;
    done.map_err(|error| Fault::Broken(error.to_string()))?.map_err(Fault::from)
}

/// Counts events in windows of time.
pub(super) struct Gate {
    limit: u64,
    seconds: u64,
    /// The number of the window in the upper half, the count in the lower.
    state: AtomicU64,
}

impl Gate {
    fn new(limit: u64, seconds: u64) -> Self {
        Self { limit, seconds, state: AtomicU64::new(0) }
    }

    /// True where fewer events than the limit were counted in this window.
    pub fn is_open(&self, now: Timestamp) -> bool {
        let state = self.state.load(Ordering::Relaxed);
        state >> 32 != self.window(now) || (state & 0xffff_ffff) < self.limit
    }

    /// Counts an event.
    pub fn count(&self, now: Timestamp) {
        let window = self.window(now);
        let next = |state: u64| {
            let count = if state >> 32 == window { (state & 0xffff_ffff).saturating_add(1) } else { 1 };
            Some((window << 32) | count.min(0xffff_ffff))
        };
        // The closure always gives a value.
        let _ = self.state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    }

    fn window(&self, now: Timestamp) -> u64 {
        ((now / SECOND).unsigned_abs() / self.seconds) & 0xffff_ffff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_closes_for_the_rest_of_its_window() {
        let gate = Gate::new(2, 60);
        let at = |seconds: i64| seconds * SECOND;
        gate.count(at(120));
        assert!(gate.is_open(at(130)));
        gate.count(at(130));

        assert!(!gate.is_open(at(179)));
        assert!(gate.is_open(at(180)));
    }
}
