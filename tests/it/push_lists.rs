//! The lists of words that push checks values against, and those of the local ORCID: each is
//! written from ORCID's schemas on its own, and both must be equal.

use std::collections::BTreeSet;

const OURS: &str = include_str!("../../src/push/lists.rs");
const THEIRS: &str = include_str!("../../dev/orcid-mock/src/member/words.rs");

/// The words of a constant, which is a list of texts or one text of words.
fn words(source: &str, name: &str) -> Option<BTreeSet<String>> {
    let (_, rest) = source.split_once(&format!("pub const {name}: &"))?;
    let (value, _) = rest.split_once(';')?;
    let texts = value.split('"').skip(1).step_by(2);
    let words = texts.flat_map(|text| text.split(|sign: char| sign.is_whitespace() || sign == '\\'));
    Some(words.filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

#[test]
fn both_sides_have_the_same_words() {
    for (name, least) in [
        ("WORK_TYPES", 58),
        ("OTHER_SUBJECT_TYPES", 5),
        ("CITATION_TYPES", 9),
        ("WORK_ROLES", 25),
        ("FUNDING_ROLES", 4),
        ("ORGANIZATION_SOURCES", 5),
        ("LANGUAGES", 150),
    ] {
        let ours = words(OURS, name).unwrap_or_else(|| panic!("push has no {name}"));
        let theirs = words(THEIRS, name).unwrap_or_else(|| panic!("the local ORCID has no {name}"));

        assert!(ours.len() >= least, "{name}: {ours:?}");
        assert_eq!(ours, theirs, "{name}");
    }
    let types = words(OURS, "WORK_TYPES").unwrap();
    assert!(
        !types.contains("dissertation") && !types.contains("teaching-material"),
        "these are of version 2"
    );
}
