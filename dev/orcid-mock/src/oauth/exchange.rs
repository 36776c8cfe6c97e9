//! `/oauth/token`: what a client posts to get a token, and what it is answered.

use serde_json::json;

use super::grants::{Grants, LIFE_SECONDS};
use crate::answer::Answer;
use crate::form::Form;

/// Answers the form that a client posts.
pub fn token(grants: &mut Grants, form: &Form) -> Answer {
    let client = form.get("client_id").unwrap_or_default();
    let secret = form.get("client_secret").unwrap_or_default();
    let refused = |status, error: &str, why: &str| {
        Answer::json(status, &json!({ "error": error, "error_description": why }))
    };
    if grants.clients.get(client).is_none_or(|own| own.secret != secret) {
        return refused(401, "invalid_client", &format!("Client not found: {client}"));
    }
    if form.get("grant_type") != Some("client_credentials") {
        return refused(400, "unsupported_grant_type", "Unsupported grant type");
    }
    if form.get("scope") != Some("/read-public") {
        return refused(400, "invalid_scope", "Invalid scope");
    }
    let pair = grants.issue(client, None, vec!["/read-public".to_owned()], LIFE_SECONDS, None);
    let body = json!({
        "access_token": pair.access,
        "token_type": "bearer",
        "refresh_token": pair.refresh,
        "expires_in": LIFE_SECONDS,
        "scope": "/read-public",
        "orcid": null,
    });
    Answer::json(200, &body).with("cache-control", "no-store").with("pragma", "no-cache")
}
