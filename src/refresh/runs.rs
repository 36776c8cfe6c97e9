//! The runs in the queue: each is one refresh of one scope, and is kept with how
//! far it has come.

use rusqlite::{OptionalExtension, params};

use super::RefreshError;
use super::queue::Queue;
use orcid_xml::{Orcid, Timestamp};

/// One refresh of one scope, from its plan to its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: i64,
    pub scope: String,
    /// The name of its entry in the manifest.
    pub source: String,
    /// Whose records: the API's URL.
    pub api: String,
    /// How changes are found.
    pub strategy: String,
    /// The options that the plan was made with; another plan has others.
    pub asked: String,
    /// What the dataset was when the run was planned ([`super::mark::Mark`]).
    pub mark: String,
    pub since: Timestamp,
    pub until: Timestamp,
    pub begun: Timestamp,
    pub stage: Stage,
    /// The number of its next commit: what is complete when the day's quota ends is
    /// applied then.
    pub part: i64,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Its searches may not all be in the queue yet.
    Begun,
    Search,
    Fetch,
    Apply,
    Done,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Search => "search",
            Self::Fetch => "fetch",
            Self::Apply => "apply",
            Self::Done => "done",
        }
    }

    fn new(name: &str) -> Self {
        match name {
            "begun" => Self::Begun,
            "search" => Self::Search,
            "fetch" => Self::Fetch,
            "apply" => Self::Apply,
            _ => Self::Done,
        }
    }
}

impl Queue {
    /// The run of a scope at this API that has not come to its end.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn unfinished(&self, scope: &str, api: &str) -> Result<Option<Run>, RefreshError> {
        let sql = format!("{RUN} WHERE scope = ?1 AND api = ?2 AND stage <> 'done' ORDER BY id DESC LIMIT 1");
        let find = || self.db.prepare_cached(&sql)?.query_row(params![scope, api], run_of).optional();
        find().map_err(self.fault())
    }

    /// All runs, the newest first.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn runs(&self) -> Result<Vec<Run>, RefreshError> {
        self.rows(&format!("{RUN} ORDER BY id DESC"), [], run_of)
    }

    /// Begins a run; its number is given by the queue.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn begin(&mut self, run: Run) -> Result<Run, RefreshError> {
        let id = self.change(|change| {
            change.execute(
                "INSERT INTO run (scope, source, api, way, since, until, begun, stage, asked, mark) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    run.scope,
                    run.source,
                    run.api,
                    run.strategy,
                    run.since,
                    run.until,
                    run.begun,
                    run.stage.name(),
                    run.asked,
                    run.mark
                ],
            )?;
            Ok(change.last_insert_rowid())
        })?;
        Ok(Run { id, ..run })
    }

    /// Forgets the searches of a run with what they have found, and notes its new times.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn search_anew(&mut self, run: &Run) -> Result<(), RefreshError> {
        self.change(|change| {
            change.execute("DELETE FROM task WHERE run = ?1 AND kind = 'search'", [run.id])?;
            change.execute("DELETE FROM found WHERE run = ?1", [run.id])?;
            change.execute("UPDATE run SET since = ?2 WHERE id = ?1", params![run.id, run.since]).map(|_| ())
        })
    }

    /// Notes how far a run has come, by which strategy, up to when and beside what.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn note(&self, run: &Run) -> Result<(), RefreshError> {
        let values = params![run.stage.name(), run.strategy, run.until, run.mark, run.id];
        let sql = "UPDATE run SET stage = ?1, way = ?2, until = ?3, mark = ?4 WHERE id = ?5";
        self.run_sql(sql, values).map(|_| ())
    }

    /// Forgets a run with all that belongs to it.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn drop_run(&mut self, id: i64) -> Result<(), RefreshError> {
        self.change(|change| {
            for table in ["task", "found", "held", "leaving", "listed", "tally", "removed"] {
                change.execute(&format!("DELETE FROM {table} WHERE run = ?1"), params![id])?;
            }
            change.execute("DELETE FROM run WHERE id = ?1", params![id]).map(|_| ())
        })
    }

    /// Ends a run whose answers are in the dataset: remembers what could not be
    /// read (`rejected` too, which the tables did not take) and who belongs to the
    /// scope, and makes room.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn finish(
        &mut self,
        run: &Run,
        rejected: &[Orcid],
        remember_members: bool,
    ) -> Result<(), RefreshError> {
        // Whom a search did not give, though it said that there was one more, stays a member.
        let lacks_results = self.missing_results(run.id)? > 0;
        self.change(|change| {
            change.execute("DELETE FROM unread WHERE scope = ?1", params![run.scope])?;
            change.execute(
                "INSERT OR IGNORE INTO unread SELECT DISTINCT ?1, orcid FROM task WHERE run = ?2 AND state = 3 AND orcid <> ''",
                params![run.scope, run.id],
            )?;
            let mut insert =
                change.prepare("INSERT OR IGNORE INTO unread (scope, orcid) VALUES (?1, ?2)")?;
            for orcid in rejected {
                insert.execute(params![run.scope, orcid.as_str()])?;
            }
            drop(insert);
            if remember_members {
                if !lacks_results {
                    change.execute("DELETE FROM member WHERE scope = ?1", params![run.scope])?;
                }
                change.execute(
                    "INSERT OR IGNORE INTO member SELECT ?1, orcid FROM found WHERE run = ?2 AND how = 'there'",
                    params![run.scope, run.id],
                )?;
            }
            for table in ["task", "found", "held", "leaving", "listed", "removed"] {
                change.execute(&format!("DELETE FROM {table} WHERE run = ?1"), params![run.id])?;
            }
            change.execute("UPDATE run SET stage = 'done' WHERE id = ?1", params![run.id]).map(|_| ())
        })?;
        // Somebody who looks at the status may be in the way; the next run makes room.
        let _ = self.run_sql("VACUUM", params![]);
        Ok(())
    }

    /// What the dataset was when the queue was opened last.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn mark(&self) -> Result<Option<String>, RefreshError> {
        let find = || self.db.query_row("SELECT mark FROM dataset", [], |row| row.get(0)).optional();
        find().map_err(self.fault())
    }

    /// Notes what the dataset is now.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn note_mark(&self, mark: &str) -> Result<(), RefreshError> {
        self.run_sql("INSERT OR REPLACE INTO dataset (only, mark) VALUES (1, ?1)", [mark]).map(|_| ())
    }

    /// Forgets who belonged to scopes and who could not be read.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn forget_people(&mut self) -> Result<(), RefreshError> {
        self.change(|change| change.execute_batch("DELETE FROM member; DELETE FROM unread"))
    }
}

const RUN: &str =
    "SELECT id, scope, source, api, way, since, until, begun, stage, asked, mark, part FROM run";

fn run_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: row.get(0)?,
        scope: row.get(1)?,
        source: row.get(2)?,
        api: row.get(3)?,
        strategy: row.get(4)?,
        since: row.get(5)?,
        until: row.get(6)?,
        begun: row.get(7)?,
        stage: Stage::new(&row.get::<_, String>(8)?),
        asked: row.get(9)?,
        mark: row.get(10)?,
        part: row.get(11)?,
    })
}
