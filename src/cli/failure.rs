//! What is printed when a command fails: what happened, why, what to do.

use std::error::Error;
use std::fmt;
use std::io;

use crate::archive::ArchiveError;
use crate::convert::ConvertError;
use crate::dataset::DatasetError;
use crate::refresh::RefreshError;
use crate::synth::SynthError;

/// An error with its hint, ready to be shown.
#[derive(Debug)]
pub struct Failure {
    error: Box<dyn Error>,
    hint: Option<String>,
}

impl Failure {
    /// A failure that no floor below has a word for.
    pub fn new(message: impl Into<String>, hint: &str) -> Self {
        Self { error: message.into().into(), hint: Some(hint.to_owned()) }
    }

    /// True when whoever read our output has gone, as `head` does.
    pub fn is_broken_pipe(&self) -> bool {
        self.error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}", self.error)?;
        let mut cause = self.error.source();
        while let Some(error) = cause {
            write!(formatter, "\n  because: {error}")?;
            cause = error.source();
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
                let hint = Some(error.hint().to_owned());
                Self { error: error.into(), hint }
            }
        }
    )+ };
}

hinted!(ArchiveError, ConvertError, DatasetError, RefreshError, SynthError);
