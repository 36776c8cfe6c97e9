//! Invitations by mail, with a mail server of the test: nobody gets two mails, nobody is left out in
//! silence, whatever the server does.

use std::process::Output;

use orcidlake::connect::{KeyRing, StateFolder, Store};

use crate::support::orcidlake;
use crate::support::portal::{CLIENT_ID, TestPortal, Web};
use crate::support::smtp::{MAIL_PASSWORD, MailServer, Trouble};

const STAFF: &str =
    "id,name,email,language\n1,Ada,a@example.org,en\n2,Jürgen,b@example.org,de\n3,Tom,c@example.org,\n";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// Invites the people of [`STAFF`] by mail.
fn invite(portal: &TestPortal, server: &MailServer, tls: &str, more: &[&str]) -> Output {
    invite_all(STAFF, portal, server, tls, more)
}

fn invite_all(staff: &str, portal: &TestPortal, server: &MailServer, tls: &str, more: &[&str]) -> Output {
    let (list, password) =
        (portal.folder.path().join("staff.csv"), portal.folder.path().join("mail-password"));
    std::fs::write(&list, staff).unwrap();
    std::fs::write(&password, MAIL_PASSWORD).unwrap();
    let mut command = orcidlake(&["connect", "invite", list.to_str().unwrap(), "--send"]);
    command.env("ORCIDLAKE_STATE", portal.state()).env("ORCIDLAKE_KEY_FILE", portal.keys());
    command.env("ORCIDLAKE_ISSUER", portal.orcid.base_url()).env("ORCIDLAKE_CLIENT_ID", CLIENT_ID);
    command.env("ORCIDLAKE_PUBLIC_URL", &portal.url).env("ORCIDLAKE_INSTITUTION", "Example University");
    command.env_remove("SSL_CERT_DIR").env("SSL_CERT_FILE", &server.certificate);
    command.args(["--smtp-server", "localhost", "--smtp-port", &server.port.to_string()]);
    command.args(["--smtp-tls", tls, "--mail-from", "Library <orcid@example.org>"]);
    if tls == "starttls" {
        command.args(["--smtp-user", "portal", "--smtp-password-file", password.to_str().unwrap()]);
    }
    let output = command.args(more).output().unwrap();
    assert!(!said(&output).contains("/invitation/"), "links are for their people alone: {}", said(&output));
    assert!(!said(&output).contains(MAIL_PASSWORD));
    output
}

/// The states that the list gives, in its order.
fn states(output: &Output) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(&output.stdout[..]);
    reader.records().map(|row| row.unwrap()[4].to_owned()).collect()
}

fn start(trouble: impl FnMut(&str) -> Trouble + Send + 'static) -> (TestPortal, MailServer) {
    let portal = TestPortal::start();
    let server = MailServer::start(portal.folder.path(), trouble);
    (portal, server)
}

const ALL: [&str; 3] = ["a@example.org", "b@example.org", "c@example.org"];

/// The address of the link in a mail, whose long lines are folded.
fn link(text: &str) -> String {
    let unfolded = text.replace("=\n", "");
    let (_, rest) = unfolded.split_once("/invitation/").expect("the mail has a link");
    let word: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    format!("/invitation/{word}")
}

#[test]
fn mails_go_over_an_encrypted_connection_and_their_links_work() {
    let (portal, server) = start(|_| Trouble::None);

    let sent = invite(&portal, &server, "starttls", &[]);

    assert_eq!(sent.status.code(), Some(0), "{}", said(&sent));
    assert_eq!(
        (states(&sent), server.recipients()),
        (vec!["sent".to_owned(); 3], ALL.map(str::to_owned).to_vec())
    );
    let commands = server.commands();
    assert_eq!(commands[1], "STARTTLS", "before anything else: {commands:?}");
    assert_eq!(server.connections(), 1, "one connection takes them all");
    let mails = server.taken();
    assert!(mails[0].text.contains("From: Library <orcid@example.org>"), "{}", mails[0].text);
    let links: Vec<String> = mails.iter().map(|mail| link(&mail.text)).collect();
    for (path, name) in links.iter().zip(["Ada", "Jürgen", "Tom"]) {
        let page = Web::new(&portal.url).get(path);
        assert!(page.status == 200 && page.text.contains(name), "{}", page.text);
    }
}

#[test]
fn a_second_run_writes_to_nobody_who_holds_a_link() {
    let (portal, server) = start(|_| Trouble::None);
    assert_eq!(invite(&portal, &server, "none", &[]).status.code(), Some(0));
    let first = link(&server.taken()[0].text);

    let again = invite(&portal, &server, "none", &[]);

    assert_eq!((again.status.code(), server.taken().len()), (Some(0), 3), "{}", said(&again));
    assert_eq!(states(&again), ["sent before"; 3]);
    assert_eq!(Web::new(&portal.url).get(&first).status, 200, "the first link stays good");
    let more = invite(&portal, &server, "none", &["--resend"]);
    assert_eq!((more.status.code(), server.taken().len()), (Some(0), 6), "{}", said(&more));
    assert_eq!(Web::new(&portal.url).get(&first).status, 410, "a newer link takes its place");
    // An expired link is no reason to leave somebody out.
    let store = portal.store();
    let person = store.person_by_local_id("1").unwrap().unwrap().id;
    assert!(store.mailed(person, portal.now()).unwrap().is_some());
    assert!(store.mailed(person, portal.now() + 400 * 86_400_000_000).unwrap().is_none());
}

#[test]
fn a_refused_mail_is_told_and_sent_by_the_next_run_alone() {
    for trouble in [
        Trouble::Answer("RCPT", "450 4.2.0 greylisted, come back later"),
        Trouble::Answer("RCPT", "550 5.1.1 there is nobody of this name"),
        Trouble::Answer("DATA", "451 4.3.0 later"),
        Trouble::AfterMail("452 4.3.1 no room now"),
        Trouble::AfterMail("554 5.7.1 this looks like spam"),
        Trouble::CloseAt("RCPT"),
        Trouble::CloseAt("DATA"),
    ] {
        let (portal, server) = start(move |to| if to == "b@example.org" { trouble } else { Trouble::None });

        let first = invite(&portal, &server, "none", &[]);

        assert_eq!(first.status.code(), Some(1), "{trouble:?}: {}", said(&first));
        assert_eq!(states(&first), ["sent", "not sent", "sent"], "{trouble:?}");
        assert_eq!(server.recipients(), ["a@example.org", "c@example.org"], "{trouble:?}");
        let text = said(&first);
        assert!(text.contains("2: ") && text.contains("1 mail not sent"), "{trouble:?}: {text}");
        if let Trouble::Answer(_, answer) | Trouble::AfterMail(answer) = trouble {
            assert!(text.contains(&answer[..3]) && text.contains(&answer[10..]), "{trouble:?}: {text}");
        }

        server.set(|_| Trouble::None);
        let second = invite(&portal, &server, "none", &[]);

        assert_eq!(second.status.code(), Some(0), "{}", said(&second));
        assert_eq!(states(&second), ["sent before", "sent", "sent before"]);
        assert_eq!(server.recipients(), ALL, "{trouble:?}");
    }
}

#[test]
fn a_mail_without_an_answer_is_not_sent_twice_and_is_told() {
    let (portal, server) =
        start(|to| if to == "b@example.org" { Trouble::CloseAfterMail } else { Trouble::None });

    let first = invite(&portal, &server, "none", &[]);

    assert_eq!(first.status.code(), Some(1), "{}", said(&first));
    assert_eq!(states(&first), ["sent", "may have been sent", "sent"]);
    assert!(said(&first).contains("--resend"), "{}", said(&first));
    server.set(|_| Trouble::None);
    let second = invite(&portal, &server, "none", &[]);
    assert_eq!(second.status.code(), Some(1), "it is told again: {}", said(&second));
    assert_eq!(states(&second), ["sent before", "may have been sent", "sent before"]);
    assert_eq!(server.recipients(), ALL, "nobody has two");
}

#[test]
fn a_server_that_takes_no_mails_is_asked_once_and_all_are_told() {
    for (tls, trouble) in [
        ("starttls", Trouble::Answer("AUTH", "535 5.7.8 wrong user or password")),
        ("starttls", Trouble::NoStartTls),
        ("starttls", Trouble::Answer("STARTTLS", "454 4.7.0 not now")),
        ("none", Trouble::Answer("EHLO", "421 4.3.2 closing")),
        ("none", Trouble::Answer("MAIL", "421 4.3.2 closing")),
        ("none", Trouble::CloseAtOnce),
    ] {
        let (portal, server) = start(move |_| trouble);

        let first = invite(&portal, &server, tls, &[]);

        assert_eq!(first.status.code(), Some(1), "{trouble:?}: {}", said(&first));
        assert_eq!(states(&first), ["not sent"; 3], "{trouble:?}: {}", said(&first));
        assert!(said(&first).contains("no more mails are tried"), "{trouble:?}: {}", said(&first));
        assert_eq!((server.connections(), server.taken().len()), (1, 0), "{trouble:?}");
        if trouble == Trouble::NoStartTls {
            assert!(!server.commands().contains(&"AUTH".to_owned()), "no password goes in the clear");
        }
        server.set(|_| Trouble::None);
        let second = invite(&portal, &server, tls, &[]);
        assert_eq!(second.status.code(), Some(0), "{}", said(&second));
        assert_eq!(server.recipients(), ALL);
    }
}

#[test]
fn connections_that_break_again_and_again_end_the_run() {
    let (portal, server) = start(|_| Trouble::CloseAt("MAIL"));

    let first = invite(&portal, &server, "none", &[]);

    assert_eq!(states(&first), ["not sent"; 3]);
    assert_eq!(server.connections(), 3);
    server.set(|_| Trouble::None);
    assert_eq!(invite(&portal, &server, "none", &[]).status.code(), Some(0));
    assert_eq!(server.recipients(), ALL);
}

#[test]
fn a_certificate_that_nobody_has_signed_is_not_trusted() {
    let (portal, mut server) = start(|_| Trouble::None);
    let other = tempfile::tempdir().unwrap();
    server.certificate = MailServer::start(other.path(), |_| Trouble::None).certificate;

    let refused = invite(&portal, &server, "starttls", &[]);

    assert_eq!(states(&refused), ["not sent"; 3], "{}", said(&refused));
}

#[test]
fn a_run_that_ends_while_a_mail_is_under_way_leaves_a_note() {
    let (portal, server) = start(|_| Trouble::None);
    let store = portal.store();
    assert_eq!(invite(&portal, &server, "none", &[]).status.code(), Some(0));
    let person = store.person_by_local_id("1").unwrap().unwrap().id;
    // What a killed run has written: that the mail was about to be sent.
    let word = orcidlake::connect::random_word().unwrap();
    let digest = orcidlake::connect::digest(&word);
    let invitation = store.invite(person, &digest, portal.now() + 3_600_000_000, portal.now()).unwrap();
    store.begin_sending(invitation, portal.now()).unwrap();

    let next = invite(&portal, &server, "none", &[]);

    assert_eq!(
        (next.status.code(), states(&next)[0].as_str()),
        (Some(1), "may have been sent"),
        "{}",
        said(&next)
    );
    assert_eq!(server.taken().len(), 3);
}

#[test]
fn a_state_of_the_version_before_is_read() {
    let portal = TestPortal::start();
    let path = portal.invite("u1");
    let file = portal.state().join("connect.sqlite3");
    let database = rusqlite::Connection::open(&file).unwrap();
    database.execute_batch("ALTER TABLE invitation DROP COLUMN sending; PRAGMA user_version = 1").unwrap();
    drop(database);

    let state = StateFolder::open(&portal.state(), None).unwrap();
    let store = Store::open(state, KeyRing::open(&portal.keys()).unwrap()).unwrap();

    let person = store.person_by_local_id("u1").unwrap().unwrap().id;
    assert_eq!(store.mailed(person, portal.now()).unwrap(), None);
    assert_eq!(Web::new(&portal.url).get(&path).status, 200);
}

#[test]
fn line_breaks_in_names_and_addresses_become_no_headers() {
    let (portal, server) = start(|_| Trouble::None);
    let staff = "id,name,email\n1,\"Ada\nBcc: c@example.org\n\n.\n\",a@example.org\n2,Ben,\"b@example.org\nBcc: c@example.org\"\n3,Eve,\"b@example.org>\nRCPT TO:<c@example.org\"\n";

    let sent = invite_all(staff, &portal, &server, "none", &[]);

    assert_eq!(states(&sent), ["sent", "not sent", "not sent"], "{}", said(&sent));
    assert_eq!(server.recipients(), ["a@example.org"]);
    let mail = &server.taken()[0].text;
    let (headers, _) = mail.split_once("\n\n").unwrap();
    assert!(!headers.to_lowercase().contains("bcc"), "{mail}");
    assert_eq!(server.commands().iter().filter(|command| command.starts_with("RCPT")).count(), 1);
}
