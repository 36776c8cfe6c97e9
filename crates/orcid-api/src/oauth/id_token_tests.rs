//! Tokens made here, with a key of the tests, right and wrong in each way.

use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair};
use serde_json::{Value, json};

use super::*;

const KEY: &[u8] = include_bytes!("test-key.pk8");
const ISSUER: &str = "https://orcid.org";
const CLIENT: &str = "APP-TEST000000000001";
const SOMEBODY: &str = "0000-0002-1825-0097";
const NOW: i64 = 1_800_000_000;

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(SIGNS[(number >> (18 - 6 * place) & 63) as usize] as char);
        }
    }
    text
}

fn pair() -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(KEY).unwrap()
}

fn keys(kid: &str) -> KeySet {
    let public: PublicKeyComponents<Vec<u8>> = pair().public().into();
    let key = json!({
        "kty": "RSA", "use": "sig", "kid": kid,
        "n": base64(&public.n),
        "e": base64(&public.e),
    });
    KeySet::parse(json!({ "keys": [{ "kty": "EC", "kid": "other" }, key] }).to_string().as_bytes()).unwrap()
}

fn signed(header: &Value, claims: &Value, encoding: &'static dyn RsaEncoding) -> Secret {
    let message =
        format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()));
    let pair = pair();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    Secret::new(format!("{message}.{}", base64(&signature)))
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": CLIENT, "sub": SOMEBODY, "exp": NOW + 86_400, "iat": NOW, "nonce": "n-1",
        "jti": "1", "at_hash": "x", "auth_time": NOW - 5, "amr": "pwd", "name": "Sofia Garcia",
    })
}

fn look(token: &Secret) -> Result<IdClaims, IdTokenFault> {
    let orcid = Orcid::new(SOMEBODY).unwrap();
    check_id_token(token, &keys("k-1"), ISSUER, CLIENT, "n-1", orcid, NOW * MICROSECONDS)
}

/// A token with one claim changed, or without it for null.
fn with(claim: &str, value: Value) -> Secret {
    let mut claims = claims();
    claims[claim] = value;
    if claims[claim].is_null() {
        claims.as_object_mut().unwrap().remove(claim);
    }
    signed(&json!({ "alg": "RS256", "kid": "k-1" }), &claims, &RSA_PKCS1_SHA256)
}

#[test]
fn a_token_is_read_with_amr_as_text_as_list_or_not_at_all() {
    for (amr, expected) in
        [(json!("mfa"), vec!["mfa"]), (json!(["mfa", "pwd"]), vec!["mfa", "pwd"]), (Value::Null, vec![])]
    {
        let found = look(&with("amr", amr.clone())).unwrap();

        assert_eq!(found.methods, expected, "{amr}");
        assert_eq!((found.orcid.as_str(), found.signed_in_at), (SOMEBODY, Some(NOW - 5)));
    }
    for missing in ["name", "auth_time", "jti", "at_hash"] {
        assert!(look(&with(missing, Value::Null)).is_ok(), "{missing}");
    }
}

#[test]
fn a_token_with_a_wrong_claim_is_refused() {
    for (claim, value, expected) in [
        ("iss", json!("https://sandbox.orcid.org"), IdTokenFault::Issuer),
        ("iss", json!("https://orcid.org/"), IdTokenFault::Issuer),
        ("aud", json!("APP-OTHER"), IdTokenFault::Audience),
        ("aud", json!([CLIENT, "APP-OTHER"]), IdTokenFault::Audience),
        ("aud", json!([]), IdTokenFault::Audience),
        ("exp", json!(NOW - 301), IdTokenFault::Time),
        ("iat", json!(NOW + 301), IdTokenFault::Time),
        ("nonce", json!("n-2"), IdTokenFault::Nonce),
        ("nonce", Value::Null, IdTokenFault::Nonce),
        ("sub", json!("0000-0002-1694-233X"), IdTokenFault::Subject),
        ("sub", json!("https://orcid.org/0000-0002-1825-0097"), IdTokenFault::Subject),
        ("iss", Value::Null, IdTokenFault::Form),
        ("aud", Value::Null, IdTokenFault::Form),
        ("sub", Value::Null, IdTokenFault::Form),
        ("exp", Value::Null, IdTokenFault::Form),
        ("iat", Value::Null, IdTokenFault::Form),
    ] {
        assert_eq!(look(&with(claim, value.clone())), Err(expected), "{claim} {value}");
    }
    for (claim, value) in [("exp", NOW - 299), ("iat", NOW + 299)] {
        assert!(look(&with(claim, json!(value))).is_ok(), "{claim} within the skew");
    }
    assert!(look(&with("aud", json!([CLIENT]))).is_ok());
}

#[test]
fn only_a_signature_by_rs256_with_a_key_of_the_issuer_counts() {
    let header = |alg: &str, kid: &str| json!({ "alg": alg, "kid": kid });
    let right = signed(&header("RS256", "k-1"), &claims(), &RSA_PKCS1_SHA256);
    assert!(look(&right).is_ok());

    for (header, expected) in [
        (header("none", "k-1"), IdTokenFault::Algorithm),
        (header("HS256", "k-1"), IdTokenFault::Algorithm),
        (header("PS256", "k-1"), IdTokenFault::Algorithm),
        (header("RS256", "k-2"), IdTokenFault::Key),
    ] {
        assert_eq!(look(&signed(&header, &claims(), &RSA_PKCS1_SHA256)), Err(expected), "{header}");
    }
    let other = signed(&header("RS512", "k-1"), &claims(), &RSA_PKCS1_SHA512);
    assert_eq!(look(&other), Err(IdTokenFault::Algorithm));

    let parts: Vec<&str> = right.reveal().split('.').collect();
    let mut forged = claims();
    forged["sub"] = json!("0000-0002-1694-233X");
    let forged = base64(forged.to_string().as_bytes());
    for (token, expected) in [
        (format!("{}.{forged}.{}", parts[0], parts[2]), IdTokenFault::Signature),
        (format!("{}.{}.{}", parts[0], parts[1], base64(&[0; 256])), IdTokenFault::Signature),
        (format!("{}.{}.", parts[0], parts[1]), IdTokenFault::Signature),
        (format!("{}.{}", parts[0], parts[1]), IdTokenFault::Form),
        ("a.b.c".to_owned(), IdTokenFault::Form),
        (String::new(), IdTokenFault::Form),
    ] {
        assert_eq!(
            look(&Secret::new(token.clone())).map_err(|fault| fault as u8),
            Err(expected as u8),
            "{token}"
        );
    }
}

#[test]
fn a_token_without_a_key_id_needs_an_issuer_with_one_key() {
    let token = signed(&json!({ "alg": "RS256" }), &claims(), &RSA_PKCS1_SHA256);

    assert!(look(&token).is_ok());
    assert!(KeySet::parse(b"<html>").is_none());
    assert!(KeySet::parse(br#"{"keys":[]}"#).unwrap().find(Some("k-1")).is_none());
}
