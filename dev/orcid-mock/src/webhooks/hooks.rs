//! Webhooks: addresses that are called when a record changes, and when each is due.

use std::collections::BTreeMap;
use std::time::Duration;

use orcid_xml::{Orcid, Timestamp};

use crate::instants::SECOND;
use crate::oauth::Clients;
use crate::world::World;

/// How much longer the next attempt waits after each failure.
const STEP_SECONDS: i64 = 600;

/// What is not known of ORCID's scheduler: a test chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSwitches {
    /// After so many failures an address is never called again.
    pub max_failures: u32,
    /// Whether the wait doubles with each failure, as the documentation says, or grows by
    /// ten minutes, as the code does.
    pub doubles: bool,
    /// Whether a run first takes notice of all changes. If not, the test says when by
    /// [`Webhooks::index`]: ORCID does it when the index of its search is made, which may be
    /// after a run.
    pub indexes_in_run: bool,
    /// Whether a change that came before the end of a call counts as told by that call.
    pub loses_changes: bool,
    /// How long an answer may take.
    pub timeout: Duration,
}

impl Default for WebhookSwitches {
    fn default() -> WebhookSwitches {
        WebhookSwitches {
            max_failures: 25,
            doubles: false,
            indexes_in_run: true,
            loses_changes: true,
            timeout: Duration::from_secs(20),
        }
    }
}

/// An address for a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    pub orcid: Orcid,
    pub uri: String,
    /// The client that registered it.
    pub client: String,
    pub created: Timestamp,
    /// The last change of the record that has been taken notice of.
    pub changed: Timestamp,
    pub last_sent: Option<Timestamp>,
    pub last_failed: Option<Timestamp>,
    pub failures: u32,
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookCall {
    pub orcid: Orcid,
    pub uri: String,
    /// `None` where there was no answer.
    pub status: Option<u16>,
    pub moment: Timestamp,
}

/// All webhooks, by record and address.
#[derive(Clone, Debug, Default)]
pub struct Webhooks {
    pub switches: WebhookSwitches,
    pub calls: Vec<HookCall>,
    hooks: BTreeMap<(Orcid, String), Hook>,
}

impl Webhooks {
    pub fn all(&self) -> impl Iterator<Item = &Hook> {
        self.hooks.values()
    }

    pub fn get(&self, orcid: Orcid, uri: &str) -> Option<&Hook> {
        self.hooks.get(&(orcid, uri.to_owned()))
    }

    pub fn add(&mut self, orcid: Orcid, uri: &str, client: &str, now: Timestamp) {
        let hook = Hook {
            orcid,
            uri: uri.to_owned(),
            client: client.to_owned(),
            // Records have milliseconds.
            created: now / 1000 * 1000,
            changed: 0,
            last_sent: None,
            last_failed: None,
            failures: 0,
        };
        self.hooks.insert((orcid, uri.to_owned()), hook);
    }

    pub fn remove(&mut self, orcid: Orcid, uri: &str) {
        self.hooks.remove(&(orcid, uri.to_owned()));
    }

    /// Takes notice of all changes so far.
    pub fn index(&mut self, world: &World) {
        for hook in self.hooks.values_mut() {
            hook.changed = world.get(hook.orcid).map_or(hook.changed, |person| person.changed);
        }
    }

    /// The hooks that are due, the oldest change first. Those of clients that are closed, or
    /// that may not have any, are left out.
    pub fn due(&self, clients: &Clients, now: Timestamp) -> Vec<Hook> {
        let may = |hook: &&Hook| {
            clients
                .get(&hook.client)
                .is_some_and(|client| client.webhooks_enabled && !client.locked && !client.deactivated)
        };
        let due = self.hooks.values().filter(may).filter(|hook| self.is_due(hook, now));
        let mut due: Vec<Hook> = due.cloned().collect();
        due.sort_by_key(|hook| hook.changed);
        due
    }

    fn is_due(&self, hook: &Hook, now: Timestamp) -> bool {
        let has_news = match hook.last_sent {
            Some(sent) => hook.changed > sent,
            None => hook.changed >= hook.created,
        };
        let waits = match self.switches.doubles {
            true => STEP_SECONDS << (hook.failures.saturating_sub(1)).min(20),
            false => STEP_SECONDS * i64::from(hook.failures),
        };
        let rested =
            hook.last_failed.is_none_or(|failed| hook.failures == 0 || now > failed + waits * SECOND);
        has_news && rested && hook.failures < self.switches.max_failures
    }

    /// Notes a call that began at one moment and ended at another.
    pub fn called(&mut self, hook: &Hook, status: Option<u16>, begun: Timestamp, ended: Timestamp) {
        self.calls.push(HookCall { orcid: hook.orcid, uri: hook.uri.clone(), status, moment: ended });
        let loses_changes = self.switches.loses_changes;
        let Some(own) = self.hooks.get_mut(&(hook.orcid, hook.uri.clone())) else { return };
        if status.is_some_and(|status| (200..300).contains(&status)) {
            own.last_sent = Some(if loses_changes { ended } else { begun });
            own.failures = 0;
        } else {
            own.last_failed = Some(ended);
            own.failures += 1;
        }
    }
}
