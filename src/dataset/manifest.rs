//! `orcidlake.json`: the archives of a dataset, and the sizes, rows and digests of its files.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::DatasetError;
use super::files::write_file;
use super::layout::{MANIFEST_NAME, NewFile, part_name, part_number};
use super::visibility::Visibility;
use crate::report::Report;
use crate::slice::{Leaver, Selection};

/// The version of the tables' format; it grows with changes that readers must know.
pub const FORMAT_VERSION: u32 = 2;
/// The oldest version that is read. 1 has neither `unmapped_values` nor an e-mail address's
/// `verification_date`.
const OLDEST_READ: u32 = 1;

/// The manifest of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub format_version: u32,
    /// The version of orcidlake that last changed the dataset.
    pub tool_version: String,
    /// The year of the dump, if its name gives one.
    pub release: Option<u16>,
    /// The tables that are kept, as `summaries/works`.
    pub tables: BTreeSet<String>,
    /// The people whose records are kept; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selection>,
    /// People who were selected once and are no longer, by iD. They have no rows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left: BTreeMap<String, Leaver>,
    /// Who may see its rows.
    #[serde(default, skip_serializing_if = "Visibility::is_public")]
    pub visibility: Visibility,
    /// The archives and the refreshes of the dataset, in the order in which they were added.
    pub archives: Vec<ArchiveEntry>,
    /// The time up to which the dataset has all changes, in microseconds since 1970 (UTC): the
    /// newest `last_modified_date` of the archives' records, or a later time that a refresh has
    /// set.
    pub watermark: Option<i64>,
    /// Notes of refreshes for the next refresh, such as watermarks by scope.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub scopes: Map<String, Value>,
    /// The last matching to ROR, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organizations: Option<Organizations>,
    /// What people have connected, if it was exported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<Connections>,
    /// The number of each table's next file. No number is used twice, so a name means the same
    /// content in every version of the table.
    #[serde(default)]
    pub next_numbers: BTreeMap<String, usize>,
    /// In an object store, a word that tells this commit from another one of the same content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Files of earlier versions that stay for time travel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<KeptPart>,
}

/// The tables of `organizations/`, and the inputs of the matching.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organizations {
    /// The name of the ROR release.
    pub ror_release: String,
    /// strict, balanced or recall.
    pub preset: String,
    /// The version of orcidlake that matched.
    pub tool_version: String,
    /// The digest of the names and digests of the files that were matched; if it differs from the
    /// dataset's, the dataset has changed since.
    pub source: String,
    /// The files that it was matched with.
    #[serde(default, rename = "given", skip_serializing_if = "Option::is_none")]
    pub inputs: Option<MatchInputs>,
    /// Their files by table.
    pub parts: BTreeMap<String, Vec<Part>>,
}

/// The tables of `connections/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connections {
    /// The authorization server that people signed in at.
    pub issuer: String,
    /// The version of orcidlake that wrote them.
    pub tool_version: String,
    /// Their files by table.
    pub parts: BTreeMap<String, Vec<Part>>,
}

/// The files that a dataset was matched with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchInputs {
    pub ror: InputFile,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<InputFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crosswalk: Option<InputFile>,
}

/// A file that a user named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Its path.
    pub path: String,
    /// XXH3-64 of its content, in hexadecimal.
    pub xxh3: String,
}

/// The kind of an entry of the manifest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// An archive, a folder or a stream that was converted.
    #[default]
    Archive,
    /// A batch of answers that replaced rows.
    Refresh,
}

/// An archive in the dataset, or a refresh of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ArchiveEntry {
    #[serde(default)]
    pub kind: EntryKind,
    /// The file name, or the name of the refresh.
    pub name: String,
    /// The part of the archive, such as `2/5`; `None` for the whole archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// The year of the dump, if a name gives one.
    pub release: Option<u16>,
    pub size_bytes: u64,
    /// MD5 of the whole archive, to compare with the download page.
    pub md5: String,
    /// Identifies the archive by its size and its first and last bytes.
    pub fingerprint: String,
    /// False if it was cut off or damaged and only salvaged.
    pub complete: bool,
    /// The newest `last_modified_date` of its records.
    pub watermark: Option<i64>,
    pub report: Report,
    /// Rows that have left its files since, by table: replaced, removed, or moved
    /// to a later refresh.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows_out: BTreeMap<String, u64>,
    /// Rows of earlier refreshes that moved into its files, by table.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows_in: BTreeMap<String, u64>,
    /// Its files by table.
    pub parts: BTreeMap<String, Vec<Part>>,
}

/// A file that is no longer part of its table but stays for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPart {
    pub key: String,
    pub part: Part,
    /// Further versions after which it goes.
    pub versions_left: u32,
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
    /// The digest of its footer; absent for files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer_xxh3: Option<String>,
}

impl Part {
    /// The rows of a table's files together.
    pub fn total_rows(parts: &[Self]) -> u64 {
        parts.iter().map(|part| part.rows).sum()
    }
}

impl ArchiveEntry {
    /// True if the archive is complete and has documents, so that no other replaces it: a failed
    /// download may have left something else under the archive's name.
    pub fn is_whole(&self) -> bool {
        self.complete && (self.shard.is_some() || !self.holds_nothing())
    }

    /// True if none of its members is an ORCID document.
    pub fn holds_nothing(&self) -> bool {
        self.report.members.members == self.report.members.other
    }

    /// Its parts with their tables' keys.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&str, &Part)> {
        self.parts.iter().flat_map(|(key, parts)| parts.iter().map(move |part| (key.as_str(), part)))
    }

    /// The names in the dataset of its files.
    pub fn file_names(&self) -> impl Iterator<Item = String> {
        self.parts().map(|(key, part)| format!("{key}/{}", part.name))
    }

    /// Gives its files, which are in `folder`, names with a suffix that no other files have, and
    /// returns their destinations.
    pub(super) fn rename_apart(&mut self, folder: &Path, suffix: &str) -> Vec<NewFile> {
        let mut files = Vec::new();
        for (key, parts) in &mut self.parts {
            for (number, part) in parts.iter_mut().enumerate() {
                let from = folder.join(key).join(&part.name);
                part.name = part_name(number, suffix);
                files.push(NewFile { from, key: key.clone(), name: part.name.clone() });
            }
        }
        files
    }

    /// The rows that its files of a table must have.
    pub fn expected_rows(&self, key: &str) -> u64 {
        let count = |rows: &BTreeMap<String, u64>| rows.get(key).copied().unwrap_or(0);
        (count(&self.report.rows) + count(&self.rows_in)).saturating_sub(count(&self.rows_out))
    }
}

impl Manifest {
    /// The manifest of an empty dataset.
    pub fn new(tables: BTreeSet<String>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            release: None,
            tables,
            selection: None,
            left: BTreeMap::new(),
            visibility: Visibility::Public,
            archives: Vec::new(),
            watermark: None,
            scopes: Map::new(),
            organizations: None,
            connections: None,
            next_numbers: BTreeMap::new(),
            commit: None,
            kept: Vec::new(),
        }
    }

    /// The manifest in a file; messages name the file `path`.
    pub(super) fn parse(path: &Path, text: &[u8]) -> Result<Self, DatasetError> {
        let manifest: Self = serde_json::from_slice(text)
            .map_err(|source| DatasetError::Manifest { path: path.to_owned(), source })?;
        if !(OLDEST_READ..=FORMAT_VERSION).contains(&manifest.format_version) {
            let (found, known) = (manifest.format_version, FORMAT_VERSION);
            return Err(DatasetError::Version { path: path.to_owned(), found, known });
        }
        Ok(manifest)
    }

    /// Refuses to change rows of a dataset of an older format, whose tables lack columns.
    ///
    /// # Errors
    /// [`DatasetError::OlderFormat`] if it is one.
    pub fn check_format(&self, root: &Path) -> Result<(), DatasetError> {
        if self.format_version == FORMAT_VERSION {
            return Ok(());
        }
        let (found, known) = (self.format_version, FORMAT_VERSION);
        Err(DatasetError::OlderFormat { path: root.to_owned(), found, known })
    }

    /// Writes the manifest below `root` and waits until it is on disk.
    pub(super) fn write(&self, root: &Path) -> Result<(), DatasetError> {
        let path = root.join(MANIFEST_NAME);
        write_file(&path, &self.to_text(&path)?)
    }

    /// The manifest as it is written; messages name the file `path`.
    pub(super) fn to_text(&self, path: &Path) -> Result<Vec<u8>, DatasetError> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|source| DatasetError::Manifest { path: path.to_owned(), source })?;
        Ok((text + "\n").into_bytes())
    }

    /// The entry of an archive or a refresh, by its name.
    pub fn archive(&self, name: &str) -> Option<&ArchiveEntry> {
        self.archives.iter().find(|entry| entry.name == name)
    }

    /// True if it has all of the archive with this MD5, as one entry or in parts.
    pub fn has_archive(&self, md5: &str) -> bool {
        let own = self.archives.iter().filter(|entry| entry.complete && entry.md5 == md5);
        let shards: HashSet<Option<&str>> = own.map(|entry| entry.shard.as_deref()).collect();
        let has_all = |shard: &str| {
            let count: Option<u64> = shard.split_once('/').and_then(|(_, count)| count.parse().ok());
            count.is_some_and(|count| {
                (1..=count).all(|number| shards.contains(&Some(format!("{number}/{count}").as_str())))
            })
        };
        shards.contains(&None) || shards.iter().flatten().any(|shard| has_all(shard))
    }

    /// The report of all archives and refreshes together, with the current numbers of rows.
    pub fn report(&self) -> Report {
        let mut whole = Report::default();
        self.archives.iter().for_each(|archive| whole.add(archive.report.clone()));
        whole.rows.values_mut().for_each(|rows| *rows = 0);
        for (key, part) in self.parts() {
            *whole.rows.entry(key.to_owned()).or_default() += part.rows;
        }
        whole
    }

    /// Gives a file in a scratch folder a name in its table, and returns its destination.
    pub fn take_in(&mut self, key: &str, part: Part, folder: &Path) -> (Part, NewFile) {
        self.take_in_with(key, part, folder, "")
    }

    /// Does the same if other changes may choose names at the same time; `suffix` makes the names
    /// unique.
    pub fn take_in_with(&mut self, key: &str, part: Part, folder: &Path, suffix: &str) -> (Part, NewFile) {
        let name = self.new_part_name(key, suffix);
        let file = NewFile { from: folder.join(&part.name), key: key.to_owned(), name: name.clone() };
        (Part { name, ..part }, file)
    }

    /// The names in the dataset of all files of tables, those that stay for time travel too.
    pub fn file_names(&self) -> impl Iterator<Item = String> {
        let kept = self.kept.iter().map(|kept| (kept.key.as_str(), &kept.part));
        self.parts().chain(kept).map(|(key, part)| format!("{key}/{}", part.name))
    }

    /// True if there are rows from other sources than archives.
    pub fn has_refreshes(&self) -> bool {
        self.archives.iter().any(|archive| archive.kind == EntryKind::Refresh)
    }

    /// A name for a new file of a table; no file of the table has had this name.
    fn new_part_name(&mut self, key: &str, suffix: &str) -> String {
        let used = || {
            let kept = self.kept.iter().filter(|kept| kept.key == key).map(|kept| &kept.part);
            let parts = self.parts().filter(|(other, _)| *other == key).map(|(_, part)| part);
            parts.chain(kept).filter_map(|part| part_number(&part.name)).max()
        };
        // Only manifests of early versions do not know the number. To look at all names for each
        // new one would take seconds for a thousand parts of archives.
        let next = self.next_numbers.get(key).copied();
        let number = next.unwrap_or_else(|| used().map_or(0, |used| used + 1));
        self.next_numbers.insert(key.to_owned(), number + 1);
        part_name(number, suffix)
    }

    /// The parts of each table.
    pub(super) fn parts_by_table(&self) -> BTreeMap<&str, Vec<&Part>> {
        let mut tables: BTreeMap<&str, Vec<&Part>> = BTreeMap::new();
        self.parts().for_each(|(key, part)| tables.entry(key).or_default().push(part));
        tables
    }

    /// A digest of the files that archives and refreshes have added.
    pub fn source(&self) -> String {
        let mut digest = xxhash_rust::xxh3::Xxh3::new();
        for (key, parts) in self.archives.iter().flat_map(|archive| &archive.parts) {
            for part in parts {
                digest.update(format!("{key}/{} {}\n", part.name, part.xxh3).as_bytes());
            }
        }
        format!("{:016x}", digest.digest())
    }

    /// Every part with its table's key.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &Part)> {
        let matched = self.organizations.iter().flat_map(|matched| &matched.parts);
        let connected = self.connections.iter().flat_map(|connected| &connected.parts);
        let tables = self.archives.iter().flat_map(|archive| &archive.parts).chain(matched).chain(connected);
        tables.flat_map(|(key, parts)| parts.iter().map(move |part| (key.as_str(), part)))
    }
}
