//! Tracks which requests have been refused with 401, and which have not.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The requests that have been refused, and the last one that was not.
#[derive(Debug, Default)]
pub struct Refusals {
    /// The number of refusals by request.
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

    /// Notes that a request was refused; returns the number of its refusals.
    pub fn refused(&self, task: i64) -> u32 {
        let mut looks = own(&self.looks);
        let count = looks.entry(task).or_default();
        *count += 1;
        *count
    }

    /// Counts a refusal of any request; returns the number of refusals in a row before it.
    pub fn count_in_a_row(&self) -> u32 {
        self.in_a_row.fetch_add(1, Ordering::Relaxed)
    }

    /// How many new tokens have been obtained since the last answer.
    pub fn renewals(&self) -> u32 {
        self.renewals.load(Ordering::Relaxed)
    }

    /// Notes that a new token was obtained.
    pub fn renewed(&self) {
        self.renewals.fetch_add(1, Ordering::Relaxed);
    }

    /// The last request that was answered.
    pub fn last_accepted(&self) -> Option<String> {
        own(&self.good).clone()
    }
}

fn own<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
