//! Takes rows out of a dataset's files and new ones in, table by table.
//!
//! Files without rows that go stay as they are. What earlier refreshes have
//! written in small files is written anew together with the new rows, so that the
//! number of files does not grow with the number of refreshes.

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
use super::marks::{Gone, Mark, Marks, mark};
use super::reader::group_batches;
use super::rewrite::rewrite;
use super::writer::{TableWriter, WrittenTable};

/// Files of refreshes below this size are written anew with the next one.
const SMALL_FILE_BYTES: u64 = 32 << 20;

/// Rows that replace others.
pub struct Replacement<'r> {
    /// The dataset as it is.
    pub dataset: &'r Path,
    pub manifest: &'r Manifest,
    /// A folder aside; the new tables are in it.
    pub scratch: &'r Path,
    pub new: &'r [WrittenTable],
    /// Whose rows go.
    pub gone: &'r Gone,
    /// Versions for which files that go stay in their folders.
    pub keep_versions: u32,
    pub pool: &'r ThreadPool,
    pub stop: &'r AtomicBool,
}

/// What a replacement comes to.
#[derive(Debug)]
pub struct Change {
    /// The manifest with rewritten files and without the new entry.
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

/// A file of the dataset with rows that go, and what is left of it.
struct Rewritten {
    entry: usize,
    name: String,
    rows_out: u64,
    /// The file in its place; `None` where no rows are left, or where they moved.
    left: Option<Part>,
    moved: u64,
}

/// What becomes of a table. Names are those in the folders aside.
struct TableChange {
    key: String,
    rewritten: Vec<Rewritten>,
    new: Vec<Part>,
    new_folder: PathBuf,
}

/// A file of the dataset.
struct OldPart<'p> {
    entry: usize,
    part: &'p Part,
    /// It may move into the new entry's file.
    small: bool,
}

impl Replacement<'_> {
    /// Writes what is new to `scratch`; the dataset stays as it is.
    ///
    /// # Errors
    /// [`DatasetError`] where a file cannot be read or written, or when stopped.
    pub fn run(&self) -> Result<Change, DatasetError> {
        let mut tables: BTreeMap<&str, Vec<OldPart<'_>>> = BTreeMap::new();
        for table in self.new {
            tables.entry(&table.key).or_default();
        }
        for (entry, archive) in self.manifest.archives.iter().enumerate() {
            for (key, parts) in &archive.parts {
                let small =
                    |part: &Part| archive.kind == EntryKind::Refresh && part.size_bytes < SMALL_FILE_BYTES;
                let old = parts.iter().map(|part| OldPart { entry, part, small: small(part) });
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
        let (side, table) = table_of(key).ok_or_else(|| DatasetError::NoTable { key: key.to_owned() })?;
        let written = self.new.iter().find(|table| table.key == key);
        let written = written.map_or(&[][..], |table| table.parts.as_slice());
        let new_rows = Part::total_rows(written);
        let small = written.iter().all(|part| part.size_bytes < SMALL_FILE_BYTES);
        let merges = new_rows > 0 && small && old.iter().any(|old| old.small);
        let aside = self.scratch.join("rewritten");
        let mut writer = merges.then(|| TableWriter::new(table_folder(&aside, key), key.to_owned(), table));
        let mut rewritten = Vec::new();
        for old in old {
            if self.stop.load(Ordering::Relaxed) {
                return Err(DatasetError::Stopped);
            }
            let from = table_folder(self.dataset, key).join(&old.part.name);
            let marks = mark(&from, side, table, self.gone)?;
            let rows_out = marks.rows_out();
            let of = |left, moved| Rewritten {
                entry: old.entry,
                name: old.part.name.clone(),
                rows_out,
                left,
                moved,
            };
            if let Some(writer) = writer.as_mut().filter(|_| old.small) {
                self.append(&from, Some(&marks), writer)?;
                rewritten.push(of(None, old.part.rows - rows_out));
            } else if rows_out > 0 {
                let to = table_folder(&aside, key).join(format!("left-{}", old.part.name));
                rewritten.push(of(rewrite(&from, &marks, to, key, table)?, 0));
            }
        }
        let stays = old.len() > rewritten.iter().filter(|rewritten| rewritten.left.is_none()).count();
        let (new, new_folder) = match writer {
            Some(mut writer) => {
                for part in written {
                    let from = table_folder(self.scratch, key).join(&part.name);
                    self.append(&from, None, &mut writer)?;
                }
                (writer.finish(self.pool)?.parts, table_folder(&aside, key))
            }
            None if new_rows > 0 => (written.to_vec(), table_folder(self.scratch, key)),
            None if stays => (Vec::new(), aside),
            // Readers find every table: one without rows has an empty file.
            None => {
                let folder = table_folder(&aside, key);
                let writer = TableWriter::new(folder.clone(), key.to_owned(), table);
                (writer.finish(self.pool)?.parts, folder)
            }
        };
        Ok(TableChange { key: key.to_owned(), rewritten, new, new_folder })
    }

    /// Appends the rows of a file that stay.
    fn append(
        &self,
        from: &Path,
        marks: Option<&Marks>,
        writer: &mut TableWriter,
    ) -> Result<(), DatasetError> {
        let groups = match marks {
            Some(marks) => marks.groups.len(),
            None => super::reader::row_groups(from)?,
        };
        for group in 0..groups {
            let kept = marks.and_then(|marks| match &marks.groups[group] {
                Mark::All => None,
                Mark::Some(kept) => Some(kept),
            });
            let mut first_row = 0;
            for batch in group_batches(from, group)? {
                let batch = batch?;
                let rows = batch.num_rows();
                let batch = match kept {
                    None => batch,
                    Some(kept) => {
                        let kept = BooleanArray::from(kept.slice(first_row, rows));
                        filter_record_batch(&batch, &kept).expect("the mask has one value for each row")
                    }
                };
                first_row += rows;
                if batch.num_rows() > 0 {
                    writer.write(&batch, self.pool)?;
                    writer.end_full_group(self.pool)?;
                }
            }
        }
        Ok(())
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
        let aside = self.scratch.join("rewritten");
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

    /// Gives a file that lies in a folder aside its name in the table.
    fn take_in(&mut self, key: &str, part: Part, folder: &Path) -> Part {
        let (part, file) = self.manifest.take_in(key, part, folder);
        self.files.push(file);
        part
    }
}
