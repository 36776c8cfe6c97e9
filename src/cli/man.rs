//! `orcidlake man`.

use std::path::PathBuf;

use super::Done;
use super::failure::Failure;
use super::output::print;
use super::target::check_folder;
use crate::dataset::DatasetError;

/// Write the manual pages.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder for the pages of all commands. If not given, the main page goes to standard output.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub fn run(args: Args, command: clap::Command) -> Result<Done, Failure> {
    match args.folder {
        Some(folder) => {
            check_folder(&folder)?;
            std::fs::create_dir_all(&folder).map_err(DatasetError::io("make", &folder))?;
            clap_mangen::generate_to(command, &folder).map_err(DatasetError::io("write below", &folder))?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            print(&String::from_utf8_lossy(&page))?;
        }
    }
    Ok(Done::All)
}
