//! Full items of people who leave and return, through the program.

use crate::support::refresh::{Here, records, rows, text};
use orcid_mock::World;
use orcidlake::dataset::{Dataset, Manifest};

const ENDINGS: [char; 11] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X'];

/// Rows of full items in the dataset.
fn items(here: &Here) -> u64 {
    let manifest = Manifest::read(&here.dataset).unwrap().unwrap();
    manifest.parts().filter(|(key, _)| key.starts_with("activities/")).map(|(_, part)| part.rows).sum()
}

/// The server loses everybody, and the dataset follows.
fn lose_everybody(here: &Here) -> World {
    let before = here.server.world();
    let people: Vec<String> = before.active().iter().map(ToString::to_string).collect();
    here.server.change(|world| people.iter().for_each(|orcid| world.remove(orcid)));
    let output = here.refresh_each(&["--max-removals", "100%"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(people.iter().all(|orcid| records(&here.dataset, orcid).is_empty()));
    before
}

#[test]
fn people_who_return_to_empty_tables_bring_their_items_along() {
    for way in ["each", "batches"] {
        let here = Here::new(12, 5, &ENDINGS);
        let before = items(&here);
        let world = lose_everybody(&here);
        assert_eq!(items(&here), 0);
        here.server.change(|now| *now = world);

        let output = here.refresh(&["--all-in-dataset", "--strategy", way, "--rate", "500"]);

        assert_eq!(output.status.code(), Some(0), "{way}: {}", text(&output));
        assert_eq!(items(&here), before, "{way}");
        here.assert_sound();
    }
}

#[test]
fn a_restart_fetches_items_of_unchanged_records_that_the_dataset_lacks() {
    let here = Here::new(12, 5, &ENDINGS);
    let before = items(&here);
    let world = lose_everybody(&here);
    // Records return and lose their items, as with an earlier version.
    here.server.change(|now| *now = world);
    let path = here.dataset.join("orcidlake.json");
    let manifest = std::fs::read_to_string(&path).unwrap();
    let mut without: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let tables = without["tables"].clone();
    let summaries = |key: &serde_json::Value| key.as_str().unwrap().starts_with("summaries/");
    without["tables"].as_array_mut().unwrap().retain(summaries);
    std::fs::write(&path, without.to_string()).unwrap();
    here.refresh_each(&[]);
    let mut with: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    with["tables"] = tables;
    std::fs::write(&path, with.to_string()).unwrap();
    assert_eq!(items(&here), 0);
    Dataset::open(&here.dataset).unwrap();

    let usual = here.refresh_each(&[]);
    assert_eq!((usual.status.code(), items(&here)), (Some(0), 0), "{}", text(&usual));
    let restarted = here.refresh_each(&["--restart"]);

    assert_eq!((restarted.status.code(), items(&here)), (Some(0), before), "{}", text(&restarted));
    let orcid = here.server.world().active()[0].to_string();
    assert!(!rows(&here.dataset, &orcid, "summaries/records").is_empty());
}

#[test]
fn a_dataset_without_items_fetches_none() {
    let here = Here::new(12, 5, &[]);
    here.server.change(|world| world.evolve(1, 0.9));

    let output = here.refresh_each(&["--restart"]);

    assert_eq!((output.status.code(), items(&here)), (Some(0), 0), "{}", text(&output));
    let log = here.server.log();
    assert!(log.for_api().all(|request| request.path.ends_with("/record")), "{}", log.counts());
}
