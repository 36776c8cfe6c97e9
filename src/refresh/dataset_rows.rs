//! Reads the dataset's rows that a plan needs, a few columns at a time.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use super::error::RefreshError;
use super::queue::ItemOf;
use super::scope::Organization;
use crate::dataset::{ACTIVITY_TABLES, ArchiveEntry, Dataset, EntryKind, Manifest};
use orcid_xml::{ActivitySection, Orcid, Timestamp};

/// A part of the names of archives of full items, such as `ORCID_2025_10_activities_0.tar.gz`.
const ACTIVITIES_NAME: &str = "_activities_";

/// True if the dataset keeps full items: their tables were selected, and an archive of them was
/// converted, or the dataset was made for them. The tables may be empty, since the items of people who return are fetched again.
pub fn has_activities(manifest: &Manifest) -> bool {
    let has_tables = ACTIVITY_TABLES.iter().any(|(key, _)| manifest.tables.contains(*key));
    let of_activities =
        |entry: &ArchiveEntry| entry.report.members.activities > 0 || entry.name.contains(ACTIVITIES_NAME);
    // A dataset that began with connected people has the tables that were asked for; one that began
    // with archives has all tables, and items only if its archives have.
    let is_of_people = !manifest.visibility.is_public()
        && manifest.archives.iter().all(|entry| entry.kind == EntryKind::Refresh);
    has_tables && (is_of_people || manifest.archives.iter().any(of_activities))
}

/// Calls `visit` with each record, with its last change.
///
/// # Errors
/// [`RefreshError::Dataset`] if a table cannot be read.
pub fn records(
    dataset: &Dataset,
    visit: &mut dyn FnMut(Orcid, Option<Timestamp>),
) -> Result<(), RefreshError> {
    each(dataset, "summaries/records", &["orcid", "last_modified_date"], &mut |batch| {
        let times = batch.column(1).as_primitive::<TimestampMicrosecondType>();
        for (row, orcid) in orcids(batch) {
            visit(orcid, times.is_valid(row).then(|| times.value(row)));
        }
    })
}

/// The tombstone of a record that is gone.
#[derive(Debug, Clone, Copy)]
pub struct Tombstone {
    pub orcid: Orcid,
    /// The primary record that replaced it.
    pub primary: Option<Orcid>,
}

/// Calls `visit` with each iD that has a tombstone.
///
/// # Errors
/// Those of [`records`].
pub fn tombstones(dataset: &Dataset, visit: &mut dyn FnMut(Tombstone)) -> Result<(), RefreshError> {
    each(dataset, "summaries/tombstones", &["orcid", "primary_orcid"], &mut |batch| {
        let primaries = batch.column(1).as_string::<i32>();
        for (row, orcid) in orcids(batch) {
            let primary = primaries.is_valid(row).then(|| Orcid::new(primaries.value(row))).flatten();
            visit(Tombstone { orcid, primary });
        }
    })
}

/// Calls `visit` with everybody who lists an organization, once for each affiliation.
///
/// # Errors
/// Those of [`records`].
pub fn listing(
    dataset: &Dataset,
    organization: &Organization,
    visit: &mut dyn FnMut(Orcid),
) -> Result<(), RefreshError> {
    let names = ["orcid", "disambiguated_organization_identifier", "disambiguation_source"];
    let wanted = organization.identifier.rsplit('/').next().unwrap_or_default();
    each(dataset, "summaries/affiliations", &names, &mut |batch| {
        let (identifiers, sources) = (batch.column(1).as_string::<i32>(), batch.column(2).as_string::<i32>());
        for (row, orcid) in orcids(batch) {
            let source = sources.is_valid(row) && sources.value(row) == organization.registry.source();
            if source && identifiers.is_valid(row) && same(identifiers.value(row), wanted) {
                visit(orcid);
            }
        }
    })
}

/// An identifier is the same with or without its registry's URL.
fn same(found: &str, wanted: &str) -> bool {
    found.trim_end_matches('/').rsplit('/').next().unwrap_or_default().eq_ignore_ascii_case(wanted)
}

/// Calls `visit` with each full item of those whom `wanted` picks, with its last change.
///
/// # Errors
/// Those of [`records`].
pub fn items(
    dataset: &Dataset,
    wanted: &dyn Fn(Orcid) -> bool,
    visit: &mut dyn FnMut(ItemOf, Option<Timestamp>),
) -> Result<(), RefreshError> {
    for (key, section) in ACTIVITY_TABLES {
        let names = ["orcid", "put_code", "last_modified_date", "kind"];
        let names = if section.is_some() { &names[..3] } else { &names[..] };
        each(dataset, key, names, &mut |batch| {
            let put_codes = batch.column(1).as_primitive::<Int64Type>();
            let times = batch.column(2).as_primitive::<TimestampMicrosecondType>();
            for (row, orcid) in orcids(batch).filter(|(_, orcid)| wanted(*orcid)) {
                let kind = || ActivitySection::new(batch.column(3).as_string::<i32>().value(row));
                let Some(section) = section.or_else(kind) else { continue };
                let modified = times.is_valid(row).then(|| times.value(row));
                visit(ItemOf { orcid, section, put_code: put_codes.value(row) }, modified);
            }
        })?;
    }
    Ok(())
}

fn orcids(batch: &RecordBatch) -> impl Iterator<Item = (usize, Orcid)> + '_ {
    let column = batch.column(0).as_string::<i32>();
    (0..batch.num_rows()).filter_map(|row| Some((row, Orcid::new(column.value(row))?)))
}

/// Goes through some columns of a table, in the order of `names`.
fn each(
    dataset: &Dataset,
    key: &str,
    names: &[&str],
    visit: &mut dyn FnMut(&RecordBatch),
) -> Result<(), RefreshError> {
    for batch in dataset.rows(key, names) {
        let batch = batch?;
        let schema = batch.schema();
        let order: Option<Vec<usize>> = names.iter().map(|name| schema.index_of(name).ok()).collect();
        if let Some(batch) = order.and_then(|order| batch.project(&order).ok()) {
            visit(&batch);
        }
    }
    Ok(())
}
