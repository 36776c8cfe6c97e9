//! Reads iDs as people write them, in lists, options and cells.

use std::fmt;

use super::Orcid;

/// Signs between two groups of an iD; more of them, and it is not one number.
const MAX_SEPARATORS: usize = 3;
/// Digits of an iD, the check digit among them.
const DIGITS: usize = 16;

/// A reason why [`Orcid::read`] finds no iD in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdFault {
    /// Nothing in the text has the form of an iD.
    NoId,
    /// The text holds an iD whose last character is not the check digit of the others.
    WrongCheckDigit(Orcid),
    /// The text holds several iDs that differ.
    MoreThanOne,
}

impl fmt::Display for IdFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoId => formatter.write_str("no ORCID iD such as 0000-0002-1825-0097"),
            Self::WrongCheckDigit(orcid) => {
                write!(formatter, "the check digit of {orcid} is wrong: it is mistyped")
            }
            Self::MoreThanOne => formatter.write_str("more than one ORCID iD"),
        }
    }
}

impl std::error::Error for IdFault {}

impl Orcid {
    /// Finds the one iD in a text that a person has written, and verifies its check digit. The
    /// iD may stand in a sentence or a URI of any host; hyphens of any kind, spaces or nothing
    /// may part its groups.
    ///
    /// # Errors
    /// [`IdFault`] for a text without an iD, with a mistyped one, or with several that differ.
    ///
    /// ```
    /// use orcid_xml::Orcid;
    ///
    /// let orcid = Orcid::read("see https://orcid.org/0000000218250097").unwrap();
    /// assert_eq!(orcid.as_str(), "0000-0002-1825-0097");
    /// ```
    pub fn read(text: &str) -> Result<Self, IdFault> {
        let written = written(text);
        let mut found: Vec<Self> = written.iter().copied().filter(Self::has_valid_check_digit).collect();
        let mistyped = written.iter().find(|orcid| !orcid.has_valid_check_digit());
        found.sort();
        found.dedup();
        match (found.as_slice(), mistyped) {
            ([orcid], None) => Ok(*orcid),
            ([], None) => Err(IdFault::NoId),
            ([], Some(orcid)) => Err(IdFault::WrongCheckDigit(*orcid)),
            _ => Err(IdFault::MoreThanOne),
        }
    }

    /// All iDs in a text, in its order, written as [`Orcid::read`] reads them; those with a wrong
    /// check digit too.
    ///
    /// ```
    /// use orcid_xml::Orcid;
    ///
    /// let found = Orcid::read_all("0000000218250097 is now https://orcid.org/0000-0002-1694-233x");
    /// assert_eq!(found[1].as_str(), "0000-0002-1694-233X");
    /// ```
    pub fn read_all(text: &str) -> Vec<Self> {
        written(text)
    }
}

/// The iDs in a text, in its order.
fn written(text: &str) -> Vec<Orcid> {
    let signs = plain(text);
    let mut written: Vec<(Orcid, usize)> = Vec::new();
    let mut start = 0;
    while start < signs.len() {
        match at(&signs, start) {
            Some((orcid, end)) if orcid.has_valid_check_digit() => {
                // Groups of another number in front of it are no iD.
                written.retain(|(other, end)| other.has_valid_check_digit() || *end <= start);
                written.push((orcid, end));
                start = end;
            }
            Some(mistyped) => {
                written.push(mistyped);
                start += 4;
            }
            None => start += 1,
        }
    }
    written.into_iter().map(|(orcid, _)| orcid).collect()
}

/// The text in ASCII: no signs that take no room, one kind of hyphen, digit and space.
fn plain(text: &str) -> Vec<u8> {
    text.chars().filter_map(plain_sign).collect()
}

fn plain_sign(sign: char) -> Option<u8> {
    // The digits of a script follow each other from its zero on.
    let digit = |zero: u32| b'0' + (u32::from(sign) - zero) as u8;
    Some(match sign {
        '\u{ff10}'..='\u{ff19}' => digit(0xff10),
        '\u{0660}'..='\u{0669}' => digit(0x0660),
        '\u{06f0}'..='\u{06f9}' => digit(0x06f0),
        '\u{0966}'..='\u{096f}' => digit(0x0966),
        '\u{ff38}' | '\u{ff58}' | '\u{0425}' | '\u{0445}' | '\u{03a7}' | '\u{03c7}' => b'X',
        '\u{02d7}' | '\u{058a}' | '\u{05be}' | '\u{1806}' | '\u{2010}'..='\u{2015}' | '\u{2043}' => b'-',
        '\u{207b}' | '\u{208b}' | '\u{2212}' | '\u{2796}' | '\u{2e3a}' | '\u{2e3b}' | '\u{30fc}' => b'-',
        '\u{fe31}' | '\u{fe32}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{ff70}' => b'-',
        sign if sign.is_whitespace() => b' ',
        sign if takes_no_room(sign) => return None,
        sign if sign.is_ascii() => sign as u8,
        sign if sign.is_alphanumeric() => b'a',
        _ => b'?',
    })
}

/// True for characters without a width: control characters, soft hyphens, byte order marks,
/// zero-width spaces and marks of direction. They come along when text is copied from pages.
pub fn takes_no_room(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}')
        || matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}')
        || matches!(sign, '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// The iD that begins at `start`, and where it ends; none inside a longer number.
fn at(signs: &[u8], start: usize) -> Option<(Orcid, usize)> {
    let before = &signs[..start];
    let before = before.strip_suffix(b"-").unwrap_or(before);
    if before.last().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let mut text = String::with_capacity(Orcid::LENGTH);
    let mut place = start;
    for number in 0..DIGITS {
        if number > 0 && number % 4 == 0 {
            let between = signs[place..].iter().take_while(|sign| matches!(sign, b'-' | b' ' | b'.' | b'_'));
            place += Some(between.count()).filter(|count| *count <= MAX_SEPARATORS)?;
            text.push('-');
        }
        let sign = signs.get(place)?.to_ascii_uppercase();
        if !(sign.is_ascii_digit() || sign == b'X' && number == DIGITS - 1) {
            return None;
        }
        text.push(char::from(sign));
        place += 1;
    }
    let after = &signs[place..];
    let goes_on = after.first().is_some_and(u8::is_ascii_alphanumeric)
        || matches!(after, [b'-', next, ..] if next.is_ascii_digit());
    if goes_on {
        return None;
    }
    Some((Orcid::new(&text)?, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, IdFault> {
        Orcid::read(text).map(|orcid| orcid.to_string())
    }

    #[test]
    fn an_id_is_read_in_all_forms_that_people_write() {
        for text in [
            "0009-0000-0000-0017",
            "https://orcid.org/0009-0000-0000-0017",
            "http://www.orcid.org/0009-0000-0000-0017/",
            "HTTPS://ORCID.ORG/0009-0000-0000-0017",
            "orcid.org/0009-0000-0000-0017",
            "0009000000000017",
            "0009 0000 0000 0017",
            "0009\u{a0}0000\u{a0}0000\u{a0}0017",
            "0009\u{2010}0000\u{2010}0000\u{2010}0017",
            "0009\u{2011}0000\u{2012}0000\u{2013}0017",
            "0009 \u{2013} 0000 \u{2014} 0000 \u{2212} 0017",
            "０００９-００００-００００-００１７",
            "０００９－００００－００００－００１７",
            "https://orcid.org/my-orcid?orcid=0009-0000-0000-0017",
            "https://orcid.org/0009-0000-0000-0017?lang=es",
            "https:// orcid.org/0009-0000-0000-0017",
            "ORCID: 0009-0000-0000-0017",
            "ORCID iD 0009-0000-0000-0017",
            "ORCID:0009000000000017",
            "https%3A%2F%2Forcid.org%2F0009-0000-0000-0017",
            "https://orcid.org/0009-0000-0000-0017/print",
            "https://orcid.org/0009-0000-0000-0017#works",
            "https://sandbox.orcid.org/0009-0000-0000-0017",
            "https://pub.orcid.org/v3.0/0009-0000-0000-0017/record",
            "\u{200b}0009-0000-0000-0017",
            "0009\u{200b}-0000\u{ad}-0000-00\u{2060}17",
            "\u{feff}0009-0000-0000-0017\r",
            "0009-0000-0000-0017\u{a0}",
            "<0009-0000-0000-0017>",
            "\"0009-0000-0000-0017\";",
            "0009-0000-0000-0017.",
            "12 0009-0000-0000-0017",
            "2024 0009 0000 0000 0017",
            "0009-0000-0000-0017 (https://orcid.org/0009-0000-0000-0017)",
            "<a href=\"https://orcid.org/0009-0000-0000-0017\">0009-0000-0000-0017</a>",
        ] {
            assert_eq!(read(text), Ok("0009-0000-0000-0017".to_owned()), "{text:?}");
        }
        for text in
            ["0000-0002-1694-233x", "https://orcid.org/000000021694233x?a", "0000-0002-1694-233\u{425}"]
        {
            assert_eq!(read(text), Ok("0000-0002-1694-233X".to_owned()), "{text:?}");
        }
    }

    #[test]
    fn all_ids_of_a_text_are_read_in_its_order() {
        let text = "0000 0002 1694 233x, 0009\u{2010}0000\u{2010}0000\u{2010}0018 and 0009000000000017";

        let found: Vec<String> = Orcid::read_all(text).iter().map(ToString::to_string).collect();

        assert_eq!(found, ["0000-0002-1694-233X", "0009-0000-0000-0018", "0009-0000-0000-0017"]);
        assert!(Orcid::read_all("put code 1234567890").is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let mistyped = IdFault::WrongCheckDigit(Orcid::new("0009-0000-0000-0018").unwrap());
        for (text, fault) in [
            ("", IdFault::NoId),
            ("9,00E+11", IdFault::NoId),
            ("n/a", IdFault::NoId),
            ("0009-0000-0000-001", IdFault::NoId),
            ("0009-0000-0000-00177", IdFault::NoId),
            ("10009-0000-0000-0017", IdFault::NoId),
            ("1234-0009-0000-0000-0017", IdFault::NoId),
            ("0009-0000-0000-0017-1234", IdFault::NoId),
            ("00090000000000170000", IdFault::NoId),
            ("0009,0000,0000,0017", IdFault::NoId),
            ("größer 0009-0000 ßßßßßßßßßßßßßßßßßß", IdFault::NoId),
            ("0009-0000-0000-0018", mistyped),
            ("https://orcid.org/0009000000000018", mistyped),
            ("0009-0000-0000-0017; 0000-0002-1694-233X", IdFault::MoreThanOne),
            ("0009-0000-0000-0017 0009-0000-0000-0018", IdFault::MoreThanOne),
            ("0009 0000 0000 0017 0000 0002 1694 233X", IdFault::MoreThanOne),
        ] {
            assert_eq!(read(text), Err(fault), "{text:?}");
        }
    }
}
