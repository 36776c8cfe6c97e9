//! A world from archives, and archives from a world, in the layout of the dumps.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use orcid_xml::{MemberName, Orcid};

use super::answer::error_document;
use super::api::words;
use super::compress::Archive;
use super::world::{Person, Standing, World};

/// The name of the dump that a world comes from and gives.
const RELEASE: &str = "ORCID_2025_10";

impl World {
    /// A world of synthetic people with all their activities.
    pub fn from_synth(records: u64, seed: u64) -> World {
        let folder = tempfile::tempdir().expect("there is room for a test");
        let options = orcid_synth::Options {
            records,
            seed,
            activities: true,
            compression: 1,
            ..orcid_synth::Options::default()
        };
        let written = orcid_synth::write_dump(&options, folder.path(), &|_| {}).expect("the dump is made");
        World::from_archives(written.iter().map(|archive| archive.path.as_path()))
    }

    /// A world from archives of summaries and activities.
    pub fn from_archives<'p>(archives: impl IntoIterator<Item = &'p Path>) -> World {
        let mut world = World::default();
        for path in archives {
            let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut archive = tar::Archive::new(MultiGzDecoder::new(file));
            for entry in archive.entries().expect("an archive has entries") {
                world.take_in(&mut entry.expect("the archive is whole"));
            }
        }
        world
    }

    fn take_in(&mut self, entry: &mut tar::Entry<'_, impl Read>) {
        let path = entry.path().expect("members have names").display().to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("the archive is whole");
        match MemberName::new(&path) {
            MemberName::Summary(orcid) => self.put(orcid.as_str(), content),
            MemberName::Activity { orcid, section, put_code } => {
                self.put_activity(orcid.as_str(), section.kind(), put_code, content);
            }
            MemberName::OtherXml | MemberName::Other => {}
        }
    }

    /// Writes the world as it is now: the summaries, and the activities of the
    /// iDs with these last characters. Gives the archives.
    pub fn write_dump(&self, folder: &Path, endings: &[char]) -> Vec<PathBuf> {
        let path = |name: &str| folder.join(format!("{name}.tar.gz"));
        let summaries = format!("{RELEASE}_summaries");
        self.write_summaries(&path(&summaries), &summaries);
        let mut archives = vec![path(&summaries)];
        for ending in endings {
            let activities = format!("{RELEASE}_activities_{ending}");
            self.write_activities(&path(&activities), &activities, *ending);
            archives.push(path(&activities));
        }
        archives
    }

    /// Who is not public or not claimed stands in no dump.
    fn write_summaries(&self, path: &Path, root: &str) {
        let mut archive = Archive::create(path).expect("the folder takes archives");
        for (orcid, person) in self.people() {
            let id = orcid.as_str();
            let member = format!("{root}/{}/{id}.xml", &id[16..]);
            if let Some(content) = summary_of(orcid, person) {
                archive.append(&member, &content).expect("the disk has room");
            }
        }
        archive.finish().expect("the disk has room");
    }

    fn write_activities(&self, path: &Path, root: &str, ending: char) {
        let mut archive = Archive::create(path).expect("the folder takes archives");
        let shown = self.people().filter(|(_, person)| person.standing == Standing::Active);
        for (orcid, person) in shown.filter(|(orcid, _)| orcid.as_str().ends_with(ending)) {
            let id = orcid.as_str();
            for ((kind, put_code), activity) in person.activities.iter().filter(|(_, one)| one.public) {
                let section = folder_of(kind);
                let member = format!("{root}/{}/{id}/{section}/{id}_{section}_{put_code}.xml", &id[16..]);
                archive.append(&member, &activity.xml).expect("the disk has room");
            }
        }
        archive.finish().expect("the disk has room");
    }
}

/// The file of a person among the summaries: the record, or an error about it; `None` for who is not
/// public or not claimed.
pub fn summary_of<'p>(orcid: Orcid, person: &'p Person) -> Option<Cow<'p, [u8]>> {
    match person.standing {
        Standing::Active => Some(Cow::Borrowed(person.xml.as_ref())),
        Standing::Unclaimed | Standing::NotPublic => None,
        standing => {
            let (status, code, developer, user) = words(orcid, standing);
            Some(Cow::Owned(error_document(status, code, &developer, &user).into_bytes()))
        }
    }
}

/// The folder of a section, of which one is singular.
pub fn folder_of(kind: &str) -> String {
    if kind == "membership" { kind.to_owned() } else { format!("{kind}s") }
}
