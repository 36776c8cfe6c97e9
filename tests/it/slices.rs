//! Datasets of some people: row for row what is left of the whole dataset, for each way to select and
//! in both versions of the XML.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use orcidlake::slice::Day;
use serde_json::Value;

use crate::support::slices::{
    Row, archive, cells, everybody, most_frequent, usual_institution, with_country, with_rows,
};
use crate::support::tables::{Tables, all_rows, assert_same};
use crate::support::{ONE, OTHER, convert, dump, folder, given_names, record, run};

/// The rows of some people. Rows of `unmapped_values` and all others have their iD first.
pub(crate) fn of_people(whole: &Tables, people: &BTreeSet<String>) -> Tables {
    let mut tables = whole.clone();
    tables.retain(|table, _| !table.starts_with("organizations"));
    let is_of = |row: &String| row.split('\t').next().is_some_and(|orcid| people.contains(orcid));
    tables.values_mut().for_each(|rows| rows.retain(is_of));
    tables
}

/// The people with an affiliation for which `wanted` holds.
fn by_affiliation(whole: &Path, wanted: impl Fn(&Row) -> bool) -> BTreeSet<String> {
    let columns = [
        "orcid",
        "country",
        "end_year",
        "end_month",
        "end_day",
        "org_key",
        "disambiguation_source",
        "disambiguated_organization_identifier",
    ];
    let rows = cells(whole, "summaries/affiliations", &columns);
    rows.into_iter().filter(|row| wanted(row)).map(|row| row["orcid"].clone()).collect()
}

/// True for an affiliation that has not ended today; what is unknown of its end is late.
fn is_current(row: &Row) -> bool {
    let part = |name: &str, latest: i16| row.get(name).map_or(latest, |text| text.parse().unwrap());
    let today = Day::today();
    !row.contains_key("end_year")
        || (part("end_year", 0), part("end_month", 12), part("end_day", 31)) >= (today.0, today.1, today.2)
}

fn by_country(whole: &Path, codes: &[&str]) -> BTreeSet<String> {
    let is_there = |row: &Row| row.get("country").is_some_and(|code| codes.contains(&code.as_str()));
    let addresses = cells(whole, "summaries/addresses", &["orcid", "country"]);
    let by_address = addresses.into_iter().filter(|row| is_there(row)).map(|row| row["orcid"].clone());
    by_address.chain(by_affiliation(whole, is_there)).collect()
}

/// The keys of organizations that mean these organisations of ROR. What a matching has `learned` of
/// the whole dataset is not known while an archive is read.
fn keys_of(whole: &Path, ror: &BTreeSet<String>, learned: bool) -> BTreeSet<String> {
    let rows = cells(whole, "organizations/organizations", &["org_key", "ror_id", "name_ror", "id_via"]);
    let means = |row: &Row| match row.get("id_via").map(String::as_str) {
        Some("learned") if !learned => row.get("name_ror").cloned(),
        _ => row.get("ror_id").cloned(),
    };
    let wanted = rows.iter().filter(|row| means(row).is_some_and(|id| ror.contains(&id)));
    wanted.map(|row| row["org_key"].clone()).collect()
}

pub fn report(dataset: &Path) -> Value {
    let output = run(&["inspect", dataset.to_str().unwrap(), "--json"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Converts a slice, compares its rows, and checks that it is a sound dataset.
pub(crate) fn check(archives: &[&Path], out: &Path, options: &[&str], expected: &Tables) {
    let (status, told) = convert(archives, out, options);
    assert!(status < 2, "{options:?}: {told}");
    assert_same(&with_rows(all_rows(out)), &with_rows(expected.clone()));
    let verified = run(&["verify", out.to_str().unwrap()]);
    assert!(verified.status.success(), "{options:?}: {}", String::from_utf8_lossy(&verified.stderr));
    let report = report(out);
    assert!(report["manifest"]["selection"].is_object(), "{options:?}: {report}");
    let count = |name: &str| report["report"]["members"][name].as_u64().unwrap_or(0);
    let outcomes = ["records", "tombstones", "activities", "rejects", "other", "left_out"].map(count);
    assert_eq!(count("members"), outcomes.iter().sum::<u64>(), "{options:?}");
}

/// The most frequent value of a column.
fn usual(whole: &Path, table: &str, column: &str) -> String {
    let rows = cells(whole, table, &[column]);
    most_frequent(rows.into_iter().filter_map(|mut row| row.remove(column))).unwrap()
}

/// Checks the slices of an organization's id, one for each registry, with and without `--current`.
fn check_organization_ids(archives: &[&Path], whole: &Path, all: &Tables, at: &Path) {
    let id = "disambiguated_organization_identifier";
    let rows = cells(whole, "summaries/affiliations", &["disambiguation_source", id]);
    for registry in ["GRID", "RINGGOLD", "ROR", "FUNDREF"] {
        let id_of = |row: &Row| -> Option<String> {
            let is_own = row.get("disambiguation_source").is_some_and(|own| own == registry);
            row.get(id).filter(|_| is_own).map(|value| value.trim().to_owned())
        };
        let Some(value) = most_frequent(rows.iter().filter_map(id_of)) else { continue };
        let people = by_affiliation(whole, |row| id_of(row).as_ref() == Some(&value));
        let wanted = format!("{}:{value}", registry.to_lowercase());
        let out = at.join(registry);
        check(archives, &out, &["--organization-id", &wanted], &of_people(all, &people));
        let current = by_affiliation(whole, |row| id_of(row).as_ref() == Some(&value) && is_current(row));
        let out = at.join(format!("{registry}-current"));
        check(archives, &out, &["--organization-id", &wanted, "--current"], &of_people(all, &current));
    }
}

/// Extracts a slice from the whole dataset; unless the matching `learns`, it has the rows of the one
/// that was converted under `name`.
fn check_extract(whole: &str, at: &Path, name: &str, options: &[&str], learns: bool) {
    let out = at.join(format!("extract-{name}"));
    let output = run(&[&["extract", whole, "--to", out.to_str().unwrap()], options].concat());
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    if learns {
        assert!(run(&["verify", out.to_str().unwrap()]).status.success(), "{name}");
        return;
    }
    assert_same(&with_rows(all_rows(&out)), &with_rows(all_rows(&at.join(name))));
    assert!(run(&["verify", out.to_str().unwrap()]).status.success(), "{name}");
    let members = |dataset: &Path| report(dataset)["report"]["members"].clone();
    assert_eq!(members(&out)["members"], members(&at.join(name))["members"], "{name}");
    assert_eq!(members(&out)["left_out"], members(&at.join(name))["left_out"], "{name}");
}

#[test]
fn a_slice_has_the_rows_of_its_people_however_they_are_selected() {
    let place = folder();
    let at = place.path();
    let archives = dump(at, 199, true);
    let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let release = orcid_synth::write_ror(1_000, at).unwrap();
    let release = release.to_str().unwrap();
    let whole = at.join("whole");
    convert(&archives, &whole, &[]);
    let whole_text = whole.to_str().unwrap();
    assert!(run(&["match", whole_text, "--ror-release", release]).status.success());

    let all = all_rows(&whole);
    let countries = by_country(&whole, &["PT", "ES"]);
    check(&archives, &at.join("country"), &["--country", "pt,ES"], &of_people(&all, &countries));

    check_organization_ids(&archives, &whole, &all, at);

    let ror = usual_institution(&whole);
    let keys = keys_of(&whole, &[ror.clone()].into(), false);
    let people = by_affiliation(&whole, |row| row.get("org_key").is_some_and(|key| keys.contains(key)));
    assert!(!people.is_empty());
    let options = ["--ror", &ror, "--ror-release", release];
    check(&archives, &at.join("ror"), &options, &of_people(&all, &people));

    let below = cells(&whole, "organizations/ror_ancestors", &["ror_id", "ancestor_id"]);
    let above = below.iter().filter(|row| row["ror_id"] == ror && row["ancestor_id"] != ror);
    let parent = above.map(|row| row["ancestor_id"].clone()).min().unwrap_or_else(|| ror.clone());
    let status: BTreeMap<String, String> = cells(&whole, "organizations/ror", &["ror_id", "status"])
        .into_iter()
        .map(|row| (row["ror_id"].clone(), row["status"].clone()))
        .collect();
    let counted: BTreeSet<String> = below
        .into_iter()
        .filter(|row| row["ancestor_id"] == parent)
        .map(|row| row["ror_id"].clone())
        .filter(|id| *id == parent || status[id] == "active")
        .collect();
    let keys = keys_of(&whole, &counted, false);
    let people = by_affiliation(&whole, |row| row.get("org_key").is_some_and(|key| keys.contains(key)));
    let both: BTreeSet<String> = people.intersection(&countries).cloned().collect();
    let options = ["--ror", &parent, "--children", "--ror-release", release, "--country", "PT,ES"];
    check(&archives, &at.join("children"), &options, &of_people(&all, &both));

    let ids: BTreeSet<String> = everybody(&whole).into_iter().step_by(7).collect();
    let list = at.join("ids.txt");
    fs::write(&list, ids.iter().map(|id| format!("https://orcid.org/{id}\n")).collect::<String>()).unwrap();
    let list = list.to_str().unwrap();
    check(&archives, &at.join("ids"), &["--only", "--ids", list], &of_people(&all, &ids));

    // The activities of a slice follow by its iDs, and by its records in a later run.
    let (summaries, activities) = archives.split_at(1);
    let follows = at.join("follows");
    convert(summaries, &follows, &["--country", "PT,ES"]);
    check(activities, &follows, &["--country", "PT,ES"], &of_people(&all, &countries));
    let of = at.join("of");
    let expected = of_people(&all, &countries);
    let expected = expected.into_iter().filter(|(table, _)| table.starts_with("activities")).collect();
    check(activities, &of, &["--ids-of", follows.to_str().unwrap()], &expected);

    let accepted = cells(&whole, "organizations/learned_crosswalk", &["ror_id"]);
    let learned =
        accepted.iter().filter(|row| row["ror_id"] == ror || counted.contains(&row["ror_id"])).count();
    for (name, options) in [
        ("country", &["--country", "PT,ES"][..]),
        ("ror", &["--ror", &ror, "--ror-release", release]),
        ("ids", &["--ids", list]),
        ("children", &["--ror", &parent, "--children", "--ror-release", release, "--country", "PT,ES"]),
    ] {
        // An archive that is read has not been matched, so nothing is learned from it.
        let learns = options.contains(&"--ror") && learned > 0;
        check_extract(whole_text, at, name, options, learns);
    }
}

/// The employment of a record, at an organization with a Ringgold id.
pub(crate) fn employed(name: &str, city: &str, country: &str, ringgold: &str) -> String {
    format!(
        "<activities:activities-summary><activities:employments xmlns:employment=\"http://www.orcid.org/ns/employment\">\
         <activities:affiliation-group><employment:employment-summary put-code=\"1\"><common:organization>\
         <common:name>{name}</common:name><common:address><common:city>{city}</common:city>\
         <common:country>{country}</common:country></common:address><common:disambiguated-organization>\
         <common:disambiguated-organization-identifier>{ringgold}</common:disambiguated-organization-identifier>\
         <common:disambiguation-source>RINGGOLD</common:disambiguation-source></common:disambiguated-organization>\
         </common:organization></employment:employment-summary></activities:affiliation-group>\
         </activities:employments></activities:activities-summary>"
    )
}

#[test]
fn what_a_matching_has_learned_counts_where_people_are_taken_from_its_dataset() {
    let place = folder();
    let at = place.path();
    let release = orcid_synth::write_ror(500, at).unwrap();
    let release = release.to_str().unwrap();
    let empty = at.join("empty");
    let summaries = archive(&empty_folder(at, "first"), &[(ONE, record(ONE, "One", ""))]);
    convert(&[&summaries], &empty, &[]);
    assert!(run(&["match", empty.to_str().unwrap(), "--ror-release", release]).status.success());
    let rows = cells(&empty, "organizations/ror", &["ror_id", "name", "city", "country", "status"]);
    let own = rows.iter().find(|row| row["status"] == "active" && row.contains_key("city")).unwrap();
    let (name, city, country) = (own["name"].as_str(), own["city"].as_str(), own["country"].as_str());
    let named = employed(name, city, country, "7777777");
    // The name says nothing; the id was learned from the others.
    let unnamed = employed("Qqqq", city, country, "7777777");
    let elsewhere = employed("Qqqq", city, country, "8888888");
    let [third, fourth] = ["0000-0002-1694-233X", "0000-0001-5000-012X"];
    let people = [(ONE, &named), (OTHER, &named), (third, &unnamed), (fourth, &elsewhere)];
    let documents = people.map(|(orcid, work)| (orcid, record(orcid, "A", work)));
    let summaries = archive(&empty_folder(at, "second"), &documents);
    let whole = at.join("whole");
    convert(&[&summaries], &whole, &[]);
    assert!(run(&["match", whole.to_str().unwrap(), "--ror-release", release]).status.success());
    let ror = own["ror_id"].as_str();
    let (taken, read) = (at.join("taken"), at.join("read"));

    let taken_text = taken.to_str().unwrap();
    let output = run(&["extract", whole.to_str().unwrap(), "--to", taken_text, "--ror", ror]);
    convert(&[&summaries], &read, &["--ror", ror, "--ror-release", release]);

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let people = |orcids: &[&str]| orcids.iter().map(|orcid| (*orcid).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(everybody(&taken), people(&[ONE, OTHER, third]));
    assert_eq!(everybody(&read), people(&[ONE, OTHER]));
    let learned = report(&taken)["manifest"]["selection"]["ror"]["learned"].clone();
    assert_eq!(learned, serde_json::json!({ "RINGGOLD:7777777": ror }));
}

pub(crate) fn empty_folder(at: &Path, name: &str) -> PathBuf {
    fs::create_dir(at.join(name)).unwrap();
    at.join(name)
}

#[test]
fn real_files_of_both_versions_give_the_same_slices() {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/real");
    if !real.exists() {
        eprintln!("skipped: the real samples are not here");
        return;
    }
    for name in ["ORCID-API-2.0_xml_10_2018", "ORCID_2019_summaries", "ORCID_2022_10_summaries"] {
        let (place, archive) = (folder(), real.join(format!("{name}.tar.gz")));
        let whole = place.path().join("whole");
        convert(&[&archive], &whole, &[]);
        let all = all_rows(&whole);
        let code = usual(&whole, "summaries/affiliations", "country");

        let expected = of_people(&all, &by_country(&whole, &[&code]));
        check(&[&archive], &place.path().join("country"), &["--country", &code], &expected);

        let id = "disambiguated_organization_identifier";
        let value = usual(&whole, "summaries/affiliations", id);
        let people = by_affiliation(&whole, |row| row.get(id) == Some(&value));
        let rows = cells(&whole, "summaries/affiliations", &["disambiguation_source", id]);
        let source =
            rows.iter().find(|row| row.get(id) == Some(&value)).unwrap()["disambiguation_source"].clone();
        let wanted = format!("{source}:{value}");
        check(
            &[&archive],
            &place.path().join("id"),
            &["--organization-id", &wanted],
            &of_people(&all, &people),
        );
    }
}

#[test]
fn countries_are_selected_by_their_codes_and_names_and_others_are_refused() {
    let place = folder();
    let archive = archive(place.path(), &[(ONE, with_country(ONE, "One", "GB"))]);
    for country in ["GB", "uk", "GBR", "United Kingdom"] {
        let out = place.path().join(country);

        let (status, told) = convert(&[&archive], &out, &["--country", country]);

        assert_eq!(status, 0, "{told}");
        assert_eq!(given_names(&out, ONE), ["One"], "{country}");
    }
    for wrong in ["XX", "Atlantis", ""] {
        let (status, told) = convert(&[&archive], &place.path().join("wrong"), &["--country", wrong]);
        assert!(status == 2 && told.contains("is not a country"), "{wrong}: {told}");
    }
}

#[test]
fn the_last_member_of_a_name_decides() {
    for (first, second, expected) in [("PT", "ES", 0), ("ES", "PT", 1), ("PT", "PT", 1)] {
        let place = folder();
        let documents =
            [(ONE, with_country(ONE, "First", first)), (ONE, with_country(ONE, "Second", second))];
        let archive = archive(place.path(), &documents);
        let out = place.path().join("out");

        let (status, told) = convert(&[&archive], &out, &["--country", "PT"]);

        assert_eq!(status, 0, "{told}");
        assert_eq!(given_names(&out, ONE), vec!["Second"; expected], "{first} {second}");
        assert!(run(&["verify", out.to_str().unwrap()]).status.success());
    }
}

#[test]
fn activities_follow_nobody_where_nobody_was_selected() {
    let place = folder();
    let at = place.path();
    let archives = dump(at, 101, true);
    let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
    let (summaries, activities) = archives.split_at(1);
    let nobody = ["--country", "AQ"];
    for (out, steps) in
        [(at.join("at-once"), vec![&archives[..]]), (at.join("in-steps"), vec![summaries, activities])]
    {
        for step in steps {
            let (status, told) = convert(step, &out, &nobody);
            assert_eq!(status, 0, "{told}");
            assert!(told.contains("no member is of the selected people"), "{told}");
        }

        let tables = all_rows(&out);
        assert!(tables.contains_key("summaries/works") && tables.contains_key("activities/works"));
        assert!(with_rows(tables).is_empty());
        let counts = &report(&out)["report"]["members"];
        assert!(
            counts["left_out"].as_u64() > Some(101) && counts["left_out"] == counts["members"],
            "{counts}"
        );
    }
    // Without the summaries, or without their table, nobody knows whom to keep.
    for (name, archives, options) in [
        ("none", activities, &nobody[..]),
        ("no-table", &archives, &[nobody[0], nobody[1], "--tables", "works"]),
    ] {
        let (status, told) = convert(archives, &at.join(name), options);
        assert!(status == 2 && told.contains("no records yet"), "{name}: {told}");
    }
}
