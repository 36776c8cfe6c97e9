//! Options that all commands have.

use clap::builder::BoolishValueParser;

use super::failure::Failure;
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
    /// An option of object stores, such as region=eu-central-1 or endpoint=https://…; can be
    /// repeated. The usual environment variables, such as AWS_ACCESS_KEY_ID, are read too.
    #[arg(long, global = true, value_name = "KEY=VALUE", env = "ORCIDLAKE_STORAGE_OPTION", hide_env_values = true)]
    pub storage_option: Vec<String>,
}

impl Common {
    /// The options of object stores.
    ///
    /// # Errors
    /// [`Failure`] for an option without a value, which does not show it.
    pub fn storage(&self) -> Result<StorageOptions, Failure> {
        let mut options = StorageOptions::default();
        for option in &self.storage_option {
            let Some((key, value)) = option.split_once('=') else {
                return Err(Failure::new("a --storage-option has no value", "write KEY=VALUE"));
            };
            options.set(key, value);
        }
        Ok(options)
    }
}
