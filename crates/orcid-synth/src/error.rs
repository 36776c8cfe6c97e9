//! What goes wrong while a dump is made.

use std::io;
use std::path::PathBuf;

/// Why no dump was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SynthError {
    /// More records than there are iDs.
    #[error("{records} records were asked for, at most {most} have different iDs")]
    TooManyRecords {
        /// Those asked for.
        records: u64,
        /// Those that have different iDs.
        most: u64,
    },
    /// An ending that no iD has.
    #[error("there is no activities archive \"{ending}\"")]
    UnknownArchive {
        /// The ending.
        ending: char,
    },
    /// A year that is out of range.
    #[error("{year} is not a year between 2020 and 2100")]
    Year {
        /// The year.
        year: u16,
    },
    /// A gzip level that is out of range.
    #[error("{level} is not a gzip level from 0 to 9")]
    Compression {
        /// The level.
        level: u32,
    },
    /// A file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
