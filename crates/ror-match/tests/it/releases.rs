//! What a ROR release says, in each form in which it comes.

use std::io::Write;
use std::path::Path;

use crate::world::{world, write};
use flate2::Compression;
use flate2::write::GzEncoder;
use ror_match::Release;

#[test]
fn a_release_is_read_as_json_gzip_and_zip() {
    let folder = tempfile::tempdir().unwrap();
    let json = write(folder.path(), &world());
    let gzip = folder.path().join("ror.json.gz");
    let mut encoder = GzEncoder::new(std::fs::File::create(&gzip).unwrap(), Compression::fast());
    encoder.write_all(&std::fs::read(&json).unwrap()).unwrap();
    encoder.finish().unwrap();
    let zip = folder.path().join("ror.zip");
    let mut writer = zip::ZipWriter::new(std::fs::File::create(&zip).unwrap());
    for (name, text) in
        [("v1-ror-data.csv", "id"), ("v1-ror-data.json", "[{]"), ("v1-ror-data_schema_v2.json", "")]
    {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        let bytes = if text.is_empty() { std::fs::read(&json).unwrap() } else { text.as_bytes().to_vec() };
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap();

    for path in [json, gzip, zip] {
        assert_eq!(Release::read(&path).unwrap().organizations.len(), world().len(), "{}", path.display());
    }
}

#[test]
fn a_bad_release_is_told_from_a_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ror.json");
    for (text, expected) in [
        ("", "not a ROR release"),
        ("<html>", "not a JSON array"),
        ("[]", "no organisation"),
        ("[{\"id\": \"https://ror.org/04ttjf777\", \"names\": []}]", "where a ROR id belongs"),
        ("[{\"id\": 5}]", "cannot be parsed"),
        ("[{\"id\": \"https://ror.org/04ttjf776\"", "ends within"),
        ("[{\"id\": \"https://ror.org/04ttjf776\"}, {\"id\": \"https://ror.org/04ttjf776\"}]", "twice"),
    ] {
        std::fs::write(&path, text).unwrap();

        let error = Release::read(&path).unwrap_err();

        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
}

#[test]
fn of_many_organisations_the_first_that_is_wrong_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ror.json");
    let good = format!(r#"{{"id": "https://ror.org/04ttjf776", "links": "{}"}}"#, "x".repeat(2_000));
    let mut objects = vec![good.as_str(); 3_000];
    for wrong in [2_900, 2_100, 1_500, 400, 0] {
        objects[wrong] = r#"{"id": 5}"#;
        // It ends within an organisation too, which comes later.
        std::fs::write(&path, format!("[{}, {{", objects.join(","))).unwrap();

        let error = Release::read(&path).unwrap_err();

        assert!(error.to_string().starts_with(&format!("organisation {} of", wrong + 1)), "{error}");
    }
}

#[test]
fn both_schemas_say_the_same_of_a_real_release() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/ror/v1.55-test.zip");
    if !path.exists() {
        eprintln!("skipped: ROR's own test data are not here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut read = |name: &str| {
        let target = folder.path().join(name);
        let mut member = zip.by_name(name).unwrap();
        std::io::copy(&mut member, &mut std::fs::File::create(&target).unwrap()).unwrap();
        Release::read(&target).unwrap()
    };

    let first = read("v1.55-2024-10-31-ror-data.json");
    let second = read("v1.55-2024-10-31-ror-data_schema_v2.json");

    assert_eq!(second.name, "v1.55-2024-10-31");
    assert_eq!(first.organizations.len(), 1000);
    for (one, other) in first.organizations.iter().zip(&second.organizations) {
        assert_eq!(
            (one.id, one.status, &one.parents, &one.successors),
            (other.id, other.status, &other.parents, &other.successors)
        );
        assert_eq!(one.display_name(), other.display_name());
        assert_eq!(one.country(), other.country(), "{}", one.id);
        assert_eq!(one.external_ids.len(), other.external_ids.len(), "{}", one.id);
    }
}
