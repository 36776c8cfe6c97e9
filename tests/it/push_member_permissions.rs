//! `push` without a permission at the local ORCID's Member API: tokens that were revoked, are of others
//! or allow less, and closed records. No token is left in the open.

use std::path::Path;

use crate::support::members::{CLIENT, Members, employment, table};

#[test]
fn a_token_that_was_revoked_stops_the_queue_of_its_person_and_of_nobody_else() {
    let members = Members::new(2);
    let [ada, ben] = [members.people[0].clone(), members.people[1].clone()];
    let rows = [employment("1", &ada, "A"), employment("2", &ada, "B"), employment("3", &ben, "C")];
    let path = members.file("staff.csv", &table(&rows));
    members.orcid.oauth(|oauth| oauth.grants.user_revokes(&ada, CLIENT));

    let rows = members.pushed(&[&path], &[]);

    let states: Vec<&str> = rows.iter().map(|row| row.state.as_str()).collect();
    assert_eq!(states, ["permission lost", "permission lost", "in ORCID"]);
    let of_ada =
        members.orcid.member(|api| api.calls.0.iter().filter(|call| call.path.contains(&ada)).count());
    assert_eq!(of_ada, 1, "one request, and no repeat");
    members.write_tokens(&members.people);
    assert!(members.pushed(&[&path], &[]).iter().all(|row| row.state == "in ORCID"));
    // What was written can still be deleted after the permission is withdrawn.
    members.orcid.oauth(|oauth| oauth.grants.user_revokes(&ada, CLIENT));
    let rows = members.pushed(&[&path], &["--delete"]);
    assert!(rows.iter().all(|row| row.state == "deleted"), "{rows:?}");
}

#[test]
fn the_token_of_another_person_is_a_fault_and_no_lost_permission() {
    let members = Members::new(2);
    let [ada, ben] = [members.people[0].clone(), members.people[1].clone()];
    let of_ben = members.token(&ben, &["/activities/update"]);
    members.write_table_of_tokens(&format!("orcid,token,scopes\n{ada},{of_ben},/activities/update\n"));
    let path = members.file("staff.csv", &table(&[employment("1", &ada, "A")]));

    let output = members.push(&[&path], &[]);

    let rows = members.report();
    assert_eq!((rows[0].state.as_str(), rows[0].code.as_str()), ("no permission", "9017"), "{rows:?}");
    assert!(rows[0].reason.contains("not one for this record"), "{rows:?}");
    let shown = format!(
        "{}{}{rows:?}",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(!shown.contains(&of_ben));
    assert!(members.all_own().is_empty());
}

#[test]
fn a_scope_that_was_not_given_and_records_that_are_closed_have_their_states() {
    let members = Members::new(5);
    let people = members.people.clone();
    let read_only = members.token(&people[0], &["/read-limited"]);
    let text = std::fs::read_to_string(members.path("tokens.csv")).unwrap();
    // The table says more than the token can do.
    let text: String = text
        .lines()
        .map(|line| match line.starts_with(&people[0]) {
            true => format!("{},{read_only},/activities/update\n", people[0]),
            false => format!("{line}\n"),
        })
        .collect();
    members.write_table_of_tokens(&text);
    members.orcid.change(|world| {
        world.lock(&people[1]);
        world.deactivate(&people[2]);
        world.deprecate(&people[3], &people[4]);
    });
    let rows: Vec<String> = people.iter().map(|person| employment("1", person, "A")).collect();
    let path = members.file("staff.csv", &table(&rows));

    let rows = members.pushed(&[&path], &[]);

    let states: Vec<(&str, &str)> = rows.iter().map(|row| (row.state.as_str(), row.code.as_str())).collect();
    assert_eq!(
        states,
        [
            ("no permission", "9038"),
            ("record closed", "9018"),
            ("record closed", "9044"),
            ("record closed", "9007"),
            ("in ORCID", "")
        ],
        "{rows:#?}"
    );
}

#[test]
fn no_token_is_left_in_logs_reports_or_the_state_folder() {
    let members = Members::new(2);
    let path = members.file(
        "staff.csv",
        &table(&[employment("1", &members.people[0], "A"), employment("2", &members.people[1], "B")]),
    );
    members.orcid.oauth(|oauth| oauth.grants.user_revokes(&members.people[1], CLIENT));
    let log = members.path("log.txt");

    let output = members.push(&[&path], &["--log-file", log.to_str().unwrap()]);

    let tokens = std::fs::read_to_string(members.path("tokens.csv")).unwrap();
    let tokens: Vec<&str> = tokens.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    let mut shown = [output.stdout, output.stderr].concat();
    for file in ["report.csv", "log.txt", "state/push.sqlite3", "state/push.sqlite3-wal"] {
        shown.extend(std::fs::read(members.path(file)).unwrap_or_default());
    }
    assert!(shown.len() > 4_000 && tokens.len() == 2);
    for token in tokens {
        assert!(!shown.windows(token.len()).any(|part| part == token.as_bytes()));
    }
    assert!(Path::new(&log).is_file());
}
