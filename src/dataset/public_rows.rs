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

use crate::tables;

/// Rows by table, such as `summaries/works`, in the order of the table. Tables without rows are left
/// out.
pub type TableRows = BTreeMap<String, Vec<RecordBatch>>;

const VISIBILITY: &str = "visibility";
const PUT_CODE: &str = "put_code";
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

/// The named columns of a table, and those that say who may see its rows.
pub fn with_visibility<'c>(key: &str, columns: &[&'c str]) -> Vec<&'c str> {
    let mut wanted = columns.to_vec();
    let deciding = if key == RECORDS { CELLS.map(|(column, _)| column).to_vec() } else { vec![VISIBILITY] };
    wanted.extend(deciding.into_iter().filter(|name| has_column(key, name) && !columns.contains(name)));
    wanted
}

/// The columns of a table that say who may see its rows or cells.
pub fn visibility_columns(key: &str) -> Vec<String> {
    let names = table_columns(key).into_iter();
    names.filter(|name| name == VISIBILITY || name.ends_with("_visibility")).collect()
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

/// The public rows of a batch of [`with_visibility`] columns, with the named columns only.
///
/// # Errors
/// [`ArrowError`] if a column has another type than its table says.
pub fn public_part(
    key: &str,
    batch: &RecordBatch,
    columns: Option<&[&str]>,
) -> Result<RecordBatch, ArrowError> {
    let mut batch = match shown(batch, VISIBILITY)? {
        Some(shown) => filter_record_batch(batch, &shown)?,
        None => batch.clone(),
    };
    if key == RECORDS {
        for (column, cells) in CELLS {
            batch = without_cells(&batch, column, cells)?;
        }
    }
    let Some(columns) = columns else { return Ok(batch) };
    let kept: Vec<usize> = (0..batch.num_columns())
        .filter(|place| columns.contains(&batch.schema().field(*place).name().as_str()))
        .collect();
    batch.project(&kept)
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
        let has_visibility = key == RECORDS || has_column(&key, VISIBILITY);
        let is_plain = PLAIN.iter().any(|name| key.ends_with(&format!("/{name}")));
        for batch in batches {
            let batch = match batch.column_by_name(PUT_CODE) {
                _ if has_visibility || is_plain => public_part(&key, &batch, None)?,
                None => continue,
                Some(codes) => {
                    let codes = codes.as_primitive::<Int64Type>().iter();
                    let is_shown = |code: Option<i64>| {
                        code.is_some_and(|code| seen.contains(&code) && !hidden.contains(&code))
                    };
                    filter_record_batch(&batch, &codes.map(|code| Some(is_shown(code))).collect())?
                }
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
        for (folder, table) in
            tables::all().filter(|(folder, _)| ["summaries", "activities"].contains(folder))
        {
            let key = format!("{folder}/{}", table.name());
            let decided = !visibility_columns(&key).is_empty()
                || has_column(&key, PUT_CODE)
                || PLAIN.contains(&table.name())
                || table.name() == "unmapped_values";

            assert!(decided, "{key}");
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
