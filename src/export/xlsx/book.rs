//! A workbook: tables as sheets, as many as their rows need, and what does not fit in a cell.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::{Workbook, XlsxError};

use super::super::tables::Changed;
use super::limits::{MAX_ROWS, MAX_SHEETS, sheet_name};
use super::sheet::{Cell, Looks, Sheet};

/// The sheet with the tables of a workbook.
const CONTENTS: &str = "tables";
/// The sheet with the rest of texts that do not fit in a cell.
const LONG_TEXTS: &str = "long texts";
/// Why a workbook cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
    #[error("it would have more than {MAX_SHEETS} sheets")]
    TooManySheets,
}

/// A workbook on its way to a file.
pub struct Book {
    workbook: Workbook,
    pub looks: Looks,
    /// The names of all sheets, in small letters.
    pub names: HashSet<String>,
    /// Sheets with tables that are full or whole.
    pub sheets: Vec<Sheet>,
    long_texts: Vec<Sheet>,
    /// For each sheet its name, table, rows, and what the table is about.
    pub contents: Vec<(String, String, u64, String)>,
    pub changed: Changed,
    /// Rows of a sheet.
    pub max_rows: u32,
}

impl Book {
    /// Begins a workbook; rows wait in files below `scratch` until it is saved.
    pub fn begin(scratch: &Path) -> Result<Self, BookError> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(scratch)?;
        // A sheet may be larger than the old form of zip allows.
        workbook.use_zip_large_file(true);
        Ok(Self {
            workbook,
            looks: Looks::default(),
            names: [CONTENTS, LONG_TEXTS].map(str::to_owned).into(),
            sheets: Vec::new(),
            long_texts: Vec::new(),
            contents: Vec::new(),
            changed: Changed::default(),
            max_rows: MAX_ROWS,
        })
    }

    /// Saves the workbook.
    pub fn save(mut self, out: &mut (dyn Write + Send)) -> Result<Changed, BookError> {
        if self.contents.len() > 1 {
            let columns = ["sheet", "table", "rows", "about"].map(str::to_owned);
            let mut sheet = Sheet::begin(&mut self.workbook, CONTENTS, &columns, &[], &self.looks)?;
            for (name, table, rows, about) in &self.contents {
                let cells =
                    [Cell::text(name), Cell::text(table), Cell::Number(*rows as f64), Cell::text(about)];
                sheet.add(cells.into_iter(), &self.looks)?;
            }
            self.workbook.push_worksheet(sheet.worksheet);
        }
        for sheet in self.sheets.into_iter().chain(self.long_texts) {
            self.workbook.push_worksheet(sheet.worksheet);
        }
        self.workbook.save_to_writer(out)?;
        Ok(self.changed)
    }

    /// Begins a sheet of a table; gives its name too.
    pub fn sheet(
        &mut self,
        table: &str,
        number: usize,
        columns: &[String],
        times: &[usize],
    ) -> Result<(Sheet, String), BookError> {
        self.check_sheets()?;
        // Excel's names differ in more than their case.
        let name = sheet_name(table, number, |name| self.names.contains(&name.to_lowercase()));
        self.names.insert(name.to_lowercase());
        Ok((Sheet::begin(&mut self.workbook, &name, columns, times, &self.looks)?, name))
    }

    /// Refuses one sheet too many. The contents are a sheet too.
    fn check_sheets(&self) -> Result<(), BookError> {
        if self.names.len() >= MAX_SHEETS { Err(BookError::TooManySheets) } else { Ok(()) }
    }

    /// Writes what follows the first piece of a text.
    pub fn add_long_text(
        &mut self,
        sheet: &str,
        row: u32,
        column: &str,
        pieces: &[&str],
    ) -> Result<(), BookError> {
        self.changed.long_texts += 1;
        for (place, piece) in pieces.iter().enumerate().skip(1) {
            if self.long_texts.last().is_none_or(|last| last.next_row() > self.max_rows) {
                self.check_sheets()?;
                let columns = ["sheet", "row", "column", "piece", "text"].map(str::to_owned);
                let number = self.long_texts.len() + 1;
                let name = match number {
                    1 => LONG_TEXTS.to_owned(),
                    _ => sheet_name(LONG_TEXTS, number, |_| false),
                };
                self.names.insert(name.clone());
                self.long_texts.push(Sheet::begin(&mut self.workbook, &name, &columns, &[], &self.looks)?);
            }
            let cells = [
                Cell::text(sheet),
                Cell::Number(row.into()),
                Cell::text(column),
                Cell::Number((place + 1) as f64),
                Cell::text(piece),
            ];
            if let Some(last) = self.long_texts.last_mut() {
                last.add(cells.into_iter(), &self.looks)?;
            }
        }
        Ok(())
    }
}
