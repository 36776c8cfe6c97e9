//! The identifier of an organisation in ROR.

use std::fmt;

/// The characters of the number within an identifier, in ascending order.
const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A ROR id, such as `https://ror.org/04ttjf776`: a zero, six characters in base 32 and two
/// check digits.
///
/// It is held as a number of 32 bits, and its check digits are always right. Ids are ordered as
/// their text is. [`Display`](fmt::Display) writes the whole address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RorId(u32);

/// A reason why a text is not a ROR id.
///
/// The enum is exhaustive on purpose: there are no other reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRor {
    /// The text does not have the form of a ROR id.
    Malformed,
    /// The text has the form, but the check digits are wrong: it is mistyped.
    CheckDigits,
}

impl RorId {
    /// Parses an id that stands alone (`04ttjf776`) or at the end of an address, in any case.
    ///
    /// # Errors
    /// [`NotRor::CheckDigits`] for a mistyped id, [`NotRor::Malformed`] for any other text.
    pub fn parse(text: &str) -> Result<Self, NotRor> {
        let text = text.trim().trim_end_matches('/');
        let bare = text.rsplit('/').next().unwrap_or(text);
        let bytes: &[u8; 9] = bare.as_bytes().try_into().map_err(|_| NotRor::Malformed)?;
        if bytes[0] != b'0' || !bytes[7..].iter().all(u8::is_ascii_digit) {
            return Err(NotRor::Malformed);
        }
        let mut number = 0;
        for byte in &bytes[1..7] {
            let value = CROCKFORD.iter().position(|known| *known == byte.to_ascii_lowercase());
            number = number << 5 | value.ok_or(NotRor::Malformed)? as u32;
        }
        let id = Self(number);
        let written = u32::from(bytes[7] - b'0') * 10 + u32::from(bytes[8] - b'0');
        if id.check_digits() == written { Ok(id) } else { Err(NotRor::CheckDigits) }
    }

    fn check_digits(self) -> u32 {
        98 - (u64::from(self.0) * 100 % 97) as u32
    }
}

impl fmt::Display for RorId {
    /// The address, as ROR writes its ids.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HOST: usize = "https://ror.org/".len();
        let mut address = *b"https://ror.org/000000000";
        for (place, character) in (0..6).rev().zip(&mut address[HOST + 1..]) {
            *character = CROCKFORD[(self.0 >> (5 * place)) as usize & 31];
        }
        let digits = self.check_digits() as u8;
        (address[HOST + 7], address[HOST + 8]) = (b'0' + digits / 10, b'0' + digits % 10);
        formatter.write_str(std::str::from_utf8(&address).expect("all characters are ASCII"))
    }
}

impl fmt::Debug for RorId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_in_each_form_and_written_as_its_address() {
        for text in
            ["https://ror.org/04ttjf776", "ror.org/04ttjf776", "04TTJF776", " https://ror.org/04ttjf776/\n"]
        {
            assert_eq!(RorId::parse(text).unwrap().to_string(), "https://ror.org/04ttjf776", "{text}");
        }
    }

    #[test]
    fn a_mistyped_id_is_told_from_another_text() {
        for (text, expected) in [
            ("https://ror.org/04ttjf767", NotRor::CheckDigits),
            ("04tujf776", NotRor::Malformed),
            ("14ttjf776", NotRor::Malformed),
            ("", NotRor::Malformed),
            ("04ttjf77é", NotRor::Malformed),
        ] {
            assert_eq!(RorId::parse(text), Err(expected), "{text}");
        }
    }
}
