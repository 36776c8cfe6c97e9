//! The identifier of an organisation in ROR.

use std::fmt;

/// The characters of the number within an identifier, in ascending order.
const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A ROR id: six characters of base 32 between a zero and two check digits.
///
/// Held as its number, so that an id with wrong check digits cannot be; ids
/// compare as their text does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RorId(u32);

/// What a text is that was meant as a ROR id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRor {
    /// It does not have the form.
    Form,
    /// It has the form; the check digits say that it is mistyped.
    CheckDigits,
}

impl RorId {
    /// Reads an id that stands alone or at the end of an address.
    ///
    /// # Errors
    /// [`NotRor`], which tells another text from a mistyped id.
    pub fn parse(text: &str) -> Result<Self, NotRor> {
        let text = text.trim().trim_end_matches('/');
        let bare = text.rsplit('/').next().unwrap_or(text);
        let bytes: &[u8; 9] = bare.as_bytes().try_into().map_err(|_| NotRor::Form)?;
        if bytes[0] != b'0' || !bytes[7..].iter().all(u8::is_ascii_digit) {
            return Err(NotRor::Form);
        }
        let mut number = 0;
        for byte in &bytes[1..7] {
            let value = CROCKFORD.iter().position(|known| *known == byte.to_ascii_lowercase());
            number = number << 5 | value.ok_or(NotRor::Form)? as u32;
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
        formatter.write_str("https://ror.org/0")?;
        for place in (0..6).rev() {
            write!(formatter, "{}", char::from(CROCKFORD[(self.0 >> (5 * place)) as usize & 31]))?;
        }
        write!(formatter, "{:02}", self.check_digits())
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
            ("04tujf776", NotRor::Form),
            ("14ttjf776", NotRor::Form),
            ("", NotRor::Form),
            ("04ttjf77é", NotRor::Form),
        ] {
            assert_eq!(RorId::parse(text), Err(expected), "{text}");
        }
    }
}
