//! Who asks, as the `Authorization` header says, and what those are told whose token is none.

use serde_json::json;

use super::answer::Answer;
use super::oauth::{Grant, Grants};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    Anonymous,
    /// With a token that works.
    Client(Grant),
    /// With a token that is none, or no longer.
    Stranger(String),
}

impl Caller {
    /// Who stands behind an `Authorization` header.
    pub fn of(grants: &Grants, authorization: Option<&str>) -> Caller {
        let Some(authorization) = authorization else { return Caller::Anonymous };
        let token = bearer(authorization).unwrap_or_default();
        match grants.check(token) {
            Some(grant) if grant.is_live() => Caller::Client(grant),
            _ => Caller::Stranger(token.to_owned()),
        }
    }
}

/// The token of an `Authorization` header.
pub fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What a stranger is told. The registry repeats the token, so whoever logs the
/// answer logs a secret.
pub fn invalid_token(token: &str) -> Answer {
    let why = format!("Invalid access token: {token}");
    Answer::json(401, &json!({ "error": "invalid_token", "error_description": why }))
        .with("www-authenticate", "Bearer realm=\"orcid\", error=\"invalid_token\"")
}
