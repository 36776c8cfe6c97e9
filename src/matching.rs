//! Matches the organizations of a dataset to ROR: all steps on one page.
//!
//! ```text
//! tables ─ gather ─ keys ─ names found ─ votes ─ crosswalk ─┐
//!          bounded  distinct   in the pool   learned        ├─ evidence ─ rows ─ files
//!                                             ids found ────┘  in pool    in order
//! ```
//!
//! Each distinct organization is matched once, however often it occurs. If the dataset
//! was matched before with the same files, the answers of that matching are reused and
//! only new organizations are matched. One commit adds the tables to the dataset. Their
//! bytes do not depend on whether answers were cached.

mod authenticated;
mod cached;
mod coverage;
mod error;
mod expansion;
mod gather;
mod inputs;
mod institutions;
mod key;
mod learn;
mod match_row;
mod names;
mod people;
mod reconcile;
mod rows;
mod staff;
mod summary;
mod unmatched;

pub use coverage::{Coverage, CoverageRow, NO_ID, coverage};
pub use error::MatchError;
pub use expansion::{Counted, Expansion, NameForm, Question, Written};
pub use inputs::open_input_file;
pub use institutions::{InstitutionCoverage, InstitutionsCoverage, coverage_of_each};
pub use match_row::{CandidateRow, MatchRow};
pub use names::{NameSimilarity, PersonName};
pub use people::{PeopleFilter, Person, people};
pub use reconcile::{Reconciled, reconcile};
pub use staff::{Affiliated, Evidence, Staff, StaffList, Verdict};
pub use summary::Summary;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::RecordBatch;
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::dataset::store::Change;
use crate::dataset::{
    Dataset, DatasetError, LocalStore, Logs, Manifest, MatchInputs, Organizations, Part, Store, TableWriter,
    begin_change_in,
};
use crate::tables::AnyTable;
use crate::tables::organizations::{
    DISAGREEMENTS, FOLDER, LEARNED_CROSSWALK, LearnedRow, ORGANIZATIONS, OrganizationRow, ROR, ROR_ANCESTORS,
    UNMATCHED,
};
use cached::CachedAnswers;
use gather::Keys;
use key::Key;
use learn::Votes;
use ror_match::{Agreement, Answer, Crosswalk, Finding, Matcher, Query, Scratch, ask_id};
use unmatched::Unmatched;

/// Rows that are written at a time.
const BATCH_ROWS: usize = 8_192;
/// The least number of keys that a thread takes at a time.
const KEYS_AT_ONCE: usize = 256;

/// How a dataset is matched.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub threads: usize,
    /// Bytes of keys in memory before they are written to the disk.
    pub memory_bytes: usize,
    /// Match all names, even if their answers are cached.
    pub anew: bool,
}

/// Matches the dataset at `path` and adds the tables of `organizations/` to it,
/// in place of those that were there. `inputs` are the files that matcher and
/// crosswalk were made of; the next matching compares them with its own files, to
/// decide which answers it may reuse.
///
/// # Errors
/// [`MatchError`] where the dataset cannot be read or written; it is then as it
/// was.
pub fn match_dataset(
    path: &Path,
    matcher: &Matcher,
    crosswalk: Crosswalk,
    given: Option<MatchInputs>,
    options: Options,
    stop: &AtomicBool,
) -> Result<Summary, MatchError> {
    match_dataset_in(&LocalStore::new(path), matcher, crosswalk, given, options, stop)
}

/// The same of the dataset in a store; the caller may hold the lock of a local one.
///
/// # Errors
/// As of [`match_dataset`].
pub fn match_dataset_in(
    store: &dyn Store,
    matcher: &Matcher,
    mut crosswalk: Crosswalk,
    inputs: Option<MatchInputs>,
    options: Options,
    stop: &AtomicBool,
) -> Result<Summary, MatchError> {
    let (change, dataset) = begin_change_in(store, "match")?;
    if !key::SECTIONS
        .iter()
        .any(|table| crate::tables::DumpKind::ALL.iter().any(|dump| dataset.has(&format!("{dump}/{table}"))))
    {
        return Err(MatchError::NoOrganizations);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build()?;
    let scratch = change.scratch("matching")?;
    let keys = gather::gather(&dataset, &scratch, options.memory_bytes)?;
    let old = dataset.manifest.organizations.as_ref().zip(inputs.as_ref());
    let has_cache = !options.anew
        && old.is_some_and(|(old, inputs)| inputs::finds_the_same(old, inputs, matcher.preset.name()));
    let run = Run { dataset: &dataset, matcher, pool: &pool, scratch: &scratch, stop, has_cache };

    let (votes, answers, new_keys) = run.vote(&keys)?;
    let learned = votes.learn(matcher, &mut crosswalk);
    let (mut written, mut summary) = run.resolve(&keys, &crosswalk, answers)?;
    summary.new_keys = new_keys;
    summary.learned = learned.iter().filter(|row| row.accepted).count() as u64;
    written.push(run.write_learned(&learned)?);
    written.extend(run.write_ror()?);

    commit(change.as_ref(), dataset.manifest, matcher, inputs, &scratch, written)?;
    // The dataset is changed; what cannot be cleared now is cleared by the next run.
    let _ = change.end();
    Ok(summary)
}

/// A table's files in the scratch folder.
type Files = (String, Vec<Part>);

/// One matching under way.
struct Run<'r> {
    dataset: &'r Dataset,
    matcher: &'r Matcher,
    pool: &'r ThreadPool,
    scratch: &'r Path,
    stop: &'r AtomicBool,
    /// The answers of the last matching still hold.
    has_cache: bool,
}

impl Run<'_> {
    /// Matches all names, and counts for each id which organisation its names lead to.
    /// The answers are kept if all keys fit into one share, so that `resolve` need not
    /// match the names again. Also gives the number of names that had no cached answer.
    fn vote(&self, keys: &Keys) -> Result<(Votes, Option<Vec<Answer>>, u64), MatchError> {
        let mut votes = Votes::default();
        let (mut kept, mut new) = (None, 0);
        let mut cached = self.cached();
        for share in 0..keys.shares() {
            self.check_stop()?;
            let answers = keys.with_share(share, |keys| {
                let (answers, looked_for) = self.answers(keys, &mut cached)?;
                for (key, answer) in keys.iter().zip(&answers) {
                    votes.count(self.matcher, key, answer);
                }
                new += looked_for;
                Ok::<_, MatchError>(answers)
            })??;
            kept = (keys.shares() == 1).then_some(answers);
        }
        Ok((votes, kept, new))
    }

    fn cached(&self) -> CachedAnswers<'_> {
        CachedAnswers::of(self.dataset, self.matcher, self.has_cache)
    }

    /// The answers to all keys, in their order, and how many were not cached.
    fn answers(
        &self,
        keys: &[Key],
        cached: &mut CachedAnswers<'_>,
    ) -> Result<(Vec<Answer>, u64), MatchError> {
        let find = |scratch: &mut Scratch, (key, cached): (&Key, Option<Answer>)| {
            let name = key.name().unwrap_or_default();
            let query = Query { name, city: key.city(), country: key.country() };
            cached.unwrap_or_else(|| self.matcher.find(&query, scratch))
        };
        let cached = cached.next_answers(keys)?;
        let new = cached.iter().filter(|cached| cached.is_none()).count() as u64;
        let asked = keys.par_iter().zip(cached).with_min_len(KEYS_AT_ONCE);
        Ok((self.pool.install(|| asked.map_init(Scratch::default, find).collect()), new))
    }

    /// Weighs the evidence of id and name for all keys, and writes the rows.
    fn resolve(
        &self,
        keys: &Keys,
        crosswalk: &Crosswalk,
        mut answers: Option<Vec<Answer>>,
    ) -> Result<(Vec<Files>, Summary), MatchError> {
        let mut organizations = self.writer(&*ORGANIZATIONS);
        let mut disagreements = self.writer(&*DISAGREEMENTS);
        let mut unmatched = Unmatched::default();
        let mut summary = Summary::default();
        let mut cached = self.cached();
        for share in 0..keys.shares() {
            self.check_stop()?;
            keys.with_share(share, |keys| -> Result<(), MatchError> {
                let answers = match answers.take() {
                    Some(answers) => answers,
                    None => self.answers(keys, &mut cached)?.0,
                };
                let findings = self.findings(keys, answers, crosswalk);
                for (keys, findings) in keys.chunks(BATCH_ROWS).zip(findings.chunks(BATCH_ROWS)) {
                    let rows: Vec<OrganizationRow<'_>> = keys
                        .iter()
                        .zip(findings)
                        .map(|(key, finding)| rows::organization_row(self.matcher, key, finding))
                        .collect();
                    let all: Vec<_> = rows.iter().collect();
                    self.write(&mut organizations, &ORGANIZATIONS.batch(&all))?;
                    let differing: Vec<_> = rows
                        .iter()
                        .zip(findings)
                        .filter(|(_, finding)| finding.agreement == Agreement::Differ)
                        .map(|(row, finding)| rows::disagreement_row(self.matcher, row, finding))
                        .collect();
                    self.write(
                        &mut disagreements,
                        &DISAGREEMENTS.batch(&differing.iter().collect::<Vec<_>>()),
                    )?;
                    for (key, row) in keys.iter().zip(&rows) {
                        summary.count(row);
                        if row.ror_id.is_none() {
                            unmatched.keep(key, row.candidates.as_deref());
                        }
                    }
                }
                Ok(())
            })??;
        }
        let mut frequent = self.writer(&*UNMATCHED);
        unmatched.with_rows(|rows| {
            rows.chunks(BATCH_ROWS).try_for_each(|rows| {
                self.write(&mut frequent, &UNMATCHED.batch(&rows.iter().collect::<Vec<_>>()))
            })
        })?;
        let written = [organizations, disagreements, frequent].map(|writer| self.end(writer));
        Ok((written.into_iter().collect::<Result<_, _>>()?, summary))
    }

    fn findings(&self, keys: &[Key], answers: Vec<Answer>, crosswalk: &Crosswalk) -> Vec<Finding> {
        let find = |(key, answer): (&Key, Answer)| {
            let id = ask_id(self.matcher, crosswalk, key.source(), key.identifier());
            Finding::of(self.matcher, id, answer, key.country())
        };
        self.pool.install(|| keys.par_iter().zip(answers).with_min_len(KEYS_AT_ONCE).map(find).collect())
    }

    fn write_learned(&self, rows: &[LearnedRow]) -> Result<Files, MatchError> {
        let mut writer = self.writer(&*LEARNED_CROSSWALK);
        for rows in rows.chunks(BATCH_ROWS) {
            self.write(&mut writer, &LEARNED_CROSSWALK.batch(&rows.iter().collect::<Vec<_>>()))?;
        }
        self.end(writer)
    }

    /// Writes the organisations of ROR, and the ancestors of each.
    fn write_ror(&self) -> Result<[Files; 2], MatchError> {
        let (mut ror, mut ancestors) = (self.writer(&*ROR), self.writer(&*ROR_ANCESTORS));
        let numbers: Vec<u32> = (0..self.matcher.index.release.organizations.len() as u32).collect();
        for numbers in numbers.chunks(BATCH_ROWS) {
            let rows: Vec<_> =
                numbers.iter().map(|number| rows::ror_row(&self.matcher.index.release, *number)).collect();
            self.write(&mut ror, &ROR.batch(&rows.iter().collect::<Vec<_>>()))?;
            let rows: Vec<_> =
                numbers.iter().flat_map(|number| rows::ancestor_rows(self.matcher, *number)).collect();
            self.write(&mut ancestors, &ROR_ANCESTORS.batch(&rows.iter().collect::<Vec<_>>()))?;
        }
        Ok([self.end(ror)?, self.end(ancestors)?])
    }

    fn writer(&self, table: &'static dyn AnyTable) -> TableWriter {
        let notes = [
            ("orcidlake.ror_release", self.matcher.index.release.name.clone()),
            ("orcidlake.preset", self.matcher.preset.name().to_owned()),
        ];
        TableWriter::with_notes(self.scratch, format!("{FOLDER}/{}", table.name()), table, &notes)
    }

    fn write(&self, writer: &mut TableWriter, batch: &RecordBatch) -> Result<(), MatchError> {
        if batch.num_rows() > 0 {
            writer.write(batch, self.pool)?;
            writer.end_full_group(self.pool)?;
        }
        Ok(())
    }

    fn end(&self, writer: TableWriter) -> Result<Files, MatchError> {
        let written = writer.finish(self.pool)?;
        Ok((written.key, written.parts))
    }

    fn check_stop(&self) -> Result<(), MatchError> {
        if self.stop.load(Ordering::Relaxed) { Err(MatchError::Stopped) } else { Ok(()) }
    }
}

/// Replaces the old tables by the new ones.
fn commit(
    change: &dyn Change,
    mut manifest: Manifest,
    matcher: &Matcher,
    inputs: Option<MatchInputs>,
    scratch: &Path,
    written: Vec<Files>,
) -> Result<(), DatasetError> {
    let suffix = change.suffix();
    let mut files = Vec::new();
    let mut parts: BTreeMap<String, Vec<Part>> = BTreeMap::new();
    for (key, new) in written {
        for part in new {
            let (part, file) = manifest.take_in_with(&key, part, &scratch.join(&key), &suffix);
            parts.entry(key.clone()).or_default().push(part);
            files.push(file);
        }
    }
    manifest.organizations = Some(Organizations {
        ror_release: matcher.index.release.name.clone(),
        preset: matcher.preset.name().to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        source: manifest.source(),
        inputs,
        parts,
    });
    change.commit(&manifest, &files, Logs::Continue)
}
