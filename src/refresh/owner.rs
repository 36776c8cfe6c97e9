//! Whose an error is, by the iDs and put codes that it names.
//!
//! A cache, a proxy or a fault of the registry may give one person's answer to a
//! question about another. Such an answer may change nothing.

use super::treatment::Asked;
use orcid_xml::{Orcid, Stub};

/// ORCID's code for a record that is deprecated: its messages name the primary record too.
const DEPRECATED: i32 = 9007;
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
    let other_person = speaks_of_another(stub, orcid);
    let codes: Vec<i64> = messages(stub).flat_map(put_codes_in).collect();
    let other_item =
        !put_codes.is_empty() && !codes.is_empty() && !codes.iter().any(|code| put_codes.contains(code));
    other_person || other_item
}

/// True where an error tells the state of another record than that of `orcid`, or names an
/// iD that cannot be: its text is then not what ORCID has written.
fn speaks_of_another(stub: &Stub<'_>, orcid: Orcid) -> bool {
    let named: Vec<Orcid> = messages(stub).flat_map(Orcid::all_in).collect();
    if named.iter().any(|named| !named.has_valid_check_digit()) {
        return true;
    }
    if stub.error_code != Some(DEPRECATED) {
        return !named.is_empty() && !named.contains(&orcid);
    }
    // "Please refer to account: <primary>. ORCID <deprecated>": the first is the primary,
    // which is another's.
    let primary = named.first().copied();
    let mut deprecated = named.iter().filter(|named| Some(**named) != primary).peekable();
    primary == Some(orcid) || deprecated.peek().is_some() && !deprecated.any(|named| *named == orcid)
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
            // A record that took its own place.
            (9007, refer(ONE), whole(ONE, ONE), true),
            (9007, refer(ONE), String::new(), true),
            // In other spellings.
            (9018, String::new(), format!("locked. ORCID {}", OTHER.replace('-', "")), true),
            (9018, String::new(), format!("locked. ORCID {}", OTHER.replace('-', "\u{2010}")), true),
            (9018, String::new(), format!("locked. ORCID {}", ONE.replace('-', " ")), false),
            (9007, refer(&OTHER.replace('-', "")), whole(OTHER, ONE), false),
            // No iD has this check digit.
            (9007, refer("0000-0002-1694-2330"), whole("0000-0002-1694-2330", ONE), true),
            (9016, String::new(), "404 Not Found: ORCID iD 0000-0002-1825-0098".to_owned(), true),
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
