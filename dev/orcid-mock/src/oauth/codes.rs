//! Authorization codes: each works once, for a short time, for one client and one address.

use orcid_xml::Timestamp;

use super::random;
use super::switches::CodeForm;
use crate::instants::SECOND;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A code, and what a person granted with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub code: String,
    pub client_id: String,
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    pub orcid: String,
    pub nonce: Option<String>,
    /// When the person signed in.
    pub signed_in: Timestamp,
    pub given: Timestamp,
    /// Whether the request had a `code_challenge`.
    pub challenged: bool,
    pub is_used: bool,
}

/// All codes that were given out.
#[derive(Debug, Default)]
pub struct Codes(Vec<Code>);

impl Codes {
    pub fn add(&mut self, code: Code) {
        self.0.push(code);
    }

    pub fn get_mut(&mut self, code: &str) -> Option<&mut Code> {
        self.0.iter_mut().find(|known| known.code == code)
    }

    pub fn all(&self) -> &[Code] {
        &self.0
    }
}

impl Code {
    pub fn is_expired(&self, now: Timestamp, life_seconds: i64) -> bool {
        now >= self.given + life_seconds * SECOND
    }
}

/// A new code.
pub fn fresh(form: CodeForm) -> String {
    match form {
        // Letters and digits only.
        CodeForm::Short => random_letters(6, 62),
        CodeForm::Long => random_letters(128, 64),
        CodeForm::Huge => random_letters(2000, 64),
    }
}

fn random_letters(length: usize, letters: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let drawn: [u8; 64] = random::bytes();
        let room = length - text.len();
        text.extend(drawn.iter().take(room).map(|byte| LETTERS[usize::from(*byte) % letters] as char));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_form() {
        for (form, length) in [(CodeForm::Short, 6), (CodeForm::Long, 128), (CodeForm::Huge, 2000)] {
            let (one, other) = (fresh(form), fresh(form));

            assert_eq!((one.len(), other.len()), (length, length));
            assert!(form == CodeForm::Short || one != other);
            let short = |sign: char| sign.is_ascii_alphanumeric() || form != CodeForm::Short;
            assert!(one.bytes().all(|byte| LETTERS.contains(&byte)) && one.chars().all(short), "{one}");
        }
    }
}
