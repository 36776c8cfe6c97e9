//! Joins datasets that were made apart, such as one of summaries and one of activities.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;

use super::ConvertError;
use super::committing::NextState;
use super::observer::Outcome;
use super::plan::check_people;
use crate::dataset::{ACTIVITY_TABLES, ArchiveEntry, Dataset, Logs, Manifest, Store};
use crate::slice::People;
use orcid_xml::Orcid;
use orcid_xml::ids::IdSet;

/// Shared members that are named.
const NAMED: usize = 5;
/// Tables with one row for each person.
const PEOPLE: [&str; 2] = ["summaries/records", "summaries/tombstones"];

/// Adds all archives of `sources` to the dataset in `store`, in one step; gives for each source its
/// archives with their outcomes. An archive that is there already is skipped. Files are copied.
///
/// # Errors
/// [`ConvertError`] if the datasets are of different years, people or tables, if one has been
/// refreshed, or if two archives share members; the dataset is then unchanged.
pub fn join_in(sources: &[Dataset], store: &dyn Store) -> Result<Vec<Vec<(String, Outcome)>>, ConvertError> {
    let change = store.begin("commit")?;
    let base = change.manifest()?;
    let is_new = base.as_ref().is_none_or(|base| base.archives.is_empty());
    let mut members = Members::default();
    if base.is_some() {
        let dataset = Dataset::open_in(store)?;
        for entry in &dataset.manifest.archives {
            members.add(&dataset, entry)?;
        }
    }
    let Some(first) = sources.first() else { return Ok(Vec::new()) };
    let mut next = NextState::new(match base {
        Some(base) => base,
        None => Manifest {
            selection: first.manifest.selection.clone(),
            visibility: first.manifest.visibility,
            ..Manifest::new(first.manifest.tables.clone())
        },
    });
    next.manifest.check_format(store.place())?;
    let (mut outcomes, mut number, suffix) = (Vec::new(), 0, change.suffix());
    for source in sources {
        let refused = |error| ConvertError::CannotJoin { path: source.root.clone(), source: Box::new(error) };
        check(source, &next.manifest).map_err(refused)?;
        let mut own = Vec::new();
        for entry in &source.manifest.archives {
            if next.holds(entry) {
                own.push((entry.name.clone(), Outcome::Skipped));
                continue;
            }
            members.add(source, entry)?;
            let scratch = change.scratch(&format!("archive-{number}"))?;
            number += 1;
            for (key, parts) in &entry.parts {
                for part in parts {
                    source.copy_part(key, part, &scratch.join(key).join(&part.name))?;
                }
            }
            let added = next.add(entry, &scratch, &suffix)?;
            own.push((entry.name.clone(), Outcome::Done(Box::new(added))));
        }
        outcomes.push(own);
    }
    if number > 0 {
        change.commit(&next.manifest, &next.files, if is_new { Logs::Begin } else { Logs::Continue })?;
    }
    // The archives are in the dataset; the next change removes leftovers that cannot be removed now.
    let _ = change.end();
    Ok(outcomes)
}

/// Refuses a dataset that cannot become one with another.
fn check(source: &Dataset, with: &Manifest) -> Result<(), ConvertError> {
    let (own, path) = (&source.manifest, source.root.clone());
    own.check_format(&source.root)?;
    check_people(with.selection.as_ref(), own.selection.as_ref())?;
    if let (Some(dataset), Some(found)) = (with.release, own.release)
        && dataset != found
    {
        return Err(ConvertError::OtherRelease { path, found, dataset });
    }
    if own.tables != with.tables || own.visibility != with.visibility {
        return Err(ConvertError::OtherTables);
    }
    if own.has_refreshes() || with.has_refreshes() {
        return Err(ConvertError::Refreshed { path });
    }
    Ok(())
}

/// The members of the archives so far.
#[derive(Default)]
struct Members {
    people: People,
    /// Put codes by table and kind.
    activities: HashMap<(&'static str, String), IdSet>,
}

impl Members {
    /// Adds those of another archive.
    ///
    /// # Errors
    /// [`ConvertError::SharedMembers`] if some are there already.
    fn add(&mut self, dataset: &Dataset, entry: &ArchiveEntry) -> Result<(), ConvertError> {
        let (mut count, mut named) = (0, Vec::new());
        let mut shared = |name: String| {
            count += 1;
            if named.len() < NAMED {
                named.push(name);
            }
        };
        for table in PEOPLE {
            each_batch(dataset, entry, table, |batch| {
                let Some(orcids) = texts(batch, "orcid") else { return };
                for orcid in orcids.iter().flatten().filter_map(Orcid::new) {
                    if !self.people.insert(orcid) {
                        shared(orcid.to_string());
                    }
                }
            })?;
        }
        for (table, _) in ACTIVITY_TABLES {
            each_batch(dataset, entry, table, |batch| {
                let codes =
                    batch.column_by_name("put_code").and_then(|codes| codes.as_primitive_opt::<Int64Type>());
                let (Some(codes), Some(orcids)) = (codes, texts(batch, "orcid")) else { return };
                let kinds = texts(batch, "kind");
                for row in (0..batch.num_rows()).filter(|row| codes.is_valid(*row)) {
                    let kind = kinds.map_or_else(String::new, |kinds| kinds.value(row).to_owned());
                    let own = self.activities.entry((table, kind)).or_default();
                    if !own.insert(codes.value(row).cast_unsigned()) {
                        shared(format!("{} of {}", codes.value(row), orcids.value(row)));
                    }
                }
            })?;
        }
        match count {
            0 => Ok(()),
            _ => Err(ConvertError::SharedMembers {
                archive: entry.name.clone(),
                count,
                named: named.join(", "),
            }),
        }
    }
}

fn each_batch(
    dataset: &Dataset,
    entry: &ArchiveEntry,
    table: &str,
    mut each: impl FnMut(&RecordBatch),
) -> Result<(), ConvertError> {
    for part in entry.parts.get(table).into_iter().flatten() {
        for batch in dataset.part_rows(table, part)? {
            each(&batch?);
        }
    }
    Ok(())
}

fn texts<'b>(batch: &'b RecordBatch, column: &str) -> Option<&'b arrow::array::StringArray> {
    batch.column_by_name(column)?.as_string_opt::<i32>()
}
