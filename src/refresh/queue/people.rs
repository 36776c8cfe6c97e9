//! The queue's lists of iDs: found by searches, members of scopes, left unread; and the
//! records of a run.

use rusqlite::{Params, params};

use super::database::Queue;
use super::error::QueueError;
use super::runs::Run;
use super::state::FoundAs;
use super::state::Kind::Record;
use super::state::State::Answered;
use orcid_xml::{Orcid, Timestamp};

impl Queue {
    /// Calls `visit` with each iD that a run's answers tell as `found_as`, in order.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn each_found(
        &self,
        run: i64,
        found_as: FoundAs,
        visit: &mut dyn FnMut(Orcid),
    ) -> Result<(), QueueError> {
        let sql = "SELECT orcid FROM found WHERE run = ?1 AND how = ?2";
        self.each_orcid(sql, params![run, found_as.name()], visit)
    }

    /// True if a run's answers tell anybody as `found_as`.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn finds_anybody(&self, run: i64, found_as: FoundAs) -> Result<bool, QueueError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM found WHERE run = ?1 AND how = ?2)";
        self.row(sql, params![run, found_as.name()], |row| row.get(0))
    }

    /// How many people belonged to a run's scope at its last refresh, and how many of them its
    /// searches no longer find there.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn members_left(&self, run: &Run) -> Result<(u64, u64), QueueError> {
        let sql = "SELECT count(*), count(*) FILTER (WHERE orcid NOT IN
            (SELECT orcid FROM found WHERE run = ?1 AND how = ?3)) FROM member WHERE scope = ?2";
        self.row(sql, params![run.id, run.scope, FoundAs::Present.name()], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
        })
    }

    /// Calls `visit` with each iD that belonged to a scope when it was refreshed last.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn each_member(&self, scope: &str, visit: &mut dyn FnMut(Orcid)) -> Result<(), QueueError> {
        self.each_orcid("SELECT orcid FROM member WHERE scope = ?1", params![scope], visit)
    }

    /// Calls `visit` with each iD that the scope's last refresh had to give up.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn each_unread(&self, scope: &str, visit: &mut dyn FnMut(Orcid)) -> Result<(), QueueError> {
        self.each_orcid("SELECT orcid FROM unread WHERE scope = ?1", params![scope], visit)
    }

    /// Deletes the lists of the scopes' people and of people who could not be read.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn forget_people(&mut self) -> Result<(), QueueError> {
        self.change(|change| change.execute_batch("DELETE FROM member; DELETE FROM unread"))
    }

    /// Calls `visit` with each person whose record a run asks for.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn each_requested(&self, run: i64, visit: &mut dyn FnMut(Orcid)) -> Result<(), QueueError> {
        let sql = format!("SELECT orcid FROM task WHERE run = ?1 AND kind = {Record}");
        self.each_orcid(&sql, [run], visit)
    }

    /// Calls `visit` with each record of a run's next commit, with the code of its answer.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn each_record_of_commit(
        &self,
        run: &Run,
        visit: &mut dyn FnMut(Orcid, &str),
    ) -> Result<(), QueueError> {
        let sql = format!("SELECT orcid, code FROM task WHERE run = ?1 AND part = ?2 AND kind = {Record}");
        self.each_row(&sql, params![run.id, run.part], &mut |row| {
            if let Some(orcid) = Orcid::new(row.get_ref(0)?.as_str()?) {
                visit(orcid, row.get_ref(1)?.as_str()?);
            }
            Ok(())
        })
    }

    /// The people whose records a run has read, or knows to be gone.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn read_people(&self, run: i64) -> Result<Vec<Orcid>, QueueError> {
        let sql = format!("SELECT orcid FROM task WHERE run = ?1 AND kind = {Record} AND state = {Answered}");
        let mut orcids = Vec::new();
        self.each_orcid(&sql, [run], &mut |orcid| orcids.push(orcid))?;
        Ok(orcids)
    }

    /// Calls `visit` with each of a run's records that are in no commit yet, with the last change
    /// that the dataset had of it.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn each_uncommitted_record(
        &self,
        run: i64,
        visit: &mut dyn FnMut(Orcid, Option<Timestamp>),
    ) -> Result<(), QueueError> {
        let sql =
            format!("SELECT orcid, known FROM task WHERE run = ?1 AND kind = {Record} AND part IS NULL");
        self.each_row(&sql, [run], &mut |row| {
            if let Some(orcid) = Orcid::new(row.get_ref(0)?.as_str()?) {
                visit(orcid, row.get(1)?);
            }
            Ok(())
        })
    }

    pub(super) fn each_orcid(
        &self,
        sql: &str,
        values: impl Params,
        visit: &mut dyn FnMut(Orcid),
    ) -> Result<(), QueueError> {
        self.each_row(sql, values, &mut |row| {
            if let Some(orcid) = row.get_ref(0)?.as_str().ok().and_then(Orcid::new) {
                visit(orcid);
            }
            Ok(())
        })
    }
}
