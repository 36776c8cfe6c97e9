//! Gives organizations without an id their ROR id, where their name and place are exactly those of
//! one organisation in ROR.

use orcid_api::member::Section;
use ror_match::{Matcher, NameKind, PlaceVerdict, Query, Relation, Scratch, Status, Tier};

use super::fault::At;
use super::node::{Item, Node};
use super::row::Row;

const ID: &str = "disambiguated-organization";

/// Looks at the organizations of a row's item; notes what was added.
pub fn complete(row: &mut Row, matcher: &Matcher, scratch: &mut Scratch) {
    let Some(item) = &mut row.item else { return };
    for path in paths(item.section) {
        complete_at(&mut item.children, path, matcher, scratch, &mut row.notes);
    }
}

/// Where a section has organizations.
fn paths(section: Section) -> &'static [&'static [&'static str]] {
    match section {
        Section::PeerReview => &[&["convening-organization"]],
        Section::ResearchResource => &[
            &["proposal", "hosts", "organization"],
            &["resource-items", "resource-item", "hosts", "organization"],
        ],
        section if section.is_affiliation() || section == Section::Funding => &[&["organization"]],
        _ => &[],
    }
}

fn complete_at(
    nodes: &mut [Node],
    path: &[&str],
    matcher: &Matcher,
    scratch: &mut Scratch,
    notes: &mut Vec<String>,
) {
    let Some((name, rest)) = path.split_first() else { return };
    for node in nodes.iter_mut().filter(|node| node.field.name == *name) {
        if rest.is_empty() {
            notes.extend(complete_one(node, matcher, scratch));
        } else {
            complete_at(&mut node.children, rest, matcher, scratch, notes);
        }
    }
}

fn complete_one(organization: &mut Node, matcher: &Matcher, scratch: &mut Scratch) -> Option<String> {
    let id = |node: &Node| node.text_at(&[ID, "disambiguated-organization-identifier"]).map(str::to_owned);
    if id(organization).is_some() {
        return None;
    }
    let name = organization.text_at(&["name"])?.to_owned();
    let query = Query {
        name: &name,
        city: organization.text_at(&["address", "city"]),
        country: organization.text_at(&["address", "country"]),
    };
    let found = exact(&query, matcher, scratch)?;
    let (ror, ror_name) = found;
    // A source without an id says nothing.
    organization.children.retain(|child| child.field.name != ID);
    let at = At::new(organization.at.line, organization.at.column.clone());
    let item = &mut Item::new(Section::Employment, at.clone());
    item.set(&["organization", ID, "disambiguated-organization-identifier"], &ror, &at);
    item.set(&["organization", ID, "disambiguation-source"], "ROR", &at);
    let completed = item.children.pop()?;
    organization.children.extend(completed.children);
    Some(format!("{name}: {ror} ({ror_name}) found by its name in {}", matcher.index.release.name))
}

/// The organisation whose name and place are those of the query, without a doubt.
fn exact(query: &Query<'_>, matcher: &Matcher, scratch: &mut Scratch) -> Option<(String, String)> {
    let found = matcher.find(query, scratch).found?;
    let is_exact = matches!(found.tier, Tier::Exact | Tier::Override)
        && found.relation == Relation::Same
        && found.found.kind != NameKind::Acronym;
    // The country must be given and be the same; a city that is given must not be another.
    let fits = found.found.country == PlaceVerdict::Agree && found.found.city != PlaceVerdict::Differ;
    let organization = matcher.index.release.organization(found.found.organization);
    (is_exact && fits && organization.status == Status::Active)
        .then(|| (organization.id.to_string(), organization.display_name().to_owned()))
}
