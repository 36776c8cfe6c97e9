//! What an archive's report says when only some of its people are kept.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};

use crate::dataset::ACTIVITY_TABLES;
use crate::report::{Members, Report};

/// Rows that stay, by what they say about members.
#[derive(Debug, Default)]
pub struct Counts {
    /// By table.
    pub rows: BTreeMap<String, u64>,
    tombstones: BTreeMap<String, u64>,
    rejects: BTreeMap<String, u64>,
    unmapped: BTreeMap<String, u64>,
}

impl Counts {
    /// Counts rows that stay.
    pub fn look_at(&mut self, key: &str, batch: &RecordBatch) {
        let (counts, column) = match key.rsplit('/').next().unwrap_or(key) {
            "tombstones" => (&mut self.tombstones, "status"),
            "rejects" => (&mut self.rejects, "code"),
            "unmapped_values" => (&mut self.unmapped, "path"),
            _ => return,
        };
        let Some(texts) = batch.column_by_name(column).and_then(|texts| texts.as_string_opt::<i32>()) else {
            return;
        };
        for row in (0..texts.len()).filter(|row| texts.is_valid(*row)) {
            *counts.entry(texts.value(row).to_owned()).or_default() += 1;
        }
    }

    /// The report: what is not kept of the archive's members is left out.
    pub fn report(self, old: &Report) -> Report {
        let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
        // A table that was not selected tells nothing; its members keep their count.
        let of = |keys: &[&str], old: u64| match keys.iter().any(|key| self.rows.contains_key(*key)) {
            true => keys.iter().filter_map(|key| self.rows.get(*key)).sum(),
            false => old,
        };
        let records = of(&["summaries/records"], old.members.records);
        let activities = of(&ACTIVITY_TABLES.map(|(key, _)| key), old.members.activities);
        let (tombstones, rejects) = (sum(&self.tombstones), sum(&self.rejects));
        let kept = records + activities + tombstones + rejects + old.members.other;
        let members = old.members.members.max(kept);
        Report {
            members: Members {
                members,
                records,
                tombstones,
                activities,
                rejects,
                left_out: members - kept,
                duplicates: 0,
                cleaned: 0,
                ..old.members
            },
            rows: self.rows,
            tombstones: self.tombstones,
            rejects: self.rejects,
            unmapped: self.unmapped,
            notes: old.notes.clone(),
            ..Report::default()
        }
    }
}
