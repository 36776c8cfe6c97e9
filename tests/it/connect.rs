//! People connect their iDs: the whole way through the portal, with a local ORCID.

use orcid_mock::{Errors, Fault, IdTokenFault, Limits, LocalOrcid, RetryAfter, When, World};

use crate::support::portal::{CLIENT_ID, SCOPES, SOMEBODY, TestPortal, Web, parameter};

#[test]
fn the_request_for_permission_has_what_it_must_and_nothing_that_orcid_drops() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");

    let (first, second) = (web.press_connect(&[]), web.press_connect(&[]));

    assert!(first.starts_with(&format!("{}/oauth/authorize?", portal.orcid.base_url())), "{first}");
    assert!(
        first.contains("scope=openid%20%2Fread-limited%20%2Factivities%2Fupdate%20%2Fperson%2Fupdate"),
        "{first}"
    );
    for (name, value) in [
        ("client_id", CLIENT_ID),
        ("response_type", "code"),
        ("scope", SCOPES),
        ("redirect_uri", &format!("{}/callback/local", portal.url)),
        ("given_names", "Sofia"),
        ("family_names", "Garcia"),
        ("email", "u1+x@example.org"),
        ("lang", "en"),
    ] {
        assert_eq!(parameter(&first, name).as_deref(), Some(value), "{name}");
    }
    assert!(first.contains("u1%2Bx%40example.org"), "a plus sign is encoded: {first}");
    for name in ["state", "nonce"] {
        let (one, other) = (parameter(&first, name).unwrap(), parameter(&second, name).unwrap());
        assert!(one.len() >= 32 && one.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{one}");
        assert_ne!(one, other, "{name} is fresh");
    }
    for name in ["code_challenge", "prompt", "max_age", "response_mode"] {
        assert_eq!(parameter(&first, name), None);
    }
}

#[test]
fn consent_makes_a_link_and_shows_the_id_as_orcid_asks() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");

    let page = portal.connected(&web, SOMEBODY);

    assert_eq!(page.status, 200);
    let uri = format!("https://orcid.org/{SOMEBODY}");
    assert!(
        page.text.contains(&format!(r#"href="{uri}""#)) && page.text.contains(&format!("<span>{uri}</span>"))
    );
    assert!(page.text.contains("View ORCID record") && page.text.contains("<svg"), "{}", page.text);
    assert!(page.text.contains("Sofia Garcia"), "{}", page.text);
    assert_eq!(portal.state_of("u1"), ("connected".to_owned(), Some(SOMEBODY.to_owned())));
    let link = portal.store().link_of_orcid(SOMEBODY).unwrap().unwrap();
    let years = (link.expires.unwrap() - portal.now()) as f64 / 1e6 / 86_400.0 / 365.25;
    assert!((19.9..20.1).contains(&years), "{years}");
    let sorted = |scope: &str| {
        let mut scopes: Vec<String> = scope.split(" ").map(str::to_owned).collect();
        scopes.sort();
        scopes
    };
    assert_eq!((sorted(&link.scope), link.issuer), (sorted(SCOPES), portal.orcid.base_url()));
    let request = portal.orcid.oauth(|oauth| oauth.log.requests.last().cloned().unwrap());
    assert_eq!(request.names, ["client_id", "client_secret", "grant_type", "code", "redirect_uri"]);
    assert!(!request.by_header && request.status == 200);
    assert_eq!(web.get("/").text.matches("notice").count(), 0, "what happened is told once");
}

#[test]
fn an_answer_counts_once_in_time_and_in_its_own_session() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    let callback = format!("{}/callback/local", portal.url);
    let exchanges = || portal.orcid.oauth(|oauth| oauth.log.requests.len());

    let address = web.press_connect(&[]);
    let right = portal.orcid.browser().grant(&address, SOMEBODY);
    let foreign = portal.entered("u2").get(&right);
    let nobody = Web::new(&portal.url).get(&right);
    let unknown = web.get(&format!("{callback}?code=ABCDEF&state=0123456789"));
    let without = web.get(&format!("{callback}?code=ABCDEF"));
    portal.advance(31 * 60);
    let late = web.get(&right);

    for page in [&foreign, &nobody, &unknown, &without, &late] {
        assert_eq!(page.status, 400, "{}", page.text);
        assert!(page.text.contains("does not belong to your session"), "{}", page.text);
    }
    assert_eq!(exchanges(), 0);
    assert_eq!(portal.state_of("u1"), ("invited".to_owned(), None));

    let right = portal.orcid.browser().grant(&web.press_connect(&[]), SOMEBODY);
    assert_eq!(web.get(&right).status, 303);
    let again = web.get(&right);
    assert_eq!((again.status, exchanges()), (400, 1), "a code is never posted twice");
    assert_eq!(portal.state_of("u1").0, "connected");
}

#[test]
fn a_denial_is_told_recorded_and_changes_nothing() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.orcid.oauth(|oauth| oauth.switches.denial_text = "<script>alert(1)</script>".to_owned());

    let denied = web.follow(&portal.orcid.browser().deny(&web.press_connect(&[]), SOMEBODY));

    assert!(denied.text.contains("Not connected") && denied.text.contains("try again"), "{}", denied.text);
    assert!(denied.text.contains("Only let us read") && denied.text.contains("Only confirm my iD"));
    assert!(!denied.text.contains("alert(1)"), "{}", denied.text);
    assert_eq!(portal.state_of("u1"), ("denied".to_owned(), None));
    assert!(portal.events("u1").contains(&"denied".to_owned()));

    let fewer = web.press_connect(&[("choice", "id")]);
    assert_eq!(parameter(&fewer, "scope").as_deref(), Some("openid"));
    let page = web.follow(&portal.orcid.browser().grant(&fewer, SOMEBODY));
    assert!(page.text.contains("is connected"), "{}", page.text);

    let denied = web.follow(&portal.orcid.browser().deny(&web.press_connect(&[("renew", "1")]), SOMEBODY));
    assert!(denied.text.contains("has not changed"), "{}", denied.text);
    assert_eq!(portal.state_of("u1"), ("connected".to_owned(), Some(SOMEBODY.to_owned())));
}

#[test]
fn an_answer_in_the_fragment_is_read_by_the_page_and_told() {
    let portal = TestPortal::start();
    for (number, (error, title, state)) in [
        ("access_denied", "Not connected", "denied"),
        ("invalid_scope", "did not accept the request", "invited"),
        ("login_required", "try again", "invited"),
        ("none", "try again", "invited"),
        ("<b>", "try again", "invited"),
    ]
    .into_iter()
    .enumerate()
    {
        let person = format!("u{number}");
        let web = portal.entered(&person);
        web.press_connect(&[]);

        let page = web.get("/callback/local");
        assert_eq!(page.status, 200);
        assert!(page.text.contains("/static/fragment.js"), "{}", page.text);
        let ended = web.post("/callback/local", &[("csrf", &page.csrf()), ("error", error)]);

        assert_eq!(ended.status, 303, "{error}: {}", ended.text);
        let told = web.get(&ended.location.unwrap());
        assert!(told.text.contains(title) && !told.text.contains("<b>"), "{error}: {}", told.text);
        assert_eq!(portal.state_of(&person).0, state, "{error}");
        let again = web.post("/callback/local", &[("csrf", &told.csrf()), ("error", error)]);
        assert_eq!(again.status, 400, "nothing is under way any more");
    }
}

#[test]
fn whatever_is_wrong_with_an_exchange_the_person_reads_one_message_and_nothing_is_kept() {
    let portal = TestPortal::start();
    let elsewhere = LocalOrcid::start(World::default(), Limits::none());
    let token = || When::Path("/oauth/token".to_owned());
    let faults = [
        Some(Fault::Unavailable(RetryAfter::Unsaid)),
        Some(Fault::ServerError),
        Some(Fault::Captcha { status: 503 }),
        Some(Fault::HtmlPage),
        Some(Fault::RedirectTo(elsewhere.token_url())),
        Some(Fault::ResetBefore),
        Some(Fault::CutOff),
        Some(Fault::Empty),
        None,
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        for errors in [Errors::Documented, Errors::Legacy, Errors::Vague] {
            let person = format!("u{number}-{errors:?}");
            let web = portal.entered(&person);
            let mut callback = portal.orcid.browser().grant(&web.press_connect(&[]), SOMEBODY);
            portal.orcid.oauth(|oauth| oauth.switches.errors = errors);
            match &fault {
                Some(fault) => portal.orcid.fail(token(), fault.clone()),
                None => callback = callback.replace("code=", "code=x"),
            }

            let page = web.follow(&callback);

            portal.orcid.clear_faults();
            assert_eq!(page.status, 200, "{fault:?}");
            assert!(page.text.contains("That did not work"), "{fault:?} {errors:?}: {}", page.text);
            assert_eq!(portal.state_of(&person), ("invited".to_owned(), None), "{fault:?}");
        }
    }
    assert_eq!(elsewhere.log().total(), 0, "no redirect was followed");
    portal.orcid.oauth(|oauth| {
        assert!(!oauth.log.has_repeated_code(), "{:?}", oauth.log.requests);
        assert!(oauth.log.leaks.is_empty(), "{:?}", oauth.log.leaks);
    });
}

#[test]
fn an_id_token_that_is_wrong_in_any_way_connects_nobody() {
    let portal = TestPortal::start();
    for (number, fault) in [
        IdTokenFault::Missing,
        IdTokenFault::NoAlgorithm,
        IdTokenFault::Hs256,
        IdTokenFault::UnknownKey,
        IdTokenFault::BadSignature,
        IdTokenFault::WrongIssuer,
        IdTokenFault::WrongAudience,
        IdTokenFault::WrongSubject,
        IdTokenFault::WrongNonce,
        IdTokenFault::NoNonce,
        IdTokenFault::ExpiredFor(600),
        IdTokenFault::IssuedIn(600),
    ]
    .into_iter()
    .enumerate()
    {
        let person = format!("u{number}");
        let web = portal.entered(&person);
        let callback = portal.orcid.browser().grant(&web.press_connect(&[]), SOMEBODY);
        portal.orcid.oauth(|oauth| oauth.id_token_fault = Some(fault));

        let page = web.follow(&callback);

        portal.orcid.oauth(|oauth| oauth.id_token_fault = None);
        assert!(page.text.contains("That did not work"), "{fault:?}: {}", page.text);
        assert_eq!(portal.state_of(&person), ("invited".to_owned(), None), "{fault:?}");
    }
    let live = portal.orcid.oauth(|oauth| oauth.grants.live_of(SOMEBODY).count());
    assert_eq!(live, 0, "tokens that nobody may use are given back");
}

#[test]
fn the_page_speaks_the_language_of_the_browser_or_of_the_link() {
    let portal = TestPortal::start();
    let german = Web::new(&portal.url).with_header("accept-language", "de-AT,en;q=0.5");

    let first = german.get("/");
    let spanish = german.get("/?lang=es");
    let later = german.get("/");

    assert!(first.text.contains(r#"<html lang="de">"#) && first.text.contains("Einladung"), "{}", first.text);
    assert!(spanish.text.contains(r#"<html lang="es">"#) && later.text.contains(r#"<html lang="es">"#));
    assert!(Web::new(&portal.url).get("/?lang=xx").text.contains(r#"<html lang="en">"#));
}
