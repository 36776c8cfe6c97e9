//! Records that people permit to read: with their own tokens, into datasets that are marked for
//! it, for as long as the permission lasts.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use orcid_api::Clock as _;
use orcid_api::Secret;
use orcid_api::SystemClock;
use orcid_mock::{LocalOrcid, Source, Visibility};
use orcidlake::connect::{digest, random_word};

use crate::support::damage::verify;
use crate::support::portal::{CLIENT_ID, CLIENT_SECRET, SOMEBODY, SOMEBODY_ELSE, TestPortal};
use crate::support::{convert, dump, orcidlake, rows, run};

const SECOND: i64 = 1_000_000;

fn now() -> i64 {
    SystemClock::default().wall()
}

/// Gives a record public, limited and private keywords; the last private one is of our own client.
fn add_keywords(orcid: &LocalOrcid, id: &str) {
    let (other, own) = (Source::client("APP-0000000000000001", "Other"), Source::client(CLIENT_ID, "Own"));
    let keywords = [
        (Visibility::Public, &other, "open"),
        (Visibility::Limited, &other, "trusted"),
        (Visibility::Private, &other, "secret"),
        (Visibility::Private, &own, "own"),
    ];
    orcid.change(|world| {
        for (visibility, source, content) in keywords {
            let document = format!(
                r#"<keyword:keyword xmlns:keyword="http://www.orcid.org/ns/keyword"><keyword:content>{content}</keyword:content></keyword:keyword>"#
            );
            world.put_item(id, "keyword", visibility, source.clone(), &document);
        }
    });
}

/// A portal with two connected people, and a public dataset of others.
pub fn world() -> (TestPortal, PathBuf) {
    let portal = TestPortal::start();
    for (local_id, orcid) in [("u1", SOMEBODY), ("u2", SOMEBODY_ELSE)] {
        add_keywords(&portal.orcid, orcid);
        portal.connected(&portal.entered(local_id), orcid);
    }
    let dataset = portal.folder.path().join("dataset");
    let archives = dump(portal.folder.path(), 40, false);
    assert_eq!(convert(&[&archives[0]], &dataset, &[]).0, 0);
    portal.orcid.clear_log();
    (portal, dataset)
}

pub fn refresh(portal: &TestPortal, dataset: &Path, more: &[&str]) -> Output {
    let mut command: Command = orcidlake(&["refresh"]);
    command.arg(dataset).arg("--connected").arg(portal.state()).arg("--key-file").arg(portal.keys());
    command.args(["--retry-wait", "1", "--tries", "2", "--outage-timeout", "1"]).args(more);
    command.output().unwrap()
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// What the dataset has of a person's keywords.
fn keywords(dataset: &Path, orcid: &str) -> Vec<String> {
    let mut words: Vec<String> = rows(dataset, orcid, "summaries/keywords")
        .iter()
        .map(|row| row["content"].as_str().unwrap().to_owned())
        .collect();
    words.sort();
    words
}

fn manifest(dataset: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(dataset.join("orcidlake.json")).unwrap()).unwrap()
}

/// The records that were asked for, by their paths.
fn asked(portal: &TestPortal) -> Vec<String> {
    let log = portal.orcid.log();
    let mut paths: Vec<String> = log
        .requests
        .iter()
        .filter(|request| request.is_for_api())
        .inspect(|request| assert!(request.authorized, "{}", request.path))
        .map(|request| request.path.clone())
        .collect();
    paths.sort();
    paths
}

fn record_of(orcid: &str) -> String {
    format!("/v3.0/{orcid}/record")
}

#[test]
fn a_public_dataset_refuses_what_is_limited_and_a_marked_one_holds_it() {
    let (portal, dataset) = world();
    let before = manifest(&dataset);

    let refused = refresh(&portal, &dataset, &[]);

    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("public dataset") && said(&refused).contains("--limited"));
    assert_eq!((manifest(&dataset), asked(&portal)), (before, Vec::new()));

    let first = refresh(&portal, &dataset, &["--limited"]);

    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    assert_eq!(keywords(&dataset, SOMEBODY), ["open", "trusted"], "{}", said(&first));
    assert_eq!(keywords(&dataset, SOMEBODY_ELSE), ["open", "trusted"]);
    assert_eq!(manifest(&dataset)["visibility"], "limited");
    let mut both = [record_of(SOMEBODY), record_of(SOMEBODY_ELSE)];
    both.sort();
    assert_eq!(asked(&portal), both);
    assert_eq!(verify(&dataset).status.code(), Some(0));
    let again = refresh(&portal, &dataset, &[]);
    assert_eq!(again.status.code(), Some(0), "the mark stays: {}", said(&again));
    assert_eq!(keywords(&dataset, SOMEBODY), ["open", "trusted"]);
}

#[test]
fn a_dataset_may_begin_with_connected_people() {
    let (portal, _) = world();
    let dataset = portal.folder.path().join("limited");

    assert_eq!(refresh(&portal, &dataset, &[]).status.code(), Some(2));
    assert!(!dataset.exists());
    let made = refresh(&portal, &dataset, &["--limited"]);

    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    assert_eq!(keywords(&dataset, SOMEBODY), ["open", "trusted"], "{}", said(&made));
    assert_eq!(verify(&dataset).status.code(), Some(0));
    assert_eq!(refresh(&portal, &dataset, &[]).status.code(), Some(0));
}

#[test]
fn what_is_limited_is_printed_only_on_request_and_never_passes_as_public() {
    let (portal, dataset) = world();
    assert_eq!(refresh(&portal, &dataset, &["--limited"]).status.code(), Some(0));
    let path = dataset.to_str().unwrap();

    let public = said(&run(&["get", SOMEBODY, path]));
    let all = said(&run(&["get", SOMEBODY, path, "--include-limited"]));

    assert!(public.contains("open") && !public.contains("trusted"), "{public}");
    assert!(all.contains("open") && all.contains("trusted"), "{all}");
    assert!(!all.contains("secret") && !all.contains("\"own\""), "{all}");
    let mut unmarked = manifest(&dataset);
    unmarked.as_object_mut().unwrap().remove("visibility");
    std::fs::write(dataset.join("orcidlake.json"), unmarked.to_string()).unwrap();
    let found = verify(&dataset);
    assert_ne!(found.status.code(), Some(0));
    assert!(said(&found).contains("not public, in a public dataset"), "{}", said(&found));
}

#[test]
fn a_name_that_is_limited_is_not_printed_either() {
    let (portal, dataset) = world();
    portal.orcid.change(|world| {
        world.edit(SOMEBODY, now() - SECOND, |record| {
            record.replace(r#"<person:name visibility="public""#, r#"<person:name visibility="limited""#)
        });
    });
    assert_eq!(refresh(&portal, &dataset, &["--limited"]).status.code(), Some(0));
    let path = dataset.to_str().unwrap();

    let public = said(&run(&["get", SOMEBODY, path]));
    let all = said(&run(&["get", SOMEBODY, path, "--include-limited"]));

    assert!(public.contains(SOMEBODY) && !public.contains("Sofia"), "{public}");
    assert!(all.contains("Sofia"), "{all}");
}

#[test]
fn who_disconnects_or_takes_the_permission_back_leaves_with_the_next_run() {
    let (portal, dataset) = world();
    assert_eq!(refresh(&portal, &dataset, &["--limited"]).status.code(), Some(0));
    assert_eq!(manifest(&dataset)["scopes"]["connected"]["people"].as_array().unwrap().len(), 2);
    portal.orcid.clear_log();
    portal.orcid.oauth(|oauth| oauth.grants.user_revokes(SOMEBODY, CLIENT_ID));

    let lost = refresh(&portal, &dataset, &[]);

    assert!(said(&lost).contains("permission-lost"), "{}", said(&lost));
    assert_eq!(portal.state_of("u1").0, "permission lost");
    assert_eq!(portal.state_of("u2").0, "connected");
    assert!(rows(&dataset, SOMEBODY, "summaries/records").is_empty(), "{}", said(&lost));
    assert_eq!(keywords(&dataset, SOMEBODY_ELSE), ["open", "trusted"], "the others go on");
    assert_eq!(asked(&portal).iter().filter(|path| path.contains(SOMEBODY)).count(), 1, "no second try");

    let person = portal.store().person_by_local_id("u2").unwrap().unwrap();
    portal.connect().disconnect(person.id, "test", portal.now()).unwrap();
    portal.orcid.clear_log();
    let gone = refresh(&portal, &dataset, &[]);

    assert_eq!(gone.status.code(), Some(0), "{}", said(&gone));
    assert!(rows(&dataset, SOMEBODY_ELSE, "summaries/records").is_empty());
    assert!(keywords(&dataset, SOMEBODY_ELSE).is_empty());
    assert_eq!(asked(&portal), Vec::<String>::new());
    assert_eq!(manifest(&dataset)["scopes"]["connected"]["people"], serde_json::json!([]));
}

#[test]
fn records_that_are_closed_leave_and_nobody_follows_to_another_record() {
    let (portal, dataset) = world();
    assert_eq!(refresh(&portal, &dataset, &["--limited"]).status.code(), Some(0));
    portal.orcid.clear_log();
    portal.orcid.change(|world| {
        world.deprecate(SOMEBODY, "0000-0001-5109-3700");
        world.lock(SOMEBODY_ELSE);
    });

    let closed = refresh(&portal, &dataset, &["--max-removals", "2"]);

    assert_eq!(closed.status.code(), Some(0), "{}", said(&closed));
    assert!(asked(&portal).iter().all(|path| !path.contains("0000-0001-5109-3700")), "{:?}", asked(&portal));
    for orcid in [SOMEBODY, SOMEBODY_ELSE] {
        assert!(keywords(&dataset, orcid).is_empty());
        assert_eq!(rows(&dataset, orcid, "summaries/tombstones").len(), 1);
    }
    assert_eq!(portal.state_of("u1").0, "connected", "a closed record is no lost permission");
}

#[test]
fn a_public_refresh_leaves_connected_people_alone() {
    let (portal, dataset) = world();
    assert_eq!(refresh(&portal, &dataset, &["--limited"]).status.code(), Some(0));
    let list = portal.folder.path().join("ids");
    std::fs::write(&list, format!("{SOMEBODY}\n")).unwrap();
    portal.orcid.clear_log();

    let public =
        orcidlake(&["refresh", dataset.to_str().unwrap(), "--anonymous", "--ids", list.to_str().unwrap()])
            .args(["--api-url", &portal.orcid.api_url(), "--strategy", "each", "--retry-wait", "1"])
            .output()
            .unwrap();

    assert_eq!(public.status.code(), Some(0), "{}", said(&public));
    assert_eq!(keywords(&dataset, SOMEBODY), ["open", "trusted"]);
    assert_eq!(manifest(&dataset)["visibility"], "limited");
}

#[test]
fn webhooks_say_who_is_read_and_a_sweep_finds_the_others() {
    let (portal, dataset) = world();
    let marked = ["--limited", "--changes-from", "connect"];
    let first = refresh(&portal, &dataset, &marked);
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    assert_eq!(asked(&portal).len(), 2, "the first run reads everybody");
    let (store, word) = (portal.store(), Secret::new(random_word().unwrap()));
    store.hook(SOMEBODY, &word, portal.now()).unwrap();
    for (orcid, content) in [(SOMEBODY, "new"), (SOMEBODY_ELSE, "missed")] {
        portal.orcid.change(|world| {
            let document = format!(
                r#"<keyword:keyword xmlns:keyword="http://www.orcid.org/ns/keyword"><keyword:content>{content}</keyword:content></keyword:keyword>"#
            );
            world.put_item(orcid, "keyword", Visibility::Public, Source::Person, &document);
        });
    }
    assert!(store.mark(&digest(word.reveal()), portal.now()).unwrap());
    portal.orcid.clear_log();

    let second = refresh(&portal, &dataset, &marked);

    assert_eq!(second.status.code(), Some(0), "{}", said(&second));
    assert_eq!(asked(&portal), [record_of(SOMEBODY)]);
    assert_eq!(keywords(&dataset, SOMEBODY), ["new", "open", "trusted"]);
    assert_eq!(keywords(&dataset, SOMEBODY_ELSE), ["open", "trusted"]);
    assert!(store.marked().unwrap().is_empty(), "what is in the dataset is marked no more");
    portal.orcid.clear_log();
    assert_eq!(refresh(&portal, &dataset, &marked).status.code(), Some(0));
    assert_eq!(asked(&portal), Vec::<String>::new());
    let sweep = refresh(&portal, &dataset, &[&marked[..], &["--sweep-after", "0"]].concat());
    assert_eq!(sweep.status.code(), Some(0), "{}", said(&sweep));
    assert_eq!(keywords(&dataset, SOMEBODY_ELSE), ["missed", "open", "trusted"]);
}

#[test]
fn a_mark_stays_until_its_record_is_in_the_dataset() {
    let (portal, dataset) = world();
    let store = portal.store();
    let word = Secret::new(random_word().unwrap());
    store.hook(SOMEBODY, &word, portal.now()).unwrap();
    store.mark(&digest(word.reveal()), portal.now() - SECOND).unwrap();

    let planned = refresh(&portal, &dataset, &["--limited", "--plan"]);
    assert_eq!(planned.status.code(), Some(0), "{}", said(&planned));
    assert_eq!(store.marked().unwrap().len(), 1);
    store.mark(&digest(word.reveal()), portal.now() + 3_600 * SECOND).unwrap();
    assert_eq!(refresh(&portal, &dataset, &["--limited"]).status.code(), Some(0));

    assert_eq!(store.marked().unwrap().len(), 1, "a call that came after the run began counts");
}

#[test]
fn webhooks_are_registered_listed_revived_and_removed() {
    let (portal, _) = world();
    let secret = portal.folder.path().join("secret");
    std::fs::write(&secret, CLIENT_SECRET).unwrap();
    let webhooks = |arguments: &[&str]| {
        let mut command = orcidlake(&[&["connect", "webhooks"], arguments].concat());
        command.env("ORCIDLAKE_STATE", portal.state()).env("ORCIDLAKE_KEY_FILE", portal.keys());
        if arguments[0] != "list" {
            command.env("ORCIDLAKE_ISSUER", portal.orcid.base_url()).env("ORCIDLAKE_CLIENT_ID", CLIENT_ID);
            command.env("ORCIDLAKE_CLIENT_SECRET_FILE", &secret).env("ORCIDLAKE_PUBLIC_URL", &portal.url);
        }
        command.output().unwrap()
    };
    let known =
        || portal.orcid.webhooks(|hooks| hooks.all().map(|hook| hook.uri.clone()).collect::<Vec<_>>());
    let statuses = |portal: &TestPortal| {
        let log = portal.orcid.log();
        let hooks = log.requests.iter().filter(|request| request.path.contains("/webhook/"));
        hooks.map(|request| (request.method.clone(), request.status.unwrap())).collect::<Vec<_>>()
    };
    let call = |method: &str, status| (method.to_owned(), status);

    let registered = webhooks(&["register"]);

    assert_eq!(registered.status.code(), Some(0), "{}", said(&registered));
    assert_eq!(known().len(), 2);
    assert!(known().iter().all(|uri| uri.starts_with(&format!("{}/", portal.url))), "{:?}", known());
    assert_eq!(statuses(&portal), [call("PUT", 201), call("PUT", 201)]);
    let paths = portal.orcid.log().requests.iter().map(|request| request.path.clone()).collect::<Vec<_>>();
    let hooks: Vec<&String> = paths.iter().filter(|path| path.contains("/webhook/")).collect();
    assert!(
        hooks.iter().all(|path| path.contains("/webhook/http%3A%2F%2F") && !path.contains("v3.0")),
        "{hooks:?}"
    );
    assert_eq!(webhooks(&["register"]).status.code(), Some(0));
    assert_eq!(statuses(&portal)[2..], [call("PUT", 204), call("PUT", 204)]);
    let listed = said(&webhooks(&["list"]));
    assert!(listed.contains(&format!("{SOMEBODY},registered,0,,")), "{listed}");
    assert!(known().iter().all(|uri| !listed.contains(uri)), "addresses are secrets");
    portal.orcid.clear_log();
    let revived = webhooks(&["revive"]);
    assert_eq!(revived.status.code(), Some(0), "{}", said(&revived));
    let both = [call("DELETE", 204), call("PUT", 201)];
    assert_eq!(statuses(&portal), [both.clone(), both].concat());
    let ids = portal.folder.path().join("ids");
    std::fs::write(&ids, "0000-0001-5109-3700\n").unwrap();
    let unknown = webhooks(&["register", "--ids", ids.to_str().unwrap()]);
    assert_eq!(unknown.status.code(), Some(1), "ORCID does not know the iD: {}", said(&unknown));
    assert_eq!(webhooks(&["unregister"]).status.code(), Some(0));
    assert!(known().is_empty());
}
