//! What comes of one request for some bytes of an object.

use std::io::Read;
use std::ops::Range;
use std::time::Duration;

use super::StorageError;

/// The bytes of an answer, as they come.
pub type Body = Box<dyn Read + Send>;

/// An answer that can be used.
pub enum Answer {
    /// The bytes of `range`, of the object in the state `version`.
    Part { version: Version, range: Range<u64>, body: Body },
    /// All bytes from the first on: the server does not know ranges.
    Whole { length: Option<u64>, body: Body },
}

/// What tells one state of an object from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub size_bytes: u64,
    /// As the server writes it, with its quotes.
    pub e_tag: Option<String>,
    /// As the server writes it.
    pub last_modified: Option<String>,
}

/// Why there is no answer that can be used.
#[derive(Debug)]
pub enum Fault {
    /// It may be over when the server is asked again.
    Passing {
        reason: String,
        /// How long the server asks to be left alone.
        after: Option<Duration>,
        /// No server has been reached, as if its name were wrong.
        is_unreachable: bool,
    },
    /// The object is not the one that was read before.
    Changed,
    /// It would be the same the next time.
    Final(StorageError),
}

impl Fault {
    pub fn passing(reason: impl Into<String>) -> Self {
        Self::Passing { reason: reason.into(), after: None, is_unreachable: false }
    }
}

impl Version {
    /// True if `other` may be the same state: what both know is equal.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let differ =
            |one: &Option<String>, other: &Option<String>| one.is_some() && other.is_some() && one != other;
        self.size_bytes == other.size_bytes
            && !differ(&self.e_tag, &other.e_tag)
            && !differ(&self.last_modified, &other.last_modified)
    }

    /// The ETag for `If-Match`, which compares strongly: weak ones never match.
    pub fn strong_e_tag(&self) -> Option<&str> {
        self.e_tag.as_deref().filter(|e_tag| !e_tag.starts_with("W/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(size_bytes: u64, e_tag: &str, last_modified: &str) -> Version {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Version { size_bytes, e_tag: text(e_tag), last_modified: text(last_modified) }
    }

    #[test]
    fn a_state_is_told_from_another_by_all_that_both_know() {
        let before = version(5, "\"a\"", "Monday");
        for (after, expected) in [
            (version(5, "\"a\"", "Monday"), true),
            (version(5, "\"a\"", ""), true),
            (version(5, "", ""), true),
            (version(6, "\"a\"", "Monday"), false),
            (version(5, "\"b\"", "Monday"), false),
            (version(5, "", "Tuesday"), false),
        ] {
            assert_eq!(before.agrees_with(&after), expected, "{after:?}");
        }
        assert_eq!(before.strong_e_tag(), Some("\"a\""));
        assert_eq!(version(5, "W/\"a\"", "").strong_e_tag(), None);
    }
}
