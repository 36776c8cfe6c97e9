//! The options that select people: by iDs, countries, organizations, institutions.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::AsArray;
use clap::builder::BoolishValueParser;

use super::Common;
use super::failure::Failure;
use super::hint::Hint;
use super::matching::{Ror, Sources};
use super::open_dataset;
use super::people::parse_ror;
use crate::dataset::Organizations;
use crate::kept::KeptError;
use crate::refresh::Scope;
use crate::slice::{Conditions, Institution, OrganizationId, Slice};
use orcid_xml::Orcid;
use ror_match::RorId;

/// The tables with everybody whom a dataset knows: records, and what is in the place of records.
const PEOPLE: [&str; 2] = ["summaries/records", "summaries/tombstones"];

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
    /// People with an address or an affiliation in these countries, such as PT,ES.
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
    /// Count only affiliations without an end date; there must be one.
    #[arg(id = "only_current", long = "current", env = "ORCIDLAKE_ONLY_CURRENT", value_parser = BoolishValueParser::new())]
    current: bool,
    #[command(flatten)]
    matching: Ror,
    /// For --ror, a CSV table of ids and their organisations, as `match` reads it.
    #[arg(id = "only_crosswalk", long = "crosswalk", value_name = "FILE", env = "ORCIDLAKE_ONLY_CROSSWALK")]
    crosswalk: Option<PathBuf>,
}

fn parse_country(text: &str) -> Result<String, String> {
    let code = text.trim().to_ascii_uppercase();
    match code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        true => Ok(code),
        false => Err(format!("\"{text}\" is not the code of a country in two letters, such as PT")),
    }
}

impl OnlyArgs {
    /// The selected people; `None` if nothing selects. `before` is what a dataset was matched with.
    ///
    /// # Errors
    /// [`Failure`] if a list, a dataset or the release cannot be read, or if there is --only alone.
    pub fn slice(
        &self,
        before: Option<&Organizations>,
        common: &Common,
    ) -> Result<Option<Arc<Slice>>, Failure> {
        let conditions = Conditions {
            ids: self.ids(common)?,
            countries: self.country.clone(),
            organization_ids: self.organization_id.clone(),
            institution: self.institution(before, common)?,
            current: self.current,
        };
        if !conditions.is_any() {
            return match self.only {
                true => Err(Failure::new(
                    "--only selects nobody without a condition",
                    "give --ids, --ids-of, --country, --organization-id, --ror or --current",
                )),
                false => Ok(None),
            };
        }
        Ok(Some(Arc::new(Slice::new(conditions))))
    }

    fn ids(&self, common: &Common) -> Result<Option<Vec<Orcid>>, Failure> {
        if let Some(path) = &self.ids {
            return match Scope::read_ids(path)? {
                Scope::Ids(ids) => Ok(Some(ids)),
                _ => Ok(None),
            };
        }
        let Some(path) = &self.ids_of else { return Ok(None) };
        let (_, dataset) = open_dataset(path, common)?;
        let mut ids = Vec::new();
        for table in PEOPLE {
            for batch in dataset.rows(table, &["orcid"]) {
                let batch = batch?;
                ids.extend(batch.column(0).as_string::<i32>().iter().flatten().filter_map(Orcid::new));
            }
        }
        Ok(Some(ids))
    }

    fn institution(
        &self,
        before: Option<&Organizations>,
        common: &Common,
    ) -> Result<Option<Institution>, Failure> {
        if self.ror.is_empty() {
            return Ok(None);
        }
        let sources = Sources::of(&self.matching, self.crosswalk.as_ref(), before, common)?;
        let matcher = sources.matcher(common)?;
        let crosswalk = sources.crosswalk(&matcher.index.release)?;
        let institution = Institution::new(matcher, crosswalk, &self.ror, self.children);
        institution.map(Some).map_err(|error| {
            Failure::new(
                error.to_string(),
                "give a newer release by --ror-release, or the id of its successor",
            )
        })
    }
}

impl Hint for KeptError {
    fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::Dataset(error) => error.hint(),
            Self::NoTable { .. } => "select by --ids or --ids-of, or convert with these tables".into(),
        }
    }
}
