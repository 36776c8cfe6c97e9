//! Whose an error is, by the iDs and put codes that it names.
//!
//! A cache, a proxy or a fault of the registry may give one person's answer to a
//! question about another. Such an answer may change nothing.

use super::treatment::Asked;
use orcid_xml::{Orcid, Stub};

/// ORCID's code for a record that is deprecated: its messages name the primary record too.
const DEPRECATED: i32 = 9007;
/// The words before a primary record, in lower case.
const REFERS: &str = "refer to";
/// How messages write what a number after it is.
const PUT_CODE_WORDS: [&str; 3] = ["put-code", "put code", "putcode"];

/// True where an error speaks of another record or item than the one asked for.
/// Errors that name nobody speak of what was asked for.
pub fn is_of_another(asked: &Asked, stub: &Stub<'_>) -> bool {
    let (orcid, put_codes): (Orcid, &[i64]) = match asked {
        Asked::Search => return false,
        Asked::Record(orcid) => (*orcid, &[]),
        Asked::Works(orcid, put_codes) => (*orcid, put_codes),
        Asked::Item(orcid, _, put_code) => (*orcid, std::slice::from_ref(put_code)),
    };
    let other_person = match stub.error_code {
        Some(DEPRECATED) => is_of_another_primary(orcid, stub),
        _ => {
            let named: Vec<Orcid> = messages(stub).flat_map(Orcid::read_all).collect();
            !named.is_empty() && !named.contains(&orcid)
        }
    };
    let codes: Vec<i64> = messages(stub).flat_map(put_codes_in).collect();
    let other_item =
        !put_codes.is_empty() && !codes.is_empty() && !codes.iter().any(|code| put_codes.contains(code));
    other_person || other_item
}

/// True where the error of a deprecated record is about another than `orcid`, or names
/// nobody who can have taken its place: `orcid` itself, a mistyped iD, or two people.
///
/// "Please refer to account: <primary>. ORCID <deprecated>": the first is the primary.
fn is_of_another_primary(orcid: Orcid, stub: &Stub<'_>) -> bool {
    let (mut primaries, mut deprecated) = (Vec::new(), Vec::new());
    for message in messages(stub) {
        let refers = message.to_ascii_lowercase().contains(REFERS);
        match Orcid::read_all(message).as_slice() {
            [] => {}
            [only] if *only == orcid && !refers => deprecated.push(*only),
            [primary, others @ ..] => {
                primaries.push(*primary);
                deprecated.extend_from_slice(others);
            }
        }
    }
    primaries.dedup();
    let no_primary = |primary: &Orcid| *primary == orcid || !primary.has_valid_check_digit();
    primaries.len() > 1
        || primaries.iter().any(no_primary)
        || !deprecated.is_empty() && !deprecated.contains(&orcid)
}

fn messages<'s>(stub: &'s Stub<'_>) -> impl Iterator<Item = &'s str> {
    [&stub.user_message, &stub.developer_message].into_iter().flatten().map(|text| &**text)
}

/// The numbers that a message calls put codes.
fn put_codes_in(text: &str) -> Vec<i64> {
    let text = text.to_ascii_lowercase();
    let mut codes = Vec::new();
    for word in PUT_CODE_WORDS {
        for (place, _) in text.match_indices(word) {
            let rest = text[place + word.len()..].trim_start_matches([' ', ':', '=', '"', '\'', '#']);
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            codes.extend(digits.parse::<i64>());
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use orcid_xml::ActivitySection;

    const ONE: &str = "0000-0002-1825-0097";
    const OTHER: &str = "0000-0002-1694-233X";
    const THIRD: &str = "0000-0001-5109-3700";

    fn stub(error_code: i32, user: &str, developer: &str) -> Stub<'static> {
        let text = |text: &str| Some(text.to_owned().into()).filter(|_| !text.is_empty());
        Stub {
            error_code: Some(error_code),
            user_message: text(user),
            developer_message: text(developer),
            ..Stub::default()
        }
    }

    #[test]
    fn an_error_that_names_another_is_not_about_the_one_asked_for() {
        let asked = Asked::Record(Orcid::new(ONE).unwrap());
        let refer = |primary: &str| {
            format!("This account is deprecated. Please refer to account: https://orcid.org/{primary}.")
        };
        let whole = |primary: &str, own: &str| {
            format!("301 Moved Permanently: {} ORCID https://orcid.org/{own}", refer(primary))
        };
        for (code, user, developer, expected) in [
            (
                9018,
                String::new(),
                format!("The ORCID record is locked. ORCID https://orcid.org/{ONE}"),
                false,
            ),
            (
                9018,
                String::new(),
                format!("The ORCID record is locked. ORCID https://orcid.org/{OTHER}"),
                true,
            ),
            (9018, "The ORCID record is locked.".to_owned(), String::new(), false),
            (9016, String::new(), format!("404 Not Found: ORCID iD {OTHER} not found"), true),
            (9016, String::new(), format!("404 Not Found: ORCID iD {ONE} not found"), false),
            (9044, format!("{OTHER} is deactivated"), format!("ORCID https://orcid.org/{ONE}"), false),
            (9007, refer(OTHER), whole(OTHER, ONE), false),
            (9007, refer(OTHER), String::new(), false),
            (9007, refer(OTHER), whole(OTHER, THIRD), true),
            // Another was deprecated in favour of the one asked for.
            (9007, refer(ONE), whole(ONE, THIRD), true),
            (9007, String::new(), whole(OTHER, ONE), false),
            // The person itself, or a mistyped iD, cannot have taken its place.
            (9007, String::new(), whole(ONE, ONE), true),
            (9007, refer(ONE), String::new(), true),
            (9007, String::new(), whole("0000-0002-1825-0098", ONE), true),
            (9007, refer(OTHER), whole(THIRD, ONE), true),
            (
                9007,
                String::new(),
                format!("This account is deprecated. ORCID https://orcid.org/{ONE}"),
                false,
            ),
            // iDs in other spellings.
            (9018, String::new(), "The record is locked. ORCID 000000021694233X".to_owned(), true),
            (9018, String::new(), "The record is locked. ORCID 0000000218250097".to_owned(), false),
            (9016, "0000\u{2010}0002\u{2010}1694\u{2010}233x".to_owned(), String::new(), true),
            (9044, String::new(), "https://orcid.org/0000%2D0002".to_owned(), false),
            (9016, String::new(), "ORCID iD 0000-0002-1694-2330 not found".to_owned(), true),
        ] {
            let stub = stub(code, &user, &developer);

            assert_eq!(is_of_another(&asked, &stub), expected, "{code} {user} | {developer}");
        }
    }

    #[test]
    fn an_items_error_may_name_person_and_put_code() {
        let asked = Asked::Item(Orcid::new(ONE).unwrap(), ActivitySection::Works, 5);
        for (text, expected) in [
            ("The resource was not found.".to_owned(), false),
            (format!("no work 5 of {ONE}"), false),
            (format!("no work 5 of {OTHER}"), true),
            ("work with put-code 5 not found".to_owned(), false),
            ("work with put code: 6 not found".to_owned(), true),
        ] {
            assert_eq!(is_of_another(&asked, &stub(9016, "", &text)), expected, "{text}");
        }
    }
}
