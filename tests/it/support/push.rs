//! Runs of `push` against the registry in memory, with a state folder and inputs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use orcid_api::member::Section;
use orcidlake::push::{Access, Options, Pushed, ReportRow, Settings, State, push};

use super::registry::{CLIENT, Everybody, Registry, TestClock};

pub const ADA: &str = "0000-0002-1825-0097";
pub const BEN: &str = "0000-0001-5109-3700";

/// A state folder with its inputs.
pub struct World {
    pub folder: tempfile::TempDir,
    pub registry: Registry,
    pub permissions: Everybody,
    pub options: Options,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            registry: Registry::default(),
            permissions: Everybody::default(),
            options: Options::default(),
        }
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub fn settings(&self) -> Settings {
        let mut settings = Settings::new(self.state(), "https://api.example/v3.0", CLIENT);
        settings.options = self.options;
        settings
    }

    pub fn try_push(&self, inputs: &[PathBuf]) -> Pushed {
        let clock = TestClock::default();
        let access = Access { client: &self.registry, permissions: &self.permissions, clock: &clock };
        push(inputs, &self.settings(), &access, None, &|_| {}, &AtomicBool::new(false)).unwrap()
    }

    pub fn push(&self, input: &Path) -> Vec<ReportRow> {
        let pushed = self.try_push(&[input.to_owned()]);
        assert!(pushed.ended_by.is_none(), "{:?}", pushed.ended_by);
        pushed.rows
    }

    /// The titles, roles or contents of a person's items.
    pub fn texts(&self, section: Section, tag: &str) -> Vec<String> {
        let items = self.registry.items().into_iter().filter(|item| item.section == section);
        let text = |xml: &str| Some(xml.split_once(&format!("{tag}>"))?.1.split_once('<')?.0.to_owned());
        items.filter_map(|item| text(&item.xml)).collect()
    }
}

pub const HEADER: &str = "Local Id,ORCID iD,Affiliation Type,Role,Start Date,End Date,Organisation,City,Country,Disambiguated Id,Disambiguation Source,Delete Record\n";

pub fn staff(id: &str, orcid: &str, role: &str, delete: &str) -> String {
    format!(
        "{id},{orcid},staff,{role},2020-01,,University of Wellington,Wellington,NZ,https://ror.org/0040r6f76,ROR,{delete}\n"
    )
}

pub fn table(rows: &[String]) -> String {
    format!("{HEADER}{}", rows.concat())
}

pub fn states(rows: &[ReportRow]) -> Vec<State> {
    rows.iter().map(|row| row.state).collect()
}

pub fn work(title: &str, doi: &str, relationship: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<work:work xmlns:work=\"http://www.orcid.org/ns/work\" xmlns:common=\"http://www.orcid.org/ns/common\">\n<work:title><common:title>{title}</common:title></work:title>\n<work:type>book</work:type>\n<common:external-ids><common:external-id><common:external-id-type>doi</common:external-id-type><common:external-id-value>{doi}</common:external-id-value><common:external-id-relationship>{relationship}</common:external-id-relationship></common:external-id></common:external-ids>\n</work:work>\n"
    )
}
