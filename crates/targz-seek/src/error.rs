//! Why an archive could not be read to its end.

use std::io;
use std::path::PathBuf;

use super::foreign::Foreign;
use super::index::IndexError;

/// A fault of the archive or of the disk beneath it.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("cannot open {path}")]
    Open { path: PathBuf, source: io::Error },
    #[error("cannot read {path} at byte {offset}")]
    Read { path: PathBuf, offset: u64, source: io::Error },
    #[error("{path} is cut off: it ends at byte {offset}, {place}")]
    CutOff { path: PathBuf, offset: u64, place: String },
    #[error("{path} is damaged near byte {offset}: {reason}")]
    Damaged { path: PathBuf, offset: u64, reason: String },
    #[error("{path} is neither a tar archive nor gzip nor XML; it begins with {found}")]
    Unknown { path: PathBuf, found: String },
    #[error("{path} holds gzip data that are no tar archive; they begin with {found}")]
    UnknownInside { path: PathBuf, found: String },
    #[error("{path} is {}, not an archive", form.name)]
    Foreign { path: PathBuf, form: Foreign },
    #[error("{path} holds {} in its gzip data, not a tar archive", form.name)]
    ForeignInside { path: PathBuf, form: Foreign },
    #[error("{path} was not read to its end, as asked")]
    Stopped { path: PathBuf },
    #[error("{path} is empty")]
    Empty { path: PathBuf },
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl ArchiveError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Open { .. } => "check the path and the permissions",
            Self::Read { .. } => "the disk or the stream failed; try again",
            Self::CutOff { .. } | Self::Damaged { .. } => {
                "compare the file's size and MD5 with those its download page gives, and fetch it again; \
                 --salvage takes the members that are whole"
            }
            Self::Unknown { .. } | Self::UnknownInside { .. } => {
                "give a .tar.gz or .tar archive, a folder of .xml files, or one .xml file"
            }
            Self::Foreign { form, .. } | Self::ForeignInside { form, .. } => form.hint,
            Self::Stopped { .. } => "run the same command again",
            Self::Empty { .. } => "fetch the file again",
            Self::Index(error) => error.hint(),
        }
    }

    /// True where members before the fault are sound.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::CutOff { .. } | Self::Damaged { .. })
    }
}
