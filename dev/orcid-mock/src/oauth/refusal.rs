//! What the token endpoint says instead of a token.

use serde_json::json;

use super::switches::Errors;
use crate::answer::Answer;

/// The one sentence of the newer server for whatever is wrong with a code or a client.
const COMMON: &str =
    "One of the provided parameters is invalid, or, the provided token/code is invalid or expired";

/// An error of the token endpoint. ORCID's descriptions repeat codes and tokens, so whoever
/// logs one logs a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub error: &'static str,
    pub description: String,
}

impl Refusal {
    pub fn new(status: u16, error: &'static str, description: impl Into<String>) -> Refusal {
        Refusal { status, error, description: description.into() }
    }

    pub fn answer(&self) -> Answer {
        let body = json!({ "error": self.error, "error_description": self.description });
        Answer::json(self.status, &body).with("cache-control", "no-store").with("pragma", "no-cache")
    }

    /// A parameter that is missing or blank; ORCID's proxy says so with 401.
    pub fn required(name: &str) -> Refusal {
        Refusal::new(401, "invalid_request", format!("{name} is required"))
    }

    fn common() -> Refusal {
        Refusal::new(400, "invalid_grant", COMMON)
    }

    /// A client id that is not registered, or a secret that is not its own.
    pub fn bad_client(errors: Errors, client_id: Option<&str>, is_400: bool) -> Refusal {
        let status = if is_400 { 400 } else { 401 };
        let description = match (errors, client_id) {
            (Errors::Vague, _) => COMMON.to_owned(),
            (_, Some(id)) => format!("Client not found: {id}"),
            (_, None) => "Bad client credentials".to_owned(),
        };
        Refusal::new(status, "invalid_client", description)
    }

    pub fn closed_client(errors: Errors, client_id: &str) -> Refusal {
        let description = format!("Client {client_id} is deactivated");
        match errors {
            Errors::Legacy => Refusal::new(400, "unauthorized_client", description),
            _ => Refusal::new(401, "invalid_client", description),
        }
    }

    pub fn closed_record(why: &str) -> Refusal {
        Refusal::new(400, "unauthorized_client", why)
    }

    pub fn no_code(errors: Errors) -> Refusal {
        match errors {
            Errors::Vague => Refusal::common(),
            _ => Refusal::new(500, "server_error", "An authorization code must be supplied."),
        }
    }

    pub fn unknown_code(errors: Errors, code: &str) -> Refusal {
        match errors {
            Errors::Vague => Refusal::common(),
            _ => Refusal::new(400, "invalid_grant", format!("Invalid authorization code: {code}")),
        }
    }

    pub fn used_code(errors: Errors, code: &str) -> Refusal {
        match errors {
            Errors::Vague => Refusal::common(),
            _ => Refusal::new(400, "invalid_grant", format!("Reused authorization code: {code}")),
        }
    }

    pub fn expired_code(errors: Errors) -> Refusal {
        match errors {
            Errors::Legacy => Refusal::new(400, "invalid_request", "Authorization code has expired"),
            _ => Refusal::common(),
        }
    }

    pub fn other_redirect(errors: Errors) -> Refusal {
        Refusal::mismatch(errors, "Redirect URI mismatch.")
    }

    pub fn code_of_another_client(errors: Errors) -> Refusal {
        Refusal::mismatch(errors, "Client ID mismatch")
    }

    /// A `code_challenge` was sent, and its `code_verifier` was dropped on the way.
    pub fn no_verifier() -> Refusal {
        Refusal::common()
    }

    fn mismatch(errors: Errors, legacy: &str) -> Refusal {
        match errors {
            Errors::Legacy => Refusal::new(500, "server_error", legacy),
            _ => Refusal::common(),
        }
    }

    /// A scope that the client may not have.
    pub fn scope(word: &str) -> Refusal {
        Refusal::new(400, "invalid_scope", format!("Invalid scope: {word}"))
    }

    /// A word that is no scope.
    pub fn unknown_scope(word: &str) -> Refusal {
        Refusal::new(401, "invalid_scope", format!("Invalid scope: {word}"))
    }
}
