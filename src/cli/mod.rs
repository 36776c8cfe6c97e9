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
mod completions;
mod config;
mod convert;
mod coverage;
mod failure;
mod get;
mod index;
mod inspect;
mod man;
mod match_;
mod matching;
mod numbers;
mod output;
mod page;
mod people;
mod progress;
mod reconcile;
mod refresh;
mod refresh_report;
mod rematch;
mod rows;
mod schema;
mod synth;
mod verify;

pub use schema::markdown as schema_markdown;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::BoolishValueParser;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use failure::Failure;

/// Turns the ORCID public data files into Parquet tables.
///
/// Exit status: 0 all done, 1 done with members left out or problems found, 2 failed.
///
/// Every option can also be given as an environment variable (named in its help) or in a TOML file,
/// by its name in a table for the command; flags win over the environment, the environment over the file.
#[derive(Debug, Parser)]
#[command(name = "orcidlake", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Options of all commands")]
pub struct Common {
    /// Print problems only.
    #[arg(long, short, global = true, env = "ORCIDLAKE_QUIET", value_parser = BoolishValueParser::new())]
    pub quiet: bool,
    /// Print the result as JSON on standard output.
    #[arg(long, global = true, env = "ORCIDLAKE_JSON", value_parser = BoolishValueParser::new())]
    pub json: bool,
    /// Take defaults from this TOML file; a table named for a command holds that command's own.
    #[arg(long, global = true, value_name = "FILE", env = "ORCIDLAKE_CONFIG")]
    pub config: Option<std::path::PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Convert(convert::Args),
    Schema(schema::Args),
    Index(index::Args),
    Inspect(inspect::Args),
    Verify(verify::Args),
    Get(get::Args),
    Refresh(Box<refresh::Args>),
    Auth(auth::Args),
    Match(match_::Args),
    People(people::Args),
    Reconcile(reconcile::Args),
    Coverage(coverage::Args),
    Synth(synth::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// How a command that did not fail has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    All,
    /// Members were left out, or problems found.
    WithProblems,
}

/// Runs the program.
pub fn main() -> ExitCode {
    match run(std::env::args_os().collect()) {
        Ok(Done::All) => ExitCode::SUCCESS,
        Ok(Done::WithProblems) => ExitCode::from(1),
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            tell!("{failure}");
            ExitCode::from(2)
        }
    }
}

/// The command line's definition, for documentation.
pub fn command() -> clap::Command {
    Cli::command()
}

fn run(arguments: Vec<OsString>) -> Result<Done, Failure> {
    let command = config::apply(command(), &arguments)?;
    let matches = match command.try_get_matches_from(arguments) {
        Ok(matches) => matches,
        // Clap's own usage errors end with status 2, --help with 0.
        Err(error) => error.exit(),
    };
    config::check(&matches)?;
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match cli.command {
        Command::Convert(args) => convert::run(args, &cli.common),
        Command::Schema(args) => schema::run(args, &cli.common),
        Command::Index(args) => index::run(args, &cli.common),
        Command::Inspect(args) => inspect::run(args, &cli.common),
        Command::Verify(args) => verify::run(args, &cli.common),
        Command::Get(args) => get::run(args, &cli.common),
        Command::Refresh(args) => refresh::run(&args, &cli.common),
        Command::Auth(args) => auth::run(args, &cli.common),
        Command::Match(args) => match_::run(args, &cli.common),
        Command::People(args) => people::run(args, &cli.common),
        Command::Reconcile(args) => reconcile::run(args, &cli.common),
        Command::Coverage(args) => coverage::run(args, &cli.common),
        Command::Synth(args) => synth::run(args, &cli.common),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}
