//! `orcidlake plan`.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use serde_json::json;

use super::failure::Failure;
use super::numbers::counted;
use super::only_args::OnlyArgs;
use super::output::print;
use super::stores::store_of;
use super::tables_arg::TablesArg;
use super::target::{check_file, write_file};
use super::{Common, Done};
use crate::convert::{Options, Selection, Task, plan_in, plan_new};

/// A larger number of parts is treated as a typing error.
const MAX_PARTS: u64 = 100_000;

/// Divide a conversion into tasks for several processes or machines.
///
/// Prints one task a line, as JSON. `orcidlake part` runs a task, on any machine that sees the
/// archives under the same paths; `orcidlake commit` adds the finished parts to the dataset.
///
/// Parts of an archive need its index. Archives without an index get an index task. Index tasks come
/// first, and all of them must be done before the other tasks begin; --index-tasks writes them to
/// a file of their own. Archives that cannot be divided become one part: folders, single XML files,
/// archives with repeated names, and all with --salvage. Standard input cannot be planned.
///
/// With a selection of people, the tasks name the files that select them, under the same paths as the
/// archives. Activities of people who are selected by their records are planned when the records are in the dataset.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Archives (.tar.gz, .tar), folders of .xml files, or single .xml files.
    #[arg(required = true, value_name = "ARCHIVE")]
    archives: Vec<PathBuf>,
    /// The number of parts of all archives together. Each archive has at least one, larger archives
    /// have more, and none has more parts than blocks of 8 MiB of XML, so there may be fewer.
    #[arg(long, value_name = "N", env = "ORCIDLAKE_PARTS", value_parser = clap::value_parser!(u64).range(1..=MAX_PARTS))]
    parts: u64,
    /// The dataset that the parts are for; archives that it has get no tasks. A new dataset if not
    /// given.
    #[arg(long, short, value_name = "DIR", env = "ORCIDLAKE_OUT")]
    out: Option<PathBuf>,
    /// Write the index tasks to this file, and print the other tasks only. The file is empty if
    /// every archive has its index.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_INDEX_TASKS")]
    index_tasks: Option<PathBuf>,
    #[command(flatten)]
    tables: TablesArg,
    #[command(flatten)]
    only: OnlyArgs,
    /// Read the undamaged members of archives that are cut off or damaged; each archive is one part.
    #[arg(long, env = "ORCIDLAKE_SALVAGE", value_parser = BoolishValueParser::new())]
    salvage: bool,
    /// Plan to replace the dataset: archives that it has get tasks too. Give --replace to commit also.
    #[arg(long, env = "ORCIDLAKE_REPLACE", value_parser = BoolishValueParser::new())]
    replace: bool,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    if let Some(path) = &args.index_tasks {
        let archives: Vec<_> = args.archives.iter().map(PathBuf::as_path).collect();
        check_file(path, &archives)?;
    }
    let tables = Selection::new(&args.tables.tables)?;
    let (salvage, replace, parts) = (args.salvage, args.replace, Some(args.parts));
    let (storage, only) = (common.storage(), args.only.slice(None, common)?);
    let options = Options { tables, only, salvage, replace, parts, storage, ..Options::default() };
    let tasks = match &args.out {
        Some(out) => plan_in(&args.archives, store_of(out, common)?.as_ref(), &options)?,
        None => plan_new(&args.archives, &options)?,
    };
    let count = tasks.iter().filter(|task| task.is_index()).count();
    let (indexes, rest) = tasks.split_at(count);
    match &args.index_tasks {
        Some(path) => {
            write_file(path, |out| Ok(out.write_all(lines(indexes).as_bytes())?))?;
            print(&lines(rest))?;
        }
        None => print(&lines(&tasks))?,
    }
    let counts = (counted(count as u64, "index task"), counted(rest.len() as u64, "part"));
    if common.json {
        tell!("{}", json!({ "index_tasks": count, "parts": rest.len() }));
    } else if !common.quiet {
        tell!("{}, {}", counts.0, counts.1);
    }
    Ok(Done::All)
}

/// One task a line.
fn lines(tasks: &[Task]) -> String {
    tasks.iter().map(|task| format!("{}\n", json!(task))).collect()
}
