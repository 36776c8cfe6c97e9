//! A table on its way to the sheets of a workbook.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Schema, TimestampMicrosecondType};

use super::super::cells::{Value, value};
use super::book::{Book, BookError};
use super::limits::{MAX_TEXT, MAX_WHOLE, pieces};
use super::sheet::{Cell, Sheet};

/// Columns of numbers that are identifiers: nobody calculates with them.
const IDENTIFIERS: [&str; 1] = ["put_code"];
/// From this day on, Excel's days are those of the calendar: it has a 29 February 1900.
const FIRST_DAY: f64 = 61.0;
/// The end of the year 9999, after which Excel knows no days.
const END: f64 = 2_958_466.0;
/// Days from Excel's beginning to that of Unix, and microseconds of a day.
const UNIX_EPOCH: f64 = 25_569.0;
const DAY_MICROS: f64 = 86_400e6;

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

impl<'b> Table<'b> {
    /// Begins a table; `about` says what is in it.
    pub fn begin(book: &'b mut Book, name: &str, about: &str, schema: &Schema) -> Result<Self, BookError> {
        let columns: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let fields = schema.fields().iter().enumerate();
        let times = fields.filter(|(_, field)| matches!(field.data_type(), DataType::Timestamp(..)));
        let times: Vec<usize> = times.map(|(place, _)| place).collect();
        let (sheet, sheet_name) = book.sheet(name, 1, &columns, &times)?;
        Ok(Self {
            book,
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
