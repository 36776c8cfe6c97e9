//! Refreshing datasets of some people: those who join the selection come, those who leave it go and
//! are marked, and the rows are those of a fresh conversion with the same options.

use std::path::Path;

use orcidlake::dataset::Manifest;

use crate::support::run;
use crate::support::slice_world::{BEGIN, END, World, joined, list, of_usual_institution, organization};
use crate::support::slices::cells;

/// All people's activities: a refresh fetches those of whoever joins.
const ALL: [char; 11] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X'];

/// The ids of a registry that most affiliations of a dataset have.
fn usual_ids(whole: &Path, registry: &str) -> Vec<String> {
    let id = "disambiguated_organization_identifier";
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for row in cells(whole, "summaries/affiliations", &["disambiguation_source", id]) {
        if row.get("disambiguation_source").is_some_and(|own| own == registry) {
            *counts.entry(row[id].clone()).or_default() += 1;
        }
    }
    let mut ids: Vec<(String, usize)> = counts.into_iter().collect();
    ids.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    ids.into_iter().take(12).map(|(id, _)| id).collect()
}

#[test]
fn people_of_an_organization_join_and_leave_its_slice() {
    let (batches, usual) = (&["--strategy", "batches"][..], &[][..]);
    for (registry, strategies) in [
        ("GRID", &[batches, usual][..]),
        ("RINGGOLD", &[batches]),
        ("ROR", &[usual]),
        ("FUNDREF", &[batches]),
    ] {
        let wanted = |whole: &Path| {
            let ids = usual_ids(whole, registry).into_iter();
            ids.map(|id| format!("{registry}:{id}")).collect::<Vec<_>>().join(",")
        };
        for strategy in strategies {
            let endings = if registry == "GRID" && *strategy == batches { &ALL[..] } else { &[] };
            let world = World::new(endings, |whole, _| vec!["--organization-id".to_owned(), wanted(whole)]);
            let id = usual_ids(&world.whole, registry).remove(0);

            world.lives_on(endings, &organization("A", "AQ", registry, &id), &[], strategy);
        }
    }
}

#[test]
fn people_of_countries_join_and_leave_if_everybody_who_has_changed_is_read() {
    let world = World::new(&ALL, |_, _| list(&["--country", "US,DE"]));
    let block = organization("A", "DE", "GRID", "grid.0.0");

    world.lives_on(&ALL, &block, &["US", "DE"], &["--strategy", "windows"]);
}

#[test]
fn current_people_of_countries_join_and_leave() {
    let world = World::new(&[], |_, _| list(&["--country", "US,CN,BR", "--current"]));
    let block = organization("A", "US", "GRID", "grid.0.0");

    world.lives_on(&[], &block, &["US", "CN", "BR"], &["--strategy", "windows"]);
}

#[test]
fn people_of_an_institution_join_under_its_ids_and_its_names() {
    for (by_name, strategy) in [(false, None), (true, None), (true, Some("windows"))] {
        let world = World::new(&[], of_usual_institution);
        let (ror, release) = (&world.options[1], &world.options[3]);
        let block = match by_name {
            false => organization("Quite another name", "AQ", "ROR", ror),
            true => by_its_name(&world.whole, ror),
        };
        let mut more = vec!["--ror-release", release.as_str()];
        more.extend(strategy.iter().flat_map(|strategy| ["--strategy", *strategy]));

        let told = world.lives_on(&[], &block, &[], &more);

        assert_eq!(told.contains("known names"), strategy.is_none(), "{told}");
    }
}

/// An organization with the name and the place that a matched dataset has for an id, without an id.
fn by_its_name(matched: &Path, ror: &str) -> String {
    let rows = cells(matched, "organizations/ror", &["ror_id", "name", "city", "country"]);
    let own = rows.iter().find(|row| row["ror_id"] == ror).unwrap();
    let (name, city, country) = (&own["name"], &own["city"], &own["country"]);
    format!(
        "{BEGIN}<common:name>{name}</common:name><common:address><common:city>{city}</common:city>\
         <common:country>{country}</common:country></common:address>{END}"
    )
}

#[test]
fn a_file_of_changes_tells_who_may_join() {
    let world = World::new(&[], |_, _| list(&["--country", "US"]));
    let changes = world.here.server.change(|world| world.evolve(3, 0.3));
    let newcomer = world.shown(false).remove(0);
    world.edit(&newcomer, |xml| joined(xml, &organization("A", "US", "GRID", "grid.0.0")));
    let changed = changes.iter().map(|change| change.orcid().to_string()).chain([newcomer.clone()]);
    let lines: String = changed.map(|orcid| format!("{orcid},2026-01-01 00:00:00.000001\n")).collect();
    let file = world.here.write("last_modified.csv", &format!("orcid,last_modified\n{lines}"));

    world.refresh(&["--changes", &file]);

    assert!(world.people().contains(&newcomer));
    world.assert_fresh("fresh", &[]);
    let told = run(&["inspect", world.here.dataset.to_str().unwrap()]).stdout;
    let told = String::from_utf8_lossy(&told);
    assert!(told.contains("only people by countries US") && told.contains(" left them: "), "{told}");
}

#[test]
fn people_leave_a_current_slice_when_their_affiliations_have_ended() {
    let world = World::new(&[], |_, _| list(&["--country", "US", "--current"]));
    // As if the slice had been made long ago, when a past affiliation had not ended.
    let path = world.here.dataset.join("orcidlake.json");
    let today = Manifest::read(&world.here.dataset).unwrap().unwrap().selection.unwrap().current_on.unwrap();
    let wider = World::converted(&world.here, world.place.path(), "wider", &[], &list(&["--country", "US"]));
    let text = std::fs::read_to_string(wider.join("orcidlake.json")).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    manifest["selection"]["current"] = true.into();
    manifest["selection"]["current_on"] = "1950-01-01".into();
    std::fs::remove_dir_all(&world.here.dataset).unwrap();
    std::fs::rename(&wider, &world.here.dataset).unwrap();
    std::fs::write(&path, manifest.to_string()).unwrap();
    let before = world.people();

    world.refresh(&[]);

    let selection = Manifest::read(&world.here.dataset).unwrap().unwrap().selection.unwrap();
    assert_eq!(selection.current_on, Some(today));
    assert!(world.people().len() < before.len());
    assert_eq!(world.left().len(), before.len() - world.people().len());
    world.assert_fresh("fresh", &[]);
}
