//! How fast requests may go: so many a second, so many at once after a rest.
//!
//! The limits are kept as the server sees them. In any one second there go no
//! more than the greater of `rate` and `burst`; over a longer time, `rate`. The
//! day's quota is counted in the queue, since it outlives a run.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use orcid_xml::Timestamp;

/// The share of the allowed rate that is used: the rest absorbs the jitter of
/// threads and networks, which would push two requests into one second.
const USED_SHARE: f64 = 0.96;
/// The longest sleep without a look at the stop flag.
const LOOKS: Duration = Duration::from_millis(50);

/// Time, so that tests need not sleep.
pub trait Clock: Send + Sync {
    /// Time since some moment; never goes back.
    fn now(&self) -> Duration;
    /// The time of day.
    fn wall(&self) -> Timestamp;
    /// Waits.
    fn sleep(&self, time: Duration);
}

/// The system's clock.
#[derive(Debug)]
pub struct SystemClock(Instant);

/// What the API allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Requests a second.
    pub rate: f64,
    /// Requests in one second after a rest.
    pub burst: u32,
    /// Requests that are on their way at one time.
    pub in_flight: usize,
    /// Requests in a UTC day; `None` for no limit.
    pub quota: Option<u64>,
}

/// Lets requests go one by one.
#[derive(Debug)]
pub struct Pace {
    gap: Duration,
    /// How far the schedule may lag behind the clock and still be caught up.
    slack: Duration,
    /// When the next request would go if all had been on time.
    due: Mutex<Option<Duration>>,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wall(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::try_from(since.as_micros()).unwrap_or(Timestamp::MAX)
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

impl Limits {
    /// ORCID's documented limits: of the member API, for a client that is
    /// registered, or for anyone.
    pub fn documented(is_member: bool, is_registered: bool) -> Self {
        match (is_member, is_registered) {
            (true, _) => Self { rate: 24.0, burst: 40, in_flight: 16, quota: None },
            (false, true) => Self { rate: 12.0, burst: 40, in_flight: 8, quota: Some(100_000) },
            (false, false) => Self { rate: 12.0, burst: 40, in_flight: 8, quota: Some(25_000) },
        }
    }
}

impl Pace {
    /// A pace that keeps to `limits`.
    pub fn new(limits: &Limits) -> Self {
        let gap = Duration::from_secs_f64(1.0 / (limits.rate * USED_SHARE));
        let spare = (f64::from(limits.burst) - limits.rate - 1.0).max(0.0);
        Self { gap, slack: gap.mul_f64(spare), due: Mutex::new(None) }
    }

    /// Goes on from an earlier run's last request, so that a program that is started
    /// again and again is no faster than one that runs on.
    pub fn go_on(&self, clock: &dyn Clock, last: Timestamp) {
        let since = Duration::from_micros(u64::try_from(clock.wall() - last).unwrap_or(0));
        let turn = clock.now() + self.gap.saturating_sub(since);
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = Some(turn);
    }

    /// Waits for this request's turn; false where `stop` came first.
    ///
    /// Those who come later wait at the lock, so that the time of each request
    /// is when it really went, not when it should have gone.
    pub fn wait(&self, clock: &dyn Clock, stop: &AtomicBool) -> bool {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = due.unwrap_or_else(|| clock.now());
        loop {
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            let left = turn.saturating_sub(clock.now());
            if left.is_zero() {
                break;
            }
            clock.sleep(left.min(LOOKS));
        }
        *due = Some(turn.max(clock.now().saturating_sub(self.slack)) + self.gap);
        true
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A clock that goes on when somebody sleeps.
    #[derive(Debug, Default)]
    pub struct TestClock(pub Mutex<Duration>);

    impl Clock for TestClock {
        fn now(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        fn wall(&self) -> Timestamp {
            self.now().as_micros() as Timestamp
        }

        fn sleep(&self, time: Duration) {
            *self.0.lock().unwrap() += time;
        }
    }

    /// When requests go, if each is asked for at once, and after 100 there is a
    /// rest of a minute.
    fn times(limits: &Limits) -> Vec<f64> {
        let (clock, pace, stop) = (TestClock::default(), Pace::new(limits), AtomicBool::new(false));
        (0..300)
            .map(|number| {
                if number == 100 {
                    clock.sleep(Duration::from_secs(60));
                }
                assert!(pace.wait(&clock, &stop));
                clock.now().as_secs_f64()
            })
            .collect()
    }

    fn most_in_a_second(times: &[f64]) -> usize {
        let within = |first: &f64| times.iter().filter(|time| (*first..*first + 1.0).contains(*time)).count();
        times.iter().map(within).max().unwrap()
    }

    #[test]
    fn no_second_sees_more_than_the_limit() {
        for (rate, burst, most) in
            [(12.0, 1, 12), (12.0, 12, 12), (12.0, 40, 40), (24.0, 40, 40), (2.0, 3, 3)]
        {
            let limits = Limits { rate, burst, in_flight: 1, quota: None };

            let found = most_in_a_second(&times(&limits));

            assert!(found <= most, "{rate} a second, burst {burst}: {found}");
        }
    }

    #[test]
    fn a_rest_is_made_up_for_by_a_burst() {
        let limits = Limits { rate: 12.0, burst: 40, in_flight: 1, quota: None };

        let times = times(&limits);

        assert!(most_in_a_second(&times[..100]) <= 12);
        assert!(most_in_a_second(&times[100..]) >= 36);
    }

    #[test]
    fn nearly_all_of_the_rate_is_used() {
        let limits = Limits { rate: 12.0, burst: 1, in_flight: 1, quota: None };

        let times = times(&limits);

        assert!(99.0 / times[99] >= 0.95 * 12.0, "{}", 99.0 / times[99]);
    }

    #[test]
    fn a_program_that_is_started_again_keeps_to_the_limit() {
        let limits = Limits { rate: 12.0, burst: 40, in_flight: 1, quota: None };
        let (clock, stop) = (TestClock::default(), AtomicBool::new(false));
        let mut times = Vec::new();
        for run in 0..60 {
            let pace = Pace::new(&limits);
            times.last().inspect(|last: &&f64| pace.go_on(&clock, (**last * 1e6) as Timestamp));
            for request in 0..run % 4 + 1 {
                // Now and then an answer is slow, and what has waited goes at once.
                let slow = if request == 1 { 700 } else { 1 };
                assert!(pace.wait(&clock, &stop));
                times.push(clock.now().as_secs_f64());
                clock.sleep(Duration::from_millis(slow));
            }
        }

        assert!(most_in_a_second(&times) <= 40);
        assert!(times.len() as f64 / times[times.len() - 1] <= 12.0);
    }

    #[test]
    fn a_stop_ends_the_wait() {
        let limits = Limits { rate: 0.001, burst: 1, in_flight: 1, quota: None };
        let (clock, pace, stop) = (TestClock::default(), Pace::new(&limits), AtomicBool::new(false));
        assert!(pace.wait(&clock, &stop));
        stop.store(true, Ordering::Relaxed);

        assert!(!pace.wait(&clock, &stop));
    }
}
