//! What is in a dataset: a small world whose numbers are known, and the same numbers wherever the
//! dataset lies. `tests/tools/overview.py` compares larger ones with DuckDB.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use crate::connected::{refresh, said, world};
use crate::support::memory_store::Memory;
use crate::support::{ONE, OTHER, convert, folder, gzip, record, run, tar};
use orcidlake::convert::{Options, Unobserved, convert_in};
use orcidlake::dataset::Dataset;
use orcidlake::dataset::store::{Objects, Versioned};
use orcidlake::overview::{OverviewError, overview};

/// Who added an item.
fn source(orcid: Option<&str>, client: Option<&str>) -> String {
    let part = |name: &str, path: Option<&str>| {
        let element = format!("common:source-{name}");
        path.map_or_else(String::new, |path| {
            format!("<{element}><common:path>{path}</common:path></{element}>")
        })
    };
    let name = if client.is_some() { "A &lt;client&gt;" } else { "A person" };
    format!(
        "<common:source>{}{}<common:source-name>{name}</common:source-name></common:source>",
        part("orcid", orcid),
        part("client-id", client)
    )
}

fn date(element: &str, parts: &[&str]) -> String {
    let names = ["year", "month", "day"];
    let parts: String = names
        .iter()
        .zip(parts)
        .map(|(name, part)| format!("<common:{name}>{part}</common:{name}>"))
        .collect();
    if parts.is_empty() { String::new() } else { format!("<common:{element}>{parts}</common:{element}>") }
}

fn employment(put_code: i64, year: &str, source: &str, start: &[&str], end: &[&str]) -> String {
    format!(
        "<activities:affiliation-group><employment:employment-summary xmlns:employment=\"http://www.orcid.org/ns/employment\" \
         put-code=\"{put_code}\" visibility=\"public\"><common:created-date>{year}-03-01T00:00:00.000Z</common:created-date>\
         {source}{}{}<common:organization><common:name>Home</common:name><common:address><common:country>PT</common:country>\
         </common:address></common:organization></employment:employment-summary></activities:affiliation-group>",
        date("start-date", start),
        date("end-date", end)
    )
}

/// An archive of two people: three employments, one of which is odd, and two works in one group.
fn archive(folder: &Path) -> PathBuf {
    let client = source(None, Some("APP-1"));
    let works: String = (10..12)
        .map(|code| {
            format!(
                "<work:work-summary put-code=\"{code}\" visibility=\"public\" display-index=\"{code}\">\
                 <common:created-date>2024-12-31T23:59:59.000Z</common:created-date>{client}<work:title><common:title>T\
                 </common:title></work:title><common:external-ids><common:external-id><common:external-id-type>doi\
                 </common:external-id-type><common:external-id-value>10.5555/a</common:external-id-value>\
                 <common:external-id-relationship>self</common:external-id-relationship></common:external-id>\
                 </common:external-ids><work:type>other</work:type>{}</work:work-summary>",
                date("publication-date", &["2031"])
            )
        })
        .collect();
    let own = source(Some(ONE), None);
    let employments = [
        employment(1, "2020", &own, &["2019", "5"], &["2019", "4"]),
        employment(2, "2021", &client, &["1899"], &[]),
        employment(3, "2021", "", &["2020", "2", "30"], &["9999"]),
    ];
    let inside = format!(
        "<activities:activities-summary><activities:employments>{}</activities:employments><activities:works>\
         <activities:group>{works}</activities:group></activities:works></activities:activities-summary>",
        employments.concat()
    );
    let other = record(OTHER, "Other", "");
    let members = [
        ("ORCID_2025_10_summaries/097/0000-0002-1825-0097.xml", record(ONE, "One", &inside)),
        ("ORCID_2025_10_summaries/700/0000-0001-5109-3700.xml", other),
        ("ORCID_2025_10_summaries/233/0000-0002-1694-233X.xml", "<not".to_owned()),
    ];
    let members: Vec<(&str, &[u8])> = members.iter().map(|(path, xml)| (*path, xml.as_bytes())).collect();
    let path = folder.join("ORCID_2025_10_summaries.tar.gz");
    std::fs::write(&path, gzip(&tar(&members))).unwrap();
    path
}

fn report(dataset: &Path, more: &[&str]) -> Value {
    let output = run(&[&["report", dataset.to_str().unwrap(), "--json"], more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn section<'f>(found: &'f Value, name: &str) -> &'f Value {
    let sections = found["overview"]["sections"].as_array().unwrap();
    sections.iter().find(|section| section["section"] == name).unwrap()
}

#[test]
fn everything_is_counted_once() {
    let place = folder();
    let dataset = place.path().join("orcid");
    assert_eq!(convert(&[&archive(place.path())], &dataset, &[]).0, 1);
    let page = place.path().join("page.html");

    let found = report(&dataset, &["--html", page.to_str().unwrap()]);

    let overview = &found["overview"];
    assert_eq!((&overview["release"], &overview["data_year"]), (&json!(2025), &json!(2025)));
    assert_eq!(overview["records"]["records"], 2);
    assert_eq!(
        section(&found, "employment"),
        &json!({
            "section": "employment", "table": "summaries/affiliations", "items": 3, "groups": 3, "people": 1,
            "by_owner": 1, "by_client": 1, "without_source": 1, "by_year": { "2020": 1, "2021": 2 },
            "without_year": 0, "odd_dates": { "end_before_start": 1, "too_early": 1, "begins_later": 0,
            "ends_far_ahead": 1, "no_date": 1 }
        })
    );
    let works = section(&found, "works");
    assert_eq!((&works["items"], &works["groups"], &works["people"]), (&json!(2), &json!(1), &json!(1)));
    assert_eq!(works["by_year"], json!({ "2024": 2 }), "years are those of UTC");
    assert_eq!(works["odd_dates"]["begins_later"], 2);
    assert_eq!(
        overview["clients"],
        json!([{ "id": "APP-1", "name": "A <client>", "items": 3 }]),
        "a client counts in all sections"
    );
    assert_eq!(overview["countries"], json!([{ "country": "PT", "addresses": 0, "affiliations": 3 }]));
    assert_eq!(
        overview["identifiers"],
        json!([{ "type": "doi", "identifiers": 2, "own": 2, "by_kind": { "work": 2 } }])
    );
    assert_eq!(overview["quality"]["rejects"].as_object().unwrap().len(), 1);
    assert_eq!(overview["quality"]["members"]["members"], 3);
    assert_eq!((&overview["organisations"], &overview["not_counted"]), (&Value::Null, &json!([])));
    let html = std::fs::read_to_string(page).unwrap();
    assert!(!html.contains("http://") && !html.contains("https://"), "the page needs no network");
    assert!(html.contains("A &lt;client&gt;") && !html.contains("<script"), "{html}");
}

#[test]
fn a_table_that_is_not_there_is_said_and_not_counted() {
    let place = folder();
    let dataset = place.path().join("orcid");
    convert(&[&archive(place.path())], &dataset, &["--tables", "works"]);

    let found = report(&dataset, &[]);

    let absent = found["overview"]["not_counted"].as_array().unwrap();
    assert!(absent.contains(&json!("affiliations")) && !absent.contains(&json!("works")), "{absent:?}");
    let sections = found["overview"]["sections"].as_array().unwrap();
    assert_eq!(sections.iter().map(|own| own["section"].as_str().unwrap()).collect::<Vec<_>>(), ["works"]);
    let output = run(&["report", dataset.to_str().unwrap()]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("does not have records"), "{told}");
}

#[test]
fn a_dataset_in_an_object_store_has_the_same_numbers() {
    let place = folder();
    let (archive, dataset) = (archive(place.path()), place.path().join("orcid"));
    convert(&[&archive], &dataset, &[]);
    let objects: Arc<dyn Objects> = Arc::new(Memory::default());
    let store = Versioned::new(objects, &place.path().join("scratch"));
    let never = AtomicBool::new(false);
    convert_in(&[archive], &store, &Options { threads: 2, ..Options::default() }, &Unobserved, &never)
        .unwrap();

    let here = overview(&Dataset::open(&dataset).unwrap(), &never).unwrap();
    let there = overview(&Dataset::open_in(&store).unwrap(), &never).unwrap();

    assert_eq!(there, here);
    assert_eq!(here.records.records, 2);
    let stopped = overview(&Dataset::open(&dataset).unwrap(), &AtomicBool::new(true));
    assert!(matches!(stopped, Err(OverviewError::Stopped)), "{stopped:?}");
}

#[test]
fn limited_items_are_counted_only_if_they_are_asked_for() {
    let (portal, dataset) = world();
    let made = refresh(&portal, &dataset, &["--limited"]);
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));

    let (public, all) = (report(&dataset, &[]), report(&dataset, &["--include-limited"]));

    let items = |found: &Value| section(found, "keywords")["items"].as_u64().unwrap();
    assert_eq!(items(&public) + 2, items(&all));
}
