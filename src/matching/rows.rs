//! Makes rows of tables from findings and organisations.

use super::key::Key;
use crate::tables::organizations::{AncestorRow, DisagreementRow, OrganizationRow, RorRow};
use ror_match::{Candidate, Finding, Matcher, NameKind, Organization, Registry, Release, Resolved};

/// The separator between values of a list.
pub const BETWEEN: &str = "|";

/// The row of a key.
pub fn organization_row<'a>(matcher: &'a Matcher, key: &'a Key, finding: &Finding) -> OrganizationRow<'a> {
    let release = &matcher.index.release;
    let id_of = |number: u32| release.organization(number).id.to_string();
    let mut row =
        OrganizationRow { key: key.row(), agreement: finding.agreement.name(), ..Default::default() };
    (row.id_ror, row.id_via) = match finding.id {
        Resolved::One(number, via) => (Some(id_of(release.successor(number))), Some(via.name())),
        Resolved::Several => (None, Some("several")),
        Resolved::Mistyped => (None, Some("mistyped")),
        Resolved::Unknown => (None, None),
    };
    if let Some(found) = &finding.name {
        let Candidate { organization, name, kind, score, country, city } = found.found;
        let became = release.successor(organization);
        row.name_ror = Some(id_of(became));
        row.name_successor_of = (became != organization).then(|| id_of(organization));
        row.tier = Some(found.tier.name());
        row.relation = Some(found.relation.name());
        row.score = Some(rounded(score));
        row.margin = Some(rounded(found.margin));
        row.runner_up = found.runner_up.map(|next| id_of(next.organization));
        row.runner_up_score = found.runner_up.map(|next| rounded(next.score));
        row.matched_name = Some(matcher.index.name(organization, name));
        row.matched_name_type = Some(kind.name());
        row.country_verdict = Some(country.name());
        row.city_verdict = Some(city.name());
    }
    if let Some((number, by)) = finding.meant {
        let became = release.successor(number);
        let organization = release.organization(became);
        row.ror_id = Some(organization.id.to_string());
        row.ror_name = Some(organization.display_name());
        row.decided_by = Some(by.name());
        row.ror_status = Some(organization.status.name());
        row.successor_of = (became != number).then(|| id_of(number));
    }
    let near: Vec<String> = finding.near.iter().map(|number| id_of(*number)).collect();
    row.candidates = (!near.is_empty()).then(|| near.join(BETWEEN));
    row
}

/// The row of a key whose id and name differ.
pub fn disagreement_row<'a>(
    matcher: &'a Matcher,
    row: &'a OrganizationRow<'a>,
    finding: &Finding,
) -> DisagreementRow<'a> {
    let release = &matcher.index.release;
    let name_of = |number: u32| release.organization(release.successor(number)).display_name();
    let id = match finding.id {
        Resolved::One(number, _) => Some(number),
        _ => None,
    };
    let named = finding.name.map(|found| found.found.organization);
    let related = id
        .zip(named)
        .is_some_and(|(one, other)| matcher.tree.is_above(one, other) || matcher.tree.is_above(other, one));
    DisagreementRow {
        key: row.key,
        id_ror: row.id_ror.as_deref(),
        id_name: id.map(name_of),
        id_via: row.id_via,
        name_ror: row.name_ror.as_deref(),
        name_name: named.map(name_of),
        tier: row.tier,
        score: row.score,
        related,
        decided_by: row.decided_by,
    }
}

/// The row of an organisation of ROR.
pub fn ror_row<'a>(release: &'a Release, number: u32) -> RorRow<'a> {
    let organization = release.organization(number);
    let place = organization.places.first();
    let became = release.successor(number);
    RorRow {
        ror_id: organization.id.to_string(),
        name: organization.display_name(),
        labels: names(organization, NameKind::Label),
        aliases: names(organization, NameKind::Alias),
        acronyms: names(organization, NameKind::Acronym),
        types: joined(organization.types.iter().map(String::as_str)),
        status: organization.status.name(),
        successor: (became != number).then(|| release.organization(became).id.to_string()),
        established: organization.established,
        city: place.and_then(|place| place.city.as_deref()),
        region: place.and_then(|place| place.region.as_deref()),
        country: place.map(|place| place.country.code()).filter(|code| !code.is_empty()),
        latitude: place.and_then(|place| place.latitude),
        longitude: place.and_then(|place| place.longitude),
        geonames_id: place.and_then(|place| place.geonames_id),
        domains: joined(organization.domains.iter().map(String::as_str)),
        grid: ids(organization, Registry::Grid),
        fundref: ids(organization, Registry::FundRef),
        isni: ids(organization, Registry::Isni),
        wikidata: ids(organization, Registry::Wikidata),
    }
}

/// An organisation and all its ancestors, itself first.
pub fn ancestor_rows(matcher: &Matcher, number: u32) -> Vec<AncestorRow> {
    let id_of = |number: u32| matcher.index.release.organization(number).id.to_string();
    let all = std::iter::once((number, 0)).chain(matcher.tree.ancestors(number));
    let row = |(ancestor, depth): (u32, u8)| AncestorRow {
        ror_id: id_of(number),
        ancestor_id: id_of(ancestor),
        depth: i32::from(depth),
    };
    all.map(row).collect()
}

fn names(organization: &Organization, kind: NameKind) -> Option<String> {
    joined(organization.names.iter().filter(|name| name.kind == kind).map(|name| name.value.as_str()))
}

fn ids(organization: &Organization, registry: Registry) -> Option<String> {
    let of_registry = organization.external_ids.iter().filter(|id| id.registry == registry);
    joined(of_registry.map(|id| id.value.as_str()))
}

fn joined<'a>(values: impl Iterator<Item = &'a str>) -> Option<String> {
    let values: Vec<&str> = values.collect();
    (!values.is_empty()).then(|| values.join(BETWEEN))
}

/// A score, rounded to hide the noise of its last digits.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 10_000.0).round() / 10_000.0
}
