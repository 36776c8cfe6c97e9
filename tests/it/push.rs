//! Items are written once, changed when they change, and deleted when that is asked for; each row
//! ends in the state that its answer leads to.

use orcid_api::member::Section;
use orcidlake::push::{State, dry_run, status};

use crate::support::push::{ADA, BEN, HEADER, World, staff, states, table, work};
use crate::support::registry::{CLIENT, OTHER_CLIENT, Trouble};

#[test]
fn a_row_is_added_once_changed_when_it_changes_and_deleted_when_asked() {
    let world = World::new();
    let path = world.file("staff.csv", &table(&[staff("1", ADA, "Lecturer", "")]));

    let added = world.push(&path);
    assert_eq!((added[0].state, added[0].done, added[0].put_code), (State::InOrcid, "added", Some(1)));
    let again = world.push(&path);
    assert_eq!((again[0].state, again[0].done), (State::InOrcid, ""));
    assert_eq!(world.registry.writes().len(), 1);

    world.file("staff.csv", &table(&[staff("1", ADA, "Professor", "")]));
    let changed = world.push(&path);
    assert_eq!((changed[0].done, changed[0].put_code), ("changed", Some(1)));
    assert_eq!(world.texts(Section::Employment, "role-title"), ["Professor"]);

    world.file("staff.csv", &table(&[staff("1", ADA, "Professor", "yes")]));
    let deleted = world.push(&path);
    assert_eq!((deleted[0].state, deleted[0].done), (State::Deleted, "deleted"));
    assert!(world.registry.items().is_empty());
    assert_eq!(world.push(&path)[0].state, State::Deleted);
    assert_eq!(world.registry.writes().len(), 3);
}

#[test]
fn what_the_person_has_removed_is_not_added_again_by_itself() {
    let mut world = World::new();
    let path = world.file("staff.csv", &table(&[staff("1", ADA, "Lecturer", "")]));
    world.push(&path);
    world.registry.remove_all();

    world.file("staff.csv", &table(&[staff("1", ADA, "Professor", "")]));
    let removed = world.push(&path);
    assert_eq!((removed[0].state, removed[0].put_code), (State::RemovedByPerson, None));
    let requests = world.registry.log().len();
    world.file("staff.csv", &table(&[staff("1", ADA, "Dean", "")]));
    assert_eq!(world.push(&path)[0].state, State::RemovedByPerson);
    assert_eq!(world.registry.log().len(), requests);

    world.options.add_removed = true;
    let added = world.push(&path);
    assert_eq!((added[0].state, added[0].done), (State::InOrcid, "added"));
}

#[test]
fn a_deletion_of_what_is_gone_counts_as_done() {
    let world = World::new();
    let path = world.file("staff.csv", &table(&[staff("1", ADA, "Lecturer", "")]));
    world.push(&path);
    world.registry.remove_all();

    world.file("staff.csv", &table(&[staff("1", ADA, "Lecturer", "1")]));
    let rows = world.push(&path);

    assert!(rows[0].state == State::RemovedByPerson && rows[0].state.is_settled(), "{rows:?}");
}

#[test]
fn a_duplicate_is_adopted_only_if_it_is_ones_own() {
    for (client, expected) in [(CLIENT, State::InOrcid), (OTHER_CLIENT, State::Refused)] {
        let world = World::new();
        let put_code = world.registry.put(ADA, Section::Work, client, &work("Old", "10.1000/X", "self"));
        let path = world.file(&format!("{ADA}.xml"), &work("New", "https://doi.org/10.1000/x", "self"));
        if client == OTHER_CLIENT {
            // ORCID compares own items only; here it names that of another, which must stay as it is.
            world.registry.trouble(2, Trouble::Status(409, Some(9021)));
        }

        let rows = world.push(&path);

        assert_eq!(rows[0].state, expected, "{rows:?}");
        let titles = world.texts(Section::Work, "common:title");
        match expected {
            State::InOrcid => {
                assert_eq!((rows[0].put_code, titles), (Some(put_code), vec!["New".to_owned()]))
            }
            _ => assert_eq!(titles, ["Old"]),
        }
    }
}

#[test]
fn a_put_code_of_the_input_is_used_only_for_an_own_item() {
    for (client, expected) in [(CLIENT, State::InOrcid), (OTHER_CLIENT, State::Refused)] {
        let world = World::new();
        let put_code = world.registry.put(ADA, Section::Work, client, &work("Old", "10.1/a", "self"));
        let text = format!("orcid,file,put-code\n{ADA},new.xml,{put_code}\n");
        let path = world.file("works.csv", &text);
        world.file("new.xml", &work("New", "10.1/b", "self"));

        let rows = world.push(&path);

        assert_eq!(rows[0].state, expected, "{rows:?}");
        assert_eq!(world.registry.writes().len(), usize::from(client == CLIENT));
    }
}

#[test]
fn a_lost_permission_stops_the_queue_of_its_person_alone() {
    let world = World::new();
    let rows = [staff("1", ADA, "A", ""), staff("2", ADA, "B", ""), staff("3", BEN, "C", "")];
    let path = world.file("staff.csv", &table(&rows));
    world.registry.always(&format!("POST /{ADA}"), Trouble::InvalidToken);

    let rows = world.push(&path);

    assert_eq!(states(&rows), [State::PermissionLost, State::PermissionLost, State::InOrcid]);
    assert_eq!(*world.permissions.lost.lock().unwrap(), [ADA]);
    let of_ada = world.registry.log().iter().filter(|line| line.contains(ADA)).count();
    assert_eq!(of_ada, 2, "one look and one request");
    assert!(rows.iter().all(|row| !row.reason.contains("token-of")), "{rows:?}");

    // A new permission clears the state.
    world.registry.forget_troubles();
    assert_eq!(states(&world.push(&path)), [State::InOrcid; 3]);
}

#[test]
fn each_answer_leads_to_its_state_and_errors_of_the_row_are_not_repeated() {
    for (status, code, expected, requests) in [
        (400, 9001, State::Refused, 2),
        (401, 9017, State::NoPermission, 2),
        (403, 9038, State::NoPermission, 2),
        (403, 9010, State::Refused, 2),
        (404, 9016, State::RecordClosed, 2),
        (409, 9018, State::RecordClosed, 2),
        (409, 9044, State::RecordClosed, 2),
        (409, 9048, State::Refused, 2),
        (429, 9000, State::Unanswered, 1 + 6),
        // It may have been carried out: it is looked for before each repeat.
        (503, 9008, State::Unanswered, 6 + 6),
    ] {
        let world = World::new();
        let path = world.file("staff.csv", &table(&[staff("1", ADA, "Lecturer", "")]));
        world.registry.always("POST", Trouble::Status(status, Some(code)));

        let rows = world.push(&path);

        assert_eq!(rows[0].state, expected, "{status} {code}");
        assert_eq!(world.registry.log().len(), requests, "{status} {code}");
        assert!(world.permissions.lost.lock().unwrap().is_empty());
        let stored = status_of(&world);
        assert_eq!(stored, [expected], "{status} {code}");
    }
}

fn status_of(world: &World) -> Vec<State> {
    status(&world.state()).unwrap().into_iter().map(|row| row.state).collect()
}

#[test]
fn a_refused_row_is_sent_again_when_it_changes_or_when_asked() {
    let mut world = World::new();
    let path = world.file("staff.csv", &table(&[staff("1", ADA, "Lecturer", "")]));
    world.registry.always("POST", Trouble::Status(400, Some(9045)));
    world.push(&path);
    world.registry.forget_troubles();
    let requests = world.registry.log().len();

    assert_eq!(states(&world.push(&path)), [State::Refused]);
    assert_eq!(world.registry.log().len(), requests);
    world.options.retry_refused = true;
    assert_eq!(states(&world.push(&path)), [State::InOrcid]);
}

#[test]
fn invalid_rows_are_left_out_and_named_before_anything_is_sent() {
    let world = World::new();
    let text = format!(
        "{HEADER}1,{ADA},staff,A,2020-13,,ACME,,NZ,,,\n2,0000-0002-1825-0098,staff,B,,,ACME,W,NZ,1,ROR,\n3,{ADA},job,C,,,ACME,W,NZ,1,ROR,\n{}",
        staff("4", ADA, "D", "")
    );
    let path = world.file("staff.csv", &text);

    let rows = world.push(&path);

    assert_eq!(states(&rows), [State::Invalid, State::Invalid, State::Invalid, State::InOrcid]);
    assert!(rows[0].reason.contains("line 2, Start Date: \"13\" is not a month"), "{}", rows[0].reason);
    assert!(rows[1].reason.contains("mistyped"), "{}", rows[1].reason);
    assert!(rows[2].reason.contains("no kind of affiliation"), "{}", rows[2].reason);
}

#[test]
fn two_rows_of_one_item_are_not_both_sent() {
    let world = World::new();
    let path = world.file(
        "staff.csv",
        &table(&[
            staff("1", ADA, "A", ""),
            staff("1", ADA, "B", ""),
            staff("2", ADA, "A", ""),
            staff("2", BEN, "A", ""),
        ]),
    );

    let rows = world.push(&path);

    assert_eq!(states(&rows), [State::InOrcid, State::Invalid, State::Invalid, State::InOrcid]);
    assert!(rows[1].reason.contains("same id"), "{}", rows[1].reason);
    assert!(rows[2].reason.contains("same item"), "{}", rows[2].reason);
}

#[test]
fn works_go_in_bulks_of_a_hundred() {
    let world = World::new();
    let works: String = (0..120)
        .map(|number| format!("{{\"orcid\":\"{ADA}\",\"section\":\"work\",\"item\":{{\"title\":{{\"title\":\"W{number}\"}},\"type\":\"book\",\"external-ids\":{{\"external-id\":[{{\"external-id-type\":\"doi\",\"external-id-value\":\"10.1/{number}\",\"external-id-relationship\":\"self\"}}]}}}}}}\n"))
        .collect();
    let path = world.file("works.jsonl", &works);

    let rows = world.push(&path);

    assert!(rows.iter().all(|row| row.state == State::InOrcid));
    assert_eq!(world.registry.writes(), [format!("POST /{ADA}/works"), format!("POST /{ADA}/works")]);
    let titles = world.texts(Section::Work, "common:title");
    for row in &rows {
        let place = row.put_code.unwrap() as usize - 1;
        assert_eq!(titles[place], format!("W{}", row.line - 1));
    }
}

#[test]
fn rows_of_the_affiliation_manager_are_led_to_people_by_their_addresses() {
    let mut world = World::new();
    world.permissions.emails.insert("ada@example.org".to_owned(), ADA.to_owned());
    let header = "email,affiliation-section,department-name,role-title,start-date,end-date,org-name,org-country,org-city,org-region,disambiguation-source,disambiguated-organization-identifier,external-id,external-id-type,external-id-url,url,id\n";
    let row = |email: &str, id: &str| {
        format!("{email},education,,PhD,2019,,ACME,NZ,Wellington,,ROR,https://ror.org/0040r6f76,,,,,{id}\n")
    };
    let path = world
        .file("a.csv", &format!("{header}{}{}", row("Ada@example.org", "a1"), row("ben@example.org", "a2")));

    let rows = world.push(&path);

    assert_eq!(states(&rows), [State::InOrcid, State::NoPermission]);
    assert_eq!(rows[0].orcid, ADA);
    // A row with nothing but its id asks to delete.
    let path = world.file("a.csv", &format!("{header}{empty}a1\n{empty}a9\n", empty = ",".repeat(16)));
    assert_eq!(states(&world.push(&path)), [State::Deleted, State::Invalid]);
    assert!(world.registry.items().is_empty());
}

#[test]
fn a_dry_run_says_what_would_be_done_and_changes_nothing() {
    let world = World::new();
    let path = world.file(
        "staff.csv",
        &table(&[staff("1", ADA, "A", ""), staff("2", ADA, "B", ""), staff("3", ADA, "C", "")]),
    );
    world.push(&path);
    let rows = [
        staff("1", ADA, "A", ""),
        staff("2", ADA, "New", ""),
        staff("3", ADA, "C", "y"),
        staff("4", BEN, "D", ""),
    ];
    world.file("staff.csv", &table(&rows));
    let requests = world.registry.log().len();

    let rows = dry_run(&[path], &world.settings(), Some(&world.permissions), None).unwrap();

    let told: Vec<&str> = rows.iter().map(|row| row.done).collect();
    assert_eq!(told, ["", "would change", "would delete", "would add"]);
    assert_eq!(world.registry.log().len(), requests);
    assert_eq!(status_of(&world).len(), 3);
}

#[test]
fn a_person_without_permission_gets_nothing() {
    let mut world = World::new();
    world.permissions.without.push(ADA.to_owned());
    let path = world.file("staff.csv", &table(&[staff("1", ADA, "A", ""), staff("2", BEN, "A", "")]));

    assert_eq!(states(&world.push(&path)), [State::NoPermission, State::InOrcid]);
    assert!(world.registry.log().iter().all(|line| !line.contains(ADA)));
}
