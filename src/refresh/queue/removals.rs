//! People who have left the registry, and whom a run's commits remove.

use rusqlite::params;

use super::database::Queue;
use super::error::QueueError;
use super::state::Kind::Record;
use super::state::State::{Answered, GivenUp};
use orcid_xml::Orcid;

impl Queue {
    /// Calls `visit` with each record whose answer is here and in no commit yet, with the
    /// answer's code.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn each_answered_record(
        &self,
        run: i64,
        visit: &mut dyn FnMut(Orcid, &str),
    ) -> Result<(), QueueError> {
        let sql = format!(
            "SELECT orcid, code FROM task
            WHERE run = ?1 AND kind = {Record} AND state = {Answered} AND body IS NOT NULL"
        );
        self.each_row(&sql, [run], &mut |row| {
            let code = row.get_ref(1)?.as_str()?;
            if let Some(orcid) = Orcid::new(row.get_ref(0)?.as_str()?) {
                visit(orcid, code);
            }
            Ok(())
        })
    }

    /// Calls `visit` with each person whom the run's commits were to remove.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn each_removed_person(&self, run: i64, visit: &mut dyn FnMut(Orcid)) -> Result<(), QueueError> {
        self.each_orcid("SELECT orcid FROM removed WHERE run = ?1", [run], visit)
    }

    /// Notes whom the run's next commit removes.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn note_removed_people(&mut self, run: i64, orcids: &[Orcid]) -> Result<(), QueueError> {
        self.change(|change| {
            let mut insert =
                change.prepare_cached("INSERT OR IGNORE INTO removed (run, orcid) VALUES (?1, ?2)")?;
            orcids.iter().try_for_each(|orcid| insert.execute(params![run, orcid.as_str()]).map(|_| ()))
        })
    }

    /// Keeps the rows of people although their records are gone, and counts them under `code`; the
    /// scope's next run requests them again.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn leave_people(&mut self, run: i64, orcids: &[Orcid], code: &str) -> Result<(), QueueError> {
        let sql = format!(
            "UPDATE task SET state = {GivenUp}, code = ?3, body = NULL
            WHERE run = ?1 AND kind = {Record} AND orcid = ?2"
        );
        self.change(|change| {
            let mut leave = change.prepare_cached(&sql)?;
            orcids.iter().try_for_each(|orcid| leave.execute(params![run, orcid.as_str(), code]).map(|_| ()))
        })
    }
}
