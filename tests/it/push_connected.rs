//! `push` with the permissions that people gave in the portal.

use std::fs;
use std::process::Output;

use crate::support::members::{HEADER, ROR};
use crate::support::orcidlake;
use crate::support::portal::{CLIENT_ID, SOMEBODY, TestPortal};

fn row(role: &str) -> String {
    format!("{HEADER}r1,{SOMEBODY},staff,{role},2020-01,Example University,Wellington,NZ,{ROR},ROR,\n")
}

fn push(portal: &TestPortal, text: &str, more: &[&str]) -> Output {
    let items = portal.folder.path().join("items.csv");
    fs::write(&items, text).unwrap();
    let (state, keys) = (portal.state(), portal.keys());
    let items = items.to_str().unwrap();
    let mut command = orcidlake(&["push", items, "--client-id", CLIENT_ID]);
    command.arg("--state").arg(&state);
    command.args(["--retry-wait", "10", "--settle", "10"]).args(more);
    if !more.contains(&"--key-file") {
        command.arg("--key-file").arg(&keys);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn items(portal: &TestPortal) -> usize {
    portal.orcid.world().items(SOMEBODY).len()
}

#[test]
fn what_people_permitted_in_the_portal_is_written_and_deleted_with_their_tokens() {
    let portal = TestPortal::start();
    portal.orcid.member(|member| member.organizations.add("ROR", ROR));
    let api = portal.orcid.api_url();
    let nobody_yet = push(&portal, &row("Reader"), &["--api-url", &api]);
    assert_eq!(nobody_yet.status.code(), Some(1), "{}", said(&nobody_yet));
    assert!(said(&nobody_yet).contains("no permission"), "{}", said(&nobody_yet));
    portal.connected(&portal.entered("u1"), SOMEBODY);

    let added = push(&portal, &row("Reader"), &["--api-url", &api]);

    assert_eq!(added.status.code(), Some(0), "{}", said(&added));
    assert_eq!(items(&portal), 1);
    // The table of ORCID's Affiliation Manager knows people by their mail addresses alone.
    let by_mail = format!(
        "email,affiliation-section,department-name,role-title,start-date,end-date,org-name,org-country,org-city,org-region,disambiguation-source,disambiguated-organization-identifier,external-id,external-id-type,external-id-url,url,id\n\
         U1+X@example.org,education,,Master,2010,,Example University,NZ,Wellington,,ROR,{ROR},,,,,\n"
    );
    let added = push(&portal, &by_mail, &["--api-url", &api]);
    assert_eq!(added.status.code(), Some(0), "{}", said(&added));
    assert_eq!(items(&portal), 2);

    portal.orcid.oauth(|oauth| oauth.grants.user_revokes(SOMEBODY, CLIENT_ID));
    let lost = push(&portal, &row("Professor"), &["--api-url", &api]);

    assert_eq!(lost.status.code(), Some(1), "{}", said(&lost));
    assert_eq!(portal.state_of("u1").0, "permission lost");
    let deleted = push(&portal, &row("Professor"), &["--api-url", &api, "--delete"]);
    assert_eq!(deleted.status.code(), Some(0), "{}", said(&deleted));
    assert_eq!(items(&portal), 1);
}

#[test]
fn tokens_go_only_to_the_server_that_gave_them_and_need_their_key() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);

    for (more, says) in [
        (&["--api-url", "https://api.orcid.org/v3.0"][..], "not for https://api.orcid.org/v3.0"),
        (&["--sandbox"], "not for https://api.sandbox.orcid.org/v3.0"),
        (&["--api-url", "http://127.0.0.1:9/v3.0", "--key-file", "/no/such/keys"], "/no/such/keys"),
    ] {
        let refused = push(&portal, &row("Reader"), more);

        assert_eq!(refused.status.code(), Some(2), "{more:?}: {}", said(&refused));
        assert!(said(&refused).contains(says), "{more:?}: {}", said(&refused));
    }
}

#[test]
fn items_go_to_the_server_of_the_portal_where_no_other_is_named() {
    let portal = TestPortal::start();
    portal.connected(&portal.entered("u1"), SOMEBODY);

    let pushed = push(&portal, &row("Reader"), &[]);

    assert_eq!(pushed.status.code(), Some(0), "{}", said(&pushed));
    assert_eq!(items(&portal), 1);
}
