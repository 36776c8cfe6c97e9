//! The queue's lists of iDs: found by searches, members of scopes, left unread;
//! and the items that the dataset held when the run was planned.

use rusqlite::params;

use super::RefreshError;
use super::activities::Held;
use super::queue::Queue;
use super::runs::Run;
use orcid_xml::{ActivitySection, Orcid, Timestamp};

impl Queue {
    /// Tells the iDs that a run's searches have found as `how`, in order.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn each_found(&self, run: i64, how: &str, told: &mut dyn FnMut(Orcid)) -> Result<(), RefreshError> {
        self.each_orcid("SELECT orcid FROM found WHERE run = ?1 AND how = ?2", params![run, how], told)
    }

    /// True where a run's searches have found anybody as `how`.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn finds_anybody(&self, run: i64, how: &str) -> Result<bool, RefreshError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM found WHERE run = ?1 AND how = ?2)";
        self.row(sql, params![run, how], |row| row.get(0))
    }

    /// How many people belonged to a run's scope when it was refreshed last, and how many of
    /// them its searches do not find there any more.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn members_left(&self, run: &Run) -> Result<(u64, u64), RefreshError> {
        let sql = "SELECT count(*), count(*) FILTER (WHERE orcid NOT IN
            (SELECT orcid FROM found WHERE run = ?1 AND how = 'there')) FROM member WHERE scope = ?2";
        self.row(sql, params![run.id, run.scope], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
        })
    }

    /// Tells the iDs that belonged to a scope when it was refreshed last.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn each_member(&self, scope: &str, told: &mut dyn FnMut(Orcid)) -> Result<(), RefreshError> {
        self.each_orcid("SELECT orcid FROM member WHERE scope = ?1", params![scope], told)
    }

    /// Tells the iDs that the scope's last refresh had to give up.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn each_unread(&self, scope: &str, told: &mut dyn FnMut(Orcid)) -> Result<(), RefreshError> {
        self.each_orcid("SELECT orcid FROM unread WHERE scope = ?1", params![scope], told)
    }

    /// Takes what the last refresh had to give up for changed, though it have the date of
    /// the dataset's row: the record may be in the dataset, and its items not. With `all`
    /// every record of the run counts so.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn forget_known(&self, run: &Run, all: bool) -> Result<(), RefreshError> {
        let sql = "UPDATE task SET doubted = 1 WHERE run = ?1 AND kind = 'record'
            AND (?3 OR orcid IN (SELECT orcid FROM unread WHERE scope = ?2))";
        self.run_sql(sql, params![run.id, run.scope, all]).map(|_| ())
    }

    pub(super) fn each_orcid(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        told: &mut dyn FnMut(Orcid),
    ) -> Result<(), RefreshError> {
        self.each_row(sql, values, &mut |row| {
            if let Some(orcid) = row.get_ref(0)?.as_str().ok().and_then(Orcid::new) {
                told(orcid);
            }
            Ok(())
        })
    }

    /// True where a run has no request for this record.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn lacks_record(&self, run: i64, orcid: Orcid) -> Result<bool, RefreshError> {
        let sql = "SELECT count(*) FROM task WHERE run = ?1 AND kind = 'record' AND orcid = ?2 AND what = ''";
        Ok(self.row(sql, params![run, orcid.as_str()], |row| row.get::<_, i64>(0))? == 0)
    }

    /// Tells the records of a run's next commit, with the code of their answer.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn each_record(&self, run: &Run, told: &mut dyn FnMut(Orcid, &str)) -> Result<(), RefreshError> {
        let sql = "SELECT orcid, code FROM task WHERE run = ?1 AND part = ?2 AND kind = 'record'";
        self.each_row(sql, params![run.id, run.part], &mut |row| {
            if let Some(orcid) = Orcid::new(row.get_ref(0)?.as_str()?) {
                told(orcid, row.get_ref(1)?.as_str()?);
            }
            Ok(())
        })
    }

    /// The items that the dataset holds of one person.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn held(&self, run: i64, orcid: Orcid) -> Result<Held, RefreshError> {
        let sql = "SELECT kind, put_code, modified FROM held WHERE run = ?1 AND orcid = ?2";
        let mut held = Held::new();
        self.each_row(sql, params![run, orcid.as_str()], &mut |row| {
            if let Some(section) = ActivitySection::new(row.get_ref(0)?.as_str()?) {
                held.insert((section, row.get(1)?), row.get(2)?);
            }
            Ok(())
        })?;
        Ok(held)
    }

    /// Tells the items that leave the dataset with a run's next commit.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn each_leaving(
        &self,
        run: &Run,
        told: &mut dyn FnMut(Orcid, ActivitySection, i64),
    ) -> Result<(), RefreshError> {
        let sql = "SELECT orcid, kind, put_code FROM leaving WHERE run = ?1
            AND orcid IN (SELECT orcid FROM task WHERE run = ?1 AND part = ?2 AND kind = 'record')";
        self.each_row(sql, params![run.id, run.part], &mut |row| {
            let (orcid, kind) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
            if let (Some(orcid), Some(section)) = (Orcid::new(orcid), ActivitySection::new(kind)) {
                told(orcid, section, row.get(2)?);
            }
            Ok(())
        })
    }

    /// Tells a run's records that are in no commit yet, with what the dataset had of
    /// them.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn each_known(
        &self,
        run: i64,
        told: &mut dyn FnMut(Orcid, Option<Timestamp>),
    ) -> Result<(), RefreshError> {
        let sql = "SELECT orcid, known FROM task WHERE run = ?1 AND kind = 'record' AND part IS NULL";
        self.each_row(sql, [run], &mut |row| {
            if let Some(orcid) = Orcid::new(row.get_ref(0)?.as_str()?) {
                told(orcid, row.get(1)?);
            }
            Ok(())
        })
    }

    /// Forgets the answers about some people, so that they are asked for again.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn ask_again(&mut self, run: i64, orcids: &[Orcid]) -> Result<(), RefreshError> {
        let statements = [
            "UPDATE task SET state = iif(state = 4, 4, 0), tries = 0, not_before = 0, known = NULL, code = NULL,
                answered = NULL, body = NULL WHERE run = ?1 AND kind = 'record' AND orcid = ?2",
            "DELETE FROM task WHERE run = ?1 AND kind IN ('works', 'item', 'listing') AND orcid = ?2",
            "DELETE FROM held WHERE run = ?1 AND orcid = ?2",
            "DELETE FROM listed WHERE run = ?1 AND orcid = ?2",
            "DELETE FROM leaving WHERE run = ?1 AND orcid = ?2",
            "DELETE FROM listed WHERE run = ?1 AND orcid = ?2",
        ];
        self.change(|change| {
            for sql in statements {
                let mut statement = change.prepare(sql)?;
                for orcid in orcids {
                    statement.execute(params![run, orcid.as_str()])?;
                }
            }
            Ok(())
        })
    }
}
