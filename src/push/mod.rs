//! Writes items to people's records at ORCID: all steps on one page.
//!
//! ```text
//! tables, XML, JSON ─ rows ─ ROR ids ─ checked ─ looked up ─ jobs ─ a queue a person ─ report
//!                            of ROR    by schema  in store           one pace, one store
//! ```
//!
//! Each row is checked before anything is sent. A row keeps its put code under client, iD,
//! section and its own key, so that it is added once, changed when it changes, and deleted when
//! that is asked for. It knows nobody's permission: tokens come through [`Permissions`].

mod error;
mod fault;
mod from_json;
mod from_xml;
mod identity;
mod input;
mod job;
mod lists;
mod node;
mod organizations;
mod permissions;
mod report;
mod row;
mod rules;
mod run;
mod schema;
mod state;
mod store;
mod table;
mod tokens;
mod values;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use orcid_api::member::MemberClient;
use orcid_api::{Clock, Limits, Pace, RetryPolicy};
use ror_match::Matcher;

pub use error::PushError;
pub use job::Options;
use job::{Job, Planner, Ready, Step};
pub use permissions::{PermissionError, Permissions};
pub use report::ReportRow;
use report::{outlook, report};
use run::{Context, Sender, run};
pub use state::State;
use store::Store;
pub use store::{StoreError, StoreFault, Stored};
pub use tokens::TokenTable;

/// The share of the allowed rate that is used, beside what [`Pace`] leaves: several threads share two
/// processors with other programs, and requests must not come closer together than they were let go.
const USED_SHARE: f64 = 0.9;

/// How a push is run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The folder that keeps what was sent.
    pub state: PathBuf,
    /// The server, up to and with the version of its API.
    pub api: String,
    /// The client in whose name items are written.
    pub client_id: String,
    pub options: Options,
    /// Requests a second, over all threads.
    pub rate: f64,
    /// People whose queues are worked off at a time.
    pub threads: usize,
    pub retry_policy: RetryPolicy,
    /// How long a request without an answer may still be under way at the server. An item that it
    /// may have added is looked for after this time.
    pub settle: Duration,
}

impl Settings {
    /// Settings with ORCID's limits for members.
    pub fn new(state: PathBuf, api: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self {
            state,
            api: api.into(),
            client_id: client_id.into(),
            options: Options::default(),
            rate: Limits::documented(true, true).rate,
            threads: 8,
            retry_policy: RetryPolicy::default(),
            settle: Duration::from_secs(10),
        }
    }
}

/// Who is asked, and in whose name.
pub struct Access<'a> {
    pub client: &'a dyn MemberClient,
    pub permissions: &'a dyn Permissions,
    pub clock: &'a dyn Clock,
}

/// What a push came to.
#[derive(Debug)]
pub struct Pushed {
    /// Each row of the input, in order.
    pub rows: Vec<ReportRow>,
    /// What ended the run before its time.
    pub ended_by: Option<PushError>,
}

/// Writes the items of `inputs` to their people's records. `finished` is told how many rows
/// are done.
///
/// # Errors
/// [`PushError`] if inputs or state folder cannot be used; nothing is sent then. What ends a run
/// later is in [`Pushed::ended_by`].
pub fn push(
    inputs: &[PathBuf],
    settings: &Settings,
    access: &Access<'_>,
    matcher: Option<&Matcher>,
    finished: &(dyn Fn(usize) + Sync),
    stop: &AtomicBool,
) -> Result<Pushed, PushError> {
    let mut rows = input::read(inputs)?;
    let store = Store::open(&settings.state, &settings.api)?;
    let planner = Planner {
        client_id: &settings.client_id,
        store: Some(&store),
        permissions: Some(access.permissions),
        matcher,
        options: settings.options,
    };
    let ready = planner.jobs(&mut rows)?;
    let pace = pace(settings, &store, access.clock)?;
    let store = Mutex::new(store);
    let sender = Sender::new(
        access.client,
        access.clock,
        &pace,
        settings.retry_policy,
        settings.settle,
        stop,
        &settings.api,
    );
    let context = Context::new(sender, access.permissions, &settings.client_id, &store, rows.len(), finished);
    let jobs = ready.iter().filter_map(|ready| match ready {
        Ready::Job(job) => Some(Job::clone(job)),
        Ready::Not(..) => None,
    });
    let ended_by = run(&context, jobs.collect(), settings.threads).err();
    Ok(Pushed { rows: report(&rows, &ready, context.into_done()), ended_by })
}

/// Says what [`push`] would do, without asking ORCID or changing anything; permissions are looked
/// at if there are any.
///
/// # Errors
/// As [`push`].
pub fn dry_run(
    inputs: &[PathBuf],
    settings: &Settings,
    permissions: Option<&dyn Permissions>,
    matcher: Option<&Matcher>,
) -> Result<Vec<ReportRow>, PushError> {
    let mut rows = input::read(inputs)?;
    let store = Store::look_at(&settings.state)?;
    let planner = Planner {
        client_id: &settings.client_id,
        store: store.as_ref(),
        permissions,
        matcher,
        options: settings.options,
    };
    let ready = planner.jobs(&mut rows)?;
    let may_write = |job: &Job| {
        let (orcid, scope) = (job.key.orcid.as_str(), job.key.section.scope());
        let deletes = matches!(job.step, Step::Delete(_));
        permissions.is_none_or(|permissions| {
            let token = if deletes {
                permissions.token_to_delete(orcid, scope)
            } else {
                permissions.token(orcid, scope)
            };
            token.is_ok_and(|token| token.is_some())
        })
    };
    Ok(outlook(&rows, &ready, may_write))
}

/// All rows that a state folder knows; none if nothing was pushed with it.
///
/// # Errors
/// [`StoreError`] if it cannot be read.
pub fn status(state: &Path) -> Result<Vec<Stored>, StoreError> {
    Store::look_at(state)?.map_or_else(|| Ok(Vec::new()), |store| store.all())
}

/// One pace for all threads. It goes on from the last request of an earlier run, so that a program
/// that is started again is no faster. There is no burst: ORCID counts what goes in any second.
fn pace(settings: &Settings, store: &Store, clock: &dyn Clock) -> Result<Pace, PushError> {
    let mut limits = Limits::documented(true, true);
    limits.rate = settings.rate * USED_SHARE;
    limits.burst = limits.rate.ceil() as u32;
    let pace = Pace::new(&limits);
    if let Some(last) = store.last_change()? {
        pace.go_on(clock, last.min(clock.wall()));
    }
    Ok(pace)
}
