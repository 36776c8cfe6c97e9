//! How archives are converted.

use std::sync::Arc;

use targz_seek::Options as ArchiveOptions;

use super::selection::Selection;
use super::shard::Shard;
use crate::slice::Slice;
use crate::storage::StorageOptions;

/// XML bytes that are parsed as one piece of work.
pub(super) const CHUNK_BYTES: usize = 8 << 20;
/// The largest known record has 150 MB; a larger file is not a record.
const MAX_MEMBER_BYTES: u64 = 512 << 20;

/// The limits for reading archives; salvage is an option of its own.
pub const ARCHIVE_OPTIONS: ArchiveOptions =
    ArchiveOptions::new().chunk_bytes(CHUNK_BYTES).max_member_bytes(MAX_MEMBER_BYTES);

/// The default limit of memory.
const MEMORY_BYTES: usize = 1 << 30;

/// How a conversion is done.
#[derive(Debug, Clone)]
pub struct Options {
    /// The tables that are written.
    pub tables: Selection,
    /// The people whose records are kept; `None` for all. Activities follow the records that the
    /// dataset has, unless iDs alone decide.
    pub only: Option<Arc<Slice>>,
    /// Threads of the pool that parses, builds and encodes.
    pub threads: usize,
    /// The limit of memory, in bytes; with more memory, more archives run side by side.
    pub memory_bytes: usize,
    /// Read the complete members of an archive that is cut off or damaged.
    pub salvage: bool,
    /// When all archives are converted, replace the dataset in one step by a dataset of these
    /// archives alone.
    pub replace: bool,
    /// Write an index beside each archive that has none.
    pub write_index: bool,
    /// Convert only this part of each archive; the archive must have an index.
    pub shard: Option<Shard>,
    /// Options of object stores and web servers.
    pub storage: StorageOptions,
    /// For [`plan`](super::plan) only: the number of parts that all archives together are divided
    /// into. `None` makes each archive one task.
    pub parts: Option<u64>,
}

/// All tables, with all processors and 1 GiB.
impl Default for Options {
    fn default() -> Self {
        Self {
            tables: Selection::default(),
            only: None,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: MEMORY_BYTES,
            salvage: false,
            replace: false,
            write_index: false,
            shard: None,
            storage: StorageOptions::default(),
            parts: None,
        }
    }
}
