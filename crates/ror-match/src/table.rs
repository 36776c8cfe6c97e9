//! Reads small CSV tables that users give.

use std::path::Path;

use super::error::OrgsError;

/// The named columns of each row, with the number of its line. A column that
/// the table does not have is a fault.
pub fn rows<const N: usize>(path: &Path, columns: [&str; N]) -> Result<Vec<(u64, [String; N])>, OrgsError> {
    let fault = |error: csv::Error| OrgsError::Table { path: path.to_owned(), what: error.to_string() };
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_path(path).map_err(fault)?;
    let header = reader.headers().map_err(fault)?.clone();
    let mut places = [0; N];
    for (place, name) in places.iter_mut().zip(columns) {
        let found =
            header.iter().position(|column| column.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
        let missing =
            || OrgsError::Table { path: path.to_owned(), what: format!("there is no column {name}") };
        *place = found.ok_or_else(missing)?;
    }
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(fault)?;
        let line = row.position().map_or(0, csv::Position::line);
        rows.push((line, places.map(|place| row.get(place).unwrap_or_default().to_owned())));
    }
    Ok(rows)
}
