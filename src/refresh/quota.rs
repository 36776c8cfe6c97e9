//! The day's quota: counted before each request, by client, in the queue, so
//! that it outlives the program.

use rusqlite::{OptionalExtension, params};

use super::RefreshError;
use super::queue::Queue;
use super::time::{day, end_of_day};
use crate::record::Timestamp;

impl Queue {
    /// Counts one request of `client` against the day's quota, before it goes;
    /// where nothing is left, the time from which there is.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn spend(
        &mut self,
        client: &str,
        quota: Option<u64>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, RefreshError> {
        let today = day(now);
        if let Some(until) = self.quota_ends_at(client, quota, now)? {
            return Ok(Some(until));
        }
        let sql = "INSERT INTO quota (client, day, used) VALUES (?1, ?2, 1) ON CONFLICT (client, day) DO UPDATE SET used = used + 1";
        self.run_sql(sql, params![client, today])?;
        Ok(None)
    }

    /// When requests may go again; `None` where they may go now.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn quota_ends_at(
        &self,
        client: &str,
        quota: Option<u64>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, RefreshError> {
        let sql = "SELECT max(ended_until) FROM quota WHERE client = ?1 AND ended_until > ?2";
        let find = || self.db.prepare_cached(sql)?.query_row(params![client, now], |row| row.get(0));
        let ended: Option<Timestamp> = find().map_err(self.fault())?;
        let full = quota.is_some_and(|quota| self.used(client, now).is_ok_and(|used| used >= quota));
        Ok(ended.or(full.then(|| end_of_day(day(now)))))
    }

    /// Notes the server's word that the quota is used up.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn quota_ended(&self, client: &str, now: Timestamp, until: Timestamp) -> Result<(), RefreshError> {
        let sql = "INSERT INTO quota (client, day, used, ended_until) VALUES (?1, ?2, 0, ?3) ON CONFLICT (client, day) DO UPDATE SET ended_until = ?3";
        self.run_sql(sql, params![client, day(now), until]).map(|_| ())
    }

    /// Requests that `client` has made today.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn used(&self, client: &str, now: Timestamp) -> Result<u64, RefreshError> {
        let sql = "SELECT used FROM quota WHERE client = ?1 AND day = ?2";
        let find =
            || self.db.prepare_cached(sql)?.query_row(params![client, day(now)], |row| row.get(0)).optional();
        let used: Option<i64> = find().map_err(self.fault())?;
        Ok(used.unwrap_or(0).unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::DAY;
    use super::*;

    #[test]
    fn a_quota_is_for_a_day_and_a_client_and_outlives_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open(folder.path()).unwrap();
        assert_eq!(queue.spend("one", Some(2), 10).unwrap(), None);
        drop(queue);
        let mut queue = Queue::open(folder.path()).unwrap();
        assert_eq!(queue.spend("one", Some(2), 11).unwrap(), None);

        assert_eq!(queue.spend("one", Some(2), 12).unwrap(), Some(DAY));
        assert_eq!(queue.used("one", 12).unwrap(), 2);
        assert_eq!(queue.spend("other", Some(2), 12).unwrap(), None);
        assert_eq!(queue.spend("one", Some(2), DAY).unwrap(), None, "the next day");
    }

    #[test]
    fn the_servers_word_about_the_quota_counts_more_than_ours() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open(folder.path()).unwrap();

        queue.quota_ended("one", 10, DAY).unwrap();

        assert_eq!(queue.spend("one", None, 11).unwrap(), Some(DAY));
        assert_eq!(queue.spend("one", None, DAY).unwrap(), None);
    }
}
