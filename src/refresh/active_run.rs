//! A run in progress: the state that its stages share, and the time by the server's and our clock.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use super::bucket::Bucket;
use super::error::RefreshError;
use super::fetch::{End, Fetch};
use super::inputs::Inputs;
use super::observer::Observer;
use super::outcome::{Applied, Ended, Outcome, WrongClock};
use super::plan::AHEAD;
use super::queue::{Queue, Run};
use super::settings::Settings;
use super::status::Plan;
use super::watermark::{self, newest_change_in_manifest};
use crate::dataset::DatasetLock;
use orcid_xml::Timestamp;

/// A run in progress.
pub struct ActiveRun<'r> {
    pub root: &'r Path,
    /// Held until the run ends; its commits take no lock of their own.
    pub lock: DatasetLock,
    pub settings: &'r Settings,
    pub observer: &'r dyn Observer,
    pub inputs: Inputs<'r>,
    /// The bucket from which records are read, if they are not requested of an API.
    pub bucket: Option<&'r Bucket>,
    pub fetch: Arc<Fetch>,
    pub plan: Option<Plan>,
    /// Findings about the server's clock before the commit.
    pub clock: OnceCell<Option<WrongClock>>,
}

impl ActiveRun<'_> {
    /// The outcome of the run so far.
    ///
    /// # Errors
    /// [`RefreshError`] if dataset or queue fail.
    pub fn outcome(
        &self,
        queue: Queue,
        run: &Run,
        end: Ended,
        applied: Option<Applied>,
    ) -> Result<Outcome, RefreshError> {
        let (tally, requests) = (queue.code_counts(run.id)?, queue.requests(run.id)?);
        let given_up = queue.given_up(run.id)?;
        let missing_results = queue.missing_results(run.id)?;
        drop(queue);
        let (plan, wrong_clock) = (self.plan.clone(), self.wrong_clock()?);
        let held_back = None;
        Ok(Outcome { plan, end, requests, tally, given_up, applied, held_back, missing_results, wrong_clock })
    }

    /// The end of the search windows: later than now by all clocks, and later than all changes in
    /// the dataset.
    pub fn latest(&self) -> Timestamp {
        let date = self.fetch.first_date().unwrap_or(Timestamp::MIN);
        let newest = newest_change_in_manifest(&self.inputs.dataset.manifest).unwrap_or(Timestamp::MIN);
        self.fetch.clock.wall().max(date).max(newest) + AHEAD
    }

    /// The time by the server's clock, or by ours if the server gives no time or a wrong one.
    pub fn now(&self) -> Result<Timestamp, RefreshError> {
        let is_wrong = self.wrong_clock()?.is_some();
        let date = self.fetch.first_date().filter(|_| !is_wrong);
        Ok(date.unwrap_or_else(|| self.fetch.clock.wall()))
    }

    /// The time of the server's clock if it is impossible; `None` if it is possible.
    pub fn wrong_clock(&self) -> Result<Option<WrongClock>, RefreshError> {
        if let Some(known) = self.clock.get() {
            return Ok(*known);
        }
        let Some(server) = self.fetch.first_date() else { return Ok(None) };
        let ours = self.fetch.clock.wall();
        let is_wrong = watermark::is_too_early(self.inputs.dataset, server, ours)?;
        Ok(*self.clock.get_or_init(|| is_wrong.then_some(WrongClock { server, ours })))
    }

    /// Limits the run's watermark to the time that is certain; if the server's clock is wrong, the
    /// watermark does not move. A bucket has no clock: its list has limited the watermark already.
    pub fn keep_to_known_time(&self, run: &mut Run, all_is_there: bool) -> Result<(), RefreshError> {
        if self.bucket.is_some() {
            return Ok(());
        }
        let is_wrong = self.wrong_clock()?.is_some();
        watermark::keep_to_known_time(run, &self.fetch, all_is_there, is_wrong);
        Ok(())
    }
}

/// How the run ends after fetching has ended; `None` if the run continues.
pub fn ended(end: End) -> Option<Ended> {
    match end {
        End::Done => None,
        End::Stopped => Some(Ended::Stopped),
        End::Quota(until) => Some(Ended::Quota(until)),
    }
}
