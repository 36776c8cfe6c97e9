//! Matching full affiliations through the program: of the command line, of tables, of standard input.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::{folder, orcidlake, run};
use serde_json::json;

/// A release of three organisations.
fn release(folder: &Path) -> PathBuf {
    let organization = |id: &str, names: &[&str], acronym: &str, city: &str, country: &str| {
        let mut all: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(place, name)| {
                let types = if place == 0 { json!(["ror_display", "label"]) } else { json!(["alias"]) };
                json!({ "value": name, "types": types, "lang": "en" })
            })
            .collect();
        all.push(json!({ "value": acronym, "types": ["acronym"], "lang": null }));
        json!({
            "id": id, "status": "active", "names": all, "types": ["education"], "established": 1900,
            "locations": [{ "geonames_id": 1, "geonames_details": {
                "name": city, "country_code": country, "country_subdivision_name": null, "lat": 1.5, "lng": 2.5 } }],
            "external_ids": [], "relationships": [], "domains": [], "links": [],
        })
    };
    let organizations = [
        organization("https://ror.org/04z8k9a98", &["University of Coimbra"], "UC", "Coimbra", "PT"),
        organization(
            "https://ror.org/02feahw73",
            &["Centre National de la Recherche Scientifique"],
            "CNRS",
            "Paris",
            "FR",
        ),
        organization("https://ror.org/02kzqn938", &["Université de Lille"], "UDL", "Lille", "FR"),
    ];
    let path = folder.join("v9.9-2026-01-01-ror-data.json");
    std::fs::write(&path, serde_json::to_vec(&organizations).unwrap()).unwrap();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The rows of a CSV table: the values of some of its columns.
fn cells(output: &[u8], columns: &[&str]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(output);
    let header = reader.headers().unwrap().clone();
    let places: Vec<usize> =
        columns.iter().map(|column| header.iter().position(|name| name == *column).unwrap()).collect();
    reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            places.iter().map(|place| row[*place].to_owned()).collect()
        })
        .collect()
}

const COIMBRA: &str = "https://ror.org/04z8k9a98";
const CNRS: &str = "https://ror.org/02feahw73";
const LILLE: &str = "https://ror.org/02kzqn938";

#[test]
fn a_column_of_texts_gives_the_leading_organisation_of_each_row() {
    let folder = folder();
    let ror = release(folder.path());
    let table = folder.path().join("table.csv");
    let rows = "No;Affiliation\n1;Dept. of Physics, University of Coimbra, 3004-516 Coimbra, Portugal\n2;nobody\n3;\n";
    std::fs::write(&table, rows).unwrap();

    let output = run(&[
        "match",
        "--csv",
        text(&table),
        "--text",
        "affiliation",
        "--ror-release",
        text(&ror),
        "--quiet",
    ]);

    let found = cells(&output.stdout, &["No", "ror_id", "text_part"]);
    assert_eq!(found, [["1", COIMBRA, "University of Coimbra"], ["2", "", ""], ["3", "", ""]]);
}

#[test]
fn all_organisations_of_a_text_get_a_row_each_with_their_places() {
    let folder = folder();
    let ror = release(folder.path());
    let affiliation = "Üniv.: Univ. de Lille, CNRS, UMR 8576, F-59000 Lille, France";

    let output = run(&[
        "match",
        "--text",
        affiliation,
        "--text",
        "?",
        "--all",
        "--ror-release",
        text(&ror),
        "--quiet",
    ]);

    let found = cells(&output.stdout, &["text", "ror_id", "text_start", "text_end", "text_part"]);
    assert_eq!(
        found,
        [
            [affiliation, LILLE, "7", "21", "Univ. de Lille"],
            [affiliation, CNRS, "23", "27", "CNRS"],
            ["?", "", "", "", ""]
        ]
    );
}

#[test]
fn texts_and_tables_are_read_from_standard_input_in_their_order() {
    let folder = folder();
    let ror = release(folder.path());
    let many: String = (0..20_000).map(|number| format!("{number} Univ. of Coimbra, Portugal\n")).collect();
    for (arguments, input) in [
        (&["--text", "-"][..], many.clone()),
        (&["--csv", "-", "--text", "text"], format!("text\n{}", many.replace(',', " "))),
    ] {
        let mut child = orcidlake(&[&["match", "--ror-release", text(&ror), "--quiet"], arguments].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));

        let output = child.wait_with_output().unwrap();

        writer.join().unwrap().unwrap();
        let found = cells(&output.stdout, &["text", "ror_id"]);
        assert_eq!(found.len(), 20_000);
        for (number, row) in found.iter().enumerate() {
            assert!(row[0].starts_with(&format!("{number} ")) && row[1] == COIMBRA, "{row:?}");
        }
    }
}

#[test]
fn a_line_that_is_not_utf_8_is_told() {
    let folder = folder();
    let ror = release(folder.path());
    let mut child = orcidlake(&["match", "--text", "-", "--ror-release", text(&ror)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"Univ. of Coimbra\nUniversit\xe9\n").unwrap();

    let output = child.wait_with_output().unwrap();

    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2), "{told}");
    assert!(told.contains("standard input, line 2: the text is not UTF-8"), "{told}");
}

#[test]
fn countries_are_read_in_all_forms_and_others_are_told_by_line() {
    let folder = folder();
    let ror = release(folder.path());
    let table = folder.path().join("table.csv");
    let countries = ["PT", "PRT", "Portugal", "portugal", "ポルトガル", "PORTUGALIA"];
    let rows: String = countries.iter().map(|country| format!("Univ. of Coimbra,{country}\n")).collect();
    std::fs::write(&table, format!("name,country\n{rows}Univ. of Coimbra,Atlantis\nUniv. of Coimbra,XX\n"))
        .unwrap();

    let output = run(&["match", "--csv", text(&table), "--ror-release", text(&ror)]);

    let found = cells(&output.stdout, &["ror_id", "country_verdict"]);
    let verdicts: Vec<&str> = found.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(verdicts, [&["agree"; 6][..], &["unknown"; 2]].concat());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("2 rows: line 8 \"Atlantis\", line 9 \"XX\""), "{told}");
}

#[test]
fn several_columns_of_texts_are_refused() {
    let folder = folder();
    let ror = release(folder.path());
    let table = folder.path().join("table.csv");
    std::fs::write(&table, "a,b\n1,2\n").unwrap();

    let output =
        run(&["match", "--csv", text(&table), "--text", "a", "--text", "b", "--ror-release", text(&ror)]);

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("give --text once"));
}
