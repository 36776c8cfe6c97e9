//! The state that the threads of a fetch share: the client and its limits, the queue under its
//! lock, and the server's behaviour so far.
//!
//! Threads hold the queue's lock only while they read or write the queue. They decide about an
//! answer without the lock ([`super::decide`]).

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::heard::Heard;
use super::refusals::Refusals;
use crate::refresh::connected::ConnectedPeople;
use crate::refresh::error::RefreshError;
use crate::refresh::queue::{Queue, QueueError, Run, Spending};
use crate::slice::Slice;
use orcid_api::{Breaker, Client, Clock, Jitter, Limits, Pace, RetryPolicy};
use orcid_xml::Timestamp;

/// How fetching ended, if nothing broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// No requests are left.
    Done,
    /// A signal came.
    Stopped,
    /// The day's quota is used up until this time.
    Quota(Timestamp),
}

/// What the threads share.
pub struct Fetch {
    pub client: Arc<dyn Client>,
    pub limits: Limits,
    pub retry_policy: RetryPolicy,
    pub clock: Arc<dyn Clock>,
    pub stop: Arc<AtomicBool>,
    pub run: Run,
    /// Whether full items are fetched too.
    pub activities: bool,
    /// Records are files of a bucket, whose list tells how new they must be.
    pub from_bucket: bool,
    /// The people whom the dataset has, if they were selected.
    pub slice: Option<Arc<Slice>>,
    /// Whose own tokens are used, if they are.
    pub people: Option<Arc<dyn ConnectedPeople>>,
    breaker: Mutex<Breaker>,
    jitter: Mutex<Jitter>,
    /// What went wrong last.
    trouble: Mutex<String>,
    /// The time since which the server has only answered that the rate is limited.
    limited_since: Mutex<Option<Duration>>,
    /// The requests that have been refused with 401.
    pub(super) token: Refusals,
    /// Whether the server gives useful answers.
    pub(super) heard: Heard,
    /// The server's time at its first answer.
    first_date: AtomicI64,
    /// The newest change among the answers.
    newest: AtomicI64,
    /// Requests that have been answered, and requests that are known to be left.
    pub(super) answered: AtomicU64,
    pub(super) left: AtomicU64,
    pace: Pace,
    state: Mutex<Shared>,
}

/// State under one lock.
pub(super) struct Shared {
    /// `None` once the main thread has taken it back.
    pub(super) queue: Option<Queue>,
    /// Requests in flight.
    pub(super) on_way: usize,
    pub(super) end: Option<Result<End, RefreshError>>,
    pub(super) threads: usize,
}

impl Fetch {
    pub fn new(
        client: Arc<dyn Client>,
        limits: Limits,
        retry_policy: RetryPolicy,
        clock: Arc<dyn Clock>,
        stop: Arc<AtomicBool>,
        run: Run,
        activities: bool,
    ) -> Self {
        let seed = clock.wall().unsigned_abs();
        let state = Shared { queue: None, on_way: 0, end: None, threads: 0 };
        Self {
            pace: Pace::new(&limits),
            client,
            limits,
            retry_policy,
            clock,
            stop,
            run,
            activities,
            from_bucket: false,
            slice: None,
            people: None,
            breaker: Mutex::default(),
            jitter: Mutex::new(Jitter::new(seed)),
            trouble: Mutex::default(),
            limited_since: Mutex::default(),
            token: Refusals::default(),
            heard: Heard::default(),
            first_date: AtomicI64::new(Timestamp::MAX),
            newest: AtomicI64::new(Timestamp::MIN),
            answered: AtomicU64::new(0),
            left: AtomicU64::new(0),
            state: Mutex::new(state),
        }
    }

    /// Keeps the gap to the client's last request, whichever run sent it.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] if the disk fails.
    pub fn go_on(&self, queue: &Queue) -> Result<(), RefreshError> {
        if let Some(last) = queue.last_request(&self.account())? {
            self.pace.go_on(self.clock.as_ref(), last);
        }
        Ok(())
    }

    /// The name under which the client's quota is counted.
    pub fn account(&self) -> String {
        account(&*self.client)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Shared> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads something from the queue; returns the default if the main thread has taken the queue
    /// back.
    pub(super) fn look_up<T: Default>(
        &self,
        find: impl FnOnce(&Queue) -> Result<T, QueueError>,
    ) -> Result<T, RefreshError> {
        match &self.lock().queue {
            Some(queue) => Ok(find(queue)?),
            None => Ok(T::default()),
        }
    }

    /// Waits for a request's turn and counts it; false if it may not go.
    pub(super) fn may_go(&self, task: Option<i64>) -> bool {
        self.pace.wait(self.clock.as_ref(), &self.stop) && self.spend(task)
    }

    /// Counts a request against the quota; false if no quota is left.
    fn spend(&self, task: Option<i64>) -> bool {
        let mut state = self.lock();
        let Some(queue) = &mut state.queue else { return false };
        let spending = Spending { run: self.run.id, task };
        match queue.spend(&self.account(), self.limits.quota, self.clock.wall(), spending) {
            Ok(None) => true,
            Ok(Some(until)) => {
                state.end.get_or_insert(Ok(End::Quota(until)));
                false
            }
            Err(error) => {
                state.end.get_or_insert(Err(error.into()));
                false
            }
        }
    }

    /// True if the server has answered this program.
    pub fn has_answers(&self) -> bool {
        self.answered.load(Ordering::Relaxed) > 0
    }

    /// Notes the server's time.
    pub(super) fn note_date(&self, date: Option<Timestamp>) {
        if let Some(date) = date {
            self.first_date.fetch_min(date, Ordering::Relaxed);
        }
    }

    /// The server's time at its first answer to this program; `None` if its answers have no time.
    pub fn first_date(&self) -> Option<Timestamp> {
        Some(self.first_date.load(Ordering::Relaxed)).filter(|date| *date != Timestamp::MAX)
    }

    /// Notes the last change of a record that has arrived.
    pub(super) fn note_newest(&self, modified: Option<Timestamp>) {
        if let Some(modified) = modified {
            self.newest.fetch_max(modified, Ordering::Relaxed);
        }
    }

    /// The newest change among the records that have arrived.
    pub fn newest(&self) -> Option<Timestamp> {
        Some(self.newest.load(Ordering::Relaxed)).filter(|newest| *newest != Timestamp::MIN)
    }

    /// Keeps an error, for the message if the run ends.
    pub(super) fn note_trouble(&self, what: &str) {
        what.clone_into(&mut self.trouble.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What went wrong last.
    pub(super) fn trouble(&self) -> String {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes that the server limits the rate.
    pub(super) fn note_limited(&self, now: Duration) {
        self.limited_since.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(now);
    }

    /// Notes that the server has answered.
    pub(super) fn note_unlimited(&self) {
        *self.limited_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn is_limited(&self) -> bool {
        self.limited_since.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// How a run ends if the server limits the rate each time.
    pub(super) fn limited(&self, now: Duration) -> RefreshError {
        let since = *self.limited_since.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = now.saturating_sub(since.unwrap_or(now)).as_secs();
        RefreshError::Limited { url: self.client.host().api.clone(), seconds }
    }

    /// How the run ends if the server gives only errors.
    pub(super) fn only_faults(&self) -> Option<RefreshError> {
        let faults = self.heard.only_faults()?;
        Some(RefreshError::OnlyFaults { url: self.client.host().api.clone(), faults, what: self.trouble() })
    }

    /// How fetching has really ended: if the server has given no answer, or no useful one, the
    /// requests that were given up are to be sent again.
    ///
    /// # Errors
    /// The error of `end`, or that the server has not answered.
    pub fn real_end(&self, queue: &Queue, end: Result<End, RefreshError>) -> Result<End, RefreshError> {
        let silent = self.heard.is_silent();
        if !silent && self.heard.only_faults().is_none() {
            return end;
        }
        let given_up = queue.retry_given_up(self.run.id)?;
        match end {
            Ok(End::Done) if silent && given_up > 0 => {
                Err(RefreshError::Silent { url: self.client.host().api.clone(), what: self.trouble() })
            }
            end => end,
        }
    }

    /// Updates the number of remaining requests after one was answered and `more` were added.
    pub(super) fn count_answered(&self, more: u64) {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| (left + more).checked_sub(1))
            .ok();
    }

    pub(super) fn jitter(&self) -> f64 {
        self.jitter.lock().unwrap_or_else(PoisonError::into_inner).draw()
    }

    pub(super) fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name under which a client's quota is counted: host and client.
fn account(client: &dyn Client) -> String {
    let who = client.client_id().unwrap_or_else(|| "anonymous".to_owned());
    format!("{} {who}", client.host().api)
}
