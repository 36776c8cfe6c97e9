//! What the registry holds: people with their standing, record and activities,
//! all as XML in memory.
//!
//! The same world answers requests and writes dumps, so that a dataset that was
//! refreshed can be compared with a fresh conversion.

use std::collections::BTreeMap;

use bytes::Bytes;
use orcid_xml::{ActivitySection, Document, Orcid, Stub, Timestamp};

use super::facts::Facts;
use super::member::{Item, Section, Table, Visibility};
use super::{instants, xml};

/// What ORCID says of a person's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Active,
    /// Merged into another record; its own data are gone.
    Deprecated(Orcid),
    /// Closed by ORCID; its data are kept and not shown.
    Locked,
    /// Closed by its owner; its data are gone.
    Deactivated,
    /// Made by a member, and not yet taken by its owner.
    Unclaimed,
    NotPublic,
}

/// An activity of a person: `work`, `employment` and so on, and the put code.
pub type ActivityKey = (&'static str, i64);

/// A person.
#[derive(Clone, Debug)]
pub struct Person {
    pub standing: Standing,
    /// `record:record`; empty where the data are gone.
    pub xml: Bytes,
    pub activities: BTreeMap<ActivityKey, Activity>,
    /// What members wrote, and tests in their place; the public ones show in `xml` too.
    pub items: BTreeMap<(Section, i64), Item>,
    /// Who may see what members write from now on.
    pub default_visibility: Visibility,
    pub facts: Facts,
    /// When the record or its standing changed last.
    pub changed: Timestamp,
}

/// An activity in full.
#[derive(Clone, Debug)]
pub struct Activity {
    pub xml: Bytes,
    pub public: bool,
}

/// All people of a registry.
#[derive(Clone, Debug, Default)]
pub struct World {
    people: BTreeMap<Orcid, Person>,
    /// Later than every change so far.
    clock: Timestamp,
    /// The last put code that was given out, by table.
    pub(super) put_codes_given: BTreeMap<Table, i64>,
}

impl World {
    /// Puts a record, new or changed, in place; an `error:error` of a dump sets
    /// the standing it speaks of.
    pub fn put(&mut self, orcid: &str, xml: impl Into<Bytes>) {
        let (orcid, xml) = (id(orcid), xml.into());
        let parsed = orcid_xml::parse(&xml).unwrap_or_else(|error| panic!("{orcid}: {error}"));
        let standing = match &parsed.document {
            Document::Record(record) => {
                let facts = Facts::of(record);
                self.clock = self.clock.max(facts.last_modified.unwrap_or(0));
                let person = self.person(orcid);
                person.standing = Standing::Active;
                person.changed = facts.last_modified.unwrap_or(0);
                person.facts = facts;
                drop(parsed);
                person.xml = xml;
                return;
            }
            Document::Stub(stub) => standing(stub, orcid.as_str()),
            _ => panic!("{orcid}: neither a record nor an error"),
        };
        self.set_standing(orcid.as_str(), standing);
    }

    /// Puts an activity in full in place; `section` may be `work` or `works`.
    pub fn put_activity(&mut self, orcid: &str, section: &str, put_code: i64, xml: impl Into<Bytes>) {
        let activity = Activity { xml: xml.into(), public: true };
        let (kind, person) = (kind(section), self.person(id(orcid)));
        person.activities.insert((kind, put_code), activity);
        // What a member wrote there is in the record's own XML from now on.
        person.items.retain(|(section, code), _| (section.name(), *code) != (kind, put_code));
    }

    pub fn remove_activity(&mut self, orcid: &str, section: &str, put_code: i64) {
        let (kind, person) = (kind(section), self.person(id(orcid)));
        person.activities.remove(&(kind, put_code));
        person.items.retain(|(section, code), _| (section.name(), *code) != (kind, put_code));
    }

    /// Shows an activity no longer: 403/9039.
    pub fn hide_activity(&mut self, orcid: &str, section: &str, put_code: i64) {
        let activity = self.person(id(orcid)).activities.get_mut(&(kind(section), put_code));
        activity.expect("the test hides an activity that is there").public = false;
    }

    /// Takes a record away as if it had never been: 404/9016.
    pub fn remove(&mut self, orcid: &str) {
        self.people.remove(&id(orcid));
    }

    /// 409/9018; [`World::unlock`] shows the record again.
    pub fn lock(&mut self, orcid: &str) {
        self.set_standing(orcid, Standing::Locked);
    }

    pub fn unlock(&mut self, orcid: &str) {
        self.set_standing(orcid, Standing::Active);
    }

    /// 301/9007 to the primary record.
    pub fn deprecate(&mut self, orcid: &str, primary: &str) {
        self.close(orcid, Standing::Deprecated(id(primary)));
    }

    /// 409/9044.
    pub fn deactivate(&mut self, orcid: &str) {
        self.close(orcid, Standing::Deactivated);
    }

    /// 409/9036.
    pub fn unclaim(&mut self, orcid: &str) {
        self.set_standing(orcid, Standing::Unclaimed);
    }

    /// 403/9039.
    pub fn hide(&mut self, orcid: &str) {
        self.set_standing(orcid, Standing::NotPublic);
    }

    /// Changes a record's XML and says so in its history.
    pub fn edit(&mut self, orcid: &str, modified: Timestamp, edit: impl FnOnce(&str) -> String) {
        let edited = edit(&self.text(orcid));
        self.put(orcid, touched(&edited, modified));
    }

    /// A record's XML.
    pub fn text(&self, orcid: &str) -> String {
        let person = self.get(id(orcid)).expect("the test asks for a record that is there");
        String::from_utf8(person.xml.to_vec()).expect("records are UTF-8")
    }

    pub fn get(&self, orcid: Orcid) -> Option<&Person> {
        self.people.get(&orcid)
    }

    pub fn people(&self) -> impl Iterator<Item = (Orcid, &Person)> {
        self.people.iter().map(|(&orcid, person)| (orcid, person))
    }

    /// The iDs whose records are shown.
    pub fn active(&self) -> Vec<Orcid> {
        self.people().filter(|(_, person)| person.standing == Standing::Active).map(|(id, _)| id).collect()
    }

    /// The put codes of a person's activities of a section, as far as they are there in full.
    pub fn put_codes(&self, orcid: &str, section: &str) -> Vec<i64> {
        let wanted = kind(section);
        let keys = self.get(id(orcid)).into_iter().flat_map(|person| person.activities.keys());
        keys.filter(|(kind, _)| *kind == wanted).map(|(_, put_code)| *put_code).collect()
    }

    /// The moment from which the next changes date.
    pub fn clock(&self) -> Timestamp {
        self.clock
    }

    /// Sets it forward, to `2026-01-01T00:00:00Z` or the like.
    pub fn set_clock(&mut self, instant: &str) {
        self.clock = instants::parse(instant).expect("the test gives an instant");
    }

    /// Dates a change of standing.
    pub(super) fn date(&mut self, orcid: Orcid, moment: Timestamp) {
        self.person(orcid).changed = moment;
    }

    pub(super) fn advance(&mut self, by: Timestamp) {
        self.clock += by;
    }

    pub(super) fn person(&mut self, orcid: Orcid) -> &mut Person {
        self.people.entry(orcid).or_insert_with(|| Person {
            standing: Standing::Active,
            xml: Bytes::new(),
            activities: BTreeMap::new(),
            items: BTreeMap::new(),
            default_visibility: Visibility::default(),
            facts: Facts::default(),
            changed: 0,
        })
    }

    fn set_standing(&mut self, orcid: &str, standing: Standing) {
        let clock = self.clock;
        let person = self.person(id(orcid));
        (person.standing, person.changed) = (standing, clock);
    }

    fn close(&mut self, orcid: &str, standing: Standing) {
        self.set_standing(orcid, standing);
        let person = self.person(id(orcid));
        person.xml = Bytes::new();
        person.activities.clear();
        person.items.clear();
    }
}

fn standing(stub: &Stub<'_>, orcid: &str) -> Standing {
    match stub.status() {
        "deprecated" => {
            Standing::Deprecated(stub.primary_orcid(orcid).expect("a deprecated record has a primary"))
        }
        "locked" => Standing::Locked,
        "deactivated" => Standing::Deactivated,
        "unclaimed" => Standing::Unclaimed,
        other => panic!("a dump does not hold the error \"{other}\""),
    }
}

/// The record with a new date of its last change.
pub fn touched(record: &str, modified: Timestamp) -> String {
    let history = xml::find(record, "history:history", 0).expect("a record that changes has a history");
    let element = &record[history.clone()];
    xml::replaced(
        record,
        &history,
        &xml::with_content(element, "common:last-modified-date", &instants::iso(modified)),
    )
}

/// The iD that a test gives.
pub fn id(orcid: &str) -> Orcid {
    Orcid::new(orcid).unwrap_or_else(|| panic!("{orcid} is not an iD"))
}

/// The name of one activity of a section.
pub fn kind(section: &str) -> &'static str {
    ActivitySection::new(section).unwrap_or_else(|| panic!("{section} is not a section")).kind()
}
