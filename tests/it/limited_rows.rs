//! What is not public stays out of what the library reads, and out of conversions.

use std::collections::BTreeSet;
use std::path::Path;

use arrow::array::AsArray;
use orcid_mock::{Source, Visibility};
use orcidlake::dataset::Dataset;
use orcidlake::tables;

use crate::connected::{refresh, said, world};
use crate::support::portal::{SOMEBODY, SOMEBODY_ELSE};
use crate::support::{ONE, OTHER, convert, folder, record, rows, run, tar, work};

/// A work with an identifier of its own.
fn titled(title: &str) -> String {
    format!(
        r#"<work:work xmlns:work="http://www.orcid.org/ns/work" xmlns:common="http://www.orcid.org/ns/common"><work:title><common:title>{title}</common:title></work:title><work:type>other</work:type><common:external-ids><common:external-id><common:external-id-type>doi</common:external-id-type><common:external-id-value>10.5555/{title}</common:external-id-value><common:external-id-relationship>self</common:external-id-relationship></common:external-id></common:external-ids></work:work>"#
    )
}

/// The values of a column of text, by the rows that `dataset` gives.
fn texts(dataset: &Dataset, key: &str, column: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for batch in dataset.rows(key, &[column]) {
        let batch = batch.unwrap();
        assert_eq!(batch.num_columns(), 1, "columns that decide are not given");
        found.extend(batch.column(0).as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    found
}

/// The iD and a column of text of each row.
fn pairs(dataset: &Dataset, key: &str, column: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for batch in dataset.rows(key, &["orcid", column]) {
        let batch = batch.unwrap();
        let [orcids, values] = ["orcid", column].map(|name| batch.column_by_name(name).unwrap().clone());
        let text = |cell: Option<&str>| cell.unwrap_or_default().to_owned();
        let rows = orcids.as_string::<i32>().iter().zip(values.as_string::<i32>());
        found.extend(rows.map(|(orcid, value)| (text(orcid), text(value))));
    }
    found
}

#[test]
fn every_table_is_read_without_what_is_not_public() {
    let (portal, dataset) = world();
    portal.orcid.change(|world| {
        for (visibility, title) in [(Visibility::Public, "open-work"), (Visibility::Limited, "trusted-work")]
        {
            world.put_item(SOMEBODY, "work", visibility, Source::Person, &titled(title));
        }
    });
    let made = refresh(&portal, &dataset, &["--limited"]);
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));

    let all = Dataset::open(&dataset).unwrap();
    let public = all.public_only();

    let titles = |dataset: &Dataset| texts(dataset, "summaries/works", "title");
    assert!(titles(&all).contains("trusted-work") && titles(&all).contains("open-work"));
    assert!(!titles(&public).contains("trusted-work") && titles(&public).contains("open-work"));
    let ids = |dataset: &Dataset| texts(dataset, "summaries/external_ids", "external_id_value");
    assert!(ids(&all).contains("10.5555/trusted-work"));
    assert!(!ids(&public).contains("10.5555/trusted-work") && ids(&public).contains("10.5555/open-work"));
    let strangers = |dataset: &Dataset| -> Vec<(String, String)> {
        let of_others = |(orcid, _): &(String, String)| ![SOMEBODY, SOMEBODY_ELSE].contains(&orcid.as_str());
        pairs(dataset, "summaries/external_ids", "external_id_value").into_iter().filter(of_others).collect()
    };
    assert!(!strangers(&all).is_empty());
    assert_eq!(strangers(&public), strangers(&all), "others lose nothing");
    for (folder, table) in tables::all() {
        let key = format!("{folder}/{}", table.name());
        let columns = table.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
        let columns = columns.iter().map(String::as_str).collect::<Vec<_>>();
        let mut count = 0;
        for batch in public.rows(&key, &columns) {
            let batch = batch.unwrap();
            count += batch.num_rows() as u64;
            let text = format!("{batch:?}");
            assert!(!text.contains("trusted"), "{key}: {text}");
        }
        assert_eq!(public.row_count(&key).unwrap(), count, "{key}");
    }
    assert_eq!(
        public.row_count("summaries/keywords").unwrap() + 2,
        all.row_count("summaries/keywords").unwrap()
    );
}

#[test]
fn a_public_dataset_is_read_as_it_is() {
    let (_portal, dataset) = world();

    let all = Dataset::open(&dataset).unwrap();

    for (folder, table) in tables::all() {
        let key = format!("{folder}/{}", table.name());
        assert_eq!(all.public_only().row_count(&key).unwrap(), all.row_count(&key).unwrap(), "{key}");
    }
    assert!(!all.public_only().hides());
}

fn with_visibility(document: &str, visibility: &str) -> String {
    document.replacen(r#"visibility="public""#, &format!("visibility={visibility}"), 1)
}

/// An archive of a public record and a public work, and of each of them with another visibility.
fn archive(folder: &Path) -> std::path::PathBuf {
    let (public, activity) = (record(ONE, "One", ""), work(5, "Five"));
    let limited = with_visibility(&record(OTHER, "Other", ""), "'limited'");
    let private = with_visibility(&work(6, "Six"), "\"PRIVATE\"");
    let unknown = with_visibility(&work(7, "Seven"), "\"registered-only\"");
    let members = [
        (format!("{ONE}.xml"), public),
        (format!("{ONE}_works_5.xml"), activity),
        (format!("{OTHER}.xml"), limited),
        (format!("{ONE}_works_6.xml"), private),
        (format!("{ONE}_works_7.xml"), unknown),
    ];
    let files: Vec<(&str, &[u8])> =
        members.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    let path = folder.join("a.tar");
    std::fs::write(&path, tar(&files)).unwrap();
    path
}

#[test]
fn documents_that_are_not_public_are_rejected() {
    let folder = folder();
    let (archive, out) = (archive(folder.path()), folder.path().join("out"));

    let (status, messages) = convert(&[&archive], &out, &[]);

    assert_eq!(status, 1, "{messages}");
    assert_eq!(rows(&out, ONE, "summaries/records").len(), 1);
    assert_eq!(rows(&out, ONE, "activities/works").len(), 1);
    assert!(rows(&out, OTHER, "summaries/records").is_empty());
    let reject = &rows(&out, OTHER, "summaries/rejects")[0];
    assert_eq!(reject["code"], "limited-visibility");
    assert!(reject["reason"].as_str().unwrap().contains("\"limited\""), "{reject}");
    assert_eq!(rows(&out, ONE, "activities/rejects").len(), 2);
    assert_eq!(run(&["verify", out.to_str().unwrap()]).status.code(), Some(0));
    let printed = run(&["get", OTHER, archive.to_str().unwrap(), "--rows"]);
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(printed.contains("limited-visibility") && !printed.contains("\"given_names\""), "{printed}");
}

#[test]
fn a_dataset_of_connected_people_has_full_items_where_they_are_asked_for() {
    let (portal, _) = world();
    portal.orcid.change(|world| {
        for (visibility, title) in [(Visibility::Public, "open-work"), (Visibility::Limited, "trusted-work")]
        {
            world.put_item(SOMEBODY, "work", visibility, Source::Person, &titled(title));
        }
        world.put_item(SOMEBODY, "work", Visibility::Private, Source::Person, &titled("secret-work"));
    });
    let (short, full) = (portal.folder.path().join("short"), portal.folder.path().join("full"));

    let summaries = refresh(&portal, &short, &["--limited"]);
    let both = refresh(&portal, &full, &["--limited", "--activities"]);

    assert_eq!(summaries.status.code(), Some(0), "{}", said(&summaries));
    assert_eq!(both.status.code(), Some(0), "{}", said(&both));
    let titles = |path: &Path| texts(&Dataset::open(path).unwrap(), "activities/works", "title");
    assert!(titles(&short).is_empty());
    let expected = ["open-work", "trusted-work"].map(str::to_owned);
    assert!(titles(&full).is_superset(&expected.into()), "{:?}", titles(&full));
    assert!(!titles(&full).contains("secret-work"));
    assert_eq!(run(&["verify", full.to_str().unwrap()]).status.code(), Some(0));
    // The next run, as a timer makes it, needs no options and brings what is new.
    portal.orcid.change(|world| {
        world.put_item(SOMEBODY_ELSE, "work", Visibility::Limited, Source::Person, &titled("later-work"));
    });
    let later = refresh(&portal, &full, &[]);
    assert_eq!(later.status.code(), Some(0), "{}", said(&later));
    assert!(titles(&full).contains("later-work"), "{:?}", titles(&full));
    let public = Dataset::open(&full).unwrap().public_only();
    assert!(!texts(&public, "activities/works", "title").contains("later-work"));
    let ids = texts(&public, "activities/external_ids", "external_id_value");
    assert!(ids.contains("10.5555/open-work") && !ids.contains("10.5555/trusted-work"), "{ids:?}");
}
