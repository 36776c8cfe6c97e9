//! A dataset beside the local ORCID that it came from.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use orcid_xml::Orcid;
use orcidlake::get;
use serde_json::Value;

use orcid_mock::{Fault, Limits, LocalOrcid, When, World};

/// Few tries, and no long waits.
const SHORT: [&str; 4] = ["--retry-wait", "1", "--tries", "4"];

/// A server, and a dataset of what it held when the test began.
pub struct Here {
    pub server: Arc<LocalOrcid>,
    pub dataset: PathBuf,
    folder: tempfile::TempDir,
    archives: Vec<PathBuf>,
}

impl Here {
    /// Of so many synthetic people, with the activities of some endings.
    pub fn new(records: u64, seed: u64, endings: &[char]) -> Self {
        Self::of(LocalOrcid::start(World::from_synth(records, seed), Limits::none()), endings)
    }

    pub fn of(server: LocalOrcid, endings: &[char]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archives = server.world().write_dump(folder.path(), endings);
        let dataset = folder.path().join("orcid");
        convert(&archives, &dataset);
        Self { server: Arc::new(server), dataset, folder, archives }
    }

    /// The same server with a dataset of its own of the same dump.
    pub fn again(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dataset = folder.path().join("orcid");
        convert(&self.archives, &dataset);
        self.server.clear_log();
        Self { server: self.server.clone(), dataset, folder, archives: self.archives.clone() }
    }

    /// The same server with a dataset of the documents in a folder.
    pub fn of_folder(&self, documents: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dataset = folder.path().join("orcid");
        convert(&[documents.to_owned()], &dataset);
        Self { server: self.server.clone(), dataset, folder, archives: Vec::new() }
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    /// Writes a file beside the dataset.
    pub fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// `orcidlake refresh` of the dataset from the server.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orcidlake"));
        command.arg("refresh").arg(&self.dataset).args(arguments);
        command.args([
            "--api-url",
            &self.server.base_url(),
            "--token-file",
            &self.path("token.json"),
            "--threads",
            "1",
        ]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn refresh(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The same of everybody in the dataset, iD by iD and without waiting for the pace.
    pub fn refresh_each(&self, more: &[&str]) -> Output {
        self.refresh(&[&["--all-in-dataset", "--strategy", "each", "--rate", "500"], more].concat())
    }

    /// A dataset made of a world as it is now, with the endings of this one.
    pub fn fresh(&self, world: &World) -> PathBuf {
        let folder = self.folder.path().join("fresh-dump");
        std::fs::create_dir_all(&folder).unwrap();
        let names = self.archives.iter().filter_map(|archive| archive.file_name()?.to_str());
        let endings: Vec<char> = names
            .filter(|name| name.contains("activities"))
            .filter_map(|name| name.split('.').next()?.chars().last())
            .collect();
        let archives = world.write_dump(&folder, &endings);
        let dataset = self.folder.path().join("fresh");
        convert(&archives, &dataset);
        dataset
    }

    /// The ROR id that most people list, with their iDs.
    pub fn most_listed(&self) -> (String, Vec<String>) {
        let world = self.server.world();
        let mut by_ror = std::collections::BTreeMap::<String, Vec<String>>::new();
        for orcid in world.active() {
            let xml = world.text(orcid.as_str());
            for part in xml.split("disambiguated-organization-identifier>") {
                if let Some((ror, _)) =
                    part.split_once('<').filter(|(ror, _)| ror.starts_with("https://ror.org/"))
                {
                    let people = by_ror.entry(ror.to_owned()).or_default();
                    if people.last().map(String::as_str) != Some(orcid.as_str()) {
                        people.push(orcid.to_string());
                    }
                }
            }
        }
        by_ror.into_iter().max_by_key(|(_, people)| people.len()).expect("somebody lists a ROR id")
    }

    pub fn assert_sound(&self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orcidlake"));
        let output = command.arg("verify").arg(&self.dataset).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            text(&output)
        );
    }
}

fn convert(archives: &[PathBuf], dataset: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orcidlake"));
    let output = command.arg("convert").args(archives).arg("--out").arg(dataset).output().unwrap();
    // In a small world an archive of activities may have no members, which ends with 1.
    assert!(output.status.code().is_some_and(|status| status < 2), "{}", text(&output));
}

/// What a run said on standard error.
pub fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a run printed as JSON.
pub fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {}", text(output)))
}

/// All rows of an iD in a table.
pub fn rows(dataset: &Path, orcid: &str, table: &str) -> Vec<Value> {
    let rows = get::dataset_rows(dataset, &[Orcid::new(orcid).unwrap()]).unwrap();
    get::to_json(&rows).get(table).and_then(Value::as_array).cloned().unwrap_or_default()
}

pub fn records(dataset: &Path, orcid: &str) -> Vec<Value> {
    rows(dataset, orcid, "summaries/records")
}

/// The token in a token file.
pub fn access_token(file: &str) -> String {
    let content: Value = serde_json::from_str(file).unwrap();
    content["tokens"][0]["access_token"].as_str().unwrap().to_owned()
}

/// Sends SIGTERM.
pub fn terminate(child: &Child) {
    let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Dates all works of a record anew, as if each had changed.
pub fn with_works_of(xml: &str, clock: i64) -> String {
    let (part, iso) = ("work:work-summary", orcid_mock::instants::iso(clock));
    let end = format!("</{part}>");
    let dated = |item: &str| match item.rsplit_once("<common:last-modified-date>") {
        Some((before, after)) if before.contains(&format!("<{part}")) => {
            let rest = after.split_once('<').unwrap().1;
            format!("{before}<common:last-modified-date>{iso}<{rest}")
        }
        _ => item.to_owned(),
    };
    let items: Vec<String> = xml.split(&end).map(dated).collect();
    items.join(&end).replace("given-names>", "given-names>Newer ")
}

/// The person with the most works in full.
pub fn with_most_works(here: &Here) -> (String, Vec<i64>) {
    let world = here.server.world();
    let works = |orcid: &String| world.put_codes(orcid, "works").len();
    let orcid = world.active().iter().map(ToString::to_string).max_by_key(works).unwrap();
    let works = world.put_codes(&orcid, "works");
    assert!(works.len() > 3, "{}", works.len());
    (orcid, works)
}

/// An answer that is ORCID's document of an error.
pub fn error(status: u16, code: u32, message: &str) -> Fault {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><error:error xmlns:error="http://www.orcid.org/ns/error"><error:response-code>{status}</error:response-code><error:developer-message>{message}</error:developer-message><error:user-message>{message}</error:user-message><error:error-code>{code}</error:error-code></error:error>"#
    );
    Fault::Says { status, body }
}

/// Requests with this part in their path.
pub fn at(part: &str) -> When {
    When::Path(part.to_owned())
}

/// A refresh of everybody by searches for a hundred iDs each.
pub fn by_batches(here: &Here, more: &[&str]) -> Output {
    let arguments = ["--all-in-dataset", "--strategy", "batches", "--rate", "500", "--json"];
    here.refresh(&[&arguments, &SHORT[..], more].concat())
}

/// A refresh of everybody, iD by iD.
pub fn each(here: &Here, more: &[&str]) -> Output {
    here.refresh_each(&[&["--json"], &SHORT[..], more].concat())
}

/// The watermark of everybody in the dataset.
pub fn watermark(here: &Here) -> Option<i64> {
    let manifest = orcidlake::dataset::Manifest::read(&here.dataset).unwrap().unwrap();
    manifest.scopes.get("all").and_then(|scope| scope["watermark"].as_i64())
}

/// The iDs of people who are shown.
pub fn active(here: &Here) -> Vec<String> {
    here.server.world().active().iter().map(ToString::to_string).collect()
}
