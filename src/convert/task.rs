//! A piece of a conversion and its result, as values that can be sent to another process or
//! machine.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::converted::Converted;
use super::shard::Shard;
use crate::dataset::{ArchiveEntry, EntryKind, FORMAT_VERSION, WrittenTable};
use targz_seek::Fingerprint;

/// One archive, or one part of it, that is to be converted into table files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The path of the archive, on the machine that runs the task.
    pub archive: PathBuf,
    /// The archive's name in the manifest: its file name.
    pub name: String,
    /// The fingerprint that identifies the archive; `None` for a stream.
    pub fingerprint: Option<Fingerprint>,
    /// The year of the dump, if the name gives one.
    pub release: Option<u16>,
    /// The part of the archive; `None` for the whole archive.
    pub shard: Option<Shard>,
    /// The tables that are written, such as `summaries/works`.
    pub tables: BTreeSet<String>,
    /// Read the complete members of an archive that is cut off or damaged.
    pub salvage: bool,
    /// Write the archive's index beside it, if there is none.
    pub write_index: bool,
}

/// The files that one task has written, and their contents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartResult {
    /// The version of the dataset's format that the files have.
    pub format_version: u32,
    /// The version of orcidlake that made them.
    pub tool_version: String,
    /// The tables that were written.
    pub tables: BTreeSet<String>,
    /// The folder that the files lie in, each table in a folder of its own.
    pub folder: PathBuf,
    /// The files are in the dataset's store already, unnamed by any manifest, and `folder` has no
    /// meaning.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_store: bool,
    /// The entry for the manifest; its files have their names in `folder`, or in the store.
    pub entry: ArchiveEntry,
}

impl Task {
    /// The part, as written in the manifest.
    pub(super) fn shard_name(&self) -> Option<String> {
        self.shard.map(|shard| shard.to_string())
    }

    /// True if the manifest's `archive` has the same name; a stream cannot be recognised.
    pub(super) fn is_of(&self, archive: &ArchiveEntry) -> bool {
        self.fingerprint.is_some() && archive.name == self.name && archive.shard == self.shard_name()
    }

    /// True if `archive` has the same name, the same size, and the same first and last bytes.
    pub(super) fn looks_like(&self, archive: &ArchiveEntry) -> bool {
        let fingerprint = self.fingerprint.as_ref();
        self.is_of(archive) && fingerprint.is_some_and(|own| own.digest == archive.fingerprint)
    }

    /// Bytes to read; `None` for a stream.
    pub(super) fn size_bytes(&self) -> Option<u64> {
        let whole = self.fingerprint.as_ref().map(|fingerprint| fingerprint.size_bytes);
        whole.map(|bytes| bytes / self.shard.map_or(1, |shard| shard.of))
    }

    /// The manifest's entry for the converted archive.
    pub(super) fn entry(&self, converted: Converted) -> ArchiveEntry {
        let fingerprint = self.fingerprint.as_ref().map(|fingerprint| fingerprint.digest.clone());
        ArchiveEntry {
            kind: EntryKind::Archive,
            name: self.name.clone(),
            shard: self.shard_name(),
            size_bytes: converted.totals.size_bytes,
            md5: converted.totals.md5,
            release: self.release.or(converted.release),
            fingerprint: fingerprint.unwrap_or_default(),
            complete: converted.complete,
            watermark: converted.watermark,
            report: converted.report,
            parts: WrittenTable::by_key(&converted.tables),
            ..ArchiveEntry::default()
        }
    }

    /// The result of the task.
    pub(super) fn result(&self, folder: PathBuf, entry: ArchiveEntry) -> PartResult {
        PartResult {
            format_version: FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            tables: self.tables.clone(),
            folder,
            in_store: false,
            entry,
        }
    }
}
