//! A local ORCID beside a dataset of some of its people, who join the selection and leave it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use orcidlake::dataset::Manifest;

use super::refresh::{Here, text};
use super::slices::{cells, usual_institution, with_rows};
use super::tables::{all_rows, assert_same};
use super::{convert, run};

/// An organization that no selection of these tests means.
const NOWHERE: &str = "<common:organization><common:name>Nowhere at All</common:name><common:address>\
    <common:city>Nowhere</common:city><common:country>AQ</common:country></common:address></common:organization>";
pub const BEGIN: &str = "<common:organization>";
pub const END: &str = "</common:organization>";

/// A world with a slice of it.
pub struct World {
    pub here: Here,
    /// A dataset of everybody, before anything has changed.
    pub whole: PathBuf,
    pub options: Vec<String>,
    pub place: tempfile::TempDir,
}

/// The places of the organizations of affiliations in a record.
fn organizations(xml: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for (start, _) in xml.match_indices(BEGIN) {
        let end = start + xml[start..].find(END).unwrap() + END.len();
        let tag = xml[..start].rfind("-summary ").map(|at| &xml[..at]).unwrap_or_default();
        let name = tag.rsplit('<').next().unwrap_or_default();
        if !name.starts_with("funding") && !name.starts_with("peer-review") && !name.starts_with("work") {
            found.push(start..end);
        }
    }
    found
}

/// The record with another first organization, of an affiliation without an end.
pub fn joined(xml: &str, block: &str) -> String {
    let place = organizations(xml)[0].clone();
    let mut text = format!("{}{block}{}", &xml[..place.start], &xml[place.end..]);
    let (begin, end) = ("<common:end-date>", "</common:end-date>");
    while let Some(start) = text.find(begin) {
        let after = start + text[start..].find(end).unwrap() + end.len();
        text.replace_range(start..after, "");
    }
    text
}

/// The record without any of its organizations, and with no address in `codes`.
pub fn left(xml: &str, codes: &[&str]) -> String {
    let mut text = xml.to_owned();
    for place in organizations(xml).into_iter().rev() {
        text.replace_range(place, NOWHERE);
    }
    codes.iter().fold(text, |text, code| text.replace(&format!(":country>{code}<"), ":country>AQ<"))
}

impl World {
    /// `options` may be made of the whole dataset.
    pub fn new(endings: &[char], options: impl Fn(&Path, &Path) -> Vec<String>) -> Self {
        let mut here = Here::new(60, 7, endings);
        let place = tempfile::tempdir().unwrap();
        let options = options(&here.dataset, place.path());
        let own = Self::converted(&here, place.path(), "slice", endings, &options);
        let whole = std::mem::replace(&mut here.dataset, own);
        Self { here, whole, options, place }
    }

    pub fn converted(here: &Here, place: &Path, name: &str, endings: &[char], options: &[String]) -> PathBuf {
        let folder = place.join(format!("dump-{name}"));
        std::fs::create_dir_all(&folder).unwrap();
        let archives = here.server.world().write_dump(&folder, endings);
        let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
        let out = place.join(name);
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let (status, told) = convert(&archives, &out, &options);
        assert!(status < 2, "{options:?}: {told}");
        out
    }

    pub fn refresh(&self, more: &[&str]) -> String {
        let usual = ["--rate", "500", "--max-removals", "100%"];
        let output = self.here.refresh(&[&usual[..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{more:?}: {}", text(&output));
        self.here.assert_sound();
        text(&output)
    }

    /// The slice has the rows of a slice of the world as it is now.
    pub fn assert_fresh(&self, name: &str, endings: &[char]) {
        let fresh = Self::converted(&self.here, self.place.path(), name, endings, &self.options);
        assert_same(&with_rows(all_rows(&self.here.dataset)), &with_rows(all_rows(&fresh)));
    }

    pub fn people(&self) -> BTreeSet<String> {
        let rows = cells(&self.here.dataset, "summaries/records", &["orcid"]);
        rows.into_iter().map(|row| row["orcid"].clone()).collect()
    }

    /// People who are shown, with an affiliation, in the slice or not.
    pub fn shown(&self, selected: bool) -> Vec<String> {
        let (people, world) = (self.people(), self.here.server.world());
        let active = world.active().into_iter().map(|orcid| orcid.to_string());
        let active = active.filter(|orcid| !organizations(&world.text(orcid)).is_empty());
        active.filter(|orcid| people.contains(orcid) == selected).collect()
    }

    pub fn edit(&self, orcid: &str, edit: impl FnOnce(&str) -> String) {
        self.here.server.change(|world| {
            let clock = world.clock() + 1_000_000;
            world.edit(orcid, clock, edit);
        });
    }

    pub fn text(&self, orcid: &str) -> String {
        self.here.server.world().text(orcid)
    }

    pub fn left(&self) -> Vec<(String, String)> {
        let left = Manifest::read(&self.here.dataset).unwrap().unwrap().left;
        left.into_iter().map(|(orcid, leaver)| (orcid, leaver.reason)).collect()
    }

    /// Somebody joins, somebody leaves, others change or are closed; then the first two return to
    /// where they were, and one who was locked is shown again.
    pub fn lives_on(&self, endings: &[char], block: &str, codes: &[&str], more: &[&str]) -> String {
        let before = self.people();
        self.here.server.change(|world| world.evolve(3, 0.3));
        let (inside, outside) = (self.shown(true), self.shown(false));
        let (leaver, stays, newcomer) = (&inside[0], &inside[1], &outside[0]);
        let (own, other) = (self.text(leaver), self.text(newcomer));
        self.edit(leaver, |xml| left(xml, codes));
        self.edit(newcomer, |xml| joined(xml, block));
        self.here.server.change(|world| world.lock(stays));

        let told = self.refresh(more);

        let people = self.people();
        assert!(before.contains(leaver) && !people.contains(leaver), "{leaver}: {told}");
        assert!(!before.contains(newcomer) && people.contains(newcomer), "{newcomer}: {told}");
        assert!(self.left().contains(&(leaver.clone(), "not-selected".to_owned())), "{:?}", self.left());
        assert!(self.left().contains(&(stays.clone(), "locked".to_owned())), "{:?}", self.left());
        let gone = before.iter().filter(|orcid| !people.contains(*orcid));
        assert!(gone.eq(self.left().iter().map(|(orcid, _)| orcid)), "all who have left are marked");
        self.assert_fresh("fresh", endings);

        // What has changed before the last refresh is known.
        let clock = orcid_mock::instants::now();
        self.here.server.change(|world| {
            world.edit(leaver, clock, |_| own);
            world.edit(newcomer, clock, |_| other);
        });
        self.here.server.change(|world| world.unlock(stays));
        self.refresh(more);
        assert!(self.people().contains(leaver) && self.people().contains(stays));
        let marked: Vec<String> = self.left().into_iter().map(|(orcid, _)| orcid).collect();
        assert!(marked.contains(newcomer) && !marked.contains(leaver) && !marked.contains(stays));
        self.assert_fresh("fresher", endings);
        told
    }
}

/// The options that select the people of the institution with the most affiliations. Its dataset is matched to
/// find it.
pub fn of_usual_institution(whole: &Path, place: &Path) -> Vec<String> {
    let release = orcid_synth::write_ror(500, place).unwrap();
    let release = release.to_str().unwrap();
    assert!(run(&["match", whole.to_str().unwrap(), "--ror-release", release]).status.success());
    list(&["--ror", &usual_institution(whole), "--ror-release", release])
}

pub fn list(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

pub fn organization(name: &str, country: &str, source: &str, id: &str) -> String {
    format!(
        "{BEGIN}<common:name>{name}</common:name><common:address><common:city>Somewhere</common:city>\
         <common:country>{country}</common:country></common:address><common:disambiguated-organization>\
         <common:disambiguated-organization-identifier>{id}</common:disambiguated-organization-identifier>\
         <common:disambiguation-source>{source}</common:disambiguation-source>\
         </common:disambiguated-organization>{END}"
    )
}
