//! ORCID's errors to requests about records: in XML or in JSON, whatever was asked for.
//!
//! The status and the code of an error count, never its words: some of them name another status.

use super::tree::Tree;
use crate::credentials::Secret;

/// Bytes of an error that are read; ORCID's have less than two kilobytes.
const MAX_BYTES: usize = 64 << 10;
/// Signs of a message that are kept.
const MAX_SIGNS: usize = 400;
/// The `error` of a token that is not accepted.
const INVALID_TOKEN: &str = "invalid_token";
/// How messages write what a number after it is.
const PUT_CODE: &str = "put-code";

/// An error as ORCID has sent it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberError {
    /// The HTTP status: of the answer, or of one entry of a bulk.
    pub status: u16,
    /// ORCID's number of the error; `None` if the answer has none.
    pub code: Option<i32>,
    /// What it says, without tokens, for people.
    pub message: String,
    /// The token is not accepted: unknown, expired or revoked.
    pub is_invalid_token: bool,
}

impl MemberError {
    /// Reads the error of an answer; `None` if the body is no error of ORCID's. `token` is left
    /// out of the message, because ORCID repeats it.
    pub fn read(status: u16, body: &[u8], token: &Secret) -> Option<Self> {
        let text = std::str::from_utf8(body.get(..body.len().min(MAX_BYTES))?).ok()?;
        let begin = text.trim_start_matches('\u{feff}').trim_start();
        let error = match begin.as_bytes().first()? {
            b'{' => Self::of_json(status, begin)?,
            b'<' => Self::of_tree(status, &Tree::parse(begin).ok()?)?,
            _ => return None,
        };
        Some(error.without(token))
    }

    /// The error that an element is; `None` for any other element. An entry of a bulk has its own
    /// status.
    pub fn of_tree(status: u16, tree: &Tree) -> Option<Self> {
        if tree.name != "error" {
            return None;
        }
        let code = tree.text_at(&["error-code"]).and_then(|code| code.parse().ok());
        let message = tree
            .text_at(&["developer-message"])
            .or_else(|| tree.text_at(&["user-message"]))
            .unwrap_or_default();
        Some(Self { status, code, message: short(message), is_invalid_token: false })
    }

    /// The status that the element of an error names.
    pub fn own_status(tree: &Tree) -> Option<u16> {
        tree.text_at(&["response-code"])?.parse().ok()
    }

    fn of_json(status: u16, text: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        let one = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
        if let Some(name) = one("error") {
            let is_invalid_token = name == INVALID_TOKEN;
            // Its description repeats the token.
            return Some(Self { status, code: None, message: short(name), is_invalid_token });
        }
        let code = value.get("error-code")?;
        let code =
            code.as_i64().and_then(|code| i32::try_from(code).ok()).or_else(|| code.as_str()?.parse().ok());
        let message = one("developer-message").or_else(|| one("user-message")).unwrap_or_default();
        Some(Self { status, code, message: short(message), is_invalid_token: false })
    }

    fn without(mut self, token: &Secret) -> Self {
        if !token.reveal().is_empty() {
            self.message = self.message.replace(token.reveal(), "(token)");
        }
        self
    }

    /// The put code that the message names.
    pub fn put_code(&self) -> Option<i64> {
        let text = self.message.to_ascii_lowercase().replace("put code", PUT_CODE);
        let place = text.rfind(PUT_CODE)?;
        let rest = text[place + PUT_CODE.len()..].trim_start_matches([' ', ':', '=', '"', '\'', '#']);
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    }
}

fn short(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(MAX_SIGNS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_read_in_both_forms_and_without_tokens() {
        let token = Secret::new("7b8c9d");
        for (body, code, invalid, message) in [
            (
                r#"<error:error xmlns:error="e"><error:response-code>409</error:response-code><error:developer-message>x 7b8c9d</error:developer-message><error:error-code>9021</error:error-code></error:error>"#,
                Some(9021),
                false,
                "x (token)",
            ),
            (
                r#"{"response-code":404,"developer-message":"gone","error-code":9016}"#,
                Some(9016),
                false,
                "gone",
            ),
            (r#"{"error-code":"9016","user-message":"gone"}"#, Some(9016), false, "gone"),
            (
                r#"{"error":"invalid_token","error_description":"Invalid access token: 7b8c9d"}"#,
                None,
                true,
                "invalid_token",
            ),
            (r#"{"error":"forbidden"}"#, None, false, "forbidden"),
        ] {
            let error = MemberError::read(409, body.as_bytes(), &token).unwrap();

            assert_eq!(
                (error.code, error.is_invalid_token, error.message.as_str()),
                (code, invalid, message)
            );
        }
        for body in ["", "<html></html>", "{}", "no", "<error", "{\"error"] {
            assert_eq!(MemberError::read(404, body.as_bytes(), &token), None, "{body}");
        }
    }

    #[test]
    fn the_put_code_of_a_duplicate_is_the_last_one_named() {
        for (message, expected) in [
            ("… you put-code it. For updates, please see element with put-code 1234.", Some(1234)),
            ("element with put code: 7", Some(7)),
            ("nothing", None),
            ("put-code none", None),
        ] {
            let error = MemberError { message: message.to_owned(), ..MemberError::default() };

            assert_eq!(error.put_code(), expected, "{message}");
        }
    }
}
