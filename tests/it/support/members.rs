//! People who have permitted a member to write, at the local ORCID, and runs of `push`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use orcid_mock::{Client, ClientKind, Item, Limits, LocalOrcid, Section, World};
use serde_json::Value;

use super::orcidlake;

pub const CLIENT: &str = "APP-TEST000000000001";
pub const ROR: &str = "https://ror.org/04fa4r544";

/// The columns of the NZ ORCID Hub.
pub const HEADER: &str = "Local Id,ORCID iD,Affiliation Type,Role,Start Date,Organisation,City,Country,Disambiguated Id,Disambiguation Source,Delete Record\n";

/// A local ORCID with people, and a folder for what is pushed.
pub struct Members {
    pub orcid: LocalOrcid,
    pub folder: tempfile::TempDir,
    pub people: Vec<String>,
}

impl Members {
    /// So many people, all of whom have permitted everything.
    pub fn new(people: usize) -> Self {
        let world = World::from_synth(people as u64 * 2 + 20, 7);
        let active: Vec<String> = world.active().iter().map(ToString::to_string).take(people).collect();
        assert_eq!(active.len(), people);
        let orcid = LocalOrcid::start(world, Limits::none());
        orcid
            .oauth(|oauth| oauth.grants.clients.register(Client::new(ClientKind::Premium, CLIENT, "secret")));
        let members = Self { orcid, folder: tempfile::tempdir().unwrap(), people: active };
        members.write_tokens(&members.people);
        members
    }

    /// The table of tokens, with new ones.
    pub fn write_tokens(&self, people: &[String]) {
        let mut text = "orcid,token,scopes\n".to_owned();
        for person in people {
            let token = self.token(person, &["/read-limited", "/activities/update", "/person/update"]);
            text += &format!("{person},{token},/read-limited /activities/update /person/update\n");
        }
        self.write_table_of_tokens(&text);
    }

    pub fn token(&self, person: &str, scopes: &[&str]) -> String {
        self.orcid.oauth(|oauth| oauth.grants.issue_for_test(CLIENT, Some(person), scopes))
    }

    pub fn write_table_of_tokens(&self, text: &str) {
        let path = self.path("tokens.csv");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// `push` with its options; waits are short.
    pub fn command(&self, more: &[&str]) -> Command {
        let api = self.orcid.base_url();
        let mut command = orcidlake(&["push", "--client-id", CLIENT, "--api-url", &api, "--quiet"]);
        command.arg("--state").arg(self.path("state")).arg("--tokens").arg(self.path("tokens.csv"));
        command.arg("--report").arg(self.path("report.csv"));
        for (option, value) in [("--retry-wait", "20"), ("--settle", "300"), ("--timeout", "5")] {
            if !more.contains(&option) {
                command.args([option, value]);
            }
        }
        command.args(more);
        command
    }

    pub fn push(&self, inputs: &[&Path], more: &[&str]) -> Output {
        self.command(more).args(inputs).output().unwrap()
    }

    /// Pushes, and gives state, what was done and reason of each row.
    pub fn pushed(&self, inputs: &[&Path], more: &[&str]) -> Vec<Reported> {
        let output = self.push(inputs, more);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code().is_some_and(|code| code < 2), "{told}");
        self.report()
    }

    pub fn report(&self) -> Vec<Reported> {
        let mut reader = csv::Reader::from_path(self.path("report.csv")).unwrap();
        let row = |row: csv::StringRecord| Reported {
            orcid: row[2].to_owned(),
            id: row[4].to_owned(),
            state: row[5].to_owned(),
            done: row[6].to_owned(),
            put_code: row[7].parse().ok(),
            code: row[9].to_owned(),
            reason: row[10].to_owned(),
            notes: row[11].to_owned(),
        };
        reader.records().map(|record| row(record.unwrap())).collect()
    }

    /// The items of a section that this client has added.
    pub fn own(&self, person: &str, section: Section) -> Vec<Item> {
        let world = self.orcid.world();
        let found = world.get(orcid_xml::Orcid::new(person).unwrap()).unwrap();
        let own = |item: &&Item| item.section == section && item.source.client_id() == Some(CLIENT);
        found.items.values().filter(own).cloned().collect()
    }

    /// Asserts that no more requests came than a member may send: 24 a second. A busy machine holds some up, which then
    /// come close to later ones; so four seconds are counted together, and those of half a second may be more.
    pub fn assert_rate_is_kept(&self) {
        let (busiest, too_fast) =
            self.orcid.member(|api| (api.calls.busiest(Duration::from_secs(4)), api.calls.too_fast()));
        assert!(busiest <= 24 * 4 + 12, "{busiest} in four seconds");
        assert_eq!(too_fast, 0);
    }

    /// All items that this client has added.
    pub fn all_own(&self) -> Vec<(String, Item)> {
        let world = self.orcid.world();
        let mut all = Vec::new();
        for (orcid, person) in world.people() {
            let own = person.items.values().filter(|item| item.source.client_id() == Some(CLIENT));
            all.extend(own.map(|item| (orcid.to_string(), item.clone())));
        }
        all
    }
}

/// A row of the report.
#[derive(Debug, Clone)]
pub struct Reported {
    pub orcid: String,
    pub id: String,
    pub state: String,
    pub done: String,
    pub put_code: Option<i64>,
    pub code: String,
    pub reason: String,
    pub notes: String,
}

/// A row of an employment.
pub fn employment(id: &str, person: &str, role: &str) -> String {
    format!("{id},{person},staff,{role},2020-01,ORCID,Bethesda,US,{ROR},ROR,\n")
}

/// A table of rows.
pub fn table(rows: &[String]) -> String {
    format!("{HEADER}{}", rows.concat())
}

/// A line of a work in JSON lines.
pub fn work(id: &str, person: &str, title: &str, doi: &str) -> String {
    let value: Value = serde_json::json!({
        "orcid": person,
        "section": "work",
        "id": id,
        "item": {
            "type": "book",
            "title": { "title": { "value": title } },
            "external-ids": { "external-id": [{
                "external-id-type": "doi",
                "external-id-value": doi,
                "external-id-relationship": "self",
            }] },
        },
    });
    format!("{value}\n")
}
