//! The dates that a bucket's list of changes has for records, and records whose file is older than
//! that; and what is left to read of a run.
//!
//! A record whose file is older than its list says is read again by the scope's next run, so that the
//! change is not lost, although the watermark has passed it.

use rusqlite::params;

use super::database::Queue;
use super::error::QueueError;
use super::state::Kind::{Item, Record, Works};
use super::state::State::{Answered, GivenUp};
use orcid_xml::{Orcid, Timestamp};

/// What is left to read of a run.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Left {
    /// Records.
    pub records: u64,
    /// Items that are planned already, one by one.
    pub items: u64,
    /// Some of the records, evenly from all.
    pub sample: Vec<Orcid>,
}

impl Queue {
    /// Notes the dates of a list as `each_change` gives them, for the records that a run reads; its
    /// own error comes second.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn note_list_dates<E>(
        &mut self,
        run: i64,
        each_change: impl FnOnce(&mut dyn FnMut(Orcid, Timestamp)) -> Result<(), E>,
    ) -> Result<Result<(), E>, QueueError> {
        let sql = "INSERT INTO list_date (run, orcid, modified) VALUES (?1, ?2, ?3)
            ON CONFLICT (run, orcid) DO UPDATE SET modified = max(modified, ?3)";
        self.change(|change| {
            let mut insert = change.prepare(sql)?;
            let mut fault = Ok(());
            let result = each_change(&mut |orcid, modified| {
                if let Err(error) = insert.execute(params![run, orcid.as_str(), modified]) {
                    fault = Err(error);
                }
            });
            fault.map(|()| result)
        })
    }

    /// The date that the list has for a record.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn list_date(&self, run: i64, orcid: Orcid) -> Result<Option<Timestamp>, QueueError> {
        let sql = "SELECT modified FROM list_date WHERE run = ?1 AND orcid = ?2";
        self.row_if_any(sql, params![run, orcid.as_str()], |row| row.get(0))
    }

    /// What is left to read of a run, with up to `most` of its records.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn left(&self, run: i64, most: u64) -> Result<Left, QueueError> {
        let sql = format!(
            "SELECT count(*) FILTER (WHERE kind = {Record}),
            coalesce(sum(length(what) - length(replace(what, ',', '')) + 1) FILTER (WHERE kind IN ({Works}, {Item})), 0)
            FROM task WHERE run = ?1 AND state NOT IN ({Answered}, {GivenUp})"
        );
        let (records, items) = self.row(&sql, [run], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        let step = records.div_ceil(most.max(1)).max(1);
        let sql = format!(
            "SELECT orcid FROM (SELECT orcid, row_number() OVER (ORDER BY id) - 1 AS place FROM task
            WHERE run = ?1 AND kind = {Record} AND state NOT IN ({Answered}, {GivenUp})) WHERE place % ?2 = 0"
        );
        let mut sample = Vec::new();
        self.each_orcid(&sql, params![run, i64::try_from(step).unwrap_or(i64::MAX)], &mut |orcid| {
            sample.push(orcid);
        })?;
        Ok(Left { records, items, sample })
    }
}
