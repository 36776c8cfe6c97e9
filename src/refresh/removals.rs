//! How many people a run would remove, and how many it may.
//!
//! A server that knows nobody, because it was restored empty or is another one, says of
//! everybody that there is no such record. So a run that would remove an unusual share
//! of its scope changes nothing, keeps its answers, and asks whether that is right.

use std::collections::BTreeMap;

use rusqlite::params;
use serde::Serialize;

use super::plan::Inputs;
use super::queue::Queue;
use super::runs::Run;
use super::{RefreshError, known};
use crate::dataset::{Dataset, OrcidSet};
use orcid_xml::Orcid;

/// The codes of people who have gone.
pub const GONE: [&str; 4] = ["deprecated", "locked", "deactivated", "not-found"];
/// The code of a removal that was left out of a commit on request.
pub const HELD_BACK: &str = "held-back";
/// People who may always leave: in a small scope a few are a large share.
const ALWAYS: u64 = 9;
/// A scope of at least so many people is small, but not so small that most of them may leave:
/// one bad answer would be enough for it. Of one or two people all may.
const SMALL_SCOPE: u64 = 3;
/// The part of a scope that may leave in one run, however few people that are, is one half.
const MOST_DIVISOR: u64 = 2;
/// The share of a scope that may leave in one run, in percent. In the dumps of 2018 and
/// 2019, 1 to 2 % of all records are of people who have gone, over all years.
const USUAL_PERCENT: f64 = 5.0;

/// How many people one run may remove.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum MaxRemovals {
    /// 5 % of the scope, or nine people where that is more; but no more than half of a scope
    /// of three people or more.
    #[default]
    Usual,
    People(u64),
    /// Of the scope's people whom the dataset has.
    Percent(f64),
}

/// What a run would remove.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Removals {
    /// People whose rows would leave, those of the run's earlier commits included.
    pub people: u64,
    /// People of the scope whom the dataset had.
    pub scope: u64,
    /// How many may leave.
    pub allowed: u64,
    /// How many by the code of the answer, earlier commits left out.
    pub codes: BTreeMap<String, u64>,
    /// Who would leave with the next commit.
    #[serde(skip)]
    pub orcids: Vec<Orcid>,
}

impl MaxRemovals {
    /// Reads a number of people, or a share such as `5%`.
    ///
    /// # Errors
    /// What was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fault = || format!("\"{text}\" is neither a number of people nor a share such as 5%");
        match text.trim().strip_suffix('%') {
            Some(percent) => {
                let percent: f64 = percent.trim().parse().map_err(|_| fault())?;
                (0.0..=100.0).contains(&percent).then_some(Self::Percent(percent)).ok_or_else(fault)
            }
            None => text.trim().parse().map(Self::People).map_err(|_| fault()),
        }
    }

    pub(super) fn allowed(self, scope: u64) -> u64 {
        let share = |percent: f64| (scope as f64 * percent / 100.0).floor() as u64;
        match self {
            Self::Usual => {
                let allowed = share(USUAL_PERCENT).max(ALWAYS);
                if scope < SMALL_SCOPE { allowed } else { allowed.min(scope / MOST_DIVISOR) }
            }
            Self::People(people) => people,
            Self::Percent(percent) => share(percent),
        }
    }
}

impl Removals {
    /// What the run's next commit would remove, beside what its earlier ones have.
    ///
    /// # Errors
    /// [`RefreshError`] where dataset or queue fail.
    pub fn of(
        queue: &Queue,
        run: &Run,
        inputs: &Inputs<'_>,
        dataset: &Dataset,
        most: MaxRemovals,
    ) -> Result<Self, RefreshError> {
        let mut any_gone = false;
        queue.each_gone(run.id, &mut |_, _| any_gone = true)?;
        if !any_gone {
            // As a rule nobody has gone, and the dataset's iDs need not be read.
            return Ok(Self::default());
        }
        let mut has = OrcidSet::default();
        known::records(dataset, &mut |orcid, _| {
            has.insert(orcid);
        })?;
        let mut removals = Self::default();
        queue.each_gone(run.id, &mut |orcid, code| {
            if has.contains(&orcid) {
                *removals.codes.entry(code.to_owned()).or_default() += 1;
                removals.orcids.push(orcid);
            }
        })?;
        // A commit that a crash has cut off has noted people who are still there.
        let mut before = 0;
        queue.each_removed(run.id, &mut |orcid| before += u64::from(!has.contains(&orcid)))?;
        removals.people = before + removals.orcids.len() as u64;
        if removals.orcids.is_empty() {
            return Ok(removals);
        }
        let (mut scope, mut count) = (OrcidSet::default(), 0);
        let mut add = |orcid: Orcid| count += u64::from(has.contains(&orcid) && scope.insert(orcid));
        inputs.named(&mut add)?;
        queue.each_member(&run.scope, &mut add)?;
        queue.each_found(run.id, "there", &mut add)?;
        queue.each_asked(run.id, &mut add)?;
        removals.scope = count + before;
        removals.allowed = most.allowed(removals.scope);
        Ok(removals)
    }

    /// True where more would leave than may.
    pub fn are_too_many(&self) -> bool {
        !self.orcids.is_empty() && self.people > self.allowed
    }
}

impl Queue {
    /// The table of people whom a run's commits have removed; queues of earlier versions
    /// lack it.
    pub(super) fn add_removed(&self) -> Result<(), RefreshError> {
        let sql = "CREATE TABLE IF NOT EXISTS removed (run INTEGER NOT NULL, orcid TEXT NOT NULL,
            PRIMARY KEY (run, orcid)) STRICT, WITHOUT ROWID";
        self.run_sql(sql, []).map(|_| ())
    }

    /// Tells who has gone by answers that are in no commit yet, with the answer's code.
    fn each_gone(&self, run: i64, told: &mut dyn FnMut(Orcid, &str)) -> Result<(), RefreshError> {
        let sql = "SELECT orcid, code FROM task WHERE run = ?1 AND kind = 'record' AND state = 2 AND body IS NOT NULL";
        self.each_row(sql, [run], &mut |row| {
            let code = row.get_ref(1)?.as_str()?;
            if let Some(orcid) = Orcid::new(row.get_ref(0)?.as_str()?).filter(|_| GONE.contains(&code)) {
                told(orcid, code);
            }
            Ok(())
        })
    }

    /// Tells whose records a run asks for.
    fn each_asked(&self, run: i64, told: &mut dyn FnMut(Orcid)) -> Result<(), RefreshError> {
        let sql = "SELECT orcid FROM task WHERE run = ?1 AND kind = 'record'";
        self.each_orcid(sql, [run], told)
    }

    /// Tells whom the run's commits were to remove.
    fn each_removed(&self, run: i64, told: &mut dyn FnMut(Orcid)) -> Result<(), RefreshError> {
        self.each_orcid("SELECT orcid FROM removed WHERE run = ?1", [run], told)
    }

    /// Notes whom the run's next commit removes.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn note_removed(&mut self, run: i64, orcids: &[Orcid]) -> Result<(), RefreshError> {
        self.change(|change| {
            let mut insert =
                change.prepare_cached("INSERT OR IGNORE INTO removed (run, orcid) VALUES (?1, ?2)")?;
            orcids.iter().try_for_each(|orcid| insert.execute(params![run, orcid.as_str()]).map(|_| ()))
        })
    }

    /// Leaves people as they are though their records have gone; the scope's next run
    /// asks for them again.
    ///
    /// # Errors
    /// [`RefreshError::Queue`] where the disk fails.
    pub fn hold_back(&mut self, run: i64, orcids: &[Orcid]) -> Result<(), RefreshError> {
        self.change(|change| {
            let mut hold = change.prepare_cached(
                "UPDATE task SET state = 3, code = ?3, body = NULL WHERE run = ?1 AND kind = 'record' AND orcid = ?2",
            )?;
            orcids.iter().try_for_each(|orcid| hold.execute(params![run, orcid.as_str(), HELD_BACK]).map(|_| ()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_may_leave_but_not_most_of_a_small_scope_and_of_many_a_share() {
        for (text, scope, allowed) in [
            ("", 1, 9),
            ("", 2, 9),
            ("", 3, 1),
            ("", 4, 2),
            ("", 5, 2),
            ("", 17, 8),
            ("", 18, 9),
            ("", 180, 9),
            ("", 200, 10),
            ("", 1_000_000, 50_000),
            ("0", 1_000, 0),
            ("25", 3, 25),
            ("0%", 1_000, 0),
            ("2.5 %", 1_000, 25),
            ("100%", 7, 7),
        ] {
            let most = if text.is_empty() { MaxRemovals::Usual } else { MaxRemovals::parse(text).unwrap() };

            assert_eq!(most.allowed(scope), allowed, "{text} of {scope}");
        }
        for text in ["", "-1", "5 people", "101%", "%", "1.5", "NaN%"] {
            assert!(MaxRemovals::parse(text).is_err(), "{text}");
        }
    }
}
