//! `orcidlake extract`.

use std::borrow::Cow;
use std::path::PathBuf;

use serde_json::json;

use super::convert::{Machine, report_text, stop_on_signals};
use super::failure::Failure;
use super::hint::Hint;
use super::only_args::{OnlyArgs, tell_nobody};
use super::output::print_json;
use super::stores::{ScratchArg, store_to_change};
use super::{Common, Done, open_dataset};
use crate::extract::{ExtractError, extract};
use crate::storage::shown;

/// Make a dataset of some people of another dataset.
///
/// It has all rows of the selected people, and is a dataset like any other: it can be matched,
/// refreshed and compared. Activities follow their people. `convert` selects people in the same way
/// while it reads archives.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The dataset.
    #[arg(value_name = "DATASET")]
    dataset: PathBuf,
    /// The new dataset: a new or empty folder, or a URL such as s3://bucket/slice.
    #[arg(long, value_name = "DIR", env = "ORCIDLAKE_EXTRACT_TO")]
    to: PathBuf,
    #[command(flatten)]
    only: OnlyArgs,
    #[command(flatten)]
    machine: Machine,
    #[command(flatten)]
    scratch: ScratchArg,
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let (_, dataset) = open_dataset(&args.dataset, common)?;
    let slice = args.only.slice(Some(&dataset), common)?;
    let slice = slice.ok_or_else(|| {
        Failure::new(
            "nothing selects people",
            "give --ids, --ids-of, --country, --organization-id, --ror or --current",
        )
    })?;
    let stop = stop_on_signals()?;
    let store = store_to_change(&args.to, &args.scratch, common)?;
    let threads = args.machine.options().threads;
    let report = extract(&dataset, store.as_ref(), &slice, threads, &stop)?;
    if common.json {
        let (from, to) = (shown(&args.dataset), shown(&args.to));
        print_json(&json!({ "dataset": to.to_string_lossy(), "from": from.to_string_lossy(),
            "selection": slice.selection(), "report": report }))?;
    } else if !common.quiet {
        tell_part!("{}", report_text(&report));
    }
    tell_nobody(&report.members);
    if dataset.manifest.organizations.is_some() && !common.quiet {
        tell!("note: the matching is not taken over; run `orcidlake match` on the new dataset");
    }
    Ok(Done::All)
}

impl Hint for ExtractError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::Dataset(error) => return error.hint(),
            Self::Exists { .. } => "give another --to, or remove that dataset",
            Self::NoTable { .. } => "select by --ids or --ids-of, or convert with these tables",
            Self::Threads(_) => "give fewer --threads",
            Self::Stopped => "run the same command again",
        };
        hint.into()
    }
}
