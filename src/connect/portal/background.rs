//! What the portal does beside answering: revoke tokens that wait, delete webhooks that are no
//! longer wanted, and remove what has expired.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::state::Portal;
use crate::connect::error::ConnectError;
use orcid_api::time::DAY;

/// The pause between two rounds.
const PAUSE: Duration = Duration::from_secs(30);
/// How often the flag that ends it is looked at.
const STOP_LOOKS: Duration = Duration::from_millis(100);
/// How long flows stay after they have expired, for who asks what happened.
const FLOWS_STAY: i64 = 7 * DAY;

/// Starts it; it ends when `stop` is set.
pub fn start(portal: &Arc<Portal>, stop: &Arc<AtomicBool>) -> JoinHandle<()> {
    let (portal, stop) = (portal.clone(), stop.clone());
    std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            if let Err(error) = round(&portal) {
                tracing::error!(%error, "the work beside the pages failed");
            }
            let mut rested = Duration::ZERO;
            while rested < PAUSE && !stop.load(Ordering::Relaxed) {
                std::thread::sleep(STOP_LOOKS);
                rested += STOP_LOOKS;
            }
        }
    })
}

fn round(portal: &Portal) -> Result<(), ConnectError> {
    let now = portal.now();
    portal.connect.run_revocations(now)?;
    portal.connect.store.purge(now - FLOWS_STAY, now)?;
    portal.connect.run_hooks(now)?;
    Ok(())
}
