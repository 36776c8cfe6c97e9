//! Brings a dataset up to date through ORCID's API: the whole way on one page.
//!
//! ```text
//! scope ─ who changed ─ plan ─ fetch ─ queue ─ apply ─ dataset
//!         searches, or  said   pace,   SQLite  one commit
//!         a file        first  retries
//! ```
//!
//! Everything that is to be asked, and every answer, stands in a queue on disk
//! before the next step relies on it. So a run may end at any moment, by a
//! signal, a crash or the day's quota, and the same command goes on from there.
//! Only this floor uses the network.

mod activities;
mod answer;
mod apply;
mod begin;
mod changes;
mod client;
mod credentials;
mod error;
mod fetch;
mod host;
mod known;
mod lists;
mod lock;
mod log;
mod mark;
mod pace;
mod plan;
mod proxy;
mod queue;
mod quota;
mod retry;
mod runs;
mod scope;
mod search;
mod settle;
mod status;
mod tasks;
mod time;
mod token;

pub use apply::Applied;
pub use client::{Client, ClientOptions, agent};
pub use credentials::{Credentials, Secret};
pub use error::RefreshError;
pub use fetch::End;
pub use host::{Choice, Host};
pub use lock::{LOCK_NAME, Lock};
pub use log::log_to;
pub use pace::{Clock, Limits, SystemClock};
pub use plan::Way;
pub use queue::QUEUE_NAME;
pub use retry::Patience;
pub use runs::Stage;
pub use scope::{Organization, Registry, Scope};
pub use status::{Plan, Status, status};
pub use time::{parse as parse_time, readable as readable_time};
pub use token::{Token, TokenFile};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::convert;
use crate::dataset::{Dataset, DatasetError, Manifest};
use crate::record::{MemberName, Orcid, Timestamp};
use fetch::Fetch;
use mark::Mark;
use plan::Inputs;
use queue::Queue;
use runs::Run;
use time::{DAY, SECOND};

/// A record that changed so shortly ago may not be in the search index yet, and
/// clocks differ: the next run looks from there again.
const MARGIN: Timestamp = 3_600 * SECOND;
/// Time between looks at the stop flag while a token is obtained.
const LOOKS: Duration = Duration::from_millis(10);
/// The shortest time that searches tell apart.
const INSTANT: Timestamp = 1_000;
/// A plan that nobody has begun to carry out is made anew after this time.
const PLAN_KEEPS: Timestamp = DAY;

/// What is to be done, and how.
#[derive(Debug)]
pub struct Settings {
    pub client: ClientOptions,
    /// Picks among the tokens that are kept.
    pub client_id: Option<String>,
    pub scope: Scope,
    /// Changes since then; since the last refresh of the scope, or else from some time
    /// before the dump's newest change, if not given.
    pub since: Option<Timestamp>,
    /// A file of last changes, instead of searches.
    pub changes: Option<PathBuf>,
    pub known_only: bool,
    /// Do not look for people who have gone from the registry.
    pub changes_only: bool,
    pub way: Option<Way>,
    /// Limits in the place of the documented ones.
    pub rate: Option<f64>,
    pub burst: Option<u32>,
    pub in_flight: Option<usize>,
    /// 0 for none.
    pub quota: Option<u64>,
    pub patience: Patience,
    /// Versions for which old files stay.
    pub keep_versions: u32,
    /// Drop a run of the scope that has not come to its end, with its answers.
    pub anew: bool,
    /// Stop when the plan is made.
    pub plan_only: bool,
    /// Threads and memory for the commit.
    pub options: convert::Options,
}

/// Who hears how a refresh goes on.
pub trait Watch {
    /// A run that has answers goes on, with the options that it was planned with.
    fn resumed(&self, begun: Timestamp);
    /// Searches begin, to find out who has changed.
    fn searching(&self, way: Way, searches: u64);
    /// It is known what is to be read; nothing has been read yet.
    fn planned(&self, plan: &Plan);
    /// Requests have been answered, and so many are known to be left.
    fn fetched(&self, answered: u64, left: u64);
    /// All answers are there; the dataset is being changed.
    fn applying(&self);
}

/// What a run has come to.
#[derive(Debug)]
pub struct Outcome {
    pub plan: Option<Plan>,
    pub end: Ended,
    /// How often each code was counted, over all of the run's parts.
    pub tally: Vec<(String, u64)>,
    /// Requests that were given up; the dataset keeps what it had of them.
    pub given_up: u64,
    pub applied: Option<Applied>,
}

/// How a run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The plan was all that was asked for.
    Planned,
    /// The dataset is up to date.
    Applied,
    /// The quota is used up; go on after that time.
    Quota(Timestamp),
    /// A signal came.
    Stopped,
}

/// Refreshes the dataset at `root`, or goes on with what was begun.
///
/// # Errors
/// [`RefreshError`] where it cannot be done; what was fetched is kept.
pub fn refresh(
    root: &Path,
    settings: &Settings,
    watch: &dyn Watch,
    stop: &Arc<AtomicBool>,
) -> Result<Outcome, RefreshError> {
    let clock = SystemClock::default();
    if !Dataset::is_at(root) {
        // So that no lock is made elsewhere.
        return Err(DatasetError::NoDataset { path: root.to_owned() }.into());
    }
    let lock = Lock::take(root, clock.wall())?;
    let dataset = Dataset::open(root)?;
    let Some(client) = client(settings, clock.wall(), stop)? else { return Ok(Outcome::stopped()) };
    let mut queue = Queue::open(root)?;
    let inputs = settings.inputs(&dataset);
    let run = begin::begin(&mut queue, settings, &inputs, &client, watch, clock.wall())?;
    let limits = settings.limits(&client);
    let activities = known::has_activities(&dataset);
    let fetch = Fetch::new(client, limits, settings.patience, Arc::new(clock), stop.clone(), run, activities);
    let mut way = Journey { root, settings, watch, inputs, fetch: Arc::new(fetch), plan: None };
    let outcome = way.go(queue);
    drop(lock);
    outcome
}

/// A client for the settings, which may have to obtain a token; `None` where a stop
/// came first, since a token's server may be slow.
fn client(settings: &Settings, now: Timestamp, stop: &AtomicBool) -> Result<Option<Client>, RefreshError> {
    let (options, client_id) = (settings.client.clone(), settings.client_id.clone());
    let thread = std::thread::spawn(move || Client::new(options, client_id.as_deref(), now));
    while !thread.is_finished() {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        std::thread::sleep(LOOKS);
    }
    thread.join().unwrap_or(Err(RefreshError::Panicked)).map(Some)
}

/// Brings the queue of the dataset at `root`, if there is one, into its one file,
/// which a commit takes along. The caller holds the lock.
///
/// # Errors
/// [`RefreshError`] where the queue cannot be used or is being read.
pub fn settle_queue(root: &Path) -> Result<(), RefreshError> {
    Queue::settle(root)
}

impl Outcome {
    /// Of a run that was stopped before it had a queue.
    fn stopped() -> Self {
        Self { plan: None, end: Ended::Stopped, tally: Vec::new(), given_up: 0, applied: None }
    }
}

impl Settings {
    fn inputs<'i>(&'i self, dataset: &'i Dataset) -> Inputs<'i> {
        Inputs {
            dataset,
            scope: &self.scope,
            known_only: self.known_only,
            changes_only: self.changes_only,
            changes: self.changes.as_deref(),
            way: self.way,
        }
    }

    /// What a plan depends on, besides scope and time.
    fn asked(&self) -> String {
        format!("{:?} {:?} {} {}", self.way, self.changes, self.known_only, self.changes_only)
    }

    fn limits(&self, client: &Client) -> Limits {
        let documented = Limits::documented(client.host().is_member, client.client_id().is_some());
        let quota = self.quota.map_or(documented.quota, |quota| Some(quota).filter(|quota| *quota > 0));
        Limits {
            rate: self.rate.unwrap_or(documented.rate),
            burst: self.burst.unwrap_or(documented.burst),
            in_flight: self.in_flight.unwrap_or(documented.in_flight),
            quota,
        }
    }
}

/// A run on its way.
struct Journey<'j> {
    root: &'j Path,
    settings: &'j Settings,
    watch: &'j dyn Watch,
    inputs: Inputs<'j>,
    fetch: Arc<Fetch>,
    plan: Option<Plan>,
}

impl Journey<'_> {
    /// From wherever the run stands to its end, or to where it has to stop.
    fn go(&mut self, mut queue: Queue) -> Result<Outcome, RefreshError> {
        let mut run = self.fetch.run.clone();
        // A crash may have come after the commit and before the queue knew of it.
        if let Some(applied) = apply::applied_before(&self.inputs.dataset.manifest, &run) {
            return self.finish(queue, &run, applied);
        }
        if run.stage == Stage::Begun {
            plan::add_searches(&mut queue, &run, &self.inputs)?;
            run.stage = Stage::Search;
            queue.note(&run)?;
        }
        if run.stage == Stage::Search {
            let (back, end) = self.search(queue, &mut run)?;
            queue = back;
            if let Some(ended) = end {
                return self.outcome(queue, &run, ended, None);
            }
            plan::add_records(&mut queue, &mut run, &self.inputs)?;
            run.stage = Stage::Fetch;
            queue.note(&run)?;
        }
        let plan = status::plan(&queue, &run, &self.fetch)?;
        self.watch.planned(&plan);
        self.plan = Some(plan);
        if self.settings.plan_only {
            return self.outcome(queue, &run, Ended::Planned, None);
        }
        if run.stage == Stage::Fetch {
            if run.way == Way::Each.name() {
                queue.drop_searches(run.id)?;
            }
            let (back, end) = self.fetch_all(queue, &run)?;
            queue = back;
            if let Some(ended) = end {
                return self.outcome(queue, &run, ended, None);
            }
            run.stage = Stage::Apply;
            queue.note(&run)?;
        }
        self.apply(queue, &run)
    }

    /// Asks who has changed. Where the server does not understand searches for
    /// iDs, each record will be read.
    fn search(&self, queue: Queue, run: &mut Run) -> Result<(Queue, Option<Ended>), RefreshError> {
        let way = Way::new(&run.way).unwrap_or(Way::Each);
        let searches = queue.counts(run.id, &["search"])?.waiting;
        if searches == 0 {
            return Ok((queue, None));
        }
        self.watch.searching(way, searches);
        let (queue, end) = self.fetch.all(queue, &|answered, left| self.watch.fetched(answered, left));
        match end {
            Err(RefreshError::NotUnderstood) if self.settings.scope.query().is_none() => {
                queue.drop_searches(run.id)?;
                run.way = Way::Each.name().to_owned();
                queue.note(run)?;
                Ok((queue, None))
            }
            end => Ok((queue, ended(end?))),
        }
    }

    /// Reads records, then those that took the place of deprecated ones.
    fn fetch_all(&self, mut queue: Queue, run: &Run) -> Result<(Queue, Option<Ended>), RefreshError> {
        loop {
            let (back, end) = self.fetch.all(queue, &|answered, left| self.watch.fetched(answered, left));
            queue = back;
            if let Some(ended) = ended(end?) {
                return Ok((queue, Some(ended)));
            }
            if !plan::add_primaries(&mut queue, run, &self.inputs)? {
                return Ok((queue, None));
            }
        }
    }

    fn apply(&self, queue: Queue, run: &Run) -> Result<Outcome, RefreshError> {
        self.watch.applying();
        let applied = apply::apply(self.root, queue, run, self.settings, &self.fetch.stop);
        let applied = match applied {
            Err(RefreshError::Convert(convert::ConvertError::Stopped)) => {
                let queue = Queue::open(self.root)?;
                return self.outcome(queue, run, Ended::Stopped, None);
            }
            applied => applied?,
        };
        self.finish(Queue::open(self.root)?, run, applied)
    }

    /// The dataset has the answers; now the queue is told so.
    fn finish(&self, mut queue: Queue, run: &Run, applied: Applied) -> Result<Outcome, RefreshError> {
        let given_up = queue.counts(run.id, &["record", "works", "item"])?.given_up;
        if let Some(manifest) = Manifest::read(self.root)? {
            queue.note_mark(&Mark::of(&manifest).to_text())?;
        }
        let rejected: Vec<Orcid> = applied.rejected.iter().filter_map(MemberName::orcid).collect();
        queue.finish(run, &rejected, self.settings.scope.query().is_some())?;
        let outcome = self.outcome(queue, run, Ended::Applied, Some(applied))?;
        Ok(Outcome { given_up, ..outcome })
    }

    fn outcome(
        &self,
        queue: Queue,
        run: &Run,
        end: Ended,
        applied: Option<Applied>,
    ) -> Result<Outcome, RefreshError> {
        let tally = queue.tallies(run.id)?;
        let given_up = queue.counts(run.id, &["record", "works", "item"])?.given_up;
        drop(queue);
        Ok(Outcome { plan: self.plan.clone(), end, tally, given_up, applied })
    }
}

fn ended(end: End) -> Option<Ended> {
    match end {
        End::Done => None,
        End::Stopped => Some(Ended::Stopped),
        End::Quota(until) => Some(Ended::Quota(until)),
    }
}
