//! `orcidlake schema`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::print;
use super::stores::is_dataset;
use super::table_name::TableNameParser;
use super::{Common, Done, open_dataset};
use crate::dataset::Dataset;
use crate::storage::Place;
use crate::tables::{self, AnyTable, Type};

/// Print the data dictionary: every table and column with its meaning.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A table, such as works or summaries/affiliations; all if not given, as text a short list.
    #[arg(value_parser = TableNameParser::ALL, hide_possible_values = true)]
    table: Option<String>,
    /// The output format.
    #[arg(long, short, value_enum, default_value_t = Format::Text, env = "ORCIDLAKE_FORMAT")]
    format: Format,
    /// The dataset that the views of duckdb and spark read.
    #[arg(long, value_name = "DIR", default_value = "orcid", env = "ORCIDLAKE_DATASET")]
    dataset: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each column.
    Text,
    Markdown,
    Json,
    /// SQL that makes a view of each table, for DuckDB.
    Duckdb,
    /// SQL that makes a view of each table, for Spark.
    Spark,
}

/// Tables with their folders.
type Tables = Vec<(&'static str, &'static dyn AnyTable)>;

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let tables = selected(args.table.as_deref());
    if tables.is_empty() {
        let name = args.table.unwrap_or_default();
        return Err(Failure::new(format!("there is no table {name}"), "`orcidlake schema` lists the tables"));
    }
    let kept = match is_dataset(&args.dataset, common)? {
        true => Some(open_dataset(&args.dataset, common)?.1),
        false => None,
    };
    let rows = kept.as_ref().map(|dataset| dataset.manifest.report().rows);
    let in_dataset = |key: &str| rows.as_ref().is_none_or(|rows| rows.contains_key(key));
    let root = match Place::of(&args.dataset)? {
        Place::Local(path) => std::path::absolute(&path).unwrap_or(path),
        Place::Remote(remote) => remote.shown().to_owned(),
    };
    let views = Views { root: root.to_string_lossy().into_owned(), files: kept.as_ref().and_then(files_of) };
    let text = match args.format {
        _ if common.json => to_json(&tables),
        Format::Text if args.table.is_none() => to_list(&tables),
        Format::Text => to_text(&tables),
        Format::Markdown => to_markdown(&tables),
        Format::Json => to_json(&tables),
        Format::Duckdb => to_sql(&present(tables, in_dataset), &DUCKDB, &views),
        Format::Spark => to_sql(&present(tables, in_dataset), &SPARK, &views),
    };
    print(&text)?;
    Ok(Done::All)
}

/// The data dictionary as docs/schema.md has it.
pub fn markdown() -> String {
    let head = "# Tables\n\n\
        Made by `orcidlake schema --format markdown`; `orcidlake.json` beside them says what they were made of.\n\n\
        Paths lead from the element that makes a row. Elements are matched by local name, so that v2.0 and v2.1, \
        where some stand under another prefix, fill the same columns. Left out is only what follows from other \
        values: `@path` (from iD, section and put code), `common:host`, and `common:uri` (from `common:path`; one \
        that does not follow is counted as unmapped). Text stands as in the XML but for white space at its ends; \
        empty text is null.\n\n";
    head.to_owned() + &to_markdown(&selected(None))
}

fn selected(name: Option<&str>) -> Tables {
    let is_selected = |folder: &str, table: &dyn AnyTable| {
        name.is_none_or(|name| name == table.name() || name == key(folder, table))
    };
    tables::all().filter(|(folder, table)| is_selected(folder, *table)).collect()
}

fn key(folder: &str, table: &dyn AnyTable) -> String {
    format!("{folder}/{}", table.name())
}

/// A line for each table.
fn to_list(tables: &Tables) -> String {
    let width = tables.iter().map(|(folder, table)| key(folder, *table).len()).max().unwrap_or_default();
    let mut text = String::new();
    for (folder, table) in tables {
        let about = table.doc().split(['.', ':', ';']).next().unwrap_or_default();
        let _ = writeln!(text, "{:width$}  {about}", key(folder, *table));
    }
    text
}

fn to_text(tables: &Tables) -> String {
    let mut text = String::new();
    for (folder, table) in tables {
        let _ = writeln!(text, "{folder}/{}\n  {}", table.name(), table.doc());
        for column in table.columns() {
            let _ = writeln!(text, "    {:38} {:19} {}", column.name, column.kind.name(), column.doc);
        }
        text.push('\n');
    }
    text
}

fn to_markdown(tables: &Tables) -> String {
    let mut text = String::new();
    for (folder, table) in tables {
        let _ = writeln!(text, "## {folder}/{}\n\n{}\n", table.name(), table.doc());
        if !table.xpaths().is_empty() {
            let paths: Vec<String> = table.xpaths().iter().map(|path| format!("`{path}`")).collect();
            let _ = writeln!(text, "Rows: {}\n", paths.join(", "));
        }
        text.push_str("| column | type | meaning | path |\n|---|---|---|---|\n");
        for column in table.columns() {
            let path = if column.xpath.is_empty() { String::new() } else { format!("`{}`", column.xpath) };
            let path = path.replace('|', "\\|");
            let _ = writeln!(text, "| {} | {} | {} | {path} |", column.name, column.kind.name(), column.doc);
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn to_json(tables: &Tables) -> String {
    let tables: Vec<Value> = tables
        .iter()
        .map(|(folder, table)| {
            let columns: Vec<Value> = table
                .columns()
                .into_iter()
                .map(|column| {
                    json!({
                        "name": column.name, "type": column.kind.name(), "nullable": column.nullable,
                        "description": column.doc, "xpath": column.xpath,
                    })
                })
                .collect();
            json!({
                "table": key(folder, *table), "description": table.doc(), "rows": table.xpaths(),
                "columns": columns,
            })
        })
        .collect();
    format!("{:#}\n", json!({ "tables": tables }))
}

/// How an engine writes SQL.
struct Dialect {
    quote: char,
    /// Reads the folder of a table.
    source: fn(&str) -> String,
    /// Reads a table in a folder that has also files of other versions, by the files of the current
    /// version or by its log.
    source_of_version: fn(&str, &[String]) -> String,
}

/// What views read.
struct Views {
    /// The dataset.
    root: String,
    /// The files by table, if others may lie beside them.
    files: Option<BTreeMap<String, Vec<String>>>,
}

const DUCKDB: Dialect = Dialect {
    quote: '"',
    source: |path| format!("read_parquet('{}/*.parquet')", literally(path).replace('\'', "''")),
    source_of_version: |path, files| {
        let text = |name: &String| format!("'{}/{name}'", literally(path).replace('\'', "''"));
        format!("read_parquet([{}])", files.iter().map(text).collect::<Vec<_>>().join(", "))
    },
};
const SPARK: Dialect = Dialect {
    quote: '`',
    source: |path| format!("parquet.`{}`", path.replace('`', "``")),
    source_of_version: |path, _| format!("delta.`{}`", path.replace('`', "``")),
};

/// The files by table, if others may lie beside them.
fn files_of(dataset: &Dataset) -> Option<BTreeMap<String, Vec<String>>> {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, part) in dataset.manifest.parts() {
        files.entry(key.to_owned()).or_default().push(part.name.clone());
    }
    (!dataset.is_alone()).then_some(files)
}

/// A path whose wildcards are escaped, so that it means one path only.
fn literally(path: &str) -> String {
    let mark = |sign| if matches!(sign, '[' | '*' | '?') { format!("[{sign}]") } else { String::from(sign) };
    path.chars().map(mark).collect()
}

/// The tables that a dataset has; all where there is no dataset yet.
fn present(tables: Tables, in_dataset: impl Fn(&str) -> bool) -> Tables {
    tables.into_iter().filter(|(folder, table)| in_dataset(&key(folder, *table))).collect()
}

/// Views named `summaries_works` and so on.
fn to_sql(tables: &Tables, dialect: &Dialect, views: &Views) -> String {
    let mut text = String::new();
    let quote = dialect.quote;
    for (folder, table) in tables {
        let (name, key) = (table.name(), key(folder, *table));
        let path = format!("{}/{key}", views.root.trim_end_matches('/'));
        let columns: Vec<String> = table
            .columns()
            .iter()
            .map(|column| format!("  {quote}{}{quote} /* {} */", column.name, sql_type(column.kind)))
            .collect();
        let columns = columns.join(",\n");
        let source = match views.files.as_ref().and_then(|files| files.get(&key)) {
            Some(files) => (dialect.source_of_version)(&path, files),
            None => (dialect.source)(&path),
        };
        // Some programs divide SQL at every semicolon.
        let _ = writeln!(text, "-- {}", table.doc().replace(';', ","));
        let _ =
            writeln!(text, "CREATE OR REPLACE VIEW {folder}_{name} AS\nSELECT\n{columns}\nFROM {source};\n");
    }
    text
}

fn sql_type(kind: Type) -> &'static str {
    match kind {
        Type::Text => "string",
        Type::Int64 => "bigint",
        Type::Int32 => "int",
        Type::Int16 => "smallint",
        Type::Float64 => "double",
        Type::Boolean => "boolean",
        Type::Timestamp => "timestamp with time zone",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_table_there_is_a_line_for_each() {
        let tables = selected(None);

        let list = to_list(&tables);

        assert_eq!(list.lines().count(), tables.len());
        assert!(list.starts_with("summaries/records ") && list.contains("One row for each record"), "{list}");
    }

    #[test]
    fn comments_in_sql_do_not_end_a_statement() {
        let views = Views { root: "orcid".to_owned(), files: None };
        for dialect in [&DUCKDB, &SPARK] {
            let sql = to_sql(&selected(None), dialect, &views);
            let comments = sql.lines().filter(|line| line.starts_with("--"));
            assert!(comments.into_iter().all(|comment| !comment.contains(';')), "{sql}");
        }
    }
}
