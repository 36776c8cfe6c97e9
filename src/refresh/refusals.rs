//! Whether a 401 speaks of the token or of the one request that it answers.
//!
//! A token may have expired: then a new one is obtained. Or the server refuses one
//! record and gives all others: then that record is given up, and the run goes on.
//! Which of the two it is shows by asking for something that the token was good for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::fetch::Fetch;
use super::settle::Verdict;
use super::tasks::Task;
use orcid_api::ApiError;
use orcid_xml::Timestamp;

/// Refusals of one request, after which it is given up where the token is good.
const MAX_LOOKS: u32 = 3;
/// New tokens in a row without an answer to any request, after which a further one
/// would not help.
const MAX_RENEWALS: u32 = 3;
/// Refusals in a row of whichever requests, after which the token counts as refused,
/// whatever else is answered.
const MAX_REFUSALS: u32 = 60;
/// What any token is good for, where nothing has been answered yet.
const PROBE_PATH: &str = "/search?q=orcid%3A0000-0002-1825-0097&rows=1";
/// The code of a request that is refused though the token is good.
const UNAUTHORIZED: &str = "unauthorized";

/// What has been refused, and what has not.
#[derive(Debug, Default)]
pub struct Refusals {
    /// By request: how often.
    looks: Mutex<HashMap<i64, u32>>,
    /// The last request that was answered.
    good: Mutex<Option<String>>,
    in_a_row: AtomicU32,
    renewals: AtomicU32,
}

impl Refusals {
    /// Notes that a request was answered: the token is good.
    pub fn accepted(&self, path: &str) {
        self.in_a_row.store(0, Ordering::Relaxed);
        self.renewals.store(0, Ordering::Relaxed);
        *own(&self.good) = Some(path.to_owned());
    }

    /// Notes that a request was refused; gives how often it has been.
    fn refused(&self, task: i64) -> u32 {
        let mut looks = own(&self.looks);
        let count = looks.entry(task).or_default();
        *count += 1;
        *count
    }
}

fn own<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Fetch {
    /// Decides about a request that was refused.
    pub(super) fn refused(&self, task: &Task, asked_at: Timestamp) -> Verdict {
        let looks = self.token.refused(task.id);
        let refused = |what: &str| Verdict::End(ApiError::Refused { what: what.to_owned() }.into());
        if self.token.in_a_row.fetch_add(1, Ordering::Relaxed) >= MAX_REFUSALS {
            return refused("it refuses one request after the other");
        }
        if looks >= MAX_LOOKS {
            return match self.token_is_good() {
                true => Verdict::GiveUp { code: UNAUTHORIZED },
                false => refused("a new one does not help"),
            };
        }
        if self.token.renewals.load(Ordering::Relaxed) >= MAX_RENEWALS {
            return match self.token_is_good() {
                true => Verdict::Again { code: UNAUTHORIZED, after: None, counts: true },
                false => refused("a new one does not help"),
            };
        }
        match self.client.renew(asked_at, self.clock.wall()) {
            Ok(renewed) => {
                self.token.renewals.fetch_add(u32::from(renewed), Ordering::Relaxed);
                Verdict::Again { code: "token-renewed", after: None, counts: false }
            }
            Err(_) if self.token_is_good() => {
                Verdict::Again { code: UNAUTHORIZED, after: None, counts: true }
            }
            Err(error) => Verdict::End(error.into()),
        }
    }

    /// Asks for what was answered before. Where that fails for another reason, nothing is
    /// known against the token.
    fn token_is_good(&self) -> bool {
        let path = own(&self.token.good).clone().unwrap_or_else(|| PROBE_PATH.to_owned());
        if !self.may_go(None) {
            return true;
        }
        !matches!(self.client.get(&path), Ok(reply) if matches!(reply.status, 401 | 403))
    }
}
