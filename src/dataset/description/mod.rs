//! What stands beside the manifest for people and programs that do not know us: what the tables are,
//! column by column, their licence and how to cite them.
//!
//! Both files are made of the manifest and of the columns' declarations at each commit, so that they
//! never say anything else than these. `datapackage.json` is a Data Package (version 2, with table
//! schemas), `croissant.json` is JSON-LD of Croissant 1.0.

mod croissant;
mod frictionless;
mod source;

pub use source::{Citation, citations, to_bibtex};

use serde_json::Value;

use super::manifest::Manifest;

/// The names of the files.
pub const DESCRIPTION_NAMES: [&str; 2] = ["datapackage.json", "croissant.json"];

/// The files with their names, for the tables that a manifest has files of.
pub(super) fn descriptions(manifest: &Manifest) -> [(&'static str, Vec<u8>); 2] {
    let [package, croissant] = DESCRIPTION_NAMES;
    [(package, text(&frictionless::package(manifest))), (croissant, text(&croissant::dataset(manifest)))]
}

fn text(value: &Value) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("a value is always JSON");
    text.push(b'\n');
    text
}

#[cfg(test)]
mod tests {
    use super::super::manifest::{ArchiveEntry, EntryKind};
    use super::super::visibility::Visibility;
    use super::*;

    #[test]
    fn what_is_limited_has_no_licence() {
        let public = Manifest { release: Some(2025), ..Manifest::new(Default::default()) };
        let limited = Manifest { visibility: Visibility::Limited, ..public.clone() };
        for (manifest, is_public) in [(public, true), (limited, false)] {
            let (package, croissant) = (frictionless::package(&manifest), croissant::dataset(&manifest));

            assert_eq!(package.get("licenses").is_some(), is_public);
            assert_eq!(croissant.get("license").is_some(), is_public);
            let about = package["description"].as_str().unwrap();
            assert_eq!(about.contains("must not be published"), !is_public, "{about}");
        }
    }

    #[test]
    fn records_that_were_refreshed_say_so() {
        let refresh = ArchiveEntry { kind: EntryKind::Refresh, ..ArchiveEntry::default() };
        // 2026-03-01T12:00:00Z
        let watermark = Some(1_772_366_400_000_000);
        let manifest = Manifest { archives: vec![refresh], watermark, ..Manifest::new(Default::default()) };

        let cited = &citations(&manifest)[0];

        assert_eq!(cited.note.as_deref(), Some("Records updated through ORCID's API until 2026-03-01"));
    }
}
