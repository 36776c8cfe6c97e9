//! What could not be read, and values that have no column.

use std::collections::BTreeMap;

use super::columns::{Reader, Texts};
use super::error::OverviewError;
use super::outcome::Quality;
use super::tally::Tally;
use crate::dataset::table_key;
use crate::tables::DumpKind;

/// Codes that are told apart: some twenty are known.
const MAX_CODES: usize = 1_000;
/// Paths that are told apart; more mean documents of another kind.
const MAX_PATHS: usize = 1_000;

/// Counts what is amiss, of both kinds of dump.
pub fn quality(reader: Reader<'_>) -> Result<Quality, OverviewError> {
    let manifest = &reader.dataset.manifest;
    let salvaged = manifest.archives.iter().filter(|archive| !archive.complete);
    Ok(Quality {
        members: manifest.report().members,
        salvaged: salvaged.map(|archive| archive.name.clone()).collect(),
        rejects: by_word(reader, "rejects", "code", MAX_CODES)?,
        unmapped: by_word(reader, "unmapped_values", "path", MAX_PATHS)?,
    })
}

/// Rows of a table by the words of a column.
fn by_word(
    reader: Reader<'_>,
    table: &str,
    column: &str,
    limit: usize,
) -> Result<BTreeMap<String, u64>, OverviewError> {
    let mut counts: Tally<u64> = Tally::new(limit);
    for dump in DumpKind::ALL {
        reader.read(&table_key(dump, table), &[column], |batch| {
            let words = Texts::of(batch, column);
            (0..batch.num_rows()).for_each(|row| *counts.of(words.get(row).unwrap_or_default()) += 1);
            Ok(())
        })?;
    }
    Ok(counts.end_named().collect())
}
