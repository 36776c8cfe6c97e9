//! Identity tokens: what they claim, and how they can be wrong on purpose.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{digest, hmac};
use serde_json::{Value, json};

use super::accounts::Account;
use super::keys::Keys;
use super::random::uuid;
use super::switches::{Amr, Claims, Switches};

/// ORCID's identity tokens live for a day.
const LIFE_SECONDS: i64 = 86_400;

/// What is wrong with an identity token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdTokenFault {
    /// There is none.
    Missing,
    /// `alg` is `none`, and there is no signature.
    NoAlgorithm,
    /// Signed with the client's secret.
    Hs256,
    /// A key that is not published.
    UnknownKey,
    BadSignature,
    WrongIssuer,
    WrongAudience,
    WrongSubject,
    WrongNonce,
    NoNonce,
    /// It ended so many seconds ago.
    ExpiredFor(i64),
    /// It begins so many seconds from now.
    IssuedIn(i64),
}

/// Whom a token is about, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    pub issuer: &'s str,
    pub client_id: &'s str,
    pub client_secret: &'s str,
    /// Whether the client is a member's.
    pub is_member: bool,
    pub account: &'s Account,
    pub access_token: &'s str,
    pub nonce: Option<&'s str>,
    /// Seconds since 1970.
    pub signed_in: i64,
    pub now: i64,
}

/// An identity token; `None` where it is missing on purpose.
pub fn identity_token(
    keys: &Keys,
    switches: &Switches,
    fault: Option<IdTokenFault>,
    subject: &Subject<'_>,
) -> Option<String> {
    let mut claims = claims(switches, subject);
    let (mut algorithm, mut kid) = ("RS256", keys.kid.as_str());
    match fault {
        Some(IdTokenFault::Missing) => return None,
        Some(IdTokenFault::NoAlgorithm) => algorithm = "none",
        Some(IdTokenFault::Hs256) => algorithm = "HS256",
        Some(IdTokenFault::UnknownKey) => kid = "nobody-knows-this-key",
        Some(IdTokenFault::WrongIssuer) => claims["iss"] = "https://sandbox.orcid.org".into(),
        Some(IdTokenFault::WrongAudience) => claims["aud"] = "APP-SOMEBODYELSES000".into(),
        Some(IdTokenFault::WrongSubject) => claims["sub"] = "0000-0001-5109-3700".into(),
        Some(IdTokenFault::WrongNonce) => claims["nonce"] = "not-the-nonce".into(),
        Some(IdTokenFault::NoNonce) => {
            claims.as_object_mut().expect("claims are an object").remove("nonce");
        }
        Some(IdTokenFault::ExpiredFor(seconds)) => {
            claims["exp"] = (subject.now - seconds).into();
            claims["iat"] = (subject.now - seconds - LIFE_SECONDS).into();
        }
        Some(IdTokenFault::IssuedIn(seconds)) => {
            claims["iat"] = (subject.now + seconds).into();
            claims["exp"] = (subject.now + seconds + LIFE_SECONDS).into();
        }
        Some(IdTokenFault::BadSignature) | None => {}
    }
    let header = json!({ "kid": kid, "alg": algorithm });
    let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let mut signature = match algorithm {
        "none" => Vec::new(),
        "HS256" => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, subject.client_secret.as_bytes());
            hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
        }
        _ => keys.sign(&message),
    };
    if fault == Some(IdTokenFault::BadSignature) {
        signature[0] ^= 1;
    }
    Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn claims(switches: &Switches, subject: &Subject<'_>) -> Value {
    let account = subject.account;
    let mut claims = json!({
        "iss": subject.issuer,
        "sub": account.orcid,
        "aud": subject.client_id,
        "iat": subject.now,
        "exp": subject.now + LIFE_SECONDS,
    });
    if let Some(nonce) = subject.nonce {
        claims["nonce"] = nonce.into();
    }
    if switches.claims == Claims::Required {
        return claims;
    }
    let hash = digest::digest(&digest::SHA256, subject.access_token.as_bytes());
    claims["at_hash"] = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]).into();
    claims["jti"] = uuid().into();
    claims["auth_time"] = subject.signed_in.into();
    let method = if account.two_factor { "mfa" } else { "pwd" };
    match switches.amr {
        Amr::String if subject.is_member => claims["amr"] = method.into(),
        Amr::Array if subject.is_member => claims["amr"] = json!([method]),
        _ => {}
    }
    if switches.claims == Claims::All && account.shows_name {
        claims["name"] = account.name().into();
        claims["given_name"] = account.given_names.as_str().into();
        claims["family_name"] = account.family_name.as_str().into();
    }
    claims
}

/// The claims of a token that this server signed. Whether it has expired is not asked.
pub fn read(keys: &Keys, token: &str) -> Option<Value> {
    let (message, signature) = token.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let (_, claims) = message.split_once('.')?;
    let claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    keys.verifies(message, &signature).then_some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(switches: &Switches, fault: Option<IdTokenFault>) -> Option<String> {
        let account = Account::new("0000-0002-1825-0097", "Josiah", "Carberry");
        let subject = Subject {
            issuer: "http://127.0.0.1:1",
            client_id: "APP-TEST000000000001",
            client_secret: "secret",
            is_member: true,
            account: &account,
            access_token: "token",
            nonce: Some("nonce"),
            signed_in: 900,
            now: 1000,
        };
        identity_token(&Keys::default(), switches, fault, &subject)
    }

    #[test]
    fn a_token_is_signed_and_claims_what_the_switches_say() {
        let keys = Keys::default();
        for (claims, amr, expected, names) in [
            (Claims::NoNames, Amr::String, json!("pwd"), false),
            (Claims::All, Amr::Array, json!(["pwd"]), true),
            (Claims::All, Amr::Absent, Value::Null, true),
            (Claims::Required, Amr::String, Value::Null, false),
        ] {
            let switches = Switches { claims, amr, ..Switches::default() };

            let claims = read(&keys, &token(&switches, None).unwrap()).unwrap();

            assert_eq!(claims["amr"], expected);
            assert_eq!(claims.get("given_name").is_some(), names);
            assert_eq!((&claims["aud"], &claims["nonce"]), (&"APP-TEST000000000001".into(), &"nonce".into()));
            assert_eq!(claims["exp"], 1000 + 86_400);
        }
    }

    #[test]
    fn a_token_that_is_not_signed_by_the_key_is_not_read() {
        let (keys, switches) = (Keys::default(), Switches::default());
        for fault in [IdTokenFault::NoAlgorithm, IdTokenFault::Hs256, IdTokenFault::BadSignature] {
            assert_eq!(read(&keys, &token(&switches, Some(fault)).unwrap()), None, "{fault:?}");
        }
        assert_eq!(token(&switches, Some(IdTokenFault::Missing)), None);
    }
}
