//! The answer of the token endpoint, with all that has to be kept of it.

use serde::Deserialize;

use crate::credentials::Secret;
use crate::token::{read_answer, seconds};
use orcid_xml::Orcid;

/// Bytes of an access or refresh token. They are UUIDs today; an `id_token` is longer.
const MAX_TOKEN_BYTES: usize = 2_048;
const MAX_ID_TOKEN_BYTES: usize = 16_384;

/// What the token endpoint has given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenAnswer {
    /// What requests bear.
    pub access_token: Secret,
    /// What a new access token can be obtained with.
    pub refresh_token: Option<Secret>,
    /// The signed statement about who signed in.
    pub id_token: Option<Secret>,
    /// The scopes that were granted, with spaces between; they may be fewer than were asked for.
    pub scope: String,
    /// Seconds until the access token expires.
    pub expires_in: Option<i64>,
    /// The name that the person shows to everybody, if there is one.
    pub name: Option<String>,
    /// The person; `None` for a token of the client itself.
    pub orcid: Option<Orcid>,
}

#[derive(Deserialize)]
struct Fields {
    access_token: String,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    id_token: Option<String>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<i64>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    orcid: Option<String>,
}

impl TokenAnswer {
    /// Reads a body.
    ///
    /// # Errors
    /// Why the body cannot be read. The text quotes nothing from the body, which may hold tokens.
    pub fn parse(body: &[u8]) -> Result<Self, &'static str> {
        let fields: Fields = read_answer(body).ok_or("it holds no access token")?;
        if fields.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            return Err("its token is not a bearer token");
        }
        let word = |text: String, limit: usize| {
            Secret::of(&text)
                .filter(|secret| secret.reveal().len() <= limit)
                .ok_or("its token cannot be sent")
        };
        let optional = |text: Option<String>, limit| text.map(|text| word(text, limit)).transpose();
        let orcid = match fields.orcid.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Some(Orcid::read(text).map_err(|_| "its iD is none")?),
            None => None,
        };
        let scope = fields.scope.unwrap_or_default();
        let scopes = scope.split([' ', ',']).filter(|word| !word.is_empty());
        Ok(Self {
            access_token: word(fields.access_token, MAX_TOKEN_BYTES)?,
            refresh_token: optional(fields.refresh_token, MAX_TOKEN_BYTES)?,
            id_token: optional(fields.id_token, MAX_ID_TOKEN_BYTES)?,
            scope: scopes.collect::<Vec<_>>().join(" "),
            expires_in: fields.expires_in,
            name: fields.name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
            orcid,
        })
    }

    /// True where a scope was granted.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|granted| granted == scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_answer_is_read() {
        let body =
            br#"{"access_token":"t-1","token_type":"Bearer","refresh_token":"r-1","expires_in":631138518,
            "scope":"/read-limited  openid","name":null,"orcid":"0000-0002-1825-0097","id_token":"a.b.c"}"#;

        let answer = TokenAnswer::parse(body).unwrap();

        assert_eq!((answer.access_token.reveal(), answer.expires_in), ("t-1", Some(631_138_518)));
        assert_eq!((answer.scope.as_str(), answer.name.as_deref()), ("/read-limited openid", None));
        assert_eq!(answer.orcid.unwrap().as_str(), "0000-0002-1825-0097");
        assert!(answer.has_scope("openid") && !answer.has_scope("/read"));
        let shown = format!("{answer:?}");
        assert!(!shown.contains("t-1") && !shown.contains("r-1") && !shown.contains("a.b.c"), "{shown}");
    }

    #[test]
    fn an_answer_that_cannot_be_used_is_refused_and_not_quoted() {
        for body in [
            r#"{}"#,
            r#"{"access_token":7}"#,
            r#"{"access_token":"two words"}"#,
            r#"{"access_token":"hush","token_type":"mac"}"#,
            r#"{"access_token":"hush","orcid":"0000-0002-1825-0098"}"#,
            r#"{"access_token":"hush","refresh_token":""}"#,
            "<html>hush</html>",
            "",
        ] {
            let what = TokenAnswer::parse(body.as_bytes()).unwrap_err();

            assert!(!what.contains("hush"), "{body}: {what}");
        }
        assert!(TokenAnswer::parse(br#"{"access_token":"t","orcid":null}"#).unwrap().orcid.is_none());
    }
}
