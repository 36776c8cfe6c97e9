//! What waits beside a dataset for a commit: lists it, and discards it.

use serde::Serialize;

use super::ConvertError;
use super::complete::divisions;
use crate::dataset::Store;

/// The finished parts of an archive that wait for a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Uncommitted {
    /// The name of the archive.
    pub archive: String,
    /// How many of its parts wait.
    pub parts: u64,
    /// How many parts it was divided into.
    pub of: u64,
}

/// What waits for a commit to the dataset in `store`, which need not exist. An archive that was
/// divided in two ways is there twice. Nothing is changed.
///
/// # Errors
/// [`ConvertError`] if the store fails.
pub fn uncommitted(store: &dyn Store) -> Result<Vec<Uncommitted>, ConvertError> {
    let divisions = divisions(&store.parts()?.parts).into_iter();
    Ok(divisions
        .map(|(archive, of, numbers)| Uncommitted { archive, parts: numbers.len() as u64, of })
        .collect())
}

/// Removes all parts of an archive that wait for a commit; the dataset stays as it is. Returns how
/// many there were.
///
/// # Errors
/// [`ConvertError`] if another process changes the dataset, or the store fails.
pub fn discard(store: &dyn Store, archive: &str) -> Result<u64, ConvertError> {
    let change = store.begin("commit")?;
    let waiting = store.parts()?.parts;
    let names: Vec<String> =
        waiting.into_iter().filter(|part| part.entry.name == archive).map(|part| part.name).collect();
    store.remove_parts(&names)?;
    // The next change removes what cannot be removed now.
    let _ = change.end();
    Ok(names.len() as u64)
}
