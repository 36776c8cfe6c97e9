//! Reasons why an archive cannot be read to its end.

use std::io;
use std::path::{Path, PathBuf};

use super::foreign::Foreign;
use super::index::IndexError;

/// A fault of an archive, of its index, or of the disk or stream that it is read from.
///
/// `path` is the path that was opened, `-` for standard input. `offset` counts bytes of the
/// file as it lies on the disk, compressed if it is compressed, from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The file or folder cannot be opened, or the folder cannot be listed.
    #[error("cannot open {path}")]
    Open {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The operating system failed while the archive was read.
    #[error("cannot read {path} at byte {offset}")]
    Read {
        /// The archive.
        path: PathBuf,
        /// How far the file had been read.
        offset: u64,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file ends before the archive does, as after a download that was interrupted.
    #[error("{path} is cut off: it ends at byte {offset}, {place}")]
    CutOff {
        /// The archive.
        path: PathBuf,
        /// The size of the file as far as it goes.
        offset: u64,
        /// The place in the archive's structure, such as `inside the gzip data`.
        place: String,
    },
    /// The gzip data or the tar stream contradict themselves: a wrong checksum, a block that
    /// is no header where one belongs.
    #[error("{path} is damaged near byte {offset}: {reason}")]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// How far the file had been read; the damage lies shortly before.
        offset: u64,
        /// What is wrong, in English.
        reason: String,
    },
    /// The file begins with bytes of no known format.
    #[error("{path} is neither a tar archive nor gzip nor XML; it begins with {found}")]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The first 16 bytes in quotes, unprintable ones escaped.
        found: String,
    },
    /// The file is gzip, but its uncompressed data begin with bytes of no known format.
    #[error("{path} holds gzip data that are not a tar archive; they begin with {found}")]
    UnknownInside {
        /// The file.
        path: PathBuf,
        /// The first 16 uncompressed bytes in quotes, unprintable ones escaped.
        found: String,
    },
    /// The file has a format that is recognised but not read, such as zip, xz or HTML.
    #[error("{path} is {}, not a tar archive", format.name)]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The format of the file.
        format: Foreign,
    },
    /// The file is gzip, and its uncompressed data have a format that is recognised but not
    /// read, such as gzip again.
    #[error("{path} holds {} in its gzip data, not a tar archive", format.name)]
    ForeignInside {
        /// The file.
        path: PathBuf,
        /// The format of the uncompressed data.
        format: Foreign,
    },
    /// Reading was ended by [`Meter::stop`](crate::Meter::stop).
    #[error("{path} was not read to its end, as asked")]
    Stopped {
        /// The archive.
        path: PathBuf,
    },
    /// The file has no bytes.
    #[error("{} is empty", shown(path))]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The index of the archive cannot be used or written.
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl ArchiveError {
    /// True for [`ArchiveError::CutOff`] and [`ArchiveError::Damaged`]: the members that were
    /// given before the fault are sound and can be used.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::CutOff { .. } | Self::Damaged { .. })
    }
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// A path as a message has it.
fn shown(path: &Path) -> String {
    if is_standard_input(path) { "standard input".to_owned() } else { path.display().to_string() }
}
