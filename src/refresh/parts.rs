//! Commits of a run: which answers go with which.
//!
//! A run that ends before its time, because the day's quota is used up, has whole
//! answers about some people. These are given to a commit of their own; the rest
//! stays in the queue. A commit's number is noted before it begins, and its name
//! stands in the manifest after it, so that a crash between leaves no doubt.

use std::io::Read;

use flate2::read::ZlibDecoder;
use rusqlite::params;

use super::RefreshError;
use super::mark::Mark;
use super::queue::Queue;
use super::runs::Run;
use super::tasks::Wanted;
use crate::dataset::Manifest;

/// An answer that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub wanted: Wanted,
    pub code: String,
    pub body: Vec<u8>,
}

impl Run {
    /// The name in the manifest of a commit that is not the run's last.
    pub fn part_source(&self) -> String {
        format!("{}-part-{}", self.source, self.part)
    }
}

impl Queue {
    /// Gives all answers about people of whom nothing is left to ask to the run's next
    /// commit; gives the number of people of whom something changes.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn fill_part(&mut self, run: &Run) -> Result<u64, RefreshError> {
        let fill = "UPDATE task SET part = ?2 WHERE run = ?1 AND part IS NULL AND state = 2 AND orcid IN
            (SELECT orcid FROM task WHERE run = ?1 AND kind = 'record' AND state = 2
             EXCEPT SELECT orcid FROM task WHERE run = ?1 AND state NOT IN (2, 3))";
        let changed =
            "SELECT count(DISTINCT orcid) FROM task WHERE run = ?1 AND part = ?2 AND body IS NOT NULL";
        self.change(|change| {
            change.execute(fill, params![run.id, run.part])?;
            change.query_row(changed, params![run.id, run.part], |row| row.get::<_, i64>(0))
        })
        .map(i64::unsigned_abs)
    }

    /// After a commit: its answers are in the dataset, which has become that of
    /// `manifest`.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn end_part(&mut self, run: &mut Run, manifest: &Manifest) -> Result<(), RefreshError> {
        let mark = Mark::of(manifest).to_text();
        self.change(|change| {
            let own = params![run.id, run.part];
            change.execute(
                "DELETE FROM leaving WHERE run = ?1 AND orcid IN (SELECT orcid FROM task WHERE run = ?1 AND part = ?2)",
                own,
            )?;
            change.execute("UPDATE task SET body = NULL WHERE run = ?1 AND part = ?2", own)?;
            change.execute("UPDATE run SET part = ?2 + 1, mark = ?3 WHERE id = ?1", params![run.id, run.part, mark])
        })?;
        (run.part, run.mark) = (run.part + 1, mark);
        self.note_mark(&run.mark)
    }

    /// Finds out what became of a commit that a crash may have cut off.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn settle_part(&mut self, run: &mut Run, manifest: &Manifest) -> Result<(), RefreshError> {
        let name = run.part_source();
        if manifest.archive(&name).is_some() {
            let mark = run.mark.clone();
            self.end_part(run, manifest)?;
            // Others may have changed the dataset too: what it was is compared with what it is.
            run.mark = mark;
            return self.note(run);
        }
        let sql = "UPDATE task SET part = NULL WHERE run = ?1 AND part = ?2";
        self.run_sql(sql, params![run.id, run.part]).map(|_| ())
    }

    /// The answers of a run's next commit after the one numbered `after`, so that all
    /// can be gone through without holding them; each with its number.
    ///
    /// # Errors
    /// [`RefreshError`] where the disk fails or a body is damaged.
    pub fn answers(&self, run: &Run, after: i64, most: usize) -> Result<Vec<(i64, Kept)>, RefreshError> {
        let sql = "SELECT id, kind, orcid, what, code, body FROM task
            WHERE run = ?1 AND part = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
        let mut answers = Vec::new();
        self.each_row(sql, params![run.id, run.part, after, most as i64], &mut |row| {
            let (kind, orcid, what): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let Some(wanted) = Wanted::new(&kind, &orcid, &what) else { return Ok(()) };
            let body: Option<Vec<u8>> = row.get(5)?;
            let body = body.map(|body| inflated(&body)).transpose();
            let body = body.map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Blob, error.into())
            })?;
            answers.push((row.get(0)?, Kept { wanted, code: row.get(4)?, body: body.unwrap_or_default() }));
            Ok(())
        })?;
        Ok(answers)
    }
}

fn inflated(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(body).read_to_end(&mut bytes)?;
    Ok(bytes)
}
