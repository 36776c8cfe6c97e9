//! Webhooks: how they are registered, and when they are called.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use super::client::{ALL, Member, OTHER, OWN, PERSON, employment, start};
use orcid_mock::{LocalOrcid, World};

/// A receiver that answers each call with the next of these statuses, then with 204; it tells
/// what came before it answers.
struct Receiving {
    address: String,
    calls: Receiver<String>,
}

fn receive(statuses: Vec<u16>, mut before_answer: impl FnMut() + Send + 'static) -> Receiving {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (tell, calls) = channel();
    std::thread::spawn(move || {
        let mut statuses = statuses.into_iter();
        for line in listener.incoming() {
            let mut line = line.unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && line.read(&mut byte).is_ok_and(|read| read > 0) {
                request.push(byte[0]);
            }
            before_answer();
            let status = statuses.next().unwrap_or(204);
            let _ = write!(line, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            if tell.send(String::from_utf8(request).unwrap()).is_err() {
                break;
            }
        }
    });
    Receiving { address, calls }
}

fn path(uri: &str) -> String {
    let escaped = [(":", "%3A"), ("/", "%2F"), ("?", "%3F"), ("=", "%3D")];
    let uri = escaped.iter().fold(uri.to_owned(), |uri, (sign, escape)| uri.replace(sign, escape));
    format!("/{PERSON}/webhook/{uri}")
}

/// The record changes, a second later than all before.
fn touch(server: &LocalOrcid) {
    let moment = server.oauth(|oauth| {
        oauth.grants.clock.advance(1);
        oauth.grants.clock.now()
    });
    server.change(|world: &mut World| world.edit(PERSON, moment, str::to_owned));
}

#[test]
fn an_address_is_registered_once_and_deleted_by_its_client() {
    let server = start();
    let own = Member::alone(&server, OWN, &["/webhook"]);
    let other = Member::alone(&server, OTHER, &["/webhook"]);
    let hook = path("https://p.example/hooks/s3cret");

    let first = own.send("PUT", &hook, &[], "").unwrap();

    assert_eq!((first.status, first.text.as_str()), (201, ""));
    assert!(first.header("location").ends_with(&hook));
    assert_eq!(own.send("PUT", &hook, &[], "").unwrap().status, 204);
    assert_eq!(other.send("PUT", &hook, &[], "").unwrap().status, 204, "and it stays with its client");
    assert_eq!(other.delete(&hook).error(), (403, 9014));
    assert_eq!(own.delete(&hook).status, 204);
    assert_eq!(own.delete(&hook).error(), (404, 9028));
    let put = |member: &Member, path: &str| member.send("PUT", path, &[], "").unwrap().error();
    assert_eq!(put(&own, &format!("/{PERSON}/webhook/https%3A%2F%2Fp.example%2Fa%20b")), (400, 9012));
    assert_eq!(put(&own, &format!("/{PERSON}/webhook/https://p.example/a")), (404, 9001));
    assert_eq!(put(&own, &hook.replace(PERSON, "0000-0002-1694-233X")), (404, 9011));
    assert_eq!(put(&Member::of(&server, OWN, PERSON, &ALL), &hook), (403, 9038));
    assert_eq!(put(&Member::with(&server, "unknown"), &hook), (401, 0));
}

#[test]
fn a_change_is_told_once_by_a_post_of_nothing() {
    let server = start();
    let (hooks, writer) =
        (Member::alone(&server, OWN, &["/webhook"]), Member::of(&server, OWN, PERSON, &ALL));
    let receiver = receive(Vec::new(), || ());
    hooks.send("PUT", &path(&format!("http://{}/hook?s=1", receiver.address)), &[], "").unwrap();

    assert!(server.run_webhooks().is_empty(), "registering is no change");
    writer.created("employment", &employment("a"));
    writer.created("employment", &employment("b"));
    let told = server.run_webhooks();

    assert_eq!(told.iter().map(|call| call.status).collect::<Vec<_>>(), [Some(204)]);
    let request = receiver.calls.recv().unwrap().to_lowercase();
    assert!(request.starts_with("post /hook?s=1 http/1.1\r\n"), "{request}");
    assert!(request.contains("content-length: 0"), "{request}");
    assert!(!request.contains("authorization") && !request.contains(PERSON), "{request}");
    assert!(server.run_webhooks().is_empty());
    server.oauth(|oauth| oauth.grants.clock.advance(1));
    writer.created("employment", &employment("c"));
    assert_eq!(server.run_webhooks().len(), 1);
}

#[test]
fn a_failed_call_is_tried_again_later_and_at_most_25_times() {
    let server = start();
    let (hooks, writer) =
        (Member::alone(&server, OWN, &["/webhook"]), Member::of(&server, OWN, PERSON, &ALL));
    let receiver = receive(vec![500; 25], || ());
    let uri = format!("http://{}/hook", receiver.address);
    hooks.send("PUT", &path(&uri), &[], "").unwrap();
    writer.created("employment", &employment("a"));
    let wait = |seconds: i64| server.oauth(|oauth| oauth.grants.clock.advance(seconds));

    assert_eq!(server.run_webhooks().len(), 1);
    assert!(server.run_webhooks().is_empty(), "not before ten minutes");
    wait(601);
    assert_eq!(server.run_webhooks().len(), 1);
    wait(601);
    assert!(server.run_webhooks().is_empty(), "then not before twenty");
    for _ in 2..25 {
        wait(24 * 3600);
        assert_eq!(server.run_webhooks().len(), 1);
    }
    wait(24 * 3600);
    writer.created("employment", &employment("b"));
    assert!(server.run_webhooks().is_empty(), "not even a new change is told");
    assert_eq!(hooks.delete(&path(&uri)).status, 204);
    hooks.send("PUT", &path(&uri), &[], "").unwrap();
    writer.created("employment", &employment("c"));
    assert_eq!(server.run_webhooks()[0].status, Some(204));
}

#[test]
fn too_many_requests_and_closed_clients_silence_all_their_hooks() {
    let server = start();
    let (hooks, writer) =
        (Member::alone(&server, OWN, &["/webhook"]), Member::of(&server, OWN, PERSON, &ALL));
    let receiver = receive(vec![429], || ());
    for number in 0..3 {
        hooks.send("PUT", &path(&format!("http://{}/{number}", receiver.address)), &[], "").unwrap();
    }
    writer.created("employment", &employment("a"));

    assert_eq!(server.run_webhooks().len(), 1);
    assert_eq!(server.run_webhooks().len(), 2, "those that have not failed");
    touch(&server);
    server.oauth(|oauth| oauth.grants.clients.get_mut(OWN).unwrap().webhooks_enabled = false);
    server.oauth(|oauth| oauth.grants.clock.advance(24 * 3600));
    assert!(server.run_webhooks().is_empty());
}

#[test]
fn a_change_during_the_call_is_lost_unless_the_test_says_otherwise() {
    for loses in [true, false] {
        let server = std::sync::Arc::new(start());
        let hooks = Member::alone(&server, OWN, &["/webhook"]);
        let changing = server.clone();
        let receiver = receive(Vec::new(), move || touch(&changing));
        hooks.send("PUT", &path(&format!("http://{}/hook", receiver.address)), &[], "").unwrap();
        server.webhooks(|webhooks| webhooks.switches.loses_changes = loses);
        touch(&server);

        assert_eq!(server.run_webhooks().len(), 1);
        assert_eq!(server.run_webhooks().len(), usize::from(!loses), "{loses}");
    }
}

#[test]
fn a_change_is_told_when_the_index_has_it() {
    let server = start();
    let hooks = Member::alone(&server, OWN, &["/webhook"]);
    let receiver = receive(Vec::new(), || ());
    hooks.send("PUT", &path(&format!("http://{}/hook", receiver.address)), &[], "").unwrap();
    server.webhooks(|webhooks| webhooks.switches.indexes_in_run = false);
    touch(&server);

    assert!(server.run_webhooks().is_empty());
    let world = server.world();
    server.webhooks(|webhooks| webhooks.index(&world));
    assert_eq!(server.run_webhooks().len(), 1);
}
