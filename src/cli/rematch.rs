//! Matching a dataset to ROR, by `match` and after a refresh.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::Common;
use super::convert::Machine;
use super::failure::Failure;
use super::matching::Sources;
use crate::dataset::{Dataset, LocalStore, MatchInputs, Organizations, Store};
use crate::matching::{Options, Summary, match_dataset_in};
use crate::refresh::hold;
use ror_match::Matcher;

/// The share of the memory that keys may have; the index has its own.
const KEYS_SHARE: usize = 4;

/// Matches the dataset in `store`.
pub fn match_with(
    store: &dyn Store,
    (sources, inputs): (&Sources, MatchInputs),
    matcher: &Matcher,
    options: Options,
    stop: &AtomicBool,
) -> Result<Summary, Failure> {
    let crosswalk = sources.crosswalk(&matcher.index.release)?;
    Ok(match_dataset_in(store, matcher, crosswalk, Some(inputs), options, stop)?)
}

/// The options of a matching by those of the machine.
pub fn options(machine: &Machine, anew: bool) -> Options {
    let machine = machine.options();
    Options { threads: machine.threads, memory_bytes: machine.memory_bytes / KEYS_SHARE, anew }
}

/// Brings the matches of the dataset at `path` up to its rows, if it has been
/// matched and its rows have changed since.
pub fn rematch(
    path: &Path,
    machine: &Machine,
    common: &Common,
    stop: &AtomicBool,
) -> Result<Option<Summary>, Failure> {
    let dataset = Dataset::open(path)?;
    let source = dataset.manifest.source();
    let Some(before) = dataset.manifest.organizations.filter(|before| before.source != source) else {
        return Ok(None);
    };
    let (sources, inputs) = as_before(&before, common)?;
    let matcher = sources.matcher(&Common { quiet: true, ..common.clone() })?;
    let store = LocalStore::holding(hold(path, "match")?);
    match_with(&store, (&sources, inputs), &matcher, options(machine, false), stop).map(Some)
}

/// What the dataset was matched with, if it is still there.
fn as_before(before: &Organizations, common: &Common) -> Result<(Sources, MatchInputs), Failure> {
    let again = "run `orcidlake match DIR --ror-release FILE` when you have the file";
    let sources = Sources::before(before, common).ok_or_else(|| {
        Failure::new("the manifest does not say with which files the dataset was matched", again)
    })?;
    if sources.lacks_release() {
        return Err(Failure::new(format!("the release of ROR is missing: {}", sources.ror.display()), again));
    }
    let inputs = sources.inputs()?;
    if before.inputs.as_ref() != Some(&inputs) {
        return Err(Failure::new(
            format!("{} or another file of the last matching has changed", sources.ror.display()),
            "run `orcidlake match DIR` to match with the new one",
        ));
    }
    Ok((sources, inputs))
}
