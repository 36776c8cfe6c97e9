//! `push` in every mode of the local ORCID's Member API: what is not known of ORCID may be either
//! way, and each row must end in its state.

use orcid_mock::{MemberSwitches, Section};

use crate::support::members::{HEADER, Members, ROR, employment, work};

/// Sets a switch.
type Set = fn(&mut MemberSwitches);

#[test]
fn rows_end_in_their_states_in_every_mode() {
    let modes: [(&str, Set); 7] = [
        ("as it is", |_| ()),
        ("too many in bulk is 413", |switches| switches.too_many_in_bulk = 413),
        ("the location is this server", |switches| switches.location_base = None),
        ("the location is another server", |switches| {
            switches.location_base = Some("https://api.orcid.example/".to_owned());
        }),
        ("what is absent is 9001", |switches| switches.schema_first = true),
        ("public clients are forbidden", |switches| switches.public_client_is_unauthorized = false),
        ("every organization is known", |switches| switches.knows_all_organizations = true),
    ];
    for (mode, set) in modes {
        let members = Members::new(1);
        let person = members.people[0].clone();
        members.orcid.member(|api| set(&mut api.switches));
        let unknown = employment("2", &person, "B").replace(ROR, "https://ror.org/05unknown9");
        let staff = members.file("staff.csv", &format!("{HEADER}{}{unknown}", employment("1", &person, "A")));
        let works = members.file(
            "works.jsonl",
            &(work("3", &person, "C", "10.1000/c") + &work("4", &person, "D", "10.1000/d")),
        );

        let rows = members.pushed(&[&staff, &works], &[]);
        let again = members.pushed(&[&staff, &works], &[]);

        let states = |rows: &[crate::support::members::Reported]| {
            rows.iter().map(|row| row.state.clone()).collect::<Vec<_>>()
        };
        let second = if mode == "every organization is known" { "in ORCID" } else { "refused" };
        assert_eq!(states(&rows), ["in ORCID", second, "in ORCID", "in ORCID"], "{mode}: {rows:#?}");
        assert_eq!(states(&again), states(&rows), "{mode}");
        let expected = 1 + usize::from(second == "in ORCID");
        assert_eq!(members.own(&person, Section::Employment).len(), expected, "{mode}");
        assert_eq!(members.own(&person, Section::Work).len(), 2, "{mode}");
        for (row, item) in rows.iter().skip(2).zip(members.own(&person, Section::Work)) {
            assert_eq!(row.put_code, Some(item.put_code), "{mode}: the last part of the location counts");
        }
    }
}

#[test]
fn a_record_that_is_full_is_told_row_by_row() {
    let members = Members::new(1);
    let person = members.people[0].clone();
    members.orcid.member(|api| api.switches.max_works = 1);
    let lines = work("1", &person, "A", "10.1000/a") + &work("2", &person, "B", "10.1000/b");
    let works = members.file("works.jsonl", &lines);

    let rows = members.pushed(&[&works], &[]);

    let states: Vec<(&str, &str)> = rows.iter().map(|row| (row.state.as_str(), row.code.as_str())).collect();
    assert_eq!(states, [("in ORCID", ""), ("refused", "9048")], "{rows:#?}");
    assert_eq!(members.own(&person, Section::Work).len(), 1);
}
