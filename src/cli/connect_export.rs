//! `orcidlake connect export`.

use std::path::PathBuf;

use super::connect_args::StateArgs;
use super::failure::Failure;
use super::numbers::counted;
use super::rows::{Format, tell_where, write_rows};
use super::stores::{ScratchArg, store_to_change};
use super::target::{check_outputs, file_of};
use super::{Common, Done};
use crate::connect::{AuthenticatedId, export, rows};

/// Write who has connected which iD: into a dataset as the table connections/authenticated_ids, or
/// as a list.
///
/// The table has local id, iD, URI, permissions, since when, and state; it takes the place of an
/// earlier one. It has no tokens.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset that gets the table; without it, the rows go to --out.
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    #[command(flatten)]
    state: StateArgs,
    /// The format of the list.
    #[arg(long, short, value_enum, default_value_t = Format::Csv, conflicts_with = "to")]
    format: Format,
    /// Write CSV for spreadsheets: with a byte order mark, and a single quote before cells that
    /// they would take for formulas (those that begin with = + - @ or a tab).
    #[arg(long, conflicts_with = "to")]
    excel: bool,
    /// The file for the list, outside of datasets; standard output if - or not given.
    #[arg(long, short, value_name = "FILE", conflicts_with = "to")]
    out: Option<PathBuf>,
    #[command(flatten)]
    scratch: ScratchArg,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let out = file_of(args.out);
    check_outputs(&[&out], &[], common)?;
    let store = args.state.open(None)?;
    let (people, issuer) = (store.people()?, store.folder().issuer());
    let count = match &args.to {
        Some(dataset) => {
            let rows = rows(&people, issuer);
            export(store_to_change(dataset, &args.scratch, common)?.as_ref(), &rows, issuer)?;
            rows.len()
        }
        None => {
            let lines = AuthenticatedId::of(&people, issuer);
            write_rows(&lines, args.format.row_format(args.excel, common)?, out.as_deref())?;
            lines.len()
        }
    };
    tell_where(count, &[&out, &args.to], common)?;
    if !common.quiet {
        tell!("{} of {} with an iD", counted(count as u64, "person"), people.len());
    }
    Ok(Done::All)
}
