//! Checks an `id_token`: signature, issuer, audience, time, nonce, and that it is about the person
//! of the token answer.
//!
//! ORCID writes `amr` as one text where the standard has a list; both are read, since nothing here
//! depends on it. Names may be missing.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::{Deserialize, Deserializer};

use super::error::IdTokenFault;
use super::keys::KeySet;
use super::provider;
use crate::credentials::Secret;
use orcid_xml::{Orcid, Timestamp};

/// Seconds that the issuer's clock and ours may differ.
const MAX_SKEW_SECONDS: i64 = 300;
const MICROSECONDS: Timestamp = 1_000_000;

/// What an `id_token` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdClaims {
    /// The person who signed in.
    pub orcid: Orcid,
    /// How the person signed in, such as `pwd` or `mfa`.
    pub methods: Vec<String>,
    /// When the person signed in, in seconds since 1970.
    pub signed_in_at: Option<i64>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    #[serde(deserialize_with = "one_or_more")]
    aud: Vec<String>,
    sub: String,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    auth_time: Option<i64>,
    #[serde(default, deserialize_with = "one_or_more")]
    amr: Vec<String>,
}

/// A text, a list of texts, or null.
fn one_or_more<'de, D: Deserializer<'de>>(value: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Texts {
        One(String),
        More(Vec<String>),
    }
    Ok(match Option::<Texts>::deserialize(value)? {
        None => Vec::new(),
        Some(Texts::One(text)) => vec![text],
        Some(Texts::More(texts)) => texts,
    })
}

/// What a token must say.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub orcid: Orcid,
    pub now: Timestamp,
}

/// Checks a token that was given to `client_id` by `issuer` in answer to a request with `nonce`,
/// beside an answer about `orcid`.
///
/// # Errors
/// [`IdTokenFault`], the first of what is wrong.
pub fn check_id_token(
    token: &Secret,
    keys: &KeySet,
    issuer: &str,
    client_id: &str,
    nonce: &str,
    orcid: Orcid,
    now: Timestamp,
) -> Result<IdClaims, IdTokenFault> {
    check(token, keys, &Expected { issuer, client_id, nonce, orcid, now })
}

pub(super) fn check(token: &Secret, keys: &KeySet, expected: &Expected) -> Result<IdClaims, IdTokenFault> {
    let claims = verified(token, keys)?;
    if claims.iss != expected.issuer {
        return Err(IdTokenFault::Issuer);
    }
    // Further audiences would make us trust clients that we do not know.
    if claims.aud != [expected.client_id] {
        return Err(IdTokenFault::Audience);
    }
    let now = expected.now.div_euclid(MICROSECONDS);
    if claims.exp < now - MAX_SKEW_SECONDS || claims.iat > now + MAX_SKEW_SECONDS {
        return Err(IdTokenFault::Time);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(IdTokenFault::Nonce);
    }
    let orcid =
        Orcid::new(&claims.sub).filter(|orcid| *orcid == expected.orcid).ok_or(IdTokenFault::Subject)?;
    Ok(IdClaims { orcid, methods: claims.amr, signed_in_at: claims.auth_time })
}

/// The claims of a token whose signature is right.
fn verified(token: &Secret, keys: &KeySet) -> Result<Claims, IdTokenFault> {
    provider::install();
    let header = decode_header(token.reveal()).map_err(|error| match error.kind() {
        // `none` and unknown names are no algorithms to the library.
        ErrorKind::Json(_) | ErrorKind::InvalidAlgorithmName => IdTokenFault::Algorithm,
        _ => IdTokenFault::Form,
    })?;
    if header.alg != Algorithm::RS256 {
        return Err(IdTokenFault::Algorithm);
    }
    let key = keys.find(header.kid.as_deref()).ok_or(IdTokenFault::Key)?;
    // The library looks at the signature; times and names are compared here, with our clock.
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    decode::<Claims>(token.reveal(), key, &validation).map(|token| token.claims).map_err(|error| match error
        .kind()
    {
        ErrorKind::InvalidSignature => IdTokenFault::Signature,
        ErrorKind::InvalidAlgorithm => IdTokenFault::Algorithm,
        _ => IdTokenFault::Form,
    })
}

#[cfg(test)]
#[path = "id_token_tests.rs"]
mod tests;
