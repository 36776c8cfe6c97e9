//! Time goes by: some people change their records, leave, or come.
//!
//! The same seed gives the same changes of the same world. Every change dates
//! from the day after the world's clock, which then stands a day later.

use orcid_xml::{AffiliationKind, Document, Orcid, Timestamp, parse};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::instants::{DAY, SECOND, iso};
use super::newcomers::FIRST_NEW_PUT_CODE;
use super::world::{Standing, World, touched};
use super::xml;

/// One newcomer for so many changed records.
const CHANGES_PER_NEWCOMER: usize = 5;

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    NewWork {
        orcid: Orcid,
        put_code: i64,
    },
    RemovedWork {
        orcid: Orcid,
        put_code: i64,
    },
    EditedAffiliation {
        orcid: Orcid,
        put_code: i64,
    },
    Renamed {
        orcid: Orcid,
    },
    Locked {
        orcid: Orcid,
    },
    Deactivated {
        orcid: Orcid,
    },
    Deprecated {
        orcid: Orcid,
        primary: Orcid,
    },
    /// Not found any more.
    Removed {
        orcid: Orcid,
    },
    NewPerson {
        orcid: Orcid,
    },
}

impl Change {
    pub fn orcid(self) -> Orcid {
        match self {
            Change::NewWork { orcid, .. }
            | Change::RemovedWork { orcid, .. }
            | Change::EditedAffiliation { orcid, .. }
            | Change::Renamed { orcid }
            | Change::Locked { orcid }
            | Change::Deactivated { orcid }
            | Change::Deprecated { orcid, .. }
            | Change::Removed { orcid }
            | Change::NewPerson { orcid } => orcid,
        }
    }

    /// Whether the record is still shown, so that a search finds it by its new date.
    pub fn is_found(self) -> bool {
        !matches!(
            self,
            Change::Locked { .. }
                | Change::Deactivated { .. }
                | Change::Deprecated { .. }
                | Change::Removed { .. }
        )
    }
}

/// Numbers for one record in one evolution.
struct Draw {
    seed: u64,
    orcid: Orcid,
}

impl Draw {
    fn below(&self, what: &str, limit: u64) -> u64 {
        xxh3_64_with_seed(format!("{what} {}", self.orcid).as_bytes(), self.seed) % limit
    }

    /// A moment of the day after the clock.
    fn moment(&self, clock: Timestamp) -> Timestamp {
        clock / SECOND * SECOND + SECOND + (self.below("moment", 86_000_000) as i64) * 1000
    }
}

impl World {
    /// Changes about this share of all shown records, and adds a few.
    pub fn evolve(&mut self, seed: u64, share: f64) -> Vec<Change> {
        let clock = self.clock();
        let mut changes = Vec::new();
        let active = self.active();
        for &orcid in &active {
            let draw = Draw { seed, orcid };
            if (draw.below("chosen", 1_000_000) as f64) < share * 1e6 {
                changes.push(self.change(&draw, clock, &active));
            }
        }
        let newcomers = changes.len().div_ceil(CHANGES_PER_NEWCOMER);
        for number in 0..newcomers as u64 {
            let model = active[(seed.wrapping_add(number * 7) % active.len() as u64) as usize];
            let moment = Draw { seed: seed.wrapping_add(number), orcid: model }.moment(clock);
            changes.extend(self.settle(model, moment).map(|orcid| Change::NewPerson { orcid }));
        }
        // Edits have moved the clock to the last of them.
        let rest = clock / SECOND * SECOND + DAY - self.clock();
        self.advance(rest.max(0));
        changes
    }

    fn change(&mut self, draw: &Draw, clock: Timestamp, active: &[Orcid]) -> Change {
        let moment = draw.moment(clock);
        let change = match draw.below("kind", 100) {
            0..25 => self.edit_some_affiliation(draw, moment),
            25..40 => self.remove_some_work(draw, moment),
            40..50 => Some(self.rename(draw.orcid, moment)),
            kind @ 50..70 => self.end(kind, draw, active),
            _ => None,
        };
        let change = change.unwrap_or_else(|| self.add_work(draw, moment));
        if !matches!(change, Change::Removed { .. }) {
            self.date(draw.orcid, moment);
        }
        change
    }

    /// A record is shown no longer.
    fn end(&mut self, kind: u64, draw: &Draw, active: &[Orcid]) -> Option<Change> {
        let orcid = draw.orcid;
        Some(match kind {
            50..55 => {
                self.lock(orcid.as_str());
                Change::Locked { orcid }
            }
            55..60 => {
                self.deactivate(orcid.as_str());
                Change::Deactivated { orcid }
            }
            60..67 => return self.merge(draw, active),
            _ => {
                self.remove(orcid.as_str());
                Change::Removed { orcid }
            }
        })
    }

    fn merge(&mut self, draw: &Draw, active: &[Orcid]) -> Option<Change> {
        let orcid = draw.orcid;
        let shown = |other: &&Orcid| {
            **other != orcid && self.get(**other).is_some_and(|person| person.standing == Standing::Active)
        };
        let others: Vec<&Orcid> = active.iter().filter(shown).collect();
        let primary = **others.get(draw.below("primary", others.len().max(1) as u64) as usize)?;
        self.deprecate(orcid.as_str(), primary.as_str());
        Some(Change::Deprecated { orcid, primary })
    }

    fn rename(&mut self, orcid: Orcid, moment: Timestamp) -> Change {
        self.edit(orcid.as_str(), moment, |record| {
            let Some(name) = xml::find(record, "person:name", 0) else { return record.to_owned() };
            let name_element =
                xml::with_content(&record[name.clone()], "common:last-modified-date", &iso(moment));
            let given = format!("Renamed {}", moment / SECOND % 1000);
            let renamed = xml::with_content(&name_element, "personal-details:given-names", &given);
            xml::replaced(record, &name, &renamed)
        });
        Change::Renamed { orcid }
    }

    /// A work is added at the end of its section, in short and in full.
    fn add_work(&mut self, draw: &Draw, moment: Timestamp) -> Change {
        let orcid = draw.orcid;
        let put_code = self.new_put_code();
        let title = format!("On the {}th change", draw.below("title", 100_000));
        self.edit(orcid.as_str(), moment, |record| with_work(record, orcid, put_code, &title, moment));
        let full = full_work(orcid, put_code, &title, moment);
        self.put_activity(orcid.as_str(), "work", put_code, full);
        Change::NewWork { orcid, put_code }
    }

    /// A put code that nobody has had.
    pub(super) fn new_put_code(&self) -> i64 {
        let keys = self.people().flat_map(|(_, person)| person.activities.keys().map(|(_, code)| *code));
        keys.max().unwrap_or(0).max(FIRST_NEW_PUT_CODE) + 1
    }

    fn remove_some_work(&mut self, draw: &Draw, moment: Timestamp) -> Option<Change> {
        let orcid = draw.orcid;
        let text = self.text(orcid.as_str());
        let works = xml::elements(&text, "work:work-summary");
        let work = works.get(draw.below("work", works.len().max(1) as u64) as usize)?.clone();
        let put_code = put_code(&text[work.clone()])?;
        // With its group, if it is alone there.
        let mut groups = xml::elements(&text, "activities:group").into_iter();
        let group = groups.find(|group| group.contains(&work.start))?;
        let alone = xml::elements(&text[group.clone()], "work:work-summary").len() == 1;
        self.edit(orcid.as_str(), moment, |record| {
            let rest = xml::replaced(record, if alone { &group } else { &work }, "");
            with_section_dates(&rest, "activities:works", moment)
        });
        self.remove_activity(orcid.as_str(), "work", put_code);
        Some(Change::RemovedWork { orcid, put_code })
    }

    fn edit_some_affiliation(&mut self, draw: &Draw, moment: Timestamp) -> Option<Change> {
        let orcid = draw.orcid;
        let text = self.text(orcid.as_str());
        let (kind, put_code) = some_affiliation(&text, draw)?;
        let element = format!("{0}:{0}-summary", kind.name());
        let place = xml::elements(&text, &element)
            .into_iter()
            .find(|range| self::put_code(&text[range.clone()]) == Some(put_code))?;
        let role = format!("Role of day {}", moment / DAY);
        self.edit(orcid.as_str(), moment, |record| {
            let edited = xml::replaced(record, &place, &with_role(&record[place.clone()], &role, moment));
            with_section_dates(&edited, &format!("activities:{}s", kind.name()), moment)
        });
        let full = self.get(orcid)?.activities.get(&(kind.name(), put_code)).map(|one| one.xml.clone());
        // Where a dump has an error in its place, it stays.
        if let Some(full) = full.filter(|full| !is_error(full)) {
            let full = with_role(&String::from_utf8_lossy(&full), &role, moment);
            self.put_activity(orcid.as_str(), kind.name(), put_code, full);
        }
        Some(Change::EditedAffiliation { orcid, put_code })
    }
}

/// An affiliation of which full files hold no error.
fn some_affiliation(record: &str, draw: &Draw) -> Option<(AffiliationKind, i64)> {
    let parsed = parse(record.as_bytes()).expect("the world holds sound records");
    let Document::Record(record) = parsed.document else { return None };
    let of_kind = |kind| {
        let items = record.activities.affiliations(kind).items();
        items.filter_map(|(_, item)| item.element.put_code).map(move |put_code| (kind, put_code)).collect()
    };
    let all: Vec<(AffiliationKind, i64)> =
        AffiliationKind::ALL.into_iter().flat_map(|kind| -> Vec<_> { of_kind(kind) }).collect();
    all.get(draw.below("affiliation", all.len().max(1) as u64) as usize).copied()
}

fn is_error(document: &[u8]) -> bool {
    xml::name(xml::root(&String::from_utf8_lossy(document))) == "error:error"
}

fn put_code(element: &str) -> Option<i64> {
    let (_, rest) = element.split_once("put-code=\"")?;
    rest.split('"').next()?.parse().ok()
}

/// The affiliation, in short or in full, with another role.
fn with_role(affiliation: &str, role: &str, moment: Timestamp) -> String {
    let dated = xml::with_content(affiliation, "common:last-modified-date", &iso(moment));
    if xml::find(&dated, "common:role-title", 0).is_some() {
        return xml::with_content(&dated, "common:role-title", role);
    }
    // After the department, or where that would be.
    let before = ["common:department-name", "common:source", "common:last-modified-date"];
    let place = before.iter().find_map(|name| xml::find(&dated, name, 0)).map(|range| range.end);
    let place = place.expect("an affiliation has a date");
    xml::replaced(&dated, &(place..place), &format!("<common:role-title>{role}</common:role-title>"))
}

/// The record with new dates of a section and of all activities. A section
/// without items has none.
fn with_section_dates(record: &str, section: &str, moment: Timestamp) -> String {
    let dated = match xml::find(record, section, 0) {
        Some(range) => {
            let (tag, content) = xml::opened(&record[range.clone()]);
            let items = content.contains("put-code=");
            let content = if items { with_first_date(content, moment) } else { String::new() };
            xml::replaced(record, &range, &format!("{tag}{content}</{section}>"))
        }
        None => record.to_owned(),
    };
    let all = xml::find(&dated, "activities:activities-summary", 0).expect("a record has activities");
    let (tag, content) = xml::opened(&dated[all.clone()]);
    let content = with_first_date(content, moment);
    xml::replaced(&dated, &all, &format!("{tag}{content}</activities:activities-summary>"))
}

/// The content of a section with its own date, which comes first.
fn with_first_date(content: &str, moment: Timestamp) -> String {
    let date = format!("<common:last-modified-date>{}</common:last-modified-date>", iso(moment));
    match xml::find(content, "common:last-modified-date", 0) {
        Some(range) if content[..range.start].trim().is_empty() => xml::replaced(content, &range, &date),
        _ => format!("{date}{content}"),
    }
}

fn with_work(record: &str, orcid: Orcid, put_code: i64, title: &str, moment: Timestamp) -> String {
    let works = xml::find(record, "activities:works", 0).expect("a record has a section for works");
    let (tag, content) = xml::opened(&record[works.clone()]);
    let (ids, date) = (work_ids(put_code), iso(moment));
    let group = format!(
        "<activities:group><common:last-modified-date>{date}</common:last-modified-date>{ids}\
         <work:work-summary put-code=\"{put_code}\" path=\"/{orcid}/work/{put_code}\" visibility=\"public\" \
         display-index=\"0\">{}<work:title><common:title>{title}</common:title></work:title>{ids}\
         <work:type>journal-article</work:type></work:work-summary></activities:group>",
        provenance(orcid, moment)
    );
    let section = format!("{tag}{content}{group}</activities:works>");
    let with_group = xml::replaced(record, &works, &section);
    touched(&with_section_dates(&with_group, "activities:works", moment), moment)
}

fn full_work(orcid: Orcid, put_code: i64, title: &str, moment: Timestamp) -> String {
    xml::document(&format!(
        "<work:work put-code=\"{put_code}\" path=\"/{orcid}/work/{put_code}\" visibility=\"public\">{}\
         <work:title><common:title>{title}</common:title></work:title>\
         <work:type>journal-article</work:type>{}</work:work>",
        provenance(orcid, moment),
        work_ids(put_code)
    ))
}

fn provenance(orcid: Orcid, moment: Timestamp) -> String {
    let (date, source) = (iso(moment), xml::orcid_id("common:source-orcid", orcid.as_str()));
    format!(
        "<common:created-date>{date}</common:created-date>\
         <common:last-modified-date>{date}</common:last-modified-date>\
         <common:source>{source}</common:source>"
    )
}

fn work_ids(put_code: i64) -> String {
    let value = format!("10.5555/local.{put_code}");
    format!(
        "<common:external-ids><common:external-id><common:external-id-type>doi</common:external-id-type>\
         <common:external-id-value>{value}</common:external-id-value>\
         <common:external-id-normalized transient=\"true\">{value}</common:external-id-normalized>\
         <common:external-id-relationship>self</common:external-id-relationship>\
         </common:external-id></common:external-ids>"
    )
}
