//! The requests of a run: each is asked for once, and its answer kept with it.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use rusqlite::{OptionalExtension, Transaction, params};

use super::RefreshError;
use super::listed::{ListedItem, insert_listed};
use super::queue::Queue;
use super::search::Search;
use orcid_api::Asked;
use orcid_api::time::SECOND;
use orcid_xml::{ActivitySection, Orcid, Timestamp};

/// No request waits for longer before it goes again.
const LONGEST_WAIT: Timestamp = 900 * SECOND;

/// A request, waiting or on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub id: i64,
    pub wanted: Wanted,
    /// Tries that have failed.
    pub tries: u32,
    /// For a record: the dataset's last change of it.
    pub known: Option<Timestamp>,
    /// For an item: it was said to be gone before. For a record: its answer counts as
    /// changed, though it have the date of the dataset's row.
    pub doubted: bool,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Search(Search),
    Record(Orcid),
    Works(Orcid, Vec<i64>),
    Item(Orcid, ActivitySection, i64),
    /// The record once more, to see whether it still lists items that are said to be
    /// gone.
    Listing(Orcid),
}

/// What the queue has for a worker.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    Task(Box<Task>),
    /// All that waits does so until later.
    Later(Duration),
    /// Nothing waits; others may still be on their way.
    Nothing,
}

/// What an answer changes in the queue, besides its own line.
#[derive(Debug, Default)]
pub struct Effects {
    pub tasks: Vec<Wanted>,
    /// What has been asked for already, and is asked for in another way.
    pub again: Vec<Wanted>,
    /// iDs that a search has found.
    pub found: Vec<(&'static str, Orcid)>,
    /// Items that leave the dataset.
    pub leaving: Vec<(Orcid, ActivitySection, i64)>,
    /// Items that are asked for, with the date that the record lists.
    pub listed: Vec<ListedItem>,
    /// Codes of parts of the answer that were not taken.
    pub counted: Vec<&'static str>,
}

impl Wanted {
    fn columns(&self) -> (&'static str, String, String) {
        match self {
            Self::Search(search) => ("search", String::new(), search.to_text()),
            Self::Record(orcid) => ("record", orcid.to_string(), String::new()),
            Self::Works(orcid, put_codes) => ("works", orcid.to_string(), joined(put_codes)),
            Self::Item(orcid, section, put_code) => {
                ("item", orcid.to_string(), format!("{}/{put_code}", section.kind()))
            }
            Self::Listing(orcid) => ("listing", orcid.to_string(), String::new()),
        }
    }

    /// `None` for what this version of the queue cannot hold.
    pub(super) fn new(kind: &str, orcid: &str, what: &str) -> Option<Self> {
        if kind == "search" {
            return Search::from_text(what).map(Self::Search);
        }
        let orcid = Orcid::new(orcid)?;
        Some(match kind {
            "record" => Self::Record(orcid),
            "listing" => Self::Listing(orcid),
            "works" => {
                Self::Works(orcid, what.split(',').map(|code| code.parse().ok()).collect::<Option<_>>()?)
            }
            _ => {
                let (section, put_code) = what.split_once('/')?;
                Self::Item(orcid, ActivitySection::new(section)?, put_code.parse().ok()?)
            }
        })
    }

    /// The path below the API's root.
    pub fn path(&self) -> String {
        match self {
            Self::Search(search) => search.path(),
            Self::Record(orcid) | Self::Listing(orcid) => format!("/{orcid}/record"),
            Self::Works(orcid, put_codes) => format!("/{orcid}/works/{}", joined(put_codes)),
            Self::Item(orcid, section, put_code) => format!("/{orcid}/{}/{put_code}", section.kind()),
        }
    }

    /// As the treatment of answers wants to know it.
    pub fn asked(&self) -> Asked {
        match self {
            Self::Search(_) => Asked::Search,
            Self::Record(orcid) | Self::Listing(orcid) => Asked::Record(*orcid),
            Self::Works(orcid, put_codes) => Asked::Works(*orcid, put_codes.clone()),
            Self::Item(orcid, section, put_code) => Asked::Item(*orcid, *section, *put_code),
        }
    }
}

fn joined(put_codes: &[i64]) -> String {
    put_codes.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

impl Queue {
    /// Adds requests that the run does not have yet.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn add(&mut self, run: i64, wanted: impl IntoIterator<Item = Wanted>) -> Result<(), RefreshError> {
        self.change(|change| wanted.into_iter().try_for_each(|wanted| insert(change, run, &wanted)))
    }

    /// Takes the next request that may go.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn take(&mut self, run: i64, now: Timestamp) -> Result<Next, RefreshError> {
        let sql = "SELECT id, kind, orcid, what, tries, known, not_before, doubted FROM task
            WHERE run = ?1 AND state = 0 ORDER BY not_before, id LIMIT 1";
        self.change(|change| {
            let mut find = change.prepare_cached(sql)?;
            let found = find.query_row(params![run], |row| {
                let (kind, orcid, what): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
                let task = Wanted::new(&kind, &orcid, &what).map(|wanted| Task {
                    id: row.get_unwrap(0),
                    wanted,
                    tries: row.get_unwrap(4),
                    known: row.get_unwrap(5),
                    doubted: row.get_unwrap(7),
                });
                Ok((task, row.get::<_, Timestamp>(6)?))
            });
            match found.optional()? {
                None | Some((None, _)) => Ok(Next::Nothing),
                // What is to wait for longer than any request is has met a wrong clock.
                Some((_, not_before)) if not_before > now && not_before - now <= LONGEST_WAIT => {
                    Ok(Next::Later(Duration::from_micros((not_before - now).unsigned_abs())))
                }
                Some((Some(task), _)) => {
                    change.prepare_cached("UPDATE task SET state = 1 WHERE id = ?1")?.execute([task.id])?;
                    Ok(Next::Task(Box::new(task)))
                }
            }
        })
    }

    /// Gives back a request that has not gone.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn give_back(&self, task: &Task) -> Result<(), RefreshError> {
        self.run_sql("UPDATE task SET state = 0 WHERE id = ?1", [task.id]).map(|_| ())
    }

    /// Notes a try that failed; the request waits until `not_before`.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn again(
        &mut self,
        run: i64,
        task: &Task,
        code: &str,
        counts: bool,
        not_before: Timestamp,
    ) -> Result<(), RefreshError> {
        self.change(|change| {
            change.execute(
                "UPDATE task SET state = 0, tries = tries + ?2, not_before = ?3, code = ?4 WHERE id = ?1",
                params![task.id, i64::from(counts), not_before, code],
            )?;
            tally(change, run, code)
        })
    }

    /// Gives a request up for this run.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn give_up(&mut self, run: i64, task: &Task, code: &str) -> Result<(), RefreshError> {
        self.change(|change| {
            change.execute("UPDATE task SET state = 3, code = ?2 WHERE id = ?1", params![task.id, code])?;
            tally(change, run, code)
        })
    }

    /// Keeps an answer, with all that follows from it, in one step.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn keep(
        &mut self,
        run: i64,
        task: &Task,
        code: &str,
        body: Option<&[u8]>,
        effects: &Effects,
        now: Timestamp,
    ) -> Result<(), RefreshError> {
        let body = body.map(deflated);
        self.change(|change| {
            change
                .prepare_cached(
                    "UPDATE task SET state = 2, code = ?2, answered = ?3, body = ?4 WHERE id = ?1",
                )?
                .execute(params![task.id, code, now, body])?;
            for wanted in &effects.tasks {
                insert(change, run, wanted)?;
            }
            for wanted in &effects.again {
                insert_again(change, run, wanted)?;
            }
            let mut found =
                change.prepare_cached("INSERT OR IGNORE INTO found (run, how, orcid) VALUES (?1, ?2, ?3)")?;
            for (how, orcid) in &effects.found {
                found.execute(params![run, how, orcid.as_str()])?;
            }
            for item in &effects.leaving {
                insert_leaving(change, run, *item)?;
            }
            for item in &effects.listed {
                insert_listed(change, run, *item)?;
            }
            for code in &effects.counted {
                tally(change, run, code)?;
            }
            tally(change, run, code)
        })
    }

    /// Removes the searches of a run that have no answer, those on their way too.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn drop_searches(&self, run: i64) -> Result<(), RefreshError> {
        self.run_sql("DELETE FROM task WHERE run = ?1 AND kind = 'search' AND state <> 2", [run]).map(|_| ())
    }
}

/// Adds one request to the run's plan, unless the run has it. Searches may go at
/// once, others when they are released.
pub(super) fn insert(change: &Transaction<'_>, run: i64, wanted: &Wanted) -> rusqlite::Result<()> {
    let (kind, orcid, what) = wanted.columns();
    let (state, plan) = match wanted {
        Wanted::Search(_) => (0, "UPDATE run SET planned_searches = planned_searches + 1 WHERE id = ?1"),
        Wanted::Record(_) => (4, "UPDATE run SET planned_records = planned_records + 1 WHERE id = ?1"),
        _ => (4, "UPDATE run SET planned_items = planned_items + 1 WHERE id = ?1"),
    };
    let sql = "INSERT OR IGNORE INTO task (run, kind, orcid, what, state) VALUES (?1, ?2, ?3, ?4, ?5)";
    if change.prepare_cached(sql)?.execute(params![run, kind, orcid, what, state])? > 0 {
        change.prepare_cached(plan)?.execute([run])?;
    }
    Ok(())
}

/// Adds one request beside the plan: it asks again for what the plan had.
pub(super) fn insert_again(change: &Transaction<'_>, run: i64, wanted: &Wanted) -> rusqlite::Result<()> {
    let (kind, orcid, what) = wanted.columns();
    let sql = "INSERT OR IGNORE INTO task (run, kind, orcid, what, sent) VALUES (?1, ?2, ?3, ?4, 1)";
    change.prepare_cached(sql)?.execute(params![run, kind, orcid, what]).map(|_| ())
}

/// Notes an item that leaves the dataset.
pub(super) fn insert_leaving(
    change: &Transaction<'_>,
    run: i64,
    (orcid, section, put_code): (Orcid, ActivitySection, i64),
) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO leaving (run, orcid, kind, put_code) VALUES (?1, ?2, ?3, ?4)";
    let values = params![run, orcid.as_str(), section.kind(), put_code];
    change.prepare_cached(sql)?.execute(values).map(|_| ())
}

pub(super) fn tally(change: &Transaction<'_>, run: i64, code: &str) -> rusqlite::Result<()> {
    change
        .prepare_cached(
            "INSERT INTO tally (run, code, count) VALUES (?1, ?2, 1) ON CONFLICT (run, code) DO UPDATE SET count = count + 1",
        )?
        .execute(params![run, code])
        .map(|_| ())
}

fn deflated(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}
