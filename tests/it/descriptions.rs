//! What stands beside a dataset's manifest for programs that do not know orcidlake: both
//! descriptions name all files and columns of the version that is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use orcidlake::tables;
use serde_json::Value;

use crate::support::s3::{BUCKET, S3};
use crate::support::{convert, dump, folder, orcidlake, run};

/// The names of columns and files, by table.
type Described = BTreeMap<String, (Vec<String>, Vec<String>)>;

fn texts(value: &Value, name: &str) -> Vec<String> {
    let values = value.as_array().unwrap().iter();
    values
        .map(|value| value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}")).to_owned())
        .collect()
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(strings).collect(),
        value => vec![value.as_str().unwrap().to_owned()],
    }
}

fn by_package(text: &str) -> Described {
    let package: Value = serde_json::from_str(text).unwrap();
    let resources = package["resources"].as_array().unwrap().iter();
    let told = |resource: &Value| {
        let columns = texts(&resource["schema"]["fields"], "name");
        (resource["name"].as_str().unwrap().to_owned(), (columns, strings(&resource["path"])))
    };
    resources.map(told).collect()
}

fn by_croissant(text: &str) -> Described {
    let croissant: Value = serde_json::from_str(text).unwrap();
    let sets = croissant["distribution"].as_array().unwrap();
    let told = |records: &Value| {
        let table = records["@id"].as_str().unwrap().to_owned();
        let files = sets.iter().find(|set| set["@id"] == format!("{table}_files")).unwrap();
        (table, (texts(&records["field"], "name"), strings(&files["includes"])))
    };
    croissant["recordSet"].as_array().unwrap().iter().map(told).collect()
}

/// What the manifest says.
fn by_manifest(text: &str) -> Described {
    let manifest: Value = serde_json::from_str(text).unwrap();
    let mut described = Described::new();
    let archives = manifest["archives"].as_array().unwrap().iter();
    for holder in archives.chain([&manifest["organizations"]]).filter(|holder| holder.is_object()) {
        for (key, parts) in holder["parts"].as_object().unwrap() {
            let (folder, name) = key.split_once('/').unwrap();
            let table = tables::all().find(|(own, table)| *own == folder && table.name() == name).unwrap().1;
            let columns = table.columns().into_iter().map(|column| column.name).collect();
            let entry = described.entry(key.replace('/', "_")).or_insert_with(|| (columns, Vec::new()));
            entry.1.extend(texts(parts, "name").iter().map(|name| format!("{key}/{name}")));
        }
    }
    described
}

fn read(dataset: &Path, name: &str) -> String {
    fs::read_to_string(dataset.join(name)).unwrap()
}

fn check(dataset: &Path) -> Described {
    let expected = by_manifest(&read(dataset, "orcidlake.json"));
    assert_eq!(by_package(&read(dataset, "datapackage.json")), expected);
    assert_eq!(by_croissant(&read(dataset, "croissant.json")), expected);
    let verified = run(&["verify", dataset.to_str().unwrap()]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    expected
}

#[test]
fn descriptions_follow_each_commit() {
    let place = folder();
    let archives = dump(place.path(), 120, true);
    let archives: Vec<&Path> = archives.iter().map(|path| path.as_path()).collect();
    let out = place.path().join("orcid");

    convert(&archives[..1], &out, &[]);
    let summaries = check(&out);
    convert(&archives[1..], &out, &[]);
    let all = check(&out);
    let release = orcid_synth::write_ror(50, place.path()).unwrap();
    assert!(
        run(&["match", out.to_str().unwrap(), "--ror-release", release.to_str().unwrap()]).status.success()
    );
    let matched = check(&out);

    assert!(summaries.contains_key("summaries_works") && !summaries.contains_key("activities_works"));
    assert!(all.contains_key("activities_works") && matched.contains_key("organizations_ror"));
    let package = read(&out, "datapackage.json");
    let package: Value = serde_json::from_str(&package).unwrap();
    assert_eq!(package["licenses"][0]["name"], "CC0-1.0");
    assert_eq!(package["sources"][0]["path"], "https://doi.org/10.23640/07243.30375589.v1");
    let croissant: Value = serde_json::from_str(&read(&out, "croissant.json")).unwrap();
    assert!(croissant["citeAs"].as_str().unwrap().contains("@misc{ror2025,"), "{}", croissant["citeAs"]);
}

#[test]
fn the_same_input_gives_the_same_descriptions() {
    let place = folder();
    let archive = dump(place.path(), 60, false).remove(0);
    let (one, other) = (place.path().join("one"), place.path().join("other"));

    convert(&[&archive], &one, &["--threads", "1"]);
    convert(&[&archive], &other, &["--threads", "3"]);

    for name in ["datapackage.json", "croissant.json"] {
        assert_eq!(read(&one, name), read(&other, name), "{name}");
    }
}

#[test]
fn a_dataset_in_a_bucket_has_the_descriptions_of_its_newest_version() {
    let (s3, place) = (S3::start(), folder());
    let archives = dump(place.path(), 61, true);
    let url = format!("s3://{BUCKET}/orcid");
    let convert = |number: usize| {
        let mut command = orcidlake(&["convert", "--quiet", "--out", &url]);
        command
            .arg(&archives[number])
            .envs(s3.environment())
            .env("ORCIDLAKE_SCRATCH", place.path().join("s"));
        assert!(command.status().unwrap().code().is_some_and(|status| status < 2));
    };
    let text = |name: &str| String::from_utf8(s3.get(&format!("orcid/{name}"))).unwrap();
    for number in [0, 1] {
        convert(number);

        let expected = by_manifest(&text(&format!("orcidlake-versions/{:020}.json", number + 1)));
        assert_eq!(by_package(&text("datapackage.json")), expected);
        assert_eq!(by_croissant(&text("croissant.json")), expected);
    }
}
