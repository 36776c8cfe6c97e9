//! Webhooks at ORCID: registered for who is connected, removed for who is not, revived when they
//! have fallen silent.

use super::connecting::Connect;
use super::error::ConnectError;
use super::seal::random_word;
use super::store::Hook;
use orcid_api::Secret;
use orcid_api::oauth::OauthError;
use orcid_xml::Timestamp;

/// The scope of webhooks; premium members have it.
const SCOPE: &str = "/webhook";
/// States of a webhook here.
const REGISTERED: &str = "registered";
const GONE: &str = "gone";
/// Registered by a list of iDs: it stays whether or not the person is connected.
const LISTED: &str = "listed";

/// What was done about webhooks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hooked {
    pub registered: usize,
    pub removed: usize,
}

impl Connect {
    /// Registers a webhook for each connected iD that has none. One that ORCID refuses does not hold
    /// up the others.
    ///
    /// # Errors
    /// [`ConnectError`] where ORCID refuses or does not answer, or the database fails; the next call
    /// goes on.
    pub fn register_hooks(&self, now: Timestamp) -> Result<usize, ConnectError> {
        let hooks = self.store.hooks()?;
        let is_registered = |orcid: &str| {
            hooks
                .iter()
                .any(|hook| hook.orcid == orcid && [REGISTERED, LISTED].contains(&hook.state.as_str()))
        };
        let connected = self.store.connected_orcids()?;
        for_each(connected.iter().filter(|orcid| !is_registered(orcid)), |orcid| {
            let hook = self.store.hook(orcid, &Secret::new(random_word()?), now)?;
            self.tell_orcid(&hook, now, HookAct::Register)?;
            self.store.set_hook_state(orcid, REGISTERED, now)
        })
    }

    /// Registers the webhook of an iD, even if it is registered already: ORCID has no list, and may
    /// have forgotten it. One that `stays` is not removed when the person is not connected. False
    /// where it was registered here before.
    ///
    /// # Errors
    /// As of [`Connect::register_hooks`].
    pub fn register_hook(&self, orcid: &str, stays: bool, now: Timestamp) -> Result<bool, ConnectError> {
        let hook = self.store.hook(orcid, &Secret::new(random_word()?), now)?;
        self.tell_orcid(&hook, now, HookAct::Register)?;
        self.store.set_hook_state(orcid, if stays { LISTED } else { REGISTERED }, now)?;
        Ok(![REGISTERED, LISTED].contains(&hook.state.as_str()))
    }

    /// Removes the webhook of an iD at ORCID and here. False where it has none.
    ///
    /// # Errors
    /// As of [`Connect::register_hooks`].
    pub fn unregister_hook(&self, orcid: &str, now: Timestamp) -> Result<bool, ConnectError> {
        let Some(hook) = self.store.hook_of(orcid)? else { return Ok(false) };
        self.tell_orcid(&hook, now, HookAct::Remove)?;
        self.store.remove_hook(orcid)?;
        Ok(true)
    }

    /// The iDs whose webhooks are registered and have not been called since a time.
    ///
    /// # Errors
    /// [`ConnectError`] where the database fails.
    pub fn silent_hooks(&self, since: Timestamp) -> Result<Vec<String>, ConnectError> {
        let is_silent = |call: Option<Timestamp>| call.is_none_or(|call| call < since);
        let hooks =
            self.store.hooks()?.into_iter().filter(|hook| {
                [REGISTERED, LISTED].contains(&hook.state.as_str()) && is_silent(hook.last_call)
            });
        Ok(hooks.map(|hook| hook.orcid).collect())
    }

    /// Removes at ORCID the webhooks of who is no longer connected, and forgets them.
    ///
    /// # Errors
    /// As of [`Connect::register_hooks`].
    pub fn remove_hooks(&self, now: Timestamp) -> Result<usize, ConnectError> {
        let (connected, hooks) = (self.store.connected_orcids()?, self.store.hooks()?);
        let is_unwanted =
            |state: &str, orcid: &String| state == GONE || state == REGISTERED && !connected.contains(orcid);
        for_each(hooks.iter().filter(|hook| is_unwanted(&hook.state, &hook.orcid)), |hook| {
            if let Some(hook) = self.store.hook_of(&hook.orcid)? {
                self.tell_orcid(&hook, now, HookAct::Remove)?;
            }
            self.store.remove_hook(&hook.orcid)
        })
    }

    /// Removes a webhook at ORCID and registers it again: after 25 failures ORCID calls it no more
    /// until then. False where the iD has none.
    ///
    /// # Errors
    /// As of [`Connect::register_hooks`].
    pub fn revive_hook(&self, orcid: &str, now: Timestamp) -> Result<bool, ConnectError> {
        let Some(hook) = self.store.hook_of(orcid)? else { return Ok(false) };
        self.tell_orcid(&hook, now, HookAct::Remove)?;
        self.tell_orcid(&hook, now, HookAct::Register)?;
        self.store.set_hook_state(orcid, if hook.state == LISTED { LISTED } else { REGISTERED }, now)?;
        Ok(true)
    }

    /// Removes webhooks, and registers them where the institution wants them.
    ///
    /// # Errors
    /// As of [`Connect::register_hooks`].
    pub fn run_hooks(&self, now: Timestamp) -> Result<Hooked, ConnectError> {
        let removed = self.remove_hooks(now);
        let registered = if self.settings.webhooks { self.register_hooks(now)? } else { 0 };
        Ok(Hooked { registered, removed: removed? })
    }

    /// Asks ORCID, with a new token if the kept one is refused.
    fn tell_orcid(&self, hook: &Hook, now: Timestamp, act: HookAct) -> Result<(), ConnectError> {
        let url = self.settings.webhook_url(hook.word.reveal());
        let ask = |token: &Secret| match act {
            HookAct::Register => self.client.register_webhook(token, &hook.orcid, &url),
            HookAct::Remove => self.client.remove_webhook(token, &hook.orcid, &url),
        };
        match ask(&self.own_token(SCOPE, now)?) {
            Err(OauthError::Refused { status: 401, .. }) => {
                self.store.forget_client_token(self.client.client_id(), SCOPE)?;
                Ok(ask(&self.own_token(SCOPE, now)?)?)
            }
            answer => Ok(answer?),
        }
    }
}

/// Does the same for each. What ORCID refuses for one, it may accept for the next; where it does not
/// answer, the rest waits. Gives the number of those that went well, or else the first fault.
fn for_each<T>(
    all: impl Iterator<Item = T>,
    act: impl Fn(T) -> Result<(), ConnectError>,
) -> Result<usize, ConnectError> {
    let (mut done, mut first) = (0, None);
    for one in all {
        match act(one) {
            Ok(()) => done += 1,
            Err(ConnectError::Oauth(error)) if !error.is_passing() => {
                first.get_or_insert(ConnectError::Oauth(error));
            }
            Err(error) => return Err(error),
        }
    }
    first.map_or(Ok(done), Err)
}

/// What ORCID is asked for.
#[derive(Clone, Copy)]
enum HookAct {
    Register,
    Remove,
}
