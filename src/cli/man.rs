//! `orcidlake man`.

use std::path::PathBuf;

use super::Done;
use super::failure::Failure;

/// Write the manual pages.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder for the pages of all commands; without it the main page goes to standard output.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<Done, Failure> {
    match args.folder {
        Some(folder) => clap_mangen::generate_to(super::command(), folder)?,
        None => clap_mangen::Man::new(super::command()).render(&mut std::io::stdout())?,
    }
    Ok(Done::All)
}
