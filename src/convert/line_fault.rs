//! Why a line is not a task or a result, in words for people who have only the line before them.

/// A fault of a line that should be a task or a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineFault {
    #[error("it is empty")]
    Empty,
    #[error("it is not text in UTF-8")]
    NotText,
    #[error("it is cut off before the end of its JSON")]
    CutOff,
    #[error("it is not JSON from character {character} on")]
    NotJson { character: usize },
    #[error("there is more than one value of JSON")]
    Several,
    #[error("it is JSON of something else")]
    Other,
    #[error("it is the result of a task")]
    IsResult,
    #[error("it is a task, which has not been run")]
    IsTask,
    #[error("it has been changed since it was written: its digest is that of other content")]
    Edited,
    #[error("it has been changed since it was written: parts of it are missing or wrong")]
    Incomplete,
    #[error("it was written by orcidlake {found}, and this is orcidlake {own}", own = env!("CARGO_PKG_VERSION"))]
    OtherVersion { found: String },
}
