//! What is asked.

use super::countries::Country;

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
