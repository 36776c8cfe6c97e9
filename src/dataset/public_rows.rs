//! The public part of a dataset that also holds limited data.
//!
//! The column `visibility` decides: a row without a value there is public, as everything of the
//! public files is. In the table of records, name and biography have a visibility of their own, and
//! their cells are emptied. Rows that belong to an item, such as its contributors, have none: they
//! are shown only if their item is.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch, nullif};
use arrow::datatypes::{DataType, Int64Type};
use arrow::error::ArrowError;

use super::layout::table_of;
use crate::tables;

/// Rows by table, such as `summaries/works`, in the order of the table. Tables without rows are left
/// out.
pub type TableRows = BTreeMap<String, Vec<RecordBatch>>;

pub const VISIBILITY: &str = "visibility";
/// Who may see an identifier of an item.
const OWN_VISIBILITY: &str = "own_visibility";
pub const PUT_CODE: &str = "put_code";
pub const ORCID: &str = "orcid";
const PUBLIC: &str = "public";
/// The table whose cells have a visibility of their own.
const RECORDS: &str = "summaries/records";
/// The columns that say who may see cells of records, and the beginnings of the names of these.
const CELLS: [(&str, &[&str]); 2] = [
    ("name_visibility", &["given_names", "family_name", "credit_name", "name_"]),
    ("biography_visibility", &["biography"]),
];
/// Tables that say nothing of what a person has written.
const PLAIN: [&str; 2] = ["tombstones", "rejects"];

/// The columns of a table that decide which of its rows and cells are public.
pub fn deciding_columns(key: &str) -> Vec<&'static str> {
    let columns: &[&str] = match decided(key) {
        Decided::Always => &[],
        Decided::ByColumns if key == RECORDS => &CELLS.map(|(column, _)| column),
        Decided::ByColumns => &[VISIBILITY],
        Decided::ByItem => &[ORCID, PUT_CODE, OWN_VISIBILITY],
        Decided::Unknown => &[ORCID],
    };
    columns.iter().copied().filter(|name| has_column(key, name)).collect()
}

/// The columns of a table that say who may see its rows or cells.
pub fn visibility_columns(key: &str) -> Vec<String> {
    let names = table_columns(key).into_iter();
    names.filter(|name| name == VISIBILITY || name.ends_with("_visibility")).collect()
}

/// What decides whether a row of a table is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Nothing: the table says nothing of what a person has written.
    Always,
    /// Columns of the row itself.
    ByColumns,
    /// The item that the row belongs to.
    ByItem,
    /// Nothing tells it.
    Unknown,
}

/// What decides about the rows of a table.
pub fn decided(key: &str) -> Decided {
    let is_of_people = table_of(key).is_some();
    if !is_of_people || PLAIN.iter().any(|name| key.ends_with(&format!("/{name}"))) {
        Decided::Always
    } else if key == RECORDS || has_column(key, VISIBILITY) {
        Decided::ByColumns
    } else if has_column(key, PUT_CODE) {
        Decided::ByItem
    } else {
        Decided::Unknown
    }
}

/// True for a table of items, whose rows have a put code and say who may see them.
pub fn is_of_items(key: &str) -> bool {
    has_column(key, VISIBILITY) && has_column(key, PUT_CODE)
}

fn has_column(key: &str, name: &str) -> bool {
    table_columns(key).iter().any(|column| column == name)
}

fn table_columns(key: &str) -> Vec<String> {
    let table = tables::all().find(|(folder, table)| {
        key.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) == Some(table.name())
    });
    table.map_or_else(Vec::new, |(_, table)| table.columns().into_iter().map(|column| column.name).collect())
}

/// True if all rows of a table stay where only public ones are shown, though cells may be emptied.
pub fn keeps_all_rows(key: &str) -> bool {
    decided(key) == Decided::Always || key == RECORDS
}

/// A batch without rows and cells whose own columns say that they are not public.
///
/// # Errors
/// [`ArrowError`] if a column has another type than its table says.
pub fn public_part(key: &str, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let mut batch = batch.clone();
    for column in [VISIBILITY, OWN_VISIBILITY] {
        if let Some(shown) = shown(&batch, column)? {
            batch = filter_record_batch(&batch, &shown)?;
        }
    }
    if key == RECORDS {
        for (column, cells) in CELLS {
            batch = without_cells(&batch, column, cells)?;
        }
    }
    Ok(batch)
}

/// Which rows of items are public.
///
/// # Errors
/// Those of [`public_part`].
pub fn public_rows_of(batch: &RecordBatch) -> Result<BooleanArray, ArrowError> {
    Ok(shown(batch, VISIBILITY)?.unwrap_or_else(|| vec![false; batch.num_rows()].into()))
}

/// Which rows are public; `None` if the batch has no such column.
fn shown(batch: &RecordBatch, column: &str) -> Result<Option<BooleanArray>, ArrowError> {
    let Some(column) = batch.column_by_name(column) else { return Ok(None) };
    let words = cast(column, &DataType::Utf8)?;
    let words = words.as_string::<i32>();
    Ok(Some(words.iter().map(|word| Some(is_public(word))).collect()))
}

/// True for what everybody may see.
pub fn is_public(visibility: Option<&str>) -> bool {
    visibility.is_none_or(|word| word.is_empty() || word.eq_ignore_ascii_case(PUBLIC))
}

/// The batch with empty cells where `column` says that they are not public.
fn without_cells(batch: &RecordBatch, column: &str, cells: &[&str]) -> Result<RecordBatch, ArrowError> {
    let Some(shown) = shown(batch, column)? else { return Ok(batch.clone()) };
    let hidden: BooleanArray = shown.iter().map(|shown| shown.map(|shown| !shown)).collect();
    let schema = batch.schema();
    let arrays = schema.fields().iter().zip(batch.columns()).map(|(field, array)| -> Result<ArrayRef, _> {
        let is_hidden = field.name() != column && cells.iter().any(|begin| field.name().starts_with(begin));
        if is_hidden { nullif(array, &hidden) } else { Ok(array.clone()) }
    });
    RecordBatch::try_new(Arc::clone(&schema), arrays.collect::<Result<_, _>>()?)
}

/// The public part of all rows of some people.
///
/// # Errors
/// Those of [`public_part`].
pub fn public_rows(tables: TableRows) -> Result<TableRows, ArrowError> {
    let mut items = [HashSet::new(), HashSet::new()];
    for batch in tables.values().flatten() {
        let (Some(shown), Some(codes)) = (shown(batch, VISIBILITY)?, batch.column_by_name(PUT_CODE)) else {
            continue;
        };
        let codes = codes.as_primitive::<Int64Type>();
        for (shown, code) in shown.iter().zip(codes) {
            items[usize::from(shown == Some(true))].extend(code);
        }
    }
    // Put codes of different sections may be equal: then rows of both items are left out.
    let [hidden, seen] = items;
    let mut public = TableRows::new();
    for (key, batches) in tables {
        let decided = decided(&key);
        for batch in batches {
            let batch = match (decided, batch.column_by_name(PUT_CODE)) {
                (Decided::Always | Decided::ByColumns, _) => public_part(&key, &batch)?,
                (Decided::ByItem, Some(codes)) => {
                    let codes = codes.as_primitive::<Int64Type>().iter();
                    let is_shown = |code: Option<i64>| {
                        code.is_some_and(|code| seen.contains(&code) && !hidden.contains(&code))
                    };
                    let shown = codes.map(|code| Some(is_shown(code))).collect();
                    public_part(&key, &filter_record_batch(&batch, &shown)?)?
                }
                (Decided::ByItem | Decided::Unknown, _) => continue,
            };
            if batch.num_rows() > 0 {
                public.entry(key.clone()).or_default().push(batch);
            }
        }
    }
    Ok(public)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_says_who_may_see_its_rows_or_belongs_to_an_item() {
        for (folder, table) in tables::all() {
            let key = format!("{folder}/{}", table.name());
            let expected = match (folder, table.name()) {
                (_, "unmapped_values") => Decided::Unknown,
                (_, "tombstones" | "rejects") | ("organizations" | "connections", _) => Decided::Always,
                _ if visibility_columns(&key).iter().any(|name| !name.starts_with("own_")) => {
                    Decided::ByColumns
                }
                _ => Decided::ByItem,
            };

            assert_eq!(decided(&key), expected, "{key}");
            assert!(expected != Decided::ByItem || has_column(&key, PUT_CODE), "{key}");
        }
    }

    #[test]
    fn what_is_not_said_is_public_and_any_other_word_is_not() {
        for (word, expected) in [
            (None, true),
            (Some(""), true),
            (Some("public"), true),
            (Some("PUBLIC"), true),
            (Some("limited"), false),
            (Some("private"), false),
            (Some("registered-only"), false),
        ] {
            assert_eq!(is_public(word), expected, "{word:?}");
        }
    }
}
