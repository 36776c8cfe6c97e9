//! How fast members may ask: a rate, and a queue before it in which requests wait.

use std::time::{Duration, Instant};

/// What a server allows members.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberLimits {
    /// `None` is without limit.
    pub per_second: Option<f64>,
    /// So many may wait; one more is refused with 503.
    pub burst: f64,
    /// Whether those who wait are held back to the rate, or answered at once.
    pub slows: bool,
}

impl MemberLimits {
    /// What ORCID documents.
    pub fn orcid() -> MemberLimits {
        MemberLimits { per_second: Some(24.0), burst: 40.0, slows: true }
    }

    pub fn none() -> MemberLimits {
        MemberLimits { per_second: None, ..MemberLimits::orcid() }
    }
}

/// The queue, by its length.
#[derive(Debug)]
pub struct Queue {
    limits: MemberLimits,
    waiting: f64,
    at: Instant,
}

impl Queue {
    pub fn new(limits: MemberLimits) -> Queue {
        Queue { limits, waiting: 0.0, at: Instant::now() }
    }

    /// How long a request waits; `None` if it is one too many.
    pub fn enter(&mut self, at: Instant) -> Option<Duration> {
        let Some(rate) = self.limits.per_second else { return Some(Duration::ZERO) };
        let passed = at.saturating_duration_since(self.at).as_secs_f64();
        self.waiting = (self.waiting - passed * rate).max(0.0);
        self.at = at;
        if self.waiting > self.limits.burst {
            return None;
        }
        let wait = if self.limits.slows { self.waiting / rate } else { 0.0 };
        self.waiting += 1.0;
        Some(Duration::from_secs_f64(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_waits_and_what_is_beyond_it_is_refused() {
        let start = Instant::now();
        let mut queue = Queue::new(MemberLimits::orcid());

        let waits: Vec<Option<Duration>> = (0..60).map(|_| queue.enter(start)).collect();

        assert_eq!(waits[0], Some(Duration::ZERO));
        assert_eq!(waits[24], Some(Duration::from_secs(1)));
        assert_eq!(waits.iter().filter(|wait| wait.is_some()).count(), 41);
        assert!(queue.enter(start + Duration::from_secs(1)).is_some());
        let mut queue = Queue::new(MemberLimits::orcid());
        let paced = (0..500).map(|number| queue.enter(start + Duration::from_millis(42) * number));
        assert!(paced.into_iter().all(|wait| wait == Some(Duration::ZERO)));
    }
}
