//! Tokens in life: renewed, narrowed, lost, revoked, encrypted anew.

use orcid_mock::{Amr, Claims, Client, ClientKind, Fault, Missing, RefreshOptions, RetryAfter, When};

use orcidlake::connect::Narrowed;

use crate::support::portal::{CLIENT_ID, CLIENT_SECRET, SOMEBODY, SOMEBODY_ELSE, TestPortal};

fn live(portal: &TestPortal) -> Vec<String> {
    portal.orcid.oauth(|oauth| oauth.grants.live_of(SOMEBODY).map(|pair| pair.access.clone()).collect())
}

#[test]
fn id_tokens_are_read_in_every_form_that_orcid_may_use() {
    let portal = TestPortal::start();
    for (number, (amr, claims, name)) in [
        (Amr::String, Claims::All, Missing::Null),
        (Amr::Array, Claims::NoNames, Missing::Absent),
        (Amr::Absent, Claims::Required, Missing::Null),
    ]
    .into_iter()
    .enumerate()
    {
        portal.orcid.oauth(|oauth| {
            (oauth.switches.amr, oauth.switches.claims, oauth.switches.hidden_name) = (amr, claims, name);
            oauth.accounts.iter_mut().for_each(|account| account.shows_name = number == 0);
        });
        let web = portal.entered("u1");

        let page = portal.connected(&web, SOMEBODY);

        assert!(
            page.text.contains(SOMEBODY) && page.text.contains("iD is connected"),
            "{amr:?}: {}",
            page.text
        );
        portal
            .connect()
            .disconnect(portal.store().person_by_local_id("u1").unwrap().unwrap().id, "test", portal.now())
            .unwrap();
    }
}

#[test]
fn a_refresh_with_fewer_scopes_leaves_exactly_one_live_pair() {
    for options in [RefreshOptions::Dropped, RefreshOptions::Honoured, RefreshOptions::HonouredByDefault] {
        let portal = TestPortal::start();
        portal.orcid.oauth(|oauth| oauth.switches.refresh_options = options);
        portal.connected(&portal.entered("u1"), SOMEBODY);
        let (connect, before) = (portal.connect(), live(&portal));

        assert!(
            connect.narrow(SOMEBODY, "openid /webhook", portal.now()).is_err(),
            "a wider scope is refused"
        );
        assert_eq!(live(&portal), before);
        let narrowed = connect.narrow(SOMEBODY, "openid /read-limited", portal.now()).unwrap();
        assert_eq!(narrowed, Narrowed::Done);

        let tokens = portal.store().tokens(SOMEBODY, CLIENT_ID).unwrap().unwrap();
        assert_eq!(live(&portal), [tokens.access.reveal()], "{options:?}");
        assert!(tokens.link.grants("/read-limited") && !tokens.link.grants("/activities/update"));
        assert!(
            connect
                .store
                .token_for(SOMEBODY, CLIENT_ID, "/activities/update", portal.now())
                .unwrap()
                .is_none()
        );
        assert!(
            connect.store.token_for(SOMEBODY, CLIENT_ID, "/read-limited", portal.now()).unwrap().is_some()
        );
    }
}

#[test]
fn a_permission_that_is_lost_is_marked_and_can_be_given_again() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);
    let connect = portal.connect();

    portal.orcid.oauth(|oauth| oauth.grants.user_revokes(SOMEBODY, CLIENT_ID));
    assert!(connect.store.lose(SOMEBODY, portal.now()).unwrap());
    assert!(!connect.store.lose(SOMEBODY, portal.now()).unwrap(), "it is noted once");

    assert_eq!(portal.state_of("u1").0, "permission lost");
    assert!(connect.store.token_for(SOMEBODY, CLIENT_ID, "/read-limited", portal.now()).unwrap().is_none());
    let page = web.get("/");
    assert!(page.text.contains("no longer accepts") && page.text.contains("connect"), "{}", page.text);
    let again = portal.connected(&web, SOMEBODY);
    assert!(again.text.contains("is connected"), "{}", again.text);
    assert_eq!(portal.state_of("u1").0, "connected");
}

#[test]
fn disconnecting_revokes_at_orcid_and_erases_here() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);
    let asked = web.get("/disconnect");
    assert_eq!(live(&portal).len(), 1, "a look changes nothing");

    let gone = web.post("/disconnect", &[("csrf", &asked.csrf())]);

    assert_eq!(gone.status, 303);
    let page = web.get("/");
    assert!(page.text.contains("revoked it at ORCID") && page.text.contains(SOMEBODY), "{}", page.text);
    assert!(live(&portal).is_empty());
    assert!(portal.store().tokens(SOMEBODY, CLIENT_ID).unwrap().is_none());
    assert!(portal.store().keys_in_use().unwrap().len() <= 1);
    assert_eq!(portal.state_of("u1"), ("disconnected".to_owned(), Some(SOMEBODY.to_owned())));
    assert!(portal.connected(&web, SOMEBODY).text.contains("is connected"), "and comes back");
}

#[test]
fn a_portal_may_forget_the_id_of_who_disconnects() {
    let portal = TestPortal::start_with(|settings| settings.keeps_orcid = false);
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);

    web.post("/disconnect", &[("csrf", &web.get("/disconnect").csrf())]);

    assert!(!web.get("/").text.contains(SOMEBODY));
    assert_eq!(portal.state_of("u1").1, None);
}

#[test]
fn a_revocation_that_orcid_does_not_answer_waits_and_is_made_later() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);
    let revoke = When::Path("/oauth/revoke".to_owned());
    portal.orcid.fail(revoke, Fault::Unavailable(RetryAfter::Unsaid));

    web.post("/disconnect", &[("csrf", &web.get("/disconnect").csrf())]);

    assert!(web.get("/").text.contains("as soon as it answers"));
    let (store, waiting) = (portal.store(), portal.store().pending_revocations().unwrap());
    assert_eq!((waiting.len(), live(&portal).len()), (1, 1));
    assert!(waiting[0].fault.contains("status 503") && !waiting[0].fault.contains(&live(&portal)[0]));
    assert!(store.tokens(SOMEBODY, CLIENT_ID).unwrap().is_none(), "here it is gone at once");

    portal.orcid.clear_faults();
    assert_eq!(portal.connect().run_revocations(portal.now()).unwrap().done, 0, "not before its time");
    portal.advance(7 * 3_600);
    assert_eq!(portal.connect().run_revocations(portal.now()).unwrap().done, 1);
    assert!(live(&portal).is_empty() && store.pending_revocations().unwrap().is_empty());
}

#[test]
fn a_token_of_the_client_is_asked_for_once_and_refused_to_clients_that_may_not() {
    let portal = TestPortal::start();
    let connect = portal.connect();
    let asked = || portal.orcid.oauth(|oauth| oauth.log.of_type("client_credentials"));

    let first = connect.own_token("/webhook", portal.now()).unwrap();
    let second = connect.own_token("/webhook", portal.now()).unwrap();
    assert_eq!((first.reveal(), asked()), (second.reveal(), 1));

    portal.orcid.oauth(|oauth| oauth.register(Client::new(ClientKind::Basic, CLIENT_ID, CLIENT_SECRET)));
    connect.store.forget_client_token(CLIENT_ID, "/webhook").unwrap();
    let refused = connect.own_token("/webhook", portal.now()).unwrap_err();
    assert!(refused.to_string().contains("invalid_scope"), "{refused}");
}

#[test]
fn keys_are_rotated_while_the_portal_runs() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);
    let store = portal.store();
    let token = store.tokens(SOMEBODY, CLIENT_ID).unwrap().unwrap().access;

    let added = store.ring().add_key().unwrap();
    assert!(store.reseal().unwrap() >= 3, "two tokens and a session");
    assert_eq!(store.keys_in_use().unwrap().into_iter().collect::<Vec<_>>(), [added]);
    assert_eq!(store.ring().keep_only(&store.keys_in_use().unwrap()).unwrap(), ["k1"]);

    assert!(web.get("/").text.contains(SOMEBODY), "the session is still good");
    assert_eq!(store.tokens(SOMEBODY, CLIENT_ID).unwrap().unwrap().access, token);
}

#[test]
fn tokens_that_die_with_those_they_came_from_are_a_lost_permission() {
    for options in [RefreshOptions::Dropped, RefreshOptions::Honoured, RefreshOptions::HonouredByDefault] {
        let portal = TestPortal::start();
        portal.orcid.oauth(|oauth| {
            (oauth.switches.refresh_options, oauth.switches.children_die_with_parent) = (options, true);
        });
        let web = portal.entered("u1");
        portal.connected(&web, SOMEBODY);

        let narrowed = portal.connect().narrow(SOMEBODY, "openid /read-limited", portal.now()).unwrap();

        assert_eq!((narrowed, live(&portal).len()), (Narrowed::Lost, 0), "{options:?}");
        assert_eq!(portal.state_of("u1").0, "permission lost");
        assert!(web.get("/").text.contains("no longer accepts"));
        assert!(portal.connected(&web, SOMEBODY).text.contains("is connected"), "{options:?}");
        assert_eq!((portal.state_of("u1").0.as_str(), live(&portal).len()), ("connected", 1));
    }
}

#[test]
fn a_new_token_that_cannot_be_tried_is_kept() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);
    portal.orcid.fail(When::Path("/oauth/userinfo".to_owned()), Fault::Unavailable(RetryAfter::Unsaid));

    let narrowed = portal.connect().narrow(SOMEBODY, "openid /read-limited", portal.now()).unwrap();

    assert_eq!((narrowed, live(&portal).len()), (Narrowed::Done, 1));
    assert_eq!(portal.state_of("u1").0, "connected");
}

#[test]
fn the_issuer_changes_its_key_while_the_portal_runs() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);
    let keys_asked = || {
        let log = portal.orcid.log();
        log.requests.iter().filter(|request| request.path == "/oauth/jwks").count()
    };
    assert_eq!(keys_asked(), 1);

    // Under a name of its own, then another key under the same name.
    portal.orcid.oauth(|oauth| oauth.keys.kid = "local-orcid-2".to_owned());
    let renamed = portal.connected(&portal.entered("u2"), SOMEBODY_ELSE);
    portal.orcid.oauth(|oauth| oauth.keys.change("local-orcid-2"));
    let web = portal.entered("u1");
    let changed = web.follow(&portal.orcid.browser().grant(&web.press_connect(&[("renew", "1")]), SOMEBODY));

    assert!(renamed.text.contains("is connected"), "{}", renamed.text);
    assert!(changed.text.contains("renewed"), "{}", changed.text);
    assert_eq!(keys_asked(), 3, "each key is asked for once");
    portal.orcid.oauth(|oauth| oauth.id_token_fault = Some(orcid_mock::IdTokenFault::BadSignature));
    let forged = web.follow(&portal.orcid.browser().grant(&web.press_connect(&[("renew", "1")]), SOMEBODY));
    assert!(forged.text.contains("did not work"), "{}", forged.text);
    assert_eq!(keys_asked(), 4, "a forged one is looked up once more, and refused");
}
