//! The options that select people: by iDs, countries, organizations, institutions.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::BoolishValueParser;

use super::failure::Failure;
use super::hint::Hint;
use super::matching::{Ror, Sources};
use super::numbers::counted;
use super::people::parse_ror;
use super::{Common, expect_dataset};
use crate::convert::{learned_ids, slice_of};
use crate::dataset::Dataset;
use crate::report::Members;
use crate::slice::{Inputs, OrganizationId, RorSelection, Selection, Slice, SliceError};
use ror_match::{Country, RorId};

/// Whose records are kept. Options of different kinds must all hold; of one kind, any value does.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "People")]
pub struct OnlyArgs {
    /// Keep only the people that the following options select; may be left out.
    #[arg(long, env = "ORCIDLAKE_ONLY", value_parser = BoolishValueParser::new())]
    only: bool,
    /// People of this list, with an iD in each line, in any form; - for standard input.
    #[arg(id = "only_ids", long = "ids", value_name = "FILE", env = "ORCIDLAKE_ONLY_IDS")]
    ids: Option<PathBuf>,
    /// People of another dataset, such as one of summaries, for their activities.
    #[arg(
        id = "only_ids_of",
        long = "ids-of",
        value_name = "DATASET",
        env = "ORCIDLAKE_ONLY_IDS_OF",
        conflicts_with = "only_ids"
    )]
    ids_of: Option<PathBuf>,
    /// People with an address or an affiliation in these countries, by their codes or names, such as
    /// PT,ES.
    #[arg(id = "only_country", long = "country", value_delimiter = ',', value_name = "CODE", env = "ORCIDLAKE_ONLY_COUNTRY", value_parser = parse_country)]
    country: Vec<String>,
    /// People with an affiliation that has one of these ids, such as grid:grid.1017.7,
    /// ringgold:5376, fundref:501100001780 or ror:04ttjf776.
    #[arg(id = "only_organization_id", long = "organization-id", value_delimiter = ',', value_name = "REGISTRY:ID", env = "ORCIDLAKE_ONLY_ORGANIZATION_ID", value_parser = OrganizationId::parse)]
    organization_id: Vec<OrganizationId>,
    /// People with an affiliation that means this institution, under any of its ids and names; needs
    /// a release of ROR. Several ids count as one institution.
    #[arg(id = "only_ror", long = "ror", value_delimiter = ',', value_name = "ID", env = "ORCIDLAKE_ONLY_ROR", value_parser = parse_ror)]
    ror: Vec<RorId>,
    /// Include the child organisations of --ror, at all levels.
    #[arg(id = "only_children", long = "children", requires = "only_ror")]
    children: bool,
    /// Count only affiliations that have not ended: without an end date, or with one that lies ahead;
    /// there must be one.
    #[arg(id = "only_current", long = "current", env = "ORCIDLAKE_ONLY_CURRENT", value_parser = BoolishValueParser::new())]
    current: bool,
    #[command(flatten)]
    matching: Ror,
    /// For --ror, a CSV table of ids and their organisations, as `match` reads it.
    #[arg(id = "only_crosswalk", long = "crosswalk", value_name = "FILE", env = "ORCIDLAKE_ONLY_CROSSWALK")]
    crosswalk: Option<PathBuf>,
}

fn parse_country(text: &str) -> Result<String, String> {
    let country = Country::of(text);
    match country.is_listed() {
        true => Ok(country.code().to_owned()),
        false => Err(format!("\"{text}\" is not a country: give its code of ISO 3166, such as PT")),
    }
}

/// Says so if none of the members is of the selected people: most likely by a wrong option.
pub fn tell_nobody(members: &Members) {
    if members.left_out > 0 && members.records + members.tombstones + members.activities == 0 {
        tell!("note: no member is of the selected people; check the options that select them");
    }
}

impl OnlyArgs {
    /// The selected people; `None` if nothing selects. `from` is the dataset that they are taken from,
    /// if they are: what it was matched with counts, and what that matching has learned.
    ///
    /// # Errors
    /// [`Failure`] if a list, a dataset or the release cannot be read, or if there is --only alone.
    pub fn slice(&self, from: Option<&Dataset>, common: &Common) -> Result<Option<Arc<Slice>>, Failure> {
        let mut wanted = Selection::default();
        wanted.countries.extend(self.country.iter().cloned());
        wanted.organization_ids.extend(self.organization_id.iter().map(ToString::to_string));
        wanted.current = self.current;
        let mut inputs = Inputs::default();
        inputs.ids.clone_from(&self.ids);
        if let Some(path) = &self.ids_of {
            // Says what there is, if it is no dataset.
            expect_dataset(path, common)?;
            inputs.ids_of = Some(path.clone());
        }
        let mut learned = Vec::new();
        if !self.ror.is_empty() {
            let before = from.and_then(|dataset| dataset.manifest.organizations.as_ref());
            let sources = Sources::of(&self.matching, self.crosswalk.as_ref(), before, common)?;
            wanted.ror = Some(RorSelection {
                ids: self.ror.iter().map(ToString::to_string).collect(),
                children: self.children,
                preset: sources.preset().name().to_owned(),
                ..RorSelection::default()
            });
            sources.name_in(&mut inputs);
            learned = from.map(learned_ids).transpose()?.unwrap_or_default();
        }
        if wanted == Selection::default() && inputs == Inputs::default() {
            return match self.only {
                true => Err(Failure::new(
                    "--only selects nobody without a condition",
                    "give --ids, --ids-of, --country, --organization-id, --ror or --current",
                )),
                false => Ok(None),
            };
        }
        let slice = slice_of(&wanted, inputs, None, learned, &common.storage())?;
        tell_release(&slice, common);
        Ok(Some(Arc::new(slice)))
    }
}

/// Says which release of ROR an institution is of.
pub fn tell_release(slice: &Slice, common: &Common) {
    if let Some(institution) = slice.institution().filter(|_| !common.quiet) {
        let count = counted(institution.release_size() as u64, "organisation");
        tell!("{}: {count}", institution.selection().release);
    }
}

impl Hint for SliceError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::NotInRelease { .. } => "give a newer release by --ror-release, or the id of its successor",
            Self::Ror(error) => return error.hint(),
            Self::Read { .. } => "check the path and the permissions",
            Self::Lines { .. } => "correct the file and run the same command again",
            Self::NoList => "give the list of iDs",
            Self::NoRelease => "give --ror-release FILE, the release that people were selected with",
            Self::Other { .. } => {
                "give the files that the people were selected with, or select them again into another dataset"
            }
            _ => "check the options that select people",
        };
        hint.into()
    }
}
