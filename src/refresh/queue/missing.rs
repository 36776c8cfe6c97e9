//! Missing items: a record lists them, and the server says that they are gone.
//!
//! An item may have been removed between two requests, or a server may say wrongly that it does not
//! exist. So it is requested once more when all other requests are done. If it is still missing,
//! the record is read again after all its items have been requested. If the record no longer lists
//! the item, the item leaves the dataset; if it does, the item keeps its old row, is counted, and
//! is requested by the scope's next run.

use rusqlite::params;

use super::counts::count_code;
use super::database::Queue;
use super::error::QueueError;
use super::items::{ItemKey, ItemOf, insert_removed};
use super::request::Request;
use super::state::Kind::{Item, Recheck};
use super::state::State::{Answered, GivenUp, Missing, MissingTwice, Waiting};
use super::tasks::Task;
use orcid_xml::{Orcid, Timestamp};

/// The code of an item that is listed but cannot be fetched.
const WITHHELD: &str = "withheld";

impl Queue {
    /// Notes that an item is said to be gone, for the first time or the second.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn report_missing(
        &mut self,
        run: i64,
        task: &Task,
        code: &str,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let state = if task.was_missing { MissingTwice } else { Missing };
        let sql = format!("UPDATE task SET state = {state}, code = ?2, answered = ?3 WHERE id = ?1");
        self.change(|change| {
            change.prepare_cached(&sql)?.execute(params![task.id, code, now])?;
            count_code(change, run, code)
        })
    }

    /// Releases missing items to be requested once more; returns their number.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn release_missing_items(&self, run: i64) -> Result<u64, QueueError> {
        let sql = format!(
            "UPDATE task SET state = {Waiting}, doubted = 1, tries = 0, not_before = 0
            WHERE run = ?1 AND state = {Missing}"
        );
        Ok(self.execute(&sql, [run])? as u64)
    }

    /// Releases the records whose items are missing twice, to be read again; returns their number.
    /// It is called when no item request is in flight, so that one reading decides about all items
    /// of a person.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn release_rechecks(&self, run: i64) -> Result<u64, QueueError> {
        let sql = format!(
            "INSERT INTO task (run, kind, orcid, what, sent)
            SELECT DISTINCT run, {Recheck}, orcid, '', 1 FROM task
            WHERE run = ?1 AND kind = {Item} AND state = {MissingTwice}
            ON CONFLICT (run, kind, orcid, what) DO UPDATE SET state = {Waiting}, tries = 0, not_before = 0, part = NULL"
        );
        Ok(self.execute(&sql, [run])? as u64)
    }

    /// Keeps the rows of all items that are still missing, so that a person's items do not block
    /// the new record.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn leave_missing_items(&self, run: i64) -> Result<(), QueueError> {
        let sql = format!(
            "UPDATE task SET state = {GivenUp}, code = ?2
            WHERE run = ?1 AND kind = {Item} AND state IN ({Missing}, {MissingTwice})"
        );
        self.execute(&sql, params![run, WITHHELD]).map(|_| ())
    }

    /// Decides about a person's missing items by what the record lists now; `None` if it
    /// could not be read.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn resolve_missing_items(
        &mut self,
        run: i64,
        task: &Task,
        orcid: Orcid,
        listed: Option<&[ItemKey]>,
        code: &str,
    ) -> Result<(), QueueError> {
        let find = format!(
            "SELECT id, what FROM task WHERE run = ?1 AND kind = {Item} AND orcid = ?2 AND state = {MissingTwice}"
        );
        let mut missing = Vec::new();
        self.each_row(&find, params![run, orcid.as_str()], &mut |row| {
            let what: String = row.get(1)?;
            let request = Request::from_columns(Item.name(), orcid.as_str(), &what);
            if let Some(Request::Item(orcid, section, put_code)) = request {
                missing.push((row.get::<_, i64>(0)?, ItemOf { orcid, section, put_code }));
            }
            Ok(())
        })?;
        let answered = format!("UPDATE task SET state = {Answered} WHERE id = ?1");
        let given_up = format!("UPDATE task SET state = {GivenUp}, code = ?2 WHERE id = ?1");
        let own = format!("UPDATE task SET state = {Answered}, code = ?2 WHERE id = ?1");
        self.change(|change| {
            for (id, item) in missing {
                if listed.is_some_and(|listed| !listed.contains(&(item.section, item.put_code))) {
                    change.execute(&answered, [id])?;
                    insert_removed(change, run, &item)?;
                } else {
                    change.execute(&given_up, params![id, WITHHELD])?;
                    count_code(change, run, WITHHELD)?;
                }
            }
            change.execute(&own, params![task.id, code])?;
            count_code(change, run, code)
        })
    }
}
