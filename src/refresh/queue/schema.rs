//! The queue's file: its tables, and how it is opened, read and closed.

use std::path::Path;

use rusqlite::params;

use super::database::Queue;
use super::error::QueueError;
use super::state::State::{Asked, Waiting};
use crate::sqlite;

/// The file's name in the dataset.
pub const QUEUE_NAME: &str = "refresh.sqlite";
const VERSION: i64 = 3;

/// The tables of version 3. In `task`, `state` and `kind` are `State` and `Kind`; `known` is the
/// record's last change in the dataset, `doubted` what makes an answer count more than its date;
/// `sent` tells that it has gone, `part` with which commit its answer comes into the dataset.
/// `held` are the items that the dataset had, `leaving` those that leave it.
const SCHEMA: &str = "
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    source TEXT NOT NULL,
    api TEXT NOT NULL,
    way TEXT NOT NULL,
    asked TEXT NOT NULL,
    mark TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    begun INTEGER NOT NULL,
    stage TEXT NOT NULL,
    part INTEGER NOT NULL DEFAULT 1,
    planned_searches INTEGER NOT NULL DEFAULT 0,
    planned_records INTEGER NOT NULL DEFAULT 0,
    planned_items INTEGER NOT NULL DEFAULT 0,
    made INTEGER NOT NULL DEFAULT 0,
    retried INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    kind TEXT NOT NULL,
    orcid TEXT NOT NULL,
    what TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    known INTEGER,
    sent INTEGER NOT NULL DEFAULT 0,
    doubted INTEGER NOT NULL DEFAULT 0,
    part INTEGER,
    code TEXT,
    answered INTEGER,
    body BLOB,
    UNIQUE (run, kind, orcid, what)
) STRICT;
CREATE INDEX waiting ON task (run, not_before, id) WHERE state = 0;
CREATE INDEX planned ON task (run, kind, id) WHERE state = 4;
CREATE TABLE found (run INTEGER NOT NULL, how TEXT NOT NULL, orcid TEXT NOT NULL,
    PRIMARY KEY (run, how, orcid)) STRICT, WITHOUT ROWID;
CREATE TABLE held (run INTEGER NOT NULL, orcid TEXT NOT NULL, kind TEXT NOT NULL, put_code INTEGER NOT NULL,
    modified INTEGER, PRIMARY KEY (run, orcid, kind, put_code)) STRICT, WITHOUT ROWID;
CREATE TABLE leaving (run INTEGER NOT NULL, orcid TEXT NOT NULL, kind TEXT NOT NULL, put_code INTEGER NOT NULL,
    PRIMARY KEY (run, orcid, kind, put_code)) STRICT, WITHOUT ROWID;
CREATE TABLE member (scope TEXT NOT NULL, orcid TEXT NOT NULL, PRIMARY KEY (scope, orcid)) STRICT, WITHOUT ROWID;
CREATE TABLE unread (scope TEXT NOT NULL, orcid TEXT NOT NULL, PRIMARY KEY (scope, orcid)) STRICT, WITHOUT ROWID;
CREATE TABLE tally (run INTEGER NOT NULL, code TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (run, code)) STRICT, WITHOUT ROWID;
CREATE TABLE quota (client TEXT NOT NULL, day INTEGER NOT NULL, used INTEGER NOT NULL, ended_until INTEGER,
    last INTEGER, PRIMARY KEY (client, day)) STRICT, WITHOUT ROWID;
CREATE TABLE dataset (only INTEGER PRIMARY KEY CHECK (only = 1), mark TEXT NOT NULL) STRICT;
";

/// Tables that were added after version 3; queues of earlier programs lack them: the people whom a
/// run's commits have removed; the dates that records list for requested items; the primary records
/// of deprecated ones; the dates that a bucket's list has for records, and whether a record's file is
/// older.
const LATER_TABLES: &str = "
CREATE TABLE IF NOT EXISTS removed (run INTEGER NOT NULL, orcid TEXT NOT NULL,
    PRIMARY KEY (run, orcid)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS listed (run INTEGER NOT NULL, orcid TEXT NOT NULL, kind TEXT NOT NULL,
    put_code INTEGER NOT NULL, modified INTEGER NOT NULL,
    PRIMARY KEY (run, orcid, kind, put_code)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS successor (run INTEGER NOT NULL, orcid TEXT NOT NULL, primary_orcid TEXT NOT NULL,
    PRIMARY KEY (run, orcid)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS list_date (run INTEGER NOT NULL, orcid TEXT NOT NULL, modified INTEGER NOT NULL,
    is_behind INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (run, orcid)) STRICT, WITHOUT ROWID;
";

impl Queue {
    /// Opens the queue of the dataset at `dataset`, or makes it; the caller holds
    /// the lock. Requests that were in flight when a run was killed wait again.
    ///
    /// # Errors
    /// [`QueueError`] if the file cannot be used or is of another version.
    pub fn open(dataset: &Path) -> Result<Self, QueueError> {
        let path = dataset.join(QUEUE_NAME);
        // A kill loses nothing; a power cut may lose the last answers.
        let opened = sqlite::open(&path, "normal", VERSION, |change| change.execute_batch(SCHEMA));
        let (db, version) = opened.map_err(|source| QueueError::Unusable { path: path.clone(), source })?;
        let queue = Self { db, path };
        queue.check(version)?;
        queue.db.execute_batch(LATER_TABLES).map_err(queue.fault())?;
        // After a restart of the program, every request has all its tries again.
        let again = format!(
            "UPDATE task SET state = {Waiting}, tries = 0 WHERE state = {Asked} OR state = {Waiting} AND tries > 0"
        );
        queue.execute(&again, params![])?;
        Ok(queue)
    }

    /// Opens a queue for reading, even while a refresh runs; `None` if there is none.
    ///
    /// # Errors
    /// Those of [`Queue::open`].
    pub fn look_at(dataset: &Path) -> Result<Option<Self>, QueueError> {
        let path = dataset.join(QUEUE_NAME);
        if !path.is_file() {
            return Ok(None);
        }
        let opened = sqlite::open_to_read(&path);
        let (db, version) = opened.map_err(|source| QueueError::Unusable { path: path.clone(), source })?;
        let queue = Self { db, path };
        queue.check(version)?;
        Ok(Some(queue))
    }

    /// Merges everything into one file and closes it. Waits for readers, because a commit links
    /// only this file.
    ///
    /// # Errors
    /// [`QueueError::BeingRead`] if a reader takes too long, and [`QueueError::Unusable`] if the
    /// disk fails.
    pub fn close(self) -> Result<(), QueueError> {
        let checkpoint = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        let busy: i64 = checkpoint.map_err(self.fault())?;
        let path = self.path;
        if busy != 0 {
            return Err(QueueError::BeingRead { path });
        }
        self.db.close().map_err(|(_, source)| QueueError::Unusable { path, source })
    }

    /// Merges the queue of a dataset into one file, if it has a queue: a second file that a kill
    /// has left would be lost in a commit.
    ///
    /// # Errors
    /// Those of [`Queue::open`] and [`Queue::close`].
    pub fn make_one_file(dataset: &Path) -> Result<(), QueueError> {
        if dataset.join(QUEUE_NAME).is_file() { Self::open(dataset)?.close() } else { Ok(()) }
    }

    fn check(&self, found: i64) -> Result<(), QueueError> {
        if found == VERSION {
            return Ok(());
        }
        Err(QueueError::Version { path: self.path.clone(), found, known: VERSION })
    }
}
