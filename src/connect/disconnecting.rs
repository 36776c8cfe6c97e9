//! Taking permissions back: erased here at once, revoked at ORCID as soon as it answers.

use super::connecting::Connect;
use super::error::ConnectError;
use orcid_api::time::SECOND;
use orcid_xml::Timestamp;

/// Revocations that are taken from the queue at a time.
const AT_ONCE: u32 = 20;
/// The wait after the first failure; it doubles with each.
const FIRST_WAIT: Timestamp = 60 * SECOND;
const MAX_WAIT: Timestamp = 6 * 3_600 * SECOND;
/// Doublings after which the longest wait is reached anyway.
const MAX_DOUBLINGS: u32 = 16;

/// What has become of revocations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Revoked {
    pub done: usize,
    pub failed: usize,
}

impl Connect {
    /// Disconnects a person: erases the tokens, and revokes them at ORCID now or, if it does not
    /// answer, later. `by` says in the history who wanted it. Gives the iDs.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn disconnect(&self, person: i64, by: &str, now: Timestamp) -> Result<Vec<String>, ConnectError> {
        let orcids = self.store.disconnect(person, self.settings.keeps_orcid, by, now)?;
        for orcid in &orcids {
            self.store.set_hook_state(orcid, "gone", now)?;
        }
        Ok(orcids)
    }

    /// Revokes at ORCID the tokens that are due.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails; where ORCID fails, the tokens stay in the queue.
    pub fn run_revocations(&self, now: Timestamp) -> Result<Revoked, ConnectError> {
        let mut revoked = Revoked::default();
        loop {
            let due = self.store.take_revocations(self.client.client_id(), AT_ONCE, now + FIRST_WAIT, now)?;
            if due.is_empty() {
                return Ok(revoked);
            }
            for revocation in due {
                match self.client.revoke(&revocation.token) {
                    Ok(()) => {
                        self.store.revoked(&revocation, now)?;
                        revoked.done += 1;
                    }
                    Err(error) => {
                        let next_try = now + wait(revocation.tries);
                        self.store.revocation_failed(revocation.id, &error.to_string(), next_try)?;
                        revoked.failed += 1;
                    }
                }
            }
        }
    }
}

/// The wait after so many tries.
fn wait(tries: u32) -> Timestamp {
    let doublings = tries.saturating_sub(1).min(MAX_DOUBLINGS);
    (FIRST_WAIT << doublings).min(MAX_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_six_hours() {
        assert_eq!([1, 2, 3].map(wait), [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]);
        assert_eq!([20, u32::MAX].map(wait), [MAX_WAIT; 2]);
    }
}
