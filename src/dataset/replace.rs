//! Removes rows from a dataset's files and adds new rows, table by table.
//!
//! Files without removed rows stay unchanged. Small files of earlier refreshes are merged with the
//! new rows, so that the number of files does not grow with the number of refreshes. If a file of an
//! archive must be rewritten, the rows of all people who are refreshed often move to the new rows as
//! well, so that the next refresh of other people among them does not rewrite this file again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::BooleanArray;
use arrow::compute::filter_record_batch;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::error::DatasetError;
use super::layout::{NewFile, table_folder, table_of};
use super::manifest::{EntryKind, KeptPart, Manifest, Part};
use super::reader::{group_batches, row_groups};
use super::rewrite::rewrite;
use super::row_selection::{Gone, GroupSelection, RowSelection, select_rows};
use super::sound::check_bytes;
use super::writer::{TableWriter, WrittenTable};
use crate::tables::AnyTable;

/// Files of refreshes below this size are rewritten with the next one.
const SMALL_FILE_BYTES: u64 = 32 << 20;
/// The scratch folder for rewritten files.
const REWRITTEN: &str = "rewritten";

/// Rows that replace others.
pub struct Replacement<'r> {
    /// The dataset as it is.
    pub dataset: &'r Path,
    pub manifest: &'r Manifest,
    /// A scratch folder with the new tables.
    pub scratch: &'r Path,
    pub new: &'r [WrittenTable],
    /// The people and activities whose rows are removed.
    pub gone: &'r Gone,
    /// The people whose rows move out of archives' files that are rewritten.
    pub often_refreshed: &'r Gone,
    /// Number of versions for which removed files stay in their folders.
    pub keep_versions: u32,
    pub pool: &'r ThreadPool,
    pub stop: &'r AtomicBool,
}

/// The result of a replacement.
#[derive(Debug)]
pub struct Change {
    /// The manifest with the rewritten files, but without the new entry.
    pub manifest: Manifest,
    /// Files to move into the dataset.
    pub files: Vec<NewFile>,
    /// The new entry's files.
    pub parts: BTreeMap<String, Vec<Part>>,
    /// Rows of earlier refreshes in the new entry's files.
    pub rows_in: BTreeMap<String, u64>,
    /// Rows that are no longer in the dataset.
    pub rows_removed: u64,
}

/// A file of the dataset with removed rows, and the file with the rows that are left.
struct Rewritten {
    entry: usize,
    name: String,
    rows_out: u64,
    /// The file that replaces it; `None` if no rows are left, or if they moved to another file.
    left: Option<Part>,
    moved: u64,
}

/// The changes of a table. File names are those in the scratch folders.
struct TableChange {
    key: String,
    rewritten: Vec<Rewritten>,
    new: Vec<Part>,
    new_folder: PathBuf,
}

/// A table whose files are being processed.
struct TableWork<'w> {
    all: &'w Replacement<'w>,
    key: &'w str,
    table: &'static dyn AnyTable,
    /// The new rows' files.
    written: &'w [Part],
    /// The folder for rewritten files.
    folder: PathBuf,
    /// True if the new rows are few enough to be written again together with older rows.
    takes_in: bool,
    /// True if the rows of small files of earlier refreshes move to the new rows.
    merges: bool,
    /// Older rows, and at the end the new rows, if older rows move to them.
    merged: Option<TableWriter>,
    rewritten: Vec<Rewritten>,
    /// True if a file of the dataset stays, whole or in part.
    stays: bool,
}

/// A file of the dataset.
struct OldPart<'p> {
    entry: usize,
    part: &'p Part,
    /// True if an archive was converted to it, false for a refresh.
    of_archive: bool,
    /// True if all its rows may move into the new entry's file.
    small: bool,
}

impl Replacement<'_> {
    /// Writes the new files to `scratch`; the dataset is not changed.
    ///
    /// # Errors
    /// [`DatasetError`] if a file cannot be read or written, or when stopped.
    pub fn run(&self) -> Result<Change, DatasetError> {
        let mut tables: BTreeMap<&str, Vec<OldPart<'_>>> = BTreeMap::new();
        for table in self.new {
            tables.entry(&table.key).or_default();
        }
        for (entry, archive) in self.manifest.archives.iter().enumerate() {
            for (key, parts) in &archive.parts {
                let of_archive = archive.kind != EntryKind::Refresh;
                let small = |part: &Part| !of_archive && part.size_bytes < SMALL_FILE_BYTES;
                let old = parts.iter().map(|part| OldPart { entry, part, of_archive, small: small(part) });
                tables.entry(key).or_default().extend(old);
            }
        }
        let change = |(key, old): (&str, Vec<OldPart<'_>>)| self.table(key, &old);
        let tables: Vec<_> = tables.into_iter().collect();
        let changes: Result<Vec<TableChange>, DatasetError> =
            self.pool.install(|| tables.into_par_iter().with_max_len(1).map(change).collect());
        Ok(self.put_together(changes?))
    }

    fn table(&self, key: &str, old: &[OldPart<'_>]) -> Result<TableChange, DatasetError> {
        let mut work = TableWork::new(self, key, old)?;
        for old in old {
            if self.stop.load(Ordering::Relaxed) {
                return Err(DatasetError::Stopped);
            }
            work.visit(old)?;
        }
        work.finish()
    }

    /// Gives names to new files and notes all changes in a manifest.
    fn put_together(&self, changes: Vec<TableChange>) -> Change {
        let mut change = Change {
            manifest: self.manifest.clone(),
            files: Vec::new(),
            parts: BTreeMap::new(),
            rows_in: BTreeMap::new(),
            rows_removed: 0,
        };
        change.manifest.kept.retain_mut(|kept| {
            let stays = kept.versions_left > 1;
            kept.versions_left = kept.versions_left.saturating_sub(1);
            stays
        });
        let aside = self.scratch.join(REWRITTEN);
        for table in changes {
            for rewritten in table.rewritten {
                change.replace(&table.key, rewritten, &table_folder(&aside, &table.key), self.keep_versions);
            }
            for part in table.new {
                let part = change.take_in(&table.key, part, &table.new_folder);
                change.parts.entry(table.key.clone()).or_default().push(part);
            }
        }
        change
    }
}

impl<'w> TableWork<'w> {
    fn new(all: &'w Replacement<'w>, key: &'w str, old: &[OldPart<'_>]) -> Result<Self, DatasetError> {
        let (_, table) = table_of(key).ok_or_else(|| DatasetError::NoTable { key: key.to_owned() })?;
        let written = all.new.iter().find(|table| table.key == key);
        let written = written.map_or(&[][..], |table| table.parts.as_slice());
        let folder = table_folder(&all.scratch.join(REWRITTEN), key);
        let takes_in = written.iter().all(|part| part.size_bytes < SMALL_FILE_BYTES);
        let merges = takes_in && Part::total_rows(written) > 0 && old.iter().any(|old| old.small);
        let (merged, rewritten) = (None, Vec::new());
        let mut work =
            Self { all, key, table, written, folder, takes_in, merges, merged, rewritten, stays: false };
        if merges {
            work.merged();
        }
        Ok(work)
    }

    /// The writer of older rows that move to the new ones.
    fn merged(&mut self) -> &mut TableWriter {
        let new = || TableWriter::new(self.folder.clone(), self.key.to_owned(), self.table);
        self.merged.get_or_insert_with(new)
    }

    /// Rewrites a file of the dataset, if necessary.
    fn visit(&mut self, old: &OldPart<'_>) -> Result<(), DatasetError> {
        let from = table_folder(self.all.dataset, self.key).join(&old.part.name);
        let selection = select_rows(&from, self.key, old.part, self.all.gone)?;
        let rows_out = selection.rows_out();
        let all_move = self.merges && old.small;
        if !all_move && rows_out == 0 {
            self.stays = true;
            return Ok(());
        }
        // Copied pages are not decoded, so the whole file is digested here. After that it is in
        // the system's cache when it is copied.
        check_bytes(&from, old.part)?;
        let (stay, moves) = if all_move {
            (None, Some(selection))
        } else if self.takes_in && old.of_archive {
            let often = select_rows(&from, self.key, old.part, self.all.often_refreshed)?;
            let (stay, moves) = selection.divide(&often);
            (Some(stay), Some(moves))
        } else {
            (Some(selection), None)
        };
        let mut moved = 0;
        if let Some(moves) = moves.filter(|moves| moves.rows_left() > 0) {
            moved = moves.rows_left();
            let pool = self.all.pool;
            append(&from, Some(&moves), self.merged(), pool)?;
        }
        let left = match stay {
            Some(stay) => {
                let to = self.folder.join(format!("left-{}", old.part.name));
                rewrite(&from, &stay, to, self.key, self.table, self.all.stop)?
            }
            None => None,
        };
        self.stays |= left.is_some();
        let name = old.part.name.clone();
        self.rewritten.push(Rewritten { entry: old.entry, name, rows_out, left, moved });
        Ok(())
    }

    fn finish(mut self) -> Result<TableChange, DatasetError> {
        let given = table_folder(self.all.scratch, self.key);
        let (new, new_folder) = if let Some(mut writer) = self.merged.take() {
            for part in self.written {
                append(&given.join(&part.name), None, &mut writer, self.all.pool)?;
            }
            (writer.finish(self.all.pool)?.parts, self.folder)
        } else if Part::total_rows(self.written) > 0 {
            (self.written.to_vec(), given)
        } else if self.stays {
            (Vec::new(), given)
        } else {
            // Readers must find every table, so a table without rows has an empty file.
            let writer = TableWriter::new(self.folder.clone(), self.key.to_owned(), self.table);
            (writer.finish(self.all.pool)?.parts, self.folder)
        };
        Ok(TableChange { key: self.key.to_owned(), rewritten: self.rewritten, new, new_folder })
    }
}

/// Appends the rows of a file that stay.
fn append(
    from: &Path,
    selection: Option<&RowSelection>,
    writer: &mut TableWriter,
    pool: &ThreadPool,
) -> Result<(), DatasetError> {
    let groups = selection.map_or_else(|| row_groups(from), |selection| Ok(selection.groups.len()))?;
    for group in 0..groups {
        let mut first_row = 0;
        for batch in group_batches(from, group)? {
            let mut batch = batch?;
            let rows = batch.num_rows();
            if let Some(GroupSelection::Some(kept)) = selection.map(|selection| &selection.groups[group]) {
                let kept = BooleanArray::from(kept.slice(first_row, rows));
                batch = filter_record_batch(&batch, &kept).expect("the mask has one value for each row");
            }
            first_row += rows;
            if batch.num_rows() > 0 {
                writer.write(&batch, pool)?;
                writer.end_full_group(pool)?;
            }
        }
    }
    Ok(())
}

impl Change {
    fn replace(&mut self, key: &str, rewritten: Rewritten, folder: &Path, keep_versions: u32) {
        let left = rewritten.left.map(|part| self.take_in(key, part, folder));
        let entry = &mut self.manifest.archives[rewritten.entry];
        let parts = entry.parts.get_mut(key).expect("the part was found in the manifest");
        let place = parts.iter().position(|part| part.name == rewritten.name);
        let place = place.expect("the part was found in the manifest");
        let old = match left {
            Some(left) => std::mem::replace(&mut parts[place], left),
            None => parts.remove(place),
        };
        if parts.is_empty() {
            entry.parts.remove(key);
        }
        if rewritten.rows_out + rewritten.moved > 0 {
            *entry.rows_out.entry(key.to_owned()).or_default() += rewritten.rows_out + rewritten.moved;
        }
        if rewritten.moved > 0 {
            *self.rows_in.entry(key.to_owned()).or_default() += rewritten.moved;
        }
        self.rows_removed += rewritten.rows_out;
        if keep_versions > 0 {
            let kept = KeptPart { key: key.to_owned(), part: old, versions_left: keep_versions };
            self.manifest.kept.push(kept);
        }
    }

    /// Gives a file in a scratch folder its name in the table.
    fn take_in(&mut self, key: &str, part: Part, folder: &Path) -> Part {
        let (part, file) = self.manifest.take_in(key, part, folder);
        self.files.push(file);
        part
    }
}
