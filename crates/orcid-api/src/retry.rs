//! What to do when an answer fails to come: how long to wait before asking
//! again, and when to leave a server alone.

use std::time::Duration;

use super::time::parse_http_date;
use orcid_xml::Timestamp;

/// The longest wait between two tries of one request.
const MAX_WAIT: Duration = Duration::from_secs(120);
/// The longest time that a server's `Retry-After` is believed: two days.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(2 * 86_400);
/// Faults in a row, of whichever requests, after which the server counts as down.
const FAULTS_IN_A_ROW: u32 = 12;
/// The longest rest that a server which is down is given between two probes.
const MAX_REST: Duration = Duration::from_secs(300);

/// How often a request is tried, and how long an outage may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries of one request before it is given up for this run.
    pub tries: u32,
    /// The wait after the first; it doubles with each.
    pub first_wait: Duration,
    /// How long a server may be down before the run ends.
    pub outage_timeout: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { tries: 6, first_wait: Duration::from_secs(1), outage_timeout: Duration::from_secs(900) }
    }
}

/// The wait before a request's next try, of which `random` (0 to 1) decides a
/// half, so that many clients do not come back at one moment.
pub fn wait(retry_policy: &RetryPolicy, tried: u32, random: f64) -> Duration {
    let doubled = retry_policy.first_wait.saturating_mul(1 << tried.saturating_sub(1).min(20));
    doubled.min(MAX_WAIT).mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
}

/// Reads `Retry-After` in seconds or as a date; no more than two days.
pub fn parse_retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let after = match text.trim().parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Duration::from_micros(u64::try_from(parse_http_date(text)? - now).unwrap_or(0)),
    };
    Some(after.min(MAX_RETRY_AFTER))
}

/// Numbers from 0 to 1 that two processes do not share.
#[derive(Debug)]
pub struct Jitter(u64);

impl Jitter {
    /// A sequence of its own for each `seed` and process.
    pub fn new(seed: u64) -> Self {
        Self(seed ^ u64::from(std::process::id()).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// The next number.
    pub fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Leaves a server alone that fails again and again.
#[derive(Debug, Default)]
pub struct Breaker {
    faults: u32,
    /// When the first of the faults in a row came.
    since: Option<Duration>,
    /// No request before this.
    closed_until: Option<Duration>,
    rests: u32,
    /// The server has asked for quiet until then.
    held_until: Duration,
}

/// What a request may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// A request may go.
    Go,
    /// The server counts as down: ask whether it is there before anything else.
    Probe,
    /// The server is down; ask again after this time.
    Rest(Duration),
    /// It has been down for longer than one cares to wait.
    GiveUp(Duration),
}

impl Breaker {
    /// An answer came, whatever it said.
    pub fn succeeded(&mut self) {
        *self = Self { held_until: self.held_until, ..Self::default() };
    }

    /// The server has named a time before which it wants to hear nothing.
    pub fn hold(&mut self, until: Duration) {
        self.held_until = self.held_until.max(until);
    }

    /// No answer came, or one that says that the server is in trouble.
    pub fn failed(&mut self, now: Duration, retry_policy: &RetryPolicy) {
        self.faults += 1;
        self.since.get_or_insert(now);
        let down = self.faults >= FAULTS_IN_A_ROW;
        if down && self.closed_until.is_none_or(|until| until <= now) {
            let rest = retry_policy.first_wait.saturating_mul(4 << self.rests.min(10)).min(MAX_REST);
            self.closed_until = Some(now + rest);
            self.rests += 1;
        }
    }

    /// May a request go? While the server is down, a probe may at the end of each rest.
    pub fn ask(&mut self, now: Duration, retry_policy: &RetryPolicy) -> Permission {
        if now < self.held_until {
            return Permission::Rest(self.held_until - now);
        }
        let Some(until) = self.closed_until else { return Permission::Go };
        let down_for = now.saturating_sub(self.since.unwrap_or(now));
        if down_for > retry_policy.outage_timeout {
            return Permission::GiveUp(down_for);
        }
        if now < until {
            return Permission::Rest(until - now);
        }
        // The one that goes now is the probe; the next waits for what it finds.
        self.closed_until = Some(now + retry_policy.first_wait.saturating_mul(4).min(MAX_REST));
        Permission::Probe
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::parse;
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit() {
        let retry_policy = RetryPolicy::default();

        let waits: Vec<u64> = (1..=9).map(|tried| wait(&retry_policy, tried, 1.0).as_secs()).collect();

        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 120, 120]);
        assert_eq!(wait(&retry_policy, 1, 0.0), Duration::from_millis(500));
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = parse("2026-11-22T00:00:00Z").unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("Sun, 22 Nov 2026 00:02:00 GMT", Some(120)),
            ("Sun, 22 Nov 2015 00:02:00 GMT", Some(0)),
            ("18446744073709551615", Some(2 * 86_400)),
            ("soon", None),
        ] {
            assert_eq!(parse_retry_after(text, now).map(|wait| wait.as_secs()), seconds, "{text}");
        }
    }

    #[test]
    fn a_server_that_is_down_is_probed_now_and_then_and_given_up_in_the_end() {
        let (mut breaker, retry_policy) = (Breaker::default(), RetryPolicy::default());
        let at = Duration::from_secs;
        for fault in 1..FAULTS_IN_A_ROW {
            breaker.failed(at(u64::from(fault)), &retry_policy);
        }
        assert_eq!(breaker.ask(at(12), &retry_policy), Permission::Go);

        breaker.failed(at(12), &retry_policy);

        assert_eq!(breaker.ask(at(13), &retry_policy), Permission::Rest(at(3)));
        assert_eq!(breaker.ask(at(16), &retry_policy), Permission::Probe);
        assert_eq!(breaker.ask(at(16), &retry_policy), Permission::Rest(at(4)));
        assert!(matches!(breaker.ask(at(1_000), &retry_policy), Permission::GiveUp(_)));
        breaker.succeeded();
        assert_eq!(breaker.ask(at(1_000), &retry_policy), Permission::Go);
        breaker.hold(at(1_005));
        breaker.succeeded();
        assert_eq!(breaker.ask(at(1_001), &retry_policy), Permission::Rest(at(4)));
    }
}
