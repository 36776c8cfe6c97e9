//! What came of a row.

use orcid_api::member::MemberError;

use crate::push::state::State;

/// What was done about a row in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    Nothing,
    Added,
    Changed,
    Deleted,
    /// The item was at ORCID already, and is now kept under the row's key.
    Found,
}

/// What came of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub state: State,
    pub did: Did,
    pub put_code: Option<i64>,
    pub status: Option<u16>,
    pub code: Option<i32>,
    pub reason: String,
}

impl Did {
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Found => "found",
        }
    }
}

impl Done {
    pub fn new(state: State, did: Did, put_code: Option<i64>, reason: impl Into<String>) -> Self {
        Self { state, did, put_code, status: None, code: None, reason: reason.into() }
    }

    /// With status, code and words of ORCID's error.
    pub fn of_error(state: State, put_code: Option<i64>, error: &MemberError) -> Self {
        let reason = match error.code {
            Some(code) => format!("{} ({code})", error.message),
            None => error.message.clone(),
        };
        let done = Self::new(state, Did::Nothing, put_code, reason);
        Self { status: Some(error.status), code: error.code, ..done }
    }
}
