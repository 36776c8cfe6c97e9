//! What becomes of tokens: refreshed, given back by the client, taken back by the person.

use crate::portal::{CLIENT, PERSON, Portal, SCOPES};
use orcid_mock::{Client, ClientKind, GrantState, RefreshOptions};
use serde_json::Value;

fn text<'v>(tokens: &'v Value, name: &str) -> &'v str {
    tokens[name].as_str().expect("a token is a text")
}

fn state(portal: &Portal, token: &Value) -> GrantState {
    let access = text(token, "access_token");
    let pairs = portal.server.oauth(|oauth| oauth.grants.pairs().to_vec());
    pairs.into_iter().find(|pair| pair.access == access).unwrap().state
}

#[test]
fn a_refresh_gives_a_new_pair_with_fewer_scopes_and_the_old_one_lives() {
    let portal = Portal::start();
    let old = portal.granted(SCOPES);

    let wider = portal.refresh(text(&old, "refresh_token"), &[("scope", "openid /webhook")]).refusal();
    let given = portal.refresh(
        text(&old, "refresh_token"),
        &[("scope", "openid"), ("revoke_old", "true"), ("expires_in", "60")],
    );
    let new = given.json();

    assert_eq!((wider.0, wider.1.as_str()), (400, "invalid_scope"));
    assert_eq!(wider.2, "The given scope '/webhook' is not allowed for the parent token");
    assert_eq!((&new["scope"], &new["orcid"]), (&"openid".into(), &PERSON.into()));
    assert!(new["expires_in"].as_i64().unwrap() > 600_000_000, "dropped by the proxy");
    assert!(portal.is_live(&old["access_token"]) && portal.is_live(&new["access_token"]));
    portal.revoke(text(&old, "access_token"));
    assert!(!portal.is_live(&old["access_token"]) && portal.is_live(&new["access_token"]));
    portal.switch(|switches| switches.children_die_with_parent = true);
    let newest = portal.refresh(text(&new, "refresh_token"), &[]).json();
    portal.revoke(text(&new, "access_token"));
    assert!(!portal.is_live(&newest["access_token"]));
}

#[test]
fn the_options_of_a_refresh_are_honoured_where_the_switch_says_so() {
    for (options, more, old_lives) in [
        (RefreshOptions::Dropped, &[("revoke_old", "true")][..], true),
        (RefreshOptions::Honoured, &[], true),
        (RefreshOptions::Honoured, &[("revoke_old", "true")], false),
        (RefreshOptions::HonouredByDefault, &[], false),
        (RefreshOptions::HonouredByDefault, &[("revoke_old", "false")], true),
    ] {
        let portal = Portal::start();
        portal.switch(|switches| switches.refresh_options = options);
        let old = portal.granted("openid");

        let new = portal.refresh(text(&old, "refresh_token"), more).json();

        assert!(portal.is_live(&new["access_token"]));
        assert_eq!(portal.is_live(&old["access_token"]), old_lives, "{options:?} {more:?}");
    }
    let portal = Portal::start();
    portal.switch(|switches| switches.refresh_options = RefreshOptions::Honoured);
    let old = portal.granted("openid");
    let refresh = |expires| portal.refresh(text(&old, "refresh_token"), &[("expires_in", expires)]);
    assert_eq!(refresh("soon").refusal().2, "soon is not a number");
    assert_eq!(refresh("999999999").status, 400);
    let short = refresh("60").json();
    assert_eq!(short["expires_in"], 60);
    portal.server.oauth(|oauth| oauth.grants.clock.advance(61));
    assert!(portal.is_live(&old["access_token"]) && !portal.is_live(&short["access_token"]));
}

#[test]
fn a_refresh_token_that_cannot_be_used_is_refused() {
    let portal = Portal::start();
    let other = Client::new(ClientKind::Basic, "APP-TEST000000000002", "other-secret");
    portal.server.oauth(|oauth| oauth.register(other));
    let one = portal.granted("openid");
    let form = [
        ("client_id", "APP-TEST000000000002"),
        ("client_secret", "other-secret"),
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&one, "refresh_token")),
    ];

    let foreign = portal.client.post(&portal.server.token_url(), &form).refusal();
    let unknown = portal.refresh("00000000", &[]).refusal();
    portal.refresh(text(&one, "refresh_token"), &[]);
    let twice = portal.refresh(text(&one, "refresh_token"), &[]);
    portal.switch(|switches| switches.refresh_token_once = false);
    let two = portal.granted("openid");
    portal.refresh(text(&two, "refresh_token"), &[]);
    let again = portal.refresh(text(&two, "refresh_token"), &[]);
    portal.revoke(text(&two, "access_token"));
    let dead = portal.refresh(text(&two, "refresh_token"), &[]).refusal();

    assert_eq!((foreign.0, foreign.2.as_str()), (400, "This token does not belong to the given client"));
    assert_eq!((unknown.0, unknown.2.as_str()), (400, "Unable to find refresh token"));
    assert_eq!((twice.status, again.status), (400, 200));
    assert_eq!((dead.0, dead.2.as_str()), (400, "Parent token is disabled"));
}

#[test]
fn a_client_gives_back_a_pair_by_either_token() {
    let portal = Portal::start();
    let other = Client::new(ClientKind::Basic, "APP-TEST000000000002", "other-secret");
    portal.server.oauth(|oauth| oauth.register(other));
    for name in ["access_token", "refresh_token"] {
        let (tokens, kept) = (portal.granted("openid"), portal.granted("openid"));

        let given = portal.revoke(text(&tokens, name));

        assert_eq!((given.status, given.text().as_str()), (200, ""));
        assert_eq!(state(&portal, &tokens), GrantState::ClientRevoked);
        assert!(!portal.is_live(&tokens["access_token"]) && portal.is_live(&kept["access_token"]));
        assert_eq!(portal.refresh(text(&tokens, "refresh_token"), &[]).status, 400);
        assert_eq!(portal.revoke(text(&tokens, name)).status, 200, "dead already");
    }
    let kept = portal.granted("openid");
    let url = format!("{}/oauth/revoke", portal.server.base_url());
    let foreign = [
        ("client_id", "APP-TEST000000000002"),
        ("client_secret", "other-secret"),
        ("token", text(&kept, "access_token")),
    ];
    assert_eq!(portal.client.post(&url, &foreign).status, 200);
    assert!(portal.is_live(&kept["access_token"]));
    assert_eq!(portal.revoke("unknown").status, 200);
    assert_eq!(portal.client.post(&url, &[("client_id", CLIENT), ("client_secret", "guessed")]).status, 401);
    assert!(portal.revoke(" ").text().contains("Please provide the token"));
}

#[test]
fn a_person_takes_a_permission_back() {
    let portal = Portal::start();
    let (one, two) = (portal.granted("openid"), portal.granted(SCOPES));
    let mut browser = portal.server.browser();
    browser.sign_in(PERSON);

    let before = browser.open("/trusted-parties");
    browser.revoke(CLIENT);
    let after = browser.open("/trusted-parties");

    assert!(before.html.contains("/activities/update") && after.html.contains("None."));
    for tokens in [&one, &two] {
        assert_eq!(state(&portal, tokens), GrantState::UserRevoked);
        let bearer = format!("Bearer {}", text(tokens, "access_token"));
        let url = format!("{}/{PERSON}/record", portal.server.api_url());
        let given =
            portal.client.get_as(&url, &[("authorization", &bearer), ("accept", "application/xml")]).unwrap();
        assert_eq!(given.header("content-type"), "application/json;charset=UTF-8");
        let words = format!("Invalid access token: {}", text(tokens, "access_token"));
        assert_eq!(given.refusal(), (401, "invalid_token".to_owned(), words));
        assert_eq!(
            portal.refresh(text(tokens, "refresh_token"), &[]).refusal().2,
            "Parent token is disabled"
        );
    }
    assert!(browser.open(&portal.link(SCOPES, &[])).asks_for_consent(), "and can be asked again");
    let three = portal.granted(SCOPES);
    assert!(portal.is_live(&three["access_token"]));
    portal.server.oauth(|oauth| oauth.grants.user_revokes(PERSON, CLIENT));
    assert!(!portal.is_live(&three["access_token"]));
}

#[test]
fn a_token_dies_when_its_time_is_over() {
    let portal = Portal::start();
    let tokens = portal.granted("openid");

    portal.server.oauth(|oauth| oauth.grants.clock.advance(631_138_519));

    assert!(!portal.is_live(&tokens["access_token"]));
    assert_eq!(portal.refresh(text(&tokens, "refresh_token"), &[]).refusal().2, "Access token expired");
}
