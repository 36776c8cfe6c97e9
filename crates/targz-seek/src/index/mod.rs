//! A side file with which one archive is read from anywhere.
//!
//! ```text
//! magic │ digests and window of each point │ pages of points │ pages of runs │ contents (JSON) │ its length, digest │ magic
//! ```
//!
//! A *point* is a place from which the stream can be read: the start of a gzip member,
//! or a deflate block with the 32 KiB before it. Points also say where the first chunk
//! of members after them begins, so that several readers give the chunks that one
//! would. A *run* is where the members of one key lie, one after the other; keys are
//! numbers that the caller makes of names. All that is read is checked by a digest,
//! the archive's stream too, piece by piece.

mod checks;
mod error;
mod page;
mod points;
mod read;
mod record;
mod resume;
mod seek;
mod sort;
mod write;

pub use error::IndexError;
pub use read::Index;
pub use write::{IndexWriter, IndexedTotals, KeyOf};

pub(super) use record::Recorder;
pub(super) use seek::SpanReader;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::source::ByteSource;
use page::Section;

/// Bytes of the stream between two points. A record is found in the time that it
/// takes to inflate half of that, some 0.6 ms; a point takes about 3 kB of the index,
/// so that 46 GB of archive (864 GB of stream) take 1.3 GB.
pub const SPACING_BYTES: u64 = 2 << 20;

/// The version of the format; it grows when a reader must know.
const FORMAT_VERSION: u32 = 2;
/// What an index begins and ends with.
const MAGIC: [u8; 8] = *b"orcidIdx";
/// What an index is called, after the archive's name.
const EXTENSION: &str = "idx";
/// Bytes at either end of an archive that tell one from another, beside its size: the
/// end of gzip data has their CRC. Each `get` reads them.
const END_BYTES: u64 = 16 << 10;
/// tar's unit, in which runs are counted.
const BLOCK: u64 = 512;
/// Records of a page: points are large, runs are small.
const POINTS_PER_PAGE: usize = 128;
const RUNS_PER_PAGE: usize = 2_048;
/// A point in a page: place in the stream, bit and kind, digests and window, chunk.
const POINT_FIELDS: usize = 6;
/// A run in a page: key, first block, blocks.
const RUN_FIELDS: usize = 3;
/// Stands for no chunk.
const NO_CHUNK: u64 = u64::MAX;

/// What an index says of itself and its archive, beside points and runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    pub format_version: u32,
    pub tool_version: String,
    pub archive: ArchiveMark,
    /// MD5 of the archive in hexadecimal.
    pub md5: String,
    /// Bytes of the uncompressed stream.
    pub stream_bytes: u64,
    pub spacing_bytes: u64,
    /// Bytes of the chunks whose beginnings the points know.
    pub chunk_bytes: u64,
    pub members: u64,
    /// Members that have a key.
    pub keyed: u64,
    /// Whether members come again under a name that came before.
    pub repeats: bool,
    /// What was odd about the archive but did no harm.
    pub notes: Vec<String>,
    points: Section,
    runs: Section,
}

/// What tells one archive from another: size and XXH3 of both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveMark {
    pub size_bytes: u64,
    pub ends_xxh3: u64,
}

impl Contents {
    /// The number of points from which reading can begin.
    pub fn points(&self) -> u64 {
        self.points.records
    }

    /// The number of runs of members with one key.
    pub fn runs(&self) -> u64 {
        self.runs.records
    }
}

impl ArchiveMark {
    /// What tells this archive from others.
    ///
    /// # Errors
    /// An I/O error where it cannot be read, or is a stream.
    pub fn of(archive: &dyn ByteSource) -> io::Result<Self> {
        let size_bytes = archive.size_bytes()?.ok_or(io::ErrorKind::Unsupported)?;
        let mut digest = Xxh3::new();
        for start in [0, size_bytes.saturating_sub(END_BYTES)] {
            let mut bytes = vec![0; END_BYTES.min(size_bytes) as usize];
            archive.read_exact_at(&mut bytes, start)?;
            digest.update(&bytes);
        }
        Ok(Self { size_bytes, ends_xxh3: digest.digest() })
    }
}

/// Where the index of an archive is looked for: beside it, as `<archive>.idx`.
pub fn index_path(archive: &Path) -> PathBuf {
    let mut name = archive.file_name().unwrap_or(archive.as_os_str()).to_owned();
    name.push(".");
    name.push(EXTENSION);
    archive.with_file_name(name)
}
