//! The command line: one file for each command.
//!
//! A command asks the library and prints; it decides nothing about data. What
//! programs may read goes to standard output, all else to standard error.

/// As `eprintln!`, but where nobody takes the message the program goes on: a log on a
/// full disk is no reason to leave work undone.
macro_rules! tell {
    ($($what:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr().lock(), $($what)*);
    }};
}
/// As `eprint!`, likewise.
macro_rules! tell_part {
    ($($what:tt)*) => {{
        use std::io::Write as _;
        let _ = write!(std::io::stderr().lock(), $($what)*);
    }};
}

mod auth;
mod charts;
mod commit;
mod common;
mod completions;
mod config;
mod connect;
mod connect_args;
mod connect_export;
mod connect_hints;
mod connect_invite;
mod connect_revoke;
mod connect_rotate_key;
mod connect_serve;
mod connect_settings;
mod connect_status;
mod connect_webhooks;
mod connected_people;
mod convert;
mod coverage;
mod coverage_page;
mod coverage_site;
mod diagram;
mod diff;
mod diff_page;
mod done;
mod download;
mod download_hints;
mod download_progress;
mod export;
mod extract;
mod failure;
mod get;
mod hint;
mod hints;
mod index;
mod inspect;
mod limited;
mod lines;
mod man;
mod match_;
mod match_output;
mod match_rows;
mod matching;
mod numbers;
mod only_args;
mod output;
mod page;
mod part;
mod people;
mod places;
mod plan;
mod progress;
mod progress_whole;
mod push;
mod push_args;
mod push_hints;
mod push_permissions;
mod reconcile;
mod refresh;
mod refresh_args;
mod refresh_connected;
mod refresh_report;
mod refresh_slice;
mod rematch;
mod renamed;
mod report;
mod report_page;
mod report_quality;
mod ror_list;
mod rows;
mod schema;
mod spreadsheet;
mod storage_hints;
mod storage_option;
mod stores;
mod synth;
mod table_name;
mod tables_arg;
mod target;
mod verify;
mod workbook_notes;

pub(crate) use common::Common;
pub use diagram::diagram;
pub(crate) use done::Done;
pub use schema::markdown as schema_markdown;
pub(crate) use stores::{expect_dataset, open_dataset};

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::builder::{BoolishValueParser, TypedValueParser as _};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use failure::{Failure, exit_status};
use renamed::OldNames;

/// Turns the ORCID public data files into Parquet tables.
///
/// Exit status: 0 all done, 1 done with members left out or problems found, 2 failed.
///
/// Every option can also be set by an environment variable (named in its help) or in a TOML file,
/// in a table with the name of the command. Flags take precedence over the environment, the
/// environment over the file.
#[derive(Debug, Parser)]
#[command(name = "orcidlake", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Download(download::Args),
    Convert(convert::Args),
    Plan(plan::Args),
    Part(part::Args),
    Commit(commit::Args),
    Schema(schema::Args),
    Index(index::Args),
    Inspect(inspect::Args),
    Report(report::Args),
    Extract(extract::Args),
    Diff(diff::Args),
    Export(export::Args),
    Verify(verify::Args),
    Get(get::Args),
    Refresh(Box<refresh::Args>),
    Auth(auth::Args),
    Push(Box<push::Args>),
    Match(match_::Args),
    People(people::Args),
    Reconcile(reconcile::Args),
    Coverage(coverage::Args),
    Connect(connect::Args),
    Synth(synth::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs the program.
pub fn main() -> ExitCode {
    ExitCode::from(main_with(std::env::args_os().collect()))
}

/// Runs the program and gives its exit status. The first argument is the program's name.
/// Errors of usage, and `--help`, end the process.
pub fn main_with(arguments: Vec<OsString>) -> u8 {
    // A failure may come before the arguments are understood.
    output::want_json(asks_for_json(&arguments));
    let ended = run(arguments);
    let status = exit_status(&ended);
    if let Err(failure) = ended
        && status != 0
    {
        tell!("{failure}");
        tell_as_json(failure.to_json());
    }
    status
}

/// True where a flag or the environment asks for JSON.
fn asks_for_json(arguments: &[OsString]) -> bool {
    let own = arguments.iter().take_while(|argument| *argument != "--");
    let set = std::env::var_os("ORCIDLAKE_JSON")
        .is_some_and(|value| BoolishValueParser::new().parse_ref(&command(), None, &value).unwrap_or(false));
    set || own.into_iter().any(|argument| argument == "--json")
}

/// Prints a failure for programs, where they are to read JSON.
fn tell_as_json(error: serde_json::Value) {
    if output::lacks_json() {
        // Where nobody reads it, the exit status says enough.
        let _ = output::print_json(&serde_json::json!({ "error": error, "exit_status": 2 }));
    }
}

/// Ends the program as clap does: usage errors with status 2, `--help` with 0, or with 2 where
/// the help cannot be written.
fn end_as_told(error: clap::Error) -> ! {
    if error.use_stderr() {
        let text = error.render().to_string();
        let (message, hint) = text.split_once("\n\n").unwrap_or((&text, ""));
        let message = message.strip_prefix("error: ").unwrap_or(message).trim();
        tell_as_json(serde_json::json!({ "message": message, "causes": [], "hint": hint.trim() }));
    }
    let printed = error.print().and_then(|()| std::io::stdout().lock().flush()).map_err(Failure::from);
    let status = match printed {
        Err(failure) if !error.use_stderr() && !failure.is_broken_pipe() => {
            tell!("{failure}");
            2
        }
        _ => error.exit_code(),
    };
    std::process::exit(status)
}

/// The command line's definition, for documentation.
pub fn command() -> clap::Command {
    places::with_checks(Cli::command())
}

fn run(arguments: Vec<OsString>) -> Result<Done, Failure> {
    let mut old_names = OldNames::default();
    let command_line = old_names.accept(command(), &arguments)?;
    let with_defaults = config::apply(command_line, &arguments, &mut old_names)?;
    let matches = match with_defaults.try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => end_as_told(error),
    };
    config::check(&command(), &matches)?;
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| end_as_told(error));
    output::want_json(cli.common.json);
    if !cli.common.quiet {
        old_names.tell(matches.subcommand_name());
    }
    match cli.command {
        Command::Download(args) => download::run(args, &cli.common),
        Command::Convert(args) => convert::run(args, &cli.common),
        Command::Plan(args) => plan::run(args, &cli.common),
        Command::Part(args) => part::run(args, &cli.common),
        Command::Commit(args) => commit::run(args, &cli.common),
        Command::Schema(args) => schema::run(args, &cli.common),
        Command::Index(args) => index::run(args, &cli.common),
        Command::Export(args) => export::run(args, &cli.common),
        Command::Extract(args) => extract::run(args, &cli.common),
        Command::Diff(args) => diff::run(args, &cli.common),
        Command::Inspect(args) => inspect::run(args, &cli.common),
        Command::Report(args) => report::run(args, &cli.common),
        Command::Verify(args) => verify::run(args, &cli.common),
        Command::Get(args) => get::run(args, &cli.common),
        Command::Refresh(args) => refresh::run(&args, &cli.common),
        Command::Auth(args) => auth::run(args, &cli.common),
        Command::Push(args) => push::run(&args, &cli.common),
        Command::Match(args) => match_::run(args, &cli.common),
        Command::People(args) => people::run(args, &cli.common),
        Command::Reconcile(args) => reconcile::run(args, &cli.common),
        Command::Coverage(args) => coverage::run(args, &cli.common),
        Command::Connect(args) => connect::run(args, &cli.common),
        Command::Synth(args) => synth::run(args, &cli.common),
        Command::Completions(args) => completions::run(args, command()),
        Command::Man(args) => man::run(args, command()),
    }
}
