//! What has changed between two datasets: small worlds with known changes, and a synthetic dump
//! against a slow comparison of the same rows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::tables::rows_of;
use crate::support::{ONE, OTHER, convert, folder, gzip, record, run, tar};

const THIRD: &str = "0000-0002-1694-233X";
const FOURTH: &str = "0000-0001-5000-0007";

fn employment(put_code: i64, organization: &str, role: &str, end: &str) -> String {
    let end = match end {
        "" => String::new(),
        year => format!("<common:end-date><common:year>{year}</common:year></common:end-date>"),
    };
    format!(
        "<activities:affiliation-group><employment:employment-summary xmlns:employment=\"http://www.orcid.org/ns/employment\" \
         put-code=\"{put_code}\" visibility=\"public\"><common:role-title>{role}</common:role-title>{end}\
         <common:organization><common:name>{organization}</common:name><common:address>\
         <common:country>{}</common:country></common:address></common:organization></employment:employment-summary>\
         </activities:affiliation-group>",
        if organization == "Abroad" { "FR" } else { "PT" }
    )
}

fn works(codes: &[(i64, &str)]) -> String {
    let work = |(code, title): &(i64, &str)| {
        format!(
            "<activities:group><work:work-summary put-code=\"{code}\" visibility=\"public\"><work:title><common:title>{title}\
             </common:title></work:title><work:type>other</work:type></work:work-summary></activities:group>"
        )
    };
    format!("<activities:works>{}</activities:works>", codes.iter().map(work).collect::<String>())
}

fn person(orcid: &str, name: &str, employments: &[String], own_works: &[(i64, &str)]) -> String {
    let inside = format!(
        "<activities:activities-summary><activities:employments>{}</activities:employments>{}</activities:activities-summary>",
        employments.concat(),
        works(own_works)
    );
    record(orcid, name, &inside)
}

fn stub(orcid: &str, code: i32, message: &str) -> String {
    format!(
        "<error:error xmlns:error=\"http://www.orcid.org/ns/error\"><error:response-code>409</error:response-code>\
         <error:developer-message>{message} {orcid}</error:developer-message><error:user-message>{message}\
         </error:user-message><error:error-code>{code}</error:error-code></error:error>"
    )
}

fn dataset(at: &Path, name: &str, documents: &[(&str, String)]) -> PathBuf {
    let members: Vec<(String, &[u8])> =
        documents.iter().map(|(orcid, xml)| (format!("summaries/{orcid}.xml"), xml.as_bytes())).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(path, xml)| (path.as_str(), *xml)).collect();
    let archive = at.join(format!("{name}.tar.gz"));
    std::fs::write(&archive, gzip(&tar(&members))).unwrap();
    let out = at.join(name);
    let (status, told) = convert(&[&archive], &out, &[]);
    assert!(status < 2, "{told}");
    out
}

fn diff(old: &Path, new: &Path, to: &Path) -> Value {
    let page = to.with_extension("html");
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let output = run(&["diff", &text(old), &text(new), "--to", &text(to), "--html", &text(&page), "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let html = std::fs::read_to_string(page).unwrap();
    assert!(!html.contains("http://") && !html.contains("https://"), "the page needs no network");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn rows(to: &Path, table: &str) -> Vec<String> {
    let mut rows = rows_of(&to.join(format!("{table}.parquet")));
    rows.sort();
    rows
}

/// Four people before the changes of [`each_change_is_found_and_counted`].
fn year_before(place: &Path) -> PathBuf {
    let stays = employment(1, "Stays", "Professor", "");
    dataset(
        place,
        "old",
        &[
            (
                ONE,
                person(
                    ONE,
                    "Before",
                    &[
                        stays,
                        employment(2, "Ends", "Lecturer", ""),
                        employment(3, "Corrected", "Lektor", "2019"),
                        employment(4, "Recoded", "Reader", "2018"),
                        employment(5, "Vanishes", "Guest", "2017"),
                    ],
                    &[(10, "Kept"), (11, "Removed"), (12, "Recoded")],
                ),
            ),
            (OTHER, person(OTHER, "Other", &[], &[])),
            (THIRD, person(THIRD, "Third", &[], &[])),
            (FOURTH, stub(FOURTH, 9018, "The ORCID record is locked")),
        ],
    )
}

/// The same people after them: one of each kind of change.
fn year_after(place: &Path) -> PathBuf {
    let stays = employment(1, "Stays", "Professor", "");
    dataset(
        place,
        "new",
        &[
            (
                ONE,
                person(
                    ONE,
                    "After",
                    &[
                        stays,
                        employment(2, "Ends", "Lecturer", "2025"),
                        employment(3, "Corrected", "Lecturer", "2019"),
                        employment(40, "Recoded", "Reader", "2018"),
                        employment(6, "Abroad", "Professor", ""),
                    ],
                    &[(10, "Kept"), (120, "recoded"), (13, "Added")],
                ),
            ),
            (
                OTHER,
                stub(
                    OTHER,
                    9007,
                    &format!("This account is deprecated. Please refer to account: https://orcid.org/{ONE}."),
                ),
            ),
            (FOURTH, person(FOURTH, "Fourth", &[], &[])),
        ],
    )
}

#[test]
fn each_change_is_found_and_counted() {
    let place = folder();
    let (old, new) = (year_before(place.path()), year_after(place.path()));
    let to = place.path().join("changes");

    let found = diff(&old, &new, &to);

    let differences = &found["differences"];
    assert_eq!(differences["records"], serde_json::json!([3, 2]));
    assert_eq!(
        differences["people"],
        serde_json::json!({ "gone: deprecated": 1, "gone: vanished": 1, "returned: locked": 1 })
    );
    assert_eq!(
        differences["sections"]["affiliations"],
        serde_json::json!({ "begun": 1, "corrected": 1, "ended": 1, "vanished": 1 })
    );
    assert_eq!(differences["sections"]["works"], serde_json::json!({ "added": 1, "removed": 1 }));
    let people = rows(&to, "people");
    assert!(
        people.iter().any(|row| row == &format!("{OTHER}\tgone\tdeprecated\t{ONE}\tOther\t∅")),
        "{people:?}"
    );
    assert!(people.iter().any(|row| row == &format!("{THIRD}\tgone\tvanished\t∅\tThird\t∅")), "{people:?}");
    assert!(
        people.iter().any(|row| row == &format!("{FOURTH}\treturned\tlocked\t∅\tFourth\t∅")),
        "{people:?}"
    );
    assert_eq!(rows(&to, "names"), [format!("{ONE}\tgiven_names\tBefore\tAfter")]);
    let works = rows(&to, "works");
    assert!(works[0].starts_with(&format!("{ONE}\tadded\t13\tAdded")), "{works:?}");
    assert!(works[1].starts_with(&format!("{ONE}\tremoved\t11\tRemoved")), "{works:?}");
    let affiliations = rows(&to, "affiliations");
    let change =
        |name: &str| affiliations.iter().find(|row| row.split('\t').nth(1) == Some(name)).unwrap().clone();
    assert!(
        change("corrected").contains("put_code\temployment\t3\t3")
            && change("corrected").contains("Lektor\tLecturer")
    );
    assert!(change("ended").contains("\t2\t2\t") && change("begun").contains("∅\temployment\t∅\t6\t"));
    // One country was left for another: that of the employment that ended is still there.
    assert_eq!(differences["flows"], serde_json::json!([]));
    assert_eq!(std::fs::read_dir(&to).unwrap().count(), 7, "no scratch files are left");
}

#[test]
fn who_cannot_be_read_in_one_of_the_datasets_has_neither_vanished_nor_come() {
    let place = folder();
    let whole = |orcid: &str, name: &str| person(orcid, name, &[], &[]);
    let cut_off = |orcid: &str| whole(orcid, "Cut off").replace("</record:record>", "");
    let old = [(ONE, whole(ONE, "One")), (OTHER, cut_off(OTHER)), (THIRD, cut_off(THIRD))];
    let new = [(ONE, cut_off(ONE)), (OTHER, whole(OTHER, "Other")), (THIRD, cut_off(THIRD))];
    let (old, new) = (dataset(place.path(), "old", &old), dataset(place.path(), "new", &new));
    let to = place.path().join("changes");

    let found = diff(&old, &new, &to);

    let people = serde_json::json!({ "gone: unreadable": 1, "returned: unreadable": 1 });
    assert_eq!(found["differences"]["people"], people);
    let expected = [
        format!("{ONE}\tgone\tunreadable\t∅\tOne\t∅"),
        format!("{OTHER}\treturned\tunreadable\t∅\tOther\t∅"),
    ];
    let mut rows = rows(&to, "people");
    rows.sort_by_key(|row| row.contains("returned"));
    assert_eq!(rows, expected);
}

#[test]
fn a_move_is_counted_by_country_and_by_organisation() {
    let place = folder();
    let old =
        dataset(place.path(), "old", &[(ONE, person(ONE, "One", &[employment(1, "Home", "A", "")], &[]))]);
    let new = dataset(
        place.path(),
        "new",
        &[(
            ONE,
            person(ONE, "One", &[employment(1, "Home", "A", "2024"), employment(2, "Abroad", "B", "")], &[]),
        )],
    );

    let found = diff(&old, &new, &place.path().join("changes"));

    let flow = &found["differences"]["flows"][0];
    assert_eq!((&flow["level"], &flow["from"], &flow["to"]), (&"country".into(), &"PT".into(), &"FR".into()));
    assert_eq!(flow["people"], 1);
}

/// By iD all put codes of a table, of people who have a record.
fn codes(dataset: &Path, table: &str) -> BTreeMap<String, BTreeSet<i64>> {
    let records = rows_of(&dataset.join("summaries/records/part-00000.parquet"));
    let mut found: BTreeMap<String, BTreeSet<i64>> =
        records.iter().map(|row| (row.split('\t').next().unwrap().to_owned(), BTreeSet::new())).collect();
    for row in rows_of(&dataset.join(format!("summaries/{table}/part-00000.parquet"))) {
        let mut cells = row.split('\t');
        let (orcid, code) = (cells.next().unwrap(), cells.next().unwrap());
        found.get_mut(orcid).unwrap().insert(code.parse().unwrap());
    }
    found
}

#[test]
fn two_synthetic_years_differ_as_a_slow_comparison_says() {
    let place = folder();
    let make = |name: &str, seed: u64, records: u64| {
        let at = place.path().join(format!("{name}-dump"));
        std::fs::create_dir(&at).unwrap();
        let options = orcid_synth::Options { records, seed, ..orcid_synth::Options::default() };
        let written = orcid_synth::write_dump(&options, &at, &|_| {}).unwrap();
        let archives: Vec<&Path> = written.iter().map(|written| written.path.as_path()).collect();
        let out = place.path().join(name);
        convert(&archives, &out, &[]);
        out
    };
    // Other seeds give other people in part, and other content to those of the same iDs.
    let (old, new) = (make("old", 7, 300), make("new", 8, 250));
    let to = place.path().join("changes");

    let found = diff(&old, &new, &to);

    let (before, after) = (codes(&old, "works"), codes(&new, "works"));
    let both: Vec<&String> = before.keys().filter(|orcid| after.contains_key(*orcid)).collect();
    let count = |one: &BTreeMap<String, BTreeSet<i64>>, other: &BTreeMap<String, BTreeSet<i64>>| -> usize {
        both.iter().map(|orcid| one[*orcid].difference(&other[*orcid]).count()).sum()
    };
    let (added, removed) = (count(&after, &before), count(&before, &after));
    let works = rows(&to, "works");
    let own = |change: &str| works.iter().filter(|row| row.split('\t').nth(1) == Some(change)).count();
    // Works of the same content and another put code count as neither.
    let same = added - own("added");
    assert_eq!(removed - own("removed"), same, "{found}");
    let changes = &found["differences"]["people"];
    let new_people = after.keys().filter(|orcid| !before.contains_key(*orcid)).count() as u64;
    let come: u64 = changes
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !name.starts_with("gone"))
        .map(|(_, count)| count.as_u64().unwrap())
        .sum();
    let gone: u64 = changes
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.starts_with("gone"))
        .map(|(_, count)| count.as_u64().unwrap())
        .sum();
    assert_eq!(
        (come, gone as usize),
        (new_people, before.keys().filter(|orcid| !after.contains_key(*orcid)).count())
    );

    let nothing = diff(&old, &old, &place.path().join("nothing"));
    let sections = nothing["differences"]["sections"].as_object().unwrap();
    assert!(sections.values().all(|counts| counts.as_object().unwrap().is_empty()), "{nothing}");
    assert_eq!(nothing["differences"]["people"], serde_json::json!({}));
}

/// A record with one item of each section: as version 2.0 of the XML writes it, or as 3.0. Put codes
/// are larger by `more`.
fn of_form(form: u8, more: i64) -> String {
    let code = |code: i64| format!("put-code=\"{}\" visibility=\"public\"", code + more);
    let organization = |prefix: &str| {
        format!(
            "<{prefix}:organization><common:name>Universität</common:name><common:address><common:city>Köln</common:city>\
             <common:country>DE</common:country></common:address></{prefix}:organization>"
        )
    };
    let dates = "<common:start-date><common:year>2010</common:year><common:month>01</common:month></common:start-date>";
    let own = if form == 2 { "employment" } else { "common" };
    let employment = format!(
        "<employment:employment-summary xmlns:employment=\"http://www.orcid.org/ns/employment\" {}>\
         <{own}:department-name>Physik</{own}:department-name><{own}:role-title>Professor</{own}:role-title>{dates}{}\
         </employment:employment-summary>",
        code(1),
        organization(own)
    );
    let own = if form == 2 { "funding" } else { "common" };
    let funding = format!(
        "<funding:funding-summary xmlns:funding=\"http://www.orcid.org/ns/funding\" {}><funding:title><common:title>Grant\
         </common:title></funding:title><funding:type>grant</funding:type>{dates}{}</funding:funding-summary>",
        code(2),
        organization(own)
    );
    let journal = if form == 2 {
        ""
    } else {
        "<work:journal-title><common:content>J</common:content></work:journal-title>"
    };
    let work = format!(
        "<work:work-summary {}><work:title><common:title>Title</common:title></work:title><work:type>journal-article\
         </work:type>{journal}</work:work-summary>",
        code(3)
    );
    let role = if form == 2 {
        ""
    } else {
        "<peer-review:reviewer-role>reviewer</peer-review:reviewer-role><peer-review:review-type>review</peer-review:review-type>"
    };
    let review = format!(
        "<peer-review:peer-review-summary xmlns:peer-review=\"http://www.orcid.org/ns/peer-review\" {}>{role}\
         <peer-review:completion-date><common:year>2018</common:year></peer-review:completion-date>\
         <peer-review:review-group-id>issn:1548-7660</peer-review:review-group-id><peer-review:convening-organization>\
         <common:name>Publons</common:name></peer-review:convening-organization></peer-review:peer-review-summary>",
        code(4)
    );
    let (group, inner) = match form {
        2 => (employment, review),
        _ => (
            format!("<activities:affiliation-group>{employment}</activities:affiliation-group>"),
            format!("<activities:peer-review-group>{review}</activities:peer-review-group>"),
        ),
    };
    let inside = format!(
        "<activities:activities-summary><activities:employments>{group}</activities:employments><activities:fundings>\
         <activities:group>{funding}</activities:group></activities:fundings><activities:peer-reviews><activities:group>{inner}\
         </activities:group></activities:peer-reviews><activities:works><activities:group>{work}</activities:group>\
         </activities:works></activities:activities-summary>"
    );
    record(ONE, "One", &inside)
}

#[test]
fn two_forms_of_the_source_compare_by_content() {
    let place = folder();
    let old = dataset(place.path(), "old", &[(ONE, of_form(2, 0))]);
    let new = dataset(place.path(), "new", &[(ONE, of_form(3, 100))]);

    let found = diff(&old, &new, &place.path().join("changes"));

    let sections = found["differences"]["sections"].as_object().unwrap();
    assert_eq!(sections.len(), 4);
    assert!(sections.values().all(|counts| counts.as_object().unwrap().is_empty()), "{found}");
    for table in ["affiliations", "fundings", "works", "peer_reviews"] {
        for dataset in [&old, &new] {
            let rows = rows_of(&dataset.join(format!("summaries/{table}/part-00000.parquet")));
            assert_eq!(rows.len(), 1, "{table} has been read in both forms");
        }
    }
}
