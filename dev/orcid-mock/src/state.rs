//! All that changes while the server runs, under one lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::faults::Faults;
use super::limits::Gate;
use super::log::Log;
use super::member::MemberApi;
use super::oauth::Oauth;
use super::webhooks::Webhooks;
use super::world::World;

/// When answers are compressed, where the client takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    Never,
    /// For about half of all paths, the same ones each time.
    Sometimes,
    Always,
}

/// All that changes while the server runs.
pub struct State {
    pub world: World,
    pub gate: Gate,
    pub oauth: Oauth,
    pub member: MemberApi,
    pub webhooks: Webhooks,
    pub faults: Faults,
    pub log: Log,
    pub compression: Compression,
    /// By how much the server's clock is behind the machine's, in microseconds.
    pub behind: i64,
}

pub type Shared = Arc<Mutex<State>>;

/// A test that has failed may leave the lock poisoned; what it guards is whole.
pub fn locked(shared: &Shared) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
