//! Bytes in flight between reading and writing, held below a limit.
//!
//! Memory that open row groups may need later is lent to chunks until then, so that memory depends
//! less on the size of an archive.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A limit on bytes that are in memory at a time.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bytes: Mutex<Bytes>,
    changed: Condvar,
}

#[derive(Debug)]
struct Bytes {
    limit: usize,
    used: usize,
}

/// The right to hold some bytes, given back when dropped.
#[derive(Debug)]
pub struct Permit {
    budget: Budget,
    bytes: usize,
}

/// Bytes that a budget has been lent for now.
#[derive(Debug)]
pub struct Reservation {
    budget: Budget,
    whole: usize,
    bytes: usize,
}

impl Budget {
    pub fn new(limit_bytes: usize) -> Self {
        Self(Arc::new(Shared {
            bytes: Mutex::new(Bytes { limit: limit_bytes, used: 0 }),
            changed: Condvar::new(),
        }))
    }

    /// Waits until `bytes` fit. A request larger than the whole limit waits until nothing else is
    /// held, so that it gets through too.
    pub fn take(&self, bytes: usize) -> Permit {
        let mut held = self.0.lock();
        while held.used > 0 && held.used + bytes > held.limit {
            held = self.0.changed.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        held.used += bytes;
        Permit { budget: self.clone(), bytes }
    }

    /// Lends `bytes` to this budget until they are needed again or the reservation is dropped.
    pub fn lend(&self, bytes: usize) -> Reservation {
        let mut reservation = Reservation { budget: self.clone(), whole: bytes, bytes: 0 };
        reservation.set(bytes);
        reservation
    }
}

impl Reservation {
    /// Lends all but `taken` bytes; permits that are held already stay valid.
    pub fn lend_all_but(&mut self, taken: usize) {
        self.set(self.whole.saturating_sub(taken));
    }

    fn set(&mut self, bytes: usize) {
        let shared = &self.budget.0;
        let mut held = shared.lock();
        held.limit = held.limit - self.bytes + bytes;
        self.bytes = bytes;
        shared.changed.notify_all();
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.set(0);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let shared = &self.budget.0;
        shared.lock().used -= self.bytes;
        shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Bytes> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
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

        assert_eq!(budget.0.lock().used, 10);
    }

    #[test]
    fn what_is_lent_can_be_taken_and_called_in() {
        let budget = Budget::new(10);
        let mut reservation = budget.lend(10);
        let (first, _second) = (budget.take(10), budget.take(10));

        reservation.lend_all_but(6);
        drop(first);

        let _third = budget.take(4);
        assert_eq!(budget.0.lock().used, 14);
        drop(reservation);
        assert_eq!(budget.0.lock().limit, 10);
    }
}
