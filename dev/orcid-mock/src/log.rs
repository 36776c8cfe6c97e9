//! What the server was asked, and what can be read from it.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::host::Host;

/// One request, in the order of their arrival.
#[derive(Clone, Debug)]
pub struct Request {
    /// From 1.
    pub number: u64,
    pub at: Instant,
    pub method: String,
    /// Without what names the host.
    pub path: String,
    pub host: Host,
    pub query: String,
    pub user_agent: String,
    /// Whether there was an `Authorization` header, valid or not.
    pub authorized: bool,
    /// What was sent; `None` where the connection broke before.
    pub status: Option<u16>,
    /// The fault that was played, by its name.
    pub fault: Option<&'static str>,
    /// Whether the whole answer has gone out.
    pub complete: bool,
    /// Whether the answer was the true one, whatever its status.
    pub sound: bool,
}

/// All requests.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub requests: Vec<Request>,
    visits: HashMap<String, u64>,
    in_flight: usize,
    peak: usize,
}

impl Request {
    /// Path and query, as in the request line.
    pub fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// Whether it is one for the API, and not for a token.
    pub fn is_for_api(&self) -> bool {
        self.path.starts_with("/v3.0/")
    }

    /// Whether the client has been given what it asked for.
    pub fn was_answered(&self) -> bool {
        self.status == Some(200) && self.complete && self.sound
    }
}

impl Log {
    /// Notes a request and gives its number, and how many came before with the
    /// same target.
    pub fn arrive(&mut self, mut request: Request) -> (u64, u64) {
        self.in_flight += 1;
        self.peak = self.peak.max(self.in_flight);
        request.number = self.requests.len() as u64 + 1;
        let visits = self.visits.entry(request.target()).or_default();
        *visits += 1;
        let before = *visits - 1;
        self.requests.push(request);
        (self.requests.len() as u64, before)
    }

    pub fn leave(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    pub fn request(&mut self, number: u64) -> Option<&mut Request> {
        self.requests.get_mut(number as usize - 1)
    }

    pub fn total(&self) -> usize {
        self.requests.len()
    }

    /// Requests for the API, without those for tokens.
    pub fn for_api(&self) -> impl Iterator<Item = &Request> {
        self.requests.iter().filter(|request| request.is_for_api())
    }

    /// The most that came within any second.
    pub fn busiest_second(&self) -> usize {
        self.busiest(Duration::from_secs(1))
    }

    /// The most API requests that came within any such stretch of time.
    pub fn busiest(&self, length: Duration) -> usize {
        let mut arrivals: Vec<Instant> = self.for_api().map(|request| request.at).collect();
        arrivals.sort();
        let within = |first: usize| {
            let end = arrivals[first] + length;
            arrivals[first..].partition_point(|at| *at < end)
        };
        (0..arrivals.len()).map(within).max().unwrap_or(0)
    }

    /// The most that were being answered at one time.
    pub fn peak_in_flight(&self) -> usize {
        self.peak
    }

    pub fn by_path(&self) -> BTreeMap<String, usize> {
        counted(self.requests.iter().map(|request| request.path.clone()))
    }

    /// Statuses sent; `0` stands for a connection that broke before one was.
    pub fn by_status(&self) -> BTreeMap<u16, usize> {
        counted(self.requests.iter().map(|request| request.status.unwrap_or(0)))
    }

    pub fn by_fault(&self) -> BTreeMap<&'static str, usize> {
        counted(self.requests.iter().filter_map(|request| request.fault))
    }

    /// By record, section or item how often it was asked for again after it had
    /// been given whole; searches and tokens may be asked for at any time.
    pub fn repeats(&self) -> BTreeMap<String, usize> {
        let mut answered: BTreeMap<String, usize> = BTreeMap::new();
        let mut repeats = BTreeMap::new();
        for request in self.for_api().filter(|request| is_content(&request.path)) {
            let target = request.target();
            let before = answered.get(&target).copied().unwrap_or(0);
            if before > 0 {
                *repeats.entry(target.clone()).or_default() += 1;
            }
            *answered.entry(target).or_default() += usize::from(request.was_answered());
        }
        repeats
    }

    /// By iD and put code how often a work was given again, alone or in bulk.
    pub fn repeated_works(&self) -> BTreeMap<String, usize> {
        let given = self.for_api().filter(|request| request.was_answered());
        let mut counts = counted(given.flat_map(|request| works_of(&request.path)));
        counts.retain(|_, count| {
            *count -= 1;
            *count > 0
        });
        counts
    }

    /// Requests whose user agent does not name the tool.
    pub fn without_agent(&self, name: &str) -> usize {
        self.requests.iter().filter(|request| !request.user_agent.contains(name)).count()
    }

    pub fn unauthorized(&self) -> usize {
        self.for_api().filter(|request| !request.authorized).count()
    }

    /// All of this as JSON.
    pub fn counts(&self) -> Value {
        json!({
            "total": self.total(),
            "for_api": self.for_api().count(),
            "busiest_second": self.busiest_second(),
            "peak_in_flight": self.peak_in_flight(),
            "by_status": self.by_status(),
            "by_fault": self.by_fault(),
            "repeats": self.repeats(),
            "repeated_works": self.repeated_works(),
            "unauthorized": self.unauthorized(),
            "without_agent": self.without_agent("orcidlake"),
        })
    }
}

fn counted<T: Ord>(things: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for thing in things {
        *counts.entry(thing).or_default() += 1;
    }
    counts
}

fn is_content(path: &str) -> bool {
    path.trim_start_matches("/v3.0/").starts_with("0")
}

fn works_of(path: &str) -> Vec<String> {
    let parts: Vec<&str> = path.trim_start_matches("/v3.0/").split('/').collect();
    match parts.as_slice() {
        [orcid, "work" | "works", put_codes] => {
            put_codes.split(',').map(|put_code| format!("{orcid}/{put_code}")).collect()
        }
        _ => Vec::new(),
    }
}
