//! Real samples and ORCID's own sample documents, where they are present: all is
//! read, and nothing is left without a place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use orcid_xml::{Document, ParseError, parse};

fn shared(below: &str) -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(below);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: the samples of {below} are not here");
        return None;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "xml"));
    paths.sort();
    Some(paths)
}

fn kind(document: &Document<'_>) -> &'static str {
    match document {
        Document::Record(_) => "record",
        Document::Stub(_) => "error",
        Document::Activity(_) => "activity",
        Document::Bulk(_) => "bulk",
        Document::Activities(_) => "activities",
    }
}

#[test]
fn answers_of_the_api_are_read_whole() {
    let Some(paths) = shared("real/api") else { return };
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let parsed = parse(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(parsed.unmapped, Vec::new(), "{}", path.display());
        match parsed.document {
            Document::Bulk(works) => assert!(works.iter().any(Result::is_ok), "{}", path.display()),
            Document::Activities(activities) => {
                let works = activities.works.items().count();
                let affiliations =
                    orcid_xml::AffiliationKind::ALL.map(|kind| activities.affiliations(kind).items().count());
                assert!(works + affiliations.iter().sum::<usize>() > 0, "{}", path.display());
            }
            other => panic!("{} is a {}", path.display(), kind(&other)),
        }
    }
}

#[test]
fn the_schemas_own_samples_are_read_whole() {
    let Some(paths) = shared("spec/samples-v3.0") else { return };
    // It calls its items `peer-review:summary`, which the schema does not have.
    let outdated = "peer-reviews-3.0.xml";
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for path in paths.into_iter().filter(|path| !path.ends_with(outdated)) {
        let bytes = std::fs::read(&path).unwrap();
        match parse(&bytes) {
            Ok(parsed) => {
                assert_eq!(parsed.unmapped, Vec::new(), "{}", path.display());
                *kinds.entry(kind(&parsed.document)).or_default() += 1;
            }
            // Parts of a person, search answers and single summaries stand alone in the
            // samples only; neither the dump nor the refresh meets them.
            Err(ParseError::UnknownRoot { .. } | ParseError::NoOwner { .. }) => {
                *kinds.entry("other").or_default() += 1
            }
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
    for kind in ["record", "error", "activity", "activities"] {
        assert!(kinds.contains_key(kind), "{kinds:?}");
    }
}
