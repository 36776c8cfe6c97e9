//! Rules that hold however many ask at the same time.

use std::sync::Arc;

use super::*;
use crate::connect::seal::{KeyRing, digest};
use crate::connect::state_folder::StateFolder;
use orcid_api::oauth::{Issuer, TokenAnswer};
use orcid_xml::Orcid;

const CLIENT: &str = "APP-1";
const ONE: &str = "0000-0002-1825-0097";
const OTHER: &str = "0000-0002-1694-233X";

fn store(folder: &tempfile::TempDir) -> Store {
    let state = StateFolder::open_or_create(&folder.path().join("state"), &Issuer::sandbox()).unwrap();
    let keys = folder.path().join("keys");
    let ring = KeyRing::open(&keys).or_else(|_| KeyRing::create(&keys)).unwrap();
    Store::open(state, ring).unwrap()
}

fn person(store: &Store, local_id: &str) -> i64 {
    store.put_person(&NewPerson { local_id: local_id.to_owned(), ..NewPerson::default() }, 1).unwrap()
}

fn keep(store: &Store, person: i64, orcid: &str, token: &str) -> Kept {
    let body = format!(
        r#"{{"access_token":"{token}","refresh_token":"r-{token}","scope":"openid","orcid":"{orcid}"}}"#
    );
    let answer = TokenAnswer::parse(body.as_bytes()).unwrap();
    let (orcid, asked_scope, issuer) = (Orcid::new(orcid).unwrap(), "openid", "https://sandbox.orcid.org");
    let permission = NewPermission { person, orcid, answer: &answer, asked_scope, client_id: CLIENT, issuer };
    store.keep_permission(&permission, 10).unwrap()
}

#[test]
fn an_id_goes_to_one_of_many_who_come_with_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(store(&folder));
    let people: Vec<i64> = (0..8).map(|number| person(&store, &number.to_string())).collect();

    let came: Vec<_> = people
        .iter()
        .map(|person| {
            let (store, person) = (store.clone(), *person);
            std::thread::spawn(move || keep(&store, person, ONE, &format!("t{person}")))
        })
        .collect();
    let kept: Vec<Kept> = came.into_iter().map(|came| came.join().unwrap()).collect();

    assert_eq!(kept.iter().filter(|kept| **kept == Kept::Connected).count(), 1, "{kept:?}");
    assert_eq!(kept.iter().filter(|kept| **kept == Kept::Taken).count(), 7, "{kept:?}");
    assert_eq!(store.pending_revocations().unwrap().len(), 7, "the tokens of the others go");
}

#[test]
fn a_flow_and_an_invitation_are_taken_by_one_of_many() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(store(&folder));
    let person = person(&store, "u1");
    let (state, session, word) = (digest("state"), digest("session"), digest("word"));
    let flow = NewFlow {
        state_digest: &state,
        session_digest: &session,
        person,
        nonce: "n",
        scope: "openid",
        expires: 100,
    };
    store.begin_flow(&flow, 1).unwrap();
    store.invite(person, &word, 100, 1).unwrap();

    assert!(store.take_flow(&state, &digest("other"), 50).unwrap().is_none());
    assert!(store.take_flow(&state, &session, 100).unwrap().is_none(), "too late");
    let came: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            std::thread::spawn(move || {
                let flow = store.take_flow(&state, &session, 50).unwrap().is_some();
                (flow, store.use_invitation(&word, 50).unwrap().is_some())
            })
        })
        .collect();
    let taken: Vec<(bool, bool)> = came.into_iter().map(|came| came.join().unwrap()).collect();

    assert_eq!(taken.iter().filter(|(flow, _)| *flow).count(), 1);
    assert_eq!(taken.iter().filter(|(_, invitation)| *invitation).count(), 1);
}

#[test]
fn a_token_in_another_row_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let (one, other) = (person(&store, "u1"), person(&store, "u2"));
    keep(&store, one, ONE, "secret-of-one");
    keep(&store, other, OTHER, "secret-of-other");
    assert_eq!(store.tokens(ONE, CLIENT).unwrap().unwrap().access.reveal(), "secret-of-one");

    let database = rusqlite::Connection::open(store.folder().database()).unwrap();
    let moved = "UPDATE token SET sealed = (SELECT sealed FROM token WHERE orcid = ?1 AND kind = 'access')
                 WHERE orcid = ?2 AND kind = 'access'";
    assert_eq!(database.execute(moved, [ONE, OTHER]).unwrap(), 1);

    assert!(store.tokens(OTHER, CLIENT).is_err());
    assert!(store.tokens(ONE, "APP-2").unwrap().is_none(), "another client has no permission");
}

#[test]
fn all_secrets_are_encrypted_anew_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let person = person(&store, "u1");
    keep(&store, person, ONE, "t1");
    keep(&store, person, ONE, "t2");
    store.put_session(&digest("id"), b"content", 100).unwrap();
    store.hook(ONE, &orcid_api::Secret::new("word"), 1).unwrap();

    let key = store.ring().add_key().unwrap();
    // Two tokens, one that waits for revocation, a session and a webhook.
    assert_eq!(store.reseal().unwrap(), 5);

    assert_eq!(store.keys_in_use().unwrap().into_iter().collect::<Vec<_>>(), [key]);
    store.ring().keep_only(&Default::default()).unwrap();
    assert_eq!(store.tokens(ONE, CLIENT).unwrap().unwrap().access.reveal(), "t2");
    assert_eq!(store.take_revocations(CLIENT, 9, 100, 50).unwrap()[0].token.reveal(), "t1");
    assert_eq!(store.session(&digest("id"), 50).unwrap().unwrap().0, b"content");
    assert_eq!(store.hook_of(ONE).unwrap().unwrap().word.reveal(), "word");
    assert!(store.session(&digest("id"), 100).unwrap().is_none(), "it has expired");
}

#[test]
fn a_database_of_another_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = store(&folder).folder().database();
    let database = rusqlite::Connection::open(path).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);

    let state = StateFolder::open(&folder.path().join("state"), None).unwrap();
    let refused = Store::open(state, KeyRing::open(&folder.path().join("keys")).unwrap());

    assert!(matches!(refused, Err(crate::connect::ConnectError::OtherVersion { found: 99, .. })));
}
