//! The files that a selection of people is read from.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Paths or URLs: what a manifest says of a selection is not enough to select the same people again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Inputs {
    /// The list of iDs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<PathBuf>,
    /// The dataset whose people are selected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids_of: Option<PathBuf>,
    /// The release of ROR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ror_release: Option<PathBuf>,
    /// The user's table of names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<PathBuf>,
    /// The user's table of ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crosswalk: Option<PathBuf>,
}

impl Inputs {
    /// The files, each with its path.
    pub fn files(&mut self) -> [&mut Option<PathBuf>; 5] {
        [&mut self.ids, &mut self.ids_of, &mut self.ror_release, &mut self.overrides, &mut self.crosswalk]
    }
}
