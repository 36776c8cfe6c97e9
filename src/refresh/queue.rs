//! What is to be done and what has been answered, in one SQLite file, so that a
//! kill at any moment loses no answer and asks for none twice.
//!
//! The file lies in the dataset. A commit exchanges the dataset's folder for one
//! of hard links, which SQLite survives only while nobody has the file open: so
//! the queue is closed while its answers are applied, and the lock
//! ([`DatasetLock`](crate::dataset::DatasetLock)) keeps every other writer out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Row, params};

use super::RefreshError;

/// The file's name in the dataset.
pub const QUEUE_NAME: &str = "refresh.sqlite";
const VERSION: i64 = 3;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The states of a task: 0 waits, 1 is on its way, 2 is answered, 3 is given up, 4 is
/// planned and may not go yet, 5 is an item said to be gone that is to be asked for
/// once more, 6 one that was said to be gone twice. `sent` tells that it has gone,
/// `part` with which commit its answer comes into the dataset.
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

/// The queue of a dataset.
#[derive(Debug)]
pub struct Queue {
    pub(super) db: Connection,
    path: PathBuf,
}

impl Queue {
    /// Opens the queue of the dataset at `dataset`, or makes it; the caller holds
    /// the lock. What was on its way when a run was killed waits again.
    ///
    /// # Errors
    /// [`RefreshError`] where the file cannot be used or is of another version.
    pub fn open(dataset: &Path) -> Result<Self, RefreshError> {
        let path = dataset.join(QUEUE_NAME);
        let open = || -> rusqlite::Result<(Connection, i64)> {
            let mut db = Connection::open(&path)?;
            db.busy_timeout(BUSY_TIMEOUT)?;
            db.pragma_update(None, "journal_mode", "wal")?;
            // A kill loses nothing; a power cut may lose the last answers.
            db.pragma_update(None, "synchronous", "normal")?;
            let mut version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if version == 0 {
                let change = db.transaction()?;
                change.execute_batch(SCHEMA)?;
                change.pragma_update(None, "user_version", VERSION)?;
                change.commit()?;
                version = VERSION;
            }
            Ok((db, version))
        };
        let (db, version) = open().map_err(|source| RefreshError::Queue { path: path.clone(), source })?;
        let queue = Self { db, path };
        queue.check(version)?;
        queue.add_removed()?;
        queue.add_listed()?;
        // A new run of the program has all its tries.
        queue.run_sql(
            "UPDATE task SET state = 0, tries = 0 WHERE state = 1 OR state = 0 AND tries > 0",
            params![],
        )?;
        Ok(queue)
    }

    /// Opens a queue to look at it, also while a refresh is at work; `None` where
    /// there is none.
    ///
    /// # Errors
    /// As [`Queue::open`].
    pub fn look_at(dataset: &Path) -> Result<Option<Self>, RefreshError> {
        let path = dataset.join(QUEUE_NAME);
        if !path.is_file() {
            return Ok(None);
        }
        let open = || -> rusqlite::Result<(Connection, i64)> {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let db = Connection::open_with_flags(&path, flags)?;
            db.busy_timeout(BUSY_TIMEOUT)?;
            let version = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
            Ok((db, version))
        };
        let (db, version) = open().map_err(|source| RefreshError::Queue { path: path.clone(), source })?;
        let queue = Self { db, path };
        queue.check(version)?;
        Ok(Some(queue))
    }

    /// Brings all into the one file and closes it. Who reads meanwhile is waited
    /// for, since a commit takes this one file along and nothing beside it.
    ///
    /// # Errors
    /// [`RefreshError::QueueRead`] where somebody reads for too long, and
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn close(self) -> Result<(), RefreshError> {
        let checkpoint = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        let busy: i64 = checkpoint.map_err(self.fault())?;
        let path = self.path;
        if busy != 0 {
            return Err(RefreshError::QueueRead { path });
        }
        self.db.close().map_err(|(_, source)| RefreshError::Queue { path, source })
    }

    /// Brings the queue of a dataset into its one file, if it has one: what a kill
    /// left beside it would not outlive a commit.
    ///
    /// # Errors
    /// As [`Queue::open`] and [`Queue::close`].
    pub fn settle(dataset: &Path) -> Result<(), RefreshError> {
        if dataset.join(QUEUE_NAME).is_file() { Self::open(dataset)?.close() } else { Ok(()) }
    }

    fn check(&self, found: i64) -> Result<(), RefreshError> {
        if found == VERSION {
            return Ok(());
        }
        Err(RefreshError::QueueVersion { path: self.path.clone(), found, known: VERSION })
    }

    /// Turns a database's error into this module's.
    pub(super) fn fault(&self) -> impl FnOnce(rusqlite::Error) -> RefreshError + use<> {
        let path = self.path.clone();
        move |source| RefreshError::Queue { path, source }
    }

    pub(super) fn run_sql(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, RefreshError> {
        let execute = || self.db.prepare_cached(sql)?.execute(values);
        execute().map_err(self.fault())
    }

    /// Tells each row that a query gives.
    pub(super) fn each_row(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        told: &mut dyn FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), RefreshError> {
        let all = || -> rusqlite::Result<()> {
            let mut rows = self.db.prepare_cached(sql)?;
            let mut rows = rows.query(values)?;
            while let Some(row) = rows.next()? {
                told(row)?;
            }
            Ok(())
        };
        all().map_err(self.fault())
    }

    /// What the rows of a query say, in their order.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, RefreshError> {
        let all = || self.db.prepare_cached(sql)?.query_map(values, read)?.collect::<Result<Vec<_>, _>>();
        all().map_err(self.fault())
    }

    /// What the one row of a query says.
    pub(super) fn row<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, RefreshError> {
        let find = || self.db.prepare_cached(sql)?.query_row(values, read);
        find().map_err(self.fault())
    }

    /// Does several changes as one.
    pub(super) fn change<T>(
        &mut self,
        act: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, RefreshError> {
        let fault = self.fault();
        let all = |db: &mut Connection| -> rusqlite::Result<T> {
            let change = db.transaction()?;
            let value = act(&change)?;
            change.commit()?;
            Ok(value)
        };
        all(&mut self.db).map_err(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::super::search::{How, Search};
    use super::super::tasks::{Effects, Next, Task, Wanted};
    use super::*;
    use crate::refresh::runs::{Run, Stage};
    use orcid_xml::{Orcid, Timestamp};

    fn run(queue: &mut Queue) -> Run {
        let run = Run {
            id: 0,
            scope: "all".to_owned(),
            source: "api-now".to_owned(),
            api: "https://a".to_owned(),
            strategy: "each".to_owned(),
            asked: String::new(),
            mark: String::new(),
            since: 0,
            until: 1,
            begun: 0,
            stage: Stage::Fetch,
            part: 1,
        };
        queue.begin(run).unwrap()
    }

    fn next(queue: &mut Queue, run: &Run, now: Timestamp) -> Task {
        match queue.take(run.id, now).unwrap() {
            Next::Task(task) => *task,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_answered_stays_so_and_what_was_on_its_way_waits_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open(folder.path()).unwrap();
        let own = run(&mut queue);
        let orcids = ["0000-0002-1825-0097", "0000-0002-1694-233X"].map(|text| Orcid::new(text).unwrap());
        queue.add(own.id, orcids.map(Wanted::Record)).unwrap();
        queue.add(own.id, orcids.map(Wanted::Record)).unwrap();
        assert_eq!(queue.take(own.id, 0).unwrap(), Next::Nothing);
        assert_eq!(queue.release_records(own.id, 9).unwrap(), 2);
        let (first, second) = (next(&mut queue, &own, 0), next(&mut queue, &own, 0));
        assert_eq!(queue.take(own.id, 0).unwrap(), Next::Nothing);
        queue.keep(own.id, &first, "record", Some(b"<xml/>"), &Effects::default(), 5).unwrap();
        drop(queue);

        let mut queue = Queue::open(folder.path()).unwrap();

        assert_eq!(queue.unfinished("all", "https://a").unwrap().as_ref(), Some(&own));
        assert_eq!(next(&mut queue, &own, 0), second);
        assert_eq!(queue.fill_part(&own).unwrap(), 1);
        let answers = queue.answers(&own, 0, 10).unwrap();
        assert_eq!(answers.len(), 1);
        assert_eq!((&answers[0].1.wanted, answers[0].1.body.as_slice()), (&first.wanted, &b"<xml/>"[..]));
        queue.finish(&own, &[], false).unwrap();
        assert_eq!(queue.unfinished("all", "https://a").unwrap(), None);
    }

    #[test]
    fn what_is_to_be_asked_again_waits_for_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open(folder.path()).unwrap();
        let own = run(&mut queue);
        queue.add(own.id, [Wanted::Record(Orcid::new("0000-0002-1825-0097").unwrap())]).unwrap();
        queue.release_records(own.id, 1).unwrap();
        let task = next(&mut queue, &own, 0);

        queue.again(own.id, &task, "busy", true, 1_000).unwrap();

        assert_eq!(queue.take(own.id, 400).unwrap(), Next::Later(Duration::from_micros(600)));
        let task = next(&mut queue, &own, 1_000);
        assert_eq!(task.tries, 1);
        assert_eq!(queue.tallies(own.id).unwrap(), [("busy".to_owned(), 1)]);
        // Written by a clock that was years ahead.
        queue.again(own.id, &task, "busy", true, Timestamp::MAX / 2).unwrap();
        assert_eq!(next(&mut queue, &own, 2_000).tries, 2);
    }

    #[test]
    fn a_queue_that_is_being_read_is_not_closed_before_all_is_in_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open(folder.path()).unwrap();
        let reader = Queue::look_at(folder.path()).unwrap().unwrap();
        reader.db.execute_batch("BEGIN; SELECT count(*) FROM run").unwrap();
        let own = run(&mut queue);
        queue.db.busy_timeout(Duration::from_millis(50)).unwrap();

        let error = queue.close().unwrap_err();

        assert!(matches!(error, RefreshError::QueueRead { .. }), "{error}");
        drop(reader);
        Queue::settle(folder.path()).unwrap();
        assert!(!folder.path().join("refresh.sqlite-wal").exists());
        let queue = Queue::look_at(folder.path()).unwrap().unwrap();
        assert_eq!(queue.runs().unwrap(), [own]);
    }

    #[test]
    fn a_search_on_its_way_goes_with_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open(folder.path()).unwrap();
        let own = run(&mut queue);
        let search = |query| Wanted::Search(Search::new(How::There, query, 0, 1));
        queue.add(own.id, [search("one"), search("other")]).unwrap();
        next(&mut queue, &own, 0);

        queue.drop_searches(own.id).unwrap();

        drop(queue);
        let mut queue = Queue::open(folder.path()).unwrap();
        assert_eq!(queue.take(own.id, 0).unwrap(), Next::Nothing);
    }
}
