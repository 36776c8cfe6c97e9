//! Random words, and the digests that are kept in their place.

use ring::digest::{SHA256, digest as sha};
use ring::rand::{SecureRandom, SystemRandom};

use crate::connect::error::ConnectError;

/// Random bytes of a word: 256 bits, twice what is asked of a `state`.
const WORD_BYTES: usize = 32;

/// What the database keeps of a word that opens something. The words are random and long, so that
/// a plain SHA-256 cannot be guessed back.
pub type Digest = [u8; 32];

/// A new random word of hexadecimal digits, which pass through every URL and form unchanged.
///
/// # Errors
/// [`ConnectError::NoRandom`] where the system has no random numbers.
pub fn random_word() -> Result<String, ConnectError> {
    Ok(hex(&random_bytes::<WORD_BYTES>()?))
}

/// Random bytes of the system.
pub(super) fn random_bytes<const N: usize>() -> Result<[u8; N], ConnectError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| ConnectError::NoRandom)?;
    Ok(bytes)
}

/// The digest of a word.
pub fn digest(word: &str) -> Digest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(sha(&SHA256, word.as_bytes()).as_ref());
    bytes
}

/// Compares two words in a time that depends on neither.
pub fn is_same(one: &str, other: &str) -> bool {
    let differing = digest(one).iter().zip(digest(other)).fold(0, |all, (one, other)| all | (one ^ other));
    std::hint::black_box(differing) == 0
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits =
        bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}

/// The bytes of hexadecimal digits; `None` for anything else.
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Vec<u8> =
        text.chars().map(|sign| sign.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]);
    (digits.len() == 2 * N).then(|| pairs.collect::<Vec<u8>>().try_into().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_long_differ_and_pass_through_urls() {
        let (one, other) = (random_word().unwrap(), random_word().unwrap());

        assert!(one.len() == 64 && one.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{one}");
        assert!(one != other && !is_same(&one, &other) && is_same(&one, &one.clone()));
        assert_eq!(from_hex::<32>(&hex(&digest(&one))), Some(digest(&one)));
    }

    #[test]
    fn what_is_not_hexadecimal_is_no_bytes() {
        for text in ["", "0", "0g", "00112", "0011é"] {
            assert_eq!(from_hex::<2>(text), None, "{text}");
        }
        assert_eq!(from_hex::<2>("0aFF"), Some([10, 255]));
    }
}
