//! Small records made by hand, for worlds that need many people or exact ones,
//! and the list of what changed when that ORCID gives to its premium members.

use std::fmt::Write;

use orcid_xml::{Orcid, Timestamp};

use super::instants::iso;
use super::newcomers::with_check_digit;
use super::world::World;
use super::xml;

/// iDs of a crowd begin here, within the range of before 2022.
const FIRST_ID: u64 = 15_000_000;

/// A record with a name, a date, and whatever else stands in its activities,
/// such as [`employment`].
pub fn record(orcid: &str, given_names: &str, modified: Timestamp, activities: &str) -> String {
    let (id, date) = (xml::orcid_id("common:orcid-identifier", orcid), iso(modified));
    let activities = if activities.contains("activities:works") {
        activities.to_owned()
    } else {
        format!("{activities}<activities:works path=\"/{orcid}/works\"/>")
    };
    xml::document(&format!(
        "<record:record path=\"/{orcid}\">{id}<history:history>\
         <history:submission-date>{date}</history:submission-date>\
         <common:last-modified-date>{date}</common:last-modified-date>\
         </history:history><person:person><person:name visibility=\"public\" path=\"{orcid}\">\
         <common:created-date>{date}</common:created-date>\
         <common:last-modified-date>{date}</common:last-modified-date>\
         <personal-details:given-names>{given_names}</personal-details:given-names></person:name></person:person>\
         <activities:activities-summary path=\"/{orcid}/activities\">{activities}\
         </activities:activities-summary></record:record>"
    ))
}

/// A section with one employment at an organization with an identifier, such as
/// `("ROR", "https://ror.org/05a28rw58")`.
pub fn employment(
    orcid: &str,
    put_code: i64,
    name: &str,
    identifier: (&str, &str),
    modified: Timestamp,
) -> String {
    let (date, name) = (iso(modified), xml::escaped(name));
    let (source, value) = identifier;
    format!(
        "<activities:employments path=\"/{orcid}/employments\"><activities:affiliation-group>\
         <common:last-modified-date>{date}</common:last-modified-date><common:external-ids/>\
         <employment:employment-summary put-code=\"{put_code}\" display-index=\"0\" \
         path=\"/{orcid}/employment/{put_code}\" visibility=\"public\">\
         <common:created-date>{date}</common:created-date>\
         <common:last-modified-date>{date}</common:last-modified-date>\
         <common:organization><common:name>{name}</common:name><common:address>\
         <common:city>Exampleton</common:city><common:country>CH</common:country></common:address>\
         <common:disambiguated-organization>\
         <common:disambiguated-organization-identifier>{value}</common:disambiguated-organization-identifier>\
         <common:disambiguation-source>{source}</common:disambiguation-source>\
         </common:disambiguated-organization></common:organization></employment:employment-summary>\
         </activities:affiliation-group></activities:employments>"
    )
}

impl World {
    /// So many people with names and nothing else, whose last changes lie evenly
    /// from `first` on, `step` apart: more than one search can give, if need be.
    pub fn crowd(count: u64, first: Timestamp, step: Timestamp) -> World {
        let mut world = World::default();
        for number in 0..count {
            let orcid = crowd_id(number);
            let modified = first + number as Timestamp * step;
            world.put(orcid.as_str(), record(orcid.as_str(), &format!("Person {number}"), modified, ""));
        }
        world
    }

    /// `last_modified.csv`: everybody with the day and time of the last change,
    /// that of their standing included, the newest first.
    pub fn last_modified_csv(&self) -> String {
        let mut rows: Vec<(Timestamp, Timestamp, Orcid)> = self
            .people()
            .map(|(orcid, person)| (person.changed, person.facts.submitted.unwrap_or(person.changed), orcid))
            .collect();
        rows.sort_by(|one, other| other.cmp(one));
        let mut csv = "orcid,path,date_created,last_modified\n".to_owned();
        for (changed, created, orcid) in rows {
            let id = orcid.as_str();
            let path = format!("{}/{id}.xml", &id[16..]);
            let (created, changed) = (database_time(created), database_time(changed));
            writeln!(csv, "{id},{path},{created},{changed}").expect("memory takes all");
        }
        csv
    }
}

/// The iD of a crowd's member.
pub fn crowd_id(number: u64) -> Orcid {
    with_check_digit(FIRST_ID + number)
}

/// `2025-10-01 00:00:00.123000`; without a fraction where there is none.
fn database_time(moment: Timestamp) -> String {
    let text = iso(moment).replace('T', " ");
    let (seconds, millis) = text.trim_end_matches('Z').split_once('.').expect("it has a fraction");
    if millis == "000" { seconds.to_owned() } else { format!("{seconds}.{millis}000") }
}
