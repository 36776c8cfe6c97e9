//! What must not happen: forms of others, sessions of others, headers of others, redirects to
//! others, secrets in the open.

use std::net::IpAddr;

use orcid_mock::{Fault, RetryAfter, When};
use orcidlake::connect::SignOn;

use crate::support::portal::{CLIENT_SECRET, PASSWORD, SOMEBODY, TestPortal, Web};

#[test]
fn forms_count_only_with_the_word_of_their_session() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);
    let foreign = portal.entered("u2").get("/").csrf();
    for path in [
        "/connect",
        "/disconnect",
        "/confirm",
        "/reject",
        "/callback/local",
        &portal.invite("u3"),
        "/admin/sign-in",
    ] {
        for csrf in [foreign.as_str(), "", "0"] {
            let page = web.post(path, &[("csrf", csrf), ("password", PASSWORD)]);
            assert_eq!(page.status, 403, "{path} {csrf}: {}", page.text);
        }
        assert_eq!(web.post(path, &[]).status, 403, "{path}");
        assert_eq!(Web::new(&portal.url).post(path, &[("csrf", &foreign)]).status, 403, "{path}");
    }
    assert_eq!(portal.state_of("u1").0, "connected");
    assert_eq!(portal.state_of("u3").0, "invited", "and the invitation is still good");
}

#[test]
fn a_look_uses_no_invitation_and_a_press_uses_it_once() {
    let portal = TestPortal::start();
    let path = portal.invite("u1");
    for _ in 0..3 {
        let looked = Web::new(&portal.url).get(&path);
        assert!(looked.status == 200 && looked.text.contains("Person u1"), "{}", looked.text);
    }
    let web = Web::new(&portal.url);
    let csrf = web.get(&path).csrf();

    assert_eq!(web.post(&path, &[("csrf", &csrf)]).status, 303);

    assert_eq!(web.get(&path).status, 303, "in this browser it leads to the state");
    let other = Web::new(&portal.url);
    let used = other.get(&path);
    assert!(used.status == 410 && used.text.contains("has been used"), "{}", used.text);
    assert!(other.get("/").text.contains("open the link in your invitation"));

    let older = portal.invite("u2");
    let newer = portal.invite("u2");
    assert_eq!(Web::new(&portal.url).get(&older).status, 410, "a newer one withdraws it");
    portal.advance(2 * 3_600);
    assert_eq!(Web::new(&portal.url).get(&newer).status, 410, "it expires");
    assert_eq!(Web::new(&portal.url).get("/invitation/0123").status, 404);
}

#[test]
fn a_session_gets_a_new_id_when_somebody_enters_and_when_orcid_answers() {
    let portal = TestPortal::start();
    let path = portal.invite("u1");
    let web = Web::new(&portal.url);
    let csrf = web.get(&path).csrf();
    let before = web.cookie().unwrap();

    let entered = web.post(&path, &[("csrf", &csrf)]);

    let cookie = entered.set_cookie.unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
        "{cookie}"
    );
    let inside = web.cookie().unwrap();
    assert_ne!(before, inside);
    let thief = Web::new(&portal.url);
    thief.set_cookie(&before);
    assert!(!thief.get("/").text.contains("Person u1"), "the id of before opens nothing");

    portal.connected(&web, SOMEBODY);
    assert_ne!(web.cookie().unwrap(), inside);
    thief.set_cookie(&inside);
    assert!(!thief.get("/").text.contains(SOMEBODY));
}

#[test]
fn the_sign_on_header_counts_only_from_a_named_address() {
    let from: Vec<IpAddr> = vec!["127.0.0.1".parse().unwrap()];
    let sign_on = |from: Vec<IpAddr>| SignOn {
        header: "x-remote-user".to_owned(),
        name_header: Some("x-remote-name".to_owned()),
        email_header: None,
        from,
    };
    let named = TestPortal::start_with(|settings| settings.sign_on = Some(sign_on(from)));
    let other = TestPortal::start_with(|settings| {
        settings.sign_on = Some(sign_on(vec!["192.0.2.1".parse().unwrap()]))
    });
    let none = TestPortal::start();
    let web = |portal: &TestPortal| {
        Web::new(&portal.url).with_header("x-remote-user", "u1").with_header("x-remote-name", "Sofia")
    };

    let page = web(&named).get("/");
    assert!(page.status == 200 && page.text.contains("Hello Sofia"), "{}", page.text);
    let refused = web(&other).get("/");
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(other.store().people().unwrap().is_empty());
    let ignored = web(&none).get("/");
    assert!(ignored.status == 200 && ignored.text.contains("invitation"), "{}", ignored.text);

    let signed_on = web(&named);
    portal_connects(&named, &signed_on);
    let left = Web::new(&named.url);
    left.set_cookie(&signed_on.cookie().unwrap());
    assert!(!left.get("/").text.contains(SOMEBODY), "who signs off at the proxy is nobody here");
    let next = Web::new(&named.url).with_header("x-remote-user", "u2");
    next.set_cookie(&signed_on.cookie().unwrap());
    assert!(!next.get("/").text.contains(SOMEBODY), "the next person at the computer is another one");
}

fn portal_connects(portal: &TestPortal, web: &Web) {
    assert!(portal.connected(web, SOMEBODY).text.contains("is connected"));
}

#[test]
fn nothing_leads_elsewhere_and_pages_run_no_foreign_code() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    for path in [
        "/?next=https://evil.example",
        "/?lang=//evil.example",
        "/callback/production?code=a&state=b",
        "//evil.example/",
    ] {
        let page = web.get(path);
        assert!(page.location.is_none() && !page.text.contains("evil.example"), "{path}: {page:?}");
    }
    let csrf = web.get("/").csrf();
    let sent = web.post(
        "/connect",
        &[("csrf", &csrf), ("next", "https://evil.example"), ("redirect_uri", "https://evil.example")],
    );
    assert!(!sent.location.unwrap().contains("evil"));

    for (path, status) in [
        ("/", 200),
        ("/callback/local", 200),
        ("/nothing", 404),
        ("/callback/local?code=a&state=b", 400),
        ("/admin", 401),
    ] {
        let page = web.get(path);
        assert_eq!(page.status, status, "{path}");
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(policy.contains(&format!("form-action 'self' {}", portal.orcid.base_url())), "{policy}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        for part in ["<script>", "onclick", "style=", "http://fonts", "https://cdn"] {
            assert!(!page.text.contains(part), "{path}: {part}");
        }
    }
}

#[test]
fn no_secret_code_or_token_is_in_the_database_a_page_or_a_redirect() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    let (mut seen, mut secrets) = (String::new(), vec![CLIENT_SECRET.to_owned(), PASSWORD.to_owned()]);
    let mut note = |page: &crate::support::portal::Page| {
        seen.push_str(&page.text);
        seen.push_str(page.location.as_deref().unwrap_or_default());
    };
    let invitation = portal.invite("u2");
    secrets.push(invitation.trim_start_matches("/invitation/").to_owned());
    for (number, fault) in [None, Some(Fault::Unavailable(RetryAfter::Unsaid)), None].into_iter().enumerate()
    {
        let callback = portal.orcid.browser().grant(&web.press_connect(&[("renew", "1")]), SOMEBODY);
        for name in ["code", "state"] {
            secrets.push(crate::support::portal::parameter(&callback, name).unwrap());
        }
        if let Some(fault) = fault {
            portal.orcid.fail(When::Path("/oauth/token".to_owned()), fault);
        }
        let answered = web.get(&callback);
        portal.orcid.clear_faults();
        note(&answered);
        note(&web.get("/"));
        note(&web.get(&callback));
        assert_eq!(answered.status, 303, "{number}");
    }
    secrets.extend(portal.orcid.oauth(|oauth| {
        let pairs: Vec<_> = oauth.grants.live_of(SOMEBODY).cloned().collect();
        pairs
            .into_iter()
            .flat_map(|pair| std::iter::once(pair.access).chain(pair.refresh))
            .collect::<Vec<_>>()
    }));
    secrets.push(web.cookie().unwrap().split('=').nth(1).unwrap().to_owned());
    let admin = Web::new(&portal.url).with_header("authorization", &format!("Bearer {PASSWORD}"));
    for path in [
        "/admin",
        "/admin/people",
        "/admin/people/1",
        "/admin/history",
        "/admin/revocations",
        "/admin/webhooks",
        "/admin/health",
        "/admin/health.json",
        "/admin/people.csv",
        "/admin/authenticated-ids.csv",
    ] {
        let page = admin.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        note(&page);
    }
    assert!(secrets.len() > 8, "{secrets:?}");
    for secret in &secrets {
        assert!(!seen.contains(secret.as_str()), "a page shows {secret}");
    }
    let key = std::fs::read_to_string(portal.keys()).unwrap();
    secrets.push(key.split(' ').nth(1).unwrap().trim().to_owned());
    for entry in std::fs::read_dir(portal.state()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for secret in &secrets {
            let found = memchr::memmem::find(&bytes, secret.as_bytes());
            assert!(found.is_none(), "{} holds {secret}", path.display());
        }
    }
    portal.orcid.oauth(|oauth| assert!(oauth.log.leaks.is_empty(), "{:?}", oauth.log.leaks));
}
