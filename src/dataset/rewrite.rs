//! Copies a file without the rows that go.
//!
//! Row groups that keep all rows are copied as they are; of others each column is
//! read, filtered and encoded by itself, side by side in the pool.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;
use arrow::compute::filter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::errors::ParquetError;
use rayon::prelude::*;

use super::error::DatasetError;
use super::file::PartFile;
use super::manifest::Part;
use super::marks::{Mark, Marks};
use super::writer::properties;
use crate::tables::AnyTable;

/// Rows of a column that are in memory at a time.
const BATCH_ROWS: usize = 16_384;

/// Writes the rows of `from` that stay to a new file at `to`; `None` where none stay.
pub(super) fn rewrite(
    from: &Path,
    marks: &Marks,
    to: PathBuf,
    key: &str,
    table: &dyn AnyTable,
) -> Result<Option<Part>, DatasetError> {
    let rows = u64::try_from(marks.metadata.metadata().file_metadata().num_rows()).unwrap_or_default();
    if rows == marks.rows_out() {
        return Ok(None);
    }
    let schema = table.schema();
    let properties = Arc::new(properties(key, table, &schema));
    let mut file = PartFile::create(to, &schema, &properties)?;
    for (group, mark) in marks.groups.iter().enumerate() {
        let source = Source { path: from, metadata: &marks.metadata, group };
        match mark {
            Mark::All => source.copy(&mut file)?,
            Mark::Some(kept) if kept.count_set_bits() == 0 => {}
            Mark::Some(kept) => source.filter(kept, &mut file)?,
        }
    }
    file.finish().map(Some)
}

/// A row group of a file.
struct Source<'s> {
    path: &'s Path,
    metadata: &'s ArrowReaderMetadata,
    group: usize,
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
        let mut jobs: Vec<(usize, ArrowColumnWriter)> =
            to.column_writers()?.into_iter().enumerate().collect();
        // The largest first, so that no thread is left with it at the end.
        jobs.sort_by_key(|(column, _)| std::cmp::Reverse(columns[*column].uncompressed_size()));
        let encode = |(column, writer)| Ok((column, self.filter_column(column, kept, writer)?));
        let chunks: Result<Vec<(usize, ArrowColumnChunk)>, DatasetError> =
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
        mut writer: ArrowColumnWriter,
    ) -> Result<ArrowColumnChunk, DatasetError> {
        let file = self.open()?;
        let encode = || -> Result<ArrowColumnChunk, ParquetError> {
            let mask = ProjectionMask::leaves(self.metadata.parquet_schema(), [column]);
            let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
            let reader = reader.with_projection(mask).with_row_groups(vec![self.group]);
            let mut first_row = 0;
            for batch in reader.with_batch_size(BATCH_ROWS).build()? {
                let batch = batch?;
                let kept = BooleanArray::from(kept.slice(first_row, batch.num_rows()));
                first_row += batch.num_rows();
                let values = filter(batch.column(0), &kept)?;
                for leaf in compute_leaves(batch.schema().field(0), &values)? {
                    writer.write(&leaf)?;
                }
            }
            writer.close()
        };
        encode().map_err(DatasetError::parquet("rewrite", self.path))
    }
}
