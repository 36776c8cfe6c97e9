//! What is reused from one question to the next.

use super::query::Place;
use super::reading::Reading;

/// Buffers for one query after another, one set a thread.
#[derive(Default)]
pub struct Scratch {
    pub(super) name: Reading,
    pub(super) city: Reading,
    pub(super) place: Place,
    pub(super) letters: String,
    pub(super) similar: super::similar::Buffers,
    pub(super) steps: u64,
}

impl Scratch {
    /// Names of the release that the last query was held against: what it cost,
    /// whatever the machine.
    pub fn steps(&self) -> u64 {
        self.steps
    }
}
