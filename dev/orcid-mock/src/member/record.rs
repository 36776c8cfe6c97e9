//! Items in the records of a world: a test or a member puts them in, and what is public shows
//! in the record's XML, and so in the public API, in searches and in dumps.

use orcid_xml::{Orcid, Timestamp};

use super::item::{Item, Source, Visibility};
use super::node::Node;
use super::section::{Section, Table};
use super::{lists, views};
use crate::instants::{self, iso};
use crate::world::{Activity, Person, World, id, touched};
use crate::xml;

/// Put codes of each table begin above this, unless the world has higher ones.
const FIRST_PUT_CODE: i64 = 1000;

/// Dates have milliseconds.
const MILLISECOND: Timestamp = 1000;

/// The lists of activities in their order.
pub const ACTIVITIES: [Section; 11] = [
    Section::Distinction,
    Section::Education,
    Section::Employment,
    Section::Funding,
    Section::InvitedPosition,
    Section::Membership,
    Section::PeerReview,
    Section::Qualification,
    Section::ResearchResource,
    Section::Service,
    Section::Work,
];

/// What stands in `person:person`, in its order.
pub const PERSON: [&str; 8] = [
    "person:name",
    "other-name:other-names",
    "person:biography",
    "researcher-url:researcher-urls",
    "email:emails",
    "address:addresses",
    "keyword:keywords",
    "external-identifier:external-identifiers",
];

impl World {
    /// Puts an item into a record as if a member or the person had done so; `section` is
    /// `work`, `keyword` and so on, and `document` the XML that a member would post.
    ///
    /// # Panics
    ///
    /// If there is no such person or section, or the document is no XML.
    pub fn put_item(
        &mut self,
        orcid: &str,
        section: &str,
        visibility: Visibility,
        source: Source,
        document: &str,
    ) -> i64 {
        let section = Section::named(section).unwrap_or_else(|| panic!("{section} is not a section"));
        let document = Node::parse(document).unwrap_or_else(|error| panic!("{error}"));
        let put_code = self.next_put_code(section.table());
        let moment = self.next_moment(id(orcid), instants::now());
        let item = Item {
            section,
            put_code,
            visibility,
            source,
            created: moment,
            modified: moment,
            display_index: "0".to_owned(),
            body: views::body(document),
        };
        self.store(id(orcid), item, moment);
        put_code
    }

    /// The person deletes an item.
    pub fn remove_item(&mut self, orcid: &str, section: &str, put_code: i64) {
        let section = Section::named(section).unwrap_or_else(|| panic!("{section} is not a section"));
        let moment = self.next_moment(id(orcid), instants::now());
        self.drop_item(id(orcid), section, put_code, moment);
    }

    /// The person changes who may see an item that a member or a test wrote.
    pub fn set_visibility(&mut self, orcid: &str, section: &str, put_code: i64, visibility: Visibility) {
        let section = Section::named(section).unwrap_or_else(|| panic!("{section} is not a section"));
        let moment = self.next_moment(id(orcid), instants::now());
        let item = self.get(id(orcid)).and_then(|person| person.items.get(&(section, put_code)));
        let item = item.expect("the test names an item that was written").clone();
        self.store(id(orcid), Item { visibility, modified: moment, ..item }, moment);
    }

    /// What new items of a person are, whatever a member asks for.
    pub fn set_default_visibility(&mut self, orcid: &str, visibility: Visibility) {
        self.person(id(orcid)).default_visibility = visibility;
    }

    /// The items that members and tests wrote into a record.
    pub fn items(&self, orcid: &str) -> Vec<Item> {
        self.get(id(orcid)).map(|person| person.items.values().cloned().collect()).unwrap_or_default()
    }

    /// Items that one client wrote more than once into one section of a record, each with
    /// the same content as one before.
    pub fn doubled_items(&self) -> Vec<(Orcid, Item)> {
        let mut doubled = Vec::new();
        for (orcid, person) in self.people() {
            let items: Vec<&Item> = person.items.values().collect();
            for (place, item) in items.iter().enumerate() {
                let same = |other: &&&Item| {
                    (other.section, &other.source, &other.body) == (item.section, &item.source, &item.body)
                };
                if items[..place].iter().any(|other| same(&other)) {
                    doubled.push((orcid, (*item).clone()));
                }
            }
        }
        doubled
    }

    /// A put code that nobody has had in this table.
    pub(crate) fn next_put_code(&mut self, table: Table) -> i64 {
        let given = self.put_codes_given.get(&table).copied().unwrap_or(FIRST_PUT_CODE);
        let in_table = |section: Section| section.table() == table;
        let items = self.people().flat_map(|(_, person)| person.items.keys());
        let items = items.filter(|(section, _)| in_table(*section)).map(|(_, put_code)| *put_code);
        let activities = self.people().flat_map(|(_, person)| person.activities.keys());
        let activities = activities.filter(|(kind, _)| Section::named(kind).is_some_and(in_table));
        let most = items.chain(activities.map(|(_, put_code)| *put_code)).max();
        let next = most.unwrap_or(0).max(given) + 1;
        self.put_codes_given.insert(table, next);
        next
    }

    /// Now, or just after the last change of the record.
    pub(crate) fn next_moment(&self, orcid: Orcid, now: Timestamp) -> Timestamp {
        let changed = self.get(orcid).map_or(0, |person| person.changed);
        let now = now / MILLISECOND * MILLISECOND;
        now.max(changed / MILLISECOND * MILLISECOND + MILLISECOND)
    }

    /// Puts an item in place, new or changed.
    pub(crate) fn store(&mut self, orcid: Orcid, item: Item, moment: Timestamp) {
        let (section, put_code) = (item.section, item.put_code);
        self.change_section(orcid, section, put_code, moment, |person| {
            if !section.is_of_person() {
                let xml = item.full(orcid).document().into();
                let public = item.visibility == Visibility::Public;
                person.activities.insert((section.name(), put_code), Activity { xml, public });
            }
            person.items.insert((section, put_code), item);
        });
    }

    /// Takes an item away.
    pub(crate) fn drop_item(&mut self, orcid: Orcid, section: Section, put_code: i64, moment: Timestamp) {
        self.change_section(orcid, section, put_code, moment, |person| {
            person.activities.remove(&(section.name(), put_code));
            person.items.remove(&(section, put_code));
        });
    }

    /// Changes an item, and the record's XML with it.
    fn change_section(
        &mut self,
        orcid: Orcid,
        section: Section,
        put_code: i64,
        moment: Timestamp,
        change: impl FnOnce(&mut Person),
    ) {
        let person = self.person(orcid);
        let standing = person.standing;
        let mut shown = views::of_record(person, section);
        shown.retain(|view| view.put_code != put_code);
        change(person);
        shown.extend(views::of_members(person, orcid, section));
        shown.retain(|view| view.visibility == Visibility::Public);
        let list = lists::list(orcid, section, shown).part();
        let record = String::from_utf8(person.xml.to_vec()).expect("records are UTF-8");
        let record = touched(&with_list(&record, section, &list, moment), moment);
        self.put(orcid.as_str(), record);
        self.person(orcid).standing = standing;
    }
}

/// The record with a section's list in place, and the new dates of what is around it.
fn with_list(record: &str, section: Section, list: &str, moment: Timestamp) -> String {
    let (around, names) = match section.is_of_person() {
        true => ("person:person", PERSON.map(str::to_owned).to_vec()),
        false => ("activities:activities-summary", ACTIVITIES.map(Section::list_element).to_vec()),
    };
    let place = xml::find(record, around, 0).unwrap_or_else(|| panic!("a record has {around}"));
    let (tag, content) = xml::opened(&record[place.clone()]);
    let own = section.list_element();
    let content = match xml::find(content, &own, 0) {
        Some(range) => xml::replaced(content, &range, list),
        None => {
            let later = names.iter().skip_while(|name| **name != own).skip(1);
            let next = later.filter_map(|name| xml::find(content, name, 0)).map(|range| range.start).min();
            let next = next.unwrap_or(content.len());
            xml::replaced(content, &(next..next), list)
        }
    };
    let date = format!("<common:last-modified-date>{}</common:last-modified-date>", iso(moment));
    let content = match xml::find(&content, "common:last-modified-date", 0) {
        Some(range) if content[..range.start].trim().is_empty() => xml::replaced(&content, &range, &date),
        _ => format!("{date}{content}"),
    };
    xml::replaced(record, &place, &format!("{tag}{content}</{around}>"))
}
