//! What goes wrong while a dump is made.

use std::io;
use std::path::PathBuf;

/// Why no dump was made.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    #[error("{records} records were asked for, at most {most} have different iDs")]
    TooManyRecords { records: u64, most: u64 },
    #[error("there is no activities archive \"{ending}\"")]
    UnknownArchive { ending: char },
    #[error("{year} is not a year between 2020 and 2100")]
    Year { year: u16 },
    #[error("{level} is not a gzip level from 0 to 9")]
    Compression { level: u32 },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
}
