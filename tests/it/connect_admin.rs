//! The administrator's part, and the addresses that machines call.

use crate::support::portal::{PASSWORD, SOMEBODY, SOMEBODY_ELSE, TestPortal, Web};
use orcid_api::Secret;
use orcidlake::connect::{digest, random_word};

fn administrator(portal: &TestPortal) -> Web {
    let web = Web::new(&portal.url);
    let page = web.get("/admin");
    assert_eq!(page.status, 401);
    let inside = web.post("/admin/sign-in", &[("csrf", &page.csrf()), ("password", PASSWORD)]);
    assert_eq!((inside.status, inside.location.as_deref()), (303, Some("/admin")), "{}", inside.text);
    web
}

#[test]
fn only_the_password_opens_the_administrators_part() {
    let portal = TestPortal::start();
    let person = portal.entered("u1");
    for path in
        ["/admin/people", "/admin/people/1", "/admin/history", "/admin/health.json", "/admin/people.csv"]
    {
        assert_eq!(person.get(path).status, 401, "{path}");
        let wrong = Web::new(&portal.url).with_header("authorization", "Bearer guess");
        assert_eq!(wrong.get(path).status, 403, "{path}");
    }
    let web = administrator(&portal);
    assert_eq!(web.get("/admin").status, 200);
    portal.advance(9 * 3_600);
    assert_eq!(web.get("/admin").status, 401, "for some hours");
}

#[test]
fn many_wrong_passwords_close_the_door_for_a_while() {
    let portal = TestPortal::start();
    let web = Web::new(&portal.url);
    let mut csrf = web.get("/admin").csrf();
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let page = web.post("/admin/sign-in", &[("csrf", &csrf), ("password", "guess")]);
        statuses.push(page.status);
        csrf = page.csrf();
    }
    assert_eq!(statuses[0], 401);
    assert!(statuses.contains(&429), "{statuses:?}");
    portal.advance(120);
    let right = web.post("/admin/sign-in", &[("csrf", &csrf), ("password", PASSWORD)]);
    assert_eq!(right.status, 303, "{}", right.text);
}

#[test]
fn people_history_and_lists_are_shown_and_an_id_can_be_confirmed() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);
    web.follow(&portal.orcid.browser().grant(&web.press_connect(&[("renew", "1")]), SOMEBODY_ELSE));
    portal.invite("u<2>");
    let admin = administrator(&portal);

    let (overview, people) = (admin.get("/admin"), admin.get("/admin/people"));
    assert!(overview.text.contains("to confirm") && overview.text.contains("invited"), "{}", overview.text);
    assert!(people.text.contains("u&lt;2&gt;") && people.text.contains(SOMEBODY), "{}", people.text);
    let id = portal.store().person_by_local_id("u1").unwrap().unwrap().id;
    let person = admin.get(&format!("/admin/people/{id}"));
    assert!(person.text.contains(SOMEBODY_ELSE) && person.text.contains("another iD"), "{}", person.text);

    let confirmed = admin.post(&format!("/admin/people/{id}/confirm"), &[("csrf", &person.csrf())]);
    assert_eq!(confirmed.status, 303, "{}", confirmed.text);
    assert_eq!(portal.state_of("u1"), ("connected".to_owned(), Some(SOMEBODY_ELSE.to_owned())));
    let csv = admin.get("/admin/authenticated-ids.csv");
    assert!(csv.text.starts_with("local_id,orcid,orcid_uri,scopes,since,state\n"), "{}", csv.text);
    assert!(
        csv.text.contains(&format!("u1,{SOMEBODY_ELSE},https://orcid.org/{SOMEBODY_ELSE},")),
        "{}",
        csv.text
    );

    let gone = admin.post(&format!("/admin/people/{id}/disconnect"), &[("csrf", &person.csrf())]);
    assert_eq!((gone.status, portal.state_of("u1").0.as_str()), (303, "disconnected"));
    assert!(admin.get("/admin/history").text.contains("by the administrator"));
    assert_eq!(admin.get("/admin/people/999").status, 404);
}

#[test]
fn health_is_json_for_programs_with_the_password() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);

    let page = Web::new(&portal.url)
        .with_header("authorization", &format!("Bearer {PASSWORD}"))
        .get("/admin/health.json");

    let health: serde_json::Value = serde_json::from_str(&page.text).unwrap();
    assert_eq!((&health["connected"], &health["pending_revocations"]), (&1.into(), &0.into()), "{health}");
    assert_eq!(Web::new(&portal.url).get("/health").status, 204);
}

#[test]
fn a_call_marks_the_id_of_its_word_and_a_strangers_call_nothing() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);
    let (store, word) = (portal.store(), random_word().unwrap());
    store.hook(SOMEBODY, &Secret::new(word.clone()), portal.now()).unwrap();
    let orcid = Web::new(&portal.url);
    let requests = portal.orcid.log().total();

    for _ in 0..3 {
        assert_eq!(orcid.post(&format!("/webhook/{word}"), &[]).status, 204);
    }
    for stranger in ["0", &random_word().unwrap()] {
        assert_eq!(orcid.post(&format!("/webhook/{stranger}"), &[]).status, 204);
    }
    assert_eq!(orcid.get(&format!("/webhook/{word}")).status, 405);

    let marked = store.marked().unwrap();
    assert_eq!((marked.len(), marked[0].0.as_str()), (1, SOMEBODY));
    assert_eq!(store.hooks().unwrap()[0].calls, 3);
    assert_eq!(portal.orcid.log().total(), requests, "nothing is fetched");
    assert!(!store.mark(&digest("0"), portal.now()).unwrap());
    // A call that came while the record was read keeps its mark.
    assert!(!store.clear_mark(SOMEBODY, marked[0].1 - 1).unwrap());
    assert!(store.clear_mark(SOMEBODY, marked[0].1).unwrap() && store.marked().unwrap().is_empty());
}

#[test]
fn the_administrators_pages_have_plain_words_in_every_language() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);
    web.follow(&portal.orcid.browser().grant(&web.press_connect(&[("renew", "1")]), SOMEBODY_ELSE));
    portal.store().hook(SOMEBODY, &Secret::new(random_word().unwrap()), portal.now()).unwrap();
    let id = portal.store().person_by_local_id("u1").unwrap().unwrap().id;
    let admin = administrator(&portal);
    let pages = ["", "/people", &format!("/people/{id}"), "/history", "/webhooks", "/health"];

    for (language, words) in [
        ("en", ["Running since", "to confirm", "another iD", "to be registered"]),
        ("de", ["Läuft seit", "zu bestätigen", "andere iD", "anzumelden"]),
        ("es", ["En marcha desde", "por confirmar", "otro iD", "por registrar"]),
        ("pt", ["Em funcionamento desde", "por confirmar", "outro iD", "por registar"]),
    ] {
        let texts = pages.map(|path| admin.get(&format!("/admin{path}?lang={language}")).text);
        for word in words {
            assert!(texts.iter().any(|text| text.contains(word)), "{language}: {word}");
        }
        for raw in
            ["running_since", "pending_revocations", "to_confirm", "permission_lost", "state_", "health_"]
        {
            assert!(texts.iter().all(|text| !text.contains(raw)), "{language}: {raw}");
        }
        if language != "en" {
            assert!(
                texts.iter().all(|text| !text.contains(">to confirm<") && !text.contains(">another iD<"))
            );
        }
    }
}
