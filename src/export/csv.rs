//! CSV as RFC 4180 has it; and as spreadsheets want it.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};

use super::cells::{Value, value};
use super::error::ExportError;

/// What spreadsheets take for the beginning of a formula.
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// By this they know that a file is in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvOptions {
    /// For spreadsheets: a byte order mark, and a single quote before texts that they would take for
    /// formulas.
    pub excel: bool,
    /// Between cells; spreadsheets of some languages want a semicolon.
    pub delimiter: u8,
}

/// A table on its way to a file.
pub struct Table<'w> {
    out: Writer<&'w mut dyn Write>,
    head: Result<(), io::Error>,
    options: CsvOptions,
    rows: u64,
    defused: u64,
}

impl<'w> Table<'w> {
    /// Begins with the names of the columns.
    pub fn begin(writer: &'w mut dyn Write, options: CsvOptions, columns: &[String]) -> Self {
        let marked = if options.excel { writer.write_all(BYTE_ORDER_MARK) } else { Ok(()) };
        let mut out = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .quote_style(QuoteStyle::Necessary)
            .delimiter(options.delimiter)
            .from_writer(writer);
        let head = marked.and_then(|()| out.write_record(columns).map_err(io::Error::from));
        Self { out, head, options, rows: 0, defused: 0 }
    }

    /// Adds rows.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), ExportError> {
        let fault = ExportError::io("the table".as_ref());
        let write = |table: &mut Self| -> io::Result<()> {
            std::mem::replace(&mut table.head, Ok(()))?;
            for row in 0..batch.num_rows() {
                for column in batch.columns() {
                    table.cell(&value(column, row))?;
                }
                table.out.write_record(None::<&[u8]>)?;
            }
            table.rows += batch.num_rows() as u64;
            Ok(())
        };
        write(self).map_err(fault)
    }

    fn cell(&mut self, value: &Value<'_>) -> io::Result<()> {
        let written = match value {
            Value::Absent => self.out.write_field(""),
            Value::Text(text) if self.options.excel && text.starts_with(FORMULAS) => {
                self.defused += 1;
                self.out.write_field(format!("'{text}"))
            }
            Value::Text(text) => self.out.write_field(text),
            Value::Number(number) => self.out.write_field(number.to_string()),
            Value::Float(number) => self.out.write_field(number.to_string()),
            Value::Truth(truth) => self.out.write_field(if *truth { "true" } else { "false" }),
            Value::Time(time) => self.out.write_field(time),
        };
        written.map_err(io::Error::from)
    }

    /// Completes the table; gives its rows, and the texts that got a quote before them.
    pub fn end(mut self) -> Result<(u64, u64), ExportError> {
        let ended = self.head.and_then(|()| self.out.flush());
        ended.map_err(ExportError::io("the table".as_ref()))?;
        Ok((self.rows, self.defused))
    }
}
