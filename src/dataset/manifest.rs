//! `orcidlake.json`: what a dataset was made of, and what its files must be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::DatasetError;
use super::layout::MANIFEST_NAME;
use crate::report::Report;

/// The version of the tables' format; it grows when a reader must know.
pub const FORMAT_VERSION: u32 = 1;

/// The manifest of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub format_version: u32,
    /// The version of orcidlake that last changed the dataset.
    pub tool_version: String,
    /// The year of the dump, where its name gives one.
    pub release: Option<u16>,
    /// The tables that are kept, as `summaries/works`.
    pub tables: BTreeSet<String>,
    /// The archives it was made of, in the order in which they came.
    pub archives: Vec<ArchiveEntry>,
    /// The newest `last_modified_date` of any record, in microseconds since
    /// 1970 (UTC): the dataset knows no change after it.
    pub watermark: Option<i64>,
}

/// An archive in the dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArchiveEntry {
    /// File name.
    pub name: String,
    /// The year of the dump, where a name gives one.
    pub release: Option<u16>,
    pub size_bytes: u64,
    /// MD5 of the whole, to compare with the download page.
    pub md5: String,
    /// Identifies the archive by size and both ends.
    pub fingerprint: String,
    /// False where it was cut off or damaged and only salvaged.
    pub complete: bool,
    /// The newest `last_modified_date` of its records.
    pub watermark: Option<i64>,
    pub report: Report,
    /// Its files by table.
    pub parts: BTreeMap<String, Vec<Part>>,
}

/// One Parquet file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Name in the table's folder.
    pub name: String,
    pub rows: u64,
    pub size_bytes: u64,
    /// XXH3-64 of the file, in hexadecimal.
    pub xxh3: String,
}

impl Part {
    /// The rows of a table's files together.
    pub fn total_rows(parts: &[Self]) -> u64 {
        parts.iter().map(|part| part.rows).sum()
    }
}

impl Manifest {
    /// The manifest of a dataset that holds nothing yet.
    pub fn new(tables: BTreeSet<String>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            release: None,
            tables,
            archives: Vec::new(),
            watermark: None,
        }
    }

    /// Reads the manifest of the dataset at `root`; `None` where there is none.
    ///
    /// # Errors
    /// [`DatasetError`] where it cannot be read or is of a newer format.
    pub fn read(root: &Path) -> Result<Option<Self>, DatasetError> {
        let path = root.join(MANIFEST_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(DatasetError::io("read", &path)(error)),
        };
        let manifest: Self = serde_json::from_str(&text)
            .map_err(|source| DatasetError::Manifest { path: path.clone(), source })?;
        if manifest.format_version != FORMAT_VERSION {
            return Err(DatasetError::Version {
                path,
                found: manifest.format_version,
                known: FORMAT_VERSION,
            });
        }
        Ok(Some(manifest))
    }

    /// Writes the manifest below `root` and waits until it is on disk.
    pub(super) fn write(&self, root: &Path) -> Result<(), DatasetError> {
        let path = root.join(MANIFEST_NAME);
        let text = serde_json::to_string_pretty(self)
            .map_err(|source| DatasetError::Manifest { path: path.clone(), source })?;
        let write = || -> std::io::Result<()> {
            let mut file = fs::File::create(&path)?;
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        };
        write().map_err(DatasetError::io("write", &path))
    }

    /// The report of all archives together.
    pub fn report(&self) -> Report {
        let mut whole = Report::default();
        self.archives.iter().for_each(|archive| whole.add(archive.report.clone()));
        whole
    }

    /// Every part with its table's key.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &Part)> {
        let tables = self.archives.iter().flat_map(|archive| &archive.parts);
        tables.flat_map(|(key, parts)| parts.iter().map(move |part| (key.as_str(), part)))
    }
}
