//! Bytes in flight between reading and writing, held below a limit.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A limit on bytes that are in memory at a time.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: usize,
    used: Mutex<usize>,
    changed: Condvar,
}

/// The right to hold some bytes, given back when dropped.
#[derive(Debug)]
pub struct Permit {
    budget: Budget,
    bytes: usize,
}

impl Budget {
    pub fn new(limit_bytes: usize) -> Self {
        Self(Arc::new(Shared { limit: limit_bytes, used: Mutex::new(0), changed: Condvar::new() }))
    }

    /// Waits until `bytes` fit. A request larger than the whole limit waits until nothing else is
    /// held, so that it gets through too.
    pub fn take(&self, bytes: usize) -> Permit {
        let mut used = self.0.lock();
        while *used > 0 && *used + bytes > self.0.limit {
            used = self.0.changed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
        *used += bytes;
        Permit { budget: self.clone(), bytes }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let shared = &self.budget.0;
        *shared.lock() -= self.bytes;
        shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, usize> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn what_is_larger_than_the_limit_passes_alone() {
        let budget = Budget::new(10);

        let large = budget.take(100);
        drop(large);
        let (_half, _other_half) = (budget.take(5), budget.take(5));

        assert_eq!(*budget.0.lock(), 10);
    }
}
