//! Whom a refresh of a dataset of some people asks for: those of its list of iDs, of a scope of the
//! user's own, or of a search. It refuses other files than the dataset was made of, and to empty it.

use orcid_mock::Standing;
use orcid_xml::Orcid;

use crate::support::refresh::text;
use crate::support::slice_world::{World, joined, left, list, of_usual_institution, organization};
use crate::support::slices::{cells, with_rows};
use crate::support::tables::{all_rows, assert_same};

#[test]
fn a_list_of_ids_is_the_scope_of_its_slice() {
    let world = World::new(&[], |whole, place| {
        let rows = cells(whole, "summaries/records", &["orcid"]);
        let ids: String = rows.iter().step_by(3).map(|row| format!("{}\n", row["orcid"])).collect();
        let path = place.join("ids.txt");
        // One who is not in the registry yet.
        std::fs::write(&path, ids + "0000-0002-1825-0097\n").unwrap();
        list(&["--ids", path.to_str().unwrap()])
    });
    let ids = world.options[1].clone();
    world.here.server.change(|world| world.evolve(3, 0.3));
    world.here.server.change(|world| {
        let orcid = world.active()[0].to_string();
        let text = world.text(&orcid).replace(&orcid, "0000-0002-1825-0097");
        world.put("0000-0002-1825-0097", text);
        let clock = world.clock() + 1_000_000;
        world.edit("0000-0002-1825-0097", clock, str::to_owned);
    });

    let told = world.refresh(&[]);

    assert!(told.contains("only if --ids gives the list"), "{told}");
    assert!(!world.people().contains("0000-0002-1825-0097"));
    world.refresh(&["--ids", &ids]);
    assert!(world.people().contains("0000-0002-1825-0097"));
    assert!(world.left().is_empty());
    // Who is not found any more has a tombstone, and no member in a dump.
    let mut own = with_rows(all_rows(&world.here.dataset));
    let tombstones = own.get_mut("summaries/tombstones");
    tombstones.into_iter().for_each(|rows| rows.retain(|row| !row.contains("not-found")));
    let fresh = World::converted(&world.here, world.place.path(), "fresh", &[], &world.options);
    assert_same(&with_rows(own), &with_rows(all_rows(&fresh)));
}

#[test]
fn a_scope_of_the_users_own_adds_only_selected_people() {
    let world = World::new(&[], |_, _| list(&["--country", "US"]));
    let before = world.people();
    let outside = world.shown(false);
    let list_path = world.here.write("ids.txt", &format!("{}\n{}\n", outside[0], outside[1]));
    world.edit(&outside[0], |xml| joined(xml, &organization("A", "US", "GRID", "grid.0.0")));

    world.refresh(&["--ids", &list_path]);

    let mut expected = before;
    expected.insert(outside[0].clone());
    assert_eq!(world.people(), expected);
}

#[test]
fn nobody_joins_what_the_search_cannot_be_asked_for_and_a_note_says_so() {
    let world = World::new(&[], |_, _| list(&["--country", "US"]));
    let (inside, outside) = (world.shown(true), world.shown(false));
    world.edit(&outside[0], |xml| joined(xml, &organization("A", "US", "GRID", "grid.0.0")));
    world.edit(&inside[0], |xml| left(xml, &["US"]));

    let told = world.refresh(&[]);

    assert!(told.contains("cannot be asked for these people"), "{told}");
    assert!(!world.people().contains(&outside[0]) && !world.people().contains(&inside[0]));
    // A later refresh finds the newcomer nevertheless: the first one has not counted as complete.
    world.refresh(&["--strategy", "windows"]);
    assert!(world.people().contains(&outside[0]));
    world.assert_fresh("fresh", &[]);
}

#[test]
fn a_run_that_would_empty_a_slice_changes_nothing() {
    let world = World::new(&[], |_, _| list(&["--country", "US"]));
    let before = world.people();
    for orcid in world.shown(true) {
        world.edit(&orcid, |xml| left(xml, &["US"]));
    }

    let output = world.here.refresh(&["--rate", "500"]);

    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("not-selected"), "{}", text(&output));
    assert_eq!(world.people(), before);
}

#[test]
fn a_slice_is_refreshed_only_by_the_files_that_it_was_made_of() {
    let world = World::new(&[], of_usual_institution);

    let without = world.here.refresh(&["--rate", "500"]);
    let release = serde_json::json!([{
        "id": world.options[1], "status": "active", "types": ["education"], "locations": [],
        "names": [{ "value": "Another", "types": ["ror_display"], "lang": null }],
        "external_ids": [], "relationships": [], "domains": [], "links": [], "established": null
    }]);
    let other = world.here.write("v9.9-2099-01-01-ror-data.json", &release.to_string());
    let other = world.here.refresh(&["--rate", "500", "--ror-release", &other]);

    assert_eq!((without.status.code(), other.status.code()), (Some(2), Some(2)));
    assert!(text(&without).contains("--ror-release"), "{}", text(&without));
    assert!(text(&other).contains("the release of ROR"), "{}", text(&other));
    assert!(world.here.server.log().for_api().count() == 0);
    let standing = world.here.server.world().get(Orcid::new(&world.shown(true)[0]).unwrap()).cloned();
    assert_eq!(standing.unwrap().standing, Standing::Active);
}
