//! How many requests a run has: planned, made and made again; and which of those
//! that are planned may go.
//!
//! Records go in portions, and the items of a portion before the next, so that the
//! items are planned before the first of them goes, and so that there are whole
//! people to apply when the day's quota ends.

use std::collections::BTreeMap;

use rusqlite::params;
use serde::Serialize;

use super::RefreshError;
use super::queue::Queue;

/// The code under which results are counted that a search's page promised and did not
/// hold.
const MISSING_RESULTS: &str = "missing-results";

/// The requests of a run. Those made are never more than planned and retried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// Searches, records and items, as far as plans have been made.
    pub planned: u64,
    pub searches: u64,
    pub records: u64,
    pub items: u64,
    /// Requests that have gone.
    pub made: u64,
    /// Those among them that went again: after a fault, after a kill, to see whether
    /// the server is there, or one by one for what did not come together.
    pub retried: u64,
}

/// Requests of a run by kind and state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub waiting: u64,
    pub answered: u64,
    pub given_up: u64,
}

impl Queue {
    /// The requests of a run.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn requests(&self, run: i64) -> Result<Requests, RefreshError> {
        let sql =
            "SELECT planned_searches, planned_records, planned_items, made, retried FROM run WHERE id = ?1";
        self.row(sql, [run], |row| {
            let number = |place| row.get::<_, i64>(place).map(i64::unsigned_abs);
            let (searches, records, items) = (number(0)?, number(1)?, number(2)?);
            let planned = searches + records + items;
            Ok(Requests { planned, searches, records, items, made: number(3)?, retried: number(4)? })
        })
    }

    /// True where requests of a run may go and have not.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn has_released(&self, run: i64) -> Result<bool, RefreshError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM task WHERE run = ?1 AND state = 0)";
        self.row(sql, [run], |row| row.get(0))
    }

    /// Lets all planned items of a run go; gives their requests.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn release_items(&self, run: i64) -> Result<u64, RefreshError> {
        let sql = "UPDATE task SET state = 0 WHERE run = ?1 AND kind IN ('works', 'item') AND state = 4";
        Ok(self.run_sql(sql, [run])? as u64)
    }

    /// Lets the next records of a run go, up to `most`; gives their number.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn release_records(&self, run: i64, most: i64) -> Result<u64, RefreshError> {
        let sql = "UPDATE task SET state = 0 WHERE id IN
            (SELECT id FROM task WHERE run = ?1 AND kind = 'record' AND state = 4 ORDER BY id LIMIT ?2)";
        Ok(self.run_sql(sql, params![run, most])? as u64)
    }

    /// A run's requests by kind.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn counts(&self, run: i64, kinds: &[&str]) -> Result<Counts, RefreshError> {
        let sql = "SELECT kind, state, count(*) FROM task WHERE run = ?1 GROUP BY kind, state";
        let mut counts = Counts::default();
        self.each_row(sql, [run], &mut |row| {
            let (kind, state, count): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let count = count.unsigned_abs();
            match state {
                _ if !kinds.contains(&kind.as_str()) => {}
                2 => counts.answered += count,
                3 => counts.given_up += count,
                _ => counts.waiting += count,
            }
            Ok(())
        })?;
        Ok(counts)
    }

    /// Why requests of a run for records and items have been given up, with their numbers.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn given_up(&self, run: i64) -> Result<BTreeMap<String, u64>, RefreshError> {
        let sql = "SELECT coalesce(code, ''), count(*) FROM task
            WHERE run = ?1 AND state = 3 AND kind IN ('record', 'works', 'item') GROUP BY 1";
        let rows = self.rows(sql, [run], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
        Ok(rows.into_iter().collect())
    }

    /// Notes results that a search's page promised and did not hold.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn note_missing(&self, run: i64, results: u64) -> Result<(), RefreshError> {
        if results == 0 {
            return Ok(());
        }
        let sql = "INSERT INTO tally (run, code, count) VALUES (?1, ?2, ?3)
            ON CONFLICT (run, code) DO UPDATE SET count = count + ?3";
        self.run_sql(sql, params![run, MISSING_RESULTS, results as i64]).map(|_| ())
    }

    /// Results that searches of a run have promised and not given.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn missing_results(&self, run: i64) -> Result<u64, RefreshError> {
        let sql = "SELECT coalesce(sum(count), 0) FROM tally WHERE run = ?1 AND code = ?2";
        self.row(sql, params![run, MISSING_RESULTS], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
    }

    /// How often each code has been counted in a run.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn tallies(&self, run: i64) -> Result<Vec<(String, u64)>, RefreshError> {
        let sql = "SELECT code, count FROM tally WHERE run = ?1 ORDER BY code";
        self.rows(sql, [run], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))
    }
}
