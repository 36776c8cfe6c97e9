//! A release of ROR, in its schema 2, that fits the institutions of the dump.
//!
//! Some are children of others, some have been taken over, some withdrawn; all
//! names and ids are those of `organizations`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::error::SynthError;
use super::organizations::{KnownOrganization, Organizations};
use super::part::{part_of, put_in_place};

/// The release's name, as ROR writes such.
const NAME: &str = "v0.1-2025-10-01-ror-data";
/// One in so many has the first of its ten as its parent.
const CHILD: usize = 3;
/// One in so many was taken over by the next.
const INACTIVE: (usize, usize) = (50, 17);
/// One in so many should not have been there.
const WITHDRAWN: (usize, usize) = (200, 119);

/// Writes a release of the first `count` institutions into `dir`, as a zip.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_ror(count: u64, dir: &Path) -> Result<PathBuf, SynthError> {
    let path = dir.join(format!("{NAME}.zip"));
    let failed = |source| SynthError::Write { path: path.clone(), source };
    let write = || -> std::io::Result<()> {
        let mut zip = ZipWriter::new(BufWriter::new(File::create(part_of(&path))?));
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        zip.start_file(format!("{NAME}.json"), options)?;
        let known = Organizations::first(count, Arc::default());
        let organizations: Vec<Value> = (0..known.len()).map(|number| organization(&known, number)).collect();
        // ROR indents by four, for which serde has no short word; two will do.
        zip.write_all(serde_json::to_string_pretty(&organizations)?.as_bytes())?;
        zip.finish()?.flush()
    };
    put_in_place(std::slice::from_ref(&path), write().map_err(failed))?;
    Ok(path)
}

fn organization(known: &Organizations, number: usize) -> Value {
    let own = &known[number];
    let has = |(every, place): (usize, usize)| number % every == place && number + 1 < known.len();
    let status = match number {
        _ if has(INACTIVE) => "inactive",
        _ if has(WITHDRAWN) => "withdrawn",
        _ => "active",
    };
    json!({
        "admin": {
            "created": { "date": "2018-11-14", "schema_version": "1.0" },
            "last_modified": { "date": "2025-10-01", "schema_version": "2.1" },
        },
        "domains": [format!("{}.example", own.grid.replace('.', "-"))],
        "established": 1800 + (number * 7) % 220,
        "external_ids": external_ids(own),
        "id": own.ror,
        "links": [],
        "locations": [location(own, number)],
        "names": names(own),
        "relationships": relationships(known, number, status),
        "status": status,
        "types": if own.fundref.is_some() { json!(["education", "funder"]) } else { json!(["education"]) },
    })
}

fn external_ids(own: &KnownOrganization) -> Value {
    let mut ids = vec![json!({ "all": [own.grid], "preferred": own.grid, "type": "grid" })];
    if let Some(fundref) = &own.fundref {
        let id = fundref.rsplit('/').next();
        ids.push(json!({ "all": [id], "preferred": null, "type": "fundref" }));
    }
    Value::Array(ids)
}

fn location(own: &KnownOrganization, number: usize) -> Value {
    json!({
        "geonames_id": 1_000_000 + number,
        "geonames_details": {
            "continent_code": null, "continent_name": null,
            "country_code": own.country, "country_name": null,
            "country_subdivision_code": null, "country_subdivision_name": own.region,
            "lat": (number % 140) as f64 - 60.0, "lng": (number % 340) as f64 - 170.0,
            "name": own.city,
        },
    })
}

fn names(own: &KnownOrganization) -> Value {
    let mut names = vec![
        json!({ "lang": "en", "types": ["label", "ror_display"], "value": own.name }),
        json!({ "lang": null, "types": ["acronym"], "value": own.acronym }),
    ];
    if let Some(place) = own.name.strip_prefix("University of ") {
        names.push(json!({ "lang": null, "types": ["alias"], "value": format!("{place} University") }));
    }
    Value::Array(names)
}

fn relationships(known: &Organizations, number: usize, status: &str) -> Value {
    let link = |kind: &str, other: usize| json!({ "id": known[other].ror, "label": known[other].name, "type": kind });
    let first = number - number % 10;
    let mut links = Vec::new();
    if number % 10 == CHILD {
        links.push(link("parent", first));
    }
    if status == "inactive" {
        links.push(link("successor", number + 1));
    }
    // As in ROR, parents list their active children only.
    let child = first + CHILD;
    if number == first && child < known.len() && child % INACTIVE.0 != INACTIVE.1 {
        links.push(link("child", child));
    }
    Value::Array(links)
}
