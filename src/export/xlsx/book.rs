//! A workbook: tables as sheets, as many as their rows need, and what does not fit in a cell.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Schema, TimestampMicrosecondType};
use rust_xlsxwriter::{Workbook, XlsxError};

use super::super::cells::{Value, value};
use super::super::tables::Changed;
use super::limits::{MAX_ROWS, MAX_SHEETS, MAX_TEXT, MAX_WHOLE, pieces, sheet_name};
use super::sheet::{Cell, Looks, Sheet};

/// The sheet with the tables of a workbook.
const CONTENTS: &str = "tables";
/// The sheet with the rest of texts that do not fit in a cell.
const LONG_TEXTS: &str = "long texts";
/// Columns of numbers that are identifiers: nobody calculates with them.
const IDENTIFIERS: [&str; 2] = ["org_key", "put_code"];
/// From this day on, Excel's days are those of the calendar: it has a 29 February 1900.
const FIRST_DAY: f64 = 61.0;
/// The end of the year 9999, after which Excel knows no days.
const END: f64 = 2_958_466.0;
/// Days from Excel's beginning to that of Unix, and microseconds of a day.
const UNIX_EPOCH: f64 = 25_569.0;
const DAY_MICROS: f64 = 86_400e6;

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
    looks: Looks,
    names: HashSet<String>,
    sheets: Vec<Sheet>,
    long_texts: Vec<Sheet>,
    contents: Vec<(String, String, u64, String)>,
    changed: Changed,
    /// Rows of a sheet.
    max_rows: u32,
}

/// The table that is being written.
pub struct Table<'b> {
    book: &'b mut Book,
    name: String,
    about: String,
    columns: Vec<String>,
    times: Vec<usize>,
    sheet: Sheet,
    sheet_name: String,
    sheet_rows: u64,
    sheets: usize,
    rows: u64,
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

    /// Begins a table; `about` says what is in it.
    pub fn table(&mut self, name: &str, about: &str, schema: &Schema) -> Result<Table<'_>, BookError> {
        let columns: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let fields = schema.fields().iter().enumerate();
        let times = fields.filter(|(_, field)| matches!(field.data_type(), DataType::Timestamp(..)));
        let times: Vec<usize> = times.map(|(place, _)| place).collect();
        let (sheet, sheet_name) = self.sheet(name, 1, &columns, &times)?;
        Ok(Table {
            book: self,
            name: name.to_owned(),
            about: about.to_owned(),
            columns,
            times,
            sheet,
            sheet_name,
            sheet_rows: 0,
            sheets: 1,
            rows: 0,
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

    fn sheet(
        &mut self,
        table: &str,
        number: usize,
        columns: &[String],
        times: &[usize],
    ) -> Result<(Sheet, String), BookError> {
        // The contents are a sheet too.
        if self.names.len() >= MAX_SHEETS {
            return Err(BookError::TooManySheets);
        }
        // Excel's names differ in more than their case.
        let name = sheet_name(table, number, |name| self.names.contains(&name.to_lowercase()));
        self.names.insert(name.to_lowercase());
        Ok((Sheet::begin(&mut self.workbook, &name, columns, times, &self.looks)?, name))
    }

    /// Writes what follows the first piece of a text.
    fn add_long_text(
        &mut self,
        sheet: &str,
        row: u32,
        column: &str,
        pieces: &[&str],
    ) -> Result<(), BookError> {
        self.changed.long_texts += 1;
        for (place, piece) in pieces.iter().enumerate().skip(1) {
            if self.long_texts.last().is_none_or(|last| last.next_row() > self.max_rows) {
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

impl Table<'_> {
    /// Adds rows.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), BookError> {
        for row in 0..batch.num_rows() {
            if self.sheet.next_row() > self.book.max_rows {
                self.next_sheet()?;
            }
            self.add_row(batch, row)?;
            self.rows += 1;
            self.sheet_rows += 1;
        }
        Ok(())
    }

    fn add_row(&mut self, batch: &RecordBatch, row: usize) -> Result<(), BookError> {
        let mut cells = Vec::with_capacity(batch.num_columns());
        for (place, column) in batch.columns().iter().enumerate() {
            cells.push(match value(column, row) {
                Value::Text(text) if text.len() > MAX_TEXT => {
                    Cell::Text(self.first_piece(place, text)?.into())
                }
                Value::Time(time) => days(column, row).map_or_else(|| self.as_text(time), Cell::Time),
                other => self.cell(place, other),
            });
        }
        Ok(self.sheet.add(cells.into_iter(), &self.book.looks)?)
    }

    /// The first piece of a text; the others go to the sheet for long texts.
    fn first_piece<'t>(&mut self, place: usize, text: &'t str) -> Result<&'t str, BookError> {
        let pieces = pieces(text);
        if pieces.len() > 1 {
            let row = self.sheet.next_row();
            self.book.add_long_text(&self.sheet_name, row, &self.columns[place], &pieces)?;
        }
        Ok(pieces[0])
    }

    fn cell<'v>(&mut self, place: usize, value: Value<'v>) -> Cell<'v> {
        match value {
            Value::Absent => Cell::Empty,
            Value::Text(text) => Cell::Text(text.into()),
            Value::Number(number) if IDENTIFIERS.contains(&self.columns[place].as_str()) => {
                Cell::Text(number.to_string().into())
            }
            Value::Number(number) if number.unsigned_abs() <= MAX_WHOLE => Cell::Number(number as f64),
            Value::Number(number) => self.as_text(number.to_string()),
            Value::Float(number) if number.is_finite() => Cell::Number(number),
            Value::Float(number) => self.as_text(number.to_string()),
            Value::Truth(truth) => Cell::Truth(truth),
            Value::Time(time) => self.as_text(time),
        }
    }

    fn as_text<'v>(&mut self, text: String) -> Cell<'v> {
        self.book.changed.as_texts += 1;
        Cell::Text(text.into())
    }

    fn next_sheet(&mut self) -> Result<(), BookError> {
        self.sheets += 1;
        let (sheet, name) = self.book.sheet(&self.name, self.sheets, &self.columns, &self.times)?;
        self.book.changed.further_sheets += 1;
        let full = std::mem::replace(&mut self.sheet, sheet);
        self.book.sheets.push(full);
        let name = std::mem::replace(&mut self.sheet_name, name);
        let rows = std::mem::take(&mut self.sheet_rows);
        self.book.contents.push((name, self.name.clone(), rows, self.about.clone()));
        Ok(())
    }

    /// Completes the table; gives its rows.
    pub fn end(self) -> u64 {
        self.book.sheets.push(self.sheet);
        self.book.contents.push((self.sheet_name, self.name, self.sheet_rows, self.about));
        self.rows
    }
}

/// A point in time as Excel counts days; `None` if Excel does not know the day, or would lose
/// digits: it shows milliseconds.
fn days(column: &dyn Array, row: usize) -> Option<f64> {
    let micros = column.as_primitive_opt::<TimestampMicrosecondType>()?.value(row);
    let days = micros as f64 / DAY_MICROS + UNIX_EPOCH;
    ((FIRST_DAY..END).contains(&days) && micros % 1_000 == 0).then_some(days)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray};

    use super::*;

    /// The sheets of a workbook with their names, as XML.
    fn sheets(book: Book) -> (Vec<(String, String)>, Changed) {
        let mut bytes = Vec::new();
        let changed = book.save(&mut bytes).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = |name: &str| {
            let mut text = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let names: Vec<String> = text("xl/workbook.xml")
            .split("<sheet name=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        let sheets = names.into_iter().zip(1..);
        (
            sheets.map(|(name, number)| (name, text(&format!("xl/worksheets/sheet{number}.xml")))).collect(),
            changed,
        )
    }

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, cells)| (name, cells, true)))
            .unwrap()
    }

    fn book() -> (tempfile::TempDir, Book) {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::begin(folder.path()).unwrap();
        (folder, book)
    }

    #[test]
    fn rows_that_do_not_fit_go_to_further_sheets() {
        let (_folder, mut book) = book();
        book.max_rows = 3;
        let rows = batch(vec![("number", Arc::new(Int64Array::from_iter_values(0..5)))]);

        let mut table = book.table("works", "", &rows.schema()).unwrap();
        table.add(&rows).unwrap();
        assert_eq!(table.end(), 5);
        let (sheets, changed) = sheets(book);

        assert_eq!(changed, Changed { further_sheets: 2, ..Changed::default() });
        let rows: Vec<usize> = sheets.iter().map(|(_, sheet)| sheet.matches("<row ").count()).collect();
        let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["tables", "works", "works (2)", "works (3)"]);
        // The heads are repeated.
        assert_eq!(rows, [4, 3, 3, 2]);
        assert!(sheets[3].1.contains("<v>4</v>"), "{}", sheets[3].1);
    }

    #[test]
    fn a_text_longer_than_a_cell_goes_on_in_its_own_sheet() {
        let (_folder, mut book) = book();
        let long = "a".repeat(MAX_TEXT) + "the rest";
        let rows =
            batch(vec![("title", Arc::new(StringArray::from(vec![Some("short"), Some(&long), None])))]);

        let mut table = book.table("works", "", &rows.schema()).unwrap();
        table.add(&rows).unwrap();
        table.end();
        let (sheets, changed) = sheets(book);

        assert_eq!(changed, Changed { long_texts: 1, ..Changed::default() });
        let (name, sheet) = &sheets[1];
        assert_eq!((sheets.len(), name.as_str()), (2, "long texts"));
        for cell in ["<t>works</t>", "<v>3</v>", "<t>title</t>", "<v>2</v>", "<t>the rest</t>"] {
            assert!(sheet.contains(cell), "{cell}: {sheet}");
        }
    }

    #[test]
    fn what_excel_would_change_is_text() {
        let (_folder, mut book) = book();
        let whole = MAX_WHOLE.cast_signed();
        let rows = batch(vec![
            ("number", Arc::new(Int64Array::from(vec![whole, whole + 1, -whole, -whole - 1]))),
            ("org_key", Arc::new(Int64Array::from(vec![1, 2, 3, i64::MIN]))),
            ("score", Arc::new(Float64Array::from(vec![0.1, f64::NAN, -1.5e-7, f64::INFINITY]))),
            (
                "at",
                Arc::new(
                    TimestampMicrosecondArray::from(vec![
                        1_561_982_400_123_000,
                        1_561_982_400_123_456,
                        -2_208_988_800_000_000,
                        253_402_300_800_000_000,
                    ])
                    .with_timezone("UTC"),
                ),
            ),
            ("name", Arc::new(StringArray::from(vec!["=1+1", "https://orcid.org", "_x0041_", " a\r\n"]))),
        ]);

        let mut table = book.table("t", "", &rows.schema()).unwrap();
        table.add(&rows).unwrap();
        table.end();
        let (sheets, changed) = sheets(book);

        let sheet = &sheets[0].1;
        assert_eq!(changed, Changed { as_texts: 7, ..Changed::default() });
        for cell in [
            "<v>9007199254740992</v>",
            "<t>9007199254740993</t>",
            "<v>-9007199254740992</v>",
            "<t>-9007199254740993</t>",
            "<t>1</t>",
            "<t>-9223372036854775808</t>",
            "<v>0.1</v>",
            "<t>NaN</t>",
            "<v>-0.00000015</v>",
            "<v>43647.50000142361</v>",
            "<t>2019-07-01T12:00:00.123456Z</t>",
            "<t>1900-01-01T00:00:00Z</t>",
            "<t>=1+1</t>",
            "<t>https://orcid.org</t>",
            "<t>_x005F_x0041_</t>",
            " a_x000D_\n</t>",
        ] {
            assert!(sheet.contains(cell), "{cell}: {sheet}");
        }
        assert!(!sheet.contains("<f>") && !sheet.contains("hyperlink"), "{sheet}");
    }

    #[test]
    fn a_workbook_with_too_many_sheets_is_refused() {
        let (_folder, mut book) = book();
        book.names.extend((0..MAX_SHEETS).map(|number| number.to_string()));
        let rows = batch(vec![("number", Arc::new(Int64Array::from(vec![1])))]);

        let refused = book.table("works", "", &rows.schema()).err().unwrap();

        assert_eq!(refused.to_string(), "it would have more than 500 sheets");
    }
}
