//! What the commands that match share: where ROR is, how much is ventured, and
//! how a match is shown.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::Common;
use super::failure::Failure;
use super::numbers::counted;
use crate::orgs::{Answer, Candidate, Matcher, Overrides, Preset, Release};

/// The options that say how to match.
#[derive(Debug, Clone, clap::Args)]
pub struct Ror {
    /// The release of ROR: the zip as it is published, its JSON, or that compressed with gzip.
    #[arg(long = "ror", value_name = "FILE", env = "ORCIDLAKE_ROR")]
    path: PathBuf,
    /// How much is ventured.
    #[arg(long, value_enum, default_value_t = Ventured::Balanced, env = "ORCIDLAKE_PRESET")]
    preset: Ventured,
    /// A CSV table of what you know better, with the columns name, country and ror; without an
    /// id a name is never matched.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_OVERRIDES")]
    overrides: Option<PathBuf>,
}

/// [`Preset`], as the command line has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ventured {
    /// Only names that are the same but for spelling.
    Strict,
    /// Similar names too, where one is clearly the most similar.
    Balanced,
    /// Whatever is more likely right than wrong.
    Recall,
}

impl Ror {
    /// Reads the release and prepares the search.
    pub fn matcher(&self, common: &Common) -> Result<Matcher, Failure> {
        let release = Release::read(&self.path)?;
        if !common.quiet {
            let count = counted(release.organizations.len() as u64, "organisation");
            eprintln!("{}: {count}", release.name);
        }
        let preset = match self.preset {
            Ventured::Strict => Preset::Strict,
            Ventured::Balanced => Preset::Balanced,
            Ventured::Recall => Preset::Recall,
        };
        let mut matcher = Matcher::new(release, preset);
        if let Some(path) = &self.overrides {
            matcher.overrides = Overrides::read(path, &matcher.index.release, &matcher.index.lexicon)?;
        }
        Ok(matcher)
    }
}

/// An answer with its evidence.
pub fn evidence(matcher: &Matcher, answer: &Answer) -> Value {
    let release = &matcher.index.release;
    let short = |candidate: &Candidate| {
        let organization = release.organization(candidate.organization);
        json!({
            "ror_id": organization.id.to_string(), "name": organization.display_name(),
            "score": rounded(candidate.score),
        })
    };
    let candidates: Vec<Value> = answer.candidates.iter().map(short).collect();
    let Some(found) = &answer.found else {
        return json!({ "ror_id": null, "candidates": candidates });
    };
    let best = &found.found;
    let became = release.successor(best.organization);
    let (organization, named) = (release.organization(became), release.organization(best.organization));
    json!({
        "ror_id": organization.id.to_string(),
        "ror_name": organization.display_name(),
        "tier": found.tier.name(),
        "relation": found.relation.name(),
        "score": rounded(best.score),
        "margin": rounded(found.margin),
        "matched_name": matcher.index.name(best.organization, best.name),
        "matched_name_type": best.kind.name(),
        "country_verdict": best.country.name(),
        "city_verdict": best.city.name(),
        "ror_status": organization.status.name(),
        "successor_of": (became != best.organization).then(|| named.id.to_string()),
        "runner_up": found.runner_up.as_ref().map(short),
        "candidates": candidates,
    })
}

/// A score without the noise of its last digits.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1000.0).round() / 1000.0
}
