//! What people, reconcile and coverage say of iDs that their people have connected.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use orcid_mock::Account;
use orcidlake::connect::LinkState;
use serde_json::Value;

use crate::support::portal::TestPortal;
use crate::support::{convert, dump, orcidlake, run};

/// A matched dataset, and a portal in which some of its people have connected their iDs.
struct World {
    portal: TestPortal,
    dataset: PathBuf,
    /// The institution, and the iDs of its people.
    ror: String,
    people: Vec<String>,
}

fn lines(arguments: &[&str]) -> Vec<Value> {
    let output = run(arguments);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

impl World {
    /// Of four people of an institution, the first is connected, the second has lost the
    /// permission, the third has disconnected, and the fourth has never come.
    fn new() -> Self {
        let portal = TestPortal::start();
        let dataset = portal.folder.path().join("dataset");
        let archives = dump(portal.folder.path(), 300, false);
        assert_eq!(convert(&[&archives[0]], &dataset, &[]).0, 0);
        orcid_synth::write_ror(1_000, portal.folder.path()).unwrap();
        let ror = portal.folder.path().join("v0.1-2025-10-01-ror-data.zip");
        assert!(run(&["match", text(&dataset), "--ror-release", text(&ror)]).status.success());
        let (ror, people) = institution(&dataset);
        for (number, orcid) in people.iter().take(3).enumerate() {
            portal.orcid.add_person(Account::new(orcid, "Sofia", "Garcia"));
            let local_id = format!("u{number}");
            portal.connected(&portal.entered(&local_id), orcid);
        }
        let store = portal.store();
        assert!(store.lose(&people[1], portal.now()).unwrap());
        let gone = store.person_by_local_id("u2").unwrap().unwrap();
        portal.connect().disconnect(gone.id, "test", portal.now()).unwrap();
        Self { portal, dataset, ror, people }
    }

    fn export(&self) {
        let mut command = orcidlake(&["connect", "export", "--to", text(&self.dataset)]);
        command.env("ORCIDLAKE_STATE", self.portal.state()).env("ORCIDLAKE_KEY_FILE", self.portal.keys());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// The iDs that are certain: those of the connected, and of those whose permission is lost.
    fn certain(&self) -> BTreeSet<&str> {
        self.people[..2].iter().map(String::as_str).collect()
    }
}

/// An institution with at least four people, and their iDs.
fn institution(dataset: &Path) -> (String, Vec<String>) {
    let covered = lines(&["coverage", text(dataset), "--top", "100", "--json"]);
    let mut affiliations = BTreeMap::<&str, u64>::new();
    for row in &covered {
        *affiliations.entry(row["ror_id"].as_str().unwrap()).or_default() +=
            row["affiliations"].as_u64().unwrap();
    }
    let of = |ror: &str| -> Vec<String> {
        let rows = lines(&["people", text(dataset), "--ror", ror, "--json"]);
        let people: BTreeSet<&str> = rows.iter().map(|row| row["orcid"].as_str().unwrap()).collect();
        people.into_iter().map(str::to_owned).collect()
    };
    let large = affiliations.into_iter().filter(|(_, count)| *count >= 4);
    let mut found = large.map(|(ror, _)| (ror.to_owned(), of(ror)));
    found.find(|(_, people)| people.len() >= 4).expect("an institution has four people")
}

#[test]
fn people_are_authenticated_whose_link_the_portal_has() {
    let world = World::new();
    let people = || lines(&["people", text(&world.dataset), "--ror", &world.ror, "--json"]);
    assert!(people().iter().all(|row| row["authenticated"] == false), "nothing is exported yet");

    world.export();

    let rows = people();
    assert!(rows.iter().any(|row| row["authenticated"] == true));
    for row in &rows {
        let orcid = row["orcid"].as_str().unwrap();
        assert_eq!(row["authenticated"], world.certain().contains(orcid), "{row}");
    }
    let csv = run(&["people", text(&world.dataset), "--ror", &world.ror]);
    let csv = String::from_utf8(csv.stdout).unwrap();
    assert!(csv.lines().next().unwrap().ends_with(",authenticated"), "{csv}");
    assert!(csv.lines().any(|line| line.starts_with(&world.people[0]) && line.ends_with(",true")), "{csv}");
    assert!(csv.lines().any(|line| line.starts_with(&world.people[3]) && line.ends_with(",false")), "{csv}");
}

#[test]
fn candidates_are_authenticated_whose_link_the_portal_has() {
    let world = World::new();
    world.export();
    let list = world.portal.folder.path().join("staff.csv");
    let rows: Vec<String> = world.people[..4].iter().map(|orcid| format!("Nobody,,{orcid}\n")).collect();
    std::fs::write(&list, format!("name,email,orcid\n{}Nobody Else,,\n", rows.concat())).unwrap();

    let found = lines(&["reconcile", text(&world.dataset), text(&list), "--json"]);

    let of = |line: u64| found.iter().find(|row| row["line"] == line).unwrap();
    let told: Vec<bool> = (2..7).map(|line| of(line)["authenticated"].as_bool().unwrap()).collect();
    assert_eq!(told, [true, true, false, false, false], "{found:?}");
}

#[test]
fn coverage_counts_the_affiliations_of_authenticated_people() {
    let world = World::new();
    let count = || {
        let rows = lines(&["coverage", text(&world.dataset), "--ror", &world.ror, "--json"]);
        rows.iter().map(|row| row["authenticated"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(count(), 0);

    world.export();

    let rows = lines(&["people", text(&world.dataset), "--ror", &world.ror, "--json"]);
    let expected = rows.iter().filter(|row| world.certain().contains(row["orcid"].as_str().unwrap())).count();
    assert!(expected > 0);
    assert_eq!(count(), expected as u64);
    assert_eq!(world.portal.state_of("u1").0, LinkState::Lost.name(), "a lost permission is no other iD");
}
