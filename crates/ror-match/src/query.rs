//! A query, and the buffers that serve one query after another.

use super::countries::Country;
use super::reading::Reading;

/// An organisation as somebody has named it, for [`Matcher::find`](crate::Matcher::find).
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'a> {
    /// The name, in any language and spelling.
    pub name: &'a str,
    /// The city; `None` if it is not known.
    pub city: Option<&'a str>,
    /// The country, as a code of two letters or a name; `None` if it is not known. Without a
    /// country fewer names are clear.
    pub country: Option<&'a str>,
}

/// Where the organisation is said to be.
#[derive(Default)]
pub struct Place {
    pub country: Country,
    /// The words of the city.
    pub city: Vec<u64>,
}

/// Buffers that serve one query after another. Each thread has one of its own, made by
/// [`Scratch::default`].
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
    /// The number of names of the release with which the last query was compared: what it cost,
    /// on any machine.
    pub fn steps(&self) -> u64 {
        self.steps
    }
}
