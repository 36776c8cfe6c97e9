//! Who asks: a client's id and its secret, and where they came from.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::Path;

use super::ApiError;
use orcid_xml::takes_no_room;

/// Bytes of a file or stream that may hold a secret; more is a mistake.
const MAX_SECRET_BYTES: u64 = 4_096;

/// Text that no message, log or debug output shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// A client of ORCID's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The id of the client, such as `APP-0123456789ABCDEF`.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
}

impl Secret {
    /// A secret of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the request or the file that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Reads a secret from a file, or from standard input for `-`, as [`Secret::of`].
    ///
    /// # Errors
    /// [`ApiError`] where it cannot be read, is empty or far too long.
    pub fn read(path: &Path) -> Result<Self, ApiError> {
        let fault = |source| ApiError::Io { act: "read", path: path.to_owned(), source };
        let mut bytes = Vec::new();
        let stream: Box<dyn Read> = if path == Path::new("-") {
            Box::new(std::io::stdin())
        } else {
            Box::new(fs::File::open(path).map_err(fault)?)
        };
        stream.take(MAX_SECRET_BYTES + 1).read_to_end(&mut bytes).map_err(fault)?;
        let secret = std::str::from_utf8(&bytes).ok().and_then(Self::of);
        let secret = secret.filter(|_| bytes.len() as u64 <= MAX_SECRET_BYTES);
        secret.ok_or_else(|| ApiError::NoSecret { path: path.to_owned() })
    }

    /// The secret in a text: without the white space and the signs that nobody sees
    /// around it. `None` where it is empty or holds what no header can carry.
    pub fn of(text: &str) -> Option<Self> {
        let word = bare_word(text);
        (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self::new(word))
    }
}

/// A word without the white space and the signs that nobody sees around it.
pub fn bare_word(text: &str) -> &str {
    text.trim_matches(|sign: char| sign.is_whitespace() || takes_no_room(sign))
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let credentials =
            Credentials { client_id: "APP-1".to_owned(), client_secret: Secret::new("hush-hush") };

        let shown = format!("{credentials:?}");

        assert!(shown.contains("APP-1") && !shown.contains("hush"), "{shown}");
    }

    #[test]
    fn a_file_gives_a_secret_or_says_that_it_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        for (text, expected) in [
            ("  hush\n", Some("hush")),
            ("\u{feff}hush\r\n\n", Some("hush")),
            ("\u{200b}\thush\u{a0}\u{2060}", Some("hush")),
            ("", None),
            ("\u{feff}\n", None),
            ("two words", None),
            ("two\nlines", None),
            ("hu\u{200b}sh", None),
            ("h\u{fc}sh", None),
        ] {
            fs::write(&file, text).unwrap();

            let found = Secret::read(&file).ok();

            assert_eq!(found.as_ref().map(Secret::reveal), expected, "{text}");
        }
    }
}
