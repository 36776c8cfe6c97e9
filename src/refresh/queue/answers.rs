//! Stores answers and their consequences.
//!
//! Answers arrive here parsed and packed, so that they are neither parsed nor packed while the
//! queue is locked.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rusqlite::params;

use super::counts::{count_code, count_missing_results};
use super::database::Queue;
use super::error::QueueError;
use super::items::{ItemOf, insert_date, insert_removed};
use super::request::Request;
use super::state::FoundAs;
use super::state::Kind::{Item, Recheck, Record, Works};
use super::state::State::{Answered, GivenUp, Planned, Waiting};
use super::tasks::{Task, insert, insert_instead};
use orcid_xml::{Orcid, Timestamp};

/// The code of a deprecated record that leads back to itself.
const CIRCLE: &str = "circle";
/// The longest chain of deprecated records that is followed; ORCID's chains have two or three.
const MAX_STEPS: usize = 100;

/// The body of an answer, as stored in the queue's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedBody(pub(super) Vec<u8>);

impl PackedBody {
    pub fn pack(body: &[u8]) -> Self {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).expect("memory takes all");
        Self(encoder.finish().expect("memory takes all"))
    }

    /// The body as it came.
    ///
    /// # Errors
    /// If the file is damaged.
    pub fn unpack(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        ZlibDecoder::new(self.0.as_slice()).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// The changes of an answer in the queue, besides its own row.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Effects {
    /// Requests that follow from it.
    pub requests: Vec<Request>,
    /// Requests that replace earlier ones.
    pub instead: Vec<Request>,
    /// iDs in the answer.
    pub found: Vec<(FoundAs, Orcid)>,
    /// Items that leave the dataset.
    pub removed_items: Vec<ItemOf>,
    /// Requested items, with the date that the record lists.
    pub item_dates: Vec<(ItemOf, Timestamp)>,
    /// The primary record, if the record is deprecated.
    pub primary: Option<Orcid>,
    /// True for a record whose file is older than its list says: the next run reads it again.
    pub is_behind_list: bool,
    /// Codes of parts of the answer that were not used.
    pub counted: Vec<&'static str>,
    /// Results that a search's page counted but did not have.
    pub missing_results: u64,
}

impl Queue {
    /// Stores an answer and its consequences in one transaction.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn keep(
        &mut self,
        run: i64,
        task: &Task,
        code: &str,
        body: Option<&PackedBody>,
        effects: &Effects,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let answer =
            format!("UPDATE task SET state = {Answered}, code = ?2, answered = ?3, body = ?4 WHERE id = ?1");
        let found = "INSERT OR IGNORE INTO found (run, how, orcid) VALUES (?1, ?2, ?3)";
        let successor = "INSERT OR REPLACE INTO successor (run, orcid, primary_orcid) VALUES (?1, ?2, ?3)";
        self.change(|change| {
            let values = params![task.id, code, now, body.map(|body| &body.0)];
            change.prepare_cached(&answer)?.execute(values)?;
            effects.requests.iter().try_for_each(|request| insert(change, run, request))?;
            effects.instead.iter().try_for_each(|request| insert_instead(change, run, request))?;
            for (found_as, orcid) in &effects.found {
                change.prepare_cached(found)?.execute(params![run, found_as.name(), orcid.as_str()])?;
            }
            effects.removed_items.iter().try_for_each(|item| insert_removed(change, run, item))?;
            effects.item_dates.iter().try_for_each(|(item, date)| insert_date(change, run, item, *date))?;
            if let (Some(primary), Request::Record(orcid)) = (effects.primary, &task.request) {
                let values = params![run, orcid.as_str(), primary.as_str()];
                change.prepare_cached(successor)?.execute(values)?;
            }
            if let (true, Request::Record(orcid)) = (effects.is_behind_list, &task.request) {
                let behind = "UPDATE list_date SET is_behind = 1 WHERE run = ?1 AND orcid = ?2";
                change.prepare_cached(behind)?.execute(params![run, orcid.as_str()])?;
            }
            effects.counted.iter().try_for_each(|code| count_code(change, run, code))?;
            count_missing_results(change, run, effects.missing_results)?;
            count_code(change, run, code)
        })
    }

    /// Gives up a deprecated record that leads back to itself (P was replaced by Q, and Q by P),
    /// and all records from its `primary` back to it; false if the chain does not lead back, as far
    /// as answers have arrived. One of the answers is wrong, but it is unknown which, so nobody is
    /// removed.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn give_up_circle(
        &mut self,
        run: i64,
        task: &Task,
        orcid: Orcid,
        primary: Orcid,
    ) -> Result<bool, QueueError> {
        let (mut way, mut next) = (Vec::new(), primary);
        while next != orcid {
            way.push(next);
            match self.primary_of(run, next)? {
                Some(primary) if way.len() < MAX_STEPS && !way.contains(&primary) => next = primary,
                _ => return Ok(false),
            }
        }
        let own = format!("UPDATE task SET state = {GivenUp}, code = ?2 WHERE id = ?1");
        let others = format!(
            "UPDATE task SET state = {GivenUp}, code = ?3, body = NULL
            WHERE run = ?1 AND kind = {Record} AND orcid = ?2"
        );
        self.change(|change| {
            change.execute(&own, params![task.id, CIRCLE])?;
            count_code(change, run, CIRCLE)?;
            for orcid in way {
                change.execute(&others, params![run, orcid.as_str(), CIRCLE])?;
                count_code(change, run, CIRCLE)?;
            }
            Ok(())
        })?;
        Ok(true)
    }

    /// The primary record of a deprecated one, from an answer that is in no commit yet.
    fn primary_of(&self, run: i64, orcid: Orcid) -> Result<Option<Orcid>, QueueError> {
        let sql = format!(
            "SELECT primary_orcid FROM successor JOIN task USING (run, orcid)
            WHERE run = ?1 AND orcid = ?2 AND kind = {Record} AND state = {Answered} AND code = 'deprecated'
            AND body IS NOT NULL"
        );
        let primary: Option<String> =
            self.row_if_any(&sql, params![run, orcid.as_str()], |row| row.get(0))?;
        Ok(primary.as_deref().and_then(Orcid::new))
    }

    /// Answers about deprecated records whose primary record is not in the queue, because earlier
    /// versions did not store it.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn without_successor(&self, run: i64) -> Result<Vec<(Orcid, PackedBody)>, QueueError> {
        let sql = format!(
            "SELECT orcid, body FROM task WHERE run = ?1 AND kind = {Record} AND state = {Answered}
            AND code = 'deprecated' AND body IS NOT NULL
            AND orcid NOT IN (SELECT orcid FROM successor WHERE run = ?1)"
        );
        let mut answers = Vec::new();
        self.each_row(&sql, [run], &mut |row| {
            if let Some(orcid) = Orcid::new(row.get_ref(0)?.as_str()?) {
                answers.push((orcid, PackedBody(row.get(1)?)));
            }
            Ok(())
        })?;
        Ok(answers)
    }

    /// Notes the primary record of a deprecated one.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn note_successor(&self, run: i64, orcid: Orcid, primary: Orcid) -> Result<(), QueueError> {
        let sql = "INSERT OR REPLACE INTO successor (run, orcid, primary_orcid) VALUES (?1, ?2, ?3)";
        self.execute(sql, params![run, orcid.as_str(), primary.as_str()]).map(|_| ())
    }

    /// Deletes the answers about some people, so that they are requested again.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn forget_answers(&mut self, run: i64, orcids: &[Orcid]) -> Result<(), QueueError> {
        let record = format!(
            "UPDATE task SET state = iif(state = {Planned}, {Planned}, {Waiting}), tries = 0, not_before = 0,
            known = NULL, code = NULL, answered = NULL, body = NULL WHERE run = ?1 AND kind = {Record} AND orcid = ?2"
        );
        let items = format!(
            "DELETE FROM task WHERE run = ?1 AND kind IN ({Works}, {Item}, {Recheck}) AND orcid = ?2"
        );
        self.change(|change| {
            for sql in [
                record.as_str(),
                &items,
                "DELETE FROM held WHERE run = ?1 AND orcid = ?2",
                "DELETE FROM listed WHERE run = ?1 AND orcid = ?2",
                "DELETE FROM leaving WHERE run = ?1 AND orcid = ?2",
                "DELETE FROM successor WHERE run = ?1 AND orcid = ?2",
            ] {
                let mut statement = change.prepare(sql)?;
                for orcid in orcids {
                    statement.execute(params![run, orcid.as_str()])?;
                }
            }
            Ok(())
        })
    }
}
