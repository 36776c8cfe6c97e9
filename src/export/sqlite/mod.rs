//! A SQLite database with all tables; keys where they hold, and indexes.

mod keys;

use std::fs;
use std::path::Path;

use arrow::datatypes::{DataType, SchemaRef};
use rusqlite::types::{ToSqlOutput, Value as Sql, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::cells::{Value, value};
use super::error::ExportError;
use super::files::part_of;
use super::tables::{Exported, Source, file_name};
use crate::dataset::{DatasetError, schema_of};
use keys::Keys;

/// Columns that get an index where a table has them.
const INDEXED: [&str; 5] = ["orcid", "put_code", "org_key", "doi", "ror_id"];

/// Writes tables into a new database.
pub fn write(source: &Source<'_>, tables: &[String], to: &Path) -> Result<Exported, ExportError> {
    if to.exists() {
        return Err(ExportError::Exists { path: to.to_owned() });
    }
    let part = part_of(to);
    if part.exists() {
        fs::remove_file(&part).map_err(ExportError::io(&part))?;
    }
    let keys = Keys::of(source, tables)?;
    let fault =
        |error: rusqlite::Error| ExportError::Database { path: to.to_owned(), reason: error.to_string() };
    let mut database = Connection::open(&part).map_err(fault)?;
    // The file is new and gets its name at the end, so a crash needs no journal.
    database
        .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;")
        .map_err(fault)?;
    let mut exported = Exported::default();
    for key in tables {
        let schema = schema_of(key).ok_or_else(|| DatasetError::NoTable { key: key.clone() })?;
        database.execute_batch(&table_sql(key, &schema, &keys)).map_err(fault)?;
        let holes = vec!["?"; schema.fields().len()].join(", ");
        let insert = format!("INSERT INTO {} VALUES ({holes})", quoted(&file_name(key)));
        let mut rows = 0;
        let change = database.transaction().map_err(fault)?;
        {
            let mut insert = change.prepare(&insert).map_err(fault)?;
            source.each_batch(key, |batch| {
                for row in 0..batch.num_rows() {
                    let cells = batch.columns().iter().map(|column| value(column, row));
                    insert.execute(params_from_iter(cells)).map_err(fault)?;
                }
                rows += batch.num_rows() as u64;
                Ok(())
            })?;
        }
        change.commit().map_err(fault)?;
        database.execute_batch(&index_sql(key, &schema, &keys)).map_err(fault)?;
        exported.rows.insert(key.clone(), rows);
    }
    database.close().map_err(|(_, error)| fault(error))?;
    fs::rename(&part, to).map_err(ExportError::io(to))?;
    Ok(exported)
}

fn table_sql(key: &str, schema: &SchemaRef, keys: &Keys) -> String {
    let mut lines: Vec<String> = schema
        .fields()
        .iter()
        .map(|field| {
            let kind = match field.data_type() {
                DataType::Int16 | DataType::Int32 | DataType::Int64 => "INTEGER",
                DataType::Boolean => "BOOLEAN",
                DataType::Float64 => "REAL",
                _ => "TEXT",
            };
            let is_primary = keys.primary(key) == Some(field.name().as_str());
            format!("{} {kind}{}", quoted(field.name()), if is_primary { " PRIMARY KEY" } else { "" })
        })
        .collect();
    for (column, table, other) in keys.foreign(key) {
        let (column, table, other) = (quoted(column), quoted(&file_name(table)), quoted(other));
        lines.push(format!("FOREIGN KEY ({column}) REFERENCES {table} ({other})"));
    }
    format!("CREATE TABLE {} (\n  {}\n);", quoted(&file_name(key)), lines.join(",\n  "))
}

fn index_sql(key: &str, schema: &SchemaRef, keys: &Keys) -> String {
    let table = file_name(key);
    let columns = INDEXED
        .iter()
        .filter(|column| schema.field_with_name(column).is_ok() && keys.primary(key) != Some(**column));
    let index = |column: &&str| {
        format!(
            "CREATE INDEX {} ON {} ({});",
            quoted(&format!("{table}_{column}")),
            quoted(&table),
            quoted(column)
        )
    };
    columns.map(index).collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Absent => ToSqlOutput::Owned(Sql::Null),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Number(number) => ToSqlOutput::Owned(Sql::Integer(*number)),
            Self::Float(number) => ToSqlOutput::Owned(Sql::Real(*number)),
            Self::Truth(truth) => ToSqlOutput::Owned(Sql::Integer((*truth).into())),
            Self::Time(time) => ToSqlOutput::Borrowed(ValueRef::Text(time.as_bytes())),
        })
    }
}
