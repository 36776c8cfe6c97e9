//! iDs as people write them: what is read has the right check digit, and reads as itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orcid_xml::{IdFault, Orcid};

fuzz_target!(|text: &str| {
    match Orcid::read(text) {
        Ok(orcid) => {
            assert!(orcid.has_valid_check_digit(), "{orcid}");
            assert_eq!(Orcid::read(orcid.as_str()), Ok(orcid));
            assert_eq!(Orcid::new(orcid.as_str()), Some(orcid));
            assert_eq!(Orcid::read(&orcid.as_str().replace('-', "")), Ok(orcid));
        }
        Err(IdFault::WrongCheckDigit(orcid)) => assert!(!orcid.has_valid_check_digit(), "{orcid}"),
        Err(_) => {}
    }
    for (place, orcid) in Orcid::find_all(text) {
        assert_eq!(Orcid::new(&text[place..place + Orcid::LENGTH]), Some(orcid));
    }
});
