//! The ORCID iD: sixteen characters with an ISO 7064 MOD 11-2 check digit.

use std::fmt;

/// An ORCID iD in its written form, `0000-0002-1825-0097`. It takes 19 bytes and is copied
/// freely; iDs are ordered as their text is.
///
/// [`Orcid::new`] checks the form only, since a file under a wrong iD is still data;
/// [`Orcid::has_valid_check_digit`] checks the check digit, and [`Orcid::read`] both.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Orcid([u8; Self::LENGTH]);

impl Orcid {
    /// Characters of an iD, hyphens included.
    pub const LENGTH: usize = 19;

    /// The iD that is the whole of `text`, with hyphens; a final `x` becomes `X`. `None` for any
    /// other text. The check digit is not verified.
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes: [u8; Self::LENGTH] = text.as_bytes().try_into().ok()?;
        bytes[Self::LENGTH - 1].make_ascii_uppercase();
        bytes.iter().enumerate().all(|(place, &byte)| fits(place, byte)).then_some(Self(bytes))
    }

    /// The first iD in `text`, as in an error message or a URL; `None` if there is none. The
    /// check digit is not verified.
    pub fn find(text: &str) -> Option<Self> {
        Self::find_all(text).next().map(|(_, orcid)| orcid)
    }

    /// All iDs in `text`, each with the byte at which it begins, counted from 0.
    pub fn find_all(text: &str) -> impl Iterator<Item = (usize, Self)> {
        let bytes = text.as_bytes();
        (0..bytes.len().saturating_sub(Self::LENGTH - 1))
            .filter(|&start| start == 0 || !bytes[start - 1].is_ascii_alphanumeric())
            .filter_map(|start| Some((start, Self::new(text.get(start..start + Self::LENGTH)?)?)))
    }

    /// The iD as text, such as `0000-0002-1825-0097`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an iD is made of ASCII digits, X and hyphens")
    }

    /// The first fifteen digits as a number, without the check digit. Valid iDs with the same
    /// number are the same.
    pub fn number(&self) -> u64 {
        self.digits().take(15).fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
    }

    /// True if the last character is the check digit of the others, by ISO 7064 MOD 11-2.
    pub fn has_valid_check_digit(&self) -> bool {
        let total = self.digits().take(15).fold(0u32, |total, digit| (total + u32::from(digit - b'0')) * 2);
        let expected = match (12 - total % 11) % 11 {
            10 => b'X',
            digit => b'0' + digit as u8,
        };
        self.0[Self::LENGTH - 1] == expected
    }

    fn digits(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.iter().copied().filter(|&byte| byte != b'-')
    }
}

fn fits(place: usize, byte: u8) -> bool {
    match place {
        4 | 9 | 14 => byte == b'-',
        18 => byte.is_ascii_digit() || byte == b'X',
        _ => byte.is_ascii_digit(),
    }
}

impl fmt::Display for Orcid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Orcid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Orcid;

    #[test]
    fn the_check_digit_tells_a_mistyped_id() {
        for (text, valid) in [
            ("0000-0002-1825-0097", true),
            ("0000-0001-5109-3700", true),
            ("0000-0002-1694-233X", true),
            ("0000-0002-1825-0098", false),
        ] {
            assert_eq!(Orcid::new(text).unwrap().has_valid_check_digit(), valid, "{text}");
        }
    }

    #[test]
    fn an_id_is_found_inside_a_message() {
        let message = "Please refer to account: https://orcid.org/0000-0003-3322-1355. ORCID https://orcid.org/0000-0001-6709-8194";

        assert_eq!(Orcid::find(message).unwrap().as_str(), "0000-0003-3322-1355");
    }

    #[test]
    fn what_is_not_an_id_is_none() {
        for text in [
            "",
            "0000-0002-1825-009",
            "0000-0002-1825-00977",
            "0000 0002 1825 0097",
            "APP-5E1VKQXON4GXABC",
            "000x-0002-1825-0097",
        ] {
            assert_eq!(Orcid::new(text), None, "{text}");
        }
        assert_eq!(Orcid::find("größer 0000-0002 ßßßßßßßßßßßßßßßßßßßßßß"), None);
    }

    #[test]
    fn the_number_leaves_out_the_check_digit() {
        assert_eq!(Orcid::new("0000-0002-1694-233X").unwrap().number(), 21_694_233);
    }
}
