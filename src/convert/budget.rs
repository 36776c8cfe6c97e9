//! Bytes in flight between reading and writing, held below a limit.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// A limit on bytes that are in memory at a time.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit_bytes: usize,
    used_bytes: Mutex<usize>,
    freed: Condvar,
}

/// The right to hold some bytes, given back when dropped.
#[derive(Debug)]
pub struct Permit {
    budget: Budget,
    bytes: usize,
}

impl Budget {
    pub fn new(limit_bytes: usize) -> Self {
        Self(Arc::new(Shared { limit_bytes, used_bytes: Mutex::new(0), freed: Condvar::new() }))
    }

    /// Waits until `bytes` fit. What is larger than the whole limit waits
    /// until it is alone, so that it passes too.
    pub fn take(&self, bytes: usize) -> Permit {
        let shared = &self.0;
        let mut used = shared.used_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        while *used > 0 && *used + bytes > shared.limit_bytes {
            used = shared.freed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
        *used += bytes;
        Permit { budget: self.clone(), bytes }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let shared = &self.budget.0;
        *shared.used_bytes.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        shared.freed.notify_all();
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

        assert_eq!(*budget.0.used_bytes.lock().unwrap(), 10);
    }
}
