//! What all commands have: options, and the dataset that they are given.

use std::io;
use std::path::Path;

use clap::builder::BoolishValueParser;

use super::failure::Failure;
use crate::dataset::Dataset;

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
}

/// Opens a dataset that a command is given.
///
/// # Errors
/// [`Failure`] where there is none, which says what there is instead, or it cannot be read.
pub fn open_dataset(path: &Path) -> Result<Dataset, Failure> {
    expect_dataset(path)?;
    Ok(Dataset::open(path)?)
}

/// Tells what a path leads to, if it is nothing or a file, where a dataset is expected.
///
/// # Errors
/// [`Failure`] that says so.
pub fn expect_dataset(path: &Path) -> Result<(), Failure> {
    let hint = "give the folder that `orcidlake convert … --out` wrote";
    if Dataset::is_at(path) {
        return Ok(());
    }
    match path.metadata() {
        Ok(metadata) if !metadata.is_dir() => {
            Err(Failure::new(format!("{} is a file, not a dataset", path.display()), hint))
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Err(Failure::new(format!("there is no {}", path.display()), hint))
        }
        _ => Ok(()),
    }
}
