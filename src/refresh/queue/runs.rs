//! The runs in the queue: each is one refresh of one scope, and is stored with its progress.

use rusqlite::params;

use super::database::Queue;
use super::error::QueueError;
use super::state::Kind::Search;
use super::state::State::GivenUp;
use super::state::{FoundAs, Stage};
use orcid_xml::{Orcid, Timestamp};

/// The tables from which a run's rows are deleted when it ends.
const TABLES_OF_RUN: [&str; 8] =
    ["task", "found", "held", "leaving", "listed", "removed", "successor", "list_date"];

/// One refresh of one scope, from its plan to its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: i64,
    pub scope: String,
    /// The name of its entry in the manifest.
    pub source: String,
    /// The API's URL.
    pub api: String,
    /// How changes are found.
    pub strategy: String,
    /// The options of the plan; with other options, the plan must be made again.
    pub asked: String,
    /// What the dataset was when the run was planned .
    pub mark: String,
    pub since: Timestamp,
    pub until: Timestamp,
    pub begun: Timestamp,
    pub stage: Stage,
    /// The number of its next commit: a run has several if a used-up quota ends it early.
    pub part: i64,
}

impl Run {
    /// The name in the manifest of a commit that is not the run's last.
    pub fn part_source(&self) -> String {
        format!("{}-part-{}", self.source, self.part)
    }
}

impl Queue {
    /// The unfinished run of a scope at this API.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn unfinished(&self, scope: &str, api: &str) -> Result<Option<Run>, QueueError> {
        let sql = format!("{RUN} WHERE scope = ?1 AND api = ?2 AND stage <> ?3 ORDER BY id DESC LIMIT 1");
        self.row_if_any(&sql, params![scope, api, Stage::Done.name()], run_of)
    }

    /// All runs, the newest first.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn runs(&self) -> Result<Vec<Run>, QueueError> {
        self.rows(&format!("{RUN} ORDER BY id DESC"), [], run_of)
    }

    /// Begins a run; its number is given by the queue.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn begin(&mut self, run: Run) -> Result<Run, QueueError> {
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

    /// Deletes the searches of a run with their results, and notes its new times.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn forget_searches(&mut self, run: &Run) -> Result<(), QueueError> {
        self.change(|change| {
            let searches = format!("DELETE FROM task WHERE run = ?1 AND kind = {Search}");
            change.execute(&searches, [run.id])?;
            change.execute("DELETE FROM found WHERE run = ?1", [run.id])?;
            change.execute("UPDATE run SET since = ?2 WHERE id = ?1", params![run.id, run.since]).map(|_| ())
        })
    }

    /// Notes how far a run has come, by which strategy, up to when and beside what.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn note(&self, run: &Run) -> Result<(), QueueError> {
        let values = params![run.stage.name(), run.strategy, run.until, run.mark, run.id];
        let sql = "UPDATE run SET stage = ?1, way = ?2, until = ?3, mark = ?4 WHERE id = ?5";
        self.execute(sql, values).map(|_| ())
    }

    /// Deletes a run with all its rows.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn drop_run(&mut self, id: i64) -> Result<(), QueueError> {
        self.change(|change| {
            for table in TABLES_OF_RUN.iter().chain(&["tally"]) {
                change.execute(&format!("DELETE FROM {table} WHERE run = ?1"), params![id])?;
            }
            change.execute("DELETE FROM run WHERE id = ?1", params![id]).map(|_| ())
        })
    }

    /// Ends a run whose answers are in the dataset: notes the people who could not be read (also
    /// the `rejected` ones, which gave no rows) and the people of the scope, and compacts the file.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn finish(
        &mut self,
        run: &Run,
        rejected: &[Orcid],
        remember_members: bool,
    ) -> Result<(), QueueError> {
        // If a search gave fewer results than it counted, people who were not found stay in the
        // scope.
        let lacks_results = self.missing_results(run.id)? > 0;
        self.change(|change| {
            change.execute("DELETE FROM unread WHERE scope = ?1", params![run.scope])?;
            let given_up = format!(
                "INSERT OR IGNORE INTO unread SELECT DISTINCT ?1, orcid FROM task
                WHERE run = ?2 AND state = {GivenUp} AND orcid <> ''"
            );
            change.execute(&given_up, params![run.scope, run.id])?;
            let behind =
                "INSERT OR IGNORE INTO unread SELECT ?1, orcid FROM list_date WHERE run = ?2 AND is_behind = 1";
            change.execute(behind, params![run.scope, run.id])?;
            let mut insert = change.prepare("INSERT OR IGNORE INTO unread (scope, orcid) VALUES (?1, ?2)")?;
            for orcid in rejected {
                insert.execute(params![run.scope, orcid.as_str()])?;
            }
            drop(insert);
            if remember_members {
                if !lacks_results {
                    change.execute("DELETE FROM member WHERE scope = ?1", params![run.scope])?;
                }
                let members =
                    "INSERT OR IGNORE INTO member SELECT ?1, orcid FROM found WHERE run = ?2 AND how = ?3";
                change.execute(members, params![run.scope, run.id, FoundAs::Present.name()])?;
            }
            for table in TABLES_OF_RUN {
                change.execute(&format!("DELETE FROM {table} WHERE run = ?1"), params![run.id])?;
            }
            let done = params![run.id, Stage::Done.name()];
            change.execute("UPDATE run SET stage = ?2 WHERE id = ?1", done).map(|_| ())
        })?;
        // A process that reads the status may block this; the next run compacts the file.
        let _ = self.execute("VACUUM", params![]);
        Ok(())
    }

    /// The state of the dataset when the queue was last opened.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn mark(&self) -> Result<Option<String>, QueueError> {
        self.row_if_any("SELECT mark FROM dataset", [], |row| row.get(0))
    }

    /// Notes the current state of the dataset.
    ///
    /// # Errors
    /// [`QueueError`] if the disk fails.
    pub fn note_mark(&self, mark: &str) -> Result<(), QueueError> {
        self.execute("INSERT OR REPLACE INTO dataset (only, mark) VALUES (1, ?1)", [mark]).map(|_| ())
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
