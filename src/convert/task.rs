//! A piece of a conversion and its result, as values that can be sent to another process or
//! machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::converted::Converted;
use super::line_fault::LineFault;
use super::shard::Shard;
use crate::dataset::{ArchiveEntry, EntryKind, FORMAT_VERSION, WaitingPart, WrittenTable};
use crate::slice::{Inputs, Selection};
use targz_seek::Fingerprint;

/// A piece of a conversion that one process does. All index tasks of a plan must be done before
/// its other tasks begin.
///
/// When it is written, as JSON or otherwise, it gets a digest of its content, without the path of
/// its archive. A task that was edited is not read, so that no part is made that belongs to no plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "SignedTask", try_from = "SignedTask")]
pub enum Task {
    /// Write the index beside an archive, which the parts of the archive need.
    Index(IndexTask),
    /// Convert an archive, or one part of it, into table files.
    Part(PartTask),
}

/// A task as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SignedTask {
    #[serde(flatten)]
    task: UnsignedTask,
    tool_version: String,
    digest: String,
}

/// The content of a task, as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum UnsignedTask {
    Index(IndexTask),
    Part(PartTask),
}

/// An archive that needs an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexTask {
    /// The path of the archive, on the machine that runs the task.
    pub archive: PathBuf,
    /// The file name of the archive.
    pub name: String,
    /// The fingerprint that identifies the archive.
    pub fingerprint: Fingerprint,
}

/// One archive, or one part of it, that is to be converted into table files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartTask {
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
    /// The people whose members are converted; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Box<TaskPeople>>,
    /// Read the complete members of an archive that is cut off or damaged.
    #[serde(default)]
    pub salvage: bool,
    /// Write the archive's index beside it, if there is none.
    #[serde(default)]
    pub write_index: bool,
    /// The parts will replace the dataset, so the archives that it has now do not count.
    #[serde(default)]
    pub replace: bool,
}

/// The people of a task, and the files that tell who they are: any process that sees these selects the
/// same people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskPeople {
    /// How they are selected.
    pub selection: Selection,
    /// The files, on the machine that runs the task.
    #[serde(default)]
    pub inputs: Inputs,
}

/// The result of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum PartResult {
    /// The index is beside the archive. A commit ignores this result.
    Index(IndexResult),
    /// The part waits for its commit.
    Part(Box<WaitingPart>),
}

/// The index that an index task has written, or found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexResult {
    /// The path of the archive.
    pub archive: PathBuf,
    /// The path of the index.
    pub index: PathBuf,
    /// Members of the archive.
    pub members: u64,
    /// Bytes of the archive's uncompressed stream.
    pub stream_bytes: u64,
    /// Some names occur more than once, so the first part of the archive converts all of it.
    pub repeats: bool,
}

/// Table files in a local folder, made of an archive or of a part of it.
pub(super) struct Written {
    pub folder: PathBuf,
    /// The bytes of the stream that were read; `None` for all.
    pub range: Option<(u64, u64)>,
    pub entry: ArchiveEntry,
}

impl From<Task> for SignedTask {
    fn from(task: Task) -> Self {
        let (tool_version, digest) = (env!("CARGO_PKG_VERSION").to_owned(), task.digest());
        let task = match task {
            Task::Index(task) => UnsignedTask::Index(task),
            Task::Part(task) => UnsignedTask::Part(task),
        };
        Self { task, tool_version, digest }
    }
}

impl TryFrom<SignedTask> for Task {
    type Error = LineFault;

    fn try_from(signed: SignedTask) -> Result<Self, LineFault> {
        let task = match signed.task {
            UnsignedTask::Index(task) => Self::Index(task),
            UnsignedTask::Part(task) => Self::Part(task),
        };
        if task.digest() == signed.digest { Ok(task) } else { Err(LineFault::Edited) }
    }
}

impl Task {
    /// A digest of all that decides about the result. Paths are not among it: files may lie elsewhere
    /// on another machine, and fingerprints and digests tell whether they are the same.
    fn digest(&self) -> String {
        let content = match self {
            Self::Index(IndexTask { archive: _, name, fingerprint }) => {
                serde_json::json!(["index", name, fingerprint])
            }
            Self::Part(task) => {
                let PartTask { archive: _, name, fingerprint, release, shard, tables, .. } = task;
                let PartTask { salvage, write_index, replace, .. } = task;
                let options = (salvage, write_index, replace, task.selection());
                serde_json::json!(["part", name, fingerprint, release, shard, tables, options])
            }
        };
        format!("{:032x}", xxh3_128(content.to_string().as_bytes()))
    }

    /// The path of the archive.
    pub fn archive(&self) -> &Path {
        match self {
            Self::Index(task) => &task.archive,
            Self::Part(task) => &task.archive,
        }
    }

    /// True for a task that must be done before the parts of its archive.
    pub fn is_index(&self) -> bool {
        matches!(self, Self::Index(_))
    }
}

impl PartResult {
    /// The part that waits for its commit; `None` for an index.
    pub fn part(&self) -> Option<&WaitingPart> {
        match self {
            Self::Index(_) => None,
            Self::Part(part) => Some(part),
        }
    }
}

impl PartTask {
    /// The part, as written in the manifest.
    pub(super) fn shard_name(&self) -> Option<String> {
        self.shard.map(|shard| shard.to_string())
    }

    /// How the people are selected; `None` for all people.
    pub fn selection(&self) -> Option<&Selection> {
        self.only.as_ref().map(|only| &only.selection)
    }

    /// The name of the part where it waits for its commit. Tasks that give the same bytes have the
    /// same name, wherever the archive lies on the machine that runs them.
    pub(super) fn part_name(&self) -> String {
        let Self { name, fingerprint, shard, tables, salvage, .. } = self;
        let made_with = (FORMAT_VERSION, env!("CARGO_PKG_VERSION"));
        let only = self.selection();
        let identity = serde_json::json!([made_with, name, fingerprint, shard, tables, salvage, only]);
        format!("{:032x}", xxh3_128(identity.to_string().as_bytes()))
    }

    /// True if the manifest's `archive` has the same name; a stream cannot be recognised.
    pub(super) fn is_of(&self, archive: &ArchiveEntry) -> bool {
        self.fingerprint.is_some() && archive.name == self.name && archive.shard == self.shard_name()
    }

    /// True if `archive` has the same name, the same size, and the same first and last bytes.
    pub(super) fn looks_like(&self, archive: &ArchiveEntry) -> bool {
        self.is_of(archive) && self.has_ends_of(archive)
    }

    /// True if `archive` has the same size, and the same first and last bytes.
    pub(super) fn has_ends_of(&self, archive: &ArchiveEntry) -> bool {
        self.fingerprint.as_ref().is_some_and(|own| own.digest == archive.fingerprint)
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

    /// The part that this task has written.
    pub(super) fn waiting(
        &self,
        range: Option<(u64, u64)>,
        records: Option<String>,
        entry: ArchiveEntry,
    ) -> WaitingPart {
        WaitingPart {
            name: self.part_name(),
            format_version: FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            tables: self.tables.clone(),
            selection: self.selection().cloned(),
            records,
            range,
            replace: self.replace,
            entry,
        }
    }
}
