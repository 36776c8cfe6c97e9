//! The answer to one name as a row, with its evidence.

use serde::Serialize;

use ror_match::{Answer, Candidate, Matcher};

/// The organisation that a name means and how it was found; if there is none, the candidates.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MatchRow {
    pub ror_id: Option<String>,
    pub ror_name: Option<String>,
    pub tier: Option<&'static str>,
    /// Whether the name means the organisation, or a part of it.
    pub relation: Option<&'static str>,
    pub score: Option<f64>,
    /// The distance to the score of the next candidate.
    pub margin: Option<f64>,
    /// The name in ROR by which it was found, and its kind.
    pub matched_name: Option<String>,
    pub matched_name_type: Option<&'static str>,
    pub country_verdict: Option<&'static str>,
    pub city_verdict: Option<&'static str>,
    pub ror_status: Option<&'static str>,
    /// The inactive organisation that the name means, in whose place this one came.
    pub successor_of: Option<String>,
    pub runner_up: Option<CandidateRow>,
    pub candidates: Vec<CandidateRow>,
}

/// An organisation that was near.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CandidateRow {
    pub ror_id: String,
    pub name: String,
    pub score: f64,
}

impl MatchRow {
    /// The row of an answer.
    pub fn of(matcher: &Matcher, answer: &Answer) -> Self {
        let release = &matcher.index.release;
        let short = |candidate: &Candidate| CandidateRow::of(matcher, candidate);
        let candidates = answer.candidates.iter().map(short).collect();
        let Some(found) = &answer.found else { return Self { candidates, ..Self::default() } };
        let best = &found.found;
        let became = release.successor(best.organization);
        let (organization, named) = (release.organization(became), release.organization(best.organization));
        Self {
            ror_id: Some(organization.id.to_string()),
            ror_name: Some(organization.display_name().to_owned()),
            tier: Some(found.tier.name()),
            relation: Some(found.relation.name()),
            score: Some(rounded(best.score)),
            margin: Some(rounded(found.margin)),
            matched_name: Some(matcher.index.name(best.organization, best.name).to_owned()),
            matched_name_type: Some(best.kind.name()),
            country_verdict: Some(best.country.name()),
            city_verdict: Some(best.city.name()),
            ror_status: Some(organization.status.name()),
            successor_of: (became != best.organization).then(|| named.id.to_string()),
            runner_up: found.runner_up.as_ref().map(short),
            candidates,
        }
    }
}

impl CandidateRow {
    fn of(matcher: &Matcher, candidate: &Candidate) -> Self {
        let organization = matcher.index.release.organization(candidate.organization);
        Self {
            ror_id: organization.id.to_string(),
            name: organization.display_name().to_owned(),
            score: rounded(candidate.score),
        }
    }
}

/// A score without the noise of its last digits.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1000.0).round() / 1000.0
}
