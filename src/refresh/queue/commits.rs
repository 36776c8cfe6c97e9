//! Commits of a run: which answers belong to which commit.
//!
//! A run that ends early, because the day's quota is used up, has complete answers about some
//! people. These answers get a commit of their own; the others stay in the queue. A commit's number
//! is noted before it begins, and its name is in the manifest after it, so after a crash it is
//! clear whether it was completed.

use rusqlite::params;

use super::answers::PackedBody;
use super::database::Queue;
use super::error::QueueError;
use super::request::Request;
use super::runs::Run;
use super::state::Kind::Record;
use super::state::State::{Answered, GivenUp};

/// A stored answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// Its number in the queue.
    pub id: i64,
    pub request: Request,
    pub code: String,
    /// The body as it came; empty if none is kept.
    pub body: Vec<u8>,
}

impl Queue {
    /// Assigns all answers about people without open requests to the run's next commit; returns the
    /// number of people who have changes.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn fill_commit(&mut self, run: &Run) -> Result<u64, QueueError> {
        let fill = format!(
            "UPDATE task SET part = ?2 WHERE run = ?1 AND part IS NULL AND state = {Answered} AND orcid IN
            (SELECT orcid FROM task WHERE run = ?1 AND kind = {Record} AND state = {Answered}
             EXCEPT SELECT orcid FROM task WHERE run = ?1 AND state NOT IN ({Answered}, {GivenUp}))"
        );
        let changed =
            "SELECT count(DISTINCT orcid) FROM task WHERE run = ?1 AND part = ?2 AND body IS NOT NULL";
        self.change(|change| {
            change.execute(&fill, params![run.id, run.part])?;
            change.query_row(changed, params![run.id, run.part], |row| row.get::<_, i64>(0))
        })
        .map(i64::unsigned_abs)
    }

    /// Notes after a commit that its answers are in the dataset, which now has the state `mark`.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn end_commit(&mut self, run: &mut Run, mark: String) -> Result<(), QueueError> {
        self.change(|change| {
            let own = params![run.id, run.part];
            change.execute(
                "DELETE FROM leaving WHERE run = ?1 AND orcid IN (SELECT orcid FROM task WHERE run = ?1 AND part = ?2)",
                own,
            )?;
            change.execute("UPDATE task SET body = NULL WHERE run = ?1 AND part = ?2", own)?;
            let next = params![run.id, run.part, mark];
            change.execute("UPDATE run SET part = ?2 + 1, mark = ?3 WHERE id = ?1", next)
        })?;
        (run.part, run.mark) = (run.part + 1, mark);
        self.note_mark(&run.mark)
    }

    /// Moves the answers of a commit that a crash has interrupted, and that has not changed the
    /// dataset, to the next commit.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn undo_commit(&self, run: &Run) -> Result<(), QueueError> {
        let sql = "UPDATE task SET part = NULL WHERE run = ?1 AND part = ?2";
        self.execute(sql, params![run.id, run.part]).map(|_| ())
    }

    /// Answers of a run's next commit, from the one after number `after` on, so that a caller can
    /// process all without keeping them in memory.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails or a body is damaged.
    pub fn answers(&self, run: &Run, after: i64, most: usize) -> Result<Vec<StoredAnswer>, QueueError> {
        let sql = "SELECT id, kind, orcid, what, code, body FROM task
            WHERE run = ?1 AND part = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
        let mut answers = Vec::new();
        self.each_row(sql, params![run.id, run.part, after, most as i64], &mut |row| {
            let (kind, orcid, what): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let Some(request) = Request::from_columns(&kind, &orcid, &what) else { return Ok(()) };
            let packed: Option<Vec<u8>> = row.get(5)?;
            let body = packed.map(|packed| PackedBody(packed).unpack()).transpose().map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Blob, error.into())
            })?;
            let (id, code) = (row.get(0)?, row.get(4)?);
            answers.push(StoredAnswer { id, request, code, body: body.unwrap_or_default() });
            Ok(())
        })?;
        Ok(answers)
    }
}
