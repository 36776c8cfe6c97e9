//! The files that a dataset is matched with: where they lie and what they held,
//! so that a later matching knows whether its answers would be the same.

use std::fs::File;
use std::path::Path;

use super::error::MatchError;
use crate::dataset::{Given, GivenFile, Organizations, digest};

/// A file as it is now.
///
/// # Errors
/// [`MatchError::File`] where it cannot be read.
pub fn given_file(path: &Path) -> Result<GivenFile, MatchError> {
    let failed = |source| MatchError::File { path: path.to_owned(), source };
    let absolute = std::path::absolute(path).map_err(failed)?;
    let (_, xxh3) = File::open(path).and_then(|mut file| digest(&mut file)).map_err(failed)?;
    Ok(GivenFile { path: absolute.to_string_lossy().into_owned(), xxh3 })
}

/// True where a name would be found as it was for `old`: by the same release and
/// overrides, with the same preset and version of the program.
pub fn finds_the_same(old: &Organizations, given: &Given, preset: &str) -> bool {
    let digest = |file: &Option<GivenFile>| file.as_ref().map(|file| file.xxh3.clone());
    let same =
        |old: &Given| old.ror.xxh3 == given.ror.xxh3 && digest(&old.overrides) == digest(&given.overrides);
    old.given.as_ref().is_some_and(same)
        && old.preset == preset
        && old.tool_version == env!("CARGO_PKG_VERSION")
}
