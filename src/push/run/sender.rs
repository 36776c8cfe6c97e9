//! Sends requests in the name of all threads: one pace, one view of whether the server is down,
//! and growing waits where an answer fails to come.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use orcid_api::member::{Again, Call, MemberClient, Outcome};
use orcid_api::{Breaker, Clock, Jitter, Pace, Permission, RetryPolicy, Secret, UNTRUSTED, wait};
use orcid_xml::Orcid;

use crate::push::error::PushError;

/// The longest sleep without a look at the stop flag.
const LOOKS: Duration = Duration::from_millis(50);

/// Sends requests; the threads of a run share it.
pub struct Sender<'s> {
    pub client: &'s dyn MemberClient,
    pub clock: &'s dyn Clock,
    pub pace: &'s Pace,
    pub policy: RetryPolicy,
    /// How long a request without an answer may still be under way at the server.
    pub settle: Duration,
    pub stop: &'s AtomicBool,
    /// Where requests go, for messages.
    pub api: &'s str,
    breaker: Mutex<Breaker>,
    jitter: Mutex<Jitter>,
}

/// The outcome of a request that was repeated.
pub struct Repeated {
    pub outcome: Outcome,
    /// An earlier try may have been carried out.
    pub may_be_done: bool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'s> Sender<'s> {
    pub fn new(
        client: &'s dyn MemberClient,
        clock: &'s dyn Clock,
        pace: &'s Pace,
        policy: RetryPolicy,
        settle: Duration,
        stop: &'s AtomicBool,
        api: &'s str,
    ) -> Self {
        let jitter = Mutex::new(Jitter::new(clock.wall().unsigned_abs()));
        Self { client, clock, pace, policy, settle, stop, api, breaker: Mutex::default(), jitter }
    }

    /// Sends a request once, when its turn has come.
    ///
    /// # Errors
    /// [`PushError`] if the run is stopped, or the server is down for too long or not trusted.
    pub fn once(&self, orcid: Orcid, token: &Secret, call: &Call<'_>) -> Result<Outcome, PushError> {
        self.wait_for_server()?;
        if !self.pace.wait(self.clock, self.stop) {
            return Err(PushError::Stopped);
        }
        let answer = self.client.send(orcid, token, call);
        if let Err(fault) = &answer
            && fault.code == UNTRUSTED
        {
            return Err(PushError::Untrusted { api: self.api.to_owned(), what: fault.what.clone() });
        }
        let outcome = Outcome::of(call, answer, token, self.clock.wall());
        let mut breaker = locked(&self.breaker);
        match &outcome {
            Outcome::Again(again) => {
                breaker.failed(self.clock.now(), &self.policy);
                if let Some(after) = again.after {
                    breaker.hold(self.clock.now() + after);
                }
            }
            _ => breaker.succeeded(),
        }
        Ok(outcome)
    }

    /// Sends a request that may be repeated, until an answer counts or the tries are used up.
    ///
    /// # Errors
    /// Those of [`Sender::once`].
    pub fn repeat(&self, orcid: Orcid, token: &Secret, call: &Call<'_>) -> Result<Repeated, PushError> {
        let mut may_be_done = false;
        let mut tried = 1;
        loop {
            match self.once(orcid, token, call)? {
                Outcome::Again(again) if tried < self.policy.tries => {
                    may_be_done |= again.may_be_done;
                    self.pause(tried, &again)?;
                    tried += 1;
                }
                outcome => return Ok(Repeated { outcome, may_be_done }),
            }
        }
    }

    /// Waits before the next try of a request.
    ///
    /// # Errors
    /// [`PushError::Stopped`].
    pub fn pause(&self, tried: u32, again: &Again) -> Result<(), PushError> {
        let random = locked(&self.jitter).draw();
        let wait = wait(&self.policy, tried, random);
        let settle = if again.is_silent && again.may_be_done { self.settle } else { Duration::ZERO };
        self.sleep(wait.max(settle).max(again.after.unwrap_or_default()))
    }

    /// Sleeps, unless the run is stopped.
    ///
    /// # Errors
    /// [`PushError::Stopped`].
    pub fn sleep(&self, time: Duration) -> Result<(), PushError> {
        let until = self.clock.now() + time;
        loop {
            self.check_stop()?;
            let left = until.saturating_sub(self.clock.now());
            if left.is_zero() {
                return Ok(());
            }
            self.clock.sleep(left.min(LOOKS));
        }
    }

    /// # Errors
    /// [`PushError::Stopped`] once the run is to end.
    pub fn check_stop(&self) -> Result<(), PushError> {
        if self.stop.load(Ordering::Relaxed) { Err(PushError::Stopped) } else { Ok(()) }
    }

    fn wait_for_server(&self) -> Result<(), PushError> {
        loop {
            let permission = locked(&self.breaker).ask(self.clock.now(), &self.policy);
            match permission {
                Permission::Go | Permission::Probe => return Ok(()),
                Permission::Rest(time) => self.sleep(time.min(Duration::from_secs(1)))?,
                Permission::GiveUp(down_for) => return Err(PushError::Down { down_for }),
            }
        }
    }
}
