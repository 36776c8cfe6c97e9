//! The token endpoint: what it takes, what it gives, and how it refuses.

use crate::portal::{CLIENT, PERSON, Portal, REDIRECT, SCOPES, SECRET};
use orcid_mock::{Client, ClientKind, CodeForm, Errors, Missing};

#[test]
fn a_code_gives_tokens_and_says_whose_they_are() {
    let portal = Portal::start();

    let given = portal.exchange(&portal.code(SCOPES));

    let body = given.json();
    assert_eq!(given.status, 200);
    assert_eq!(given.header("cache-control"), "no-store");
    assert_eq!(given.header("content-type"), "application/json;charset=UTF-8");
    assert_eq!((&body["token_type"], &body["expires_in"]), (&"bearer".into(), &631_138_518.into()));
    assert_eq!((&body["orcid"], &body["name"]), (&PERSON.into(), &"Josiah Carberry".into()));
    assert_eq!(body["scope"], "/activities/update /person/update /read-limited openid");
    assert!(body["id_token"].is_string() && body["refresh_token"].is_string());
    assert!(portal.granted("/read-limited").get("id_token").is_none());
    let log = portal.server.oauth(|oauth| oauth.log.clone());
    assert_eq!((log.of_type("authorization_code"), log.has_repeated_code()), (2, false));
    assert_eq!(log.leaks, Vec::<String>::new());
}

#[test]
fn a_name_that_is_private_is_null_or_not_there() {
    let portal = Portal::start();
    portal.server.oauth(|oauth| oauth.accounts[0].shows_name = false);

    let null = portal.granted("openid");
    portal.switch(|switches| switches.hidden_name = Missing::Absent);
    let absent = portal.granted("openid");

    assert_eq!((null.get("name"), absent.get("name")), (Some(&serde_json::Value::Null), None));
}

#[test]
fn a_code_that_comes_twice_ends_all_its_tokens() {
    for form in [CodeForm::Short, CodeForm::Long, CodeForm::Huge] {
        let portal = Portal::start();
        portal.switch(|switches| switches.code_form = form);
        let code = portal.code(SCOPES);
        let first = portal.exchange(&code).json();
        let child = portal.refresh(first["refresh_token"].as_str().unwrap(), &[]).json();
        assert!(portal.is_live(&first["access_token"]) && portal.is_live(&child["access_token"]));

        let second = portal.exchange(&code);

        let expected = (400, "invalid_grant".to_owned(), format!("Reused authorization code: {code}"));
        assert_eq!(second.refusal(), expected);
        assert!(!portal.is_live(&first["access_token"]) && !portal.is_live(&child["access_token"]));
        let bearer = format!("Bearer {}", first["access_token"].as_str().unwrap());
        let record = format!("{}/{PERSON}/record", portal.server.api_url());
        let refused = portal
            .client
            .get_as(&record, &[("authorization", &bearer), ("accept", "application/xml")])
            .unwrap();
        assert_eq!((refused.status, refused.refusal().1.as_str()), (401, "invalid_token"));
        assert_eq!(portal.server.oauth(|oauth| oauth.log.posts_of(&code)), 2);
    }
}

/// What is wrong with a code, by the words of each mode.
#[test]
fn a_code_that_cannot_be_exchanged_is_refused_in_each_mode() {
    const COMMON: &str =
        "One of the provided parameters is invalid, or, the provided token/code is invalid or expired";
    let common = (400, "invalid_grant", COMMON);
    let other = "APP-TEST000000000002";
    for (what, legacy, documented) in [
        ("none", (500, "server_error", "An authorization code must be supplied."), None),
        ("unknown", (400, "invalid_grant", "Invalid authorization code: XXXXXX"), None),
        ("expired", (400, "invalid_request", "Authorization code has expired"), Some(common)),
        ("redirect", (500, "server_error", "Redirect URI mismatch."), Some(common)),
        ("no redirect", (500, "server_error", "Redirect URI mismatch."), Some(common)),
        ("foreign", (500, "server_error", "Client ID mismatch"), Some(common)),
    ] {
        for (errors, expected) in [
            (Errors::Legacy, legacy),
            (Errors::Documented, documented.unwrap_or(legacy)),
            (Errors::Vague, common),
        ] {
            let portal = Portal::start();
            portal
                .server
                .oauth(|oauth| oauth.register(Client::new(ClientKind::Basic, other, "other-secret")));
            portal.switch(|switches| switches.errors = errors);
            let code = portal.code("openid");
            let mut form = vec![
                ("grant_type", "authorization_code"),
                ("client_id", CLIENT),
                ("client_secret", SECRET),
                ("code", code.as_str()),
                ("redirect_uri", REDIRECT),
            ];
            match what {
                "none" => form[3].1 = "",
                "unknown" => form[3].1 = "XXXXXX",
                "expired" => portal.server.oauth(|oauth| oauth.grants.clock.advance(301)),
                "redirect" => form[4].1 = "https://p.example/other",
                "no redirect" => form.truncate(4),
                _ => (form[1].1, form[2].1) = (other, "other-secret"),
            }

            let given = portal.client.post(&portal.server.token_url(), &form);

            let (status, error, words) = given.refusal();
            assert_eq!((status, error.as_str(), words.as_str()), expected, "{what}, {errors:?}");
            assert_eq!(portal.server.tokens_issued(), 0);
        }
    }
}

#[test]
fn a_form_that_lacks_something_is_refused() {
    let portal = Portal::start();
    let post = |form: &[(&str, &str)]| portal.client.post(&portal.server.token_url(), form).refusal();
    let refused = |status, error: &str, words: &str| (status, error.to_owned(), words.to_owned());
    let id = ("client_id", CLIENT);
    let secret = ("client_secret", SECRET);
    let kind = ("grant_type", "client_credentials");

    assert_eq!(post(&[id, secret]), refused(400, "unsupported_grant_type", "grant_type is missing"));
    assert_eq!(post(&[kind, secret]), refused(401, "invalid_request", "client_id is required"));
    assert_eq!(
        post(&[kind, id, ("client_secret", " ")]),
        refused(401, "invalid_request", "client_secret is required")
    );
    assert_eq!(post(&[("grant_type", "password"), id, secret]).0, 400);
    let refresh = post(&[("grant_type", "refresh_token"), id, secret]);
    assert_eq!(refresh, refused(401, "invalid_request", "refresh_token is required"));
    let got = portal.client.get(&portal.server.token_url());
    assert_eq!(got.status, 405);
    assert!(got.refusal().2.starts_with("Method GET is not supported for token requests"));
}

#[test]
fn a_client_shows_its_secret_in_the_body_or_by_a_header() {
    let portal = Portal::start();
    let form = [("grant_type", "client_credentials"), ("scope", "/read-public")];
    let with = |header: &str, form: &[(&str, &str)]| {
        portal.client.post_as(&portal.server.token_url(), &[("authorization", header)], form).unwrap()
    };
    // APP-TEST000000000001:0f1e2d3c-0000-4000-8000-00000000test, and a wrong one.
    let right = "Basic QVBQLVRFU1QwMDAwMDAwMDAwMDE6MGYxZTJkM2MtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDB0ZXN0";
    let wrong = "Basic QVBQLVRFU1QwMDAwMDAwMDAwMDE6eA==";

    assert_eq!(portal.token(&form).status, 200);
    assert_eq!(with(right, &form).status, 200);
    assert_eq!(
        with(wrong, &form).refusal(),
        (401, "invalid_client".to_owned(), "Bad client credentials".to_owned())
    );
    let whole = [&form[..], &[("client_id", CLIENT), ("client_secret", SECRET)]].concat();
    assert_eq!(with("Bearer 1", &whole).status, 401, "any header makes the server look there alone");
    let guessed = [&form[..], &[("client_id", CLIENT), ("client_secret", "guessed")]].concat();
    assert_eq!(portal.client.post(&portal.server.token_url(), &guessed).status, 401);
    portal.switch(|switches| switches.bad_client_is_400 = true);
    assert_eq!(portal.client.post(&portal.server.token_url(), &guessed).status, 400);
}

#[test]
fn a_client_gets_its_own_tokens_as_far_as_its_membership_goes() {
    let portal = Portal::start();
    let basic = Client::new(ClientKind::Basic, "APP-BASIC00000000000", "basic-secret");
    portal.server.oauth(|oauth| oauth.register(basic));
    let own = |scope| portal.token(&[("grant_type", "client_credentials"), ("scope", scope)]);
    let of_basic = |scope| {
        let form = [
            ("client_id", "APP-BASIC00000000000"),
            ("client_secret", "basic-secret"),
            ("grant_type", "client_credentials"),
            ("scope", scope),
        ];
        portal.client.post(&portal.server.token_url(), &form)
    };

    let given = own("/webhook");
    assert_eq!((given.status, given.json().get("orcid")), (200, Some(&serde_json::Value::Null)));
    portal.switch(|switches| switches.client_orcid = Missing::Absent);
    assert_eq!(own("/webhook").json().get("orcid"), None);
    assert_eq!(
        of_basic("/webhook").refusal(),
        (400, "invalid_scope".to_owned(), "Invalid scope: /webhook".to_owned())
    );
    assert_eq!(of_basic("/group-id-record/update").status, 200);
    assert_eq!(own("/web-hook").refusal().0, 401);
    assert_eq!(own("/read-limited").refusal().0, 400);
    assert_eq!(own("").refusal().0, 400);
}

#[test]
fn a_closed_client_or_record_gets_no_tokens() {
    let portal = Portal::start();
    let tokens = portal.granted("openid");
    let code = portal.code("openid");

    portal.server.change(|world| world.lock(PERSON));
    let locked = portal.exchange(&code).refusal();
    let refreshed = portal.refresh(tokens["refresh_token"].as_str().unwrap(), &[]).refusal();
    portal.server.change(|world| world.unlock(PERSON));
    portal.server.oauth(|oauth| oauth.grants.clients.get_mut(CLIENT).unwrap().deactivated = true);
    let closed = portal.exchange(&code).refusal();
    portal.switch(|switches| switches.errors = Errors::Legacy);
    let legacy = portal.exchange(&code).refusal();

    assert_eq!((locked.0, locked.1.as_str()), (400, "unauthorized_client"));
    assert_eq!((refreshed.0, refreshed.1.as_str()), (400, "unauthorized_client"));
    assert_eq!((closed.0, closed.1.as_str()), (401, "invalid_client"));
    assert_eq!((legacy.0, legacy.1.as_str()), (400, "unauthorized_client"));
    assert!(!portal.is_live(&tokens["access_token"]));
}

#[test]
fn a_code_challenge_makes_the_exchange_fail_as_its_verifier_is_dropped() {
    let portal = Portal::start();
    let code = |portal: &Portal| {
        let link = portal.link("openid", &[("code_challenge", "abc"), ("code_challenge_method", "S256")]);
        orcid_mock::pair(&portal.server.browser().grant(&link, PERSON), "code").unwrap()
    };

    assert_eq!(portal.exchange(&code(&portal)).status, 400);
    portal.switch(|switches| switches.challenge_breaks_exchange = false);
    assert_eq!(portal.exchange(&code(&portal)).status, 200);
}
