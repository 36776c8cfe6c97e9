//! The states of a row, in the words that reports and the state folder have for them.

use std::fmt;

/// The state of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    InOrcid,
    Deleted,
    RemovedByPerson,
    Refused,
    PermissionLost,
    NoPermission,
    RecordClosed,
    Unanswered,
    Sending,
    Waiting,
    Invalid,
    NotActive,
}

impl State {
    /// All states, in the order of reports.
    pub const ALL: [Self; 12] = [
        Self::InOrcid,
        Self::Deleted,
        Self::RemovedByPerson,
        Self::Refused,
        Self::PermissionLost,
        Self::NoPermission,
        Self::RecordClosed,
        Self::Unanswered,
        Self::Sending,
        Self::Waiting,
        Self::Invalid,
        Self::NotActive,
    ];

    /// The state's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::InOrcid => "in ORCID",
            Self::Deleted => "deleted",
            Self::RemovedByPerson => "removed by the person",
            Self::Refused => "refused",
            Self::PermissionLost => "permission lost",
            Self::NoPermission => "no permission",
            Self::RecordClosed => "record closed",
            Self::Unanswered => "unanswered",
            Self::Sending => "sending",
            Self::Waiting => "waiting",
            Self::Invalid => "invalid",
            Self::NotActive => "not active",
        }
    }

    /// The state with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// True where the row is as it was asked for, or will stay as it is by its person's wish.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::InOrcid | Self::Deleted | Self::RemovedByPerson | Self::NotActive)
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
