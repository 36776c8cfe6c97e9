//! Whose rows a dataset has by their own permission, as its manifest says.

use std::collections::BTreeSet;

use super::manifest::Manifest;
use orcid_xml::Orcid;

/// The scope of these people in the manifest.
pub const CONNECTED: &str = "connected";
/// The list of their iDs in the scope's entry.
pub const CONNECTED_PEOPLE: &str = "people";

/// The people whose rows the dataset has by their own permission.
pub fn connected_people(manifest: &Manifest) -> BTreeSet<Orcid> {
    let people = manifest.scopes.get(CONNECTED).and_then(|entry| entry[CONNECTED_PEOPLE].as_array());
    people.into_iter().flatten().filter_map(|orcid| Orcid::new(orcid.as_str()?)).collect()
}
