//! Brings a dataset up to date through ORCID's API, or from a bucket with all records: all steps on
//! one page.
//!
//! ```text
//! scope ─ who changed ─ plan ─ fetch ─ queue ─ apply ─ dataset
//!         searches, or  said   pace,   SQLite  one commit
//!         a file        first  retries
//! ```
//!
//! Every request and every answer is in a queue on disk before the next step relies on it. So a run
//! may end at any moment, because of a signal, a crash or the day's quota, and the same command
//! continues from there. Only this layer uses the network.

mod active_run;
mod apply;
mod apply_stage;
mod begin;
mod bucket;
mod changes;
mod connected;
mod connected_client;
mod dataset_rows;
mod dates;
mod error;
mod fetch;
mod fetch_stage;
mod id_range;
mod inputs;
mod leavers;
mod log;
mod mark;
mod max_removals;
mod newcomers;
mod observer;
mod outcome;
mod paging;
mod plan;
mod queue;
mod removals;
mod row_bytes;
mod scope;
mod search;
mod search_stage;
mod settings;
mod status;
mod strategy;
mod watermark;

pub use bucket::Reads;
pub use changes::read as read_changes;
pub use connected::{Connected, ConnectedPeople};
pub use error::{RefreshError, StateFault};
pub use fetch::{BEHIND_LIST, End, NOT_SELECTED, PERMISSION_LOST};
pub use log::{Log, log_to};
pub use max_removals::MaxRemovals;
pub use newcomers::{Asked, searches};
pub use observer::Observer;
pub use outcome::{Applied, Ended, Outcome, Stays, WrongClock};
pub use queue::{QUEUE_NAME, QueueError, QueueFault, Requests, Stage};
pub use removals::Removals;
pub use scope::{Newcomers, Organization, Registry, Scope};
pub use settings::{Access, Settings};
pub use status::{Plan, Status, status};
pub use strategy::Strategy;

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::dataset::{Dataset, DatasetError, DatasetLock, Manifest, check_can_change};
use crate::tables::DumpKind;
use active_run::ActiveRun;
use bucket::Bucket;
use connected_client::ConnectedClient;
use fetch::Fetch;
use inputs::Inputs;
use orcid_api::{Client, ClientOptions, Clock, HttpClient, SystemClock};
use orcid_xml::Timestamp;
use queue::Queue;

/// Time between two checks of the stop flag while a token is obtained.
const LOOKS: Duration = Duration::from_millis(10);

/// Refreshes the dataset at `root`, or continues an unfinished refresh.
///
/// # Errors
/// [`RefreshError`] if the refresh fails; fetched answers are kept.
pub fn refresh(
    root: &Path,
    settings: &Settings,
    access: &Access,
    observer: &dyn Observer,
    stop: &Arc<AtomicBool>,
) -> Result<Outcome, RefreshError> {
    let clock = SystemClock::default();
    if let Some(connected) = settings.connected.as_ref().filter(|connected| connected.marks_dataset)
        && !root.exists()
    {
        let dumps = if connected.reads_activities { &DumpKind::ALL[..] } else { &[DumpKind::Summaries] };
        connected::make_empty(root, dumps)?;
    }
    if !Dataset::is_at(root) {
        // Checked first, so that no lock file is created outside a dataset.
        return Err(DatasetError::NoDataset { path: root.to_owned() }.into());
    }
    let lock = lock(root, "refresh")?;
    let dataset = Dataset::open(root)?;
    check_selection(&dataset.manifest, settings)?;
    // Obstacles to the last step are reported before the first step.
    check_can_change(root, &dataset.manifest)?;
    if let Some(connected) = &settings.connected {
        connected.check(&dataset)?;
    }
    let Some(source) = connect(access, settings, clock.wall(), stop)? else { return Ok(Outcome::stopped()) };
    let bucket = source.bucket();
    let client = source.client();
    let mut queue = Queue::open(root)?;
    let inputs = Inputs::new(settings, &dataset, bucket, clock.wall());
    let run = begin::begin(&mut queue, settings, &inputs, &*client, observer, clock.wall())?;
    let limits = settings.limits(&*client, bucket.is_some());
    let activities = dataset_rows::has_activities(&dataset.manifest);
    let mut fetch =
        Fetch::new(client, limits, settings.retry_policy, Arc::new(clock), stop.clone(), run, activities);
    fetch.from_bucket = bucket.is_some();
    fetch.slice.clone_from(&settings.slice);
    fetch.people = settings.connected.as_ref().map(|connected| connected.people.clone());
    fetch.go_on(&queue)?;
    let mut run = ActiveRun {
        root,
        lock,
        settings,
        observer,
        inputs,
        bucket,
        fetch: Arc::new(fetch),
        plan: None,
        clock: OnceCell::new(),
    };
    run.go(queue)
}

/// Refuses people who were selected in another way than those of the dataset.
fn check_selection(manifest: &Manifest, settings: &Settings) -> Result<(), RefreshError> {
    let is_same = match (&manifest.selection, &settings.slice) {
        (Some(has), Some(slice)) => has.is_same_as(slice.selection()),
        (has, slice) => has.is_none() && slice.is_none(),
    };
    match (is_same, &manifest.selection) {
        (true, _) => Ok(()),
        (false, Some(selection)) => Err(RefreshError::OtherPeople { selection: selection.to_string() }),
        (false, None) => Err(RefreshError::NoSelection),
    }
}

/// Who answers the requests.
enum Source {
    Api(Arc<dyn Client>),
    Bucket(Arc<Bucket>),
}

impl Source {
    fn client(&self) -> Arc<dyn Client> {
        match self {
            Self::Api(client) => client.clone(),
            Self::Bucket(bucket) => bucket.clone(),
        }
    }

    fn bucket(&self) -> Option<&Bucket> {
        match self {
            Self::Api(_) => None,
            Self::Bucket(bucket) => Some(bucket),
        }
    }
}

/// The client, which may have to obtain a token or to look into a store first; `None` if the run was
/// stopped before that, since a server may be slow.
fn connect(
    access: &Access,
    settings: &Settings,
    now: Timestamp,
    stop: &AtomicBool,
) -> Result<Option<Source>, RefreshError> {
    let thread = match access {
        Access::Client(client) => return Ok(Some(Source::Api(client.clone()))),
        Access::Http { options, client_id } => {
            let (options, client_id) = (ClientOptions::clone(options), client_id.clone());
            let people = settings.connected.as_ref().map(|connected| connected.people.clone());
            std::thread::spawn(move || -> Result<Source, RefreshError> {
                let client = HttpClient::new(options, client_id.as_deref(), now)?;
                Ok(Source::Api(match people {
                    Some(people) => Arc::new(ConnectedClient::new(client, people)),
                    None => Arc::new(client),
                }))
            })
        }
        Access::Bucket { place, options } => {
            let (place, options) = (place.clone(), options.clone());
            std::thread::spawn(move || Ok(Source::Bucket(Arc::new(Bucket::open(&place, &options)?))))
        }
    };
    while !thread.is_finished() {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        std::thread::sleep(LOOKS);
    }
    thread.join().map_err(|_| RefreshError::Panicked)?.map(Some)
}

/// Prevents refreshes of the dataset at `root` while another command, which `act` names, changes
/// it: a refresh has its queue open there, and a commit must not move an open queue. The queue is
/// merged into one file, which a commit links.
///
/// # Errors
/// [`RefreshError`] if another process refreshes the dataset, or if the queue cannot be used or is
/// being read.
pub fn hold(root: &Path, act: &str) -> Result<DatasetLock, RefreshError> {
    let lock = lock(root, act)?;
    Queue::make_one_file(root)?;
    Ok(lock)
}

fn lock(root: &Path, act: &str) -> Result<DatasetLock, RefreshError> {
    DatasetLock::take(root, act).map_err(|error| match error {
        DatasetError::Locked { path, holder } => RefreshError::Locked { path, holder },
        error => error.into(),
    })
}

impl ActiveRun<'_> {
    /// Runs all remaining stages, or stops early.
    fn go(&mut self, mut queue: Queue) -> Result<Outcome, RefreshError> {
        let mut run = self.fetch.run.clone();
        // A crash may have happened after the commit and before the queue noted it.
        if let Some(applied) = apply::applied_before(&self.inputs.dataset.manifest, &run) {
            return self.finish(queue, &run, applied);
        }
        if run.stage == Stage::Begun {
            plan::add_searches(&mut queue, &run, &self.inputs, self.latest())?;
            run.stage = Stage::Search;
            queue.note(&run)?;
        }
        if run.stage == Stage::Search {
            let (back, end) = self.search_all(queue, &mut run)?;
            queue = back;
            if let Some(ended) = end {
                return self.outcome(queue, &run, ended, None);
            }
            let in_future = plan::add_records(&mut queue, &mut run, &self.inputs, self.now()?)?;
            if in_future > 0 {
                self.observer.changes_in_future(in_future);
            }
            run.stage = Stage::Fetch;
            queue.note(&run)?;
        }
        let mut plan = status::plan(&queue, &run, &self.fetch)?;
        if let Some(bucket) = self.bucket {
            let Fetch { activities, stop, .. } = &*self.fetch;
            plan.reads = Some(bucket.estimate(&queue, &run, *activities, stop)?);
        }
        self.observer.planned(&plan);
        self.plan = Some(plan);
        if self.settings.plan_only {
            return self.outcome(queue, &run, Ended::Planned, None);
        }
        if run.stage == Stage::Fetch {
            if run.strategy == Strategy::Each.name() {
                queue.drop_searches(run.id)?;
            }
            let (back, end) = self.fetch_all(queue, &run)?;
            queue = back;
            self.keep_to_known_time(&mut run, end.is_none())?;
            queue.note(&run)?;
            match end {
                None => {}
                Some(Ended::Quota(until)) => return self.apply_part(queue, &mut run, Ended::Quota(until)),
                Some(ended) => return self.outcome(queue, &run, ended, None),
            }
            run.stage = Stage::Apply;
            queue.note(&run)?;
        }
        self.apply(queue, &mut run)
    }
}
