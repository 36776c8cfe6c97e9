//! The last stage of a run: checks how many people its answers would remove, and writes the answers
//! to the dataset.

use super::active_run::ActiveRun;
use super::apply;
use super::error::RefreshError;
use super::mark::Mark;
use super::outcome::{Applied, Ended, Outcome};
use super::queue::{Queue, Run};
use super::removals::{HELD_BACK, Removals};
use crate::convert;
use crate::dataset::{Dataset, Manifest};
use orcid_xml::{MemberName, Orcid};

impl ActiveRun<'_> {
    /// Applies the complete people of a run that ended early because the quota is used up. The
    /// watermark does not move, and the other answers stay in the queue.
    pub(super) fn apply_part(
        &self,
        queue: Queue,
        run: &mut Run,
        ended: Ended,
    ) -> Result<Outcome, RefreshError> {
        self.unless_too_many_go(queue, run, |mut queue, run| {
            let people = queue.fill_commit(run)?;
            if people == 0 {
                return self.outcome(queue, run, ended, None);
            }
            self.observer.applying(Some(people));
            let (mut queue, applied) = self.commit(queue, run, false)?;
            if applied.is_none() {
                return self.outcome(queue, run, Ended::Stopped, None);
            }
            if let Some(manifest) = Manifest::read(self.root)? {
                queue.end_commit(run, Mark::of(&manifest).to_text())?;
            }
            self.outcome(queue, run, ended, applied)
        })
    }

    /// Applies all of a run.
    pub(super) fn apply(&self, queue: Queue, run: &mut Run) -> Result<Outcome, RefreshError> {
        self.unless_too_many_go(queue, run, |mut queue, run| {
            self.observer.applying(None);
            queue.leave_missing_items(run.id)?;
            queue.fill_commit(run)?;
            match self.commit(queue, run, true)? {
                (queue, Some(applied)) => self.finish(queue, run, applied),
                (queue, None) => self.outcome(queue, run, Ended::Stopped, None),
            }
        })
    }

    /// Checks how many people the next commit would remove. If these are too many, ends the run
    /// before the commit, or, if the settings say so, lists the people that the commit leaves out.
    fn unless_too_many_go(
        &self,
        mut queue: Queue,
        run: &mut Run,
        commit: impl FnOnce(Queue, &mut Run) -> Result<Outcome, RefreshError>,
    ) -> Result<Outcome, RefreshError> {
        let held_back = self.weigh_removals(&mut queue, run)?;
        let outcome = if held_back.is_some() && !self.settings.skip_removals {
            self.outcome(queue, run, Ended::HeldBack, None)?
        } else {
            commit(queue, run)?
        };
        Ok(Outcome { held_back, ..outcome })
    }

    /// Finds the people whom the next commit would remove. If these are too many, returns them, and
    /// leaves them out of the commit if the settings say so.
    fn weigh_removals(&self, queue: &mut Queue, run: &Run) -> Result<Option<Removals>, RefreshError> {
        let dataset = Dataset::open(self.root)?;
        let removals = Removals::of(queue, run, &self.inputs, &dataset, self.settings.max_removals)?;
        if !removals.are_too_many() {
            queue.note_removed_people(run.id, &removals.orcids)?;
            return Ok(None);
        }
        if self.settings.skip_removals {
            queue.leave_people(run.id, &removals.orcids, HELD_BACK)?;
        }
        Ok(Some(removals))
    }

    /// Writes answers to the dataset; does nothing if the run was stopped before. Returns the queue
    /// with the result.
    fn commit(
        &self,
        queue: Queue,
        run: &Run,
        is_last: bool,
    ) -> Result<(Queue, Option<Applied>), RefreshError> {
        let applied =
            apply::apply(&self.lock, queue, run, is_last, self.settings, self.now()?, &self.fetch.stop);
        let applied = match applied {
            Err(RefreshError::Convert(convert::ConvertError::Stopped)) => None,
            applied => Some(applied?),
        };
        Ok((Queue::open(self.root)?, applied))
    }

    /// The dataset has the answers; now the queue notes it.
    pub(super) fn finish(
        &self,
        mut queue: Queue,
        run: &Run,
        applied: Applied,
    ) -> Result<Outcome, RefreshError> {
        let given_up = queue.given_up(run.id)?;
        if let Some(manifest) = Manifest::read(self.root)? {
            queue.note_mark(&Mark::of(&manifest).to_text())?;
        }
        if let Some(connected) = &self.settings.connected {
            connected.clear_marks(&queue.read_people(run.id)?, run.begun)?;
        }
        let rejected: Vec<Orcid> = applied.rejected.iter().filter_map(MemberName::orcid).collect();
        queue.finish(run, &rejected, self.settings.scope.is_searched())?;
        let outcome = self.outcome(queue, run, Ended::Applied, Some(applied))?;
        Ok(Outcome { given_up, ..outcome })
    }
}
