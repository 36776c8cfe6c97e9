//! Turns members of an archive into rows in memory, the same rows as in a conversion of the
//! archive.
//!
//! The caller finds the members and passes them in; nothing is read or written here.

use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::filter_record_batch;

use super::duplicates::{Seen, note_replaced};
use super::members::{SpareBuilders, Wanted, read_members};
use super::source::archive_name;
use crate::dataset::{DatasetError, Superseded, TableRows, Visibility, WantedPeople, table_key};
use crate::tables::{self, DumpKind};
use orcid_xml::Orcid;
use targz_seek::Member;

/// A member of a chunk, with its path and its data.
pub type ChunkMember<'c> = (&'c str, &'c [u8], &'c Member);

/// Rows of some iDs, made of the members of an archive.
///
/// The caller must pass all members of these iDs, in the archive's order: of several members with
/// the same name, the last readable one counts. Only rows of these iDs are kept.
pub struct MemberRows {
    archive: String,
    people: WantedPeople,
    seen: Seen,
    spare: SpareBuilders,
    superseded: Superseded,
    chunks: u64,
    rows: TableRows,
}

impl MemberRows {
    /// Starts to collect the rows of `orcids` from the archive at a path.
    pub fn new(archive: &Path, orcids: &[Orcid]) -> Self {
        Self {
            archive: archive_name(archive).into_owned(),
            people: WantedPeople::new(orcids),
            seen: Seen::default(),
            spare: SpareBuilders::default(),
            superseded: Superseded::default(),
            chunks: 0,
            rows: TableRows::new(),
        }
    }

    /// Adds members of the next chunk.
    ///
    /// # Errors
    /// [`DatasetError::TooManyDuplicates`] if more members came again than are remembered.
    pub fn add(&mut self, members: &[ChunkMember<'_>]) -> Result<(), DatasetError> {
        let names: Vec<_> = members.iter().map(|(path, ..)| self.seen.name_of(path)).collect();
        let all = |_: &str| true;
        let wanted = Wanted { archive: &self.archive, keep: &all, may_hold: Visibility::Public, only: None };
        let batch = read_members(members.iter().copied(), &names, wanted, &self.spare);
        for (dump, batches) in DumpKind::ALL.into_iter().zip(batch.rows) {
            for (table, batch) in tables::of(dump).iter().zip(batches) {
                self.add_rows(table_key(dump, table.name()), batch.as_ref());
            }
        }
        note_replaced(&mut self.superseded, batch.replacing, self.chunks);
        self.chunks += 1;
        self.superseded.check()
    }

    fn add_rows(&mut self, key: String, batch: Option<&RecordBatch>) {
        let Some(batch) = batch else { return };
        let column = batch.column_by_name("orcid").expect("every table has an iD");
        let own = self.people.rows_of(column).expect("iDs are text");
        let batch = filter_record_batch(batch, &own).expect("the mask has one value for each row");
        if batch.num_rows() > 0 {
            self.superseded.chunk_ended(key.clone(), self.chunks, batch.num_rows() as u64);
            self.rows.entry(key).or_default().push(batch);
        }
    }

    /// The rows, without those of members that a later member of the same name replaces.
    pub fn finish(mut self) -> TableRows {
        for (key, batches) in &mut self.rows {
            let dump = DumpKind::ALL.into_iter().find(|dump| key.starts_with(dump.folder()));
            let dump = dump.expect("a table's key begins with its kind of dump");
            if self.superseded.is_empty(dump) {
                continue;
            }
            let mut first_row = 0;
            for batch in batches.iter_mut() {
                let rows = batch.num_rows() as u64;
                *batch = self.superseded.keep(dump, key, batch.clone(), first_row);
                first_row += rows;
            }
            batches.retain(|batch| batch.num_rows() > 0);
        }
        self.rows.retain(|_, batches| !batches.is_empty());
        self.rows
    }
}
