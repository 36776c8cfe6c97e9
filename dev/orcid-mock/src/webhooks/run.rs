//! A run of the scheduler: every address that is due is called once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::hooks::{Hook, HookCall};
use crate::state::{Shared, locked};

/// How often the clock of the program looks whether it is to stop.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Too many requests: the client is left alone for this run.
const TOO_MANY: u16 = 429;

/// Calls what is due, and gives the calls.
pub fn run(shared: &Shared) -> Vec<HookCall> {
    let (due, timeout, clock, first) = {
        let state = &mut *locked(shared);
        if state.webhooks.switches.indexes_in_run {
            state.webhooks.index(&state.world);
        }
        let grants = &state.oauth.grants;
        let due = state.webhooks.due(&grants.clients, grants.clock.now());
        (due, state.webhooks.switches.timeout, grants.clock.clone(), state.webhooks.calls.len())
    };
    let mut silent = BTreeSet::new();
    for hook in due {
        if silent.contains(&hook.client) {
            continue;
        }
        let begun = clock.now();
        let status = post(&hook, timeout);
        if status == Some(TOO_MANY) {
            silent.insert(hook.client.clone());
        }
        locked(shared).webhooks.called(&hook, status, begun, clock.now());
    }
    locked(shared).webhooks.calls[first..].to_vec()
}

/// A POST of nothing that follows no redirects; `None` where no answer comes.
fn post(hook: &Hook, timeout: Duration) -> Option<u16> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(timeout))
        .user_agent("orcid-mock")
        .build()
        .into();
    let uri = if hook.uri.starts_with("http") { hook.uri.clone() } else { format!("http://{}", hook.uri) };
    agent.post(&uri).send_empty().ok().map(|response| response.status().as_u16())
}

/// Runs again and again until it goes.
pub struct WebhookTimer {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl WebhookTimer {
    pub fn start(shared: Shared, every: Duration) -> WebhookTimer {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let mut last = Instant::now();
            while !stopped.load(Ordering::Relaxed) {
                std::thread::sleep(LOOK_AGAIN);
                if last.elapsed() >= every {
                    run(&shared);
                    last = Instant::now();
                }
            }
        });
        WebhookTimer { stop, thread: Some(thread) }
    }
}

impl Drop for WebhookTimer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
