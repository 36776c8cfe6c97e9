//! Lists of rows as CSV, JSON Lines, Parquet or a workbook.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use clap::ValueEnum;
use parquet::arrow::ArrowWriter;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Common;
use super::failure::Failure;
use super::output::print_json;
use super::spreadsheet::{BYTE_ORDER_MARK, cells, check};
use super::target::write_file;
use super::workbook_notes::tell_changed;
use crate::export::write_sheet;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    Csv,
    /// CSV that spreadsheets show as it is meant.
    SpreadsheetCsv,
    JsonLines,
    Parquet,
    Xlsx,
}

/// The sheet of a workbook that the rows are in.
const SHEET: &str = "rows";

/// What `--format` of a command that prints rows takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Csv,
    /// JSON Lines.
    Jsonl,
    Parquet,
    /// A workbook of Excel.
    Xlsx,
}

impl Format {
    /// How rows are written with this format, `--excel` and `--json`.
    ///
    /// # Errors
    /// [`Failure`] where `--excel` meets anything but CSV.
    pub fn row_format(self, excel: bool, common: &Common) -> Result<RowFormat, Failure> {
        check(excel, self == Self::Csv && !common.json)?;
        Ok(match self {
            _ if common.json => RowFormat::JsonLines,
            Self::Csv if excel => RowFormat::SpreadsheetCsv,
            Self::Csv => RowFormat::Csv,
            Self::Jsonl => RowFormat::JsonLines,
            Self::Parquet => RowFormat::Parquet,
            Self::Xlsx => RowFormat::Xlsx,
        })
    }
}

/// Writes rows to a file, or to standard output. Columns that no row fills stay.
pub fn write_rows<R: Serialize + Default>(
    rows: &[R],
    row_format: RowFormat,
    out: Option<&Path>,
) -> Result<(), Failure> {
    if let (None, RowFormat::Parquet | RowFormat::Xlsx) = (out, row_format) {
        let what = if row_format == RowFormat::Xlsx { "a workbook" } else { "Parquet" };
        return Err(Failure::new(format!("{what} cannot be written to standard output"), "give --out"));
    }
    match out {
        Some(path) => write_file(path, |output| write_to(rows, row_format, path, output)),
        None => {
            let mut output = BufWriter::new(io::stdout());
            write_to(rows, row_format, Path::new(""), &mut output)?;
            Ok(output.flush()?)
        }
    }
}

/// Writes rows; a workbook's wait beside `path` until it is whole.
fn write_to<R: Serialize + Default>(
    rows: &[R],
    row_format: RowFormat,
    path: &Path,
    output: &mut (dyn Write + Send),
) -> Result<(), Failure> {
    match row_format {
        RowFormat::Csv => write_csv(rows, output),
        RowFormat::SpreadsheetCsv => write_spreadsheet(rows, output),
        RowFormat::JsonLines => write_json_lines(rows, output),
        RowFormat::Parquet => write_parquet(rows, output),
        RowFormat::Xlsx => {
            tell_changed(&write_sheet(SHEET, &batch(rows)?, path, output)?);
            Ok(())
        }
    }
}

/// Tells programs where the rows went, if not to standard output.
pub fn tell_where(rows: usize, files: &[&Option<PathBuf>], common: &Common) -> Result<(), Failure> {
    let files: Vec<_> =
        files.iter().filter_map(|file| file.as_ref()).map(|file| file.to_string_lossy()).collect();
    if !common.json || files.is_empty() {
        return Ok(());
    }
    print_json(&json!({ "files": files, "rows": rows }))
}

fn write_csv<R: Serialize + Default>(rows: &[R], output: &mut dyn Write) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(output);
    if rows.is_empty() {
        writer.write_record(header::<R>()?.iter()).map_err(io::Error::from)?;
    }
    for row in rows {
        writer.serialize(row).map_err(io::Error::from)?;
    }
    writer.flush()?;
    Ok(())
}

fn write_json_lines<R: Serialize>(rows: &[R], output: &mut dyn Write) -> Result<(), Failure> {
    for row in rows {
        serde_json::to_writer(&mut *output, row).map_err(io::Error::from)?;
        output.write_all(b"\n")?;
    }
    Ok(())
}

fn write_spreadsheet<R: Serialize + Default>(rows: &[R], output: &mut dyn Write) -> Result<(), Failure> {
    output.write_all(BYTE_ORDER_MARK.as_bytes())?;
    let header = header::<R>()?;
    let mut writer = csv::Writer::from_writer(output);
    writer.write_record(&header).map_err(io::Error::from)?;
    for row in rows {
        writer.write_record(cells(header.iter(), &object(row)?)).map_err(io::Error::from)?;
    }
    writer.flush()?;
    Ok(())
}

/// The names of the columns, in their order.
fn header<R: Serialize + Default>() -> Result<csv::StringRecord, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.serialize(R::default()).map_err(io::Error::from)?;
    let text = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    Ok(csv::Reader::from_reader(text.as_slice()).headers().map_err(io::Error::from)?.clone())
}

fn object<R: Serialize>(row: &R) -> Result<Map<String, Value>, Failure> {
    match serde_json::to_value(row).map_err(io::Error::from)? {
        Value::Object(object) => Ok(object),
        _ => unreachable!("a row has named columns"),
    }
}

/// Rows with a type for each column.
fn batch<R: Serialize + Default>(rows: &[R]) -> Result<RecordBatch, Failure> {
    let objects: Vec<Map<String, Value>> = rows.iter().map(object).collect::<Result<_, _>>()?;
    let columns: Vec<(Field, ArrayRef)> = header::<R>()?.iter().map(|name| column(name, &objects)).collect();
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let schema = Arc::new(Schema::new(fields));
    Ok(RecordBatch::try_new(schema, arrays).map_err(io::Error::other)?)
}

fn write_parquet<R: Serialize + Default>(rows: &[R], output: &mut (dyn Write + Send)) -> Result<(), Failure> {
    let batch = batch(rows)?;
    let mut writer = ArrowWriter::try_new(output, batch.schema(), None).map_err(io::Error::other)?;
    writer.write(&batch).map_err(io::Error::other)?;
    writer.close().map_err(io::Error::other)?;
    Ok(())
}

/// A column by what its values are: whole numbers, numbers, true or false, or text.
fn column(name: &str, rows: &[Map<String, Value>]) -> (Field, ArrayRef) {
    let values = || rows.iter().map(|row| &row[name]);
    let all = |is: fn(&Value) -> bool| {
        values().any(|value| !value.is_null()) && values().all(|value| value.is_null() || is(value))
    };
    let array: ArrayRef = if all(Value::is_i64) {
        Arc::new(values().map(Value::as_i64).collect::<Int64Array>())
    } else if all(Value::is_f64) {
        Arc::new(values().map(Value::as_f64).collect::<Float64Array>())
    } else if all(Value::is_boolean) {
        Arc::new(values().map(Value::as_bool).collect::<BooleanArray>())
    } else {
        Arc::new(values().map(Value::as_str).collect::<StringArray>())
    };
    let kind: DataType = array.data_type().clone();
    (Field::new(name, kind, true), array)
}
