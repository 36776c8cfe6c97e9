//! The first stage of a run: searches find the changed records and the people of the scope, and
//! their results are checked.
//!
//! An index may be empty or incomplete for a while, and a server's clock may be years behind: in
//! neither case may changes be lost.

use super::active_run::{ActiveRun, ended};
use super::error::RefreshError;
use super::outcome::Ended;
use super::plan;
use super::queue::{FoundAs, Kind, Queue, Run, Stage};
use super::strategy::Strategy;
use super::watermark::{self, is_future};
use orcid_xml::Timestamp;

impl ActiveRun<'_> {
    /// Searches for changed records. Searches once more if the server's clock shows that the run
    /// searched from a time in the future on, or not far enough, or if nobody belongs to the scope.
    pub(super) fn search_all(
        &self,
        queue: Queue,
        run: &mut Run,
    ) -> Result<(Queue, Option<Ended>), RefreshError> {
        let latest = self.latest();
        let (queue, end) = self.search(queue, run)?;
        self.keep_to_known_time(run, false)?;
        queue.note(run)?;
        if end.is_some() {
            return Ok((queue, end));
        }
        let since = self.since_before_now(run)?;
        if since.is_none() && self.fetch.first_date().is_none_or(|date| date <= latest) {
            return self.look_for_scope(queue, run);
        }
        if let Some(since) = since {
            self.observer.watermark_in_future(run.since, since);
            run.since = since;
        }
        let (queue, end) = self.search_again(queue, run)?;
        if end.is_some() { Ok((queue, end)) } else { self.look_for_scope(queue, run) }
    }

    /// The time to search from, if a run searched from a time that is in the future by the server's
    /// clock.
    fn since_before_now(&self, run: &Run) -> Result<Option<Timestamp>, RefreshError> {
        let now = self.now()?;
        if !is_future(run.since, now) || self.settings.since.is_some() {
            return Ok(None);
        }
        Ok(watermark::unknown_since(self.inputs.dataset, &run.scope, now)?.map(|known| known.since))
    }

    /// Discards the results of the searches, and sends them again.
    fn search_again(&self, mut queue: Queue, run: &mut Run) -> Result<(Queue, Option<Ended>), RefreshError> {
        queue.forget_searches(run)?;
        plan::add_searches(&mut queue, run, &self.inputs, self.latest())?;
        self.search(queue, run)
    }

    /// If nobody is found in a scope, searches once more, because the index may have been empty for
    /// a moment. If the scope is still empty, the run ends if the scope had people before, unless
    /// it was restarted; otherwise the observer is notified.
    fn look_for_scope(&self, queue: Queue, run: &mut Run) -> Result<(Queue, Option<Ended>), RefreshError> {
        if !self.settings.scope.is_searched() || queue.finds_anybody(run.id, FoundAs::Present)? {
            return Ok((queue, None));
        }
        let (mut queue, end) = self.search_again(queue, run)?;
        if end.is_some() || queue.finds_anybody(run.id, FoundAs::Present)? {
            return Ok((queue, end));
        }
        let mut before = 0;
        queue.each_member(&run.scope, &mut |_| before += 1)?;
        if (before > 0 && !self.settings.restart) || queue.finds_anybody(run.id, FoundAs::Changed)? {
            queue.forget_searches(run)?;
            run.stage = Stage::Begun;
            queue.note(run)?;
            return Err(RefreshError::ScopeVanished { scope: run.scope.clone(), before });
        }
        self.observer.scope_is_empty(&run.scope);
        Ok((queue, None))
    }

    /// Searches for changed records. If the server does not understand searches for iDs, each
    /// record is read.
    fn search(&self, queue: Queue, run: &mut Run) -> Result<(Queue, Option<Ended>), RefreshError> {
        let strategy = Strategy::new(&run.strategy).unwrap_or(Strategy::Each);
        let searches = queue.counts(run.id, &[Kind::Search])?.waiting;
        if searches == 0 {
            return Ok((queue, None));
        }
        self.observer.searching(strategy, searches);
        let (queue, end) = self.fetch.all(queue, &|answered, left| self.observer.fetched(answered, left));
        match end {
            Err(RefreshError::NotUnderstood) if !self.settings.scope.is_searched() => {
                queue.drop_searches(run.id)?;
                run.strategy = Strategy::Each.name().to_owned();
                queue.note(run)?;
                Ok((queue, None))
            }
            end => Ok((queue, ended(end?))),
        }
    }
}
