//! The portal's webhooks in life: registered for who is connected, called, silent, revived, removed.

use orcid_mock::{Client, ClientKind, Fault, Missing, RetryAfter, Source, Visibility, When};
use orcidlake::connect::Connect;

use crate::support::portal::{CLIENT_ID, CLIENT_SECRET, PASSWORD, SOMEBODY, SOMEBODY_ELSE, TestPortal, Web};

const DAY: i64 = 86_400;

/// A portal with two connected people, and what does its work beside the pages.
fn world() -> (TestPortal, Connect) {
    let portal = TestPortal::start();
    for (local_id, orcid) in [("u1", SOMEBODY), ("u2", SOMEBODY_ELSE)] {
        portal.connected(&portal.entered(local_id), orcid);
    }
    let mut connect = portal.connect();
    connect.settings.webhooks = true;
    (portal, connect)
}

fn registered(portal: &TestPortal) -> Vec<String> {
    portal.orcid.webhooks(|hooks| hooks.all().map(|hook| hook.orcid.to_string()).collect())
}

/// Changes a record, in a later millisecond than anything before: ORCID's dates have no finer one.
fn change(portal: &TestPortal, orcid: &str, content: &str) {
    let before = portal.now();
    while portal.now() < before + 2_000 {
        std::thread::yield_now();
    }
    let document = format!(
        r#"<keyword:keyword xmlns:keyword="http://www.orcid.org/ns/keyword"><keyword:content>{content}</keyword:content></keyword:keyword>"#
    );
    portal.orcid.change(|world| {
        world.put_item(orcid, "keyword", Visibility::Public, Source::Person, &document);
    });
}

fn administrator(portal: &TestPortal) -> Web {
    let web = Web::new(&portal.url);
    let csrf = web.get("/admin").csrf();
    assert_eq!(web.post("/admin/sign-in", &[("csrf", &csrf), ("password", PASSWORD)]).status, 303);
    web
}

fn health(portal: &TestPortal) -> serde_json::Value {
    let web = Web::new(&portal.url).with_header("authorization", &format!("Bearer {PASSWORD}"));
    serde_json::from_str(&web.get("/admin/health.json").text).unwrap()
}

#[test]
fn a_change_is_called_for_and_several_calls_are_one_mark() {
    let (portal, connect) = world();
    assert_eq!(connect.run_hooks(portal.now()).unwrap().registered, 2);
    assert_eq!(connect.run_hooks(portal.now()).unwrap().registered, 0, "once");

    for content in ["one", "two"] {
        change(&portal, SOMEBODY, content);
        let calls = portal.orcid.run_webhooks();
        assert_eq!(calls.iter().map(|call| call.status).collect::<Vec<_>>(), [Some(204)]);
    }

    let marked = connect.store.marked().unwrap();
    assert_eq!((marked.len(), marked[0].0.as_str()), (1, SOMEBODY));
    assert_eq!(portal.orcid.run_webhooks().len(), 0);
    assert_eq!(health(&portal)["marked_webhooks"], 1);
}

#[test]
fn one_that_orcid_refuses_does_not_hold_up_the_others() {
    let (portal, connect) = world();
    // The first of both in the order of iDs.
    let refused = || When::Path(format!("/{SOMEBODY_ELSE}/webhook"));
    let not_found = || Fault::Says { status: 404, body: r#"{"error-code":9011}"#.to_owned() };
    portal.orcid.fail(refused(), not_found());

    let error = connect.run_hooks(portal.now()).unwrap_err();

    assert!(error.to_string().contains("404"), "{error}");
    assert_eq!(registered(&portal), [SOMEBODY]);
    portal.orcid.clear_faults();
    assert_eq!(connect.run_hooks(portal.now()).unwrap().registered, 1);
    assert_eq!(registered(&portal).len(), 2);

    let of = |local_id: &str| connect.store.person_by_local_id(local_id).unwrap().unwrap().id;
    portal.orcid.fail(refused(), Fault::Says { status: 400, body: "{}".to_owned() });
    for local_id in ["u1", "u2"] {
        connect.disconnect(of(local_id), "test", portal.now()).unwrap();
    }
    assert!(connect.run_hooks(portal.now()).is_err());
    assert_eq!(registered(&portal), [SOMEBODY_ELSE]);
    portal.orcid.clear_faults();
    assert_eq!(connect.run_hooks(portal.now()).unwrap().removed, 1);
    assert!(registered(&portal).is_empty() && connect.store.hooks().unwrap().is_empty());
}

#[test]
fn where_orcid_does_not_answer_the_rest_waits() {
    let (portal, connect) = world();
    portal.orcid.fail(When::Path("/webhook/".to_owned()), Fault::Unavailable(RetryAfter::Unsaid));
    portal.orcid.clear_log();

    assert!(connect.run_hooks(portal.now()).is_err());

    let log = portal.orcid.log();
    assert_eq!(log.requests.iter().filter(|request| request.path.contains("/webhook/")).count(), 1);
    portal.orcid.clear_faults();
    assert_eq!(connect.run_hooks(portal.now()).unwrap().registered, 2);
}

#[test]
fn who_disconnects_is_unregistered_at_once_or_when_orcid_answers() {
    for is_down in [false, true] {
        let (portal, connect) = world();
        connect.run_hooks(portal.now()).unwrap();
        if is_down {
            portal.orcid.fail(When::Path("/webhook/".to_owned()), Fault::Unavailable(RetryAfter::Unsaid));
        }
        let web = portal.entered("u1");

        let gone = web.post("/disconnect", &[("csrf", &web.get("/disconnect").csrf())]);

        assert_eq!((gone.status, portal.state_of("u1").0.as_str()), (303, "disconnected"));
        if is_down {
            assert_eq!(registered(&portal).len(), 2);
            portal.orcid.clear_faults();
            assert_eq!(connect.run_hooks(portal.now()).unwrap().removed, 1);
        }
        assert_eq!(registered(&portal), [SOMEBODY_ELSE]);
    }
}

#[test]
fn an_address_that_orcid_has_given_up_is_seen_and_registered_again() {
    let (portal, connect) = world();
    connect.run_hooks(portal.now()).unwrap();
    change(&portal, SOMEBODY, "lost");
    // The portal was away for 25 calls.
    let uri = portal.orcid.webhooks(|hooks| {
        let hook = hooks.all().find(|hook| hook.orcid.as_str() == SOMEBODY).cloned().unwrap();
        (0..25).for_each(|_| hooks.called(&hook, None, portal.now(), portal.now()));
        hook.uri
    });
    assert!(portal.orcid.run_webhooks().is_empty(), "ORCID is silent");
    let admin = administrator(&portal);

    let page = admin.get("/admin/webhooks");
    let revived = admin.post("/admin/webhooks", &[("csrf", &page.csrf()), ("orcid", SOMEBODY)]);

    assert_eq!(revived.status, 303, "{}", revived.text);
    change(&portal, SOMEBODY, "heard");
    let calls = portal.orcid.run_webhooks();
    assert_eq!(calls.iter().map(|call| call.status).collect::<Vec<_>>(), [Some(204)]);
    assert_eq!(connect.store.marked().unwrap().len(), 1);
    let word = uri.rsplit('/').next().unwrap();
    assert!(!page.text.contains(word), "addresses are secrets");
}

#[test]
fn addresses_without_a_call_for_long_are_counted() {
    let (portal, connect) = world();
    connect.run_hooks(portal.now()).unwrap();
    assert_eq!(health(&portal)["silent_webhooks"], 0, "they are new");

    portal.advance(100 * DAY);

    assert_eq!(health(&portal)["silent_webhooks"], 2);
    connect.revive_hook(SOMEBODY, portal.now()).unwrap();
    assert_eq!(health(&portal)["silent_webhooks"], 1);
    let page = Web::new(&portal.url)
        .with_header("authorization", &format!("Bearer {PASSWORD}"))
        .get("/admin/health");
    assert!(page.text.contains("Webhooks without a call for 90 days"), "{}", page.text);
}

#[test]
fn strangers_calls_are_limited_and_keep_none_of_orcids_away() {
    let (portal, connect) = world();
    connect.run_hooks(portal.now()).unwrap();
    let stranger = Web::new(&portal.url);
    let statuses: Vec<u16> =
        (0..200).map(|number| stranger.post(&format!("/webhook/guess{number}"), &[]).status).collect();
    assert!(statuses.contains(&429), "{statuses:?}");
    assert!(statuses.iter().all(|status| [204, 429].contains(status)), "{statuses:?}");

    change(&portal, SOMEBODY, "heard");

    let calls = portal.orcid.run_webhooks();
    assert_eq!(calls.iter().map(|call| call.status).collect::<Vec<_>>(), [Some(204)]);
}

#[test]
fn an_id_of_a_list_stays_registered_when_its_person_is_connected_too() {
    let (portal, connect) = world();
    connect.register_hook(SOMEBODY, true, portal.now()).unwrap();

    connect.run_hooks(portal.now()).unwrap();

    let state = |orcid: &str| connect.store.hook_of(orcid).unwrap().map(|hook| hook.state);
    assert_eq!(state(SOMEBODY).as_deref(), Some("listed"));
    assert_eq!(state(SOMEBODY_ELSE).as_deref(), Some("registered"));
}

#[test]
fn the_clients_token_is_read_in_both_forms_and_asked_for_again_when_it_is_refused() {
    for missing in [Missing::Null, Missing::Absent] {
        let (portal, connect) = world();
        portal.orcid.oauth(|oauth| oauth.switches.client_orcid = missing);
        let asked = || portal.orcid.oauth(|oauth| oauth.log.of_type("client_credentials"));

        assert_eq!(connect.run_hooks(portal.now()).unwrap().registered, 2);
        assert_eq!(asked(), 1, "{missing:?}: one token for all");
        portal.orcid.oauth(|oauth| oauth.grants.expire_all());
        connect.revive_hook(SOMEBODY, portal.now()).unwrap();

        assert_eq!(asked(), 2, "{missing:?}");
    }
    let (portal, connect) = world();
    portal.orcid.oauth(|oauth| {
        let client = Client::new(ClientKind::Basic, CLIENT_ID, CLIENT_SECRET);
        oauth.register(client.with_redirect_uri(&format!("{}/callback/local", portal.url)));
    });
    let refused = connect.run_hooks(portal.now()).unwrap_err();
    assert!(refused.to_string().contains("invalid_scope"), "{refused}");
}
