//! A local ORCID: the public API as ORCID plays it, from records in memory.
//!
//! A real HTTP/1.1 server on a port of 127.0.0.1, with ORCID's statuses, errors,
//! limits and search, and with whatever can go wrong on the way. It knows nothing
//! of the client; it reads records with `orcid_xml`, so that it can search
//! them, and hands them out unchanged.
//!
//! ```ignore
//! let world = World::from_synth(50, 7);
//! let dump = world.write_dump(folder.path(), &['0', 'X']);
//! let server = LocalOrcid::start(world, Limits::none());
//! // … convert the dump …
//! let changes = server.change(|world| world.evolve(1, 0.2));
//! server.fail(When::Share { share: 0.1, seed: 3 }, Fault::ResetWithin);
//! // … refresh from server.api_url() …
//! assert!(server.log().repeats().is_empty());
//! ```
//!
//! Tests take it as a library; `cargo run -p orcid-mock` is the same as a program.

mod answer;
mod api;
mod browser;
mod compress;
mod control;
mod dump;
mod evolve;
mod facts;
mod faults;
mod form;
mod host;
pub mod instants;
mod limits;
mod log;
pub mod member;
mod members;
mod newcomers;
mod oauth;
pub mod plain;
mod query;
mod reply;
mod search;
mod server;
mod state;
mod syntax;
mod token;
pub mod webhooks;
mod wire;
mod world;
pub mod xml;

use std::io;
use std::sync::MutexGuard;
use std::time::Duration;

pub use browser::{Browser, Page, pair};
pub use evolve::Change;
pub use faults::{Fault, RetryAfter, When};
pub use host::Host;
pub use limits::Limits;
pub use log::{Log, Request};
pub use member::{
    Effect, EffectKind, Group, Groups, Item, MemberApi, MemberCall, MemberCalls, MemberLimits,
    MemberSwitches, Organizations, Section, Source, Visibility, WriteFault, activities_bucket,
};
pub use oauth::{
    Account, Amr, CLIENT_ID, CLIENT_SECRET, Claims, Client, ClientKind, ClientScopes, Clients, Clock, Code,
    CodeForm, Codes, ErrorPlace, Errors, Grant, GrantState, Grants, IdTokenFault, Keys, LoginRequired,
    MEMBER_ID, MEMBER_SECRET, Missing, Oauth, Pair, RedirectMatch, RefreshOptions, Session, Sessions,
    Switches, TokenLog, TokenRequest,
};
pub use state::Compression;
pub use webhooks::{Hook, HookCall, WebhookSwitches, WebhookTimer, Webhooks};
pub use world::{Activity, Person, Standing, World};

use server::Running;
use state::State;

/// A running server; it stops when this goes.
pub struct LocalOrcid(Running);

impl LocalOrcid {
    /// Starts a server on a free port.
    pub fn start(world: World, limits: Limits) -> LocalOrcid {
        LocalOrcid::start_at(world, limits, 0).expect("there is a free port")
    }

    /// Starts a server on a given port.
    pub fn start_at(world: World, limits: Limits, port: u16) -> io::Result<LocalOrcid> {
        Running::start(world, limits, port).map(LocalOrcid)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// `http://127.0.0.1:PORT/v3.0`.
    pub fn api_url(&self) -> String {
        format!("{}/v3.0", self.base_url())
    }

    /// `http://127.0.0.1:PORT/oauth/token`.
    pub fn token_url(&self) -> String {
        format!("{}/oauth/token", self.base_url())
    }

    pub fn port(&self) -> u16 {
        self.0.address.port()
    }

    /// Changes what the registry holds.
    pub fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.state().world)
    }

    /// What the registry holds now.
    pub fn world(&self) -> World {
        self.state().world.clone()
    }

    /// Lets something go wrong, each time it is due.
    pub fn fail(&self, when: When, fault: Fault) {
        self.fail_times(when, fault, u64::MAX);
    }

    /// Lets something go wrong so many times.
    pub fn fail_times(&self, when: When, fault: Fault, times: u64) {
        self.state().faults.add(when, fault, times);
    }

    /// Nothing goes wrong any more.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    pub fn set_compression(&self, compression: Compression) {
        self.state().compression = compression;
    }

    /// Sets the server's clock back.
    pub fn set_behind(&self, seconds: i64) {
        self.state().behind = seconds * instants::SECOND;
    }

    /// Other limits, from now on, with the whole burst; what has been used of a
    /// quota stays used.
    pub fn set_limits(&self, limits: Limits) {
        self.state().gate.set(limits);
    }

    /// A new day begins.
    pub fn reset_quota(&self) {
        self.state().gate.reset_quota();
    }

    /// What has been used of the day's quota, by everybody.
    pub fn quota_used(&self) -> u64 {
        self.state().gate.used().values().sum()
    }

    /// Another client beside [`CLIENT_ID`].
    pub fn register(&self, client_id: &str, secret: &str) {
        let client = Client::new(ClientKind::Public, client_id, secret);
        self.state().oauth.grants.clients.register(client);
    }

    /// A valid token without a request.
    pub fn issue_token(&self) -> String {
        self.state().oauth.grants.issue_for_test(CLIENT_ID, None, &["/read-public"])
    }

    /// Every token becomes invalid; a new one may be fetched.
    pub fn expire_token(&self) {
        self.state().oauth.grants.expire_all();
    }

    pub fn tokens_issued(&self) -> u64 {
        self.state().oauth.grants.issued()
    }

    /// Changes or asks the authorization server.
    pub fn oauth<T>(&self, act: impl FnOnce(&mut Oauth) -> T) -> T {
        act(&mut self.state().oauth)
    }

    /// Changes or asks the Member API: its switches, faults, limits and calls.
    pub fn member<T>(&self, act: impl FnOnce(&mut MemberApi) -> T) -> T {
        act(&mut self.state().member)
    }

    /// Changes or asks the webhooks.
    pub fn webhooks<T>(&self, act: impl FnOnce(&mut Webhooks) -> T) -> T {
        act(&mut self.state().webhooks)
    }

    /// Calls every webhook that is due, and gives the calls.
    pub fn run_webhooks(&self) -> Vec<HookCall> {
        webhooks::run::run(&self.0.shared)
    }

    /// Calls the webhooks that are due again and again, until the timer goes.
    pub fn run_webhooks_every(&self, every: Duration) -> WebhookTimer {
        WebhookTimer::start(self.0.shared.clone(), every)
    }

    /// Adds somebody who can sign in, with a record if there is none yet.
    pub fn add_person(&self, account: Account) {
        let state = &mut *self.state();
        state.oauth.settle(&mut state.world, account);
    }

    /// A browser in which nobody is signed in yet.
    pub fn browser(&self) -> Browser {
        Browser::new(self.0.shared.clone())
    }

    /// What has been asked so far.
    pub fn log(&self) -> Log {
        self.state().log.clone()
    }

    /// Forgets what has been asked. Nothing may be under way.
    pub fn clear_log(&self) {
        self.state().log = Log::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state()
    }
}
