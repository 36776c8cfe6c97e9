//! What can go wrong on the way to the token endpoint, and what the server notes of it.

use std::time::Duration;

use crate::portal::{CLIENT, PERSON, Portal, REDIRECT, SCOPES, SECRET};
use orcid_mock::{Fault, RetryAfter, When};

fn at_token() -> When {
    When::Path("/oauth/token".to_owned())
}

#[test]
fn a_proxy_answers_before_orcid_sees_the_code() {
    let portal = Portal::start();
    let code = portal.code(SCOPES);
    let target = format!("{}/elsewhere", portal.server.base_url());
    for (fault, status, kind) in [
        (Fault::Captcha { status: 403 }, 403, "text/html"),
        (Fault::Captcha { status: 503 }, 503, "text/html"),
        (Fault::Unavailable(RetryAfter::Unsaid), 503, "text/html"),
        (Fault::HtmlPage, 200, "text/html"),
        (Fault::RedirectTo(target.clone()), 307, "text/html"),
    ] {
        portal.server.fail_times(at_token(), fault.clone(), 1);

        let given = portal.exchange(&code);

        assert_eq!(given.status, status, "{fault:?}");
        assert!(given.header("content-type").starts_with(kind), "{fault:?}");
        assert_eq!(given.header("location") == target, status == 307);
    }
    assert_eq!(portal.server.oauth(|oauth| oauth.log.posts_of(&code)), 0);
    assert_eq!(portal.exchange(&code).status, 200);
}

#[test]
fn an_answer_is_lost_after_the_code_was_used() {
    for fault in [Fault::ResetBefore, Fault::CutOff] {
        let portal = Portal::start();
        let code = portal.code(SCOPES);
        portal.server.fail_times(at_token(), fault, 1);
        let form = [
            ("client_id", CLIENT),
            ("client_secret", SECRET),
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
        ];

        let lost = portal.client.post_as(&portal.server.token_url(), &[], &form);

        assert!(lost.is_err());
        assert_eq!(portal.exchange(&code).refusal().2, format!("Reused authorization code: {code}"));
    }
}

#[test]
fn an_answer_comes_late() {
    let portal = Portal::start();
    portal.server.fail_times(at_token(), Fault::Late(Duration::from_millis(20)), 1);

    assert!(portal.granted(SCOPES)["access_token"].is_string());
}

#[test]
fn only_the_root_host_gives_tokens() {
    let portal = Portal::start();
    let base = portal.server.base_url();
    let form = [
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("grant_type", "client_credentials"),
        ("scope", "/read-public"),
    ];

    let public = portal.client.post(&format!("{base}/pub/oauth/token"), &form);
    let member = portal.client.post(&format!("{base}/api/oauth/token"), &form);

    assert_eq!((public.status, public.header("location")), (307, portal.server.token_url().as_str()));
    assert_eq!(member.status, 400);
    let leaks = portal.server.oauth(|oauth| oauth.log.leaks.clone());
    assert_eq!(
        leaks,
        ["POST /oauth/token: a client's secret in body", "POST /oauth/token: a client's secret in body"]
    );
}

#[test]
fn a_secret_in_a_wrong_place_is_noted() {
    let portal = Portal::start();
    let base = portal.server.base_url();
    let tokens = portal.granted(SCOPES);
    let token = tokens["access_token"].as_str().unwrap();
    let code = portal.code(SCOPES);
    let referer = format!("{REDIRECT}?code={code}");
    let bearer = format!("Bearer {token}");
    portal.client.get_as(&format!("{base}/v3.0/{PERSON}/record"), &[("authorization", &bearer)]).unwrap();
    assert_eq!(portal.server.oauth(|oauth| oauth.log.leaks.len()), 0);

    portal.client.get(&format!("{base}/v3.0/{PERSON}/record?access_token={token}"));
    portal.client.get_as(&format!("{base}/oauth/jwks"), &[("referer", &referer)]).unwrap();
    portal.client.post(&format!("{base}/elsewhere"), &[("client_secret", SECRET)]);
    portal.client.get(&format!("{base}/oauth/token?client_secret={SECRET}"));

    let expected = [
        format!("GET /v3.0/{PERSON}/record: an access token in query"),
        "GET /oauth/jwks: a code in referer".to_owned(),
        "POST /elsewhere: a client's secret in body".to_owned(),
        "GET /oauth/token: a client's secret in query".to_owned(),
    ];
    assert_eq!(portal.server.oauth(|oauth| oauth.log.leaks.clone()), expected);
}

#[test]
fn a_script_can_set_up_a_server_that_stands_alone() {
    let portal = Portal::start();
    let base = portal.server.base_url();
    let ask = |path: &str| portal.client.get(&format!("{base}{path}"));

    let switches = ask("/_switches?amr=array&code-life-seconds=7").json();
    let wrong = ask("/_switches?amr=none");
    let client =
        ask("/_client?id=APP-SCRIPT0000000000&secret=s-1&kind=basic&redirect_uri=http://127.0.0.1:1/cb");
    let person = ask("/_person?orcid=0000-0001-5109-3700&given_names=Laure&family_names=Haak");
    portal.granted(SCOPES);
    let taken = ask(&format!("/_user-revokes?orcid={PERSON}&client={CLIENT}"));
    let log = ask("/_token-requests").json();

    assert_eq!((&switches["amr"], &switches["code-life-seconds"]), (&"array".into(), &7.into()));
    assert_eq!(wrong.status, 400);
    assert_eq!((client.status, person.status, taken.status), (200, 200, 200));
    assert_eq!(log["tokens"], serde_json::json!({ "given": 1, "live": 0 }));
    assert_eq!(log["requests"][0]["grant_type"], "authorization_code");
    assert_eq!(ask("/_client?id=x&secret=y&kind=golden").status, 400);
    assert_eq!(ask("/_person?orcid=1&given_names=x").status, 400);
    let known =
        portal.server.oauth(|oauth| oauth.grants.clients.get("APP-SCRIPT0000000000").cloned()).unwrap();
    assert_eq!(known.redirect_uris, ["http://127.0.0.1:1/cb"]);
    assert_eq!(ask("/_advance?seconds=3600").status, 200);
}
