//! What a run counted: members by outcome, problems by code, rows, stage times.
//!
//! Reports of parts add up to the report of the whole, in any order.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Distinct unmapped paths that are named; more mean a document of another kind.
const MAX_UNMAPPED_PATHS: usize = 1_000;
/// Under this path the rest is counted.
const OTHER_PATHS: &str = "(further paths)";

/// All that is known of a run or of a part of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub members: Members,
    /// Rows by `summaries/<table>` and `activities/<table>`.
    pub rows: BTreeMap<String, u64>,
    /// Tombstones by status.
    pub tombstones: BTreeMap<String, u64>,
    /// Rejects by code.
    pub rejects: BTreeMap<String, u64>,
    /// Values without a column, by path.
    pub unmapped: BTreeMap<String, u64>,
    /// What was odd but did no harm.
    pub notes: Vec<String>,
    #[serde(skip)]
    pub times: Times,
}

/// Members by outcome. `members` is the sum of records, tombstones,
/// activities, rejects, others and those left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    /// Files in the archive; folders are not counted.
    pub members: u64,
    pub records: u64,
    pub tombstones: u64,
    pub activities: u64,
    pub rejects: u64,
    /// Files that are no ORCID document, such as a README.
    pub other: u64,
    /// Members of people who were not selected.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
    /// Of the above, those that a later member of the same name replaced.
    pub duplicates: u64,
    /// Of the above, those that were read after taking out illegal characters.
    pub cleaned: u64,
    /// Bytes of the XML members.
    pub xml_bytes: u64,
}

/// CPU time by stage, summed over threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// Reading, inflating and splitting.
    pub read: Duration,
    pub parse: Duration,
    pub build: Duration,
    pub encode: Duration,
    pub write: Duration,
}

impl Report {
    /// Adds another part's counts.
    pub fn add(&mut self, other: Self) {
        self.members.add(&other.members);
        for (own, others) in [
            (&mut self.rows, other.rows),
            (&mut self.tombstones, other.tombstones),
            (&mut self.rejects, other.rejects),
        ] {
            others.into_iter().for_each(|(name, count)| *own.entry(name).or_default() += count);
        }
        other.unmapped.into_iter().for_each(|(path, count)| self.count_unmapped(path, count));
        self.notes.extend(other.notes);
        self.times.add(&other.times);
    }

    /// Counts values without a column; names a limited number of paths.
    pub fn count_unmapped(&mut self, path: String, count: u64) {
        let known = self.unmapped.len() < MAX_UNMAPPED_PATHS || self.unmapped.contains_key(&path);
        *self.unmapped.entry(if known { path } else { OTHER_PATHS.to_owned() }).or_default() += count;
    }

    /// Values whose paths are not named, because too many others are.
    pub fn unnamed_values(&self) -> u64 {
        self.unmapped.get(OTHER_PATHS).copied().unwrap_or(0)
    }

    /// Values without a column.
    pub fn unmapped_values(&self) -> u64 {
        self.unmapped.values().sum()
    }
}

impl Members {
    fn add(&mut self, other: &Self) {
        self.members += other.members;
        self.records += other.records;
        self.tombstones += other.tombstones;
        self.activities += other.activities;
        self.rejects += other.rejects;
        self.other += other.other;
        self.left_out += other.left_out;
        self.duplicates += other.duplicates;
        self.cleaned += other.cleaned;
        self.xml_bytes += other.xml_bytes;
    }

    /// True when every member has one outcome.
    pub fn add_up(&self) -> bool {
        let read = self.records + self.tombstones + self.activities;
        self.members == read + self.rejects + self.other + self.left_out
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Times {
    /// Seconds by stage, for a report that is printed and not kept.
    pub fn seconds(&self) -> BTreeMap<&'static str, f64> {
        let stages = [
            ("read", self.read),
            ("parse", self.parse),
            ("build", self.build),
            ("encode", self.encode),
            ("write", self.write),
        ];
        stages.into_iter().map(|(stage, time)| (stage, time.as_secs_f64())).collect()
    }

    fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.parse += other.parse;
        self.build += other.build;
        self.encode += other.encode;
        self.write += other.write;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_of_parts_add_up() {
        let part = |path: &str| {
            let members = Members { members: 3, records: 1, tombstones: 1, rejects: 1, ..Members::default() };
            let mut part = Report { members, ..Report::default() };
            part.rejects.insert("empty".to_owned(), 1);
            part.count_unmapped(path.to_owned(), 2);
            part
        };
        let mut whole = part("/a");

        whole.add(part("/b"));

        assert_eq!((whole.members.members, whole.rejects["empty"], whole.unmapped_values()), (6, 2, 4));
        assert!(whole.members.add_up());
    }

    #[test]
    fn hostile_paths_do_not_fill_the_report() {
        let mut report = Report::default();

        (0..5_000).for_each(|number| report.count_unmapped(format!("/{number}"), 1));

        assert!(report.unmapped.len() <= MAX_UNMAPPED_PATHS + 1);
        assert_eq!((report.unmapped_values(), report.unnamed_values()), (5_000, 4_000));
    }
}
