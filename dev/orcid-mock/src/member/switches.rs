//! What is not known of the Member API: a test chooses, and the default is what is harder
//! for a client.

use std::collections::BTreeSet;

use crate::world::World;

/// The choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberSwitches {
    /// The status of a bulk request with more than 100 works: 400 by the code, 413 by the
    /// documentation.
    pub too_many_in_bulk: u16,
    /// What the `Location` of a new item begins with; this server if `None`. By default it
    /// is a host that nobody can ask, and http.
    pub location_base: Option<String>,
    /// Whether an element that the schema requires and that is absent is 9001, in place of
    /// the number that tells which one it is.
    pub schema_first: bool,
    /// Whether a token of a client for the public API is refused with 401/9017 or, if not,
    /// with 403 in JSON. It may read what is public all the same.
    pub public_client_is_unauthorized: bool,
    /// Whether any identifier of an organization is known, or only those of
    /// [`Organizations`].
    pub knows_all_organizations: bool,
    /// Works of one record; a test need not write 10,000.
    pub max_works: usize,
}

impl Default for MemberSwitches {
    fn default() -> MemberSwitches {
        MemberSwitches {
            too_many_in_bulk: 400,
            location_base: Some("http://api.orcid.invalid".to_owned()),
            schema_first: false,
            public_client_is_unauthorized: true,
            knows_all_organizations: false,
            max_works: 10_000,
        }
    }
}

/// Identifiers of organizations that the registry knows: a few, those that stand in
/// records, and what a test adds.
#[derive(Clone, Debug)]
pub struct Organizations(BTreeSet<(String, String)>);

/// Known from the start.
const KNOWN: [(&str, &str); 6] = [
    ("RINGGOLD", "385488"),
    ("RINGGOLD", "1438"),
    ("GRID", "grid.5509.9"),
    ("FUNDREF", "http://dx.doi.org/10.13039/100000001"),
    ("ROR", "https://ror.org/04fa4r544"),
    ("LEI", "549300C3RW7DG6VWLN09"),
];

impl Default for Organizations {
    fn default() -> Organizations {
        let known = KNOWN.iter().map(|(source, id)| ((*source).to_owned(), (*id).to_owned()));
        Organizations(known.collect())
    }
}

impl Organizations {
    /// Adds one, such as `("ROR", "https://ror.org/05a28rw58")`.
    pub fn add(&mut self, source: &str, identifier: &str) {
        self.0.insert((source.to_owned(), identifier.to_owned()));
    }

    /// Adds those that stand in the records of a world.
    pub fn add_all_of(&mut self, world: &World) {
        for (_, person) in world.people() {
            let facts = &person.facts;
            for (source, ids) in [("ROR", &facts.ror), ("GRID", &facts.grid), ("RINGGOLD", &facts.ringgold)] {
                self.0.extend(ids.iter().map(|id| (source.to_owned(), id.clone())));
            }
        }
    }

    /// Whether exactly this pair is known.
    pub fn knows(&self, source: &str, identifier: &str) -> bool {
        self.0.contains(&(source.to_owned(), identifier.to_owned()))
    }
}
