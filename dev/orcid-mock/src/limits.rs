//! How much may be asked: a rate with a burst, as the proxy before the API has
//! it, and a day's quota, as the API has it.

use std::collections::BTreeMap;
use std::time::Instant;

use super::answer::Answer;
use super::token::Caller;

/// What a server allows; `None` is without limit.
#[derive(Clone, Debug)]
pub struct Limits {
    pub per_second: Option<f64>,
    /// So many at once, before the rate counts.
    pub burst: f64,
    /// A day's requests of an address without a token.
    pub anonymous_quota: Option<u64>,
    /// A day's requests of a registered client.
    pub client_quota: Option<u64>,
}

impl Limits {
    /// What ORCID documents.
    pub fn orcid() -> Limits {
        Limits {
            per_second: Some(12.0),
            burst: 40.0,
            anonymous_quota: Some(25_000),
            client_quota: Some(100_000),
        }
    }

    pub fn none() -> Limits {
        Limits { per_second: None, burst: 0.0, anonymous_quota: None, client_quota: None }
    }
}

/// The state of the limits.
#[derive(Debug)]
pub struct Gate {
    limits: Limits,
    /// Requests that may still come at once, and as of when.
    allowed: f64,
    at: Instant,
    used: BTreeMap<String, u64>,
}

impl Gate {
    pub fn new(limits: Limits) -> Gate {
        Gate { allowed: limits.burst, limits, at: Instant::now(), used: BTreeMap::new() }
    }

    /// Other limits, with the whole burst to spend.
    pub fn set(&mut self, limits: Limits) {
        self.allowed = limits.burst;
        self.at = Instant::now();
        self.limits = limits;
    }

    /// A new day.
    pub fn reset_quota(&mut self) {
        self.used.clear();
    }

    /// What has been used of the day's quota, by address or client.
    pub fn used(&self) -> &BTreeMap<String, u64> {
        &self.used
    }

    /// Counts a request; the answer where there is one too many.
    pub fn refuse(&mut self, caller: &Caller, address: &str, at: Instant) -> Option<Answer> {
        if let Some(rate) = self.limits.per_second {
            let since = at.saturating_duration_since(self.at).as_secs_f64();
            self.allowed = (self.allowed + since * rate).min(self.limits.burst.max(1.0));
            self.at = at;
            if self.allowed < 1.0 {
                return Some(Answer::page(503, "Service Temporarily Unavailable"));
            }
            self.allowed -= 1.0;
        }
        let (name, quota) = match caller {
            Caller::Client(grant) => (format!("client {}", grant.client_id), self.limits.client_quota),
            _ => (format!("address {address}"), self.limits.anonymous_quota),
        };
        let used = self.used.entry(name).or_default();
        if quota.is_some_and(|quota| *used >= quota) {
            return Some(quota_exceeded());
        }
        *used += 1;
        None
    }
}

/// Plain text, and not a header that says when to come back.
fn quota_exceeded() -> Answer {
    let message = "Too Many Requests. You have exceeded the daily quota for anonymous usage of this API. \
                   You can increase your daily quota by registering for and using Public API client \
                   credentials (https://info.orcid.org/documentation/integration-guide/registering-a-public-api-client/)";
    Answer::new(429, "text/plain;charset=UTF-8", message)
}
