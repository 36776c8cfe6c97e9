//! The plan of a run, and the progress of the runs of a dataset.

use std::path::Path;

use serde::Serialize;

use super::bucket::Reads;
use super::error::RefreshError;
use super::fetch::Fetch;
use super::queue::{Counts, Kind, Queue, QuotaDay, Requests, Run, Stage};
use crate::dataset::{Dataset, DatasetError, DatasetLock};
use orcid_xml::Timestamp;

/// Requests for items that a changed record brings with it, on average: a guess,
/// until the records are there.
const ITEM_REQUESTS: u64 = 2;

/// The plan of a run, as far as it is known before records are read.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    pub scope: String,
    /// How the run finds out who has changed; programs read it under its first name.
    #[serde(rename = "way")]
    pub strategy: String,
    pub since: Timestamp,
    pub until: Timestamp,
    /// Records to read, including those that have been read.
    pub records: u64,
    /// Records that have not been read yet.
    pub records_left: u64,
    /// Requests to send, without repeats: for records, and for items of records that have been
    /// read.
    pub requests: u64,
    /// An estimate of further requests for full items; these are planned when their records have
    /// arrived.
    pub item_requests: u64,
    /// Requests that have been planned, including searches and those already sent.
    pub planned: u64,
    /// Requests that have been sent, including searches and repeats.
    pub made: u64,
    /// Sent requests that were repeats.
    pub retried: u64,
    /// The least time that the rate allows.
    pub seconds: u64,
    /// UTC days on which requests will be sent.
    pub days: u64,
    pub quota: Option<u64>,
    /// Requests of this client today.
    pub used_today: u64,
    /// What will be read of a bucket: an estimate, from some of the records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reads: Option<Reads>,
}

/// The runs of a dataset.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Status {
    /// The process that is refreshing the dataset now.
    pub holder: Option<String>,
    pub runs: Vec<RunStatus>,
    /// Requests by client and UTC day (counted from 1970).
    pub requests: Vec<DayStatus>,
}

/// One run.
#[derive(Debug, Clone, Serialize)]
pub struct RunStatus {
    pub scope: String,
    pub source: String,
    pub stage: Stage,
    pub begun: Timestamp,
    pub since: Timestamp,
    pub until: Timestamp,
    pub requests: Requests,
    pub searches: Counts,
    pub records: Counts,
    pub items: Counts,
    pub counted: std::collections::BTreeMap<String, u64>,
}

/// One client's day.
#[derive(Debug, Clone, Serialize)]
pub struct DayStatus {
    pub client: String,
    pub day: i64,
    pub used: u64,
    pub ended_until: Option<Timestamp>,
}

/// The remaining plan of a run.
///
/// # Errors
/// [`RefreshError::Queue`] if the disk fails.
pub fn plan(queue: &Queue, run: &Run, fetch: &Fetch) -> Result<Plan, RefreshError> {
    let records = queue.counts(run.id, &[Kind::Record])?;
    let items = queue.counts(run.id, &[Kind::Works, Kind::Item])?;
    let all_requests = queue.requests(run.id)?;
    let requests = records.waiting + items.waiting;
    let item_requests = if fetch.activities { records.waiting * ITEM_REQUESTS } else { 0 };
    let used_today = queue.used(&fetch.account(), fetch.clock.wall())?;
    let all = requests + item_requests;
    let days = fetch.limits.quota.map_or(1, |quota| {
        let today = quota.saturating_sub(used_today);
        u64::from(today > 0) + all.saturating_sub(today).div_ceil(quota.max(1))
    });
    Ok(Plan {
        scope: run.scope.clone(),
        strategy: run.strategy.clone(),
        since: run.since,
        until: run.until,
        records: records.waiting + records.answered + records.given_up,
        records_left: records.waiting,
        requests,
        item_requests,
        planned: all_requests.planned,
        made: all_requests.made,
        retried: all_requests.retried,
        seconds: (all as f64 / fetch.limits.rate) as u64,
        days: if all == 0 { 0 } else { days },
        quota: fetch.limits.quota,
        used_today,
        reads: None,
    })
}

/// The progress of the runs of the dataset at `root`.
///
/// # Errors
/// [`RefreshError`] if there is no dataset, or its queue cannot be read.
pub fn status(root: &Path) -> Result<Status, RefreshError> {
    if !Dataset::is_at(root) {
        return Err(DatasetError::NoDataset { path: root.to_owned() }.into());
    }
    let holder = DatasetLock::holder(root);
    let Some(queue) = Queue::look_at(root)? else { return Ok(Status { holder, ..Status::default() }) };
    let mut runs = Vec::new();
    for run in queue.runs()? {
        runs.push(RunStatus {
            requests: queue.requests(run.id)?,
            searches: queue.counts(run.id, &[Kind::Search])?,
            records: queue.counts(run.id, &[Kind::Record])?,
            items: queue.counts(run.id, &[Kind::Works, Kind::Item])?,
            counted: queue.code_counts(run.id)?.into_iter().collect(),
            scope: run.scope,
            source: run.source,
            stage: run.stage,
            begun: run.begun,
            since: run.since,
            until: run.until,
        });
    }
    let requests = queue.days()?.into_iter().map(DayStatus::from).collect();
    Ok(Status { holder, runs, requests })
}

impl From<QuotaDay> for DayStatus {
    fn from(day: QuotaDay) -> Self {
        Self { client: day.client, day: day.day, used: day.used, ended_until: day.ended_until }
    }
}
