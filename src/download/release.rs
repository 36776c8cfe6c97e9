//! A release and its files, whoever publishes it.

use serde::Serialize;

/// A release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Release {
    /// Its short name: a year, such as `2025`, or a version, such as `2.0`.
    pub name: String,
    pub title: String,
    pub doi: Option<String>,
    /// The day on which it was published, as `2025-10-21`.
    pub published: String,
    /// Its number in the API.
    pub id: u64,
    pub files: Vec<ReleaseFile>,
}

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReleaseFile {
    pub name: String,
    pub size_bytes: u64,
    /// The MD5 digest in small hexadecimal digits; the publisher may give none.
    pub md5: Option<String>,
    /// Where it is to be had; the later addresses are for when the first gives nothing.
    pub urls: Vec<String>,
}

impl Release {
    /// True for `2025`, `2.0` or `v2.0`.
    pub(super) fn is_named(&self, wanted: &str) -> bool {
        let plain = |name: &str| name.trim().trim_start_matches(['v', 'V']).to_ascii_lowercase();
        plain(&self.name) == plain(wanted)
    }
}

/// True for a name that is one file in any folder, and no hidden one.
pub(super) fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && !name.contains(['/', '\\'])
        && !name.chars().any(char::is_control)
}
