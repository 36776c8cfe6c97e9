//! Pushes that lose an answer, their process or their state folder: each item is written once all the
//! same.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use orcidlake::push::State;

use crate::support::push::{ADA, BEN, World, staff, table, work};
use crate::support::registry::Trouble;

#[test]
fn an_item_whose_answer_was_lost_is_found_and_not_added_again() {
    for (trouble, expected_posts) in
        [(Trouble::LostAfter, 1), (Trouble::LostBefore, 2), (Trouble::Html(503), 2)]
    {
        let world = World::new();
        let path = world.file("staff.csv", &table(&[staff("1", ADA, "Lecturer", "")]));
        // The second request is the one that adds; the first has looked for own items.
        world.registry.trouble(2, trouble.clone());

        let rows = world.push(&path);

        assert_eq!(rows[0].state, State::InOrcid, "{trouble:?}");
        assert_eq!(world.registry.items().len(), 1, "{trouble:?}");
        let posts = world.registry.writes().iter().filter(|line| line.starts_with("POST")).count();
        assert_eq!(posts, expected_posts, "{trouble:?}");
    }
}

#[test]
fn a_program_that_is_killed_at_any_request_writes_each_item_once() {
    let work = |number: usize| {
        format!(
            "{{\"orcid\": \"{ADA}\", \"section\": \"work\", \"item\": {{\"title\": {{\"title\": {{\"value\": \"W{number}\"}}}}, \"type\": \"book\", \"external-ids\": {{\"external-id\": [{{\"external-id-type\": \"doi\", \"external-id-value\": \"10.1/{number}\", \"external-id-relationship\": \"self\"}}]}}}}}}\n"
        )
    };
    let people = "Type,Value,ORCID iD\nKEYWORD,physics,0000-0002-1825-0097\nNAME,A. L.,0000-0001-5109-3700\n";
    let rows =
        [staff("1", ADA, "Lecturer", ""), staff("2", ADA, "Dean", ""), staff("3", BEN, "Lecturer", "")];
    let inputs_of = |world: &World| {
        [
            world.file("staff.csv", &table(&rows)),
            world.file("works.jsonl", &(1..=3).map(work).collect::<String>()),
            world.file("people.csv", people),
        ]
    };
    let undisturbed = World::new();
    undisturbed.try_push(&inputs_of(&undisturbed));
    let requests = undisturbed.registry.log().len();
    assert!(requests > 8, "{requests}");
    // Each request in turn is the last one of a queue: before it goes, and after it was carried out.
    for number in 1..=requests {
        for trouble in [Trouble::KillBefore, Trouble::KillAfter] {
            let world = World::new();
            let inputs = inputs_of(&world);
            world.registry.trouble(number, trouble.clone());
            let killed = catch_unwind(AssertUnwindSafe(|| world.try_push(&inputs)));
            assert!(killed.is_err(), "request {number}");

            let pushed = world.try_push(&inputs);

            assert!(
                pushed.rows.iter().all(|row| row.state == State::InOrcid),
                "{number} {trouble:?}: {:?}",
                pushed.rows
            );
            let mut items: Vec<String> =
                world.registry.items().iter().map(|item| format!("{} {}", item.orcid, item.xml)).collect();
            items.sort();
            items.dedup();
            assert_eq!((items.len(), world.registry.items().len()), (8, 8), "{number} {trouble:?}");
            let mut codes: Vec<(String, Option<i64>)> =
                pushed.rows.iter().map(|row| (row.section.clone(), row.put_code)).collect();
            codes.sort();
            codes.dedup();
            assert_eq!(codes.len(), 8);
        }
    }
}

#[test]
fn a_deletion_or_change_that_was_killed_is_done_once() {
    for (request, trouble) in [(1, Trouble::KillBefore), (1, Trouble::KillAfter), (1, Trouble::LostAfter)] {
        for role in ["Dean", "Lecturer"] {
            let world = World::new();
            let path = world.file("staff.csv", &table(&[staff("1", ADA, "Lecturer", "")]));
            world.push(&path);
            let before = world.registry.log().len();
            let delete = if role == "Lecturer" { "y" } else { "" };
            world.file("staff.csv", &table(&[staff("1", ADA, role, delete)]));
            world.registry.trouble(before + request, trouble.clone());
            let _ = catch_unwind(AssertUnwindSafe(|| world.try_push(std::slice::from_ref(&path))));

            let rows = world.push(&path);

            let expected = if delete.is_empty() { State::InOrcid } else { State::Deleted };
            assert_eq!(rows[0].state, expected, "{trouble:?} {role}");
            assert_eq!(world.registry.items().len(), usize::from(delete.is_empty()));
        }
    }
}

#[test]
fn a_deletion_whose_program_was_killed_does_not_count_as_the_persons_own() {
    let world = World::new();
    let path = world.file("staff.csv", &table(&[staff("1", ADA, "Lecturer", "")]));
    world.push(&path);
    world.file("staff.csv", &table(&[staff("1", ADA, "Lecturer", "y")]));
    world.registry.trouble(world.registry.log().len() + 1, Trouble::KillAfter);
    assert!(catch_unwind(AssertUnwindSafe(|| world.try_push(std::slice::from_ref(&path)))).is_err());

    world.file("staff.csv", &table(&[staff("1", ADA, "Lecturer", "")]));
    let rows = world.push(&path);

    assert_eq!((rows[0].state, rows[0].done), (State::InOrcid, "added"), "{rows:?}");
    assert_eq!(world.registry.items().len(), 1);
}

#[test]
fn a_bulk_that_was_refused_or_lost_is_sent_with_the_same_care() {
    let all = || {
        let one = |number: usize| work(&format!("W{number}"), &format!("10.1/{number}"), "self");
        let works: Vec<String> =
            (0..5).map(one).map(|xml| xml.split_once("?>").unwrap().1.to_owned()).collect();
        format!("<bulk:bulk xmlns:bulk=\"b\">{}</bulk:bulk>", works.concat())
    };
    for trouble in [
        Trouble::LostAfter,
        Trouble::LostBefore,
        Trouble::Status(413, Some(9006)),
        Trouble::Status(400, Some(9001)),
        Trouble::Status(500, Some(9008)),
        Trouble::Html(403),
    ] {
        let world = World::new();
        let path = world.file(&format!("{ADA}.xml"), &all());
        world.registry.trouble(2, trouble.clone());

        let rows = world.push(&path);

        assert!(rows.iter().all(|row| row.state == State::InOrcid), "{trouble:?}: {rows:?}");
        assert_eq!(world.registry.items().len(), 5, "{trouble:?}");
    }
}

#[test]
fn a_state_folder_that_was_lost_doubles_nothing() {
    let world = World::new();
    let inputs = [
        world.file("staff.csv", &table(&[staff("1", ADA, "A", ""), staff("2", ADA, "B", "")])),
        world.file("people.csv", &format!("Type,Value,ORCID iD\nKEYWORD,physics,{ADA}\nCOUNTRY,NZ,{ADA}\n")),
        world.file(&format!("{ADA}_work.xml"), &work("W", "10.1/a", "self")),
    ];
    world.try_push(&inputs);
    fs::remove_dir_all(world.state()).unwrap();

    let pushed = world.try_push(&inputs);

    assert!(
        pushed.rows.iter().all(|row| row.state == State::InOrcid && row.done == "found"),
        "{:?}",
        pushed.rows
    );
    assert_eq!(world.registry.items().len(), 5);
}
