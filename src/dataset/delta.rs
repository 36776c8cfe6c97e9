//! The Delta Lake log of a table's folder: which files are the table, version by
//! version.
//!
//! The only file that knows the kernel and its engine. A log is brought to what
//! the manifest says: files that it lacks are added, others removed, in one
//! version. Log files are made, never changed, so that links to them stay right.
//!
//! Adds tell how many rows a file has and no more: a smallest and a largest name
//! would outlive the rows that held them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, StructArray};
use arrow::datatypes::{DataType, Field, Schema};
use delta_kernel::checkpoint::CheckpointSpec;
use delta_kernel::committer::FileSystemCommitter;
use delta_kernel::engine::arrow_conversion::TryFromArrow;
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::engine_data::FilteredEngineData;
use delta_kernel::object_store::local::LocalFileSystem;
use delta_kernel::scan::state::ScanFile;
use delta_kernel::schema::StructType;
use delta_kernel::snapshot::{Snapshot, SnapshotRef};
use delta_kernel::transaction::create_table::create_table;
use delta_kernel::transaction::{CommitResult, Transaction, UpdateTableOperation};
use delta_kernel::{FileMeta, KernelError, KernelResult};
use delta_kernel_default_engine::executor::tokio::TokioMultiThreadExecutor;
use delta_kernel_default_engine::parquet::DataFileMetadata;
use delta_kernel_default_engine::{DefaultEngine, DefaultEngineBuilder, build_add_file_metadata};

use super::error::DatasetError;
use super::files::remove;
use super::layout::{any_table_of, table_folder};
use super::manifest::{Manifest, Part};
use crate::tables::AnyTable;

/// The folder of a table's log.
const LOG_FOLDER: &str = "_delta_log";
/// After so many versions a log gets a checkpoint, and what stands before the last
/// one but one leaves it.
const CHECKPOINT_VERSIONS: u64 = 20;
/// Digits that the names of log files begin with: their version.
const VERSION_DIGITS: usize = 20;
/// Threads that read and write log files.
const THREADS: usize = 2;

/// Where a table is for its engine. The kernel takes the percent signs of a real
/// path for escapes.
const ROOT: &str = "file:///";

type Engine = DefaultEngine<TokioMultiThreadExecutor>;
/// The files of a table by name, with their sizes and rows.
pub(super) type LogFiles = BTreeMap<String, (u64, Option<u64>)>;

/// True for a path below a dataset that is a table's log.
pub(super) fn is_log(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == LOG_FOLDER)
}

/// Brings the logs of all tables of the dataset at `root` to what its manifest says.
pub(super) fn commit_all(root: &Path, manifest: &Manifest) -> Result<(), DatasetError> {
    let threads = threads().map_err(DatasetError::delta("write", root))?;
    let kept = manifest.kept.iter().map(|kept| u64::from(kept.versions_left)).max().unwrap_or(0);
    for (key, parts) in manifest.parts_by_table() {
        let Some(table) = any_table_of(key) else { continue };
        let folder = table_folder(root, key);
        let log = Log::new(&threads, &folder, kept.max(CHECKPOINT_VERSIONS));
        log.and_then(|log| log.commit(table, &parts)).map_err(DatasetError::delta("write", &folder))?;
    }
    Ok(())
}

/// The files that the newest version of each table's log lists; `None` where a
/// table has no log, and why where one cannot be read.
pub(super) fn files<'k>(
    root: &Path,
    keys: impl Iterator<Item = &'k str>,
) -> Result<BTreeMap<&'k str, Result<Option<LogFiles>, String>>, DatasetError> {
    let threads = threads().map_err(DatasetError::delta("read", root))?;
    let read = |key| {
        let folder = table_folder(root, key);
        if !folder.join(LOG_FOLDER).is_dir() {
            return (key, Ok(None));
        }
        let files = || -> KernelResult<Option<LogFiles>> {
            let log = Log::new(&threads, &folder, 0)?;
            log.newest()?.map(|newest| log.files(&newest)).transpose()
        };
        (key, files().map_err(|error| error.to_string()))
    };
    Ok(keys.map(read).collect())
}

/// The threads of the kernel's engines.
fn threads() -> KernelResult<Arc<TokioMultiThreadExecutor>> {
    TokioMultiThreadExecutor::new_owned_runtime(Some(THREADS), Some(THREADS)).map(Arc::new)
}

/// One table's log.
struct Log<'l> {
    /// Sees the table's folder as the root of all files.
    engine: Engine,
    folder: &'l Path,
    /// Versions that stay readable.
    history: u64,
}

impl<'l> Log<'l> {
    fn new(threads: &Arc<TokioMultiThreadExecutor>, folder: &'l Path, history: u64) -> KernelResult<Self> {
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        let engine = DefaultEngineBuilder::new(Arc::new(store)).with_task_executor(threads.clone()).build();
        Ok(Self { engine, folder, history })
    }

    /// Adds a version, or the first one, if the files differ from the newest. A log that
    /// cannot be read, or tells another size or number of rows of a file, begins anew: a name
    /// means one content in all versions, and the manifest says what the log must list.
    fn commit(&self, table: &dyn AnyTable, parts: &[&Part]) -> KernelResult<()> {
        let listed = self.newest().and_then(|newest| {
            newest.map(|newest| self.files(&newest).map(|files| (newest, files))).transpose()
        });
        let committed = match listed {
            Ok(None) => self.create(table, parts)?,
            Ok(Some((newest, listed))) if agree(&listed, parts) => {
                match self.change(&newest, &listed, parts)? {
                    Some(committed) => committed,
                    None => return Ok(()),
                }
            }
            Ok(Some(_)) | Err(_) => {
                remove(&self.folder.join(LOG_FOLDER)).map_err(KernelError::generic_err)?;
                self.create(table, parts)?
            }
        };
        let version = committed.version();
        if version > 0 && version.is_multiple_of(CHECKPOINT_VERSIONS) {
            committed.checkpoint(&self.engine, Some(&CheckpointSpec::V1))?;
            self.trim(version)?;
        }
        Ok(())
    }

    fn newest(&self) -> KernelResult<Option<SnapshotRef>> {
        if !self.folder.join(LOG_FOLDER).is_dir() {
            return Ok(None);
        }
        Snapshot::builder_for(ROOT).build(&self.engine).map(Some)
    }

    fn files(&self, snapshot: &SnapshotRef) -> KernelResult<LogFiles> {
        let scan = snapshot.clone().scan_builder().build()?;
        let mut files = LogFiles::new();
        for metadata in scan.scan_metadata(&self.engine)? {
            let note = |files: &mut LogFiles, file: ScanFile| {
                let rows = file.stats.map(|stats| stats.num_records);
                files.insert(file.path, (file.size.try_into().unwrap_or(u64::MAX), rows));
            };
            files = metadata?.visit_scan_files(files, note)?;
        }
        Ok(files)
    }

    fn create(&self, table: &dyn AnyTable, parts: &[&Part]) -> KernelResult<SnapshotRef> {
        let mut creation = create_table(ROOT, schema(table)?, engine_info(), true)
            .build(&self.engine, Box::new(FileSystemCommitter::new()))?;
        self.add(&mut creation, parts.iter().copied())?;
        committed(creation.commit(&self.engine)?)
    }

    /// One version that adds and removes what differs; `None` where nothing does.
    fn change(
        &self,
        newest: &SnapshotRef,
        listed: &LogFiles,
        parts: &[&Part],
    ) -> KernelResult<Option<SnapshotRef>> {
        let wanted: HashSet<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        let new: Vec<&Part> = parts.iter().copied().filter(|part| !listed.contains_key(&part.name)).collect();
        let removes = listed.keys().any(|name| !wanted.contains(name.as_str()));
        if new.is_empty() && !removes {
            return Ok(None);
        }
        let operation = if removes { UpdateTableOperation::Merge } else { UpdateTableOperation::Write };
        let mut change = newest
            .clone()
            .update_table(operation, engine_info(), true)
            .build(&self.engine, Box::new(FileSystemCommitter::new()))?;
        self.add(&mut change, new.into_iter())?;
        if removes {
            for metadata in newest.clone().scan_builder().build()?.scan_metadata(&self.engine)? {
                change.remove_files(all_but(&wanted, metadata?.scan_files)?);
            }
        }
        committed(change.commit(&self.engine)?).map(Some)
    }

    fn add<'p, S>(
        &self,
        transaction: &mut Transaction<S>,
        parts: impl Iterator<Item = &'p Part>,
    ) -> KernelResult<()> {
        let context = transaction.write_state()?.write_context_builder().build()?;
        for part in parts {
            let modified = fs::metadata(self.folder.join(&part.name))?.modified()?;
            let modified = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
            let file = FileMeta {
                location: context.table_root_dir().join(&part.name).map_err(KernelError::generic_err)?,
                last_modified: modified.try_into().unwrap_or_default(),
                size: part.size_bytes,
            };
            let file = DataFileMetadata::new(file, stats(part)?);
            transaction.add_files(build_add_file_metadata(file, &context)?);
        }
        Ok(())
    }

    /// Takes log files away that no version within the history needs.
    fn trim(&self, version: u64) -> KernelResult<()> {
        let needed = version.saturating_sub(self.history) / CHECKPOINT_VERSIONS * CHECKPOINT_VERSIONS;
        for entry in fs::read_dir(self.folder.join(LOG_FOLDER))? {
            let entry = entry?;
            let name = entry.file_name();
            let digits = name.to_str().and_then(|name| name.get(..VERSION_DIGITS));
            if digits.and_then(|digits| digits.parse::<u64>().ok()).is_some_and(|own| own < needed) {
                remove(&entry.path()).map_err(KernelError::generic_err)?;
            }
        }
        Ok(())
    }
}

/// What a log tells of a file: its size and rows.
pub(super) fn told_of(part: &Part) -> (u64, Option<u64>) {
    (part.size_bytes, Some(part.rows))
}

/// True where a log tells of the files that stay what the manifest does.
fn agree(listed: &LogFiles, parts: &[&Part]) -> bool {
    let told = |part: &&Part| listed.get(&part.name).is_none_or(|told| *told == told_of(part));
    parts.iter().all(told)
}

/// The table's columns; the meaning of each is its comment.
fn schema(table: &dyn AnyTable) -> KernelResult<Arc<StructType>> {
    let fields = table.columns().into_iter().map(|column| {
        let comment = HashMap::from([("comment".to_owned(), column.doc.clone())]);
        column.field().with_metadata(comment)
    });
    let schema = Schema::new(fields.collect::<Vec<Field>>());
    Ok(Arc::new(StructType::try_from_arrow(&schema).map_err(KernelError::from)?))
}

fn stats(part: &Part) -> KernelResult<StructArray> {
    let rows = Int64Array::from(vec![i64::try_from(part.rows).unwrap_or(i64::MAX)]);
    let columns: Vec<(Arc<Field>, ArrayRef)> = vec![
        (Arc::new(Field::new("numRecords", DataType::Int64, true)), Arc::new(rows)),
        (
            Arc::new(Field::new("tightBounds", DataType::Boolean, true)),
            Arc::new(BooleanArray::from(vec![true])),
        ),
    ];
    Ok(StructArray::from(columns))
}

/// The rows of a scan whose files are not wanted.
fn all_but(wanted: &HashSet<&str>, files: FilteredEngineData) -> KernelResult<FilteredEngineData> {
    let (data, selected) = files.into_parts();
    let data = ArrowEngineData::try_from_engine_data(data)?;
    let paths = data.record_batch().column_by_name("path").expect("each row of a scan has a path");
    let paths = paths.as_string::<i32>();
    let unwanted = (0..paths.len())
        .map(|row| selected.get(row).copied().unwrap_or(true) && !wanted.contains(paths.value(row)));
    let unwanted = unwanted.collect();
    FilteredEngineData::try_new(data, unwanted)
}

fn committed<S>(result: CommitResult<S>) -> KernelResult<SnapshotRef> {
    match result {
        CommitResult::Committed(committed) => committed
            .post_commit_snapshot()
            .cloned()
            .ok_or_else(|| KernelError::generic("the version was written but cannot be read")),
        _ => Err(KernelError::generic("the version was not written")),
    }
}

fn engine_info() -> String {
    format!("orcidlake/{}", env!("CARGO_PKG_VERSION"))
}
