//! ROR releases of any bytes: as they are, or as the JSON of a zip file or of gzip. What can
//! be read can be indexed, and asked for each of its names, without a panic.
#![no_main]

use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use fuzz::gzip;
use libfuzzer_sys::fuzz_target;
use ror_match::{Address, Crosswalk, Matcher, Preset, Query, Release, Scratch};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Organisations and names of each that are asked for.
const MAX_ASKED: usize = 8;

static FOLDER: LazyLock<TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a temporary folder can be made"));

fuzz_target!(|input: &[u8]| {
    let Some((first, bytes)) = input.split_first() else { return };
    let bytes = match first % 4 {
        1 => gzip(bytes),
        2 => zip_of("v1.json", bytes),
        3 => zip_of("v2_schema_v2.json", bytes),
        _ => bytes.to_vec(),
    };
    let path: PathBuf = FOLDER.path().join("release");
    fs::write(&path, bytes).expect("a temporary file can be written");
    let Ok(release) = Release::read(&path) else { return };

    let crosswalk = Crosswalk::new(&release);
    for organization in release.organizations.iter().take(MAX_ASKED) {
        let number = release.number(organization.id).expect("the release has its own ids");
        release.successor(number);
        crosswalk.find(&release, "ROR", &organization.id.to_string());
        for id in organization.external_ids.iter().take(MAX_ASKED) {
            crosswalk.find(&release, "GRID", &id.value);
        }
    }
    let asked: Vec<(String, Option<String>)> = release
        .organizations
        .iter()
        .take(MAX_ASKED)
        .flat_map(|organization| {
            let city = organization.places.first().and_then(|place| place.city.clone());
            let names = organization.names.iter().take(MAX_ASKED);
            names.map(move |name| (name.value.clone(), city.clone()))
        })
        .collect();
    let matcher = Matcher::new(release, Preset::Recall);
    let mut scratch = Scratch::default();
    for (name, city) in &asked {
        let query = Query { name, city: city.as_deref(), country: Some("DE") };
        matcher.find(&query, &mut scratch);
        Address::of(name, &matcher.index);
    }
});

fn zip_of(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let write = || -> zip::result::ZipResult<Vec<u8>> {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(bytes)?;
        Ok(zip.finish()?.into_inner())
    };
    write().expect("memory takes all bytes")
}
