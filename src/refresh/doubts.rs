//! Items that a record lists and that are said to be gone.
//!
//! An item may have left between two requests; or some server says wrongly that it
//! is not there. So it is asked for once more when all else is done. If it is still
//! not to be had, the record is read again when all its items have been asked for: an item that is listed no more leaves
//! the dataset; one that still is keeps its old row, is counted, and is asked for
//! by the scope's next run.

use rusqlite::params;

use super::RefreshError;
use super::activities::Held;
use super::queue::Queue;
use super::tasks::{Task, Wanted, insert_leaving, tally};
use orcid_xml::{Orcid, Timestamp};

/// The code of an item that is listed and not to be had.
const WITHHELD: &str = "withheld";

impl Queue {
    /// Notes that an item is said to be gone, for the first time or the second.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn doubt(&mut self, run: i64, task: &Task, code: &str, now: Timestamp) -> Result<(), RefreshError> {
        self.change(|change| {
            let state = if task.doubted { 6 } else { 5 };
            let sql = "UPDATE task SET state = ?2, code = ?3, answered = ?4 WHERE id = ?1";
            change.prepare_cached(sql)?.execute(params![task.id, state, code, now])?;
            tally(change, run, code)
        })
    }

    /// Lets the records be read again whose items were said to be gone twice; gives their
    /// number. It is called when no item is on its way, so that one look decides about all
    /// items of a person.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn release_listings(&self, run: i64) -> Result<u64, RefreshError> {
        let sql = "INSERT INTO task (run, kind, orcid, what, sent)
            SELECT DISTINCT run, 'listing', orcid, '', 1 FROM task WHERE run = ?1 AND kind = 'item' AND state = 6
            ON CONFLICT (run, kind, orcid, what) DO UPDATE SET state = 0, tries = 0, not_before = 0, part = NULL";
        Ok(self.run_sql(sql, [run])? as u64)
    }

    /// Leaves all items that are still in doubt as they are, so that nothing about a
    /// person's items keeps the new record back.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn leave_doubts(&self, run: i64) -> Result<(), RefreshError> {
        let sql = "UPDATE task SET state = 3, code = ?2 WHERE run = ?1 AND kind = 'item' AND state IN (5, 6)";
        self.run_sql(sql, params![run, WITHHELD]).map(|_| ())
    }

    /// Lets items that are said to be gone be asked for once more; gives their number.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn release_doubts(&self, run: i64) -> Result<u64, RefreshError> {
        let sql =
            "UPDATE task SET state = 0, doubted = 1, tries = 0, not_before = 0 WHERE run = ?1 AND state = 5";
        Ok(self.run_sql(sql, [run])? as u64)
    }

    /// Ends the doubts about a person's items by what the record lists now; `None`
    /// where it could not be read.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn end_doubts(
        &mut self,
        run: i64,
        task: &Task,
        orcid: Orcid,
        listed: Option<&Held>,
        code: &str,
    ) -> Result<(), RefreshError> {
        let mut doubtful = Vec::new();
        let sql = "SELECT id, what FROM task WHERE run = ?1 AND kind = 'item' AND orcid = ?2 AND state = 6";
        self.each_row(sql, params![run, orcid.as_str()], &mut |row| {
            let what: String = row.get(1)?;
            if let Some(Wanted::Item(_, section, put_code)) = Wanted::new("item", orcid.as_str(), &what) {
                doubtful.push((row.get::<_, i64>(0)?, section, put_code));
            }
            Ok(())
        })?;
        self.change(|change| {
            for (id, section, put_code) in doubtful {
                if listed.is_some_and(|listed| !listed.contains_key(&(section, put_code))) {
                    change.execute("UPDATE task SET state = 2 WHERE id = ?1", [id])?;
                    insert_leaving(change, run, (orcid, section, put_code))?;
                } else {
                    change.execute(
                        "UPDATE task SET state = 3, code = ?2 WHERE id = ?1",
                        params![id, WITHHELD],
                    )?;
                    tally(change, run, WITHHELD)?;
                }
            }
            change.execute("UPDATE task SET state = 2, code = ?2 WHERE id = ?1", params![task.id, code])?;
            tally(change, run, code)
        })
    }
}
