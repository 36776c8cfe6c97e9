//! Who may have which iD: a second iD, a second person, an iD that comes back.

use crate::support::portal::{SOMEBODY, SOMEBODY_ELSE, TestPortal, Web};

fn live(portal: &TestPortal, orcid: &str) -> usize {
    portal.orcid.oauth(|oauth| oauth.grants.live_of(orcid).count())
}

/// Connects another iD in a browser whose person has one.
fn brings(portal: &TestPortal, web: &Web, orcid: &str) -> crate::support::portal::Page {
    web.follow(&portal.orcid.browser().grant(&web.press_connect(&[("renew", "1")]), orcid))
}

#[test]
fn another_id_of_a_person_changes_nothing_until_it_is_confirmed() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);

    let page = brings(&portal, &web, SOMEBODY_ELSE);

    assert!(page.text.contains("Is this your iD?"), "{}", page.text);
    for orcid in [SOMEBODY, SOMEBODY_ELSE] {
        assert!(page.text.contains(&format!("https://orcid.org/{orcid}")), "{}", page.text);
    }
    assert_eq!(portal.state_of("u1"), ("to confirm".to_owned(), Some(SOMEBODY.to_owned())));
    assert_eq!((live(&portal, SOMEBODY), live(&portal, SOMEBODY_ELSE)), (1, 1));

    assert_eq!(web.post("/reject", &[("csrf", &page.csrf())]).status, 303);
    assert_eq!(portal.state_of("u1"), ("connected".to_owned(), Some(SOMEBODY.to_owned())));
    assert_eq!((live(&portal, SOMEBODY), live(&portal, SOMEBODY_ELSE)), (1, 0));

    let page = brings(&portal, &web, SOMEBODY_ELSE);
    assert_eq!(web.post("/confirm", &[("csrf", &page.csrf())]).status, 303);
    assert_eq!(portal.state_of("u1"), ("connected".to_owned(), Some(SOMEBODY_ELSE.to_owned())));
    assert_eq!((live(&portal, SOMEBODY), live(&portal, SOMEBODY_ELSE)), (0, 1));
    let events = portal.events("u1");
    assert_eq!(events.iter().filter(|event| *event == "another iD").count(), 2, "{events:?}");
}

#[test]
fn an_id_of_one_person_is_refused_to_another_and_that_is_noted() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);
    let web = portal.entered("u2");

    let page = portal.connected(&web, SOMEBODY);

    assert!(page.text.contains("belongs to somebody else"), "{}", page.text);
    assert_eq!(portal.state_of("u1"), ("connected".to_owned(), Some(SOMEBODY.to_owned())));
    assert_eq!(portal.state_of("u2").1, None);
    for person in ["u1", "u2"] {
        assert!(portal.events(person).contains(&"iD of another person".to_owned()), "{person}");
    }
    portal.settled();
    assert!(portal.store().tokens(SOMEBODY, crate::support::portal::CLIENT_ID).unwrap().is_some());

    let own = portal.connected(&web, SOMEBODY_ELSE);
    assert!(own.text.contains("is connected"), "{}", own.text);
}

#[test]
fn an_id_that_waits_for_confirmation_is_nobody_elses() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);
    brings(&portal, &web, SOMEBODY_ELSE);

    let other = portal.connected(&portal.entered("u2"), SOMEBODY_ELSE);

    assert!(other.text.contains("belongs to somebody else"), "{}", other.text);
    assert_eq!(portal.state_of("u1").0, "to confirm");
}

#[test]
fn a_permission_that_is_there_is_not_asked_for_again_unless_the_person_wants_it() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    let page = portal.connected(&web, SOMEBODY);
    let before = portal.store().tokens(SOMEBODY, crate::support::portal::CLIENT_ID).unwrap().unwrap();

    let present = web.post("/connect", &[("csrf", &page.csrf())]);
    assert_eq!((present.status, present.location.as_deref()), (303, Some("/")));
    assert!(web.get("/").text.contains("already given"));

    // ORCID asks nobody who has given exactly this; it gives a new token, and the old one goes.
    let page = brings(&portal, &web, SOMEBODY);
    portal.settled();
    assert!(page.text.contains("renewed"), "{}", page.text);
    let after = portal.store().tokens(SOMEBODY, crate::support::portal::CLIENT_ID).unwrap().unwrap();
    assert_ne!(before.access.reveal(), after.access.reveal());
    let live: Vec<String> =
        portal.orcid.oauth(|oauth| oauth.grants.live_of(SOMEBODY).map(|pair| pair.access.clone()).collect());
    assert_eq!(live, [after.access.reveal()]);
}
