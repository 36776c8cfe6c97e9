//! The requests of a run, one by one: planned, released, taken, retried and given up.

use std::time::Duration;

use rusqlite::{Transaction, params};

use super::counts::count_code;
use super::database::Queue;
use super::error::QueueError;
use super::request::Request;
use super::state::Kind::{Item, Record, Search, Works};
use super::state::State::{Answered, Asked, GivenUp, Planned, Waiting};
use super::state::{Kind, State};
use orcid_api::time::SECOND;
use orcid_xml::{Orcid, Timestamp};

/// The longest wait before a request is sent again.
const LONGEST_WAIT: Timestamp = 900 * SECOND;

/// A request that waits or is in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub id: i64,
    pub request: Request,
    /// Tries that have failed.
    pub tries: u32,
    /// For a record: its last change in the dataset.
    pub dataset_modified: Option<Timestamp>,
    /// For a record: its answer counts as changed even if it has the date of the dataset's row.
    pub counts_as_changed: bool,
    /// For an item: the server has said before that it is gone.
    pub was_missing: bool,
}

/// The queue's answer to a worker that asks for a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    Task(Box<Task>),
    /// All waiting requests wait until a later time.
    Later(Duration),
    /// No request waits; others may still be in flight.
    Nothing,
}

impl Queue {
    /// Adds requests that the run does not have yet.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn add(&mut self, run: i64, requests: impl IntoIterator<Item = Request>) -> Result<(), QueueError> {
        self.change(|change| requests.into_iter().try_for_each(|request| insert(change, run, &request)))
    }

    /// Notes when the dataset's rows of some records have changed last.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn note_dataset_dates(
        &mut self,
        run: i64,
        dates: &[(Orcid, Option<Timestamp>)],
    ) -> Result<(), QueueError> {
        let sql = format!(
            "UPDATE task SET known = ?3 WHERE run = ?1 AND kind = {Record} AND orcid = ?2 AND what = ''"
        );
        self.change(|change| {
            let mut update = change.prepare(&sql)?;
            dates
                .iter()
                .try_for_each(|(orcid, date)| update.execute(params![run, orcid.as_str(), date]).map(|_| ()))
        })
    }

    /// True if a run has no request for this record.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn lacks_record(&self, run: i64, orcid: Orcid) -> Result<bool, QueueError> {
        let sql = format!(
            "SELECT NOT EXISTS (SELECT 1 FROM task WHERE run = ?1 AND kind = {Record} AND orcid = ?2 AND what = '')"
        );
        self.row(&sql, params![run, orcid.as_str()], |row| row.get(0))
    }

    /// Releases the next records of a run, up to `most`; returns their number.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn release_records(&self, run: i64, most: i64) -> Result<u64, QueueError> {
        let sql = format!(
            "UPDATE task SET state = {Waiting} WHERE id IN
            (SELECT id FROM task WHERE run = ?1 AND kind = {Record} AND state = {Planned} ORDER BY id LIMIT ?2)"
        );
        Ok(self.execute(&sql, params![run, most])? as u64)
    }

    /// Releases all planned items of a run; returns the number of their requests.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn release_items(&self, run: i64) -> Result<u64, QueueError> {
        let sql = format!(
            "UPDATE task SET state = {Waiting} WHERE run = ?1 AND kind IN ({Works}, {Item}) AND state = {Planned}"
        );
        Ok(self.execute(&sql, [run])? as u64)
    }

    /// True if requests of a run may go and have not.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn has_released(&self, run: i64) -> Result<bool, QueueError> {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM task WHERE run = ?1 AND state = {Waiting})");
        self.row(&sql, [run], |row| row.get(0))
    }

    /// Takes the next request that may go.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn take(&mut self, run: i64, now: Timestamp) -> Result<Next, QueueError> {
        let find = format!(
            "SELECT id, kind, orcid, what, tries, known, not_before, doubted FROM task
            WHERE run = ?1 AND state = {Waiting} ORDER BY not_before, id LIMIT 1"
        );
        let found = self.row_if_any(&find, [run], |row| Ok((task_of(row)?, row.get::<_, Timestamp>(6)?)))?;
        match found {
            None | Some((None, _)) => Ok(Next::Nothing),
            // What is to wait for longer than any request is has met a wrong clock.
            Some((_, not_before)) if not_before > now && not_before - now <= LONGEST_WAIT => {
                Ok(Next::Later(Duration::from_micros((not_before - now).unsigned_abs())))
            }
            Some((Some(task), _)) => {
                self.set_state(&task, Asked)?;
                Ok(Next::Task(Box::new(task)))
            }
        }
    }

    /// Gives back a request that was not sent.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn give_back(&self, task: &Task) -> Result<(), QueueError> {
        self.set_state(task, Waiting)
    }

    fn set_state(&self, task: &Task, state: State) -> Result<(), QueueError> {
        let sql = format!("UPDATE task SET state = {state} WHERE id = ?1");
        self.execute(&sql, [task.id]).map(|_| ())
    }

    /// Notes a try that failed; the request waits until `not_before`.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn retry_later(
        &mut self,
        run: i64,
        task: &Task,
        code: &str,
        counts: bool,
        not_before: Timestamp,
    ) -> Result<(), QueueError> {
        let sql = format!(
            "UPDATE task SET state = {Waiting}, tries = tries + ?2, not_before = ?3, code = ?4 WHERE id = ?1"
        );
        self.change(|change| {
            change.execute(&sql, params![task.id, i64::from(counts), not_before, code])?;
            count_code(change, run, code)
        })
    }

    /// Returns a request up for this run.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn give_up(&mut self, run: i64, task: &Task, code: &str) -> Result<(), QueueError> {
        let sql = format!("UPDATE task SET state = {GivenUp}, code = ?2 WHERE id = ?1");
        self.change(|change| {
            change.execute(&sql, params![task.id, code])?;
            count_code(change, run, code)
        })
    }

    /// Releases all requests that a run has given up, with all their tries; returns their number.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn retry_given_up(&self, run: i64) -> Result<u64, QueueError> {
        let sql = format!(
            "UPDATE task SET state = {Waiting}, tries = 0, not_before = 0
            WHERE run = ?1 AND state = {GivenUp} AND kind IN ({Record}, {Works}, {Item})"
        );
        Ok(self.execute(&sql, [run])? as u64)
    }

    /// Lets the records count as changed that the scope's last run gave up, though they have
    /// the date of the dataset's row: the record may be in the dataset, and its items not. With
    /// `all` every record of the run counts so.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn count_as_changed(&self, run: i64, scope: &str, all: bool) -> Result<(), QueueError> {
        let sql = format!(
            "UPDATE task SET doubted = 1 WHERE run = ?1 AND kind = {Record}
            AND (?3 OR orcid IN (SELECT orcid FROM unread WHERE scope = ?2))"
        );
        self.execute(&sql, params![run, scope, all]).map(|_| ())
    }

    /// Counts the records of these people as changed, even if they have the date of their row.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn count_people_as_changed(&mut self, run: i64, orcids: &[Orcid]) -> Result<(), QueueError> {
        let sql = format!("UPDATE task SET doubted = 1 WHERE run = ?1 AND kind = {Record} AND orcid = ?2");
        self.change(|change| {
            let mut update = change.prepare_cached(&sql)?;
            orcids.iter().try_for_each(|orcid| update.execute(params![run, orcid.as_str()]).map(|_| ()))
        })
    }

    /// Removes the searches of a run that have no answer, those on their way too.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn drop_searches(&self, run: i64) -> Result<(), QueueError> {
        let sql = format!("DELETE FROM task WHERE run = ?1 AND kind = {Search} AND state <> {Answered}");
        self.execute(&sql, [run]).map(|_| ())
    }
}

/// The task of a line; `None` for what this version of the queue cannot hold.
fn task_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Task>> {
    let (kind, orcid, what): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let Some(request) = Request::from_columns(&kind, &orcid, &what) else { return Ok(None) };
    // One column says what it means for either kind.
    let (kind, doubted): (Kind, bool) = (request.kind(), row.get(7)?);
    Ok(Some(Task {
        id: row.get(0)?,
        request,
        tries: row.get(4)?,
        dataset_modified: row.get(5)?,
        counts_as_changed: doubted && kind == Record,
        was_missing: doubted && kind == Item,
    }))
}

/// Adds one request to the run's plan, unless the run has it. Searches may go at
/// once, others when they are released.
pub(super) fn insert(change: &Transaction<'_>, run: i64, request: &Request) -> rusqlite::Result<()> {
    let (state, planned) = match request.kind() {
        Search => (Waiting, "planned_searches"),
        Record => (Planned, "planned_records"),
        _ => (Planned, "planned_items"),
    };
    let (orcid, what) = request.columns();
    let sql = "INSERT OR IGNORE INTO task (run, kind, orcid, what, state) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![run, request.kind().name(), orcid, what, state as i64];
    if change.prepare_cached(sql)?.execute(values)? > 0 {
        let plan = format!("UPDATE run SET {planned} = {planned} + 1 WHERE id = ?1");
        change.prepare_cached(&plan)?.execute([run])?;
    }
    Ok(())
}

/// Adds one request beside the plan: it asks in another way for what the plan had.
pub(super) fn insert_instead(change: &Transaction<'_>, run: i64, request: &Request) -> rusqlite::Result<()> {
    let (orcid, what) = request.columns();
    let sql = "INSERT OR IGNORE INTO task (run, kind, orcid, what, sent) VALUES (?1, ?2, ?3, ?4, 1)";
    change.prepare_cached(sql)?.execute(params![run, request.kind().name(), orcid, what]).map(|_| ())
}
