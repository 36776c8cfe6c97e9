//! Works through the queue with some threads, each with one request at a time.
//!
//! A thread sends a request when the queue has one and the breaker, the pace and the quota allow
//! it; its answer is in the queue before the thread looks for the next request. After a stop, the
//! program waits only some seconds for the threads, so that a slow server does not hold it up;
//! later answers are requested again.
//!
//! An answer is parsed when it arrives, and without the queue's lock: [`decide`] extracts all that is
//! needed later and packs the body; a selection of people looks at a record once more. Only plain values and packed bytes are written under
//! the lock ([`write`]). (The commit parses the bodies once more, from the queue's file, because a
//! run may have been killed in between.)

mod behind_list;
mod context;
mod decide;
mod decision;
mod heard;
mod items;
mod permission;
mod record;
mod refusals;
mod unauthorized;
mod write;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

pub use behind_list::BEHIND_LIST;
pub use context::{End, Fetch};
pub use permission::PERMISSION_LOST;
pub use record::NOT_SELECTED;

use super::error::RefreshError;
use super::queue::{Kind, Next, Queue, Task};
use heard::is_up;
use orcid_api::{Fault, Permission, Reply};

/// How long to wait for requests in flight after a stop.
const GRACE: Duration = Duration::from_secs(3);
/// Time between two checks of the threads' progress.
const LOOKS: Duration = Duration::from_millis(20);
/// The path of a server's status.
const STATUS_PATH: &str = "/pubStatus";
/// The longest wait of a thread before it checks the queue again.
const MAX_NAP: Duration = Duration::from_millis(50);

/// Who follows the progress of fetching: requests answered, and known to be left.
pub type Progress<'p> = &'p dyn Fn(u64, u64);

/// The next step of a thread.
enum NextAction {
    Ask(Box<Task>),
    /// Request the server's status; the task waits for the result.
    Probe(Box<Task>),
    Nap(Duration),
    Home,
}

impl Fetch {
    /// Sends all requests of the queue, until none is left or something ends it.
    ///
    /// # Errors
    /// [`RefreshError`] if the queue fails, the server stays down, a search
    /// cannot be answered or the token is refused. The queue comes back with it.
    pub fn all(self: &Arc<Self>, queue: Queue, progress: Progress<'_>) -> (Queue, Result<End, RefreshError>) {
        let left = queue.counts(self.run.id, &Kind::ALL);
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
            progress(self.answered.load(Ordering::Relaxed), self.left.load(Ordering::Relaxed));
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

    fn work(&self) {
        let _place = ThreadPlace(self);
        loop {
            match self.next() {
                NextAction::Ask(task) => self.ask(&task),
                NextAction::Probe(task) => self.probe(&task),
                NextAction::Nap(time) => self.clock.sleep(time.min(MAX_NAP)),
                NextAction::Home => break,
            }
        }
    }

    /// The next step of this thread.
    fn next(&self) -> NextAction {
        let mut state = self.lock();
        let state = &mut *state;
        let Some(queue) = &mut state.queue else { return NextAction::Home };
        if state.end.is_some() || self.stop.load(Ordering::Relaxed) {
            return NextAction::Home;
        }
        if let Some(error) = self.only_faults() {
            state.end = Some(Err(error));
            return NextAction::Home;
        }
        let task = match queue.take(self.run.id, self.clock.wall()) {
            Ok(Next::Task(task)) => task,
            Ok(Next::Later(time)) => return NextAction::Nap(time),
            Ok(Next::Nothing) if state.on_way == 0 => {
                state.end = Some(Ok(End::Done));
                return NextAction::Home;
            }
            Ok(Next::Nothing) => return NextAction::Nap(LOOKS),
            Err(error) => {
                state.end = Some(Err(error.into()));
                return NextAction::Home;
            }
        };
        let permission = self.breaker().ask(self.clock.now(), &self.retry_policy);
        let step = match permission {
            Permission::Go => {
                state.on_way += 1;
                return NextAction::Ask(task);
            }
            Permission::Probe => {
                state.on_way += 1;
                return NextAction::Probe(task);
            }
            Permission::Rest(time) => NextAction::Nap(time),
            Permission::GiveUp(time) => {
                let down = RefreshError::Down { seconds: time.as_secs(), what: self.trouble() };
                let limited = self.is_limited().then(|| self.limited(self.clock.now()));
                state.end = Some(Err(limited.unwrap_or(down)));
                NextAction::Home
            }
        };
        if let Err(error) = queue.give_back(&task) {
            state.end = Some(Err(error.into()));
        }
        step
    }

    /// Sends one request, when its turn comes.
    fn ask(&self, task: &Task) {
        if !self.may_go(Some(task.id)) {
            self.write_down(|queue| Ok(queue.give_back(task)?));
            return;
        }
        let asked_at = self.clock.wall();
        let result: Result<Reply, Fault> = self.client.get(&task.request.path());
        self.answered.fetch_add(1, Ordering::Relaxed);
        // The answer is parsed before the queue is locked, so that other threads need not wait.
        let decision = decide::decide(self, task, result, asked_at);
        self.write_down(|queue| write::write(self, queue, task, decision));
    }

    /// Requests the status of a server that counts as down. If the server says that it is up, the
    /// earlier errors belong to their requests.
    fn probe(&self, task: &Task) {
        if self.may_go(None) {
            match is_up(&self.client.get(STATUS_PATH)) {
                true => self.breaker().succeeded(),
                false => self.breaker().failed(self.clock.now(), &self.retry_policy),
            }
        }
        self.write_down(|queue| Ok(queue.give_back(task)?));
    }

    /// Writes the result of a taken request to the queue.
    fn write_down(&self, write: impl FnOnce(&mut Queue) -> Result<(), RefreshError>) {
        let mut state = self.lock();
        let written = state.queue.as_mut().map_or(Ok(()), write);
        if let Err(error) = written {
            state.end.get_or_insert(end_of(error));
        }
        state.on_way -= 1;
    }
}

/// Counts a thread as working until it ends, however it ends.
struct ThreadPlace<'f>(&'f Fetch);

impl Drop for ThreadPlace<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.threads -= 1;
        if std::thread::panicking() {
            state.end.get_or_insert(Err(RefreshError::Panicked));
        }
    }
}

/// The meaning of an error about an answer: a used-up quota is not a failure.
fn end_of(error: RefreshError) -> Result<End, RefreshError> {
    match error {
        RefreshError::QuotaEnd { until } => Ok(End::Quota(until)),
        error => Err(error),
    }
}
