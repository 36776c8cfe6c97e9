//! The numbers and words of the queue's file for states, kinds, findings and stages.
//!
//! `Display` writes a state or a kind as SQL has it, so that a query names the same word as
//! the code: `format!("… WHERE state = {Waiting}")`.

use std::fmt;

use super::super::search::Finding;

/// The state of a request; [the queue's page](super) says which state follows which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is sent as soon as its time has come.
    Waiting = 0,
    /// It has been sent, and its answer has not arrived.
    Asked = 1,
    /// Its answer has been stored.
    Answered = 2,
    /// It has no answer in this run; the dataset keeps what it has.
    GivenUp = 3,
    /// It may not be sent yet.
    Planned = 4,
    /// An item that the server says is gone; it is asked for once more.
    Missing = 5,
    /// An item of which the server has said twice that it is gone; its record decides.
    MissingTwice = 6,
}

impl State {
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Asked,
        Self::Answered,
        Self::GivenUp,
        Self::Planned,
        Self::Missing,
        Self::MissingTwice,
    ];

    /// The state that a number of the file means.
    pub fn new(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as i64 == number)
    }
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", *self as i64)
    }
}

/// What kind of thing a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Search,
    Record,
    /// Several works of one person.
    Works,
    Item,
    /// A record once more, to see whether it still lists missing items.
    Recheck,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Search, Self::Record, Self::Works, Self::Item, Self::Recheck];

    /// The word in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Record => "record",
            Self::Works => "works",
            Self::Item => "item",
            Self::Recheck => "listing",
        }
    }

    /// The kind that a word of the file means.
    pub fn new(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "'{}'", self.name())
    }
}

/// The finding of an answer about an iD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundAs {
    /// The record has changed.
    Changed,
    /// The record is there and belongs to the scope.
    Present,
    /// The record is the primary record of a deprecated one.
    Primary,
}

impl From<Finding> for FoundAs {
    fn from(finding: Finding) -> Self {
        match finding {
            Finding::Changed => Self::Changed,
            Finding::Present => Self::Present,
        }
    }
}

impl FoundAs {
    /// The word in the file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Present => "there",
            Self::Primary => "primary",
        }
    }
}

/// The stage of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Its searches may not all be in the queue yet.
    Begun,
    Search,
    Fetch,
    Apply,
    Done,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Search => "search",
            Self::Fetch => "fetch",
            Self::Apply => "apply",
            Self::Done => "done",
        }
    }

    pub(super) fn new(name: &str) -> Self {
        match name {
            "begun" => Self::Begun,
            "search" => Self::Search,
            "fetch" => Self::Fetch,
            "apply" => Self::Apply,
            _ => Self::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_are_those_of_the_files_that_exist() {
        let numbers = State::ALL.map(|state| format!("{state:?} {state}"));
        let expected =
            ["Waiting 0", "Asked 1", "Answered 2", "GivenUp 3", "Planned 4", "Missing 5", "MissingTwice 6"];
        assert_eq!(numbers, expected);
        assert_eq!(
            Kind::ALL.map(|kind| kind.to_string()),
            ["'search'", "'record'", "'works'", "'item'", "'listing'"]
        );
        assert!(State::ALL.into_iter().all(|state| State::new(state as i64) == Some(state)));
        assert!(Kind::ALL.into_iter().all(|kind| Kind::new(kind.name()) == Some(kind)));
        assert_eq!((State::new(7), Kind::new("other")), (None, None));
        let found = [FoundAs::Changed, FoundAs::Present, FoundAs::Primary];
        assert_eq!(found.map(FoundAs::name), ["changed", "there", "primary"]);
        let stages = [Stage::Begun, Stage::Search, Stage::Fetch, Stage::Apply, Stage::Done];
        assert_eq!(stages.map(Stage::name), ["begun", "search", "fetch", "apply", "done"]);
        assert!(stages.into_iter().all(|stage| Stage::new(stage.name()) == stage));
    }
}
