//! The files that a dataset is matched with: their paths and digests, so that a later matching can
//! tell whether its answers would be the same.

use std::fs::File;
use std::path::Path;

use super::error::MatchError;
use crate::dataset::{InputFile, MatchInputs, Organizations, digest};
use crate::storage::{Place, shown};

/// A file with its digest, read from where it stands; `path`, which may be a URL, leads to it.
///
/// # Errors
/// [`MatchError::File`] if it cannot be read.
pub fn open_input_file(path: &Path, mut file: File) -> Result<InputFile, MatchError> {
    let failed = |source| MatchError::File { path: shown(path), source };
    let place = match Place::is_remote(path) {
        true => shown(path),
        false => std::path::absolute(path).map_err(failed)?,
    };
    let (_, xxh3) = digest(&mut file).map_err(failed)?;
    Ok(InputFile { path: place.to_string_lossy().into_owned(), xxh3 })
}

/// True if the answers of the matching `old` still hold: release, overrides, preset and version of
/// the program are the same.
pub fn finds_the_same(old: &Organizations, inputs: &MatchInputs, preset: &str) -> bool {
    let digest = |file: &Option<InputFile>| file.as_ref().map(|file| file.xxh3.clone());
    let same = |old: &MatchInputs| {
        old.ror.xxh3 == inputs.ror.xxh3 && digest(&old.overrides) == digest(&inputs.overrides)
    };
    old.inputs.as_ref().is_some_and(same)
        && old.preset == preset
        && old.tool_version == env!("CARGO_PKG_VERSION")
}
