//! A query.

use super::countries::Country;

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
pub struct QueryPlace {
    pub country: Country,
    /// The words of the city.
    pub city: Vec<u64>,
}
