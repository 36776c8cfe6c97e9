//! Downloads ORCID's public data files and ROR's releases: which there are, which files they have,
//! and the files themselves.
//!
//! Releases of ORCID's are found by figshare's API, those of ROR by Zenodo's. A file is written
//! under a `.part` name, with the parts that it has noted beside it, until its size and its digest
//! are right; so a run that ends early is continued, and a file with its own name is whole.

mod api;
mod error;
mod fetching;
mod figshare;
mod notes;
mod observer;
mod options;
mod part_file;
mod ranges;
mod release;
mod ror_versions;
mod selection;
mod stopping;
mod stream;
mod zenodo;

pub use error::DownloadError;
pub use fetching::fetch;
pub use observer::{Fetched, Observer, Unobserved};
pub use options::Options;
pub use release::{Release, ReleaseFile};
pub use selection::{ActivityArchives, FileSelection, FileSide};

use std::sync::atomic::AtomicBool;

use api::Api;
use stopping::watched;

/// Whose releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The public data files of ORCID, on figshare.
    Orcid,
    /// The releases of ROR, on Zenodo.
    Ror,
}

/// All releases of a source, the newest first, without their files if these take a request each.
///
/// # Errors
/// [`DownloadError`] if the source does not answer, or not with releases.
pub fn releases(source: Source, options: &Options, stop: &AtomicBool) -> Result<Vec<Release>, DownloadError> {
    watched(stop, |meter| {
        let api = Api::new(source.api_url(options), options, meter);
        match source {
            Source::Orcid => figshare::releases(&api),
            Source::Ror => zenodo::releases(&api),
        }
    })
}

/// The release `wanted`, such as `2025` or `2.0`; the newest if it is `latest`. With its files.
///
/// # Errors
/// [`DownloadError`] if there is none, or the source does not answer.
pub fn release(
    source: Source,
    wanted: &str,
    options: &Options,
    stop: &AtomicBool,
) -> Result<Release, DownloadError> {
    let all = releases(source, options, stop)?;
    let found = match wanted {
        "latest" => all.first(),
        _ => all.iter().find(|release| release.is_named(wanted)),
    };
    let Some(found) = found.cloned() else {
        let known = all.into_iter().map(|release| release.name).collect();
        return Err(DownloadError::NoRelease { wanted: wanted.to_owned(), known });
    };
    match source {
        Source::Ror => Ok(found),
        Source::Orcid => watched(stop, |meter| {
            let api = Api::new(source.api_url(options), options, meter);
            Ok(Release { files: figshare::files(&api, &found)?, ..found })
        }),
    }
}

impl Source {
    fn api_url(self, options: &Options) -> &str {
        let usual = match self {
            Self::Orcid => figshare::API_URL,
            Self::Ror => zenodo::API_URL,
        };
        options.api_url.as_deref().unwrap_or(usual)
    }
}
