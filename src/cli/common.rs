//! Options that all commands have.

use clap::builder::BoolishValueParser;

use super::storage_option::{StorageOption, StorageOptionParser};
use crate::storage::StorageOptions;

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
    /// Take defaults from this TOML file; a table with the name of a command has the options of
    /// that command.
    #[arg(long, global = true, value_name = "FILE", env = "ORCIDLAKE_CONFIG")]
    pub config: Option<std::path::PathBuf>,
    /// An option of object stores and web servers, such as aws_region=eu-central-1 or
    /// allow_http=true; can be repeated, and in the variable several are parted by commas or line
    /// ends. The environment variables of the stores, such as AWS_ACCESS_KEY_ID, are read too.
    #[arg(
        long,
        global = true,
        value_name = "KEY=VALUE",
        env = "ORCIDLAKE_STORAGE_OPTIONS",
        hide_env_values = true,
        hide_default_value = true,
        value_parser = StorageOptionParser
    )]
    pub storage_option: Vec<StorageOption>,
}

impl Common {
    /// The options of object stores and web servers.
    pub fn storage(&self) -> StorageOptions {
        self.storage_option.iter().flat_map(StorageOption::pairs).collect()
    }
}
