//! Removes rows from written tables: the rows of members that a later member of the same name
//! replaced.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Int64Type;
use rayon::ThreadPool;

use super::error::DatasetError;
use super::files::{remove, rename};
use super::keys::ActivityKey;
use super::layout::table_folder;
use super::reader::batches;
use super::store::StoredFile;
use super::writer::{TableWriter, WrittenTable};
use crate::tables::{self, DumpKind};
use orcid_xml::Orcid;

/// Replaced members that are remembered, with 40 bytes each; a larger number is not an accident.
const MAX_SUPERSEDED: usize = 4_000_000;

/// Members that were repeated later, each with the chunk before which its rows are old.
#[derive(Debug, Default)]
pub struct Superseded {
    records: HashMap<Orcid, u64>,
    activities: HashMap<ActivityKey, u64>,
    /// For each table and chunk, how many rows the table had at the end of the chunk.
    ends: HashMap<String, Vec<(u64, u64)>>,
    /// Activities whose rows have been removed, each with its chunk.
    replaced: HashSet<(ActivityKey, u64)>,
}

impl Superseded {
    /// Rows of `orcid` from chunks before `chunk` are old.
    pub fn record(&mut self, orcid: Orcid, chunk: u64) {
        self.records.insert(orcid, chunk);
    }

    /// Rows of one activity from chunks before `chunk` are old.
    pub fn activity(&mut self, key: ActivityKey, chunk: u64) {
        self.activities.insert(key, chunk);
    }

    /// Notes that a chunk has added rows to a table.
    pub fn chunk_ended(&mut self, key: String, chunk: u64, rows: u64) {
        let ends = self.ends.entry(key).or_default();
        let before = ends.last().map_or(0, |(end, _)| *end);
        ends.push((before + rows, chunk));
    }

    /// Fails if more members were repeated than are remembered.
    ///
    /// # Errors
    /// [`DatasetError::TooManyDuplicates`].
    pub fn check(&self) -> Result<(), DatasetError> {
        let count = self.records.len() + self.activities.len();
        let limit = MAX_SUPERSEDED;
        if count > limit { Err(DatasetError::TooManyDuplicates { count, limit }) } else { Ok(()) }
    }

    pub fn is_empty(&self, dump: DumpKind) -> bool {
        match dump {
            DumpKind::Summaries => self.records.is_empty(),
            DumpKind::Activities => self.activities.is_empty(),
        }
    }

    /// Activity members whose rows have been removed.
    pub fn replaced_activities(&self) -> u64 {
        self.replaced.len() as u64
    }

    /// Rewrites the tables of one kind of dump below `root` without the old rows; returns their
    /// files.
    ///
    /// # Errors
    /// [`DatasetError`] if a table cannot be read or written.
    pub fn remove(
        &mut self,
        dump: DumpKind,
        written: Vec<WrittenTable>,
        root: &Path,
        pool: &ThreadPool,
    ) -> Result<Vec<WrittenTable>, DatasetError> {
        let old = root.join(format!("{dump}-with-duplicates"));
        rename(&root.join(dump.folder()), &old)?;
        let tables = written.iter().map(|table| {
            let name = table.key.rsplit('/').next().unwrap_or(&table.key);
            self.remove_from(dump, table, &old.join(name), root, pool)
        });
        let tables = tables.collect::<Result<_, _>>()?;
        remove(&old)?;
        Ok(tables)
    }

    fn remove_from(
        &mut self,
        dump: DumpKind,
        written: &WrittenTable,
        from: &Path,
        to: &Path,
        pool: &ThreadPool,
    ) -> Result<WrittenTable, DatasetError> {
        let name = written.key.rsplit('/').next().unwrap_or(&written.key);
        let table = tables::of(dump).iter().find(|table| table.name() == name);
        let table = table.expect("the table was written by its name").as_ref();
        let mut writer = TableWriter::new(table_folder(to, &written.key), written.key.clone(), table);
        let mut first_row = 0;
        for part in &written.parts {
            let file = StoredFile::on_disk(&from.join(&part.name))?;
            for batch in batches(file, &written.key, part, None)? {
                let batch = batch?;
                let rows = batch.num_rows() as u64;
                let kept = self.keep(dump, &written.key, batch, first_row);
                first_row += rows;
                if kept.num_rows() > 0 {
                    writer.write_serially(&kept)?;
                    writer.end_full_group(pool)?;
                }
            }
        }
        writer.finish(pool)
    }

    /// A batch of a table without the old rows; `first_row` is the number of rows of the table
    /// before the batch. All rows of `rejects` stay.
    ///
    /// # Panics
    /// If the table has no iDs.
    pub fn keep(&mut self, dump: DumpKind, key: &str, batch: RecordBatch, first_row: u64) -> RecordBatch {
        let table = key.rsplit('/').next().unwrap_or(key);
        if table == "rejects" {
            return batch;
        }
        let ends = self.ends.get(key).map_or(&[][..], Vec::as_slice);
        let chunk_of =
            |row: u64| ends.get(ends.partition_point(|(end, _)| *end <= row)).map_or(0, |(_, chunk)| *chunk);
        let orcids = batch.column_by_name("orcid").expect("every table has an iD").as_string::<i32>();
        let keys = (dump == DumpKind::Activities).then(|| ActivityColumns::of(table, &batch));
        let mut replaced = HashSet::new();
        let mask: BooleanArray = (0..batch.num_rows())
            .map(|row| {
                let orcid = Orcid::new(orcids.value(row));
                let own = chunk_of(first_row + row as u64);
                let Some(keys) = &keys else {
                    let newer = orcid.and_then(|orcid| self.records.get(&orcid));
                    return Some(newer.is_none_or(|&chunk| own >= chunk));
                };
                let Some(key) = orcid.and_then(|orcid| keys.key(orcid, row)) else { return Some(true) };
                let stays = self.activities.get(&key).is_none_or(|&chunk| own >= chunk);
                if !stays {
                    replaced.insert((key, own));
                }
                Some(stays)
            })
            .collect();
        self.replaced.extend(replaced);
        filter_record_batch(&batch, &mask).expect("the mask has one value for each row")
    }
}

/// The columns that identify an activity in a table's rows.
pub(super) struct ActivityColumns<'b> {
    kind: Option<&'static str>,
    batch: &'b RecordBatch,
}

impl<'b> ActivityColumns<'b> {
    pub fn of(table: &str, batch: &'b RecordBatch) -> Self {
        let kind = match table {
            "works" | "work_contributors" => Some("work"),
            "fundings" | "funding_contributors" => Some("funding"),
            "peer_reviews" => Some("peer-review"),
            "research_resources" | "research_resource_items" | "research_resource_hosts" => {
                Some("research-resource")
            }
            _ => None,
        };
        Self { kind, batch }
    }

    pub fn key(&self, orcid: Orcid, row: usize) -> Option<ActivityKey> {
        let put_codes = self.batch.column_by_name("put_code")?.as_primitive::<Int64Type>();
        let kind = match self.kind {
            Some(kind) => kind,
            None => {
                let kinds = self.batch.column_by_name("kind")?.as_string::<i32>();
                orcid_xml::ActivitySection::new(kinds.value(row))?.kind()
            }
        };
        Some((orcid, kind, put_codes.value(row)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_an_activity_can_be_told_from_others() {
        let tables = tables::of(DumpKind::Activities).iter().filter(|table| table.name() != "rejects");
        for table in tables {
            let batch = RecordBatch::new_empty(table.schema());
            let has = |column| batch.column_by_name(column).is_some();
            let has_kind = has("kind") || ActivityColumns::of(table.name(), &batch).kind.is_some();
            assert!(has("put_code") && has_kind, "rows of replaced members would stay in {}", table.name());
        }
    }
}
