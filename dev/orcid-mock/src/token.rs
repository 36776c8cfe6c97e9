//! `/oauth/token`: clients, their secrets, and the tokens they were given.

use std::collections::BTreeMap;

use serde_json::json;

use super::answer::Answer;
use super::form::Form;

/// The client that each server knows from the start.
pub const CLIENT_ID: &str = "APP-LOCALLOCALLOCAL0";
pub const CLIENT_SECRET: &str = "5ec2e75e-0000-4000-8000-10ca110ca110";

/// About twenty years, in seconds.
const EXPIRES_IN: u64 = 631_138_518;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    Anonymous,
    Client(String),
    /// With a token that is none, or no longer.
    Stranger(String),
}

/// Clients and tokens.
#[derive(Debug)]
pub struct Tokens {
    secrets: BTreeMap<String, String>,
    /// By token the client.
    valid: BTreeMap<String, String>,
    issued: u64,
}

impl Default for Tokens {
    fn default() -> Tokens {
        let secrets = BTreeMap::from([(CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned())]);
        Tokens { secrets, valid: BTreeMap::new(), issued: 0 }
    }
}

impl Tokens {
    pub fn register(&mut self, client_id: &str, secret: &str) {
        self.secrets.insert(client_id.to_owned(), secret.to_owned());
    }

    pub fn issued(&self) -> u64 {
        self.issued
    }

    /// Makes every token given so far invalid.
    pub fn expire(&mut self) {
        self.valid.clear();
    }

    /// A token without asking for it over the network.
    pub fn issue(&mut self, client_id: &str) -> String {
        self.issued += 1;
        let mixed = self.issued.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let token = format!("{:08x}-70ce-4000-8000-{:012x}", mixed >> 32, mixed & 0xFFFF_FFFF_FFFF);
        self.valid.insert(token.clone(), client_id.to_owned());
        token
    }

    /// Who stands behind an `Authorization` header.
    pub fn caller(&self, authorization: Option<&str>) -> Caller {
        let Some(authorization) = authorization else { return Caller::Anonymous };
        let token = authorization.split_once(' ').map_or("", |(scheme, token)| {
            if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" }
        });
        match self.valid.get(token) {
            Some(client) => Caller::Client(client.clone()),
            None => Caller::Stranger(token.to_owned()),
        }
    }

    /// Answers the form that a client posts.
    pub fn answer(&mut self, form: &Form) -> Answer {
        let client = form.get("client_id").unwrap_or_default();
        let secret = form.get("client_secret").unwrap_or_default();
        let refused = |status, error: &str, why: &str| {
            Answer::json(status, &json!({ "error": error, "error_description": why }))
        };
        if self.secrets.get(client).is_none_or(|own| own != secret) {
            return refused(401, "invalid_client", &format!("Client not found: {client}"));
        }
        if form.get("grant_type") != Some("client_credentials") {
            return refused(400, "unsupported_grant_type", "Unsupported grant type");
        }
        if form.get("scope") != Some("/read-public") {
            return refused(400, "invalid_scope", "Invalid scope");
        }
        let token = self.issue(client);
        let body = json!({
            "access_token": token,
            "token_type": "bearer",
            "refresh_token": format!("7ef7e54-{}", self.issued),
            "expires_in": EXPIRES_IN,
            "scope": "/read-public",
            "orcid": null,
        });
        Answer::json(200, &body).with("cache-control", "no-store").with("pragma", "no-cache")
    }
}

/// What a stranger is told. The registry repeats the token, so whoever logs the
/// answer logs a secret.
pub fn invalid_token(token: &str) -> Answer {
    let why = format!("Invalid access token: {token}");
    Answer::json(401, &json!({ "error": "invalid_token", "error_description": why }))
        .with("www-authenticate", "Bearer realm=\"orcid\", error=\"invalid_token\"")
}
