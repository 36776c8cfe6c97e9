//! The portal in every mode of the local ORCID's switches: what is not known of ORCID may be either
//! way, and people must be able to connect, say no, renew and disconnect all the same.

use orcid_mock::{Client, ClientKind, Errors};
use orcidlake::connect::Narrowed;

use crate::support::portal::{CLIENT_ID, CLIENT_SECRET, SOMEBODY, TestPortal, Web, parameter};

/// Every value of every switch that a client can notice. The first of each line is not always the
/// default; all are tried.
const MODES: [(&str, &[&str]); 18] = [
    ("errors", &["documented", "legacy", "vague"]),
    ("bad-client-is-400", &["true", "false"]),
    ("redirect-match", &["exact", "prefix"]),
    ("code-form", &["short", "long", "huge"]),
    ("code-life-seconds", &["60", "86400"]),
    ("challenge-breaks-exchange", &["true", "false"]),
    ("refresh-options", &["dropped", "honoured", "honoured-by-default"]),
    ("refresh-token-once", &["true", "false"]),
    ("children-die-with-parent", &["true", "false"]),
    ("amr", &["string", "array", "absent"]),
    ("claims", &["all", "no-names", "required"]),
    ("hidden-name", &["null", "absent"]),
    ("client-orcid", &["null", "absent"]),
    ("authorize-errors", &["fragment", "query"]),
    ("skip-known-consent", &["true", "false"]),
    ("denial-text", &["", "User denied access", "<script>alert(1)</script>&state=x"]),
    ("blanks-as-plus", &["true", "false"]),
    ("capital-bearer", &["true", "false"]),
];

fn live(portal: &TestPortal) -> usize {
    portal.orcid.oauth(|oauth| oauth.grants.live_of(SOMEBODY).count())
}

/// The whole life of a connection.
fn live_through(portal: &TestPortal, mode: &str) {
    let web = portal.entered("u1");
    let denied = web.follow(&portal.orcid.browser().deny(&web.press_connect(&[]), SOMEBODY));
    assert!(
        denied.text.contains("Not connected") && !denied.text.contains("alert(1)"),
        "{mode}: {}",
        denied.text
    );
    let connected = portal.connected(&web, SOMEBODY);
    assert!(connected.text.contains("is connected"), "{mode}: {}", connected.text);
    let renewed = web.follow(&portal.orcid.browser().grant(&web.press_connect(&[("renew", "1")]), SOMEBODY));
    assert!(renewed.text.contains("renewed"), "{mode}: {}", renewed.text);
    let connect = portal.connect();
    portal.settled();
    assert_eq!(live(portal), 1, "{mode}: one pair");
    let narrowed = connect.narrow(SOMEBODY, "openid /read-limited", portal.now()).unwrap();
    assert_eq!(live(portal), usize::from(narrowed == Narrowed::Done), "{mode}: {narrowed:?}");
    assert_eq!(narrowed == Narrowed::Lost, mode == "children-die-with-parent=true", "{mode}");
    assert!(connect.own_token("/webhook", portal.now()).is_ok(), "{mode}");
    let gone = web.post("/disconnect", &[("csrf", &web.get("/disconnect").csrf())]);
    assert_eq!((gone.status, live(portal)), (303, 0), "{mode}");
    assert!(portal.connected(&web, SOMEBODY).text.contains("is connected"), "{mode}: and comes back");
    portal.orcid.oauth(|oauth| {
        assert!(!oauth.log.has_repeated_code(), "{mode}");
        assert!(oauth.log.leaks.is_empty(), "{mode}: {:?}", oauth.log.leaks);
    });
}

#[test]
fn the_whole_way_works_in_every_mode() {
    for (name, values) in MODES {
        for value in values {
            let portal = TestPortal::start();
            portal.orcid.oauth(|oauth| oauth.switches.set(name, value).unwrap());

            live_through(&portal, &format!("{name}={value}"));
        }
    }
}

#[test]
fn no_switch_is_left_out() {
    let all = serde_json::to_value(orcid_mock::Switches::default()).unwrap();
    let names = all.as_object().unwrap().keys().map(String::as_str);

    // The portal asks for neither: it never sends prompt=none, and no scope of a client alone.
    let unnoticed = ["login-required", "client-scopes"];
    let missing: Vec<&str> =
        names.filter(|name| !unnoticed.contains(name) && MODES.iter().all(|(own, _)| own != name)).collect();

    assert!(missing.is_empty(), "{missing:?}");
}

/// Goes where ORCID sends the browser, whose script reads the fragment.
fn follow_with_script(web: &Web, address: &str) -> crate::support::portal::Page {
    let Some((path, fragment)) = address.split_once('#') else { return web.follow(address) };
    let page = web.get(path);
    let error = fragment.strip_prefix("error=").unwrap_or(fragment).split('&').next().unwrap();
    let ended = web.post("/callback/local", &[("csrf", &page.csrf()), ("error", error)]);
    assert_eq!(ended.status, 303, "{}", ended.text);
    web.get("/")
}

#[test]
fn scopes_that_orcid_refuses_are_told_wherever_the_error_stands() {
    for place in ["fragment", "query"] {
        let portal = TestPortal::start();
        portal.orcid.oauth(|oauth| {
            oauth.switches.set("authorize-errors", place).unwrap();
            let client = Client::new(ClientKind::Public, CLIENT_ID, CLIENT_SECRET);
            oauth.register(client.with_redirect_uri(&format!("{}/callback/local", portal.url)));
        });
        let web = portal.entered("u1");
        let mut browser = portal.orcid.browser();
        browser.sign_in(SOMEBODY);
        let sent = browser.open(&web.press_connect(&[])).location.expect("ORCID sends the browser back");
        assert!(sent.contains("invalid_scope") && parameter(&sent, "state").is_none(), "{sent}");

        let told = follow_with_script(&web, &sent);

        assert!(told.text.contains("did not accept the request"), "{place}: {}", told.text);
        assert_eq!(portal.state_of("u1").1, None);
        // Only the iD is what a client of the public API may ask for.
        let less = web.press_connect(&[("choice", "id")]);
        let page = web.follow(&portal.orcid.browser().grant(&less, SOMEBODY));
        assert!(page.text.contains("is connected"), "{place}: {}", page.text);
    }
}

#[test]
fn a_code_that_has_expired_is_told_in_one_way_whatever_orcid_says() {
    for errors in [Errors::Documented, Errors::Legacy, Errors::Vague] {
        let portal = TestPortal::start();
        portal.orcid.oauth(|oauth| oauth.switches.errors = errors);
        let web = portal.entered("u1");
        let callback = portal.orcid.browser().grant(&web.press_connect(&[]), SOMEBODY);
        portal.orcid.oauth(|oauth| oauth.grants.clock.advance(400));

        let page = web.follow(&callback);

        assert!(page.text.contains("That did not work"), "{errors:?}: {}", page.text);
        assert_eq!(portal.state_of("u1").1, None, "{errors:?}");
    }
}

#[test]
fn a_permission_without_the_email_addresses_is_kept_as_it_was_granted() {
    let scope = "openid /read-limited /email/read-private";
    let portal = TestPortal::start_with(|settings| settings.scope = scope.to_owned());
    portal.orcid.oauth(|oauth| {
        oauth.grants.clients.get_mut(CLIENT_ID).expect("the portal's client").may_read_email = true;
    });
    let web = portal.entered("u1");

    let page = web.follow(&portal.orcid.browser().grant_without_email(&web.press_connect(&[]), SOMEBODY));

    assert!(page.text.contains("is connected"), "{}", page.text);
    let link = portal.store().link_of_orcid(SOMEBODY).unwrap().unwrap();
    assert!(link.grants("/read-limited") && !link.grants("/email/read-private"), "{}", link.scope);
    assert!(!page.text.contains("e-mail addresses"), "{}", page.text);
}
