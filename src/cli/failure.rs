//! What is printed when a command fails: what happened, why, what to do.

use std::error::Error;
use std::fmt;
use std::io;

use serde_json::{Value, json};

use crate::compare::CompareError;
use crate::connect::ConnectError;
use crate::convert::ConvertError;
use crate::dataset::DatasetError;
use crate::download::DownloadError;
use crate::export::ExportError;
use crate::extract::ExtractError;
use crate::get::GetError;
use crate::matching::MatchError;
use crate::overview::OverviewError;
use crate::push::PushError;
use crate::refresh::RefreshError;
use crate::slice::SliceError;
use crate::storage::StorageError;
use orcid_api::ApiError;
use orcid_synth::SynthError;
use ror_match::RorError;
use targz_seek::ArchiveError;

use super::done::Done;
use super::hints::Hint;

/// An error with its hint, ready to be shown.
#[derive(Debug)]
pub struct Failure {
    error: Box<dyn Error>,
    hint: Option<String>,
}

impl Failure {
    /// A failure that no layer below has an error for.
    pub fn new(message: impl Into<String>, hint: &str) -> Self {
        Self { error: message.into().into(), hint: Some(hint.to_owned()) }
    }

    /// The same failure with another hint.
    pub fn with_hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// The failure for programs: what happened, why, what to do.
    pub fn to_json(&self) -> Value {
        let causes: Vec<String> = self.causes().map(ToString::to_string).collect();
        json!({ "message": self.error.to_string(), "causes": causes, "hint": self.hint })
    }

    /// Why it happened, from the nearest cause to the farthest.
    fn causes(&self) -> impl Iterator<Item = &dyn Error> {
        std::iter::successors(self.error.source(), |&cause| cause.source())
    }

    /// True when whoever read our output has gone, as `head` does.
    pub fn is_broken_pipe(&self) -> bool {
        self.error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Adds to a result for programs how the command ends: `exit_status`, and `error` where
/// it failed.
pub fn with_end(mut result: Value, ended: &Result<Done, Failure>) -> Value {
    result["exit_status"] = json!(exit_status(ended));
    if let Err(failure) = ended {
        result["error"] = failure.to_json();
    }
    result
}

/// The status that the program ends with.
pub fn exit_status(ended: &Result<Done, Failure>) -> u8 {
    match ended {
        Ok(Done::All) => 0,
        Ok(Done::WithProblems) => 1,
        Err(failure) if failure.is_broken_pipe() => 0,
        Err(_) => 2,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}", self.error)?;
        for cause in self.causes() {
            write!(formatter, "\n  because: {cause}")?;
        }
        match &self.hint {
            Some(hint) => write!(formatter, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self { error: error.into(), hint: None }
    }
}

macro_rules! hinted {
    ($($error:ty),+) => { $(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                let hint = Some(error.hint().into_owned());
                Self { error: error.into(), hint }
            }
        }
    )+ };
}

hinted!(
    ApiError,
    ArchiveError,
    CompareError,
    ConnectError,
    ConvertError,
    DatasetError,
    DownloadError,
    ExportError,
    ExtractError,
    GetError,
    MatchError,
    OverviewError,
    PushError,
    RefreshError,
    RorError,
    SliceError,
    StorageError,
    SynthError
);
