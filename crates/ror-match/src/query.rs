//! What is asked, and what is reused from one question to the next.

use super::countries::Country;
use super::reading::Reading;

/// An organisation as somebody has named it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'a> {
    pub name: &'a str,
    pub city: Option<&'a str>,
    /// A code of two letters or a name.
    pub country: Option<&'a str>,
}

/// Where the organisation is said to be.
#[derive(Default)]
pub struct Place {
    pub country: Country,
    /// The words of the city.
    pub city: Vec<u64>,
}

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
