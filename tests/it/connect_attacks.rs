//! An attacker at the portal: what is tried here must not work. `docs/connect-checks.md` lists it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use orcid_mock::{Account, Fault, When};

use crate::support::orcidlake;
use crate::support::portal::{CLIENT_ID, PASSWORD, SOMEBODY, SOMEBODY_ELSE, TestPortal, Web, parameter};
use crate::support::portal_program::PortalProgram;

fn live(portal: &TestPortal, orcid: &str) -> usize {
    portal.orcid.oauth(|oauth| oauth.grants.live_of(orcid).count())
}

fn exchanges(portal: &TestPortal) -> usize {
    portal.orcid.oauth(|oauth| oauth.log.requests.len())
}

#[test]
fn two_tabs_of_one_person_end_with_one_link_and_one_pair() {
    for is_first_first in [true, false] {
        let portal = TestPortal::start();
        let web = portal.entered("u1");
        let (one, other) = (web.press_connect(&[]), web.press_connect(&[]));
        assert_ne!(parameter(&one, "state"), parameter(&other, "state"));
        let tabs = if is_first_first { [one, other] } else { [other, one] };

        let pages = tabs.map(|address| web.follow(&portal.orcid.browser().grant(&address, SOMEBODY)));

        assert!(pages.iter().all(|page| page.status == 200 && page.text.contains(SOMEBODY)), "{pages:?}");
        portal.settled();
        assert_eq!((live(&portal, SOMEBODY), portal.state_of("u1").0.as_str()), (1, "connected"));
        let tokens = portal.store().tokens(SOMEBODY, CLIENT_ID).unwrap().unwrap();
        let lives = portal
            .orcid
            .oauth(|oauth| oauth.grants.live_of(SOMEBODY).any(|pair| pair.access == tokens.access.reveal()));
        assert!(lives, "the pair that is kept is the one that lives");
    }
}

#[test]
fn two_tabs_with_two_people_at_orcid_ask_which_one_it_is() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    let (one, other) = (web.press_connect(&[]), web.press_connect(&[]));

    web.follow(&portal.orcid.browser().grant(&one, SOMEBODY));
    let second = web.follow(&portal.orcid.browser().grant(&other, SOMEBODY_ELSE));

    assert!(second.text.contains("Is this your iD?"), "{}", second.text);
    assert_eq!(portal.state_of("u1"), ("to confirm".to_owned(), Some(SOMEBODY.to_owned())));
}

#[test]
fn an_answer_that_arrives_several_times_at_once_is_exchanged_once() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    let callback = portal.orcid.browser().grant(&web.press_connect(&[]), SOMEBODY);
    let cookie = web.cookie().unwrap();

    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let clicks: Vec<_> = (0..8)
            .map(|_| {
                let (callback, cookie, url) = (&callback, &cookie, &portal.url);
                scope.spawn(move || {
                    let tab = Web::new(url);
                    tab.set_cookie(cookie);
                    tab.get(callback).status
                })
            })
            .collect();
        clicks.into_iter().map(|click| click.join().unwrap()).collect()
    });

    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [303, 400].contains(status)), "{statuses:?}");
    assert_eq!((exchanges(&portal), live(&portal, SOMEBODY)), (1, 1));
    portal.orcid.oauth(|oauth| assert!(!oauth.log.has_repeated_code()));
}

#[test]
fn an_invitation_that_arrives_several_times_at_once_lets_one_browser_in() {
    let portal = TestPortal::start();
    let path = portal.invite("u1");
    let browsers: Vec<(Web, String)> = (0..8)
        .map(|_| {
            let web = Web::new(&portal.url);
            let csrf = web.get(&path).csrf();
            (web, csrf)
        })
        .collect();

    let inside: Vec<bool> = std::thread::scope(|scope| {
        let tries: Vec<_> = browsers
            .iter()
            .map(|(web, csrf)| {
                let path = &path;
                scope.spawn(move || {
                    web.post(path, &[("csrf", csrf)]);
                    web.get("/").text.contains("Person u1")
                })
            })
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });

    assert_eq!(inside.iter().filter(|inside| **inside).count(), 1, "{inside:?}");
}

#[test]
fn a_stolen_link_is_noticed_by_its_owner_and_withdrawn_by_a_new_one() {
    let portal = TestPortal::start();
    let path = portal.invite("u1");
    let thief = Web::new(&portal.url);
    let csrf = thief.get(&path).csrf();
    assert_eq!(thief.post(&path, &[("csrf", &csrf)]).status, 303);

    let owner = Web::new(&portal.url).get(&path);

    assert_eq!(owner.status, 410);
    assert!(owner.text.contains("has been used"), "{}", owner.text);
    assert!(portal.events("u1").contains(&"invitation used".to_owned()));
    // The thief's own iD is connected, and the owner's does not take its place by itself.
    portal.connected(&thief, SOMEBODY_ELSE);
    let owner = portal.entered("u1");
    let shown = owner.get("/");
    assert!(shown.text.contains(SOMEBODY_ELSE) && shown.text.contains("This is not my iD"), "{}", shown.text);
    let rightful =
        owner.follow(&portal.orcid.browser().grant(&owner.press_connect(&[("renew", "1")]), SOMEBODY));
    assert!(rightful.text.contains("Is this your iD?"), "{}", rightful.text);
}

#[test]
fn names_from_orcid_and_from_lists_are_text_and_nothing_else() {
    let portal = TestPortal::start();
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    portal.orcid.add_person(Account::new("0000-0001-5109-3700", evil, "{{ 7 * 7 }} {institution}"));
    let store = portal.store();
    let details = orcidlake::connect::NewPerson {
        local_id: "u<1>".to_owned(),
        name: evil.to_owned(),
        given_names: "a\r\nSet-Cookie: x=1".to_owned(),
        family_names: "&redirect_uri=https://evil.example".to_owned(),
        email: "a@example.org\r\nBcc: b@example.org".to_owned(),
        ..orcidlake::connect::NewPerson::default()
    };
    store.put_person(&details, portal.now()).unwrap();
    let person = store.person_by_local_id("u<1>").unwrap().unwrap().id;
    let word = orcidlake::connect::random_word().unwrap();
    let digest = orcidlake::connect::digest(&word);
    store.invite(person, &digest, portal.now() + 3_600_000_000, portal.now()).unwrap();
    let (web, path) = (Web::new(&portal.url), format!("/invitation/{word}"));
    let mut pages = vec![web.get(&path)];
    assert_eq!(web.post(&path, &[("csrf", &pages[0].csrf())]).status, 303);
    pages.push(web.get("/"));

    let address = web.press_connect(&[]);

    assert_eq!(address.matches("redirect_uri=").count(), 1, "{address}");
    assert!(!address.contains(['\r', '\n', '<', '"']), "{address}");
    assert_eq!(parameter(&address, "redirect_uri").unwrap(), format!("{}/callback/local", portal.url));
    pages.push(web.follow(&portal.orcid.browser().grant(&address, "0000-0001-5109-3700")));
    let admin = Web::new(&portal.url).with_header("authorization", &format!("Bearer {PASSWORD}"));
    for path in [
        "/admin/people",
        "/admin/history",
        &format!("/admin/people/{person}"),
        "/admin/people?after=%3Cscript%3E",
    ] {
        pages.push(admin.get(path));
    }
    for page in &pages {
        assert_eq!(page.status, 200);
        for part in ["<script>alert", "<img", "onerror=alert(2)>", " 49 ", "u<1>"] {
            assert!(!page.text.contains(part), "{part}: {}", page.text);
        }
    }
    assert!(pages[2].text.contains("&lt;script&gt;"), "the name is shown as it is: {}", pages[2].text);
}

#[test]
fn answers_that_are_odd_in_form_lead_to_no_request_and_are_not_repeated() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    let state = parameter(&web.press_connect(&[]), "state").unwrap();
    let long = "x".repeat(3_000);
    for query in [
        format!("code=hush-1&code=hush-2&state={state}"),
        format!("code=hush-1&state={state}&state=other"),
        format!("code=hush-1&state={long}"),
        "code=hush-1&state=%00%ff".to_owned(),
        format!("code=hush-1&state[]={state}"),
        "state=".to_owned(),
    ] {
        let page = web.get(&format!("/callback/local?{query}"));

        assert_eq!(page.status, 400, "{query}: {}", page.text);
        assert!(!page.text.contains("hush"), "{query}: {}", page.text);
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{query}");
        assert!(page.header("content-security-policy").contains("default-src 'none'"), "{query}");
    }
    assert_eq!(exchanges(&portal), 0);
    // A code that is too long is not sent on, and its request is over.
    let page = web.follow(&format!("/callback/local?code={long}&state={state}"));
    assert!(page.text.contains("That did not work"), "{}", page.text);
    assert_eq!(exchanges(&portal), 0);
}

#[test]
fn a_body_without_end_is_cut_off_and_a_large_form_is_refused() {
    let portal = TestPortal::start();
    for path in ["/oauth/token", "/oauth/jwks"] {
        let web = portal.entered(&path.replace('/', "-"));
        let callback = portal.orcid.browser().grant(&web.press_connect(&[]), SOMEBODY);
        portal.orcid.fail(When::Path(path.to_owned()), Fault::Endless);

        let page = web.follow(&callback);

        assert!(page.text.contains("That did not work"), "{path}: {}", page.text);
        portal.orcid.clear_faults();
    }
    let web = Web::new(&portal.url);
    let large = "x".repeat(64 << 10);
    let refused = web.post("/admin/sign-in", &[("csrf", &large)]);
    assert_eq!(refused.status, 413, "{}", refused.text);
}

#[test]
fn a_wrong_clock_keeps_nothing_wrong() {
    let portal = TestPortal::start();
    let early = portal.entered("u2");
    portal.advance(-3_600);

    let page = early.follow(&portal.orcid.browser().grant(&early.press_connect(&[]), SOMEBODY));

    assert!(page.text.contains("That did not work"), "{}", page.text);
    assert_eq!(portal.state_of("u2").1, None);
    portal.advance(3_600);
    let web = portal.entered("u1");
    assert_eq!(live(&portal, SOMEBODY), 0, "what was refused is given back");
    // A jump between the request and its answer.
    let address = web.press_connect(&[]);
    portal.advance(-3 * 3_600);
    portal.advance(3 * 3_600 + 60);
    assert!(web.follow(&portal.orcid.browser().grant(&address, SOMEBODY)).text.contains("is connected"));
}

#[test]
fn pages_are_read_while_another_process_writes() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);
    web.get("/");
    let other = rusqlite::Connection::open(portal.state().join("connect.sqlite3")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let page = web.get("/");

    assert!(page.status == 200 && page.text.contains(SOMEBODY), "{}", page.text);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(web.post("/disconnect", &[("csrf", &page.csrf())]).status, 303);
}

#[test]
fn a_program_with_the_password_reads_and_changes_nothing() {
    let portal = TestPortal::start();
    let web = portal.entered("u1");
    portal.connected(&web, SOMEBODY);
    let id = portal.store().person_by_local_id("u1").unwrap().unwrap().id;
    let program = Web::new(&portal.url).with_header("authorization", &format!("Bearer {PASSWORD}"));
    let csrf = web.get("/").csrf();

    for path in
        [format!("/admin/people/{id}/disconnect"), "/admin/webhooks".to_owned(), "/admin/sign-out".to_owned()]
    {
        let refused = program.post(&path, &[("csrf", &csrf), ("orcid", SOMEBODY)]);
        assert_eq!(refused.status, 403, "{path}: {}", refused.text);
        // A person is no administrator, whatever the form says.
        assert_eq!(web.post(&path, &[("csrf", &csrf), ("orcid", SOMEBODY)]).status, 401, "{path}");
    }
    assert_eq!(portal.state_of("u1").0, "connected");
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn others_on_the_machine_can_read_neither_state_nor_keys_nor_links() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);
    let list = portal.folder.path().join("staff.csv");
    let links = portal.folder.path().join("links.csv");
    std::fs::write(&list, "id,name\n7,Ada\n").unwrap();

    let mut invite =
        orcidlake(&["connect", "invite", list.to_str().unwrap(), "--out", links.to_str().unwrap()]);
    invite.env("ORCIDLAKE_STATE", portal.state()).env("ORCIDLAKE_KEY_FILE", portal.keys());
    invite.env("ORCIDLAKE_ISSUER", portal.orcid.base_url()).env("ORCIDLAKE_CLIENT_ID", CLIENT_ID);
    invite.env("ORCIDLAKE_PUBLIC_URL", &portal.url).env("ORCIDLAKE_INSTITUTION", "Example University");
    let output = invite.output().unwrap();

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(std::fs::read_to_string(&links).unwrap().contains("/invitation/"));
    assert_eq!((mode(&links), mode(&portal.keys()), mode(&portal.state())), (0o600, 0o600, 0o700));
    // The folder is what keeps the others out; a folder that was opened to them is closed again.
    std::fs::set_permissions(portal.state(), std::fs::Permissions::from_mode(0o755)).unwrap();
    portal.store();
    assert_eq!(mode(&portal.state()), 0o700);
}

#[test]
fn a_portal_that_is_killed_between_exchange_and_store_keeps_nothing_and_goes_on() {
    let portal = PortalProgram::start();
    let web = portal.entered("7");
    let callback = portal.orcid.browser().grant(&web.press_connect(&[]), SOMEBODY);
    // ORCID has given the tokens; the answer is under way.
    portal.orcid.fail_times(
        When::Path("/oauth/token".to_owned()),
        Fault::Slow { pieces: 40, pause: Duration::from_millis(100) },
        1,
    );
    let waiting = std::thread::scope(|scope| {
        let click = scope.spawn(|| web.try_get(&callback).is_some());
        while portal.orcid.oauth(|oauth| oauth.grants.live_of(SOMEBODY).count()) == 0 {
            std::thread::yield_now();
        }
        portal.kill();
        click.join().unwrap()
    });
    assert!(!waiting, "the browser got no answer");

    portal.restart();

    let again = web.get(&callback);
    assert_eq!(again.status, 400, "the answer was used: {}", again.text);
    assert!(web.get("/").text.contains("Person 7"), "the session is still good");
    let page = web.follow(&portal.orcid.browser().grant(&web.press_connect(&[]), SOMEBODY));
    assert!(page.text.contains("is connected"), "{}", page.text);
}
