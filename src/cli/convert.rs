//! `orcidlake convert`.

use std::error::Error as _;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::builder::BoolishValueParser;

use serde_json::json;

use super::failure::{Failure, with_end};
use super::hints::Hint;
use super::numbers::{bytes, counted, grouped, parse_bytes};
use super::only_args::{OnlyArgs, tell_nobody};
use super::output::print_json;
use super::progress::Progress;
use super::stores::{ScratchArg, locked_store};
use super::tables_arg::TablesArg;
use super::target::check_file;
use super::{Common, Done};
use crate::convert::{ConvertError, Options, Outcome, Selection, Shard, convert_in};
use crate::dataset::{ArchiveEntry, DatasetError};
use crate::report::Report;

use crate::storage::{Place, shown};
use targz_seek::index::index_path;

/// Time between looks for a signal.
const SIGNAL_LOOKS: Duration = Duration::from_millis(100);
/// Less memory than this cannot be kept to.
const LEAST_MEMORY: usize = 128 << 20;
/// Paths without a column that are printed; the report has all.
const SHOWN_PATHS: usize = 20;

/// Convert archives into a dataset of Parquet tables.
///
/// Archives that the dataset has are skipped, so the same command continues a run that was stopped.
/// An archive is added to the dataset in one step, when it has been read to its end.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Archives (.tar.gz, .tar), folders of .xml files, single .xml files, or - for standard input.
    #[arg(required = true, value_name = "ARCHIVE")]
    archives: Vec<PathBuf>,
    /// The dataset: a new or empty folder, or one that orcidlake has made; or a URL such as
    /// s3://bucket/orcid.
    #[arg(long, short, value_name = "DIR", env = "ORCIDLAKE_OUT")]
    out: PathBuf,
    #[command(flatten)]
    tables: TablesArg,
    #[command(flatten)]
    only: OnlyArgs,
    #[command(flatten)]
    machine: Machine,
    /// Read the undamaged members of an archive that is cut off or damaged; no checksum verifies
    /// them.
    #[arg(long, env = "ORCIDLAKE_SALVAGE", value_parser = BoolishValueParser::new())]
    salvage: bool,
    /// Replace the whole dataset by one made of these archives alone. The old dataset stays until all archives
    /// are done, so there must be room for both. If one fails, nothing is replaced; the finished
    /// archives stay in .NAME.orcidlake-replace beside the dataset, and the same command continues
    /// with the others. convert without --replace removes that folder.
    #[arg(long, env = "ORCIDLAKE_REPLACE", value_parser = BoolishValueParser::new())]
    replace: bool,
    /// While reading, write an index beside each archive that has none, like the command index.
    #[arg(long, conflicts_with_all = ["salvage", "shard"], env = "ORCIDLAKE_INDEX", value_parser = BoolishValueParser::new())]
    index: bool,
    /// Convert one part of each archive, such as 2/5; needs the archive's index. All parts
    /// together, each converted by any machine, have exactly the rows of the whole.
    #[arg(long, value_name = "I/N", conflicts_with = "salvage", env = "ORCIDLAKE_SHARD")]
    shard: Option<Shard>,
    #[command(flatten)]
    scratch: ScratchArg,
}

/// What of the machine may be used.
#[derive(Debug, Clone, clap::Args)]
pub struct Machine {
    /// Threads that parse and encode; one for each processor if not given.
    #[arg(long, value_name = "N", env = "ORCIDLAKE_THREADS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Limit of the memory; a larger limit lets more archives be read side by side.
    #[arg(long, value_name = "SIZE", env = "ORCIDLAKE_MEMORY", default_value = "1GiB", value_parser = parse_memory)]
    memory: usize,
}

fn parse_memory(text: &str) -> Result<usize, String> {
    let size = parse_bytes(text)?;
    if size < LEAST_MEMORY { Err("at least 128MiB are needed".to_owned()) } else { Ok(size) }
}

impl Machine {
    /// Options of the library for this machine.
    pub fn options(&self) -> Options {
        let defaults = Options::default();
        Options {
            threads: self.threads.map_or(defaults.threads, usize::from),
            memory_bytes: self.memory,
            ..defaults
        }
    }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let tables = Selection::new(&args.tables.tables)?;
    let (write_index, shard) = (args.index, args.shard);
    let (salvage, replace) = (args.salvage, args.replace);
    let storage = common.storage();
    let only = args.only.slice(None, common)?;
    let options =
        Options { tables, only, salvage, replace, write_index, shard, storage, ..args.machine.options() };
    for archive in args.archives.iter().filter(|archive| args.index && archive.is_file()) {
        check_file(&index_path(archive), &[])?;
    }
    let progress = Progress::new(common.quiet);
    progress.expect(&args.archives);
    let stop = stop_on_signals()?;
    let store = locked_store(&args.out, "convert", &args.scratch, common)?;
    let outcomes = convert_in(&args.archives, store.as_ref(), &options, &progress, &stop);
    progress.end();
    let outcomes = outcomes.map_err(|error| {
        let hint = hint_of(&error, &args);
        Failure::from(error).with_hint(hint)
    })?;
    let report = whole(&outcomes);
    let result = common.json.then(|| to_json(&args, &outcomes, &report));
    if !common.json && !common.quiet && outcomes.iter().any(|outcome| matches!(outcome, Outcome::Done(_))) {
        tell_part!("{}", report_text(&report));
    }
    print_problems(&report);
    print_empty(&args, &outcomes);
    tell_nobody(&report.members);
    let ended = end(&args, outcomes, &report);
    let printed = result.map_or(Ok(()), |result| print_json(&with_end(result, &ended)));
    match (ended, printed) {
        // What went wrong counts, even where nobody reads the report.
        (Ok(Done::All), Err(failure)) => Err(failure),
        (ended, _) => ended,
    }
}

/// Says which archives held nothing of ORCID's: most likely a wrong path.
fn print_empty(args: &Args, outcomes: &[Outcome]) {
    for (outcome, archive) in outcomes.iter().zip(&args.archives) {
        let Outcome::Done(entry) = outcome else { continue };
        let (archive, shown) = (archive.as_path(), shown(archive));
        let shown = shown.display();
        if holds_archives(archive) {
            tell!("note: archives in the folder {shown} are not read: give {shown}/*.tar.gz");
        } else if entry.holds_nothing() && entry.shard.is_none() {
            tell!("note: {shown} holds no ORCID documents");
        }
    }
}

/// True for a folder of downloads rather than of records.
fn holds_archives(path: &Path) -> bool {
    let is_archive = |name: &str| [".tar.gz", ".tgz", ".tar"].iter().any(|ending| name.ends_with(ending));
    let mut names = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.any(|name| is_archive(&name.to_string_lossy()))
}

/// A flag that Ctrl-C, SIGTERM and the end of a terminal (SIGHUP) set; a second signal ends the
/// program at once.
pub fn stop_on_signals() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let hangup = hears_hangup().then_some(signal_hook::consts::SIGHUP);
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM].into_iter().chain(hangup) {
        signal_hook::flag::register_conditional_shutdown(signal, 130, stop.clone())?;
        signal_hook::flag::register(signal, stop.clone())?;
    }
    let told = stop.clone();
    std::thread::spawn(move || {
        while !told.load(Ordering::Relaxed) {
            std::thread::sleep(SIGNAL_LOOKS);
        }
        tell!("stopping; a second signal ends at once");
    });
    Ok(stop)
}

/// False if the program was started with SIGHUP ignored, as `nohup` does it, and if the system
/// does not tell.
fn hears_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask >> (signal_hook::consts::SIGHUP - 1) & 1 == 0)
}

fn whole(outcomes: &[Outcome]) -> Report {
    let mut report = Report::default();
    for outcome in outcomes {
        if let Outcome::Done(entry) = outcome {
            report.add(entry.report.clone());
        }
    }
    report
}

/// Says on standard error what failed, and decides how the command ends.
fn end(args: &Args, outcomes: Vec<Outcome>, report: &Report) -> Result<Done, Failure> {
    let amiss = |entry: &ArchiveEntry| !entry.complete || entry.shard.is_none() && entry.holds_nothing();
    let amiss = outcomes.iter().any(|outcome| matches!(outcome, Outcome::Done(entry) if amiss(entry)));
    let (total, mut failures) = (outcomes.len(), Vec::new());
    for (outcome, archive) in outcomes.into_iter().zip(&args.archives) {
        if let Outcome::Failed(error) = outcome {
            let hint = hint_of(&error, args);
            failures.push((archive, Failure::from(error).with_hint(hint)));
        }
    }
    let count = failures.len();
    match failures.pop() {
        Some((_, failure)) if total == 1 => Err(failure),
        Some((archive, failure)) => {
            failures.push((archive, failure));
            failures.iter().for_each(|(archive, failure)| tell!("{}: {failure}", shown(archive).display()));
            let hint = match (count == total, args.replace) {
                (true, false) => "nothing was added to the dataset",
                (true, true) => "nothing was replaced; the dataset is unchanged",
                (false, true) => {
                    "nothing was replaced; what was there is as it was. The other archives are finished and kept \
                     beside the dataset: run the same command again for the rest"
                }
                (false, false) => {
                    "the other archives are in the dataset; run the same command again for the rest"
                }
            };
            Err(Failure::new(format!("{count} of {total} archives failed"), hint))
        }
        None if report.members.rejects > 0 || amiss => Ok(Done::WithProblems),
        None => Ok(Done::All),
    }
}

/// What to do about an archive that failed.
fn hint_of(error: &ConvertError, args: &Args) -> String {
    if let ConvertError::Dataset(DatasetError::DiskFull { .. }) = error
        && Place::is_remote(&args.out)
    {
        return "free some space there, or give a folder on a larger disk with --scratch, and run the same \
                command again; the dataset is unchanged"
            .to_owned();
    }
    let is_damage = matches!(error, ConvertError::Archive(error) if error.is_damage());
    let salvage =
        if is_damage && !args.salvage { "; --salvage takes the members that are whole" } else { "" };
    format!("{}{salvage}", error.hint())
}

/// The counts, for people.
pub fn report_text(report: &Report) -> String {
    let members = &report.members;
    let mut text = format!("{}, {} of XML\n", counted(members.members, "member"), bytes(members.xml_bytes));
    for (name, count) in [
        ("records", members.records),
        ("tombstones", members.tombstones),
        ("activities", members.activities),
        ("rejects", members.rejects),
        ("other files", members.other),
        ("left out", members.left_out),
    ] {
        if name == "left out" && count == 0 {
            continue;
        }
        let _ = writeln!(text, "  {:>14} {name}{}", grouped(count), detail(name, report));
    }
    if !report.rows.is_empty() {
        text.push_str("rows\n");
    }
    for (table, rows) in &report.rows {
        let _ = writeln!(text, "  {:>14} {table}", grouped(*rows));
    }
    text
}

fn detail(name: &str, report: &Report) -> String {
    let by_code = match name {
        "tombstones" => &report.tombstones,
        "rejects" => &report.rejects,
        _ => return String::new(),
    };
    let parts: Vec<String> =
        by_code.iter().map(|(code, count)| format!("{code} {}", grouped(*count))).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

/// What a user must know even with `--quiet`.
pub fn print_problems(report: &Report) {
    let members = &report.members;
    report.notes.iter().for_each(|note| tell!("note: {note}"));
    for (count, noun, what) in [
        (members.rejects, "reject", "left out; the tables `rejects` say why"),
        (members.cleaned, "member", "read after taking out characters that XML forbids"),
        (members.duplicates, "member", "of a name that came before; the last readable one counts"),
        (report.unmapped_values(), "value", "without a column, kept in the tables `unmapped_values`:"),
    ] {
        if count > 0 {
            tell!("note: {} {what}", counted(count, noun));
        }
    }
    for (path, count) in report.unmapped.iter().take(SHOWN_PATHS) {
        tell!("  {:>14} {path}", grouped(*count));
    }
    if report.unmapped.len() > SHOWN_PATHS {
        let (more, named) = (report.unmapped.len() - SHOWN_PATHS, "--json lists them all");
        match report.unnamed_values() {
            0 => tell!("  and {more} more paths; {named}"),
            values => tell!(
                "  and more paths than a report names: {} of the values are counted under \"(further paths)\"; the tables have all",
                grouped(values)
            ),
        }
    }
}

fn to_json(args: &Args, outcomes: &[Outcome], report: &Report) -> serde_json::Value {
    let paths = args.archives.iter().map(|path| shown(path).to_string_lossy().into_owned());
    let archives = outcomes.iter().zip(paths).map(|(outcome, archive)| match outcome {
        Outcome::Done(entry) | Outcome::Kept(entry) => json!({
            "archive": archive, "outcome": if matches!(outcome, Outcome::Done(_)) { "done" } else { "kept" },
            "complete": entry.complete,
            "size_bytes": entry.size_bytes, "md5": entry.md5, "report": entry.report,
        }),
        Outcome::Skipped => json!({ "archive": archive, "outcome": "skipped" }),
        Outcome::Failed(error) => {
            let causes = std::iter::successors(error.source(), |&cause| cause.source());
            let causes: Vec<String> = causes.map(ToString::to_string).collect();
            let (told, hint) = (error.to_string(), hint_of(error, args));
            json!({ "archive": archive, "outcome": "failed", "error": told, "causes": causes, "hint": hint })
        }
    });
    json!({ "dataset": shown(&args.out).to_string_lossy(), "archives": archives.collect::<Vec<_>>(), "report": report,
        "stage_seconds": report.times.seconds() })
}
