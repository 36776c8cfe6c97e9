//! What all commands have: options, and how they end.

use clap::builder::BoolishValueParser;

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Options of all commands")]
pub struct Common {
    /// Print problems only.
    #[arg(long, short, global = true, env = "ORCIDLAKE_QUIET", value_parser = BoolishValueParser::new())]
    pub quiet: bool,
    /// Print the result, or the error, as JSON on standard output.
    #[arg(long, global = true, env = "ORCIDLAKE_JSON", value_parser = BoolishValueParser::new())]
    pub json: bool,
    /// Take defaults from this TOML file; a table named for a command holds that command's own.
    #[arg(long, global = true, value_name = "FILE", env = "ORCIDLAKE_CONFIG")]
    pub config: Option<std::path::PathBuf>,
}

/// How a command that did not fail has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    All,
    /// Members were left out, or problems found.
    WithProblems,
}
