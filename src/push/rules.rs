//! The rules of each section beyond the schema: what ORCID requires when a member writes, and dates
//! that exist and follow each other. Each fault names the value and what to do.

use orcid_api::member::Section;
use orcid_api::time::parse;

use super::fault::{At, RowFault};
use super::node::{Item, Node};
use super::values;

/// Checks an item as ORCID would, and brings its values into ORCID's spelling.
pub fn check(item: &mut Item, faults: &mut Vec<RowFault>) {
    values::check(item, faults);
    // What is missing or misspelt is named once.
    if !faults.is_empty() {
        return;
    }
    let mut found = Check { item, faults };
    found.dates();
    match found.item.section {
        Section::Work => found.work(),
        Section::Funding => found.funding(),
        Section::PeerReview => found.external_ids(&["review-identifiers"], false),
        Section::ResearchResource => found.research_resource(),
        Section::Employment | Section::Education => found.employment(),
        section if section.is_affiliation() => found.other_affiliation(),
        Section::ExternalIdentifier => found.external_identifier(),
        _ => {}
    }
}

struct Check<'c> {
    item: &'c Item,
    faults: &'c mut Vec<RowFault>,
}

impl Check<'_> {
    fn fault(&mut self, at: &At, what: impl Into<String>) {
        self.faults.push(RowFault::new(at, what));
    }

    fn fault_of_item(&mut self, what: impl Into<String>) {
        let at = self.item.at.clone();
        self.fault(&at, what);
    }

    fn work(&mut self) {
        self.external_ids(&["external-ids"], true);
        for id in self.item.all(&["external-ids", "external-id"]) {
            let is_grant = id
                .text_at(&["external-id-type"])
                .is_some_and(|kind| matches!(kind, "grant_number" | "doi" | "uri" | "proposal-id"));
            if id.text_at(&["external-id-relationship"]) == Some("funded-by") && !is_grant {
                self.fault(
                    &id.at,
                    "the relationship funded-by goes with ids of grants only: write self or part-of",
                );
            }
        }
    }

    fn funding(&mut self) {
        self.external_ids(&["external-ids"], false);
        self.organization(&["organization"], true, true);
        if let (None, Some(end)) = (self.item.first(&["start-date"]), self.item.first(&["end-date"])) {
            self.fault(&end.at, "an end date needs a start date");
        }
    }

    fn research_resource(&mut self) {
        self.external_ids(&["proposal", "external-ids"], false);
        for resource in self.item.all(&["resource-items", "resource-item"]) {
            if resource.all(&["external-ids", "external-id"]).is_empty() {
                self.fault(&resource.at, "external-ids is missing: each resource-item needs an id");
            }
        }
        self.organization(&["proposal", "hosts", "organization"], false, true);
        self.organization(&["resource-items", "resource-item", "hosts", "organization"], false, true);
        let (start, end) = (&["proposal", "start-date"], &["proposal", "end-date"]);
        if let (None, Some(end)) = (self.item.first(start), self.item.first(end)) {
            self.fault(&end.at, "an end date needs a start date");
        }
    }

    /// Employments and educations: city, country and an id of the organization.
    fn employment(&mut self) {
        self.organization(&["organization"], true, true);
    }

    /// The other affiliations: an id of the organization, or one of the affiliation.
    fn other_affiliation(&mut self) {
        self.organization(&["organization"], false, false);
        let has_id = !self.item.all(&["organization", "disambiguated-organization"]).is_empty();
        if !has_id && self.item.all(&["external-ids", "external-id"]).is_empty() {
            self.fault_of_item(
                "the organization has no id, and the affiliation no external id: give one of them (9062)",
            );
        }
    }

    fn external_identifier(&mut self) {
        if self.item.text_at(&["external-id-relationship"]) != Some("self") {
            self.fault_of_item("the relationship of a person's identifier must be self");
        }
    }

    /// At least one external id, and for works one that is the work's own.
    fn external_ids(&mut self, path: &[&str], needs_self: bool) {
        let ids = self.item.all(&[path, &["external-id"]].concat());
        if ids.is_empty() {
            return self.fault_of_item(format!("{} is missing: give at least one id (9023)", path.join("/")));
        }
        let is_self =
            |id: &&Node| id.text_at(&["external-id-relationship"]).is_none_or(|kind| kind == "self");
        if needs_self && !ids.iter().any(is_self) {
            let at = ids[0].at.clone();
            self.fault(&at, "no id has the relationship self: at least one must be the work's own (9023)");
        }
    }

    fn organization(&mut self, path: &[&str], needs_city: bool, needs_id: bool) {
        for organization in self.item.all(path) {
            let has = |path: &[&str]| organization.text_at(path).is_some();
            let (city, country) = (has(&["address", "city"]), has(&["address", "country"]));
            if needs_city && !(city && country) {
                let missing = if city { "country" } else { "city" };
                self.fault(&organization.at, format!("the organization's {missing} is missing (9060)"));
            } else if !country && (city || has(&["address", "region"])) {
                self.fault(
                    &organization.at,
                    "the organization's country is missing: a city or region needs it (9061)",
                );
            }
            if needs_id && organization.all(&["disambiguated-organization"]).is_empty() {
                self.fault(
                    &organization.at,
                    "the organization has no id: give its ROR id, or a release of ROR to find it by its name (9045)",
                );
            }
        }
    }

    fn dates(&mut self) {
        let mut dates = Vec::new();
        gather(&self.item.children, &mut dates);
        for date in dates {
            if let Err(what) = check_date(date) {
                self.fault(&date.at, what);
            }
        }
        for parent in [&[][..], &["proposal"]] {
            let one = |name| self.item.first(&[parent, &[name]].concat());
            if let (Some(start), Some(end)) = (one("start-date"), one("end-date"))
                && is_after(start, end)
            {
                let at = end.at.clone();
                self.fault(&at, "it is before the start date (9055)");
            }
        }
    }
}

fn gather<'n>(nodes: &'n [Node], dates: &mut Vec<&'n Node>) {
    for node in nodes {
        if node.field.name.ends_with("-date") { dates.push(node) } else { gather(&node.children, dates) }
    }
}

fn parts(date: &Node) -> [Option<u32>; 3] {
    ["year", "month", "day"].map(|part| date.text_at(&[part])?.parse().ok())
}

fn check_date(date: &Node) -> Result<(), String> {
    match parts(date) {
        [_, None, Some(_)] => Err("a day needs its month".to_owned()),
        [Some(year), Some(month), Some(day)]
            if parse(&format!("{year:04}-{month:02}-{day:02}")).is_none() =>
        {
            Err(format!("there is no {year:04}-{month:02}-{day:02}"))
        }
        _ => Ok(()),
    }
}

/// True where `start` is after `end`, as far as both say.
fn is_after(start: &Node, end: &Node) -> bool {
    for (start, end) in parts(start).into_iter().zip(parts(end)) {
        match (start, end) {
            (Some(start), Some(end)) if start != end => return start > end,
            (Some(_), Some(_)) => {}
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(section: Section, values: &[(&str, &str)]) -> Item {
        let mut item = Item::new(section, At::new(7, "row"));
        for (path, text) in values {
            let path: Vec<&str> = path.split('/').collect();
            item.set(&path, text, &At::new(7, path.join("/")));
        }
        item
    }

    const PLACE: [(&str, &str); 5] = [
        ("organization/name", "University of Vienna"),
        ("organization/address/city", "Vienna"),
        ("organization/address/country", "Austria"),
        (
            "organization/disambiguated-organization/disambiguated-organization-identifier",
            "https://ror.org/03prydq77",
        ),
        ("organization/disambiguated-organization/disambiguation-source", "ror"),
    ];

    fn faults(section: Section, values: &[(&str, &str)]) -> Vec<String> {
        let mut faults = Vec::new();
        check(&mut item(section, values), &mut faults);
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn affiliations_need_what_orcid_requires() {
        assert_eq!(faults(Section::Employment, &PLACE), Vec::<String>::new());
        let without = |part: &str| -> Vec<(&str, &str)> {
            PLACE.iter().copied().filter(|(path, _)| !path.contains(part)).collect()
        };
        for (section, values, expected) in [
            (Section::Employment, without("city"), Some("9060")),
            (Section::Education, without("country"), Some("9060")),
            (Section::Employment, without("disambiguated"), Some("9045")),
            (Section::Employment, without("name"), Some("name is missing")),
            (Section::Membership, without("disambiguated"), Some("9062")),
            (Section::Membership, without("country"), Some("9061")),
            (Section::Service, without("address"), None),
            (Section::Employment, [&PLACE[..], &[("end-date/year", "2020")]].concat(), None),
            (
                Section::Employment,
                [&PLACE[..], &[("start-date/year", "2021"), ("end-date/year", "2020")]].concat(),
                Some("9055"),
            ),
            (
                Section::Employment,
                [
                    &PLACE[..],
                    &[("start-date/year", "2021"), ("start-date/month", "2"), ("start-date/day", "30")],
                ]
                .concat(),
                Some("there is no 2021-02-30"),
            ),
            (
                Section::Employment,
                [&PLACE[..], &[("start-date/year", "2021"), ("start-date/day", "3")]].concat(),
                Some("a day needs its month"),
            ),
        ] {
            let found = faults(section, &values);

            assert_eq!(found.len(), usize::from(expected.is_some()), "{section:?}: {found:?}");
            assert!(found.iter().all(|fault| fault.contains(expected.unwrap_or_default())), "{found:?}");
        }
    }

    #[test]
    fn works_and_fundings_need_ids() {
        let id = |kind: &'static str| {
            [
                ("external-ids/external-id/external-id-type", "doi"),
                ("external-ids/external-id/external-id-value", "10.1/a"),
                ("external-ids/external-id/external-id-relationship", kind),
            ]
        };
        let work = [("title/title", "T"), ("type", "book")];
        for (section, values, expected) in [
            (Section::Work, [&work[..], &id("self")].concat(), ""),
            (Section::Work, [&work[..], &id("part-of")].concat(), "9023"),
            (Section::Work, work.to_vec(), "external-ids is missing"),
            (Section::Work, [&work[1..], &id("self")].concat(), "title is missing"),
            (Section::Work, [&work[..1], &id("self")].concat(), "type is missing"),
            (
                Section::Funding,
                [
                    &[("title/title", "T"), ("type", "grant"), ("end-date/year", "2020")][..],
                    &PLACE[..],
                    &id("self"),
                ]
                .concat(),
                "needs a start date",
            ),
            (
                Section::Funding,
                [&[("title/title", "T"), ("type", "grant"), ("amount", "5")][..], &PLACE[..], &id("self")]
                    .concat(),
                "amount needs currency-code",
            ),
            (Section::ExternalIdentifier, vec![("external-id-type", "x")], "external-id-value is missing"),
            (Section::Keyword, vec![("content", "")], "content is missing"),
            (Section::ResearcherUrl, vec![("url", "https://a.org")], "url-name is missing"),
        ] {
            let found = faults(section, &values);

            assert_eq!(found.is_empty(), expected.is_empty(), "{section:?}: {found:?}");
            assert!(expected.is_empty() || found.iter().any(|fault| fault.contains(expected)), "{found:?}");
        }
    }
}
