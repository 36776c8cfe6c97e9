//! A refresh by a client in memory: nothing of a refresh needs the network but the client that
//! is made for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use crate::support::tables::all_rows;
use crate::support::{ONE, OTHER, convert, folder, given_names, record, tar};
use orcid_api::{ApiError, Choice, Client, Fault, Host, Reply};
use orcid_xml::{Orcid, Timestamp};
use orcidlake::refresh::{
    Access, Ended, Observer, Outcome, RefreshError, Scope, Settings, Strategy, refresh,
};

/// Answers by path, and what was asked.
struct Memory {
    host: Host,
    answers: BTreeMap<String, Reply>,
    asked: Mutex<Vec<String>>,
}

impl Memory {
    fn new(answers: &[(&str, &str)]) -> Arc<Self> {
        let answer = |(orcid, body): &(&str, &str)| {
            let status = if body.contains("error:error") { 404 } else { 200 };
            let reply = Reply { status, body: body.as_bytes().to_vec(), ..Reply::default() };
            (format!("/{orcid}/record"), reply)
        };
        let url = Some("http://memory.example/v3.0".to_owned());
        let host = Host::new(&Choice { api_url: url, ..Choice::default() }).unwrap();
        Arc::new(Self { host, answers: answers.iter().map(answer).collect(), asked: Mutex::default() })
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

impl Client for Memory {
    fn get(&self, path: &str) -> Result<Reply, Fault> {
        self.asked.lock().unwrap().push(path.to_owned());
        let gone = || Fault { code: "no-connection", what: format!("nothing is known of {path}") };
        self.answers.get(path).cloned().ok_or_else(gone)
    }

    fn renew(&self, _: Timestamp, _: Timestamp) -> Result<bool, ApiError> {
        Err(ApiError::Refused { what: "there are no tokens here".to_owned() })
    }

    fn client_id(&self) -> Option<String> {
        None
    }

    fn host(&self) -> &Host {
        &self.host
    }
}

/// Nobody watches.
struct Nobody;

impl Observer for Nobody {}

/// A dataset of two people, as of January 2025.
fn dataset(folder: &Path) -> PathBuf {
    let archive = folder.join("ORCID_2025_10_summaries.tar");
    let members = [ONE, OTHER].map(|orcid| {
        let path = format!("ORCID_2025_10_summaries/{}/{orcid}.xml", &orcid[16..]);
        (path, record(orcid, "Ada", &changed("2025-01-01T00:00:00.000Z")))
    });
    let members: Vec<(&str, &[u8])> =
        members.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    std::fs::write(&archive, tar(&members)).unwrap();
    let out = folder.join("orcid");
    assert_eq!(convert(&[&archive], &out, &[]).0, 0);
    out
}

fn changed(time: &str) -> String {
    format!(
        "<history:history xmlns:history=\"http://www.orcid.org/ns/history\"><common:last-modified-date>{time}</common:last-modified-date></history:history>"
    )
}

fn run(client: Arc<Memory>, dataset: &Path) -> Result<Outcome, RefreshError> {
    let ids = [ONE, OTHER].map(|orcid| Orcid::new(orcid).unwrap()).to_vec();
    let mut settings = Settings::new(Scope::Ids(ids));
    settings.strategy = Some(Strategy::Each);
    settings.retry_policy.first_wait = std::time::Duration::from_millis(1);
    refresh(dataset, &settings, &Access::Client(client), &Nobody, &Arc::new(AtomicBool::new(false)))
}

#[test]
fn a_refresh_reads_through_whatever_client_it_is_given() {
    let folder = folder();
    let dataset = dataset(folder.path());
    let new = record(ONE, "Augusta", &changed("2025-06-01T00:00:00.000Z"));
    let gone = "<error:error xmlns:error=\"http://www.orcid.org/ns/error\"><error:error-code>9016</error:error-code></error:error>";
    let client = Memory::new(&[(ONE, &new), (OTHER, gone)]);

    let outcome = run(client.clone(), &dataset).unwrap();

    assert_eq!(outcome.end, Ended::Applied);
    assert_eq!(client.asked(), [format!("/{OTHER}/record"), format!("/{ONE}/record")]);
    assert_eq!(given_names(&dataset, ONE), ["Augusta"]);
    assert!(given_names(&dataset, OTHER).is_empty());
}

#[test]
fn a_client_without_answers_changes_nothing() {
    let folder = folder();
    let dataset = dataset(folder.path());
    let before = all_rows(&dataset);

    let error = run(Memory::new(&[]), &dataset).unwrap_err();

    assert!(error.to_string().contains("has answered no request"), "{error}");
    assert_eq!(all_rows(&dataset), before);
}
