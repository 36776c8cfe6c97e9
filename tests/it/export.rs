//! Tables in other forms read back equal, and joins find what they find in the dataset.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::support::tables::{Tables, all_rows};
use crate::support::workbooks::{sheet, sheets};
use crate::support::{convert, dump, folder, run};

/// A dataset with all kinds of tables.
fn dataset(at: &Path) -> std::path::PathBuf {
    let archives = dump(at, 120, true);
    let archives: Vec<&Path> = archives.iter().map(|path| path.as_path()).collect();
    let out = at.join("orcid");
    convert(&archives, &out, &[]);
    let release = orcid_synth::write_ror(300, at).unwrap();
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

/// The lines of each file of a folder, in no order.
fn lines_of(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        found.insert(path.file_name().unwrap().to_string_lossy().into_owned(), lines);
    }
    found
}

#[test]
fn some_people_are_exported_as_they_are_extracted() {
    let place = folder();
    let from = dataset(place.path());
    let whole = place.path().join("whole");
    export(&from, &whole, &["--format", "jsonl"]);
    let whole = lines_of(&whole);
    let one: serde_json::Value = serde_json::from_str(&whole["summaries_records.jsonl"][0]).unwrap();
    let one = one["orcid"].as_str().unwrap();
    let ids = place.path().join("ids.txt");
    fs::write(&ids, format!(" https://orcid.org/{}\n", one.replace('-', "").to_lowercase())).unwrap();
    for (number, options) in
        [vec!["--only", "--ids", ids.to_str().unwrap()], vec!["--country", "PT,ES,DE"], vec!["--current"]]
            .into_iter()
            .enumerate()
    {
        let (slice, lines) =
            (place.path().join(format!("slice-{number}")), place.path().join(format!("lines-{number}")));
        let extracted =
            run(&[&["extract", from.to_str().unwrap(), "--to", slice.to_str().unwrap()], &options[..]]
                .concat());
        assert!(extracted.status.success(), "{}", String::from_utf8_lossy(&extracted.stderr));
        let of_slice = place.path().join(format!("of-slice-{number}"));
        export(&slice, &of_slice, &["--format", "jsonl"]);

        export(&from, &lines, &[&["--format", "jsonl"], &options[..]].concat());

        let found = lines_of(&lines);
        for (file, expected) in lines_of(&of_slice) {
            assert_eq!(found[&file], expected, "{options:?} {file}");
        }
        let records = found["summaries_records.jsonl"].len();
        assert!(records > 0 && records < whole["summaries_records.jsonl"].len(), "{options:?}: {records}");
        let organizations = "organizations_organizations.jsonl";
        assert_eq!(found[organizations], whole[organizations], "they are nobody's");
    }
    let database = place.path().join("some.sqlite");
    export(&from, &database, &["--format", "sqlite", "--country", "PT,ES,DE"]);
    let database = Connection::open(&database).unwrap();
    let count = |sql: &str| -> i64 { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_list('summaries_affiliations')"), 2);
}

#[test]
fn a_workbook_has_a_sheet_for_each_table_and_a_folder_a_workbook() {
    let place = folder();
    let from = dataset(place.path());
    let (book, folder, csv) =
        (place.path().join("orcid.xlsx"), place.path().join("books"), place.path().join("csv"));

    export(&from, &book, &["--format", "xlsx"]);
    export(&from, &folder, &["--format", "xlsx", "--tables", "works,affiliations"]);
    export(&from, &csv, &["--format", "csv"]);

    let found = sheets(&book);
    let contents = &found[0].1[1..];
    let expected = expected(&from);
    let tables: Vec<&str> = contents.iter().map(|row| row[1].as_str()).collect();
    for (table, rows) in &expected {
        let row = contents.iter().find(|row| row[1] == *table).unwrap();
        let (name, sheet) = found.iter().find(|(name, _)| *name == row[0]).unwrap();
        assert!(name.len() <= 31, "{name}");
        assert_eq!((row[2].clone(), sheet.len() - 1), (rows.to_string(), *rows), "{table}");
        let mut reader = csv::Reader::from_path(csv.join(format!("{table}.csv"))).unwrap();
        assert_eq!(sheet[0], reader.headers().unwrap().iter().collect::<Vec<_>>(), "{table}");
        let is_number = |text: &str| text.parse::<f64>().is_ok();
        for (row, record) in sheet[1..].iter().zip(reader.records()) {
            for (cell, text) in row.iter().zip(record.unwrap().iter()) {
                let is_time = text.len() > 19 && text.ends_with('Z') && is_number(cell);
                let is_truth = matches!((cell.as_str(), text), ("1", "true") | ("0", "false"));
                let is_same = cell == text || is_number(cell) && cell.parse::<f64>() == text.parse::<f64>();
                assert!(is_same || is_truth || is_time, "{table}: {cell} for {text}");
            }
        }
    }
    assert!(tables.contains(&"summaries_rejects") && found.len() == tables.len() + 1, "{tables:?}");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected_names =
        ["activities_affiliations", "activities_works", "summaries_affiliations", "summaries_works"];
    assert_eq!(names, expected_names.map(|name| format!("{name}.xlsx")));
    let rows = sheet(&folder.join("summaries_works.xlsx"), "summaries_works");
    assert_eq!(rows.len() - 1, expected["summaries_works"]);
    let left: Vec<_> = fs::read_dir(place.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let again = run(&["export", from.to_str().unwrap(), "--to", book.to_str().unwrap(), "--format", "xlsx"]);
    assert_eq!(again.status.code(), Some(2), "what is there is not replaced");
}

#[test]
fn lists_of_people_and_coverage_are_workbooks_too() {
    let place = folder();
    let from = dataset(place.path());
    let from = from.to_str().unwrap();
    let staff = place.path().join("staff.csv");
    fs::write(&staff, "name,email\n=cmd,=1+1@example.org\n").unwrap();
    let covered = String::from_utf8(run(&["coverage", from]).stdout).unwrap();
    let institution = covered.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
    for (number, arguments) in [
        &["people", from, "--ror", &institution][..],
        &["coverage", from],
        &["reconcile", from, staff.to_str().unwrap()],
    ]
    .into_iter()
    .enumerate()
    {
        let book = place.path().join(format!("{number}.xlsx"));
        let csv = run(arguments);
        let written = run(&[arguments, &["--format", "xlsx", "--out", book.to_str().unwrap()]].concat());
        let refused = run(&[arguments, &["--format", "xlsx"]].concat());

        assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
        let rows = sheet(&book, "rows");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&csv.stdout[..]);
        let expected: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert!(expected.len() > 1, "{arguments:?}");
        assert_eq!(rows.len(), expected.len(), "{arguments:?}");
        for (row, record) in rows.iter().zip(&expected) {
            for (cell, text) in row.iter().zip(record) {
                let is_truth = matches!((cell.as_str(), text), ("1", "true") | ("0", "false"));
                let is_number = cell.parse::<f64>().is_ok_and(|number| text.parse() == Ok(number));
                assert!(cell == text || is_number || is_truth, "{arguments:?}: {cell} for {text}");
            }
        }
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(2) && told.contains("give --out"), "{told}");
    }
}

#[test]
fn a_path_with_the_ending_of_another_form_is_refused() {
    let folder = folder();
    let cases = [
        ("csv", "works.csv", ".zip"),
        ("jsonl", "works.JSONL", ".zip"),
        ("xlsx", "works.xls", ".xlsx"),
        ("sqlite", "works.csv", ".sqlite"),
    ];
    for (format, name, hint) in cases {
        let to = folder.path().join(name);

        let output = run(&["export", "orcid", "--to", to.to_str().unwrap(), "--format", format]);

        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(name) && told.contains(hint), "{told}");
        assert!(!to.exists());
    }
}
