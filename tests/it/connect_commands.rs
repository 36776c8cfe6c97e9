//! The commands beside the portal, through the program: invite, status, export, revoke, rotate-key;
//! and the portal as a program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use orcid_mock::{Client, ClientKind, LocalOrcid};
use serde_json::Value;

use crate::support::portal::{CLIENT_ID, CLIENT_SECRET, SOMEBODY, TestPortal, Web};
use crate::support::{convert, dump, orcidlake, run};

/// A command of `connect` for the state of a portal.
fn connect(portal: &TestPortal, arguments: &[&str]) -> Command {
    let mut command = orcidlake(&[&["connect"], arguments].concat());
    command.env("ORCIDLAKE_STATE", portal.state()).env("ORCIDLAKE_KEY_FILE", portal.keys());
    command
}

/// The same with all that a client needs.
fn as_client(portal: &TestPortal, arguments: &[&str]) -> Command {
    let secret = portal.folder.path().join("secret");
    std::fs::write(&secret, CLIENT_SECRET).unwrap();
    let mut command = connect(portal, arguments);
    command.env("ORCIDLAKE_ISSUER", portal.orcid.base_url()).env("ORCIDLAKE_CLIENT_ID", CLIENT_ID);
    command.env("ORCIDLAKE_CLIENT_SECRET_FILE", secret);
    command.env("ORCIDLAKE_PUBLIC_URL", &portal.url).env("ORCIDLAKE_INSTITUTION", "Example University");
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

fn staff(portal: &TestPortal, text: &str) -> String {
    let path = portal.folder.path().join("staff.csv");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn people_are_invited_by_links_that_work_and_not_twice_when_connected() {
    let portal = TestPortal::start();
    let list = staff(
        &portal,
        "staff id,given,family,email,language\n7,Sofía,García,s@example.org,es\n8,Tom,,t@example.org,\n",
    );

    let invited = as_client(&portal, &["invite", &list]).output().unwrap();

    assert_eq!(invited.status.code(), Some(0), "{}", said(&invited));
    let mut lines = csv::Reader::from_reader(&invited.stdout[..]);
    let header = lines.headers().unwrap().clone();
    assert_eq!(
        header.iter().collect::<Vec<_>>(),
        ["local_id", "name", "email", "language", "state", "link", "expires"]
    );
    let rows: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
    assert_eq!((&rows[0][0], &rows[0][1], &rows[0][4]), ("7", "Sofía García", "invited"));
    let path = rows[0][5].strip_prefix(&portal.url).unwrap().to_owned();
    let web = Web::new(&portal.url);
    let csrf = web.get(&path).csrf();
    assert_eq!(web.post(&path, &[("csrf", &csrf)]).status, 303);
    assert!(portal.connected(&web, SOMEBODY).text.contains(SOMEBODY));

    let again = as_client(&portal, &["invite", &list]).output().unwrap();
    let text = String::from_utf8(again.stdout).unwrap();
    assert!(text.contains("7,Sofía García,s@example.org,es,connected,,\n"), "{text}");
    assert!(text.contains("8,Tom,t@example.org,,invited,http"), "{text}");
}

#[test]
fn invitations_are_sent_by_mail_and_the_list_holds_no_links_then() {
    let portal = TestPortal::start();
    let list = staff(&portal, "id,name,email,language\n7,Jürgen,j@example.org,de\n8,Tom,nothing,\n");
    let (server, mails) = mail_server();

    let sent =
        as_client(&portal, &["invite", &list, "--send", "--smtp-server", "127.0.0.1", "--smtp-tls", "none"])
            .args(["--smtp-port", &server.to_string(), "--mail-from", "Library <orcid@example.org>"])
            .output()
            .unwrap();

    assert_eq!(sent.status.code(), Some(1), "one address is none: {}", said(&sent));
    let text = String::from_utf8(sent.stdout.clone()).unwrap();
    assert!(
        text.contains(",sent,") && text.contains(",not sent,") && !text.contains("/invitation/"),
        "{text}"
    );
    assert!(!said(&sent).contains("/invitation/"), "{}", said(&sent));
    let mail = mails.recv().unwrap();
    assert!(
        mail.contains("To: j@example.org") && mail.contains("From: Library <orcid@example.org>"),
        "{mail}"
    );
    assert!(
        mail.contains("/invitation/") && mail.contains("Content-Type: text/plain; charset=utf-8"),
        "{mail}"
    );
}

/// A mail server that takes one mail.
fn mail_server() -> (u16, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, mails) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut out = stream.try_clone().unwrap();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        out.write_all(b"220 test\r\n").unwrap();
        let mut mail = String::new();
        while let Some(line) = lines.next() {
            let word = line.to_ascii_uppercase();
            if word.starts_with("DATA") {
                out.write_all(b"354 go on\r\n").unwrap();
                for line in lines.by_ref().take_while(|line| line != ".") {
                    mail += &format!("{line}\n");
                }
                sender.send(mail.clone()).unwrap();
            } else if word.starts_with("QUIT") {
                let _ = out.write_all(b"221 bye\r\n");
                break;
            }
            out.write_all(b"250 ok\r\n").unwrap();
        }
    });
    (port, mails)
}

#[test]
fn status_tells_the_states_and_what_waits() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);
    portal.invite("u2");

    let text = connect(&portal, &["status"]).output().unwrap();
    let json = connect(&portal, &["status", "--json"]).output().unwrap();
    let list = connect(&portal, &["status", "--people"]).output().unwrap();

    assert!(said(&text).contains("1 connected") && said(&text).contains("1 invited"), "{}", said(&text));
    let status: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&status["people"]["connected"], &status["issuer"]),
        (&1.into(), &portal.orcid.base_url().into())
    );
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.contains(&format!("u1,Person u1,u1+x@example.org,connected,{SOMEBODY},")), "{list}");
}

#[test]
fn authenticated_ids_become_a_table_of_a_dataset_that_verifies() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);
    portal.invite("u2");
    let folder = portal.folder.path().join("dump");
    std::fs::create_dir(&folder).unwrap();
    let archives = dump(&folder, 20, false);
    let dataset = portal.folder.path().join("dataset");
    let paths: Vec<&Path> = archives.iter().map(std::path::PathBuf::as_path).collect();
    assert_eq!(convert(&paths, &dataset, &[]).0, 0);
    let to = dataset.to_str().unwrap();

    let first = connect(&portal, &["export", "--to", to]).output().unwrap();
    let bytes = table(&dataset);
    let second = connect(&portal, &["export", "--to", to]).output().unwrap();
    let verified = run(&["verify", to]);
    let rows = connect(&portal, &["export", "--format", "jsonl"]).output().unwrap();

    assert_eq!((first.status.code(), second.status.code()), (Some(0), Some(0)), "{}", said(&first));
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    assert_eq!(table(&dataset), bytes, "the same state gives the same bytes");
    let row: Value = serde_json::from_slice(&rows.stdout).unwrap();
    assert_eq!((&row["local_id"], &row["orcid"]), (&"u1".into(), &SOMEBODY.into()));
    assert_eq!(
        (&row["orcid_uri"], &row["state"]),
        (&format!("https://orcid.org/{SOMEBODY}").into(), &"connected".into())
    );
    let inspected = run(&["inspect", to]);
    assert!(said(&inspected).contains("connections/authenticated_ids"), "{}", said(&inspected));
}

/// The bytes of the one file of the table.
fn table(dataset: &Path) -> Vec<u8> {
    let folder = dataset.join("connections/authenticated_ids");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let parquet: Vec<_> =
        files.iter().filter(|path| path.extension().is_some_and(|end| end == "parquet")).collect();
    assert_eq!(parquet.len(), 1, "{files:?}");
    std::fs::read(parquet[0]).unwrap()
}

#[test]
fn permissions_are_narrowed_and_taken_back_by_command() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);
    let live = || {
        portal
            .orcid
            .oauth(|oauth| oauth.grants.live_of(SOMEBODY).map(|pair| pair.scopes.len()).collect::<Vec<_>>())
    };

    let narrowed = as_client(&portal, &["revoke", "u1", "--keep", "/read-limited"]).output().unwrap();
    assert_eq!((narrowed.status.code(), live()), (Some(0), vec![2]), "{}", said(&narrowed));
    let revoked = as_client(&portal, &["revoke", "u1"]).output().unwrap();
    assert_eq!((revoked.status.code(), live()), (Some(0), vec![]), "{}", said(&revoked));

    assert_eq!(portal.state_of("u1").0, "disconnected");
    let nobody = as_client(&portal, &["revoke", "u9"]).output().unwrap();
    assert_eq!(nobody.status.code(), Some(2));
    assert!(
        said(&nobody).contains("no person u9") && said(&nobody).contains("--people"),
        "{}",
        said(&nobody)
    );
    for output in [narrowed, revoked, nobody] {
        assert!(!said(&output).contains(CLIENT_SECRET));
    }
}

#[test]
fn keys_are_rotated_and_forgotten_by_command() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);

    let rotated = connect(&portal, &["rotate-key", "--json"]).output().unwrap();
    let forgot = connect(&portal, &["rotate-key", "--forget-old", "--json"]).output().unwrap();

    let (rotated, forgot): (Value, Value) =
        (serde_json::from_slice(&rotated.stdout).unwrap(), serde_json::from_slice(&forgot.stdout).unwrap());
    assert_eq!((&rotated["added"], &rotated["keys"]), (&"k2".into(), &serde_json::json!(["k1", "k2"])));
    assert_eq!(
        (&forgot["removed"], &forgot["keys"]),
        (&serde_json::json!(["k1"]), &serde_json::json!(["k2"]))
    );
    assert!(portal.store().tokens(SOMEBODY, CLIENT_ID).unwrap().is_some());
}

#[test]
fn a_state_belongs_to_one_server_and_its_keys_lie_elsewhere() {
    let portal = TestPortal::start();
    let list = staff(&portal, "id\n7\n");
    for (arguments, expected) in [
        (&["--sandbox"][..], "not with https://sandbox.orcid.org"),
        (&[], "not with https://orcid.org"),
        (&["--issuer", "http://orcid.org"], "only this machine"),
    ] {
        let mut command = as_client(&portal, &["invite", &list]);
        command.env_remove("ORCIDLAKE_ISSUER").args(arguments);
        let refused = command.output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(said(&refused).contains(expected), "{arguments:?}: {}", said(&refused));
    }
    let inside = portal.state().join("keys");
    let refused = as_client(&portal, &["invite", &list]).env("ORCIDLAKE_KEY_FILE", &inside).output().unwrap();
    assert!(said(&refused).contains("lies in the state folder") && !inside.exists(), "{}", said(&refused));
    let lost = portal.folder.path().join("lost");
    let refused = as_client(&portal, &["invite", &list]).env("ORCIDLAKE_KEY_FILE", &lost).output().unwrap();
    assert!(
        said(&refused).contains("no key file") && !lost.exists(),
        "no new key for old secrets: {}",
        said(&refused)
    );
}

/// Writes what a portal needs to be served on a free port, `staff.csv` among it; `path` gives a file's path.
/// Returns the path of its TOML file and its address.
fn configured(orcid: &LocalOrcid, path: &dyn Fn(&str) -> String) -> (String, String) {
    std::fs::write(path("secret"), CLIENT_SECRET).unwrap();
    std::fs::write(path("password"), "administrators-password\n").unwrap();
    std::fs::write(path("staff.csv"), "id,name\n7,Sofia\n").unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let client = Client::new(ClientKind::Basic, CLIENT_ID, CLIENT_SECRET);
    orcid.oauth(|oauth| oauth.register(client.with_redirect_uri(&format!("{url}/callback/local"))));
    let config = format!(
        "[connect]\nstate = '{}'\nkey-file = '{}'\nissuer = '{}'\npublic-url = '{url}'\ninstitution = 'Example'\n\
         client-id = '{CLIENT_ID}'\nclient-secret-file = '{}'\n[connect.serve]\nlisten = '127.0.0.1:{port}'\n\
         log-file = '{}'\nadmin-password-file = '{}'\n",
        path("state"),
        path("keys"),
        orcid.base_url(),
        path("secret"),
        path("log"),
        path("password")
    );
    std::fs::write(path("config.toml"), config).unwrap();
    (path("config.toml"), url)
}

#[test]
fn the_program_serves_a_portal_and_ends_on_a_signal_with_no_secret_in_its_log() {
    let orcid = LocalOrcid::start(orcid_mock::World::default(), orcid_mock::Limits::none());
    orcid.add_person(orcid_mock::Account::new(SOMEBODY, "Sofia", "Garcia"));
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (config, url) = configured(&orcid, &path);

    let mut server = orcidlake(&["connect", "serve", "--config", &config, "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut out = BufReader::new(server.stdout.take().unwrap());
    while !first.trim_end().ends_with('}') {
        assert!(out.read_line(&mut first).unwrap() > 0, "{first}");
    }
    let told: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(told["redirect_uri"], format!("{url}/callback/local"));
    let invited = run(&["connect", "invite", &path("staff.csv"), "--config", &config]);
    let link = String::from_utf8_lossy(&invited.stdout)
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .nth(5)
        .unwrap()
        .to_owned();
    let web = Web::new(&url);
    let csrf = web.get(&link).csrf();
    assert_eq!(web.post(&link, &[("csrf", &csrf)]).status, 303);
    let callback = orcid.browser().grant(&web.press_connect(&[]), SOMEBODY);
    assert!(web.follow(&callback).text.contains(SOMEBODY));
    let wrong = web.get("/callback/local?code=hush-hush&state=hush-hush");
    assert_eq!(wrong.status, 400);
    let arguments = std::fs::read_to_string(format!("/proc/{}/cmdline", server.id())).unwrap();
    let environment = std::fs::read_to_string(format!("/proc/{}/environ", server.id())).unwrap();

    let ended = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(ended.success());
    assert_eq!(server.wait().unwrap().code(), Some(0));
    let mut messages = String::new();
    server.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
    let log = std::fs::read_to_string(path("log")).unwrap();
    assert!(log.contains("/oauth/token") && log.contains("status=200"), "{log}");
    let mut secrets =
        vec!["hush-hush".to_owned(), CLIENT_SECRET.to_owned(), "administrators-password".to_owned()];
    secrets.push(link.rsplit('/').next().unwrap().to_owned());
    secrets.push(crate::support::portal::parameter(&callback, "code").unwrap());
    secrets.extend(
        orcid.oauth(|oauth| oauth.grants.pairs().iter().map(|pair| pair.access.clone()).collect::<Vec<_>>()),
    );
    for secret in secrets {
        for text in [&log, &messages, &first, &arguments, &environment] {
            assert!(!text.contains(&secret), "{secret}: {text}");
        }
    }
}
