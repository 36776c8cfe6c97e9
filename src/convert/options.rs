//! How archives are converted.

use targz_seek::Options as ArchiveOptions;

use super::selection::Selection;
use super::shard::Shard;

/// XML bytes that are parsed as one piece of work.
pub(super) const CHUNK_BYTES: usize = 8 << 20;
/// The largest known record has 150 MB; more is no record.
const MAX_MEMBER_BYTES: u64 = 512 << 20;

/// How archives are read, but for salvage.
pub const ARCHIVE_OPTIONS: ArchiveOptions =
    ArchiveOptions::new().chunk_bytes(CHUNK_BYTES).max_member_bytes(MAX_MEMBER_BYTES);

/// Memory to keep to where nothing else is asked for.
const MEMORY_BYTES: usize = 1 << 30;

/// How a conversion is done.
#[derive(Debug, Clone)]
pub struct Options {
    /// The tables that are written.
    pub tables: Selection,
    /// Threads of the pool that parses, builds and encodes.
    pub threads: usize,
    /// Memory to keep to, in bytes; more archives run side by side with more.
    pub memory_bytes: usize,
    /// Take the whole members of an archive that is cut off or damaged.
    pub salvage: bool,
    /// Replace the whole dataset, in one step when all archives are converted, by one made
    /// of the given archives alone.
    pub replace: bool,
    /// Write an index beside each archive that has none.
    pub write_index: bool,
    /// Convert this part of each archive only; it must have an index.
    pub shard: Option<Shard>,
}

/// All tables, with all processors and 1 GiB.
impl Default for Options {
    fn default() -> Self {
        Self {
            tables: Selection::default(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: MEMORY_BYTES,
            salvage: false,
            replace: false,
            write_index: false,
            shard: None,
        }
    }
}
