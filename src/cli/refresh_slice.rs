//! A dataset of some people that is refreshed: the selection as it was made, and how people who join it
//! are found.

use std::path::PathBuf;
use std::sync::Arc;

use super::Common;
use super::failure::Failure;
use super::matching::Sources;
use super::only_args::tell_release;
use crate::convert::same_slice;
use crate::dataset::Dataset;
use crate::refresh::{Newcomers, Scope, Strategy, searches};
use crate::slice::{Inputs, People, RorSelection, Slice};

/// The files that selected the people of the dataset.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "For a dataset of some people")]
pub struct SliceArgs {
    /// The release of ROR that selected the people of an institution. If not given, the one that
    /// the dataset was matched with.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_ROR_RELEASE")]
    ror_release: Option<PathBuf>,
    /// The table of names that was given then (--overrides).
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_OVERRIDES")]
    overrides: Option<PathBuf>,
    /// The table of ids that was given then (--crosswalk).
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_ONLY_CROSSWALK")]
    crosswalk: Option<PathBuf>,
}

/// What else decides how newcomers are found.
pub struct Ways {
    /// Records are read from a bucket.
    pub has_bucket: bool,
    /// A file tells what has changed.
    pub has_changes: bool,
    pub strategy: Option<Strategy>,
    pub known_only: bool,
}

impl SliceArgs {
    /// The people of the dataset, if they were selected; `scope` may be the list of iDs that they were
    /// selected by.
    ///
    /// # Errors
    /// [`Failure`] if the files that they were selected by are not here, or are others.
    pub fn slice(
        &self,
        dataset: &Dataset,
        scope: Option<&Scope>,
        common: &Common,
    ) -> Result<Option<Arc<Slice>>, Failure> {
        let Some(selection) = &dataset.manifest.selection else { return Ok(None) };
        let ids = match scope {
            Some(Scope::Ids(ids)) if selection.ids.as_ref() == Some(&People::list_of(ids)) => {
                Some(ids.clone())
            }
            _ => None,
        };
        let mut inputs = Inputs::default();
        if let Some(ror) = &selection.ror {
            inputs = self.inputs(ror, dataset, common);
        }
        let slice = same_slice(selection, inputs, ids, &common.storage())?;
        tell_release(&slice, common);
        Ok(Some(Arc::new(slice)))
    }

    fn inputs(&self, ror: &RorSelection, dataset: &Dataset, common: &Common) -> Inputs {
        let mut inputs = Inputs::default();
        let before = dataset.manifest.organizations.as_ref();
        if let Some(before) = before.and_then(|before| Sources::before(before, common)) {
            before.name_in(&mut inputs);
        }
        // The dataset may have been matched with more tables later.
        inputs.overrides = inputs.overrides.filter(|_| ror.overrides.is_some());
        inputs.crosswalk = inputs.crosswalk.filter(|_| ror.crosswalk.is_some());
        let own = [
            (&self.ror_release, &mut inputs.ror_release),
            (&self.overrides, &mut inputs.overrides),
            (&self.crosswalk, &mut inputs.crosswalk),
        ];
        for (given, input) in own {
            if given.is_some() {
                input.clone_from(given);
            }
        }
        inputs
    }
}

/// The scope of the selected people, if the user names no other; says who cannot be found.
///
/// # Errors
/// [`Failure`] if the dataset cannot be read.
pub fn scope_of(slice: &Slice, dataset: &Dataset, ways: &Ways, common: &Common) -> Result<Scope, Failure> {
    let note = |text: &str| {
        if !common.quiet {
            tell!("note: {text}");
        }
    };
    if ways.known_only {
        return Ok(Scope::All);
    }
    if slice.lacks_list() {
        note("people of the list whom the dataset does not have are added only if --ids gives the list");
        return Ok(Scope::All);
    }
    let reads_each = ways.strategy == Some(Strategy::Each);
    if ways.has_bucket && !reads_each || ways.strategy == Some(Strategy::Windows) {
        return Ok(Scope::Selection(Newcomers::Changed));
    }
    let asked = searches(dataset, slice)?;
    if ways.has_bucket || asked.queries.is_empty() {
        if ways.has_changes && !reads_each {
            return Ok(Scope::Selection(Newcomers::Changed));
        }
        note(
            "ORCID's search cannot be asked for these people, so nobody is added; --strategy windows, --changes or --bucket reads everybody who has changed, and adds who has joined",
        );
        return Ok(Scope::All);
    }
    if asked.by_names {
        note(
            "people who join the institution are found by its ids and known names; who joins under another spelling alone is added only with --strategy windows or --bucket",
        );
    }
    if !asked.not_searched.is_empty() {
        note(&format!(
            "ORCID's search has no field for {}: who joins under these ids alone is added only with --strategy windows or --bucket",
            asked.not_searched.join(", ")
        ));
    }
    Ok(Scope::Selection(Newcomers::Found(asked.queries)))
}
