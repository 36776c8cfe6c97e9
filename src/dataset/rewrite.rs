//! Copies a file without the removed rows.
//!
//! Row groups that keep all rows are copied unchanged. In the others, each column is read, filtered
//! and encoded separately, side by side in the pool.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;
use arrow::compute::filter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet_columns::ColumnWriter;
use rayon::prelude::*;

use super::error::DatasetError;
use super::file::PartFile;
use super::manifest::Part;
use super::reader::with_views;
use super::row_selection::{GroupSelection, RowSelection};
use super::settings::Settings;
use crate::tables::AnyTable;

/// Rows of a column that are in memory at a time.
const BATCH_ROWS: usize = 16_384;

/// Writes the rows of `from` that stay to a new file at `to`; `None` if no rows stay. The whole
/// file must have been verified, as its page index is used.
pub(super) fn rewrite(
    from: &Path,
    selection: &RowSelection,
    to: PathBuf,
    key: &str,
    table: &dyn AnyTable,
    stop: &AtomicBool,
) -> Result<Option<Part>, DatasetError> {
    if selection.rows == selection.rows_out() {
        return Ok(None);
    }
    let metadata = with_indexes(from)?;
    let schema = table.schema();
    let mut file = PartFile::create(to, &schema, &Settings::new(key, table, &schema, &[]))?;
    let views = with_views(&metadata).map_err(DatasetError::parquet("read", from))?;
    for (group, mark) in selection.groups.iter().enumerate() {
        if stop.load(Ordering::Relaxed) {
            return Err(DatasetError::Stopped);
        }
        let source = Source { path: from, metadata: &metadata, views: &views, group };
        match mark {
            GroupSelection::All(_) => source.copy(&mut file)?,
            GroupSelection::Some(kept) if kept.count_set_bits() == 0 => {}
            GroupSelection::Some(kept) => source.filter(kept, &mut file)?,
        }
    }
    file.finish().map(Some)
}

/// A row group of a file.
struct Source<'s> {
    path: &'s Path,
    metadata: &'s ArrowReaderMetadata,
    /// The same metadata, set to read texts as views.
    views: &'s ArrowReaderMetadata,
    group: usize,
}

/// How a file is laid out, with its page index.
fn with_indexes(path: &Path) -> Result<ArrowReaderMetadata, DatasetError> {
    let file = File::open(path).map_err(DatasetError::io("open", path))?;
    let options = ArrowReaderOptions::new().with_page_index_policy(true.into());
    ArrowReaderMetadata::load(&file, options).map_err(DatasetError::parquet("read", path))
}

impl Source<'_> {
    fn open(&self) -> Result<File, DatasetError> {
        File::open(self.path).map_err(DatasetError::io("open", self.path))
    }

    fn copy(&self, to: &mut PartFile) -> Result<(), DatasetError> {
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.open()?, self.metadata.clone());
        let columns = 0..self.metadata.metadata().row_group(self.group).num_columns();
        let blooms = columns.map(|column| builder.get_row_group_column_bloom_filter(self.group, column));
        let blooms = blooms.collect::<Result<Vec<_>, _>>();
        let blooms = blooms.map_err(DatasetError::parquet("read", self.path))?;
        to.copy_group(&self.open()?, self.metadata, self.group, blooms)
    }

    fn filter(&self, kept: &BooleanBuffer, to: &mut PartFile) -> Result<(), DatasetError> {
        let columns = self.metadata.metadata().row_group(self.group).columns();
        let mut jobs: Vec<(usize, ColumnWriter)> = to.column_writers()?.into_iter().enumerate().collect();
        // The largest column first, so that no thread is left alone with it at the end.
        jobs.sort_by_key(|(column, _)| std::cmp::Reverse(columns[*column].uncompressed_size()));
        let encode = |(column, writer)| Ok((column, self.filter_column(column, kept, writer)?));
        let chunks: Result<Vec<(usize, ColumnCloseResult)>, DatasetError> =
            jobs.into_par_iter().with_max_len(1).map(encode).collect();
        let mut chunks = chunks?;
        chunks.sort_by_key(|(column, _)| *column);
        let chunks = chunks.into_iter().map(|(_, chunk)| chunk).collect();
        to.append_group(chunks, kept.count_set_bits() as u64)
    }

    fn filter_column(
        &self,
        column: usize,
        kept: &BooleanBuffer,
        mut writer: ColumnWriter,
    ) -> Result<ColumnCloseResult, DatasetError> {
        let file = self.open()?;
        let encode = || -> Result<ColumnCloseResult, ParquetError> {
            let mask = ProjectionMask::leaves(self.metadata.parquet_schema(), [column]);
            let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.views.clone());
            let reader = reader.with_projection(mask).with_row_groups(vec![self.group]);
            let mut first_row = 0;
            for batch in reader.with_batch_size(BATCH_ROWS).build()? {
                let batch = batch?;
                let kept = BooleanArray::from(kept.slice(first_row, batch.num_rows()));
                first_row += batch.num_rows();
                let values = filter(batch.column(0), &kept)?;
                writer.write(&values)?;
            }
            writer.close()
        };
        encode().map_err(DatasetError::parquet("rewrite", self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::keys::Targets;
    use crate::dataset::layout::table_of;
    use crate::dataset::reader::{group_batches, row_groups};
    use crate::dataset::row_selection::{Gone, select_rows};
    use crate::tables::Entry;
    use arrow::array::{AsArray, RecordBatch};
    use orcid_xml::{Orcid, parse};

    const KEY: &str = "summaries/tombstones";
    const ORCIDS: [&str; 4] =
        ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X", "0000-0001-5000-0007"];
    const STUB: &[u8] = br#"<error:error xmlns:error="http://www.orcid.org/ns/error"><error:response-code>409</error:response-code><error:developer-message>locked</error:developer-message><error:error-code>9018</error:error-code></error:error>"#;

    fn table() -> &'static dyn AnyTable {
        table_of(KEY).unwrap().1
    }

    fn batch(orcids: &[&str]) -> RecordBatch {
        let mut rows = table().rows();
        let entries: Vec<Entry<'_>> = orcids
            .iter()
            .map(|orcid| {
                let orcid_xml::Document::Stub(stub) = parse(STUB).unwrap().document else { panic!() };
                Entry::Tombstone { orcid: Orcid::new(orcid).unwrap(), activity: None, stub }
            })
            .collect();
        rows.append(&entries);
        rows.finish()
    }

    /// A file of two row groups with two iDs each.
    fn file(path: &Path) -> Part {
        let schema = table().schema();
        let settings = Settings::new(KEY, table(), &schema, &[]);
        let mut file = PartFile::create(path.to_owned(), &schema, &settings).unwrap();
        for orcids in [&ORCIDS[..2], &ORCIDS[2..]] {
            let batch = batch(orcids);
            let writers = file.column_writers().unwrap().into_iter();
            let chunks = writers.zip(batch.columns()).map(|(mut writer, values)| {
                writer.write(values).unwrap();
                writer.close().unwrap()
            });
            file.append_group(chunks.collect(), 2).unwrap();
        }
        file.finish().unwrap()
    }

    fn orcids(path: &Path) -> Vec<String> {
        let groups = 0..row_groups(path).unwrap();
        let batches = groups.flat_map(|group| group_batches(path, group).unwrap().map(Result::unwrap));
        let texts = |batch: RecordBatch| -> Vec<String> {
            batch.column(0).as_string::<i32>().iter().map(|text| text.unwrap().to_owned()).collect()
        };
        batches.flat_map(texts).collect()
    }

    fn gone(orcids: &[&str]) -> Gone {
        let records = orcids.iter().map(|orcid| Orcid::new(orcid).unwrap()).collect();
        Gone { targets: Targets { records, ..Targets::default() }, ..Gone::default() }
    }

    #[test]
    fn a_row_group_without_rows_that_go_is_copied_with_filter_and_index() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from.parquet"), folder.path().join("to.parquet"));
        let part = file(&from);
        let selection = select_rows(&from, KEY, &part, &gone(&ORCIDS[..1])).unwrap();

        let part =
            rewrite(&from, &selection, to.clone(), KEY, table(), &AtomicBool::new(false)).unwrap().unwrap();

        assert_eq!((part.rows, orcids(&to)), (3, ORCIDS[1..].iter().map(ToString::to_string).collect()));
        let (before, new) = (with_indexes(&from).unwrap(), with_indexes(&to).unwrap());
        let old = before.metadata();
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(File::open(&to).unwrap(), new.clone());
        let filter = builder.get_row_group_column_bloom_filter(1, 0).unwrap().unwrap();
        assert!(ORCIDS[2..].iter().all(|orcid| filter.check(orcid)) && !filter.check(&ORCIDS[0]));
        let (old_index, new_index) =
            (old.page_index_for_row_group(1), new.metadata().page_index_for_row_group(1));
        assert!(new_index.column_index(0).is_some());
        assert_eq!(new_index.column_index(0), old_index.column_index(0));
        let bytes = |path: &Path, metadata: &ArrowReaderMetadata| {
            let (start, length) = metadata.metadata().row_group(1).column(0).byte_range();
            std::fs::read(path).unwrap()[start as usize..][..length as usize].to_vec()
        };
        assert_eq!(bytes(&to, &new), bytes(&from, &before));
    }

    #[test]
    fn a_row_group_or_a_file_without_rows_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from.parquet"), folder.path().join("to.parquet"));
        let part = file(&from);
        let marked = |orcids: &[&str]| select_rows(&from, KEY, &part, &gone(orcids)).unwrap();

        let half = rewrite(&from, &marked(&ORCIDS[..2]), to.clone(), KEY, table(), &AtomicBool::new(false))
            .unwrap()
            .unwrap();
        let none = rewrite(
            &from,
            &marked(&ORCIDS),
            folder.path().join("none.parquet"),
            KEY,
            table(),
            &AtomicBool::new(false),
        )
        .unwrap();

        assert_eq!((half.rows, orcids(&to)), (2, ORCIDS[2..].iter().map(ToString::to_string).collect()));
        assert!(none.is_none());
        assert_eq!(marked(&[]).rows_out(), 0);
    }
}
