//! The coverage of several institutions, such as the members of a consortium: of each with its parts,
//! and of all together. The affiliations are read once.

use rustc_hash::{FxHashMap, FxHashSet};

use super::coverage::{Coverage, CoverageRow, count, in_order, keys};
use super::error::MatchError;
use super::expansion::{Counted, Expansion, Question, below_each};
use crate::dataset::Dataset;
use orcid_xml::Orcid;

/// An institution of the question.
#[derive(Debug, Clone, Default)]
pub struct InstitutionCoverage {
    pub ror_id: String,
    pub name: String,
    pub status: String,
    pub country: Option<String>,
    /// What counts as the institution: itself first, then its parts.
    pub organizations: Vec<Counted>,
    pub coverage: Coverage,
}

/// All institutions of the question.
#[derive(Debug, Clone, Default)]
pub struct InstitutionsCoverage {
    /// The one with the most people first.
    pub institutions: Vec<InstitutionCoverage>,
    /// Of all together: an affiliation with a part of two institutions counts once.
    pub all: Coverage,
}

/// The coverage of each institution of an expansion, which is that of `question`.
///
/// # Errors
/// [`MatchError`] where the dataset cannot be read.
pub fn coverage_of_each(
    dataset: &Dataset,
    question: &Question,
    expansion: &Expansion,
) -> Result<InstitutionsCoverage, MatchError> {
    let mut institutions = institutions(dataset, question, expansion)?;
    let (keys, organizations) = keys(dataset, Some(expansion))?;
    // The institutions that each organisation is a part of.
    let mut places_of: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (place, own) in institutions.iter().enumerate() {
        own.organizations.iter().for_each(|one| places_of.entry(&one.ror_id).or_default().push(place));
    }
    let places_of = |ror_id: &String| places_of.get(ror_id.as_str()).cloned().unwrap_or_default();
    let places: Vec<Vec<usize>> = organizations.iter().map(|(ror_id, _)| places_of(ror_id)).collect();
    let mut people: Vec<FxHashSet<Orcid>> = vec![FxHashSet::default(); institutions.len()];
    let mut all: FxHashSet<Orcid> = FxHashSet::default();
    let groups = count(dataset, &keys, |number, orcid| {
        if let Some(orcid) = Orcid::new(orcid) {
            for place in &places[number as usize] {
                people[*place].insert(orcid);
            }
            all.insert(orcid);
        }
    })?;
    let rows = in_order(groups, &organizations, usize::MAX);
    for (institution, people) in institutions.iter_mut().zip(people) {
        let ids: FxHashSet<&str> = institution.organizations.iter().map(|one| one.ror_id.as_str()).collect();
        let own: Vec<CoverageRow> =
            rows.iter().filter(|row| ids.contains(row.ror_id.as_str())).cloned().collect();
        institution.coverage = Coverage { rows: own, people: Some(people.len() as u64) };
    }
    institutions.sort_by(|one, other| {
        other.coverage.people.cmp(&one.coverage.people).then_with(|| one.ror_id.cmp(&other.ror_id))
    });
    Ok(InstitutionsCoverage { institutions, all: Coverage { rows, people: Some(all.len() as u64) } })
}

/// The institutions with their parts, without numbers.
fn institutions(
    dataset: &Dataset,
    question: &Question,
    expansion: &Expansion,
) -> Result<Vec<InstitutionCoverage>, MatchError> {
    let below = below_each(dataset, question)?;
    let mut found = Vec::new();
    for (ror_id, parts) in below {
        let counts = |counted: &&Counted| parts.contains_key(&counted.ror_id);
        let own = expansion.organizations.iter().filter(counts).map(|counted| Counted {
            of: ror_id.clone(),
            depth: parts[&counted.ror_id],
            ..counted.clone()
        });
        let mut organizations: Vec<Counted> = own.collect();
        organizations.sort_by(|one, other| (one.depth, &one.ror_id).cmp(&(other.depth, &other.ror_id)));
        let Some(first) = organizations.first().filter(|first| first.ror_id == ror_id) else { continue };
        found.push(InstitutionCoverage {
            name: first.name.clone(),
            status: first.status.clone(),
            country: first.country.clone(),
            ror_id,
            organizations,
            coverage: Coverage::default(),
        });
    }
    Ok(found)
}
