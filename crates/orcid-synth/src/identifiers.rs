//! Identifiers in the right form: iDs, ROR, LEI, ISSN, ISBN, DOI.
//!
//! Knows check digits, not what the identifiers stand for. What it makes passes
//! the checks of the scheme; whether it is registered somewhere is chance.

use super::random::Random;

pub const DIGITS: &[u8] = b"0123456789";
pub const HEX: &[u8] = b"0123456789abcdef";
pub const CAPITALS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const CROCKFORD: &[u8] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The check digit of an iD or ISNI (ISO 7064 mod 11-2) over its first digits.
pub fn check_digit(base: &str) -> char {
    let total = base.bytes().fold(0u32, |total, digit| (total + u32::from(digit - b'0')) * 2 % 11);
    match (12 - total) % 11 {
        10 => 'X',
        digit => char::from(b'0' + digit as u8),
    }
}

/// Four groups of four: `0000-0002-1825-0097`.
pub fn grouped(base: &str) -> String {
    let digits = format!("{base}{}", check_digit(base));
    [&digits[0..4], &digits[4..8], &digits[8..12], &digits[12..16]].join("-")
}

/// A ROR id: `0`, six letters of Crockford's base 32, two check digits.
pub fn ror(number: u64) -> String {
    let letters: String =
        (0..6).rev().map(|place| char::from(CROCKFORD[(number >> (5 * place)) as usize & 31])).collect();
    let check = 98 - number % (1 << 30) * 100 % 97;
    format!("https://ror.org/0{letters}{check:02}")
}

/// A legal entity identifier, with its ISO 7064 mod 97-10 check digits.
pub fn lei(random: &mut Random) -> String {
    let base = format!("{}00{}", random.code(DIGITS, 4), random.code(CAPITALS, 12));
    let remainder = format!("{base}00").bytes().fold(0u64, |total, letter| match letter {
        b'0'..=b'9' => (total * 10 + u64::from(letter - b'0')) % 97,
        _ => (total * 100 + u64::from(letter - b'A' + 10)) % 97,
    });
    format!("{base}{:02}", 98 - remainder)
}

/// An ISSN with its check digit: `1234-567X`.
pub fn issn(random: &mut Random) -> String {
    let digits = random.code(DIGITS, 7);
    let total: u32 = digits.bytes().zip([8, 7, 6, 5, 4, 3, 2]).map(|(d, w)| u32::from(d - b'0') * w).sum();
    let check = match (11 - total % 11) % 11 {
        10 => 'X',
        digit => char::from(b'0' + digit as u8),
    };
    format!("{}-{}{check}", &digits[..4], &digits[4..])
}

/// An ISBN of thirteen digits, without hyphens.
pub fn isbn(random: &mut Random) -> String {
    let digits = format!("978{}", random.code(DIGITS, 9));
    let total: u32 = digits.bytes().zip([1, 3].iter().cycle()).map(|(d, w)| u32::from(d - b'0') * w).sum();
    format!("{digits}{}", (10 - total % 10) % 10)
}

/// A random UUID, as sources use for their own works.
pub fn uuid(random: &mut Random) -> String {
    let hex = random.code(HEX, 32);
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    #[test]
    fn an_id_ends_with_its_check_digit() {
        assert_eq!(grouped("000000021825009"), "0000-0002-1825-0097");
        assert_eq!(grouped("000000021694233"), "0000-0002-1694-233X");
    }

    #[test]
    fn a_ror_id_ends_with_its_check_digits() {
        let number = "5a28rw".bytes().fold(0, |number, letter| {
            let digit = CROCKFORD.iter().position(|known| *known == letter).unwrap();
            number * 32 + digit as u64
        });

        assert_eq!(ror(number), "https://ror.org/05a28rw58");
    }

    #[test]
    fn a_lei_has_the_remainder_one() {
        let lei = lei(&mut Random::new(1, Stream::Records, 0));

        let digits: String = lei.chars().map(|letter| letter.to_digit(36).unwrap().to_string()).collect();
        let remainder = digits.bytes().fold(0u64, |total, digit| (total * 10 + u64::from(digit - b'0')) % 97);

        assert_eq!(lei.len(), 20);
        assert_eq!(remainder, 1);
    }
}
