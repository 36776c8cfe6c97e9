//! `push` against the local ORCID's Member API: what each answer leads to, section by section.

use std::time::Duration;

use orcid_mock::{EffectKind, Item, MemberLimits, Section, WriteFault};

use crate::support::members::{Members, ROR, employment, table, work};
use crate::support::orcidlake as program;

fn text_of(item: &Item, path: &[&str]) -> String {
    item.body.text_at(path).map(|text| text.to_string()).unwrap_or_default()
}

#[test]
fn an_employment_is_added_changed_and_deleted_under_its_put_code() {
    let members = Members::new(1);
    let person = &members.people[0].clone();
    let path = members.file("staff.csv", &table(&[employment("1", person, "Lecturer")]));

    let added = members.pushed(&[&path], &[]);
    let item = members.own(person, Section::Employment).remove(0);
    assert_eq!((added[0].state.as_str(), added[0].put_code), ("in ORCID", Some(item.put_code)));
    assert_eq!(
        text_of(
            &item,
            &["organization", "disambiguated-organization", "disambiguated-organization-identifier"]
        ),
        ROR
    );

    members.file("staff.csv", &table(&[employment("1", person, "Professor")]));
    assert_eq!(members.pushed(&[&path], &[])[0].done, "changed");
    assert_eq!(text_of(&members.own(person, Section::Employment)[0], &["role-title"]), "Professor");
    let writes = members.orcid.member(|api| api.calls.writes().count());
    members.pushed(&[&path], &[]);
    assert_eq!(members.orcid.member(|api| api.calls.writes().count()), writes);

    assert_eq!(members.pushed(&[&path], &["--delete"])[0].state, "deleted");
    assert!(members.own(person, Section::Employment).is_empty());
}

#[test]
fn every_section_is_written_as_orcid_takes_it() {
    let members = Members::new(1);
    let person = members.people[0].clone();
    let organization = format!(
        r#"{{"name": "ORCID", "address": {{"city": "Bethesda", "country": "US"}}, "disambiguated-organization": {{"disambiguated-organization-identifier": "{ROR}", "disambiguation-source": "ROR"}}}}"#
    );
    let ids = |value: &str| {
        format!(
            r#"{{"external-id": [{{"external-id-type": "source-work-id", "external-id-value": "{value}", "external-id-relationship": "self"}}]}}"#
        )
    };
    let mut lines = String::new();
    for kind in [
        "employment",
        "education",
        "qualification",
        "invited-position",
        "distinction",
        "membership",
        "service",
    ] {
        lines += &format!(
            "{{\"orcid\": \"{person}\", \"{kind}\": {{\"organization\": {organization}, \"role-title\": \"{kind}\", \"start-date\": {{\"year\": {{\"value\": \"2019\"}}}}}}}}\n"
        );
    }
    lines += &work("w", &person, "Work", "10.1000/w");
    lines += &format!(
        "{{\"orcid\": \"{person}\", \"funding\": {{\"type\": \"grant\", \"title\": {{\"title\": {{\"value\": \"Grant\"}}}}, \"amount\": {{\"value\": \"1234.50\", \"currency-code\": \"EUR\"}}, \"external-ids\": {}, \"organization\": {organization}}}}}\n",
        ids("f")
    );
    lines += &format!(
        "{{\"orcid\": \"{person}\", \"peer-review\": {{\"reviewer-role\": \"reviewer\", \"review-identifiers\": {}, \"review-type\": \"review\", \"review-completion-date\": {{\"year\": {{\"value\": \"2021\"}}}}, \"review-group-id\": \"issn:0953-1513\", \"convening-organization\": {organization}}}}}\n",
        ids("p")
    );
    lines += &format!(
        "{{\"orcid\": \"{person}\", \"research-resource\": {{\"proposal\": {{\"title\": {{\"title\": {{\"value\": \"Use\"}}}}, \"hosts\": {{\"organization\": [{organization}]}}, \"external-ids\": {ids}}}, \"resource-items\": {{\"resource-item\": [{{\"resource-name\": \"Telescope\", \"resource-type\": \"equipment\", \"hosts\": {{\"organization\": [{organization}]}}, \"external-ids\": {ids}}}]}}}}}}\n",
        ids = ids("r")
    );
    let items = members.file("items.jsonl", &lines);
    let people = members.file(
        "people.csv",
        &format!(
            "Type,Name,Value,Url,ORCID iD\nKEYWORD,,physics,,{person}\nNAME,,A. Byron,,{person}\nURL,Site,https://a.example/x,,{person}\nCOUNTRY,,New Zealand,,{person}\nScopus Author ID,,77,https://s.example/77,{person}\n"
        ),
    );

    let rows = members.pushed(&[&items, &people], &[]);

    assert!(rows.iter().all(|row| row.state == "in ORCID" && row.done == "added"), "{rows:#?}");
    assert_eq!(members.all_own().len(), 16);
    // What was written is as it was asked for: nothing is sent again, and a lost state folder finds all.
    let writes = members.orcid.member(|api| api.calls.writes().count());
    members.pushed(&[&items, &people], &[]);
    assert_eq!(members.orcid.member(|api| api.calls.writes().count()), writes);
    std::fs::remove_dir_all(members.path("state")).unwrap();
    let found = members.pushed(&[&items, &people], &[]);
    assert!(found.iter().all(|row| row.state == "in ORCID" && row.done == "found"), "{found:#?}");
    assert_eq!(members.all_own().len(), 16);
    assert_eq!(members.orcid.member(|api| api.calls.created()), 16);
}

#[test]
fn a_post_without_answer_is_looked_for() {
    for fault in [
        WriteFault::CutAfter,
        WriteFault::CutBefore,
        WriteFault::AnswerLost(502),
        WriteFault::AnswerLost(403),
        WriteFault::Refused(503),
        WriteFault::AnsweredLate(Duration::from_millis(1_500)),
        WriteFault::WrittenLate(Duration::from_millis(1_500)),
    ] {
        let members = Members::new(1);
        let person = members.people[0].clone();
        members.orcid.member(|api| api.faults.add("POST", "", fault.clone(), 0, 1));
        let staff = members.file("staff.csv", &table(&[employment("1", &person, "Lecturer")]));

        let rows = members.pushed(&[&staff], &["--timeout", "1", "--settle", "2000"]);

        assert_eq!(rows[0].state, "in ORCID", "{fault:?}: {rows:?}");
        assert_eq!(members.own(&person, Section::Employment).len(), 1, "{fault:?}");
        assert_eq!(members.orcid.member(|api| api.calls.created()), 1, "{fault:?}");
    }
}

#[test]
fn an_organization_that_orcid_does_not_know_is_refused_once() {
    let members = Members::new(1);
    let person = members.people[0].clone();
    let row = employment("1", &person, "A").replace(ROR, "https://ror.org/0000000unknown");
    let path = members.file("staff.csv", &table(&[row]));

    let rows = members.pushed(&[&path], &[]);

    assert_eq!((rows[0].state.as_str(), rows[0].code.as_str()), ("refused", "9045"));
    assert_eq!(members.orcid.member(|api| api.calls.writes().count()), 1);
    members.pushed(&[&path], &[]);
    assert_eq!(members.orcid.member(|api| api.calls.writes().count()), 1);
}

#[test]
fn a_work_with_a_doi_in_another_spelling_is_the_same_and_one_of_another_client_is_not() {
    let members = Members::new(1);
    let person = members.people[0].clone();
    let first = members.file("first.jsonl", &work("1", &person, "Old", "10.1000/X"));
    members.pushed(&[&first], &[]);
    std::fs::remove_dir_all(members.path("state")).unwrap();

    let second = members.file("second.jsonl", &work("2", &person, "New", "https://doi.org/10.1000/x"));
    let rows = members.pushed(&[&second], &[]);

    assert_eq!((rows[0].state.as_str(), rows[0].done.as_str()), ("in ORCID", "found"), "{rows:?}");
    let works = members.own(&person, Section::Work);
    assert_eq!((works.len(), text_of(&works[0], &["title", "title"]).as_str()), (1, "New"));
}

#[test]
fn what_the_person_deletes_is_not_added_again() {
    let members = Members::new(1);
    let person = members.people[0].clone();
    let path = members.file("staff.csv", &table(&[employment("1", &person, "A")]));
    let put_code = members.pushed(&[&path], &[])[0].put_code.unwrap();
    members.orcid.change(|world| world.remove_item(&person, "employment", put_code));
    members.file("staff.csv", &table(&[employment("1", &person, "B")]));

    let rows = members.pushed(&[&path], &[]);
    assert_eq!(
        (rows[0].state.as_str(), rows[0].code.as_str()),
        ("removed by the person", "9016"),
        "{rows:?}"
    );
    assert_eq!(members.pushed(&[&path], &[])[0].state, "removed by the person");
    assert!(members.own(&person, Section::Employment).is_empty());
    assert_eq!(members.pushed(&[&path], &["--delete"])[0].state, "removed by the person");
    assert_eq!(members.pushed(&[&path], &["--add-removed"])[0].done, "added");
}

#[test]
fn works_go_in_bulks_and_a_faulty_one_does_not_hold_up_the_others() {
    for too_many in [400, 413] {
        let members = Members::new(1);
        let person = members.people[0].clone();
        members.orcid.member(|api| api.switches.too_many_in_bulk = too_many);
        let lines: String = (0..105)
            .map(|number| {
                work(&number.to_string(), &person, &format!("W{number}"), &format!("10.1000/{number}"))
            })
            .collect();
        let path = members.file("works.jsonl", &lines);

        let rows = members.pushed(&[&path], &[]);

        assert!(rows.iter().all(|row| row.state == "in ORCID"), "{rows:?}");
        let own = members.own(&person, Section::Work);
        assert_eq!(own.len(), 105);
        let posts = members.orcid.member(|api| api.calls.writes().count());
        assert_eq!(posts, 2);
        for row in &rows {
            let item = own.iter().find(|item| Some(item.put_code) == row.put_code);
            assert_eq!(text_of(item.unwrap(), &["title", "title"]), format!("W{}", row.id));
        }
    }
}

#[test]
fn a_bulk_without_answer_doubles_nothing() {
    for fault in
        [WriteFault::CutAfter, WriteFault::CutBefore, WriteFault::AnswerLost(504), WriteFault::Refused(503)]
    {
        let members = Members::new(1);
        let person = members.people[0].clone();
        members.orcid.member(|api| api.faults.add("POST", "works", fault.clone(), 0, 1));
        let lines: String = (0..7)
            .map(|number| work(&number.to_string(), &person, "W", &format!("10.1000/{number}")))
            .collect();
        let path = members.file("works.jsonl", &lines);

        let rows = members.pushed(&[&path], &[]);

        assert!(rows.iter().all(|row| row.state == "in ORCID"), "{fault:?}: {rows:?}");
        assert_eq!(members.own(&person, Section::Work).len(), 7, "{fault:?}");
    }
}

#[test]
fn the_pace_is_that_of_a_member_over_all_workers_and_restarts() {
    let members = Members::new(12);
    members.orcid.member(|api| api.set_limits(MemberLimits::orcid()));
    let rows: Vec<String> = members
        .people
        .iter()
        .flat_map(|person| [employment("1", person, "A"), employment("2", person, "B")])
        .collect();
    let path = members.file("staff.csv", &table(&rows));

    let rows = members.pushed(&[&path], &[]);
    assert!(rows.iter().all(|row| row.state == "in ORCID"));
    members.pushed(&[&path], &["--delete"]);

    members.assert_rate_is_kept();
    let deleted = members
        .orcid
        .member(|api| api.calls.effects().filter(|effect| effect.kind == EffectKind::Deleted).count());
    assert_eq!(deleted, 24);
}

#[test]
fn an_organization_without_an_id_gets_its_ror_if_the_match_is_exact() {
    let members = Members::new(1);
    let person = members.people[0].clone();
    let release = orcid_synth::write_ror(50, members.folder.path()).unwrap();
    let known = ror_match::Release::read(&release).unwrap();
    let chosen = known
        .organizations
        .iter()
        .find(|one| {
            let name = one.display_name();
            let same = known.organizations.iter().filter(|other| other.display_name() == name).count();
            one.status == ror_match::Status::Active
                && same == 1
                && one.places.first().is_some_and(|place| place.city.is_some())
        })
        .unwrap();
    let (city, country) = (chosen.places[0].city.clone().unwrap(), chosen.country().code().to_owned());
    members.orcid.member(|api| api.organizations.add("ROR", &chosen.id.to_string()));
    let row =
        |id: &str, name: &str| format!("{id},{person},staff,{id},2020,\"{name}\",\"{city}\",{country},,,\n");
    let rows = [row("1", chosen.display_name()), row("2", &format!("{} Annex Thing", chosen.display_name()))];
    let path = members.file("staff.csv", &table(&rows));

    let rows = members.pushed(&[&path], &["--ror-release", release.to_str().unwrap()]);

    assert_eq!(rows[0].state, "in ORCID", "{rows:?}");
    assert!(rows[0].notes.contains(&chosen.id.to_string()), "{rows:?}");
    assert_eq!((rows[1].state.as_str(), rows[1].notes.as_str()), ("invalid", ""), "{rows:?}");
    assert!(rows[1].reason.contains("9045"), "{rows:?}");
}

#[test]
fn a_dry_run_and_the_status_ask_nobody() {
    let members = Members::new(1);
    let path = members.file("staff.csv", &table(&[employment("1", &members.people[0], "A")]));

    let rows = members.pushed(&[&path], &["--dry-run"]);
    assert_eq!((rows[0].state.as_str(), rows[0].done.as_str()), ("waiting", "would add"));
    assert!(!members.path("state").exists());
    assert!(members.orcid.member(|api| api.calls.0.is_empty()));

    members.pushed(&[&path], &[]);
    let output = program(&["push", "--status", "--json", "--state", members.path("state").to_str().unwrap()])
        .output()
        .unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["states"]["in ORCID"], 1);
}
