//! Finds the rows of a file that are removed; reads only the columns that identify rows.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray, BooleanBufferBuilder, RecordBatch, StringArray};
use arrow::buffer::BooleanBuffer;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use rayon::prelude::*;

use super::error::{DatasetError, damaged};
use super::filter::ActivityColumns;
use super::headers::check_headers;
use super::keys::{OrcidSet, Targets};
use super::layout::table_of;
use super::manifest::Part;
use super::reader::{may_hold, with_views};
use super::sound::{Compared, check_bytes, check_layout, check_quickly, has_checksums, has_columns};
use super::store::StoredFile;
use crate::tables::DumpKind;
use orcid_xml::{MemberName, Orcid};

/// Rows read at a time, of the few columns that identify rows.
const BATCH_ROWS: usize = 32_768;
/// The columns that identify a row's person and item; a table has some of them.
const KEY_COLUMNS: [&str; 4] = ["orcid", "put_code", "kind", "path"];

/// The people and activities whose rows are removed.
#[derive(Debug, Clone, Default)]
pub struct Gone {
    /// Their rows are removed from every table.
    pub targets: Targets,
    /// Of these, only the rows of `rejects` are removed.
    pub retained: Targets,
}

/// The rows of a file that are removed.
pub(super) struct RowSelection {
    /// Rows of the file.
    pub rows: u64,
    /// For each row group.
    pub groups: Vec<GroupSelection>,
}

/// Which rows of a row group stay.
#[derive(Clone)]
pub(super) enum GroupSelection {
    /// All, and how many these are.
    All(usize),
    Some(BooleanBuffer),
}

impl GroupSelection {
    fn none(rows: usize) -> Self {
        Self::Some(BooleanBuffer::new_unset(rows))
    }
}

/// A file's table, and the people and activities whose rows are removed from it.
struct Question<'q> {
    dump: DumpKind,
    table: &'static str,
    gone: &'q Gone,
}

/// Finds the rows of `gone` in a table's file, which is a part of the table `key`.
pub(super) fn select_rows(
    path: &Path,
    key: &str,
    part: &Part,
    gone: &Gone,
) -> Result<RowSelection, DatasetError> {
    let (dump, table) = table_of(key).ok_or_else(|| DatasetError::NoTable { key: key.to_owned() })?;
    let question = Question { dump, table: table.name(), gone };
    let file = StoredFile::on_disk(path)?;
    let compared = check_quickly(&file, part)?;
    // Without the page index, which is only checked together with the whole file.
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default());
    let metadata = metadata.map_err(DatasetError::parquet("read", path))?;
    check_layout(path, key, part, metadata.schema(), metadata.metadata())?;
    if !has_columns(&table.schema(), metadata.schema()) {
        return damaged(path, format!("its columns are not those of {key}"));
    }
    if !has_checksums(metadata.metadata()) {
        // Otherwise a flipped bit in an iD would keep a row that should be removed.
        check_bytes(path, part)?;
    }
    let groups = 0..metadata.metadata().num_row_groups();
    let selection = groups.into_par_iter().map(|group| {
        if compared == Compared::Footer {
            let columns = key_columns(&metadata);
            check_headers(path, file.ranges(), metadata.metadata(), group, columns)?;
        }
        question.select_in_group(path, &metadata, group)
    });
    Ok(RowSelection { rows: part.rows, groups: selection.collect::<Result<_, _>>()? })
}

/// A file of its own for each task, because tasks cannot share a position in a file.
fn open(path: &Path) -> Result<File, DatasetError> {
    File::open(path).map_err(DatasetError::io("open", path))
}

/// Reads some columns of a row group.
fn key_rows(
    file: File,
    metadata: &ArrowReaderMetadata,
    group: usize,
    columns: &[&str],
) -> Result<ParquetRecordBatchReader, ParquetError> {
    let mask = ProjectionMask::columns(metadata.parquet_schema(), columns.iter().copied());
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
    builder.with_projection(mask).with_row_groups(vec![group]).with_batch_size(BATCH_ROWS).build()
}

/// The positions of the columns that identify rows.
fn key_columns(metadata: &ArrowReaderMetadata) -> impl Iterator<Item = usize> {
    let columns = metadata.parquet_schema().columns().iter().enumerate();
    columns.filter(|(_, column)| KEY_COLUMNS.contains(&column.name())).map(|(place, _)| place)
}

impl RowSelection {
    /// The number of rows that stay.
    pub fn rows_left(&self) -> u64 {
        self.rows - self.rows_out()
    }

    /// Divides the rows that stay: those that `other` keeps too, and those that it removes. Both are
    /// selections of one file.
    pub fn divide(&self, other: &Self) -> (Self, Self) {
        let divide = |(own, other): (&GroupSelection, &GroupSelection)| match (own, other) {
            (own, GroupSelection::All(rows)) => (own.clone(), GroupSelection::none(*rows)),
            (GroupSelection::All(_), GroupSelection::Some(kept)) => {
                (other.clone(), GroupSelection::Some(!kept))
            }
            (GroupSelection::Some(own), GroupSelection::Some(kept)) => {
                (GroupSelection::Some(own & kept), GroupSelection::Some(own & &!kept))
            }
        };
        let (stay, move_on) = self.groups.iter().zip(&other.groups).map(divide).unzip();
        (Self { rows: self.rows, groups: stay }, Self { rows: self.rows, groups: move_on })
    }

    /// The number of rows that are removed.
    pub fn rows_out(&self) -> u64 {
        let out = |mark: &GroupSelection| match mark {
            GroupSelection::All(_) => 0,
            GroupSelection::Some(kept) => (kept.len() - kept.count_set_bits()) as u64,
        };
        self.groups.iter().map(out).sum()
    }
}

impl Question<'_> {
    fn select_in_group(
        &self,
        path: &Path,
        metadata: &ArrowReaderMetadata,
        group: usize,
    ) -> Result<GroupSelection, DatasetError> {
        let rows = metadata.metadata().row_group(group).num_rows();
        let count = usize::try_from(rows).unwrap_or_default();
        if !self.may_select(path, metadata, group)? {
            return Ok(GroupSelection::All(count));
        }
        let reader = key_rows(open(path)?, metadata, group, &KEY_COLUMNS);
        let reader = reader.map_err(DatasetError::parquet("read", path))?;
        let mut kept = BooleanBufferBuilder::new(0);
        for batch in reader {
            let batch = batch.map_err(|error| DatasetError::parquet("read", path)(error.into()))?;
            self.append_kept(&batch, &mut kept);
        }
        let kept = kept.finish();
        if i64::try_from(kept.len()) != Ok(rows) {
            return damaged(
                path,
                format!("its row group {group} has {} rows, its footer says {rows}", kept.len()),
            );
        }
        Ok(if kept.count_set_bits() == kept.len() {
            GroupSelection::All(count)
        } else {
            GroupSelection::Some(kept)
        })
    }

    /// True if rows of the row group may be removed: neither its Bloom filter nor its iDs rule this
    /// out. The iDs are read without the other columns, and compared where they change.
    fn may_select(
        &self,
        path: &Path,
        metadata: &ArrowReaderMetadata,
        group: usize,
    ) -> Result<bool, DatasetError> {
        let fault = DatasetError::parquet("read", path);
        if let Some(few) = self.few() {
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(open(path)?, metadata.clone());
            if !may_hold(&builder, group, &few).map_err(fault)? {
                return Ok(false);
            }
        }
        if self.table == "rejects" {
            return Ok(true);
        }
        let views = with_views(metadata).map_err(DatasetError::parquet("read", path))?;
        let reader = key_rows(open(path)?, &views, group, &["orcid"]);
        for batch in reader.map_err(DatasetError::parquet("read", path))? {
            let batch = batch.map_err(|error| DatasetError::parquet("read", path)(error.into()))?;
            let orcids = batch.column(0).as_string_view();
            let mut last = None;
            for (row, view) in orcids.views().iter().enumerate() {
                let is_other = last.replace(*view) != Some(*view);
                if is_other && Orcid::new(orcids.value(row)).is_some_and(|orcid| self.may_go(&orcid)) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The iDs whose rows are searched for, if they are few.
    fn few(&self) -> Option<Vec<Orcid>> {
        let of = |targets: &Targets| -> Option<Vec<Orcid>> {
            let sets = match self.dump {
                DumpKind::Summaries => vec![&targets.records],
                DumpKind::Activities => vec![&targets.people, targets.activities.owners()],
            };
            let few = sets.into_iter().map(OrcidSet::few).collect::<Option<Vec<_>>>()?;
            Some(few.concat())
        };
        Some([of(&self.gone.targets)?, of(&self.gone.retained)?].concat())
    }

    fn append_kept(&self, batch: &RecordBatch, kept: &mut BooleanBufferBuilder) {
        let orcids = batch.column_by_name("orcid").expect("every table has an iD").as_string::<i32>();
        if self.table == "rejects" {
            return self.append_kept_rejects(batch, orcids, kept);
        }
        let keys = ActivityColumns::of(self.table, batch);
        // Rows of an iD are adjacent, so each iD is looked up once.
        let (mut last, mut owner) = ("", None);
        for row in 0..orcids.len() {
            let text = orcids.value(row);
            if text != last {
                (last, owner) = (text, Orcid::new(text).filter(|orcid| self.may_go(orcid)));
            }
            let goes = owner.is_some_and(|orcid| match self.dump {
                DumpKind::Summaries => self.record_goes(&orcid),
                DumpKind::Activities => {
                    let key = keys.key(orcid, row);
                    let retained = key.is_some_and(|key| self.gone.retained.activities.contains(&key));
                    let named = key.is_some_and(|key| self.gone.targets.activities.contains(&key));
                    !retained && (named || self.gone.targets.people.contains(&orcid))
                }
            });
            kept.append(!goes);
        }
    }

    /// The reject of a member is removed when the member is read again.
    fn append_kept_rejects(
        &self,
        batch: &RecordBatch,
        orcids: &StringArray,
        kept: &mut BooleanBufferBuilder,
    ) {
        let paths = batch.column_by_name("path").expect("every reject has a path").as_string::<i32>();
        for row in 0..batch.num_rows() {
            let name = MemberName::new(paths.value(row));
            let known = !orcids.is_null(row);
            kept.append(
                !(known && (self.gone.targets.contains(&name) || self.gone.retained.contains(&name))),
            );
        }
    }

    fn record_goes(&self, orcid: &Orcid) -> bool {
        self.gone.targets.records.contains(orcid) && !self.gone.retained.records.contains(orcid)
    }

    fn may_go(&self, orcid: &Orcid) -> bool {
        let targets = &self.gone.targets;
        match self.dump {
            DumpKind::Summaries => targets.records.contains(orcid),
            DumpKind::Activities => {
                targets.people.contains(orcid) || targets.activities.owners().contains(orcid)
            }
        }
    }
}
