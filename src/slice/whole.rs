//! The decision about a record: all conditions together.

use orcid_xml::{Activity, AffiliationKind, Document, Orcid, Record};

use super::answers::Answers;
use super::day::Day;
use super::facts::{COUNTRY, Found, INSTITUTION, ORGANIZATION_ID, OrganizationId, Written};
use super::inputs::Inputs;
use super::institution::Institution;
use super::people::People;
use super::selection::{IdList, Selection};
use super::tags::{each_country, each_organization, is_searchable};

/// What stands around an organization to make it a document of its own.
const AROUND: [&[u8]; 2] = [b"<employment:employment>", b"</employment:employment>"];

/// Conditions as a caller states them. Of each kind, any value does; kinds that are empty are no
/// condition.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Conditions {
    /// These iDs.
    pub ids: Option<Vec<Orcid>>,
    /// A list of iDs that is not at hand: whoever else meets the conditions may be on it.
    pub unknown_list: Option<IdList>,
    /// An address or an affiliation in these countries, in two letters.
    pub countries: Vec<String>,
    /// An affiliation with one of these ids.
    pub organization_ids: Vec<OrganizationId>,
    /// An affiliation that means this institution.
    pub institution: Option<Institution>,
    /// Only affiliations that have not ended count, and there must be one.
    pub current: bool,
    /// The day before which they must not have ended ([`Day::is_after_end`]); the present day if not given.
    pub day: Option<Day>,
    /// The files that all this was read from.
    pub inputs: Inputs,
}

/// A part of the people.
#[derive(Debug)]
pub struct Slice {
    selection: Selection,
    inputs: Inputs,
    day: Day,
    ids: Option<People>,
    organization_ids: Vec<OrganizationId>,
    institution: Option<Institution>,
    /// What organizations were found to be, by their bytes, and by their texts.
    by_bytes: Answers,
    by_texts: Answers,
}

impl Conditions {
    /// True if there is any condition.
    pub fn is_any(&self) -> bool {
        self.ids.is_some()
            || self.unknown_list.is_some()
            || !self.countries.is_empty()
            || !self.organization_ids.is_empty()
            || self.institution.is_some()
            || self.current
    }
}

impl Slice {
    /// The people for whom all conditions hold.
    pub fn new(conditions: Conditions) -> Self {
        let Conditions { ids, unknown_list, countries, organization_ids, .. } = conditions;
        let Conditions { institution, current, day, inputs, .. } = conditions;
        let day = day.unwrap_or_else(Day::today);
        let selection = Selection {
            ids: ids.as_deref().map(People::list_of).or(unknown_list),
            countries: countries.iter().map(|country| country.trim().to_ascii_uppercase()).collect(),
            organization_ids: organization_ids.iter().map(ToString::to_string).collect(),
            ror: institution.as_ref().map(|institution| institution.selection().clone()),
            current,
            current_on: current.then(|| day.to_string()),
        };
        let ids = ids.map(|ids| ids.into_iter().collect());
        let (by_bytes, by_texts) = (Answers::default(), Answers::default());
        Self { selection, inputs, day, ids, organization_ids, institution, by_bytes, by_texts }
    }

    /// What a manifest says of it.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The files that it was read from.
    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// The day before which current affiliations must not have ended.
    pub fn day(&self) -> Day {
        self.day
    }

    /// True if people of a list are meant, and the list is not at hand.
    pub fn lacks_list(&self) -> bool {
        self.selection.ids.is_some() && self.ids.is_none()
    }

    /// The ids of organizations that are asked for.
    pub fn organization_ids(&self) -> &[OrganizationId] {
        &self.organization_ids
    }

    /// The institution that is asked for.
    pub fn institution(&self) -> Option<&Institution> {
        self.institution.as_ref()
    }

    /// False if somebody with this iD is certainly not meant.
    pub fn may_be(&self, orcid: Orcid) -> bool {
        self.ids.as_ref().is_none_or(|ids| ids.contains(orcid))
    }

    /// True if the content of a record decides, not its iD alone.
    pub fn asks_for_content(&self) -> bool {
        self.wanted() != 0 || self.selection.current
    }

    /// False if a record is certainly not meant, by the bytes of its document.
    pub fn may_have(&self, xml: &[u8]) -> bool {
        let wanted = self.wanted();
        wanted == 0 || self.found_in(xml, wanted).is_none_or(|found| found & wanted == wanted)
    }

    /// True if the record of a document is meant; false for a document of another kind.
    pub fn has_document(&self, orcid: Orcid, xml: &[u8]) -> bool {
        if !self.may_be(orcid) || !self.may_have(xml) {
            return false;
        }
        let source = orcid_xml::cleaned(xml);
        match orcid_xml::parse(&source).map(|parsed| parsed.document) {
            Ok(Document::Record(record)) => self.has_record(orcid, &record, self.day),
            _ => false,
        }
    }

    /// True if a record is meant; current affiliations must not have ended before `day`.
    pub fn has_record(&self, orcid: Orcid, record: &Record<'_>, day: Day) -> bool {
        if !self.may_be(orcid) {
            return false;
        }
        let mut found = Found::default();
        for address in &record.person.addresses.items {
            found.add(self.look_at_address(address.country.as_deref()));
        }
        for kind in AffiliationKind::ALL {
            let section = record.activities.affiliations(kind);
            let grouped = section.groups.iter().flat_map(|group| &group.items);
            for affiliation in grouped.chain(&section.ungrouped) {
                let written = affiliation.organization.as_ref().map(Written::from);
                let end = &affiliation.end_date;
                let has_ended = day.is_after_end(end.year, end.month, end.day);
                found.add(self.look_at_affiliation(written, !has_ended));
            }
        }
        self.is_enough(&found)
    }

    /// What the country of an address says.
    pub fn look_at_address(&self, country: Option<&str>) -> Found {
        let is_there = country.is_some_and(|code| self.is_country(code));
        Found { facts: if is_there { COUNTRY } else { 0 }, has_current: false }
    }

    /// What an affiliation says; `is_current` if it has not ended.
    pub fn look_at_affiliation(&self, organization: Option<Written<'_>>, is_current: bool) -> Found {
        let counts = is_current || !self.selection.current;
        let facts = organization.filter(|_| counts).map_or(0, |written| self.facts(&written, self.wanted()));
        Found { facts, has_current: is_current && self.selection.current }
    }

    /// True if all conditions but those on iDs hold.
    pub fn is_enough(&self, found: &Found) -> bool {
        let wanted = self.wanted();
        found.facts & wanted == wanted && (found.has_current || !self.selection.current)
    }

    /// What the conditions ask, besides iDs and dates.
    fn wanted(&self) -> u8 {
        let bit = |is_asked: bool, bit: u8| if is_asked { bit } else { 0 };
        bit(!self.selection.countries.is_empty(), COUNTRY)
            | bit(!self.organization_ids.is_empty(), ORGANIZATION_ID)
            | bit(self.institution.is_some(), INSTITUTION)
    }

    fn is_country(&self, code: &str) -> bool {
        !self.selection.countries.is_empty() && self.selection.countries.contains(&code.to_ascii_uppercase())
    }

    /// What holds of an organization as it was written.
    fn facts(&self, written: &Written<'_>, wanted: u8) -> u8 {
        let country = written.country.is_some_and(|code| self.is_country(code));
        let country = if country { COUNTRY } else { 0 };
        if wanted & (ORGANIZATION_ID | INSTITUTION) == 0 {
            return country;
        }
        let Written { name, city, country: code, source, identifier } = *written;
        let mut texts = Vec::new();
        for text in [name, city, code, source, identifier] {
            texts.extend(text.map_or(u64::MAX, |text| text.len() as u64).to_le_bytes());
            texts.extend(text.unwrap_or_default().as_bytes());
        }
        let found = self.by_texts.of(&texts, || {
            let has_id = self.organization_ids.iter().any(|id| id.is_of(written));
            let is_meant = self.institution.as_ref().is_some_and(|institution| institution.is_meant(written));
            Some(if has_id { ORGANIZATION_ID } else { 0 } | if is_meant { INSTITUTION } else { 0 })
        });
        country | found.unwrap_or_default()
    }

    /// All that may hold of a record by its bytes: the same as by its content, or more, since
    /// organizations of fundings count too, and past affiliations. `None` if only parsing can tell.
    fn found_in(&self, xml: &[u8], wanted: u8) -> Option<u8> {
        if !is_searchable(xml) {
            return None;
        }
        let mut found = 0;
        if wanted & COUNTRY != 0 {
            each_country(xml, |code| {
                found |= if self.is_country(code) { COUNTRY } else { 0 };
                found == 0
            })?;
            if found == 0 {
                return Some(0);
            }
        }
        if wanted & (ORGANIZATION_ID | INSTITUTION) != 0 {
            each_organization(xml, |block| {
                found |= self.by_bytes.of(block, || self.facts_of_bytes(block, wanted))?;
                Some(found & wanted != wanted)
            })?;
        }
        Some(found)
    }

    /// What holds of an organization, by its element alone.
    fn facts_of_bytes(&self, block: &[u8], wanted: u8) -> Option<u8> {
        let document = [AROUND[0], block, AROUND[1]].concat();
        // A new scanner first learns how a document is written, which takes longer than reading a short one.
        let parsed = orcid_xml::parse_by_reference(&document).ok()?;
        let Document::Activity(Activity::Affiliation(_, affiliation)) = parsed.document else { return None };
        let organization = affiliation.organization?;
        Some(self.facts(&Written::from(&organization), wanted) & !COUNTRY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(inside: &str) -> String {
        format!(
            "<record:record path=\"/0000-0002-1825-0097\"><common:orcid-identifier><common:path>0000-0002-1825-0097\
             </common:path></common:orcid-identifier>{inside}</record:record>"
        )
    }

    fn employment(name: &str, country: &str, id: &str, end: &str) -> String {
        format!(
            "<activities:activities-summary><activities:employments><activities:affiliation-group>\
             <employment:employment-summary put-code=\"1\">{end}<common:organization><common:name>{name}</common:name>\
             <common:address><common:country>{country}</common:country></common:address>\
             <common:disambiguated-organization>\
             <common:disambiguated-organization-identifier>{id}</common:disambiguated-organization-identifier>\
             <common:disambiguation-source>GRID</common:disambiguation-source></common:disambiguated-organization>\
             </common:organization></employment:employment-summary></activities:affiliation-group>\
             </activities:employments></activities:activities-summary>"
        )
    }

    /// The decision by content; the look at the bytes must not contradict it. `None` if the document
    /// cannot be read.
    fn decision(slice: &Slice, xml: &str) -> Option<bool> {
        let cleaned = orcid_xml::cleaned(xml.as_bytes());
        let Document::Record(record) = orcid_xml::parse(&cleaned).ok()?.document else { return None };
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let has = slice.has_record(orcid, &record, Day(2026, 11, 26));
        assert!(!has || slice.may_have(xml.as_bytes()), "{xml}");
        Some(has)
    }

    fn has(slice: &Slice, xml: &str) -> bool {
        decision(slice, xml).unwrap()
    }

    fn grid(text: &str) -> Vec<OrganizationId> {
        vec![OrganizationId::parse(text).unwrap()]
    }

    #[test]
    fn all_conditions_hold_and_of_each_any_value() {
        let address = "<person:person><address:addresses><address:address><address:country>PT</address:country>\
                       </address:address></address:addresses></person:person>";
        let ended = "<common:end-date><common:year>2020</common:year></common:end-date>";
        let xml = record(&format!("{address}{}", employment("A", "ES", "grid.1.a", ended)));
        let countries = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let slice = |countries: Vec<String>, ids: Vec<OrganizationId>, current: bool| {
            Slice::new(Conditions { countries, organization_ids: ids, current, ..Conditions::default() })
        };
        for (wanted, expected) in [
            (slice(countries(&["pt"]), vec![], false), true),
            (slice(countries(&["FR", "ES"]), vec![], false), true),
            (slice(countries(&["FR"]), vec![], false), false),
            (slice(vec![], grid("grid:grid.1.A"), false), true),
            (slice(vec![], grid("grid:grid.2.a"), false), false),
            (slice(countries(&["PT"]), grid("grid:grid.2.a"), false), false),
            (slice(countries(&["PT"]), grid("grid:grid.1.a"), false), true),
            (slice(vec![], vec![], true), false),
            (slice(vec![], grid("grid:grid.1.a"), true), false),
        ] {
            assert_eq!(has(&wanted, &xml), expected, "{}", wanted.selection());
        }
        let current = record(&employment("A", "ES", "grid.1.a", ""));
        assert!(has(&slice(countries(&["ES"]), grid("grid:grid.1.a"), true), &current));
        for (end, expected) in [("2026", true), ("2027", true), ("2025", false)] {
            let end = format!("<common:end-date><common:year>{end}</common:year></common:end-date>");
            let ends = record(&employment("A", "ES", "grid.1.a", &end));
            assert_eq!(has(&slice(vec![], grid("grid:grid.1.a"), true), &ends), expected, "{end}");
        }
    }

    #[test]
    fn a_record_that_cannot_match_is_passed_over_and_one_of_another_form_is_not() {
        let slice =
            Slice::new(Conditions { organization_ids: grid("grid:grid.1.a"), ..Conditions::default() });
        let xml = record(&employment("A", "ES", "grid.2.b", ""));

        assert!(!slice.may_have(xml.as_bytes()));
        for odd in [
            xml.replace("<common:organization>", "<common:organization >"),
            xml.replace("common:organization>", "organization>"),
            xml.replace("grid.2.b", "<![CDATA[grid.1.a]]>"),
            xml.replace("grid.2.b", "grid.1.&#97;"),
            xml.replace("</record:record>", "\u{1}</record:record>"),
            // What is cut off may have more affiliations.
            xml.replace("</record:record>", ""),
            String::new(),
        ] {
            assert!(slice.may_have(odd.as_bytes()), "{odd}");
        }
        for usual in [
            xml.replace("</record:record>", "<!-- x --></record:record>"),
            xml.replace("grid.2.b", "grid.2.&amp;"),
            xml.replace("activities:employments>", "activities:educations>"),
        ] {
            assert!(!slice.may_have(usual.as_bytes()), "{usual}");
        }
    }

    /// What looks like a tag, hides one or breaks one.
    const DECOYS: [&str; 17] = [
        "<!-- x -->",
        "<!-- <common:organization> -->",
        "<!-- </common:organization> -->",
        "<!--</common:organization><common:organization>-->",
        "<!--<common:organization></common:organization>-->",
        "<!--<common:country>ES</common:country>-->",
        "<![CDATA[<common:organization>]]>",
        "<![CDATA[</common:organization>]]>",
        "<![CDATA[</common:country>]]>",
        "<?x <common:organization>?>",
        "<?x </common:organization>?>",
        "<x:y z=\"<common:organization>\"/>",
        "<x:y z='</common:organization>'/>",
        "\u{1}",
        "\u{fffe}",
        "&#1;",
        "\n",
    ];

    #[test]
    fn nobody_is_passed_over_for_what_only_looks_like_a_tag() {
        let countries = Conditions { countries: vec!["PT".to_owned()], ..Conditions::default() };
        let ids = Conditions { organization_ids: grid("grid:grid.1.a"), ..Conditions::default() };
        let xml = record(&employment("R&amp;D", "PT", "grid.1.a", ""));
        for slice in [countries, ids].map(Slice::new) {
            for decoy in DECOYS {
                let places = (0..=xml.len()).filter(|place| {
                    let (before, after) = xml.split_at(*place);
                    decision(&slice, &[before, decoy, after].concat()) == Some(true)
                });
                assert!(places.count() > 10, "{decoy}");
            }
        }
    }
}
