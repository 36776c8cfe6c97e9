//! The second stage of a run: fetches records and their items, portion by portion.

use super::active_run::{ActiveRun, ended};
use super::error::RefreshError;
use super::outcome::Ended;
use super::plan;
use super::queue::{Queue, Run};

/// Records that are read before their items are planned and fetched, if the dataset has items.
const PORTION_RECORDS: i64 = 5_000;

impl ActiveRun<'_> {
    /// Reads records and their items, portion by portion; then the primary records of deprecated
    /// ones; then requests items once more that are said to be gone.
    pub(super) fn fetch_all(
        &self,
        mut queue: Queue,
        run: &Run,
    ) -> Result<(Queue, Option<Ended>), RefreshError> {
        while self.release(&mut queue, run)? {
            let (back, end) = self.fetch.all(queue, &|answered, left| self.observer.fetched(answered, left));
            queue = back;
            if let Some(ended) = ended(self.fetch.real_end(&queue, end)?) {
                return Ok((queue, Some(ended)));
            }
        }
        Ok((queue, None))
    }

    /// Releases the next requests; false if none is left.
    fn release(&self, queue: &mut Queue, run: &Run) -> Result<bool, RefreshError> {
        if queue.has_released(run.id)? {
            return Ok(true);
        }
        let items = queue.release_items(run.id)?;
        if items > 0 {
            self.observer.planned_items(items);
            return Ok(true);
        }
        let most = if self.fetch.activities { PORTION_RECORDS } else { i64::MAX };
        if queue.release_records(run.id, most)? > 0 {
            return Ok(true);
        }
        if plan::add_primaries(queue, run, &self.inputs)? {
            return Ok(queue.release_records(run.id, most)? > 0);
        }
        Ok(queue.release_missing_items(run.id)? > 0 || queue.release_rechecks(run.id)? > 0)
    }
}
