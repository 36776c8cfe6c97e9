//! The first part of a run's way: searches tell who has changed and who belongs to the
//! scope, and what they tell is weighed.
//!
//! An index may be empty or half lost for a while, and a server's clock may be years
//! behind: neither may let changes be lost.

use super::plan::{self, AHEAD};
use super::queue::Queue;
use super::runs::{Run, Stage};
use super::watermark::{self, is_future, newest_told};
use super::{Ended, Journey, RefreshError, Strategy, WrongClock, ended};
use orcid_xml::Timestamp;

impl Journey<'_> {
    /// Asks who has changed; once more where the server's clock shows that the run looked
    /// from a time in the future on, or not far enough, and where nobody belongs to the scope.
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

    /// From when on to look, where a run looked from a time in the future on by the server's
    /// clock.
    fn since_before_now(&self, run: &Run) -> Result<Option<Timestamp>, RefreshError> {
        let now = self.now()?;
        if !is_future(run.since, now) || self.settings.since.is_some() {
            return Ok(None);
        }
        Ok(watermark::unknown_since(self.inputs.dataset, &run.scope, now)?.map(|known| known.since))
    }

    /// Forgets what the searches have found, and asks them again.
    fn search_again(&self, mut queue: Queue, run: &mut Run) -> Result<(Queue, Option<Ended>), RefreshError> {
        queue.search_anew(run)?;
        plan::add_searches(&mut queue, run, &self.inputs, self.latest())?;
        self.search(queue, run)
    }

    /// Doubts an answer by which a scope has nobody: an index may have been empty for a
    /// moment. It is asked for once more. Then a scope that had people ends the run, unless it
    /// was planned from anew; of one that had none, it is told.
    fn look_for_scope(&self, queue: Queue, run: &mut Run) -> Result<(Queue, Option<Ended>), RefreshError> {
        if self.settings.scope.query().is_none() || queue.finds_anybody(run.id, "there")? {
            return Ok((queue, None));
        }
        let (mut queue, end) = self.search_again(queue, run)?;
        if end.is_some() || queue.finds_anybody(run.id, "there")? {
            return Ok((queue, end));
        }
        let mut before = 0;
        queue.each_member(&run.scope, &mut |_| before += 1)?;
        if (before > 0 && !self.settings.restart) || queue.finds_anybody(run.id, "changed")? {
            queue.search_anew(run)?;
            run.stage = Stage::Begun;
            queue.note(run)?;
            return Err(RefreshError::ScopeVanished { scope: run.scope.clone(), before });
        }
        self.observer.scope_is_empty(&run.scope);
        Ok((queue, None))
    }

    /// Asks who has changed. Where the server does not understand searches for
    /// iDs, each record will be read.
    fn search(&self, queue: Queue, run: &mut Run) -> Result<(Queue, Option<Ended>), RefreshError> {
        let strategy = Strategy::new(&run.strategy).unwrap_or(Strategy::Each);
        let searches = queue.counts(run.id, &["search"])?.waiting;
        if searches == 0 {
            return Ok((queue, None));
        }
        self.observer.searching(strategy, searches);
        let (queue, end) = self.fetch.all(queue, &|answered, left| self.observer.fetched(answered, left));
        match end {
            Err(RefreshError::NotUnderstood) if self.settings.scope.query().is_none() => {
                queue.drop_searches(run.id)?;
                run.strategy = Strategy::Each.name().to_owned();
                queue.note(run)?;
                Ok((queue, None))
            }
            end => Ok((queue, ended(end?))),
        }
    }

    /// Up to when searches look: beyond now by all clocks, and beyond what the dataset has.
    pub(super) fn latest(&self) -> Timestamp {
        let date = self.fetch.first_date().unwrap_or(Timestamp::MIN);
        let told = newest_told(&self.inputs.dataset.manifest).unwrap_or(Timestamp::MIN);
        self.fetch.clock.wall().max(date).max(told) + AHEAD
    }

    /// The time by the server's clock, or by ours where the server tells none or a wrong one.
    pub(super) fn now(&self) -> Result<Timestamp, RefreshError> {
        let is_wrong = self.wrong_clock()?.is_some();
        let date = self.fetch.first_date().filter(|_| !is_wrong);
        Ok(date.unwrap_or_else(|| self.fetch.clock.wall()))
    }

    /// What the server's clock says where that cannot be; `None` where it can.
    pub(super) fn wrong_clock(&self) -> Result<Option<WrongClock>, RefreshError> {
        if let Some(known) = self.clock.get() {
            return Ok(*known);
        }
        let Some(server) = self.fetch.first_date() else { return Ok(None) };
        let ours = self.fetch.clock.wall();
        let is_wrong = watermark::is_too_early(self.inputs.dataset, server, ours)?;
        Ok(*self.clock.get_or_init(|| is_wrong.then_some(WrongClock { server, ours })))
    }

    /// Lets a run reach no further than is known; nowhere where the server's clock is wrong.
    pub(super) fn keep_to_known_time(&self, run: &mut Run, all_is_there: bool) -> Result<(), RefreshError> {
        let is_wrong = self.wrong_clock()?.is_some();
        watermark::keep_to_known_time(run, &self.fetch, all_is_there, is_wrong);
        Ok(())
    }
}
