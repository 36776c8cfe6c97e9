//! The day's quota: counted before each request, by client, in the queue's file, so that it is kept
//! between runs.

use rusqlite::params;

use super::database::Queue;
use super::error::QueueError;
use orcid_api::time::{DAY, day, end_of_day};
use orcid_xml::Timestamp;

/// The longest time for which a server's answer that the quota is used up counts.
const LONGEST_END: Timestamp = 3 * DAY;

/// The purpose of a request.
#[derive(Debug, Clone, Copy)]
pub struct Spending {
    pub run: i64,
    /// `None` for one that asks whether the server is there.
    pub task: Option<i64>,
}

/// One client's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaDay {
    pub client: String,
    /// The UTC day, counted from 1970.
    pub day: i64,
    pub used: u64,
    pub ended_until: Option<Timestamp>,
}

impl Queue {
    /// Counts one request of `client` against the day's quota, and in its run, before it is sent;
    /// if no quota is left, returns the time when there is quota again.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn spend(
        &mut self,
        client: &str,
        quota: Option<u64>,
        now: Timestamp,
        spending: Spending,
    ) -> Result<Option<Timestamp>, QueueError> {
        if let Some(until) = self.quota_ends_at(client, quota, now)? {
            return Ok(Some(until));
        }
        let count = "INSERT INTO quota (client, day, used, last) VALUES (?1, ?2, 1, ?3)
            ON CONFLICT (client, day) DO UPDATE SET used = used + 1, last = ?3";
        // A request that was sent before, or that is in no plan, counts as a repeat.
        let first = "UPDATE task SET sent = 1 WHERE id = ?1 AND sent = 0";
        let made = "UPDATE run SET made = made + 1, retried = retried + ?2 WHERE id = ?1";
        self.change(|change| {
            change.prepare_cached(count)?.execute(params![client, day(now), now])?;
            let is_first = change.prepare_cached(first)?.execute(params![spending.task])? > 0;
            change.prepare_cached(made)?.execute(params![spending.run, i64::from(!is_first)])
        })?;
        Ok(None)
    }

    /// The time of `client`'s last request, in any run.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn last_request(&self, client: &str) -> Result<Option<Timestamp>, QueueError> {
        let sql = "SELECT max(last) FROM quota WHERE client = ?1";
        self.row(sql, [client], |row| row.get(0))
    }

    /// When requests may be sent again; `None` if they may be sent now.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn quota_ends_at(
        &self,
        client: &str,
        quota: Option<u64>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, QueueError> {
        let sql =
            "SELECT max(ended_until) FROM quota WHERE client = ?1 AND ended_until > ?2 AND ended_until <= ?3";
        // A later time was written with a wrong clock.
        let values = params![client, now, now + LONGEST_END];
        let ended: Option<Timestamp> = self.row(sql, values, |row| row.get(0))?;
        let full = quota.is_some_and(|quota| self.used(client, now).is_ok_and(|used| used >= quota));
        Ok(ended.or(full.then(|| end_of_day(day(now)))))
    }

    /// Notes that the server says that the quota is used up.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn quota_ended(&self, client: &str, now: Timestamp, until: Timestamp) -> Result<(), QueueError> {
        let sql = "INSERT INTO quota (client, day, used, ended_until) VALUES (?1, ?2, 0, ?3) ON CONFLICT (client, day) DO UPDATE SET ended_until = ?3";
        self.execute(sql, params![client, day(now), until]).map(|_| ())
    }

    /// Requests that `client` has made today.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn used(&self, client: &str, now: Timestamp) -> Result<u64, QueueError> {
        let sql = "SELECT used FROM quota WHERE client = ?1 AND day = ?2";
        let used: Option<i64> = self.row_if_any(sql, params![client, day(now)], |row| row.get(0))?;
        Ok(used.unwrap_or(0).unsigned_abs())
    }

    /// Requests by client and day, the newest first; of a month.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn days(&self) -> Result<Vec<QuotaDay>, QueueError> {
        let sql = "SELECT client, day, used, ended_until FROM quota ORDER BY day DESC, client LIMIT 31";
        self.rows(sql, [], |row| {
            let used = row.get::<_, i64>(2)?.unsigned_abs();
            Ok(QuotaDay { client: row.get(0)?, day: row.get(1)?, used, ended_until: row.get(3)? })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Spending = Spending { run: 1, task: None };

    #[test]
    fn a_quota_is_for_a_day_and_a_client_and_outlives_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open(folder.path()).unwrap();
        assert_eq!(queue.spend("one", Some(2), 10, ONE).unwrap(), None);
        drop(queue);
        let mut queue = Queue::open(folder.path()).unwrap();
        assert_eq!(queue.spend("one", Some(2), 11, ONE).unwrap(), None);

        assert_eq!(queue.spend("one", Some(2), 12, ONE).unwrap(), Some(DAY));
        assert_eq!((queue.used("one", 12).unwrap(), queue.last_request("one").unwrap()), (2, Some(11)));
        assert_eq!(queue.spend("other", Some(2), 12, ONE).unwrap(), None);
        assert_eq!(queue.spend("one", Some(2), DAY, ONE).unwrap(), None, "the next day");
    }

    #[test]
    fn the_servers_word_about_the_quota_counts_more_than_ours() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open(folder.path()).unwrap();

        queue.quota_ended("one", 10, DAY).unwrap();

        assert_eq!(queue.spend("one", None, 11, ONE).unwrap(), Some(DAY));
        assert_eq!(queue.spend("one", None, DAY, ONE).unwrap(), None);
    }

    #[test]
    fn what_a_wrong_clock_has_written_does_not_hold_for_years() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open(folder.path()).unwrap();

        queue.quota_ended("one", 3_650 * DAY, 3_651 * DAY).unwrap();

        assert_eq!(queue.spend("one", None, 11, ONE).unwrap(), None);
    }
}
