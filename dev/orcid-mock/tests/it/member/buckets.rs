//! The buckets of premium members.

use std::fs::{self, File};
use std::io::Read;

use flate2::read::GzDecoder;
use orcid_mock::World;
use orcid_mock::member::bucket::{LIST_BUCKET, LIST_NAME, SUMMARIES_BUCKET, activities_bucket};

#[test]
fn buckets_hold_summaries_activities_and_the_list_of_what_changed() {
    let mut world = World::from_synth(30, 3);
    let people = world.active();
    let closed = people[0];
    world.lock(closed.as_str());
    let folder = tempfile::tempdir().unwrap();

    world.write_buckets(folder.path()).unwrap();

    let mut list = String::new();
    let file = File::open(folder.path().join(LIST_BUCKET).join(LIST_NAME)).unwrap();
    let mut tar = tar::Archive::new(GzDecoder::new(file));
    let mut entry = tar.entries().unwrap().next().unwrap().unwrap();
    assert_eq!(entry.path().unwrap().to_str(), Some("last_modified.csv"));
    entry.read_to_string(&mut list).unwrap();
    assert_eq!(list, world.last_modified_csv());
    for (orcid, person) in world.people() {
        let id = orcid.as_str();
        let summary = folder.path().join(SUMMARIES_BUCKET).join(&id[16..]).join(format!("{id}.xml"));
        let own = folder.path().join(activities_bucket(id)).join(&id[16..]).join(id);
        if orcid == closed {
            assert!(fs::read_to_string(summary).unwrap().contains("<error:error-code>9018<"));
            assert!(!own.exists());
        } else if !person.xml.is_empty() {
            assert_eq!(fs::read(summary).unwrap(), person.xml);
            for ((kind, code), activity) in &person.activities {
                let section =
                    if *kind == "membership" { "membership".to_owned() } else { format!("{kind}s") };
                let path = own.join(&section).join(format!("{id}_{section}_{code}.xml"));
                assert_eq!(fs::read(path).unwrap(), activity.xml);
            }
        }
    }
}
