//! Items are written once, changed when they change, and deleted when that is asked for, whatever
//! goes wrong in between.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use orcid_api::member::Section;
use orcidlake::push::{Access, Options, Pushed, ReportRow, Settings, State, dry_run, push, status};

use crate::support::registry::{CLIENT, Everybody, OTHER_CLIENT, Registry, TestClock, Trouble};

const ADA: &str = "0000-0002-1825-0097";
const BEN: &str = "0000-0001-5109-3700";

/// A state folder with its inputs.
struct World {
    folder: tempfile::TempDir,
    registry: Registry,
    permissions: Everybody,
    options: Options,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            registry: Registry::default(),
            permissions: Everybody::default(),
            options: Options::default(),
        }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::new(self.state(), "https://api.example/v3.0", CLIENT);
        settings.options = self.options;
        settings
    }

    fn try_push(&self, inputs: &[PathBuf]) -> Pushed {
        let clock = TestClock::default();
        let access = Access { client: &self.registry, permissions: &self.permissions, clock: &clock };
        push(inputs, &self.settings(), &access, None, &|_| {}, &AtomicBool::new(false)).unwrap()
    }

    fn push(&self, input: &Path) -> Vec<ReportRow> {
        let pushed = self.try_push(&[input.to_owned()]);
        assert!(pushed.ended_by.is_none(), "{:?}", pushed.ended_by);
        pushed.rows
    }

    /// The titles, roles or contents of a person's items.
    fn texts(&self, section: Section, tag: &str) -> Vec<String> {
        let items = self.registry.items().into_iter().filter(|item| item.section == section);
        let text = |xml: &str| Some(xml.split_once(&format!("{tag}>"))?.1.split_once('<')?.0.to_owned());
        items.filter_map(|item| text(&item.xml)).collect()
    }
}

const HEADER: &str = "Local Id,ORCID iD,Affiliation Type,Role,Start Date,End Date,Organisation,City,Country,Disambiguated Id,Disambiguation Source,Delete Record\n";

fn staff(id: &str, orcid: &str, role: &str, delete: &str) -> String {
    format!(
        "{id},{orcid},staff,{role},2020-01,,University of Wellington,Wellington,NZ,https://ror.org/0040r6f76,ROR,{delete}\n"
    )
}

fn table(rows: &[String]) -> String {
    format!("{HEADER}{}", rows.concat())
}

fn states(rows: &[ReportRow]) -> Vec<State> {
    rows.iter().map(|row| row.state).collect()
}

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

fn work(title: &str, doi: &str, relationship: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<work:work xmlns:work=\"http://www.orcid.org/ns/work\" xmlns:common=\"http://www.orcid.org/ns/common\">\n<work:title><common:title>{title}</common:title></work:title>\n<work:type>book</work:type>\n<common:external-ids><common:external-id><common:external-id-type>doi</common:external-id-type><common:external-id-value>{doi}</common:external-id-value><common:external-id-relationship>{relationship}</common:external-id-relationship></common:external-id></common:external-ids>\n</work:work>\n"
    )
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
