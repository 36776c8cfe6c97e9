//! A sheet that is being filled, row by row.

use std::borrow::Cow;

use rust_xlsxwriter::{Format, IgnoreError, Workbook, Worksheet, XlsxError};

use super::limits::MAX_ROWS;

/// How Excel shows points in time, to the millisecond.
const TIME: &str = "yyyy-mm-dd hh:mm:ss.000";
/// Signs that Excel begins a formula with; whoever edits such a text would make one of it.
const FORMULAS: [char; 4] = ['=', '+', '-', '@'];
/// Widths of columns, in signs.
const TIME_WIDTH: f64 = 23.0;
const WIDTH: f64 = 18.0;

/// What a cell may hold.
pub enum Cell<'c> {
    Empty,
    Text(Cow<'c, str>),
    Number(f64),
    Truth(bool),
    /// Days since the end of 1899, as Excel counts.
    Time(f64),
}

/// How cells are shown.
pub struct Looks {
    head: Format,
    time: Format,
    text_as_it_is: Format,
}

/// A sheet.
pub struct Sheet {
    pub worksheet: Worksheet,
    /// The next row, from 0 on.
    row: u32,
}

impl<'c> Cell<'c> {
    pub fn text(text: &'c str) -> Self {
        Self::Text(text.into())
    }
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            head: Format::new().set_bold(),
            time: Format::new().set_num_format(TIME),
            text_as_it_is: Format::new().set_quote_prefix(),
        }
    }
}

impl Sheet {
    /// Begins with the names of the columns; `times` are the places of columns with points in time.
    pub fn begin(
        workbook: &mut Workbook,
        name: &str,
        columns: &[String],
        times: &[usize],
        looks: &Looks,
    ) -> Result<Self, XlsxError> {
        let mut worksheet = workbook.new_worksheet_with_constant_memory()?;
        worksheet.set_name(name)?;
        worksheet.set_freeze_panes(1, 0)?;
        let last = place_of(columns.len().saturating_sub(1));
        // Identifiers made of digits are texts on purpose.
        worksheet.ignore_error_range(0, 0, MAX_ROWS - 1, last, IgnoreError::NumberStoredAsText)?;
        for (place, column) in columns.iter().enumerate() {
            let width = if times.contains(&place) { TIME_WIDTH } else { WIDTH };
            worksheet.set_column_width(place_of(place), width)?;
            worksheet.write_string_with_format(0, place_of(place), column, &looks.head)?;
        }
        Ok(Self { worksheet, row: 1 })
    }

    /// The number of the next row, as Excel shows it.
    pub fn next_row(&self) -> u32 {
        self.row + 1
    }

    /// Adds a row.
    pub fn add<'c>(&mut self, cells: impl Iterator<Item = Cell<'c>>, looks: &Looks) -> Result<(), XlsxError> {
        for (place, cell) in cells.enumerate() {
            let (row, column) = (self.row, place_of(place));
            match cell {
                Cell::Empty => {}
                Cell::Text(text) if text.starts_with(FORMULAS) => {
                    self.worksheet.write_string_with_format(
                        row,
                        column,
                        text.as_ref(),
                        &looks.text_as_it_is,
                    )?;
                }
                Cell::Text(text) => {
                    self.worksheet.write_string(row, column, text.as_ref())?;
                }
                Cell::Number(number) => {
                    self.worksheet.write_number(row, column, number)?;
                }
                Cell::Truth(truth) => {
                    self.worksheet.write_boolean(row, column, truth)?;
                }
                Cell::Time(days) => {
                    self.worksheet.write_number_with_format(row, column, days, &looks.time)?;
                }
            }
        }
        self.row += 1;
        Ok(())
    }
}

/// A column's place as the library counts. No table has as many columns as Excel allows.
fn place_of(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}
