//! Counts the requests of a run: planned, sent, repeated and given up; and how often each code was
//! counted.
//!
//! Records are sent in portions, and the items of a portion before the next portion. So items are
//! planned before the first of them is sent, and there are complete people to apply when the day's
//! quota is used up.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};
use serde::Serialize;

use super::database::Queue;
use super::error::QueueError;
use super::state::Kind::{Item, Record, Works};
use super::state::State::GivenUp;
use super::state::{Kind, State};

/// The code for results that a search's page counted but did not have.
const MISSING_RESULTS: &str = "missing-results";

/// The requests of a run. No more are sent than planned and retried together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// Searches, records and items, as far as plans have been made.
    pub planned: u64,
    pub searches: u64,
    pub records: u64,
    pub items: u64,
    /// Requests that have been sent.
    pub made: u64,
    /// Repeats among the sent requests: after an error, after a kill, to check whether the server
    /// is up, or single requests for works that a bulk did not give.
    pub retried: u64,
}

/// Requests of a run by kind and state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub waiting: u64,
    pub answered: u64,
    pub given_up: u64,
}

impl Queue {
    /// The requests of a run.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn requests(&self, run: i64) -> Result<Requests, QueueError> {
        let sql =
            "SELECT planned_searches, planned_records, planned_items, made, retried FROM run WHERE id = ?1";
        self.row(sql, [run], |row| {
            let number = |place| row.get::<_, i64>(place).map(i64::unsigned_abs);
            let (searches, records, items) = (number(0)?, number(1)?, number(2)?);
            let planned = searches + records + items;
            Ok(Requests { planned, searches, records, items, made: number(3)?, retried: number(4)? })
        })
    }

    /// A run's requests of some kinds.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn counts(&self, run: i64, kinds: &[Kind]) -> Result<Counts, QueueError> {
        let sql = "SELECT kind, state, count(*) FROM task WHERE run = ?1 GROUP BY kind, state";
        let mut counts = Counts::default();
        self.each_row(sql, [run], &mut |row| {
            let (kind, state) = (Kind::new(row.get_ref(0)?.as_str()?), State::new(row.get(1)?));
            let count = row.get::<_, i64>(2)?.unsigned_abs();
            match state {
                _ if !kind.is_some_and(|kind| kinds.contains(&kind)) => {}
                Some(State::Answered) => counts.answered += count,
                Some(GivenUp) => counts.given_up += count,
                _ => counts.waiting += count,
            }
            Ok(())
        })?;
        Ok(counts)
    }

    /// Why requests of a run for records and items have been given up, with their numbers.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn given_up(&self, run: i64) -> Result<BTreeMap<String, u64>, QueueError> {
        let sql = format!(
            "SELECT coalesce(code, ''), count(*) FROM task
            WHERE run = ?1 AND state = {GivenUp} AND kind IN ({Record}, {Works}, {Item}) GROUP BY 1"
        );
        let rows = self.rows(&sql, [run], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
        Ok(rows.into_iter().collect())
    }

    /// Notes results that a search's page counted but did not have.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn note_missing_results(&mut self, run: i64, results: u64) -> Result<(), QueueError> {
        self.change(|change| count_missing_results(change, run, results))
    }

    /// Results that searches of a run have counted but not given.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn missing_results(&self, run: i64) -> Result<u64, QueueError> {
        let sql = "SELECT coalesce(sum(count), 0) FROM tally WHERE run = ?1 AND code = ?2";
        self.row(sql, params![run, MISSING_RESULTS], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
    }

    /// How often each code has been counted in a run.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn code_counts(&self, run: i64) -> Result<Vec<(String, u64)>, QueueError> {
        let sql = "SELECT code, count FROM tally WHERE run = ?1 ORDER BY code";
        self.rows(sql, [run], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))
    }
}

/// Counts a code once more.
pub(super) fn count_code(change: &Transaction<'_>, run: i64, code: &str) -> rusqlite::Result<()> {
    count(change, run, code, 1)
}

/// Counts results that a search's page counted but did not have.
pub(super) fn count_missing_results(
    change: &Transaction<'_>,
    run: i64,
    results: u64,
) -> rusqlite::Result<()> {
    if results == 0 { Ok(()) } else { count(change, run, MISSING_RESULTS, results as i64) }
}

fn count(change: &Transaction<'_>, run: i64, code: &str, more: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO tally (run, code, count) VALUES (?1, ?2, ?3)
        ON CONFLICT (run, code) DO UPDATE SET count = count + ?3";
    change.prepare_cached(sql)?.execute(params![run, code, more]).map(|_| ())
}
