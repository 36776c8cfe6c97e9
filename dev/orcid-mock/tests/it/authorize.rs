//! The authorization page: who is sent where, and with what.

use crate::portal::{CLIENT, PERSON, Portal, REDIRECT, SCOPES};
use orcid_mock::{Account, Client, ClientKind, ClientScopes, ErrorPlace, LoginRequired, RedirectMatch, pair};

#[test]
fn consent_leads_back_with_a_code_and_denial_without() {
    let portal = Portal::start();
    let mut browser = portal.server.browser();

    let first = browser.open(&portal.link(SCOPES, &[]));
    browser.sign_in(PERSON);
    let second = browser.open(&portal.link(SCOPES, &[]));
    let granted = browser.grant(&portal.link(SCOPES, &[]), PERSON);
    let denied = browser.deny(&portal.link("openid", &[("prompt", "confirm")]), PERSON);

    assert!(first.asks_to_sign_in() && !first.asks_for_consent());
    assert!(second.asks_for_consent() && second.html.contains("Josiah Carberry"));
    for words in ["Get your ORCID iD", "Trusted Organizations", "research activities", "keywords"] {
        assert!(second.html.contains(words), "{words}");
    }
    assert!(granted.starts_with(&format!("{REDIRECT}?code=")), "{granted}");
    assert_eq!(pair(&granted, "state").unwrap(), "st-1");
    let text = "error=access_denied&error_description=User%20denied%20access&state=st-1";
    assert_eq!(denied, format!("{REDIRECT}?{text}"));
    portal.switch(|switches| switches.denial_text = String::new());
    assert_eq!(
        browser.deny(&portal.link("openid", &[]), PERSON),
        format!("{REDIRECT}?error=access_denied&state=st-1")
    );
}

#[test]
fn an_address_that_is_not_registered_is_never_followed() {
    let portal = Portal::start();
    let mut browser = portal.server.browser();
    browser.sign_in(PERSON);
    let mut open = |redirect: &str| {
        let pairs = [
            ("client_id", CLIENT),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", redirect),
        ];
        browser.open(&portal.link_of(&pairs))
    };

    for (redirect, by_prefix) in [
        ("https://q.example/cb", false),
        ("http://p.example/cb", false),
        ("https://p.example:8443/cb", false),
        ("https://p.example/", false),
        ("https://p.example/cb/x", true),
        ("https://p.example/cb?a=1", true),
        ("javascript:alert(1)", false),
    ] {
        portal.switch(|switches| switches.redirect_match = RedirectMatch::Exact);
        let exact = open(redirect);
        portal.switch(|switches| switches.redirect_match = RedirectMatch::Prefix);
        let prefix = open(redirect);

        assert_eq!((exact.error(), exact.location.as_deref()), (Some("invalid_grant"), None), "{redirect}");
        let words = "Redirect URI doesn&#39;t match your registered redirect URIs.";
        assert!(exact.html.contains(words), "{}", exact.html);
        assert_eq!(prefix.asks_for_consent(), by_prefix, "{redirect}");
    }
}

#[test]
fn a_request_that_lacks_something_or_comes_from_nobody_ends_at_orcid() {
    let portal = Portal::start();
    let closed = |id: &str| Client::new(ClientKind::Basic, id, "s").with_redirect_uri(REDIRECT);
    portal.server.oauth(|oauth| {
        oauth.register(Client { locked: true, ..closed("APP-LOCKED0000000000") });
        oauth.register(Client { deactivated: true, ..closed("APP-DEACTIVATED00000") });
    });
    let whole =
        [("client_id", CLIENT), ("response_type", "code"), ("scope", "openid"), ("redirect_uri", REDIRECT)];
    let mut browser = portal.server.browser();
    browser.sign_in(PERSON);

    for (name, value, error, words) in [
        ("client_id", "", "oauth_error", "Please specify a client id"),
        ("scope", " ", "oauth_error", "Please specify the desired scopes"),
        ("redirect_uri", "", "oauth_error", "Please specify a redirect URL"),
        ("response_type", "", "oauth_error", "Please specify a response type"),
        ("client_id", "APP-NOBODY0000000000", "invalid_client", "invalid client_id"),
        ("client_id", "APP-LOCKED0000000000", "client_locked", ""),
        ("client_id", "APP-DEACTIVATED00000", "client_deactivated", ""),
    ] {
        let mut pairs: Vec<(&str, &str)> = whole.iter().filter(|(own, _)| *own != name).copied().collect();
        if !value.is_empty() {
            pairs.push((name, value));
        }

        let page = browser.open(&portal.link_of(&pairs));

        assert_eq!((page.error(), page.location.as_deref()), (Some(error), None), "{name}={value}");
        assert!(page.html.contains(words), "{}", page.html);
    }
}

#[test]
fn a_scope_or_response_type_that_cannot_be_goes_back_as_an_error() {
    let portal = Portal::start();
    let public = Client::new(ClientKind::Public, "APP-PUBLIC0000000000", "s").with_redirect_uri(REDIRECT);
    portal.server.oauth(|oauth| oauth.register(public));
    let open = |client, kind, scope| {
        let pairs =
            [("client_id", client), ("response_type", kind), ("scope", scope), ("redirect_uri", REDIRECT)];
        portal.server.browser().open(&portal.link_of(&pairs)).location.unwrap_or_default()
    };

    assert_eq!(open(CLIENT, "codes", "openid"), format!("{REDIRECT}#error=unsupported_response_type"));
    for (client, scope) in [
        (CLIENT, "/web-hook"),
        (CLIENT, "/webhook openid"),
        (CLIENT, "/email/read-private"),
        ("APP-PUBLIC0000000000", "/read-limited"),
    ] {
        assert_eq!(open(client, "code", scope), format!("{REDIRECT}#error=invalid_scope"), "{scope}");
    }
    portal.switch(|switches| switches.authorize_errors = ErrorPlace::Query);
    let expected =
        format!("{REDIRECT}?error=invalid_scope&error_description=Invalid%20scope%3A%20%2Fweb-hook");
    assert_eq!(open(CLIENT, "code", "/web-hook"), expected);
    portal.switch(|switches| switches.client_scopes = ClientScopes::Dropped);
    assert_eq!(open(CLIENT, "code", "/webhook openid  profile"), "", "a page, and no way back");
}

#[test]
fn a_person_who_has_granted_the_same_scopes_is_not_asked_again() {
    let portal = Portal::start();
    let first = portal.granted(SCOPES);
    let mut browser = portal.server.browser();
    browser.sign_in(PERSON);

    let again = browser.open(&portal.link(SCOPES, &[]));
    let code = pair(again.location.as_deref().unwrap_or_default(), "code").unwrap();
    let second = portal.exchange(&code).json();
    let fewer = browser.open(&portal.link("openid", &[]));
    let confirmed = browser.open(&portal.link(SCOPES, &[("prompt", "confirm")]));
    let signs_in = browser.open(&portal.link(SCOPES, &[("prompt", "login")]));

    assert_ne!(first["access_token"], second["access_token"]);
    assert!(portal.is_live(&first["access_token"]) && portal.is_live(&second["access_token"]));
    assert!(fewer.asks_for_consent() && confirmed.asks_for_consent());
    assert!(signs_in.asks_to_sign_in());
    portal.switch(|switches| switches.skip_known_consent = false);
    assert!(browser.open(&portal.link(SCOPES, &[])).asks_for_consent());
}

#[test]
fn prompt_none_is_answered_without_a_page() {
    let portal = Portal::start();
    let link = portal.link("openid", &[("prompt", "none")]);
    let location = |signed_in: bool, link: &str| {
        let mut browser = portal.server.browser();
        if signed_in {
            browser.sign_in(PERSON);
        }
        browser.open(link).location.unwrap_or_default()
    };

    for (how, expected) in [
        (LoginRequired::Bare, "#login_required"),
        (LoginRequired::Fragment, "#error=login_required"),
        (LoginRequired::Query, "?error=login_required"),
    ] {
        portal.switch(|switches| switches.login_required = how);
        assert_eq!(location(false, &link), format!("{REDIRECT}{expected}"));
    }
    assert_eq!(location(true, &link), format!("{REDIRECT}#error=interaction_required"));
    portal.granted("openid");
    assert!(location(true, &link).starts_with(&format!("{REDIRECT}?code=")));
    // Without `openid` it means nothing.
    assert_eq!(location(false, &portal.link("/authenticate", &[("prompt", "none")])), "");
}

#[test]
fn a_login_that_is_too_old_is_asked_for_again() {
    let portal = Portal::start();
    let mut browser = portal.server.browser();
    browser.sign_in(PERSON);
    let link = |age| portal.link("openid", &[("max_age", age)]);

    assert!(browser.open(&link("60")).asks_for_consent());
    portal.server.oauth(|oauth| oauth.grants.clock.advance(61));
    assert!(browser.open(&link("60")).asks_to_sign_in());
    assert!(browser.open(&link("600")).asks_for_consent());
    let wrong = browser.open(&link("soon"));
    assert!(wrong.html.contains("Invalid max_age param") && wrong.location.is_none());
    assert!(browser.grant(&link("0"), PERSON).starts_with(REDIRECT));
}

#[test]
fn what_the_client_knows_of_a_person_is_filled_in() {
    let portal = Portal::start();
    let known = [
        ("email", "sofia+1@mailinator.com"),
        ("given_names", "So\"fia"),
        ("family_names", "<Garcia>"),
        ("lang", "de"),
    ];
    let with_id = [&known[..], &[("orcid", PERSON)]].concat();
    let registers = [&known[..], &[("show_login", "false")]].concat();
    let open = |more: &[(&str, &str)]| portal.server.browser().open(&portal.link("openid", more));

    let page = open(&known);
    assert_eq!(page.field("user").unwrap(), "sofia+1@mailinator.com");
    assert_eq!(page.field("given_names").unwrap(), "So\"fia");
    assert_eq!(page.field("family_names").unwrap(), "<Garcia>");
    assert!(page.html.contains("Language: de"));
    assert_eq!(open(&with_id).field("user").unwrap(), PERSON);
    let first = |html: &str| html.find("id=\"register\"") < html.find("id=\"sign-in\"");
    assert_eq!((first(&page.html), first(&open(&registers).html)), (false, true));
}

#[test]
fn somebody_new_registers_and_goes_on() {
    let portal = Portal::start();
    let mut browser = portal.server.browser();
    let page = browser.open(&portal.link("openid", &[("show_login", "false")]));
    let query = page.field("query").unwrap();

    let form = [
        ("given_names", "Ada"),
        ("family_names", "Example"),
        ("email", "ada@mailinator.com"),
        ("query", &query),
    ];
    let next = browser.post("/register", &form);
    let consent = browser.open(&next.location.unwrap());

    assert!(consent.asks_for_consent() && consent.html.contains("Ada Example"));
    assert_eq!(portal.server.world().people().count(), 2);
}

#[test]
fn an_email_permission_can_be_left_out() {
    let portal = Portal::start();
    portal.server.oauth(|oauth| {
        let client = oauth.grants.clients.get_mut(CLIENT).unwrap();
        client.may_read_email = true;
    });
    let link = portal.link("openid /email/read-private", &[]);
    let scope = |address: String| portal.exchange(&pair(&address, "code").unwrap()).json()["scope"].clone();

    let without = scope(portal.server.browser().grant_without_email(&link, PERSON));
    let with = scope(portal.server.browser().grant(&link, PERSON));

    assert_eq!((without, with), ("openid".into(), "/email/read-private openid".into()));
}

#[test]
fn only_the_page_itself_can_decide() {
    let portal = Portal::start();
    let mut browser = portal.server.browser();
    let link = portal.link("openid", &[]);
    let (_, query) = link.split_once('?').unwrap();
    let form = [("query", query), ("decision", "grant"), ("form_key", "")];

    let nobody = browser.post("/oauth/authorize", &form);
    browser.sign_in(PERSON);
    let forged = browser.post("/oauth/authorize", &form);

    assert_eq!((nobody.status, forged.status), (403, 403));
    assert_eq!((nobody.location, forged.location), (None, None));
}

#[test]
fn nobody_signs_in_to_a_closed_record() {
    let portal = Portal::start();
    portal.server.add_person(Account::new("0000-0001-5109-3700", "Laure", "Haak"));
    portal.server.change(|world| world.lock(PERSON));
    portal.server.change(|world| world.deprecate("0000-0001-5109-3700", PERSON));

    for (orcid, words) in
        [(PERSON, "locked"), ("0000-0001-5109-3700", "deprecated"), ("0000-0003-0000-0000", "Nobody")]
    {
        let page = portal.server.browser().sign_in(orcid);
        assert!(page.location.is_none() && page.html.contains(words), "{}", page.html);
    }
}

#[test]
fn a_state_loses_what_looks_like_html() {
    let portal = Portal::start();
    let pairs = [
        ("client_id", CLIENT),
        ("response_type", "code"),
        ("scope", "openid"),
        ("redirect_uri", REDIRECT),
        ("state", "a<b>c&d"),
    ];

    let address = portal.server.browser().grant(&portal.link_of(&pairs), PERSON);

    assert_eq!(pair(&address, "state").unwrap(), "ac&d");
}

#[test]
fn an_implicit_answer_is_in_the_fragment_and_needs_a_nonce() {
    let portal = Portal::start();
    let pairs = |more: &[(&'static str, &'static str)]| {
        let own = [("client_id", CLIENT), ("scope", "openid /read-limited"), ("redirect_uri", REDIRECT)];
        portal.link_of(&[&own[..], more].concat())
    };
    let mut browser = portal.server.browser();

    let without = browser.open(&pairs(&[("response_type", "id_token")]));
    let address = browser.grant(&pairs(&[("response_type", "id_token token"), ("nonce", "n")]), PERSON);
    let denied = browser.deny(&pairs(&[("response_type", "token"), ("prompt", "confirm")]), PERSON);

    assert_eq!(without.error(), Some("invalid_request"));
    assert!(address.starts_with(&format!("{REDIRECT}#access_token=")), "{address}");
    assert_eq!(pair(&address, "expires_in").unwrap(), "599");
    assert!(pair(&address, "id_token").is_some());
    let token = pair(&address, "access_token").unwrap();
    assert!(portal.is_live(&token.as_str().into()));
    let grant = portal.server.oauth(|oauth| oauth.grants.pairs().last().unwrap().clone());
    assert_eq!((grant.scopes, grant.refresh), (vec!["openid".to_owned()], None));
    assert!(denied.starts_with(&format!("{REDIRECT}#error=access_denied")), "{denied}");
}
