//! OAuth 2.0 and OpenID Connect as ORCID does them: people sign in at ORCID and permit a client to
//! read or change their records.
//!
//! The module builds the address that a person is sent to, exchanges the code that comes back,
//! refreshes and revokes tokens, obtains tokens of the client itself, and checks `id_token`s. It
//! keeps nothing. Its messages hold neither codes nor tokens nor secrets; of ORCID's own error
//! texts only the name of the error is passed on, since they repeat the code or the token.
//!
//! PKCE is not used: ORCID's token endpoint does not pass the verifier on. `state` and `nonce`
//! bind an answer to the session that asked.

mod answer;
mod authorize;
mod client;
mod error;
mod id_token;
mod issuer;
mod keys;
mod provider;
mod userinfo;
mod webhook;

pub use answer::TokenAnswer;
pub use authorize::{Authorize, Prefill};
pub use client::OauthClient;
pub use error::{IdTokenFault, OauthError};
pub use id_token::{IdClaims, check_id_token};
pub use issuer::{Issuer, IssuerKind};
pub use keys::KeySet;
