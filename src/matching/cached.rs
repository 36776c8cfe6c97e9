//! Answers of an earlier matching, read back from the table `organizations`, so that only
//! new names are matched.
//!
//! Table and keys are both sorted by `org_key`, so one pass over both is enough, with one
//! batch in memory.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;

use super::error::MatchError;
use super::key::Key;
use super::rows::BETWEEN;
use crate::dataset::Cells;
use crate::dataset::{Dataset, DatasetError};
use ror_match::{Answer, Candidate, Match, Matcher, NameKind, PlaceVerdict, Relation, RorId, Tier};

/// The columns that are read.
const COLUMNS: [&str; 17] = [
    "org_key",
    "organization_name",
    "city",
    "country",
    "name_ror",
    "name_successor_of",
    "relation",
    "tier",
    "score",
    "margin",
    "runner_up",
    "runner_up_score",
    "matched_name",
    "matched_name_type",
    "country_verdict",
    "city_verdict",
    "candidates",
];

/// The answers of an earlier matching, in the order of their keys.
pub struct CachedAnswers<'d> {
    matcher: &'d Matcher,
    rest: Box<dyn Iterator<Item = Result<RecordBatch, DatasetError>> + 'd>,
    batch: RecordBatch,
    row: usize,
}

impl<'d> CachedAnswers<'d> {
    /// The answers in the dataset's table; none if `use_cache` is false.
    pub fn of(dataset: &'d Dataset, matcher: &'d Matcher, use_cache: bool) -> Self {
        let rest: Box<dyn Iterator<Item = _> + 'd> = if use_cache {
            Box::new(dataset.rows("organizations/organizations", &COLUMNS))
        } else {
            Box::new(std::iter::empty())
        };
        Self { matcher, rest, batch: RecordBatch::new_empty(Arc::new(Schema::empty())), row: 0 }
    }

    /// The cached answer to each of the next keys, which come in their order.
    ///
    /// # Errors
    /// [`MatchError`] where the table cannot be read.
    pub fn next_answers(&mut self, keys: &[Key]) -> Result<Vec<Option<Answer>>, MatchError> {
        keys.iter().map(|key| self.next_answer(key)).collect()
    }

    fn next_answer(&mut self, key: &Key) -> Result<Option<Answer>, MatchError> {
        loop {
            if self.row == self.batch.num_rows() {
                let Some(batch) = self.rest.next().transpose()? else { return Ok(None) };
                (self.batch, self.row) = (batch, 0);
                continue;
            }
            let (cells, row) = (Cells(&self.batch), self.row);
            let org_key = cells.org_key(row).unwrap_or(0);
            if org_key > key.org_key {
                return Ok(None);
            }
            self.row += 1;
            if org_key == key.org_key {
                return Ok(is_of(key, &cells, row).then(|| answer(self.matcher, &cells, row)).flatten());
            }
        }
    }
}

/// True if the row is that of the key; equal hashes alone do not prove it.
fn is_of(key: &Key, cells: &Cells<'_>, row: usize) -> bool {
    cells.text("organization_name", row) == key.name()
        && cells.text("city", row) == key.city()
        && cells.text("country", row) == key.country()
}

/// The answer from which a row was made, with the parts that the row has; `None` if the row cannot
/// be parsed.
fn answer(matcher: &Matcher, cells: &Cells<'_>, row: usize) -> Option<Answer> {
    let number = |id: &str| matcher.index.release.number(RorId::parse(id).ok()?);
    let listed = |number: u32, score: f32| Candidate {
        organization: number,
        name: 0,
        kind: NameKind::Display,
        score,
        country: PlaceVerdict::Unknown,
        city: PlaceVerdict::Unknown,
    };
    let Some(named) = cells.text("name_ror", row) else {
        let near = cells.text("candidates", row).into_iter().flat_map(|near| near.split(BETWEEN));
        let candidates: Option<Vec<Candidate>> = near.map(|id| Some(listed(number(id)?, 0.0))).collect();
        return Some(Answer { found: None, candidates: candidates? });
    };
    let text = |column: &str| cells.text(column, row);
    let score = |column: &str| cells.float64(column, row).map(|score| score as f32);
    let organization = number(text("name_successor_of").unwrap_or(named))?;
    let matched_name = text("matched_name")?;
    let names = &matcher.index.release.organization(organization).names;
    let found = Candidate {
        organization,
        name: names.iter().position(|name| name.value == matched_name)?.try_into().ok()?,
        kind: NameKind::named(text("matched_name_type")?)?,
        score: score("score")?,
        country: PlaceVerdict::named(text("country_verdict")?)?,
        city: PlaceVerdict::named(text("city_verdict")?)?,
    };
    let runner_up = match text("runner_up") {
        Some(id) => Some(listed(number(id)?, score("runner_up_score")?)),
        None => None,
    };
    let found = Match {
        found,
        tier: Tier::named(text("tier")?)?,
        relation: Relation::named(text("relation")?)?,
        margin: score("margin")?,
        runner_up,
    };
    Some(Answer { found: Some(found), candidates: Vec::new() })
}
