//! `orcidlake export`.

use std::borrow::Cow;
use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::BoolishValueParser;
use serde_json::json;

use super::convert::stop_on_signals;
use super::failure::Failure;
use super::hint::Hint;
use super::limited::LimitedArg;
use super::numbers::counted;
use super::only_args::OnlyArgs;
use super::output::print_json;
use super::table_name::TableNameParser;
use super::target::check_file;
use super::workbook_notes::tell_changed;
use super::{Common, Done, open_dataset};
use crate::dataset::Dataset;
use crate::export::{CsvOptions, ExportError, Exported, Format, export};
use crate::slice::Slice;
use crate::storage::shown;

/// Write the tables of a dataset in a form that other programs open.
///
/// sqlite is one database, with primary and foreign keys where they hold, and indexes. csv (RFC
/// 4180) and jsonl are a file for each table, in a folder or a zip. xlsx is one workbook with a sheet
/// for each table, or a workbook for each, in a folder or a zip. Values keep their types; nothing is
/// rounded. Some people only are selected as by `extract`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DATASET")]
    dataset: PathBuf,
    /// The database or the .xlsx; or the folder, new or empty, or the .zip for the tables.
    #[arg(id = "export_to", long = "to", value_name = "FILE|DIR", env = "ORCIDLAKE_EXPORT_TO")]
    to: PathBuf,
    /// The form.
    #[arg(
        id = "export_format",
        long = "format",
        short = 'f',
        value_name = "FORMAT",
        value_enum,
        env = "ORCIDLAKE_EXPORT_FORMAT"
    )]
    format: FormatArg,
    /// Tables to write, such as works or summaries/affiliations; all if not given.
    #[arg(
        id = "export_tables",
        long = "tables",
        value_delimiter = ',',
        value_name = "TABLE",
        value_parser = TableNameParser::ALL,
        hide_possible_values = true,
        env = "ORCIDLAKE_EXPORT_TABLES"
    )]
    tables: Vec<String>,
    /// Write CSV for spreadsheets: with a byte order mark, and a single quote before cells that
    /// they would take for formulas (those that begin with = + - @ or a tab).
    #[arg(long, env = "ORCIDLAKE_EXCEL", value_parser = BoolishValueParser::new())]
    excel: bool,
    /// Put semicolons between the cells of CSV, as spreadsheets of some languages want it.
    #[arg(long, env = "ORCIDLAKE_SEMICOLONS", value_parser = BoolishValueParser::new())]
    semicolons: bool,
    #[command(flatten)]
    limited: LimitedArg,
    #[command(flatten)]
    only: OnlyArgs,
}

/// Endings of files that spreadsheets, databases and readers of JSON open.
const FILE_ENDINGS: [&str; 10] =
    ["csv", "db", "json", "jsonl", "ndjson", "ods", "sqlite", "tsv", "xls", "xlsx"];

/// [`Format`], as the command line has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    Sqlite,
    Csv,
    Jsonl,
    Xlsx,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    if args.format != FormatArg::Csv && (args.excel || args.semicolons) {
        let message = "--excel and --semicolons are for CSV";
        return Err(Failure::new(message, "give --format csv, or leave them out"));
    }
    check_name(&args)?;
    check_place(&args)?;
    let (_, dataset) = open_dataset(&args.dataset, common)?;
    let public = args.limited.of(&dataset);
    let dataset = public.as_ref().unwrap_or(&dataset);
    let tables = tables_of(dataset, &args.tables)?;
    let slice = args.only.slice(Some(dataset), common)?;
    let delimiter = if args.semicolons { b';' } else { b',' };
    let format = match args.format {
        FormatArg::Sqlite => Format::Sqlite,
        FormatArg::Csv => Format::Csv(CsvOptions { excel: args.excel, delimiter }),
        FormatArg::Jsonl => Format::JsonLines,
        FormatArg::Xlsx => Format::Xlsx,
    };
    let stop = stop_on_signals()?;
    let exported = export(dataset, slice.as_deref(), &tables, &args.to, format, &stop)?;
    tell(&args, &exported, slice.as_deref(), common)?;
    Ok(Done::All)
}

/// Refuses a path whose ending is that of another form: programs that open files by their endings would
/// not open it.
fn check_name(args: &Args) -> Result<(), Failure> {
    let (own, writes, hint): (&[&str], _, _) = match args.format {
        FormatArg::Csv | FormatArg::Jsonl => {
            (&[], "a file for each table", "give a folder, or a path that ends with .zip")
        }
        FormatArg::Sqlite => (&["sqlite", "db"], "one database", "give a path that ends with .sqlite"),
        FormatArg::Xlsx => {
            (&["xlsx"], "the form of Excel 2007 and later", "give a path that ends with .xlsx, or with .zip")
        }
    };
    let ending = args.to.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let ending = ending.as_str();
    if FILE_ENDINGS.contains(&ending) && !own.contains(&ending) && !args.to.is_dir() {
        let format = args.format.to_possible_value().expect("no form is hidden");
        let message = format!("--format {} writes {writes}, not {}", format.get_name(), args.to.display());
        return Err(Failure::new(message, hint));
    }
    Ok(())
}

/// Refuses to write into a dataset.
fn check_place(args: &Args) -> Result<(), Failure> {
    match args.to.is_dir() {
        true => super::target::check_folder(&args.to),
        false => check_file(&args.to, &[]),
    }
}

/// The keys of the chosen tables that the dataset has.
fn tables_of(dataset: &Dataset, names: &[String]) -> Result<Vec<String>, Failure> {
    let mut all: Vec<String> = dataset.manifest.parts().map(|(key, _)| key.to_owned()).collect();
    all.sort();
    all.dedup();
    if names.is_empty() {
        return Ok(all);
    }
    let is_named =
        |key: &str, name: &String| key == name || key.split_once('/').is_some_and(|(_, table)| table == name);
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|key| is_named(key, name))) {
        let message = format!("the dataset has no table {unknown}");
        return Err(Failure::new(message, &format!("it has {}", all.join(", "))));
    }
    all.retain(|key| names.iter().any(|name| is_named(key, name)));
    Ok(all)
}

fn tell(args: &Args, exported: &Exported, slice: Option<&Slice>, common: &Common) -> Result<(), Failure> {
    if common.json {
        return print_json(&json!({ "dataset": shown(&args.dataset).to_string_lossy(),
            "to": args.to.to_string_lossy(), "selection": slice.map(Slice::selection),
            "exported": exported }));
    }
    if !common.quiet {
        let (tables, rows) = (exported.rows.len() as u64, exported.rows.values().sum());
        tell!("{}: {} in {}", args.to.display(), counted(rows, "row"), counted(tables, "table"));
    }
    if exported.defused > 0 {
        tell!(
            "note: {} that a spreadsheet would take for a formula got a quote before it",
            counted(exported.defused, "cell")
        );
    }
    tell_changed(&exported.changed);
    Ok(())
}

impl Hint for ExportError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::Dataset(error) => return error.hint(),
            Self::NoTable { .. } => "select by --ids or --ids-of, or convert with these tables",
            Self::Exists { .. } => "give another --to, or remove what is there",
            Self::Io { .. } | Self::Database { .. } => {
                "check the path, the permissions and the room on the disk"
            }
            Self::Workbook { .. } => {
                "check the room on the disk; or export fewer tables or people, or in another format"
            }
            Self::Stopped => "run the same command again",
        };
        hint.into()
    }
}
