//! Prints the rows of a match as they come: CSV, or JSON Lines.

use std::borrow::Cow;
use std::io::{BufWriter, StdoutLock, Write};
use std::ops::Range;

use serde_json::{Value, json};

use super::failure::Failure;
use super::matching::shown_match;
use super::spreadsheet::{BYTE_ORDER_MARK, shown};
use crate::matching::{CandidateRow, MatchRow};

/// The columns that a match adds to a table.
const COLUMNS: [&str; 14] = [
    "ror_id",
    "ror_name",
    "tier",
    "relation",
    "score",
    "margin",
    "matched_name",
    "matched_name_type",
    "country_verdict",
    "city_verdict",
    "ror_status",
    "successor_of",
    "runner_up",
    "candidates",
];
/// The columns that the match of a text has besides: the place of the name in the text, in
/// characters counted from 0, and the name.
const TEXT_COLUMNS: [&str; 3] = ["text_start", "text_end", "text_part"];

/// How rows are printed.
#[derive(Clone, Copy)]
pub enum Format {
    Csv { excel: bool },
    Json,
}

/// A match, with its place in a text.
pub struct Part {
    found: MatchRow,
    /// The characters that name the organisation, and what they are.
    place: Option<(Range<usize>, String)>,
}

impl Part {
    pub fn of(found: MatchRow) -> Self {
        Self { found, place: None }
    }

    /// A match of these bytes of a text.
    pub fn in_text(found: MatchRow, text: &str, bytes: Range<usize>) -> Self {
        let start = text[..bytes.start].chars().count();
        let part = text[bytes].to_owned();
        Self { found, place: Some((start..start + part.chars().count(), part)) }
    }
}

/// A row of the input with its match.
pub struct Row<'r> {
    pub cells: &'r [String],
    pub part: &'r Part,
}

/// Where rows are printed.
pub struct Output<'h> {
    header: &'h [String],
    /// The rows are texts.
    is_text: bool,
    writer: Writer,
}

enum Writer {
    Csv { writer: Box<csv::Writer<StdoutLock<'static>>>, excel: bool },
    Json(BufWriter<StdoutLock<'static>>),
}

impl<'h> Output<'h> {
    /// Prints the header.
    pub fn new(header: &'h [String], is_text: bool, format: Format) -> Result<Self, Failure> {
        let mut out = std::io::stdout().lock();
        let Format::Csv { excel } = format else {
            return Ok(Self { header, is_text, writer: Writer::Json(BufWriter::new(out)) });
        };
        if excel {
            out.write_all(BYTE_ORDER_MARK.as_bytes())?;
        }
        let mut writer = Box::new(csv::WriterBuilder::new().flexible(true).from_writer(out));
        let added = COLUMNS.iter().chain(if is_text { &TEXT_COLUMNS[..] } else { &[] });
        for name in header.iter().map(String::as_str).chain(added.copied()) {
            writer.write_field(quoted(name, excel).as_ref()).map_err(std::io::Error::from)?;
        }
        writer.write_record(None::<&[u8]>).map_err(std::io::Error::from)?;
        Ok(Self { header, is_text, writer: Writer::Csv { writer, excel } })
    }

    /// The columns of the table that have the names of columns which a match adds in CSV.
    pub fn doubled(&self) -> Vec<&'h str> {
        let is_added = |name: &&str| COLUMNS.contains(name) || self.is_text && TEXT_COLUMNS.contains(name);
        match self.writer {
            Writer::Csv { .. } => self.header.iter().map(String::as_str).filter(is_added).collect(),
            Writer::Json(_) => Vec::new(),
        }
    }

    pub fn row(&mut self, row: &Row<'_>) -> Result<(), Failure> {
        let Row { cells, part } = row;
        match &mut self.writer {
            Writer::Csv { writer, excel } => {
                let mut write = |cell: &str| {
                    writer.write_field(quoted(cell, *excel).as_ref()).map_err(std::io::Error::from)
                };
                cells.iter().try_for_each(|cell| write(cell))?;
                // A row that is too short would put the match under the wrong columns.
                (cells.len()..self.header.len()).try_for_each(|_| write(""))?;
                match_cells(&part.found).iter().try_for_each(|cell| write(cell))?;
                if self.is_text {
                    text_cells(part).iter().try_for_each(|cell| write(cell))?;
                }
                writer.write_record(None::<&[u8]>).map_err(std::io::Error::from)?;
            }
            Writer::Json(out) => {
                let own: serde_json::Map<String, Value> = self
                    .header
                    .iter()
                    .zip(*cells)
                    .map(|(column, cell)| (column.clone(), json!(cell)))
                    .collect();
                let mut value = json!({ "query": own, "match": shown_match(&part.found) });
                if let Some((place, text)) = &part.place {
                    value["place"] = json!({ "start": place.start, "end": place.end, "text": text });
                }
                writeln!(out, "{value}")?;
            }
        }
        Ok(())
    }

    pub fn end(self) -> Result<(), Failure> {
        match self.writer {
            Writer::Csv { mut writer, .. } => writer.flush()?,
            Writer::Json(mut out) => out.flush()?,
        }
        Ok(())
    }
}

/// A cell as it is, or for spreadsheets.
fn quoted(cell: &str, excel: bool) -> Cow<'_, str> {
    if excel { shown(cell) } else { Cow::Borrowed(cell) }
}

/// The cells of [`COLUMNS`].
fn match_cells(row: &MatchRow) -> [Cow<'_, str>; COLUMNS.len()] {
    fn text<'t>(value: &'t Option<impl AsRef<str>>) -> Cow<'t, str> {
        Cow::Borrowed(value.as_ref().map_or("", AsRef::as_ref))
    }
    let score = |value: Option<f64>| value.map_or(Cow::Borrowed(""), |value| Cow::Owned(number(value)));
    let candidate = |row: &CandidateRow| format!("{} {}", row.ror_id, number(row.score));
    [
        text(&row.ror_id),
        text(&row.ror_name),
        text(&row.tier),
        text(&row.relation),
        score(row.score),
        score(row.margin),
        text(&row.matched_name),
        text(&row.matched_name_type),
        text(&row.country_verdict),
        text(&row.city_verdict),
        text(&row.ror_status),
        text(&row.successor_of),
        row.runner_up.as_ref().map_or(Cow::Borrowed(""), |row| Cow::Owned(candidate(row))),
        Cow::Owned(row.candidates.iter().map(candidate).collect::<Vec<_>>().join("|")),
    ]
}

/// A score as JSON has it: 1.0, not 1. Scores have three digits, which are written sooner than any number.
fn number(score: f64) -> String {
    let thousandths = (score * 1000.0).round();
    if score.is_sign_negative() || thousandths > 1000.0 || thousandths / 1000.0 != score {
        return format!("{score:?}");
    }
    let thousandths = thousandths as u16;
    let digit = |place: u16| char::from(b'0' + (thousandths / place % 10) as u8);
    let mut text = String::from_iter([digit(1000), '.', digit(100), digit(10), digit(1)]);
    let length = text.trim_end_matches('0').len();
    text.truncate(length.max("0.0".len()));
    text
}

/// The cells of [`TEXT_COLUMNS`].
fn text_cells(part: &Part) -> [Cow<'_, str>; TEXT_COLUMNS.len()] {
    match &part.place {
        Some((place, text)) => [
            Cow::Owned(place.start.to_string()),
            Cow::Owned(place.end.to_string()),
            Cow::Borrowed(text.as_str()),
        ],
        None => [Cow::Borrowed(""), Cow::Borrowed(""), Cow::Borrowed("")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_written_as_in_json() {
        let thousandths = (0..=1000).map(|thousandth| f64::from(thousandth) / 1000.0);
        for score in thousandths.chain([-0.07, -0.0, 0.1234, 1.001, f64::NAN]) {
            assert_eq!(number(score), format!("{score:?}"));
        }
    }
}
