//! Expands the organisations of a question: to their child organisations, and to all names and ids
//! under which they are written.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::error::MatchError;
use crate::dataset::Cells;
use crate::dataset::Dataset;
use ror_match::RorId;

/// The question: which organisations count.
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub ror: Vec<RorId>,
    /// How many levels of child organisations count; 0 for none.
    pub depth: u8,
    /// Inactive and withdrawn child organisations count too.
    pub inactive: bool,
    /// The least score of a match by name; matches by id have 1.
    pub min_confidence: f64,
}

/// The result: everything that counts.
#[derive(Debug, Clone, Default)]
pub struct Expansion {
    pub organizations: Vec<Counted>,
    /// Every organization as written, by its key.
    pub keys: FxHashMap<u64, Written>,
}

/// An organisation that counts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Counted {
    pub ror_id: String,
    pub name: String,
    pub status: String,
    pub country: Option<String>,
    /// The organisation of the question above it, and the number of levels between them.
    pub of: String,
    pub depth: i32,
}

/// An organization as it was written, and why it counts.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Written {
    pub name: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub source: Option<String>,
    pub identifier: Option<String>,
    pub occurrences: i64,
    pub ror_id: String,
    pub ror_name: Option<String>,
    pub decided_by: Option<String>,
    pub agreement: Option<String>,
    pub tier: Option<String>,
    pub confidence: f64,
}

/// A name under which an institution is written.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct NameForm {
    pub name: String,
    pub occurrences: i64,
    /// If the name alone decided, the least reliable tier by which it was found; `None` if an id
    /// decided everywhere.
    pub tier: Option<String>,
    pub confidence: Option<f64>,
}

impl Expansion {
    /// Finds everything that counts.
    ///
    /// # Errors
    /// [`MatchError`] where the dataset has not been matched or cannot be read.
    pub fn of(dataset: &Dataset, question: &Question) -> Result<Self, MatchError> {
        if dataset.manifest.organizations.is_none() {
            return Err(MatchError::NotMatched);
        }
        let mut expansion = Self { organizations: counted(dataset, question)?, keys: FxHashMap::default() };
        let ids: FxHashSet<&str> =
            expansion.organizations.iter().map(|counted| counted.ror_id.as_str()).collect();
        for_each_written(dataset, |org_key, written| {
            if ids.contains(written.ror_id.as_str()) && written.confidence >= question.min_confidence {
                expansion.keys.insert(org_key, written);
            }
        })?;
        Ok(expansion)
    }

    /// The ids under which it is written, with their counts.
    pub fn identifiers(&self) -> Vec<(String, String, i64)> {
        let mut counts: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for written in self.keys.values() {
            if let (Some(source), Some(id)) = (&written.source, &written.identifier) {
                *counts.entry((source, id.trim())).or_default() += written.occurrences;
            }
        }
        let rows = counts.into_iter().map(|((source, id), count)| (source.to_owned(), id.to_owned(), count));
        by_count(rows.collect(), |row| row.2)
    }

    /// The names under which it is written.
    pub fn names(&self) -> Vec<NameForm> {
        let mut forms: BTreeMap<&str, NameForm> = BTreeMap::new();
        for written in self.keys.values() {
            let name = written.name.as_deref().unwrap_or_default();
            let form = forms
                .entry(name)
                .or_insert_with(|| NameForm { name: name.to_owned(), ..NameForm::default() });
            form.occurrences += written.occurrences;
            let by_name = written.decided_by.as_deref() == Some("name");
            if by_name && form.confidence.is_none_or(|least| written.confidence < least) {
                (form.tier, form.confidence) = (written.tier.clone(), Some(written.confidence));
            }
        }
        by_count(forms.into_values().collect(), |form| form.occurrences)
    }
}

/// The most frequent first; equally frequent ones in their own order.
fn by_count<T>(mut rows: Vec<T>, count: impl Fn(&T) -> i64) -> Vec<T> {
    rows.sort_by_key(|row| std::cmp::Reverse(count(row)));
    rows
}

/// Calls `each` with every organization as written that means one of ROR.
///
/// # Errors
/// [`MatchError`] where the dataset cannot be read.
pub fn for_each_written(dataset: &Dataset, mut each: impl FnMut(u64, Written)) -> Result<(), MatchError> {
    const COLUMNS: [&str; 17] = [
        "org_key",
        "organization_name",
        "city",
        "country",
        "disambiguation_source",
        "disambiguated_organization_identifier",
        "affiliations",
        "fundings",
        "peer_reviews",
        "research_resources",
        "ror_id",
        "ror_name",
        "decided_by",
        "agreement",
        "tier",
        "score",
        "region",
    ];
    for batch in dataset.rows("organizations/organizations", &COLUMNS) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let (Some(org_key), Some(ror_id)) = (cells.org_key(row), cells.owned("ror_id", row)) else {
                continue;
            };
            let count = |column: &str| cells.int64(column, row).unwrap_or(0);
            let by_name = cells.text("decided_by", row) == Some("name");
            let written = Written {
                name: cells.owned("organization_name", row),
                city: cells.owned("city", row),
                country: cells.owned("country", row),
                source: cells.owned("disambiguation_source", row),
                identifier: cells.owned("disambiguated_organization_identifier", row),
                occurrences: count("affiliations")
                    + count("fundings")
                    + count("peer_reviews")
                    + count("research_resources"),
                ror_id,
                ror_name: cells.owned("ror_name", row),
                decided_by: cells.owned("decided_by", row),
                agreement: cells.owned("agreement", row),
                tier: cells.owned("tier", row),
                confidence: if by_name { cells.float64("score", row).unwrap_or(0.0) } else { 1.0 },
            };
            each(org_key, written);
        }
    }
    Ok(())
}

/// Each organisation of the question with all that is below it, as far as the question goes;
/// itself included.
///
/// # Errors
/// [`MatchError`] where the dataset cannot be read.
pub(super) fn below_each(
    dataset: &Dataset,
    question: &Question,
) -> Result<BTreeMap<String, BTreeMap<String, i32>>, MatchError> {
    let asked: FxHashSet<String> = question.ror.iter().map(ToString::to_string).collect();
    let mut below: BTreeMap<String, BTreeMap<String, i32>> = BTreeMap::new();
    for batch in dataset.rows("organizations/ror_ancestors", &["ror_id", "ancestor_id", "depth"]) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let (Some(id), Some(above)) = (cells.text("ror_id", row), cells.text("ancestor_id", row)) else {
                continue;
            };
            let depth = cells.int32("depth", row).unwrap_or(0);
            if asked.contains(above) && depth <= i32::from(question.depth) {
                let own = below.entry(above.to_owned()).or_default().entry(id.to_owned()).or_insert(depth);
                *own = depth.min(*own);
            }
        }
    }
    Ok(below)
}

/// The organisations of the question, and their child organisations that count.
fn counted(dataset: &Dataset, question: &Question) -> Result<Vec<Counted>, MatchError> {
    let mut below: BTreeMap<String, (i32, String)> = BTreeMap::new();
    for (above, all) in below_each(dataset, question)? {
        for (id, depth) in all {
            let new = (depth, above.clone());
            let old = below.entry(id).or_insert_with(|| new.clone());
            *old = new.min(old.clone());
        }
    }
    let mut found = Vec::new();
    for batch in dataset.rows("organizations/ror", &["ror_id", "name", "status", "country"]) {
        let batch = batch?;
        let cells = Cells(&batch);
        for row in 0..batch.num_rows() {
            let id = cells.owned("ror_id", row).unwrap_or_default();
            let Some((depth, of)) = below.remove(&id) else { continue };
            let status = cells.owned("status", row).unwrap_or_default();
            if depth == 0 || question.inactive || status == "active" {
                let (name, country) =
                    (cells.owned("name", row).unwrap_or_default(), cells.owned("country", row));
                found.push(Counted { ror_id: id, name, status, country, of, depth });
            }
        }
    }
    found.sort_by(|one, other| (one.depth, &one.ror_id).cmp(&(other.depth, &other.ror_id)));
    Ok(found)
}
