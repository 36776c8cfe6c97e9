//! Keys of organizations as tables have them: the letter `o` and 16 hexadecimal digits.
//!
//! A key is a hash of 64 bits. As a number it would lose digits wherever numbers are 64-bit
//! floating-point numbers: in pandas if cells of its column are empty, in JavaScript, in jq. Without
//! a letter in front, spreadsheets would take keys such as `1234567890123e45` for numbers. The order
//! of the texts is that of the hashes.

use std::str;

/// The letter in front.
const LETTER: u8 = b'o';
/// The letter and the digits.
const LENGTH: usize = 17;

/// A key as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrgKeyText([u8; LENGTH]);

impl OrgKeyText {
    /// The text of a key.
    pub fn of(key: u64) -> Self {
        Self(std::array::from_fn(|place| {
            if place == 0 {
                return LETTER;
            }
            let digit = (key >> (4 * (LENGTH - 1 - place)) & 0xf) as u8;
            digit + if digit < 10 { b'0' } else { b'a' - 10 }
        }))
    }

    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("letters and digits are ASCII")
    }
}

impl AsRef<str> for OrgKeyText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// The key that a text means; `None` if [`OrgKeyText`] did not make the text.
pub fn parse_org_key(text: &str) -> Option<u64> {
    let (letter, digits) = text.as_bytes().split_first()?;
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != LENGTH || *letter != LETTER || !digits.iter().all(is_digit) {
        return None;
    }
    u64::from_str_radix(&text[1..], 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_texts_sort_as_keys_do() {
        let keys = [0, 1, 9, 10, 1 << 53, 0x0fed_cba9_8765_4321, i64::MAX as u64, 1 << 63, u64::MAX];
        let texts = keys.map(OrgKeyText::of);

        assert_eq!(texts[5].as_str(), "o0fedcba987654321");
        for (key, text) in keys.iter().zip(&texts) {
            assert_eq!(text.as_str(), format!("o{key:016x}"));
            assert_eq!(parse_org_key(text.as_str()), Some(*key));
        }
        assert!(texts.is_sorted_by_key(|text| text.as_str().to_owned()));
    }

    #[test]
    fn other_texts_are_no_keys() {
        for text in [
            "",
            "o",
            "0fedcba987654321",
            "x0fedcba987654321",
            "o0fedcba98765432",
            "o0fedcba9876543210",
            "o+fedcba987654321",
            "o0FEDCBA987654321",
            "o0fedcba98765432é",
            "é0fedcba98765432",
        ] {
            assert_eq!(parse_org_key(text), None, "{text}");
        }
    }
}
