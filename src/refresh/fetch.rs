//! Works through the queue: some threads, each with one request at a time.
//!
//! A request goes when the queue has one, the breaker, the pace and the quota
//! let it; its answer is in the queue before the thread looks for the next. The
//! threads are not waited for longer than some seconds after a stop, so that a
//! slow server does not hold the program; what it answers then is asked again.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::RefreshError;
use super::outage::{Heard, is_up};
use super::queue::Queue;
use super::quota::Spent;
use super::refusals::Refusals;
use super::runs::Run;
use super::settle;
use super::tasks::{Next, Task};
use orcid_api::{Breaker, Jitter, Permission, RetryPolicy};
use orcid_api::{Client, Fault, Reply};
use orcid_api::{Clock, Limits, Pace};
use orcid_xml::Timestamp;

/// How long requests on their way are waited for after a stop.
const GRACE: Duration = Duration::from_secs(3);
/// Time between looks at what the threads have come to.
const LOOKS: Duration = Duration::from_millis(20);
/// What tells whether a server is there.
const STATUS_PATH: &str = "/pubStatus";
/// The longest wait of a thread before it looks again.
const MAX_NAP: Duration = Duration::from_millis(50);

/// Who hears how fetching goes on: requests answered, and known to be left.
pub type Told<'t> = &'t dyn Fn(u64, u64);

/// How fetching ended, where nothing broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Nothing is left to ask.
    Done,
    /// A signal came.
    Stopped,
    /// The day's quota is used up, until then.
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
    pub(super) breaker: Mutex<Breaker>,
    pub(super) jitter: Mutex<Jitter>,
    /// What went wrong last.
    trouble: Mutex<String>,
    /// Since when the server has limited the rate, and answered nothing else.
    limited_since: Mutex<Option<Duration>>,
    /// What has been refused with 401.
    pub(super) token: Refusals,
    /// Whether the server gives anything.
    pub(super) heard: Heard,
    /// The server's time at its first answer.
    first_date: AtomicI64,
    /// The newest change that an answer has told.
    newest: AtomicI64,
    /// Requests that have been answered, and that are known to be left.
    pub(super) answered: AtomicU64,
    pub(super) left: AtomicU64,
    pace: Pace,
    state: Mutex<State>,
}

/// What is changed under one lock.
struct State {
    /// `None` once the main thread has taken it back.
    queue: Option<Queue>,
    /// Requests on their way.
    on_way: usize,
    end: Option<Result<End, RefreshError>>,
    threads: usize,
}

enum Step {
    Ask(Box<Task>),
    /// Ask whether the server is there; the task waits for what comes of it.
    Probe(Box<Task>),
    Nap(Duration),
    Home,
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
        let state = State { queue: None, on_way: 0, end: None, threads: 0 };
        Self {
            pace: Pace::new(&limits),
            client,
            limits,
            retry_policy,
            clock,
            stop,
            run,
            activities,
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

    /// Keeps to the pace of the client's last request, whichever run has made it.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
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

    /// Asks all that the queue has, until nothing is left or something ends it.
    ///
    /// # Errors
    /// [`RefreshError`] where the queue fails, the server stays down, a search
    /// cannot be answered or the token is refused. The queue comes back with it.
    pub fn all(self: &Arc<Self>, queue: Queue, told: Told<'_>) -> (Queue, Result<End, RefreshError>) {
        let left = queue.counts(self.run.id, &["search", "record", "works", "item", "listing"]);
        self.left.store(left.map_or(0, |counts| counts.waiting), Ordering::Relaxed);
        {
            let mut state = self.lock();
            (state.queue, state.end, state.threads) = (Some(queue), None, self.limits.in_flight.max(1));
        }
        for _ in 0..self.limits.in_flight.max(1) {
            let own = self.clone();
            std::thread::spawn(move || own.work());
        }
        let mut stopping = None;
        loop {
            std::thread::sleep(LOOKS);
            told(self.answered.load(Ordering::Relaxed), self.left.load(Ordering::Relaxed));
            let now = self.clock.now();
            if self.stop.load(Ordering::Relaxed) {
                stopping.get_or_insert(now);
            }
            let mut state = self.lock();
            let waited = stopping.is_some_and(|since| now.saturating_sub(since) > GRACE);
            if state.threads == 0 || waited {
                let end = state.end.take().unwrap_or(Ok(End::Stopped));
                let queue = state.queue.take().expect("only this thread takes it");
                return (queue, end);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let _place = Place(self);
        loop {
            match self.next() {
                Step::Ask(task) => self.ask(&task),
                Step::Probe(task) => self.probe(&task),
                Step::Nap(time) => self.clock.sleep(time.min(MAX_NAP)),
                Step::Home => break,
            }
        }
    }

    /// What this thread does next.
    fn next(&self) -> Step {
        let mut state = self.lock();
        let state = &mut *state;
        let Some(queue) = &mut state.queue else { return Step::Home };
        if state.end.is_some() || self.stop.load(Ordering::Relaxed) {
            return Step::Home;
        }
        if let Some(error) = self.useless() {
            state.end = Some(Err(error));
            return Step::Home;
        }
        let task = match queue.take(self.run.id, self.clock.wall()) {
            Ok(Next::Task(task)) => task,
            Ok(Next::Later(time)) => return Step::Nap(time),
            Ok(Next::Nothing) if state.on_way == 0 => {
                state.end = Some(Ok(End::Done));
                return Step::Home;
            }
            Ok(Next::Nothing) => return Step::Nap(LOOKS),
            Err(error) => {
                state.end = Some(Err(error));
                return Step::Home;
            }
        };
        let verdict = self.breaker().ask(self.clock.now(), &self.retry_policy);
        let step = match verdict {
            Permission::Go => {
                state.on_way += 1;
                return Step::Ask(task);
            }
            Permission::Probe => {
                state.on_way += 1;
                return Step::Probe(task);
            }
            Permission::Rest(time) => Step::Nap(time),
            Permission::GiveUp(time) => {
                let down = RefreshError::Down { seconds: time.as_secs(), what: self.trouble() };
                let limited = self.is_limited().then(|| self.limited(self.clock.now()));
                state.end = Some(Err(limited.unwrap_or(down)));
                Step::Home
            }
        };
        if let Err(error) = queue.give_back(&task) {
            state.end = Some(Err(error));
        }
        step
    }

    /// Asks once, in its turn.
    fn ask(&self, task: &Task) {
        if !self.may_go(Some(task.id)) {
            self.settled(|queue| queue.give_back(task));
            return;
        }
        let asked_at = self.clock.wall();
        let result: Result<Reply, Fault> = self.client.get(&task.wanted.path());
        self.answered.fetch_add(1, Ordering::Relaxed);
        // What can be decided without the queue is, so that the others need not wait.
        let verdict = settle::judge(self, task, result, asked_at);
        self.settled(|queue| settle::write(self, queue, task, verdict));
    }

    /// Asks a server that counts as down for its status. If it says that it is up, what
    /// failed before failed for itself.
    fn probe(&self, task: &Task) {
        if self.may_go(None) {
            match is_up(&self.client.get(STATUS_PATH)) {
                true => self.breaker().succeeded(),
                false => self.breaker().failed(self.clock.now(), &self.retry_policy),
            }
        }
        self.settled(|queue| queue.give_back(task));
    }

    /// Waits for a request's turn and counts it; false where it may not go.
    pub(super) fn may_go(&self, task: Option<i64>) -> bool {
        self.pace.wait(self.clock.as_ref(), &self.stop) && self.spend(task)
    }

    /// Counts a request against the quota; false where none is left.
    fn spend(&self, task: Option<i64>) -> bool {
        let mut state = self.lock();
        let Some(queue) = &mut state.queue else { return false };
        let spent = Spent { run: self.run.id, task };
        match queue.spend(&self.account(), self.limits.quota, self.clock.wall(), spent) {
            Ok(None) => true,
            Ok(Some(until)) => {
                state.end.get_or_insert(Ok(End::Quota(until)));
                false
            }
            Err(error) => {
                state.end.get_or_insert(Err(error));
                false
            }
        }
    }

    /// Writes down what became of a request that was taken.
    fn settled(&self, write: impl FnOnce(&mut Queue) -> Result<(), RefreshError>) {
        let mut state = self.lock();
        let written = state.queue.as_mut().map_or(Ok(()), write);
        if let Err(error) = written {
            state.end.get_or_insert(settle::end_of(error));
        }
        state.on_way -= 1;
    }

    /// True where the server has answered this program.
    pub fn has_answers(&self) -> bool {
        self.answered.load(Ordering::Relaxed) > 0
    }

    /// Notes what time it is for the server.
    pub(super) fn note_date(&self, date: Option<Timestamp>) {
        if let Some(date) = date {
            self.first_date.fetch_min(date, Ordering::Relaxed);
        }
    }

    /// The server's time when it first answered this program; `None` where it does not
    /// tell.
    pub fn first_date(&self) -> Option<Timestamp> {
        Some(self.first_date.load(Ordering::Relaxed)).filter(|date| *date != Timestamp::MAX)
    }

    /// Notes when a record that came has changed.
    pub(super) fn note_newest(&self, modified: Option<Timestamp>) {
        if let Some(modified) = modified {
            self.newest.fetch_max(modified, Ordering::Relaxed);
        }
    }

    /// The newest change among the records that came.
    pub fn newest(&self) -> Option<Timestamp> {
        Some(self.newest.load(Ordering::Relaxed)).filter(|newest| *newest != Timestamp::MIN)
    }

    /// Keeps what went wrong, for the message that may end the run.
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

    fn is_limited(&self) -> bool {
        self.limited_since.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// How a run ends whose rate the server limits each time.
    pub(super) fn limited(&self, now: Duration) -> RefreshError {
        let since = *self.limited_since.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = now.saturating_sub(since.unwrap_or(now)).as_secs();
        RefreshError::Limited { url: self.client.host().api.clone(), seconds }
    }

    pub(super) fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread's place among those at work, given up however it ends.
struct Place<'f>(&'f Fetch);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.threads -= 1;
        if std::thread::panicking() {
            state.end.get_or_insert(Err(RefreshError::Panicked));
        }
    }
}

/// The name under which a client's quota is counted: host and client.
pub fn account(client: &dyn Client) -> String {
    let who = client.client_id().unwrap_or_else(|| "anonymous".to_owned());
    format!("{} {who}", client.host().api)
}
