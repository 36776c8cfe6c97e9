//! Both readers of XML agree where the scanner answers, and neither panics, before and after
//! forbidden characters have been removed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orcid_xml::{Parser, cleaned, parse, parse_by_reference, parse_search, pieces};

fuzz_target!(|bytes: &[u8]| {
    agree(bytes);
    let clean = cleaned(bytes);
    assert_eq!(cleaned(&clean), clean, "it is clean only when it has been cleaned twice");
    if *clean != *bytes {
        agree(&clean);
    }
    let _ = parse_search(bytes);
    for piece in pieces(bytes).into_iter().flatten() {
        assert!(piece.starts_with(b"<") && piece.ends_with(b">"));
    }
});

fn agree(bytes: &[u8]) {
    let by_reference = parse_by_reference(bytes);
    // The second time with all that was learned of the document.
    let mut parser = Parser::new();
    let (first, second) = (parser.parse_by_scanner(bytes), parser.parse_by_scanner(bytes));
    assert_eq!(first.is_some(), second.is_some());
    for scanned in [first, second].into_iter().flatten() {
        let reference = by_reference.as_ref();
        let reference = reference.unwrap_or_else(|error| panic!("the scanner reads what is {error}"));
        assert_eq!(scanned.document, reference.document);
        assert_eq!(scanned.unmapped, reference.unmapped);
        assert_eq!(scanned.path, reference.path);
        assert_eq!(*cleaned(bytes), *bytes, "the scanner reads what has to be cleaned");
    }
    match (parse(bytes), by_reference) {
        (Ok(both), Ok(reference)) => assert_eq!(both.document, reference.document),
        (Err(both), Err(reference)) => assert_eq!(both, reference),
        (both, reference) => panic!("{both:?} is not {reference:?}"),
    }
}
