//! Connected people through the library: whose token is used for whom, and who counts at the
//! moment of the commit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use orcid_api::{Choice, ClientOptions, Host, Secret};
use orcid_mock::{Account, Limits, LocalOrcid, MEMBER_ID, World};
use orcid_xml::{Orcid, Timestamp};
use orcidlake::refresh::{
    Access, Connected, ConnectedPeople, Observer, Outcome, RefreshError, Scope, Settings, StateFault, refresh,
};

use crate::support::{ONE, OTHER, convert, dump, rows};

/// People with tokens that a test chooses.
#[derive(Debug, Default)]
struct Chosen {
    tokens: BTreeMap<Orcid, Secret>,
    /// How often somebody is named before nobody is connected any more.
    until: Option<usize>,
    asked: AtomicUsize,
    lost: Mutex<Vec<Orcid>>,
}

impl ConnectedPeople for Chosen {
    fn orcids(&self) -> Result<Vec<Orcid>, StateFault> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let is_over = self.until.is_some_and(|until| asked >= until);
        Ok(if is_over { Vec::new() } else { self.tokens.keys().copied().collect() })
    }

    fn token(&self, orcid: Orcid) -> Result<Option<Secret>, StateFault> {
        Ok(self.tokens.get(&orcid).cloned())
    }

    fn lost(&self, orcid: Orcid) -> Result<(), StateFault> {
        self.lost.lock().unwrap().push(orcid);
        Ok(())
    }

    fn marked(&self) -> Result<Vec<Orcid>, StateFault> {
        Ok(Vec::new())
    }

    fn clear_marks(&self, _: &[Orcid], _: Timestamp) -> Result<(), StateFault> {
        Ok(())
    }
}

struct Nobody;

impl Observer for Nobody {}

fn id(orcid: &str) -> Orcid {
    Orcid::new(orcid).unwrap()
}

/// A server with two people, and a dataset of others.
fn world(folder: &Path) -> (LocalOrcid, PathBuf) {
    let server = LocalOrcid::start(World::default(), Limits::none());
    server.add_person(Account::new(ONE, "Sofia", "Garcia"));
    server.add_person(Account::new(OTHER, "Tom", "Brown"));
    let dataset = folder.join("dataset");
    assert_eq!(convert(&[&dump(folder, 3, false)[0]], &dataset, &[]).0, 0);
    (server, dataset)
}

fn token(server: &LocalOrcid, orcid: &str) -> Secret {
    let issue =
        |grants: &mut orcid_mock::Grants| grants.issue_for_test(MEMBER_ID, Some(orcid), &["/read-limited"]);
    Secret::new(server.oauth(|oauth| issue(&mut oauth.grants)))
}

fn run(server: &LocalOrcid, dataset: &Path, people: &Arc<Chosen>) -> Result<Outcome, RefreshError> {
    let mut settings = Settings::new(Scope::Connected(people.tokens.keys().copied().collect()));
    settings.connected = Some(Connected {
        people: people.clone(),
        marks_dataset: true,
        reads_activities: false,
        by_marks: false,
        sweep_after: 0,
    });
    settings.retry_policy.tries = 2;
    settings.retry_policy.first_wait = Duration::from_millis(1);
    let host = Host::new(&Choice { api_url: Some(server.base_url()), member: true, ..Choice::default() });
    let options = Box::new(ClientOptions::new(host.unwrap(), "test/1"));
    let access = Access::Http { options, client_id: None };
    refresh(dataset, &settings, &access, &Nobody, &Arc::new(AtomicBool::new(false)))
}

#[test]
fn the_token_of_another_person_is_a_fault_and_no_lost_permission() {
    let folder = tempfile::tempdir().unwrap();
    let (server, dataset) = world(folder.path());
    let tokens = BTreeMap::from([(id(ONE), token(&server, OTHER)), (id(OTHER), token(&server, OTHER))]);
    let people = Arc::new(Chosen { tokens, ..Chosen::default() });

    let outcome = run(&server, &dataset, &people).unwrap();

    assert_eq!(outcome.given_up, BTreeMap::from([("wrong-token".to_owned(), 1)]));
    assert!(people.lost.lock().unwrap().is_empty());
    assert!(rows(&dataset, ONE, "summaries/records").is_empty());
    assert_eq!(rows(&dataset, OTHER, "summaries/records").len(), 1);
}

#[test]
fn a_refused_token_is_lost_and_a_server_that_refuses_everybody_ends_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let (server, dataset) = world(folder.path());
    let tokens = BTreeMap::from([(id(ONE), Secret::new("unknown")), (id(OTHER), token(&server, OTHER))]);
    let people = Arc::new(Chosen { tokens, ..Chosen::default() });
    run(&server, &dataset, &people).unwrap();
    assert_eq!(*people.lost.lock().unwrap(), [id(ONE)]);

    let strangers = (30_000_000u64..).filter_map(|number| {
        let digits = format!("{number:016}");
        let orcid = [&digits[..4], &digits[4..8], &digits[8..12], &digits[12..]].join("-");
        Orcid::new(&orcid).filter(|orcid| orcid.has_valid_check_digit())
    });
    let tokens = strangers.take(60).map(|orcid| (orcid, Secret::new("unknown"))).collect();
    let people = Arc::new(Chosen { tokens, ..Chosen::default() });
    let error = run(&server, &dataset, &people).unwrap_err();

    assert!(error.to_string().contains("tokens of all people"), "{error}");
    let lost = people.lost.lock().unwrap().len();
    assert!(lost <= 20, "{lost} people would have to connect again");
}

#[test]
fn who_disconnects_while_a_run_is_under_way_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let (server, dataset) = world(folder.path());
    let tokens = BTreeMap::from([(id(ONE), token(&server, ONE))]);
    let people = Arc::new(Chosen { tokens, until: Some(0), ..Chosen::default() });

    run(&server, &dataset, &people).unwrap();

    assert!(people.asked.load(Ordering::Relaxed) > 0);
    assert!(rows(&dataset, ONE, "summaries/records").is_empty());
}
