//! Buffers that serve one query after another.

use super::query::QueryPlace;
use super::reading::Reading;

/// Buffers that serve one query after another. Each thread has one of its own, made by
/// [`Scratch::default`].
#[derive(Default)]
pub struct Scratch {
    pub(super) name: Reading,
    pub(super) city: Reading,
    pub(super) place: QueryPlace,
    pub(super) letters: String,
    pub(super) similar: super::similar::Buffers,
    pub(super) steps: u64,
    pub(super) corrections: Vec<(u32, f32)>,
    /// The words of a full affiliation, and its text without what is left out.
    pub(super) text: Reading,
    pub(super) cleaned: String,
}

impl Scratch {
    /// The number of names of the release with which the last query was compared: what it cost,
    /// on any machine.
    pub fn steps(&self) -> u64 {
        self.steps
    }
}
