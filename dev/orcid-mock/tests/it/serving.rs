//! The local ORCID of the other tests behaves as ORCID does.

use std::collections::BTreeSet;

use crate::client::{Client, Given, ORCID_XML};
use orcid_mock::{CLIENT_ID, CLIENT_SECRET, Compression, Limits, LocalOrcid, World};
use orcid_xml::{Document, Orcid, parse};

fn start(records: u64) -> (LocalOrcid, Client) {
    (LocalOrcid::start(World::from_synth(records, 7), Limits::none()), Client::new())
}

/// How many a search finds, and the iDs of the page.
fn search(server: &LocalOrcid, client: &Client, query: &str, more: &str) -> (usize, Vec<String>) {
    let given = client.get(&search_url(server, query, more));
    assert_eq!(given.status, 200, "{query}: {}", given.text());
    let text = given.text();
    let (_, count) = text.split_once("num-found=\"").expect("a search says how many");
    let ids = text.split("<common:path>").skip(1).map(|rest| rest[..Orcid::LENGTH].to_owned());
    (count.split('"').next().unwrap().parse().unwrap(), ids.collect())
}

fn search_url(server: &LocalOrcid, query: &str, more: &str) -> String {
    let query: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("{}/search?q={query}{more}", server.api_url())
}

#[test]
fn a_token_is_given_for_the_right_secret_and_can_expire() {
    let (server, client) = start(3);
    let form = |secret| {
        [
            ("client_id", CLIENT_ID),
            ("client_secret", secret),
            ("grant_type", "client_credentials"),
            ("scope", "/read-public"),
        ]
    };
    let status = format!("{}/pubStatus", server.api_url());
    let with = |token: &str| {
        let bearer = format!("Bearer {token}");
        let search = format!("{}/search?q=*:*&start=10001", server.api_url());
        client.get_as(&search, &[("authorization", &bearer)]).unwrap()
    };

    let refused = client.post(&server.token_url(), &form("guessed"));
    let given = client.post(&server.token_url(), &form(CLIENT_SECRET));
    let token: serde_json::Value = serde_json::from_slice(&given.body).unwrap();
    let bearer = token["access_token"].as_str().unwrap();
    let valid = with(bearer).status;
    server.expire_token();
    let expired = with(bearer);

    assert_eq!(refused.status, 401);
    assert!(refused.text().contains("invalid_client"));
    assert_eq!((given.status, valid), (200, 200));
    assert_eq!(token["expires_in"], 631_138_518);
    assert_eq!(expired.status, 401);
    assert!(expired.text().contains("invalid_token"));
    assert_eq!(with(&server.issue_token()).status, 200);
    assert!(client.get(&status).text().contains("overallOk"));
}

#[test]
fn a_record_comes_as_it_is_in_the_world_and_as_xml_only() {
    let (server, client) = start(20);
    server.set_compression(Compression::Always);
    let id = server.world().active()[0];
    let url = format!("{}/{id}/record", server.api_url());

    let record = client.get(&url);
    let plain = client.get_as(&url, &[("accept", ORCID_XML), ("accept-encoding", "identity")]).unwrap();
    let json = client.get_as(&url, &[("accept", "application/json")]).unwrap();

    assert_eq!(record.text(), server.world().text(id.as_str()));
    assert_eq!(plain.body, record.body);
    assert_eq!(plain.header("content-encoding"), "");
    assert!(record.header("content-type").starts_with(ORCID_XML));
    assert_eq!(json.status, 406);
}

#[test]
fn what_is_not_shown_says_why() {
    let (server, client) = start(20);
    let ids = server.world().active();
    let id = |place: usize| ids[place].as_str();
    server.change(|world| {
        world.deprecate(id(0), id(9));
        world.lock(id(1));
        world.deactivate(id(2));
        world.unclaim(id(3));
        world.hide(id(4));
        world.remove(id(5));
    });

    let answers: Vec<Given> =
        (0..7).map(|place| client.get(&format!("{}/{}/record", server.api_url(), id(place)))).collect();

    let errors: Vec<(u16, i32)> = answers.iter().map(Given::error).collect();
    assert_eq!(
        errors,
        [(301, 9007), (409, 9018), (409, 9044), (409, 9036), (403, 9039), (404, 9016), (200, 0)]
    );
    assert_eq!(answers[0].header("location"), format!("{}/{}/record", server.api_url(), id(9)));
    assert_eq!(search(&server, &client, "*:*", "").0, ids.len() - 6);
    // The registry does not look at the standing for these.
    assert_eq!(client.get(&format!("{}/{}/distinctions", server.api_url(), id(1))).status, 200);
}

#[test]
fn every_section_and_every_activity_can_be_had() {
    let (server, client) = start(300);
    let world = server.world();
    let url = |rest: String| format!("{}/{rest}", server.api_url());

    let mut seen = BTreeSet::new();
    for (id, person) in world.people() {
        for ((kind, put_code), activity) in
            person.activities.iter().take(3).chain(person.activities.iter().rev().take(3))
        {
            let given = client.get(&url(format!("{id}/{kind}/{put_code}")));
            assert_eq!(given.body, activity.xml, "{id}/{kind}/{put_code}");
            if seen.insert(kind) {
                let section = client.get(&url(format!("{id}/{kind}s")));
                let parsed = parse(&section.body).expect("a section is XML");
                assert_eq!(parsed.unmapped, Vec::new());
                assert!(matches!(parsed.document, Document::Activities(_)));
                assert!(section.text().contains(&format!("put-code=\"{put_code}\"")));
            }
        }
    }
    let id = world.active()[0];

    assert!(seen.len() > 8, "{seen:?}");
    for unknown in ["work/1", "employment/x", "hobby/5", "hobbies", "work/5/6"] {
        assert_eq!(client.get(&url(format!("{id}/{unknown}"))).error(), (404, 9016), "{unknown}");
    }
}

#[test]
fn works_come_in_bulk_with_errors_for_those_that_are_not_there() {
    let (server, client) = start(40);
    let world = server.world();
    let ids = world.active();
    let id = ids.iter().find(|id| world.put_codes(id.as_str(), "works").len() > 2).unwrap().as_str();
    let codes = world.put_codes(id, "works");
    server.change(|world| world.hide_activity(id, "work", codes[1]));
    let bulk = |codes: &[i64]| {
        let codes: Vec<String> = codes.iter().map(i64::to_string).collect();
        client.get(&format!("{}/{id}/works/{}", server.api_url(), codes.join(",")))
    };

    let some = bulk(&[codes[0], 5, codes[1], codes[2]]);
    let many = bulk(&vec![codes[0]; 101]);

    let parsed = parse(&some.body).unwrap();
    assert_eq!(parsed.unmapped, Vec::new());
    let Document::Bulk(entries) = parsed.document else { panic!("not bulk") };
    let kinds: Vec<Result<i64, i32>> = entries
        .iter()
        .map(|entry| match entry {
            Ok(work) => Ok(work.element.put_code.unwrap()),
            Err(stub) => Err(stub.error_code.unwrap()),
        })
        .collect();
    assert_eq!(kinds, [Ok(codes[0]), Err(9016), Err(9039), Ok(codes[2])]);
    assert_eq!(many.error(), (400, 9042));
    assert_eq!(bulk(&vec![codes[0]; 100]).status, 200);
}

#[test]
fn a_search_by_date_finds_each_record_in_one_window() {
    let (server, client) = start(60);
    let world = server.world();
    let mut dates: Vec<i64> = world.people().filter_map(|(_, person)| person.facts.last_modified).collect();
    dates.sort_unstable();
    let middle = orcid_mock::instants::iso(dates[dates.len() / 2]);
    let field = "profile-last-modified-date";
    let found = |range: &str| search(&server, &client, &format!("{field}:{range}"), "&rows=0").0;

    let before = found(&format!("[* TO {middle}}}"));
    let after = found(&format!("[{middle} TO NOW]"));

    assert_eq!(before, dates.len() / 2);
    assert_eq!(before + after, dates.len());
    assert_eq!(found(&format!("[{middle} TO {middle}]")), 1);
    assert_eq!(found(&format!("{{{middle} TO {middle}]")), 0);
    assert_eq!(found("[2013-01-01T00:00:00Z TO NOW-1DAY]"), dates.len());
}

#[test]
fn a_search_understands_what_a_refresh_asks() {
    let (server, client) = start(120);
    let world = server.world();
    let with = |kind: &str| {
        let people: Vec<_> = world.people().collect();
        let values = people.iter().flat_map(|(_, person)| match kind {
            "ror" => person.facts.ror.clone(),
            "grid" => person.facts.grid.clone(),
            "ringgold" => person.facts.ringgold.clone(),
            _ => person.facts.organizations.clone(),
        });
        values.into_iter().next().expect("somebody has one")
    };
    let (ror, grid, ringgold, name) = (with("ror"), with("grid"), with("ringgold"), with("name"));
    let ids = world.active();
    let count = |query: &str| search(&server, &client, query, "").0;
    let quoted = name.replace('"', "\\\"");

    assert!(count(&format!("ror-org-id:\"{ror}\"")) > 0);
    assert!(count(&format!("grid-org-id:{grid}")) > 0);
    assert!(count(&format!("ringgold-org-id:{ringgold}")) > 0);
    assert!(count(&format!("affiliation-org-name:\"{}\"", quoted.to_uppercase())) > 0);
    let all = count("*:*");
    assert_eq!(all, ids.len());
    assert_eq!(
        count(&format!("*:* AND NOT ror-org-id:\"{ror}\"")),
        all - count(&format!("ror-org-id:\"{ror}\""))
    );
    assert_eq!(count(&format!("orcid:({} OR {})", ids[0], ids[1])), 2);
    assert_eq!(count(&format!("orcid:{} OR orcid:{} AND orcid:{}", ids[0], ids[1], ids[2])), 1);
    assert_eq!(
        count(&format!(
            "(ror-org-id:\"{ror}\" OR grid-org-id:\"{grid}\") AND profile-last-modified-date:[* TO *]"
        )),
        count(&format!("grid-org-id:\"{grid}\" ror-org-id:\"{ror}\""))
    );
}

#[test]
fn a_search_is_paged_and_refuses_what_it_cannot_read() {
    let (server, client) = start(60);
    let all = server.world().active().len();
    let error = |query: &str, more: &str| client.get(&search_url(&server, query, more)).error();

    let pages: Vec<String> = (0..all)
        .step_by(7)
        .flat_map(|start| search(&server, &client, "*:*", &format!("&start={start}&rows=7")).1)
        .collect();

    let different: BTreeSet<&String> = pages.iter().collect();
    assert_eq!((pages.len(), different.len()), (all, all));
    assert_eq!(error("*:*", "&start=10001"), (400, 9043));
    assert_eq!(search(&server, &client, "*:*", "&start=10000").1.len(), 0);
    for (query, more) in [
        ("*:*", "&rows=1001"),
        ("*:*", "&start=-1"),
        ("", ""),
        ("shoe-size:44", ""),
        ("ror-org-id:https://ror.org/05a28rw58", ""),
        ("profile-last-modified-date:[2025-10-01 TO NOW]", ""),
        ("profile-last-modified-date:[2025-10-01T00:00:00Z NOW]", ""),
        ("(orcid:1", ""),
        ("orcid:1)", ""),
        ("orcid:\"1", ""),
        ("AND", ""),
    ] {
        assert_eq!(error(query, more), (400, 9006), "{query}{more}");
    }
}

#[test]
fn beyond_the_burst_the_proxy_refuses_and_beyond_the_quota_the_registry() {
    let (server, client) = start(3);
    let url = format!("{}/search?q=*:*", server.api_url());
    let statuses = |count: usize| -> Vec<u16> { (0..count).map(|_| client.get(&url).status).collect() };

    server.set_limits(Limits { per_second: Some(0.001), burst: 3.0, ..Limits::none() });
    let burst = statuses(5);
    server.set_limits(Limits { anonymous_quota: Some(6), ..Limits::none() });
    let quota = statuses(5);
    let refused = client.get(&url);
    let bearer = format!("Bearer {}", server.issue_token());
    let registered = client.get_as(&url, &[("authorization", &bearer)]).unwrap().status;
    server.reset_quota();

    assert_eq!(burst, [200, 200, 200, 503, 503]);
    assert_eq!(quota, [200, 200, 200, 429, 429]);
    assert!(refused.text().starts_with("Too Many Requests. You have exceeded the daily quota"));
    assert_eq!(refused.header("retry-after"), "");
    assert_eq!((registered, client.get(&url).status), (200, 200));
}
