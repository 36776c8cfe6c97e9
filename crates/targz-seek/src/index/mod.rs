//! A side file with which any part of one archive can be read without what stands before it.
//!
//! An index holds two tables. *Points* are places from which the uncompressed stream can be
//! read: the start of a gzip member, or a deflate block together with the 32 KiB before it.
//! Points also say where the first chunk of members after them begins, so that several
//! readers of parts give the same chunks as one reader of the whole. *Runs* are places of
//! members with one key, one after the other; a key is a number that the caller derives from
//! a member's name ([`KeyOf`]).
//!
//! All that is read is verified by digests: the index, and the archive's data piece by piece.
//! An index of another archive, or of another state of it, is refused. Members are found by
//! key only; two names may have one key, so compare the names of the members that come.
//!
//! The file, all numbers little-endian:
//!
//! ```text
//! magic │ digests and window of each point │ pages of points │ pages of runs │ contents (JSON) │ its length, digest │ magic
//! ```
//!
//! # Example
//!
//! Writes an archive and its index, then reads one member by its key:
//!
//! ```
//! use std::fs::File;
//! use std::sync::Arc;
//!
//! use targz_seek::index::{Index, IndexWriter, IndexedTotals, SPACING_BYTES, index_path};
//! use targz_seek::{Archive, Buffers, Meter, Options};
//!
//! fn key_of(name: &str) -> Option<u64> {
//!     name.strip_suffix(".xml")?.parse().ok()
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("numbers.tar.gz");
//! # let gzip = flate2::write::GzEncoder::new(File::create(&path)?, flate2::Compression::fast());
//! # let mut tar = tar::Builder::new(gzip);
//! # for number in 0..100 {
//! #     let data = format!("<number>{number}</number>");
//! #     let mut header = tar::Header::new_ustar();
//! #     header.set_size(data.len() as u64);
//! #     header.set_mode(0o644);
//! #     tar.append_data(&mut header, format!("{number}.xml"), data.as_bytes())?;
//! # }
//! # tar.into_inner()?.finish()?;
//!
//! // One pass over the archive writes the index.
//! let options = Options::new();
//! let mut archive = Archive::open_recorded(&path, options, Meter::default(), SPACING_BYTES)?;
//! let index = index_path(&path);
//! let mut writer = IndexWriter::create(&path, &index, key_of, SPACING_BYTES, options.chunk_bytes)?;
//! while let Some(chunk) = archive.next_chunk()? {
//!     archive.record_points(&mut writer, false)?;
//!     writer.add_chunk(&chunk)?;
//! }
//! let stream_bytes = archive.record_points(&mut writer, true)?;
//! let totals = archive.finish()?;
//! let (size_bytes, md5, notes) = (totals.size_bytes, totals.md5, totals.notes);
//! writer.finish(&path, IndexedTotals { size_bytes, md5, stream_bytes, notes, repeats: false })?;
//!
//! // The index leads to the members with a key.
//! let index = Arc::new(Index::open(&index, &path)?);
//! for range in index.runs(42)? {
//!     let (buffers, meter) = (Buffers::default(), Meter::default());
//!     let mut part = Archive::open_part(index.clone(), range, options, buffers, meter)?;
//!     while let Some(chunk) = part.next_chunk()? {
//!         for (name, data, _) in chunk.members() {
//!             assert_eq!((name, data), ("42.xml", &b"<number>42</number>"[..]));
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod checks;
mod error;
mod page;
mod points;
mod read;
mod record;
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

/// The usual distance between two points, in bytes of the uncompressed stream. Reaching a
/// member takes the time to inflate half of that, some 0.6 ms. A point takes about 3 kB, so
/// that the index of an archive of 46 GB (864 GB uncompressed) takes 1.3 GB.
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

/// What an index says of itself and of its archive, beside points and runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The version of the file format.
    pub format_version: u32,
    /// The version of this crate that wrote the index.
    pub tool_version: String,
    /// Size and ends of the archive when the index was made.
    pub archive: ArchiveMark,
    /// The MD5 of the archive, in lower-case hexadecimal.
    pub md5: String,
    /// The size of the uncompressed stream, in bytes.
    pub stream_bytes: u64,
    /// The distance between points that was asked for, in bytes of the uncompressed stream.
    pub spacing_bytes: u64,
    /// The [`chunk_bytes`](crate::Options) with which the archive was read. Readers of parts
    /// give the chunks of the whole only with the same number.
    pub chunk_bytes: u64,
    /// The number of members, directories and other kinds included.
    pub members: u64,
    /// The number of members that have a key.
    pub keyed: u64,
    /// Whether some member's name comes more than once; the caller told so when the index was
    /// made.
    pub repeats: bool,
    /// Oddities of the archive that did no harm, as [`Totals::notes`](crate::Totals).
    pub notes: Vec<String>,
    points: Section,
    runs: Section,
}

/// Tells one archive from another by its size and a digest of both its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveMark {
    /// The size of the file, in bytes.
    pub size_bytes: u64,
    /// The 64-bit XXH3 of the first and the last 16 KiB.
    pub ends_xxh3: u64,
}

impl Contents {
    /// The number of points from which reading can begin.
    pub fn points(&self) -> u64 {
        self.points.records
    }

    /// The number of runs: of stretches of members that follow one another and have one key.
    pub fn runs(&self) -> u64 {
        self.runs.records
    }
}

impl ArchiveMark {
    /// Reads size and ends of an archive.
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

/// True if a source begins as an index does.
///
/// # Errors
/// An I/O error if it cannot be read.
pub fn is_index(file: &dyn ByteSource) -> io::Result<bool> {
    let mut head = [0; MAGIC.len()];
    if file.size_bytes()?.is_none_or(|size_bytes| size_bytes < head.len() as u64) {
        return Ok(false);
    }
    file.read_exact_at(&mut head, 0)?;
    Ok(head == MAGIC)
}

/// The usual place of an archive's index: beside it, as `<archive>.idx`. [`Index::beside`]
/// looks there.
pub fn index_path(archive: &Path) -> PathBuf {
    let mut name = archive.file_name().unwrap_or(archive.as_os_str()).to_owned();
    name.push(".");
    name.push(EXTENSION);
    archive.with_file_name(name)
}
