//! Spreads rows over scratch files by their iDs, so that those of one file fit in memory.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int16Type, Int64Type};

use super::error::CompareError;
use super::row::{Row, Side};
use super::sections::{SECTIONS, Section, date_of};
use crate::dataset::Dataset;
use orcid_xml::Orcid;

/// Rows of one file, of both datasets together: some 500 MB in memory.
const SHARE_ROWS: u64 = 1_000_000;
/// Files at most: each is open, with a buffer. More rows make larger files, of some gigabytes at a
/// billion rows.
const MAX_SHARES: u64 = 256;
/// Bytes of the buffer of a file.
const BUFFER_BYTES: usize = 64 << 10;
/// The folder of scratch files.
const FOLDER: &str = ".scratch";

/// Rows on their way to files.
pub struct Spread {
    files: Vec<(PathBuf, BufWriter<File>)>,
}

/// A file with all rows of some people.
pub struct Share(PathBuf);

impl Spread {
    /// Begins files below `to`, as many as the rows of the datasets need.
    pub fn begin(to: &Path, datasets: &[&Dataset]) -> Result<Self, CompareError> {
        let folder = to.join(FOLDER);
        fs::create_dir_all(&folder).map_err(CompareError::io("make", &folder))?;
        let is_compared = |key: &str| SECTIONS.iter().any(|section| section.table == key);
        let rows: u64 = datasets
            .iter()
            .flat_map(|dataset| dataset.manifest.parts())
            .filter(|(key, _)| is_compared(key))
            .map(|(_, part)| part.rows)
            .sum();
        let count = rows.div_ceil(SHARE_ROWS).clamp(1, MAX_SHARES);
        let mut files = Vec::new();
        for number in 0..count {
            let path = folder.join(format!("{number:03}"));
            let file = File::create(&path).map_err(CompareError::io("write", &path))?;
            files.push((path, BufWriter::with_capacity(BUFFER_BYTES, file)));
        }
        Ok(Self { files })
    }

    /// Spreads the rows of a section of a dataset.
    pub fn take(
        &mut self,
        dataset: &Dataset,
        side: Side,
        number: usize,
        section: &Section,
        stop: &AtomicBool,
    ) -> Result<(), CompareError> {
        let columns = section.source_columns();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        for batch in dataset.rows(section.table, &columns) {
            if stop.load(Ordering::Relaxed) {
                return Err(CompareError::Stopped);
            }
            let batch = batch?;
            for place in 0..batch.num_rows() {
                let Some(orcid) = text(&batch, "orcid", place).and_then(|text| Orcid::new(&text)) else {
                    continue;
                };
                let put_code = number_of(&batch, "put_code", place);
                let texts = section.columns.iter().map(|column| cell(&batch, column, place)).collect();
                let row = Row { orcid, side, section: number, put_code, texts };
                let share = (orcid.number() % self.files.len() as u64) as usize;
                let (path, file) = &mut self.files[share];
                row.write(file).map_err(CompareError::io("write", path))?;
            }
        }
        Ok(())
    }

    /// The files, complete.
    pub fn end(self) -> Result<Vec<Share>, CompareError> {
        let end = |(path, mut file): (PathBuf, BufWriter<File>)| {
            file.flush().map_err(CompareError::io("write", &path))?;
            Ok(Share(path))
        };
        self.files.into_iter().map(end).collect()
    }
}

impl Share {
    /// All rows, by iD; those of a person are ordered by section and dataset.
    pub fn read(&self) -> Result<Vec<Row>, CompareError> {
        let file = File::open(&self.0).map_err(CompareError::io("read", &self.0))?;
        let (mut input, mut rows) = (BufReader::with_capacity(BUFFER_BYTES, file), Vec::new());
        while let Some(row) = Row::read(&mut input).map_err(CompareError::io("read", &self.0))? {
            rows.push(row);
        }
        rows.sort_by_key(|row| (row.orcid, row.section, row.side));
        Ok(rows)
    }

    /// Removes the file.
    pub fn remove(self) -> Result<(), CompareError> {
        fs::remove_file(&self.0).map_err(CompareError::io("remove", &self.0))
    }
}

/// Removes the folder of scratch files.
pub fn remove(to: &Path) -> Result<(), CompareError> {
    let folder = to.join(FOLDER);
    fs::remove_dir_all(&folder).map_err(CompareError::io("remove", &folder))
}

/// A cell as text; three columns make a date such as `2019-07`.
fn cell(batch: &RecordBatch, column: &str, row: usize) -> Option<Box<str>> {
    let Some(prefix) = date_of(column) else { return text(batch, column, row).map(String::into_boxed_str) };
    let part = |name: &str| number_of(batch, &format!("{prefix}_{name}"), row);
    let parts = [part("year"), part("month"), part("day")];
    if parts.iter().all(Option::is_none) {
        return None;
    }
    let [year, month, day] = parts;
    let mut date = year.map_or("????".to_owned(), |year| format!("{year:04}"));
    if month.is_some() || day.is_some() {
        date += &month.map_or("-??".to_owned(), |month| format!("-{month:02}"));
    }
    if let Some(day) = day {
        date += &format!("-{day:02}");
    }
    Some(date.into_boxed_str())
}

fn text(batch: &RecordBatch, column: &str, row: usize) -> Option<String> {
    let column = batch.column_by_name(column)?;
    if !column.is_valid(row) {
        return None;
    }
    if let Some(texts) = column.as_string_opt::<i32>() {
        return Some(texts.value(row).to_owned());
    }
    column.as_primitive_opt::<Int64Type>().map(|numbers| numbers.value(row).to_string())
}

fn number_of(batch: &RecordBatch, column: &str, row: usize) -> Option<i64> {
    let column = batch.column_by_name(column)?;
    if !column.is_valid(row) {
        return None;
    }
    let wide = column.as_primitive_opt::<Int64Type>().map(|numbers| numbers.value(row));
    wide.or_else(|| column.as_primitive_opt::<Int16Type>().map(|numbers| numbers.value(row).into()))
}
