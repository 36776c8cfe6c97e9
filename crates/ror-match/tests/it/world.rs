//! A release of a few organisations, made to measure.

use std::path::{Path, PathBuf};

use ror_match::{Matcher, Preset, Query, Release, RorId, Scratch, Tier};
use serde_json::{Value, json};

/// A number's ROR id.
pub fn id(number: u32) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let letters: String =
        (0..6).rev().map(|place| char::from(LETTERS[(number >> (5 * place)) as usize & 31])).collect();
    format!("https://ror.org/0{letters}{:02}", 98 - u64::from(number) * 100 % 97)
}

/// An organisation with its display name first; `ACRONYM:` marks an acronym.
pub fn organization(number: u32, names: &[&str], city: &str, country: &str) -> Value {
    let names: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(place, name)| match name.strip_prefix("ACRONYM:") {
            Some(acronym) => json!({ "value": acronym, "types": ["acronym"], "lang": null }),
            None if place == 0 => json!({ "value": name, "types": ["ror_display", "label"], "lang": "en" }),
            None => json!({ "value": name, "types": ["alias"], "lang": null }),
        })
        .collect();
    json!({
        "id": id(number), "status": "active", "names": names, "types": ["education"], "established": 1900,
        "locations": [{ "geonames_id": number, "geonames_details": {
            "name": city, "country_code": country, "country_subdivision_name": null, "lat": 1.5, "lng": 2.5 } }],
        "external_ids": [], "relationships": [], "domains": [], "links": [],
    })
}

pub fn related(mut organization: Value, kind: &str, other: u32) -> Value {
    organization["relationships"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "type": kind, "id": id(other), "label": "" }));
    organization
}

pub fn with(mut organization: Value, field: &str, value: Value) -> Value {
    organization[field] = value;
    organization
}

/// The organisations that most tests ask for.
pub fn world() -> Vec<Value> {
    vec![
        organization(1, &["University of Coimbra", "Universidade de Coimbra", "ACRONYM:UC"], "Coimbra", "PT"),
        organization(2, &["University of Vienna"], "Vienna", "AT"),
        organization(3, &["AbbVie (United States)"], "North Chicago", "US"),
        organization(4, &["AbbVie (Germany)"], "Wiesbaden", "DE"),
        organization(5, &["Government Medical College"], "Nagpur", "IN"),
        organization(6, &["Government Medical College"], "Surat", "IN"),
        organization(
            7,
            &["University of Copenhagen", "Københavns Universitet", "ACRONYM:KU"],
            "Copenhagen",
            "DK",
        ),
        organization(8, &["University of Porto", "Universidade do Porto"], "Porto", "PT"),
        organization(9, &["National Institute of Technology"], "Lisbon", "PT"),
        related(
            with(
                organization(10, &["Paris Descartes University"], "Paris", "FR"),
                "status",
                json!("inactive"),
            ),
            "successor",
            11,
        ),
        organization(11, &["Université Paris Cité"], "Paris", "FR"),
        related(organization(12, &["Institute of Physics of Coimbra"], "Coimbra", "PT"), "parent", 1),
        related(
            with(
                organization(13, &["Old Observatory of Coimbra"], "Coimbra", "PT"),
                "status",
                json!("inactive"),
            ),
            "parent",
            12,
        ),
        organization(
            14,
            &["Lomonosov Moscow State University", "Московский государственный университет"],
            "Moscow",
            "RU",
        ),
        organization(15, &["King Saud University", "جامعة الملك سعود"], "Riyadh", "SA"),
        with(
            organization(16, &["Grid University"], "Oslo", "NO"),
            "external_ids",
            json!([
            { "type": "grid", "all": ["grid.1.a"], "preferred": "grid.1.a" },
            { "type": "fundref", "all": ["501100000001", "100000001"], "preferred": null } ]),
        ),
        with(
            organization(17, &["Other University"], "Bergen", "NO"),
            "external_ids",
            json!([
            { "type": "fundref", "all": ["501100000001"], "preferred": null } ]),
        ),
        organization(18, &["Université Paris 1 Panthéon-Sorbonne"], "Paris", "FR"),
    ]
}

pub fn write(folder: &Path, organizations: &[Value]) -> PathBuf {
    let path = folder.join("v9.9-2026-01-01-ror-data.json");
    std::fs::write(&path, serde_json::to_vec_pretty(organizations).unwrap()).unwrap();
    path
}

pub fn matcher(preset: Preset) -> Matcher {
    world_of(&world(), preset)
}

/// A matcher of these organisations.
pub fn world_of(organizations: &[Value], preset: Preset) -> Matcher {
    let folder = tempfile::tempdir().unwrap();
    Matcher::new(Release::read(&write(folder.path(), organizations)).unwrap(), preset)
}

/// The number that an organisation of the release was made with.
pub fn number_of(matcher: &Matcher, organization: u32) -> u32 {
    let own = matcher.index.release.organization(organization).id;
    (1..100).find(|number| RorId::parse(&id(*number)) == Ok(own)).unwrap()
}

/// The number of the organisation that is found, and how.
pub fn find(matcher: &Matcher, name: &str, city: &str, country: &str) -> Option<(u32, Tier)> {
    let query = Query { name, city: Some(city), country: Some(country) };
    let found = matcher.find(&query, &mut Scratch::default()).found?;
    let release = &matcher.index.release;
    let own = release.organization(found.found.organization).id;
    (1..100).find(|number| RorId::parse(&id(*number)) == Ok(own)).map(|number| (number, found.tier))
}
