//! Matching through the program: a dataset, texts, tables, and what is asked of
//! a dataset that has been matched.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use crate::support::{convert, dump, files, folder, run};
use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use orcidlake::dataset::{Dataset, verify};
use orcidlake::matching::{Options, match_dataset};
use ror_match::{Crosswalk, Matcher, Preset, Release};
use serde_json::Value;

/// A dataset that has been matched.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// Matched with a release of so many organisations.
    fn new(organizations: u64) -> Self {
        let world = World { folder: folder() };
        let archives = dump(world.folder.path(), 300, false);
        let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
        let (status, messages) = convert(&archives, &world.dataset(), &[]);
        assert_eq!(status, 0, "{messages}");
        let ror = orcid_synth::write_ror(organizations, world.folder.path()).unwrap();
        let output = run(&["match", text(&world.dataset()), "--ror-release", text(&ror)]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        world
    }

    fn dataset(&self) -> PathBuf {
        self.folder.path().join("orcid")
    }
}

/// Made once, and only read. The release has what people name most often.
fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| World::new(1_000))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn lines(arguments: &[&str]) -> Vec<Value> {
    lines_with_status(arguments, 0)
}

fn lines_with_status(arguments: &[&str], status: i32) -> Vec<Value> {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(status), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The values of some text columns, row by row.
fn texts(dataset: &Dataset, key: &str, columns: &[&str]) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    for batch in dataset.rows(key, columns) {
        let batch = batch.unwrap();
        for row in 0..batch.num_rows() {
            let cell = |column: &&str| {
                let column = batch.column_by_name(column).unwrap();
                match column.as_string_opt::<i32>() {
                    Some(column) => column.is_valid(row).then(|| column.value(row).to_owned()),
                    None => {
                        let column = column.as_primitive::<Int64Type>();
                        column.is_valid(row).then(|| column.value(row).to_string())
                    }
                }
            };
            rows.push(columns.iter().map(cell).collect());
        }
    }
    rows
}

#[test]
fn most_of_a_synthetic_dataset_is_matched_and_all_of_it_is_sound() {
    let world = World::new(orcid_synth::organizations::ORGANIZATIONS);
    let dataset = Dataset::open(&world.dataset()).unwrap();

    let rows = texts(&dataset, "organizations/organizations", &["org_key", "ror_id", "agreement"]);

    let keys: BTreeSet<&Option<String>> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(keys.len(), rows.len(), "each key has one row");
    let matched = rows.iter().filter(|row| row[1].is_some()).count();
    assert!(matched * 100 > rows.len() * 85, "{matched} of {}", rows.len());
    assert_eq!(verify(&dataset, &|_| {}).unwrap(), []);
    for table in ["affiliations", "fundings", "peer_reviews", "research_resource_hosts"] {
        for side in ["summaries", "activities"] {
            let used = texts(&dataset, &format!("{side}/{table}"), &["org_key"]);
            assert!(
                used.iter().filter(|row| row[0].is_some()).all(|row| keys.contains(&row[0])),
                "{side}/{table}"
            );
        }
    }
}

#[test]
fn ringgold_ids_are_learned() {
    let dataset = Dataset::open(&world().dataset()).unwrap();
    let known = orcid_synth::organizations::known();
    let expected: BTreeMap<&str, &str> =
        known.iter().map(|known| (known.ringgold.as_str(), known.ror.as_str())).collect();

    let rows = texts(&dataset, "organizations/learned_crosswalk", &["source", "identifier", "ror_id"]);

    let ringgold: Vec<_> = rows.iter().filter(|row| row[0].as_deref() == Some("RINGGOLD")).collect();
    let right = ringgold
        .iter()
        .filter(|row| {
            let meant = expected.get(row[1].as_deref().unwrap());
            // An inactive organisation is known by its successor.
            meant.is_some_and(|meant| row[2].as_deref() == Some(*meant))
        })
        .count();
    assert!(ringgold.len() > 10 && right * 100 >= ringgold.len() * 90, "{right} of {}", ringgold.len());
}

#[test]
fn threads_and_memory_do_not_change_a_byte() {
    let folder = folder();
    let archives = dump(folder.path(), 60, false);
    let release = orcid_synth::write_ror(1_000, folder.path()).unwrap();
    let matcher = Matcher::new(Release::read(&release).unwrap(), Preset::Balanced);
    let matched = |threads, memory_bytes| {
        let out = folder.path().join(format!("{threads}-{memory_bytes}"));
        convert(&archives.iter().map(PathBuf::as_path).collect::<Vec<_>>(), &out, &[]);
        let crosswalk = Crosswalk::new(&matcher.index.release);
        let options = Options { threads, memory_bytes, anew: false };
        match_dataset(&out, &matcher, crosswalk, None, options, &AtomicBool::new(false)).unwrap();
        files(&out.join("organizations"))
    };

    let one = matched(1, 1 << 30);

    assert_eq!(one.len(), 6);
    assert!(one == matched(3, 1 << 30), "threads");
    assert!(one == matched(2, 20_000), "memory");
}

#[test]
fn matching_again_takes_the_place_of_what_was_there() {
    let folder = folder();
    let archives = dump(folder.path(), 20, false);
    let out = folder.path().join("orcid");
    convert(&archives.iter().map(PathBuf::as_path).collect::<Vec<_>>(), &out, &[]);
    let ror = orcid_synth::write_ror(50, folder.path()).unwrap();

    for preset in ["balanced", "strict"] {
        let output = run(&["match", text(&out), "--ror-release", text(&ror), "--preset", preset, "--json"]);
        let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(summary["preset"], preset);
    }

    let dataset = Dataset::open(&out).unwrap();
    assert_eq!(dataset.manifest.organizations.as_ref().unwrap().preset, "strict");
    assert_eq!(files(&out.join("organizations")).len(), 6);
    assert_eq!(verify(&dataset, &|_| {}).unwrap(), []);
}

#[test]
fn people_are_those_of_a_join_over_the_tables() {
    let world = world();
    let dataset = Dataset::open(&world.dataset()).unwrap();
    let rows = texts(&dataset, "summaries/affiliations", &["org_key", "put_code", "kind"]);
    let meant: BTreeMap<String, String> =
        texts(&dataset, "organizations/organizations", &["org_key", "ror_id"])
            .into_iter()
            .filter_map(|row| Some((row[0].clone()?, row[1].clone()?)))
            .collect();
    let above = texts(&dataset, "organizations/ror_ancestors", &["ror_id", "ancestor_id"]);
    // The organisation with a child that has most affiliations.
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    rows.iter()
        .filter_map(|row| meant.get(row[0].as_ref()?))
        .for_each(|ror| *counts.entry(ror).or_default() += 1);
    let has_child =
        |ror: &String| above.iter().any(|row| row[1].as_ref() == Some(ror) && row[0].as_ref() != Some(ror));
    let (asked, _) =
        counts.iter().filter(|(ror, _)| has_child(ror)).max_by_key(|(_, count)| **count).unwrap();
    let counted: BTreeSet<&String> =
        above.iter().filter(|row| row[1].as_ref() == Some(asked)).filter_map(|row| row[0].as_ref()).collect();
    let expected: BTreeSet<String> = rows
        .iter()
        .filter(|row| row[0].as_ref().and_then(|key| meant.get(key)).is_some_and(|ror| counted.contains(ror)))
        .filter(|row| row[2].as_deref() == Some("employment"))
        .filter_map(|row| row[1].clone())
        .collect();

    let path = world.dataset();
    let found = lines(&[
        "people",
        text(&path),
        "--ror",
        asked,
        "--children",
        "--include-inactive",
        "--kind",
        "employment",
        "--json",
    ]);

    let codes: BTreeSet<String> = found.iter().map(|person| person["put_code"].to_string()).collect();
    assert!(!expected.is_empty());
    assert_eq!(codes, expected);
    assert!(found.iter().all(|person| person["emails"].is_null()), "e-mail is not asked for");
}

#[test]
fn an_unknown_institution_is_told_from_one_without_people() {
    let path = world().dataset();

    let output = run(&["people", text(&path), "--ror", "https://ror.org/04ttjf776"]);

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not in the ROR release"));
    assert_eq!(run(&["people", text(&path), "--ror", "https://ror.org/04ttjf777"]).status.code(), Some(2));
}

#[test]
fn coverage_adds_up_and_its_page_needs_nothing_else() {
    let (path, folder) = (world().dataset(), folder());
    let page = folder.path().join("coverage.html");
    let dataset = Dataset::open(&path).unwrap();
    let meant: BTreeSet<Option<String>> =
        texts(&dataset, "organizations/organizations", &["org_key", "ror_id"])
            .into_iter()
            .filter(|row| row[1].is_some())
            .map(|row| row[0].clone())
            .collect();
    let rows = texts(&dataset, "summaries/affiliations", &["org_key"]);
    let expected = rows.iter().filter(|row| row[0].is_some() && meant.contains(&row[0])).count();

    let found = lines(&["coverage", text(&path), "--top", "100000", "--json"]);
    let output = run(&["coverage", text(&path), "--html", text(&page)]);

    let sum = |column: &str| found.iter().map(|row| row[column].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("affiliations"), expected as u64);
    assert_eq!(sum("current") + sum("past"), sum("affiliations"));
    assert!(output.status.success());
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.contains("<svg") && html.ends_with("</html>\n"));
    assert!(
        !html.contains("<script")
            && !html.contains("<link")
            && !html.contains("src=")
            && !html.contains("@import")
    );
}

#[test]
fn staff_are_reconciled_and_never_by_name_alone() {
    let (path, folder) = (world().dataset(), folder());
    let dataset = Dataset::open(&path).unwrap();
    let records = texts(&dataset, "summaries/records", &["orcid", "given_names", "family_name"]);
    let full: Vec<_> = records.iter().filter(|row| row.iter().all(Option::is_some)).take(3).collect();
    let cell = |person: usize, column: usize| full[person][column].clone().unwrap();
    let list = folder.path().join("staff.csv");
    let mut writer = csv::Writer::from_path(&list).unwrap();
    writer.write_record(["First name", "Last name", "ORCID"]).unwrap();
    writer.write_record([cell(0, 1), cell(0, 2), cell(0, 0)]).unwrap();
    writer.write_record([cell(1, 1), cell(1, 2), String::new()]).unwrap();
    writer.write_record(["Nobody".to_owned(), "Atall".to_owned(), cell(2, 0)]).unwrap();
    writer.write_record(["Nobody", "Atall", "0000-0002-1825-0098"]).unwrap();
    writer.flush().unwrap();

    let found = lines_with_status(&["reconcile", text(&path), text(&list), "--json"], 1);

    let of = |line: u64| found.iter().find(|row| row["line"] == line).unwrap();
    assert_eq!(
        (of(2)["verdict"].as_str(), of(2)["orcid"].as_str()),
        (Some("accepted"), full[0][0].as_deref())
    );
    assert_eq!(
        (of(3)["verdict"].as_str(), of(3)["orcid"].as_str()),
        (Some("possible"), full[1][0].as_deref())
    );
    assert_eq!(
        (of(4)["verdict"].as_str(), of(4)["conflict"].as_str()),
        (Some("conflict"), Some("the record has another name"))
    );
    assert_eq!(of(5)["verdict"], "none");
    assert!(of(5)["conflict"].as_str().unwrap().contains("check digit"));
}

#[test]
fn ids_are_read_in_all_forms_and_what_is_none_is_said_by_line() {
    let (path, folder) = (world().dataset(), folder());
    let dataset = Dataset::open(&path).unwrap();
    let records = texts(&dataset, "summaries/records", &["orcid", "given_names", "family_name"]);
    let row = records.iter().find(|row| row.iter().all(Option::is_some)).unwrap();
    let [orcid, given, family] = [0, 1, 2].map(|column| row[column].clone().unwrap());
    let bare = orcid.replace('-', "");
    let forms = [
        bare.clone(),
        orcid.replace('-', " "),
        orcid.replace('-', "\u{2010}"),
        format!("https://orcid.org/my-orcid?orcid={orcid}"),
        format!("https://orcid.org/{orcid}?lang=es"),
        format!("ORCID iD: {orcid};"),
        format!("\u{200b}<https://sandbox.orcid.org/{orcid}/print>"),
    ];
    let list = folder.path().join("staff.csv");
    let mut writer = csv::Writer::from_path(&list).unwrap();
    writer.write_record(["Given name", "Family name", "orcid"]).unwrap();
    for form in forms.iter().chain([&"9,00E+11".to_owned(), &format!("{orcid} {}", "0000-0002-1694-233X")]) {
        writer.write_record([&given, &family, form]).unwrap();
    }
    writer.flush().unwrap();

    let output = run(&["reconcile", text(&path), text(&list), "--json"]);

    let found: Vec<Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    for (number, form) in forms.iter().enumerate() {
        let of = |row: &&Value| row["line"] == number as u64 + 2 && row["orcid"] == orcid.as_str();
        let row = found.iter().find(of).unwrap_or_else(|| panic!("{form}: {found:?}"));
        assert!(row["evidence"].as_str().unwrap().contains("iD given"), "{form}: {row}");
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("line 9: the iD \"9,00E+11\" cannot be read: no ORCID iD"), "{said}");
    assert!(said.contains("line 10") && said.contains("more than one"), "{said}");
    let by_name = found.iter().find(|row| row["line"] == 9).unwrap();
    assert_eq!(by_name["verdict"], "possible");
    assert!(by_name["conflict"].as_str().unwrap().contains("cannot be read"), "{by_name}");

    let got = run(&["get", &forms[3], text(&path)]);
    assert_eq!(got.status.code(), Some(0), "{}", String::from_utf8_lossy(&got.stderr));
}

#[test]
fn a_list_from_a_spreadsheet_is_read_with_its_lines() {
    let (path, folder) = (world().dataset(), folder());
    let list = folder.path().join("staff.csv");
    let rows = "\u{feff}Vorname;Nachname;ORCID\r\nNobody;\"At; all\";\r\nNobody;Else;0000-0002-1825-0098\r\n";
    std::fs::write(&list, rows).unwrap();

    let found = lines_with_status(&["reconcile", text(&path), text(&list), "--json"], 1);

    let told: Vec<_> = found.iter().map(|row| (row["line"].as_u64(), row["staff_name"].as_str())).collect();
    assert_eq!(told, [(Some(2), Some("Nobody At; all")), (Some(3), Some("Nobody Else"))]);
}

#[test]
fn a_table_keeps_its_columns_and_gets_those_of_the_match() {
    let folder = folder();
    let ror = orcid_synth::write_ror(50, folder.path()).unwrap();
    let known = &orcid_synth::organizations::known()[2];
    let table = folder.path().join("table.csv");
    let rows = format!("No,Org,Town,Land\n1,\"{}\",{},{}\n2,,,\n3\n", known.name, known.city, known.country);
    std::fs::write(&table, rows).unwrap();

    let output = run(&[
        "match",
        "--csv",
        text(&table),
        "--ror-release",
        text(&ror),
        "--name",
        "org",
        "--city",
        "town",
        "--country",
        "land",
        "--quiet",
    ]);

    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!((&rows[0][0], &rows[0][4], &rows[0][6]), ("1", known.ror.as_str(), "exact"));
    assert_eq!((&rows[1][0], &rows[1][4], &rows[2][0], &rows[2][4]), ("2", "", "3", ""));
    assert!(output.stderr.is_empty());
}

#[test]
fn a_dataset_that_was_not_matched_is_told() {
    let folder = folder();
    let archives = dump(folder.path(), 3, false);
    let out = folder.path().join("orcid");
    convert(&archives.iter().map(PathBuf::as_path).collect::<Vec<_>>(), &out, &[]);

    let output = run(&["people", text(&out), "--ror", "https://ror.org/04ttjf776"]);

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("orcidlake match"));
}
