//! Tables in other forms read back equal, and joins find what they find in the dataset.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::support::tables::{Tables, all_rows};
use crate::support::{convert, dump, folder, run};
use orcidlake::synth;

/// A dataset with all kinds of tables.
fn dataset(at: &Path) -> std::path::PathBuf {
    let archives = dump(at, 120, true);
    let archives: Vec<&Path> = archives.iter().map(|path| path.as_path()).collect();
    let out = at.join("orcid");
    convert(&archives, &out, &[]);
    let release = synth::write_ror(300, at).unwrap();
    let matched = run(&["match", out.to_str().unwrap(), "--ror-release", release.to_str().unwrap()]);
    assert!(matched.status.success());
    out
}

fn export(from: &Path, to: &Path, more: &[&str]) -> String {
    let arguments = [&["export", from.to_str().unwrap(), "--to", to.to_str().unwrap()], more].concat();
    let output = run(&arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    told
}

/// All rows of the dataset in the names of exported tables; rejects too, and in no order.
fn expected(dataset: &Path) -> BTreeMap<String, usize> {
    all_rows(dataset).into_iter().map(|(table, rows)| (table.replace('/', "_"), rows.len())).collect()
}

/// A database's rows as text, in the form of [`all_rows`] but for points in time.
fn database_rows(database: &Connection, table: &str) -> Vec<Vec<String>> {
    let mut query = database.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let columns = query.column_count();
    let mut rows = query.query([]).unwrap();
    let mut found = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let cell = |place: usize| match row.get_ref(place).unwrap() {
            ValueRef::Null => "∅".to_owned(),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Real(number) => number.to_string(),
            ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
            ValueRef::Blob(_) => panic!("no table has bytes"),
        };
        found.push((0..columns).map(cell).collect());
    }
    found
}

#[test]
fn a_database_has_all_tables_with_keys_that_hold() {
    let place = folder();
    let from = dataset(place.path());
    let to = place.path().join("orcid.sqlite");

    export(&from, &to, &["--format", "sqlite"]);

    let database = Connection::open(&to).unwrap();
    let rows: Tables = all_rows(&from);
    for (table, expected) in &rows {
        let found = database_rows(&database, &table.replace('/', "_"));
        assert_eq!(found.len(), expected.len(), "{table}");
        // Texts and numbers are equal; times and truth values have another form there.
        let mut own: Vec<String> = found.iter().map(|row| row[0].clone()).collect();
        let mut first: Vec<String> =
            expected.iter().map(|row| row.split('\t').next().unwrap().to_owned()).collect();
        own.sort();
        first.sort();
        assert_eq!(own, first, "{table}");
    }
    let violations: i64 =
        database.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).unwrap();
    assert_eq!(violations, 0);
    let keys: i64 = database
        .query_row("SELECT count(*) FROM pragma_foreign_key_list('summaries_affiliations')", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(keys, 2, "to records and to organizations");
    let joined: i64 = database
        .query_row(
            "SELECT count(*) FROM summaries_affiliations JOIN organizations_organizations USING (org_key)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let all: i64 = database
        .query_row("SELECT count(*) FROM summaries_affiliations WHERE org_key IS NOT NULL", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert!(joined == all && all > 0, "{joined} of {all}");
    let again = run(&["export", from.to_str().unwrap(), "--to", to.to_str().unwrap(), "--format", "sqlite"]);
    assert_eq!(again.status.code(), Some(2), "what is there is not replaced");
}

#[test]
fn csv_and_json_lines_have_a_file_for_each_table() {
    let place = folder();
    let from = dataset(place.path());
    let (csv_folder, json_folder, zip) =
        (place.path().join("csv"), place.path().join("jsonl"), place.path().join("tables.zip"));

    export(&from, &csv_folder, &["--format", "csv"]);
    export(&from, &json_folder, &["--format", "jsonl"]);
    export(&from, &zip, &["--format", "csv", "--tables", "works"]);

    for (table, rows) in expected(&from) {
        let file = csv_folder.join(format!("{table}.csv"));
        let mut reader = csv::Reader::from_path(&file).unwrap();
        assert_eq!(reader.records().map(Result::unwrap).count(), rows, "{table}");
        let lines = fs::read_to_string(json_folder.join(format!("{table}.jsonl"))).unwrap();
        assert_eq!(lines.lines().count(), rows, "{table}");
        let objects = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        assert!(objects.into_iter().all(|object| object.is_object()), "{table}");
    }
    let mut archive = zip::ZipArchive::new(fs::File::open(&zip).unwrap()).unwrap();
    let names: Vec<String> = (0..archive.len())
        .map(|place| archive.by_index(place).unwrap().name().unwrap().into_owned())
        .collect();
    assert_eq!(names, ["activities_works.csv", "summaries_works.csv"]);
}

#[test]
fn cells_that_look_like_formulas_are_defused_and_that_is_told() {
    let place = folder();
    let archive = place.path().join("ORCID_2025_10_summaries.tar.gz");
    let xml = crate::support::record(crate::support::ONE, "=cmd|'/c calc'!A1", "");
    let member = format!("summaries/{}.xml", crate::support::ONE);
    fs::write(&archive, crate::support::gzip(&crate::support::tar(&[(&member, xml.as_bytes())]))).unwrap();
    let from = place.path().join("orcid");
    convert(&[&archive], &from, &[]);

    let told = export(
        &from,
        &place.path().join("excel"),
        &["--format", "csv", "--excel", "--semicolons", "--tables", "records"],
    );

    let bytes = fs::read(place.path().join("excel/summaries_records.csv")).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with('\u{feff}') && text.contains(";'=cmd|"), "{text}");
    assert!(text.ends_with("\r\n") && told.contains("1 cell that a spreadsheet"), "{told}");
}
