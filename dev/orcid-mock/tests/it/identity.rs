//! OpenID Connect: discovery, keys, identity tokens, and who a token is about.

use crate::portal::{CLIENT, PERSON, Portal};
use orcid_mock::{Claims, IdTokenFault};
use serde_json::{Value, json};

/// Header and claims of an identity token.
fn parts(token: &Value) -> [Value; 2] {
    let token = token.as_str().expect("a token is a text");
    let mut parts = token.split('.').map(|part| base64(part));
    [parts.next(), parts.next()].map(|part| serde_json::from_slice(&part.unwrap()).unwrap())
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<u8> = text.chars().map(|sign| LETTERS.find(sign).expect("base64url") as u8).collect();
    let whole = |four: &[u8]| {
        let value =
            four.iter().fold(0u32, |value, bits| value << 6 | u32::from(*bits)) << (6 * (4 - four.len()));
        value.to_be_bytes()[1..four.len()].to_vec()
    };
    bits.chunks(4).flat_map(whole).collect()
}

#[test]
fn discovery_says_what_orcid_says() {
    let portal = Portal::start();
    let issuer = portal.server.base_url();

    let given = portal.client.get_as(&format!("{issuer}/.well-known/openid-configuration"), &[]).unwrap();

    let at = |path: &str| format!("{issuer}{path}");
    let expected = json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "userinfo_endpoint": at("/oauth/userinfo"),
        "jwks_uri": at("/oauth/jwks"),
        "response_types_supported": ["code", "id_token", "id_token token"],
        "grant_types_supported": ["authorization_code", "implicit", "refresh_token"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid"],
        "claims_supported": ["family_name", "given_name", "name", "auth_time", "iss", "sub"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "claims_parameter_supported": false,
    });
    assert_eq!(given.json(), expected);
    assert!(given.text().contains("\n  \""), "pretty printed");
}

#[test]
fn an_identity_token_is_bound_to_the_request_and_its_key_is_published() {
    let portal = Portal::start();

    let tokens = portal.granted("openid");
    let keys = portal.client.get_as(&format!("{}/oauth/jwks", portal.server.base_url()), &[]).unwrap().json();

    let [header, claims] = parts(&tokens["id_token"]);
    assert_eq!(header, json!({ "kid": keys["keys"][0]["kid"], "alg": "RS256" }));
    let names: Vec<&String> = keys["keys"][0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["e", "kid", "kty", "n", "use"], "no alg");
    assert_eq!((&claims["iss"], &claims["aud"]), (&portal.server.base_url().into(), &CLIENT.into()));
    assert_eq!(
        (&claims["sub"], &claims["nonce"], &claims["amr"]),
        (&PERSON.into(), &"n-1".into(), &"pwd".into())
    );
    assert_eq!(claims["exp"].as_i64().unwrap(), claims["iat"].as_i64().unwrap() + 86_400);
    assert!(claims.get("name").is_none());
    portal.switch(|switches| switches.claims = Claims::All);
    assert_eq!(parts(&portal.granted("openid")["id_token"])[1]["family_name"], "Carberry");
}

#[test]
fn an_identity_token_can_be_wrong_on_purpose() {
    let portal = Portal::start();
    let with = |fault| {
        portal.server.oauth(|oauth| oauth.id_token_fault = Some(fault));
        portal.granted("openid")
    };

    assert!(with(IdTokenFault::Missing).get("id_token").is_none());
    assert_eq!(parts(&with(IdTokenFault::NoAlgorithm)["id_token"])[0]["alg"], "none");
    assert_eq!(parts(&with(IdTokenFault::Hs256)["id_token"])[0]["alg"], "HS256");
    assert_eq!(parts(&with(IdTokenFault::WrongNonce)["id_token"])[1]["nonce"], "not-the-nonce");
    assert_eq!(parts(&with(IdTokenFault::WrongIssuer)["id_token"])[1]["iss"], "https://sandbox.orcid.org");
    assert_ne!(parts(&with(IdTokenFault::WrongSubject)["id_token"])[1]["sub"], PERSON);
    let now = portal.server.oauth(|oauth| oauth.grants.clock.now_seconds());
    let expired = parts(&with(IdTokenFault::ExpiredFor(600))["id_token"]);
    assert!((expired[1]["exp"].as_i64().unwrap() - (now - 600)).abs() <= 1);
}

#[test]
fn userinfo_says_who_a_token_is_about() {
    let portal = Portal::start();
    let tokens = portal.granted("openid");
    let token = tokens["access_token"].as_str().unwrap();
    let expected = json!({
        "id": format!("https://orcid.org/{PERSON}"),
        "sub": PERSON,
        "name": "Josiah Carberry",
        "family_name": "Carberry",
        "given_name": "Josiah",
    });

    let given = portal.userinfo(token);
    let posted = portal
        .client
        .post(&format!("{}/oauth/userinfo", portal.server.base_url()), &[("access_token", token)]);
    let other = portal.granted("/read-limited");
    portal.server.oauth(|oauth| oauth.accounts[0].shows_name = false);
    let private = portal.userinfo(token).json();

    assert_eq!((given.status, given.json()), (200, expected.clone()));
    assert_eq!(posted.json(), expected);
    assert_eq!((&private["sub"], &private["name"]), (&PERSON.into(), &Value::Null));
    for token in ["0", other["access_token"].as_str().unwrap()] {
        let refused = portal.userinfo(token);
        let words = json!({ "error": "access_denied", "error-description": "access_token is invalid" });
        assert_eq!((refused.status, refused.json()), (403, words));
    }
}

#[test]
fn an_identity_token_can_be_exchanged_by_another_client() {
    let portal = Portal::start();
    let helper =
        orcid_mock::Client::new(orcid_mock::ClientKind::Basic, "APP-TEST000000000002", "other-secret");
    portal.server.oauth(|oauth| oauth.register(helper));
    let tokens = portal.granted("openid /activities/update");
    let exchange = |subject: &str, scope: &str| {
        let form = [
            ("client_id", "APP-TEST000000000002"),
            ("client_secret", "other-secret"),
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", subject),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("scope", scope),
        ];
        portal.client.post(&portal.server.token_url(), &form)
    };
    let id_token = tokens["id_token"].as_str().unwrap();

    let given = exchange(id_token, "/activities/update").json();
    let wider = exchange(id_token, "/person/update").refusal();
    let missing = exchange("", "/activities/update").refusal();

    assert_eq!((&given["expires_in"], &given["orcid"]), (&3599.into(), &PERSON.into()));
    assert_eq!(given["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
    assert!(given.get("refresh_token").is_none());
    assert_eq!((wider.0, wider.1.as_str()), (401, "invalid_scope"));
    assert_eq!((missing.0, missing.2.as_str()), (401, "subject_token is required"));
    assert_eq!(exchange(&format!("{id_token}A"), "/activities/update").status, 400);
}
