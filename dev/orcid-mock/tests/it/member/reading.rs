//! What a member reads with which token.

use super::client::{
    ALL, JSON, Member, OTHER, OWN, PERSON, SOMEBODY, XML, affiliation, article, employment, keyword, start,
};
use orcid_mock::{LocalOrcid, Source, Visibility, plain};
use orcid_xml::{Document, parse};

/// Employments of the person, of another client and of the own one, each public, limited
/// and private, in this order of put codes.
fn nine_employments(server: &LocalOrcid) -> Vec<i64> {
    let sources = [Source::Person, Source::client(OTHER, "Other"), Source::client(OWN, "Own")];
    let kinds = [Visibility::Public, Visibility::Limited, Visibility::Private];
    let mut codes = Vec::new();
    for source in sources {
        for visibility in kinds {
            let role = format!("{source:?} {visibility:?}").replace('"', "");
            let put = |world: &mut orcid_mock::World| {
                world.put_item(PERSON, "employment", visibility, source.clone(), &employment(&role))
            };
            codes.push(server.change(put));
        }
    }
    codes
}

#[test]
fn a_token_sees_what_is_public_its_clients_own_and_what_its_scope_adds() {
    let server = start();
    let codes = nine_employments(&server);
    let pick = |places: &[usize]| -> Vec<i64> { places.iter().map(|place| codes[*place]).collect() };
    let own = [0, 3, 6, 7, 8];

    for (scopes, person, seen) in [
        (vec!["/read-limited"], true, vec![0, 1, 3, 4, 6, 7, 8]),
        (vec!["/activities/read-limited"], true, vec![0, 1, 3, 4, 6, 7, 8]),
        (vec!["/person/read-limited"], true, own.to_vec()),
        (vec!["/activities/update"], true, own.to_vec()),
        (vec!["/read-public"], false, own.to_vec()),
    ] {
        let member = match person {
            true => Member::of(&server, OWN, PERSON, &scopes),
            false => Member::alone(&server, OWN, &scopes),
        };
        assert_eq!(member.get("employments").put_codes(), pick(&seen), "{scopes:?}");
        assert_eq!(member.get("activities").put_codes(), pick(&seen), "{scopes:?}");
        assert_eq!(member.get("record").put_codes(), pick(&seen), "{scopes:?}");
    }
    let public = Member::with(&server, "");
    assert_eq!(public.get("employments").put_codes(), pick(&[0, 3, 6]));
    assert_eq!(public.get("record").put_codes(), pick(&[0, 3, 6]));
    assert_eq!(public.get(&format!("employment/{}", codes[8])).error(), (403, 9039));
}

#[test]
fn a_single_item_that_is_not_shown_says_why() {
    let server = start();
    let codes = nine_employments(&server);
    let path = |place: usize| format!("employment/{}", codes[place]);
    let limited = Member::of(&server, OWN, PERSON, &["/read-limited"]);
    let writer = Member::of(&server, OWN, PERSON, &["/activities/update"]);

    let refused = writer.get(&path(1));

    assert_eq!(limited.get(&path(2)).error(), (403, 9013));
    assert_eq!(refused.error(), (403, 9038));
    assert!(refused.text.contains("<error:developer-message>409 Conflict"), "{}", refused.text);
    for (member, place) in [(&limited, 1), (&limited, 8), (&writer, 7), (&writer, 3)] {
        assert_eq!(member.get(&path(place)).status, 200);
    }
    assert_eq!(writer.get("employment/999999").error(), (404, 9016));
    assert_eq!(writer.get("employment/abc").error(), (400, 9034));
    assert_eq!(writer.get(&format!("employment/summary/{}", codes[6])).status, 200);
}

#[test]
fn the_token_of_one_person_does_not_open_the_record_of_another() {
    let server = start();
    let member = Member::of(&server, OWN, SOMEBODY, &ALL);

    assert_eq!(member.get("record").error(), (401, 9017));
    assert_eq!(member.post("employment", &employment("x")).error(), (401, 9017));
    assert_eq!(member.delete("employment/1").error(), (401, 9017));
    assert_eq!(member.get(&format!("/v3.0/{SOMEBODY}/record")).status, 200);
}

#[test]
fn a_token_that_does_not_work_is_refused_in_json_whatever_was_asked_for() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    server.oauth(|oauth| oauth.grants.user_revokes(PERSON, OWN));

    for said in [member.get("record"), member.post("employment", &employment("x"))] {
        assert_eq!(said.status, 401);
        assert_eq!(said.header("content-type"), "application/json;charset=UTF-8");
        assert_eq!(said.json()["error"], "invalid_token");
        let why = format!("Invalid access token: {}", member.token);
        assert_eq!(said.json()["error_description"], why.as_str());
    }
    let without = Member::with(&server, "");
    let said = without.post("employment", &employment("x"));
    assert_eq!((said.status, said.json()["error"].as_str()), (403, Some("forbidden")));
}

#[test]
fn a_permission_that_the_person_took_back_still_deletes() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let (one, two) =
        (member.created("employment", &employment("a")), member.created("employment", &employment("b")));
    let path = |code: i64| format!("employment/{code}");

    server.oauth(|oauth| oauth.grants.user_revokes(PERSON, OWN));

    assert_eq!(member.get(&path(one)).status, 401);
    assert_eq!(member.put(&path(one), &employment("c")).status, 401);
    assert_eq!(member.delete(&path(one)).status, 204);
    assert_eq!(server.world().items(PERSON).len(), 1);
    let member = Member::of(&server, OWN, PERSON, &ALL);
    server.oauth(|oauth| oauth.grants.expire_all());
    assert_eq!(member.delete(&path(two)).status, 401);
}

#[test]
fn a_record_that_cannot_be_read_or_written_says_how_it_stands() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let stands = |change: &dyn Fn(&mut orcid_mock::World), read: (u16, u32), write: (u16, u32)| {
        server.change(|world| change(world));
        assert_eq!(member.get("record").error(), read);
        assert_eq!(member.get("employments").error(), read);
        assert_eq!(member.post("employment", &employment("x")).error(), write);
        server.change(|world| {
            world.unlock(PERSON);
            world.put(PERSON, plain::record(PERSON, "Sofia", 1_700_000_000_000_000, ""));
        });
    };

    stands(&|world| world.lock(PERSON), (409, 9018), (409, 9018));
    stands(&|world| world.deactivate(PERSON), (409, 9044), (409, 9044));
    stands(&|world| world.unclaim(PERSON), (409, 9036), (409, 9036));
    stands(&|world| world.remove(PERSON), (404, 9016), (404, 9016));
    server.change(|world| world.deprecate(PERSON, SOMEBODY));
    let moved = member.get("record");
    assert_eq!(moved.error(), (301, 9007));
    assert!(moved.header("location").ends_with(&format!("/v3.0/{SOMEBODY}/record")));
    assert_eq!(member.post("employment", &employment("x")).error(), (409, 9007));
    assert_eq!(member.delete("employment/1").error(), (409, 9007));
}

#[test]
fn lists_and_records_hold_what_was_written_in_xml_and_in_json() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let job = member.created("employment", &employment("Reader"));
    let paper = member.created("work", &article("10.1000/X"));
    let word = member.created("keywords", &keyword("birds"));

    let record = member.get("record");
    let Document::Record(read) = parse(record.text.as_bytes()).unwrap().document else { panic!("no record") };
    let json = |path: &str| member.send("GET", path, &[("accept", JSON)], "").unwrap().json();

    assert_eq!(read.activities.works.items().next().unwrap().1.element.put_code, Some(paper));
    assert_eq!(read.person.keywords.items[0].content.as_deref(), Some("birds"));
    let works = json("works");
    let summary = &works["group"][0]["work-summary"][0];
    assert_eq!(summary["put-code"], paper);
    assert_eq!(summary["source"]["source-client-id"]["path"], OWN);
    assert_eq!(
        works["group"][0]["external-ids"]["external-id"][0]["external-id-normalized"]["value"],
        "10.1000/x"
    );
    let employments = json("employments");
    let summary = &employments["affiliation-group"][0]["summaries"][0]["employment-summary"];
    assert_eq!((&summary["put-code"], &summary["role-title"]), (&job.into(), &"Reader".into()));
    assert_eq!(summary["organization"]["address"]["region"], serde_json::Value::Null);
    assert_eq!(json("keywords")["keyword"][0]["put-code"], word);
    assert_eq!(json("person")["keywords"]["keyword"][0]["content"], "birds");
    let whole = json("record");
    assert_eq!(whole["activities-summary"]["works"]["group"][0]["work-summary"][0]["put-code"], paper);
    assert_eq!(whole["orcid-identifier"]["path"], PERSON);
    let full = json(&format!("employment/{job}"));
    assert_eq!(full["path"], format!("/{PERSON}/employment/{job}"));
    assert_eq!(full["visibility"], "public");
}

#[test]
fn items_of_several_sources_with_one_id_stand_in_one_group() {
    let server = start();
    let (own, other) = (Member::of(&server, OWN, PERSON, &ALL), Member::of(&server, OTHER, PERSON, &ALL));
    own.created("work", &article("10.1/a"));
    own.created("work", &article("10.1/b"));
    other.created("work", &article("https://doi.org/10.1/A"));

    let works = own.send("GET", "works", &[("accept", JSON)], "").unwrap().json();

    let sizes: Vec<usize> = works["group"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["work-summary"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [2, 1]);
}

#[test]
fn the_date_of_a_list_is_that_of_what_is_seen_and_the_records_moves_with_each_write() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &["/activities/update"]);
    let date = |member: &Member, path: &str| {
        let text = member.get(path).text;
        super::client::between(&text, "<common:last-modified-date>", "<").to_owned()
    };
    member.created("employment", &employment("a"));
    let before = (date(&member, "employments"), server.world().text(PERSON));

    server.change(|world| {
        world.put_item(PERSON, "employment", Visibility::Private, Source::Person, &employment("b"));
    });

    assert_eq!(date(&member, "employments"), before.0);
    assert_ne!(server.world().text(PERSON), before.1, "the history of the record has a new date");
}

#[test]
fn other_types_and_paths_are_refused() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);

    assert_eq!(member.send("GET", "record", &[("accept", "text/html")], "").unwrap().error(), (406, 9001));
    assert_eq!(member.get("nothing").error(), (404, 9001));
    assert_eq!(member.get("employment").error(), (405, 9001));
    assert_eq!(member.post("employments", &employment("a")).error(), (405, 9001));
    assert_eq!(member.put("record", &employment("a")).error(), (405, 9001));
    let without_version = member.post(&format!("/{PERSON}/employment"), &employment("a"));
    assert_eq!(without_version.error(), (400, 9012));
    let hook = Member::alone(&server, OWN, &["/webhook"]);
    assert_eq!(hook.get("record").error(), (403, 9038));
}

#[test]
fn parts_of_the_person_are_read_on_their_own() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    member.created(
        "other-names",
        &super::client::document("other-name", "", "<other-name:content>S.</other-name:content>"),
    );
    member.created("service", &affiliation("service", "", "Chair", ""));

    assert!(member.get("personal-details").text.contains("<other-name:content>S.<"));
    assert!(member.get("person").text.contains("<personal-details:given-names>Sofia<"));
    assert_eq!(member.get("biography").error(), (404, 9041));
    assert!(member.get("summary").text.contains("<summary:professional-activities><summary:count>1<"));
    assert_eq!(member.get("address").status, 200);
    let name = member.send("GET", &format!("/v3.0/client/{OTHER}"), &[("accept", JSON)], "").unwrap();
    assert_eq!(name.json()["name"]["value"], "Other Library");
    assert_eq!(
        member.send("GET", "/v3.0/client/APP-NONE", &[("accept", XML)], "").unwrap().error(),
        (404, 9027)
    );
}

#[test]
fn works_in_bulk_come_with_an_error_for_each_that_cannot_be_shown() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let one = member.created("work", &article("10.1/a"));
    let private = server.change(|world| {
        world.put_item(PERSON, "work", Visibility::Private, Source::Person, &article("10.1/b"))
    });

    let bulk =
        member.send("GET", &format!("works/{one},{private},77,x"), &[("accept", JSON)], "").unwrap().json();
    let many: Vec<String> = (1..=101).map(|code: u32| code.to_string()).collect();

    assert_eq!(bulk["bulk"][0]["work"]["put-code"], one);
    let codes: Vec<_> = (1..4).map(|place| bulk["bulk"][place]["error"]["error-code"].as_i64()).collect();
    assert_eq!(codes, [Some(9013), Some(9016), Some(9034)]);
    assert_eq!(member.get(&format!("works/{}", many.join(","))).error(), (400, 9042));
}

#[test]
fn the_host_says_which_of_the_two_apis_answers() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    server.change(|world| world.set_default_visibility(PERSON, Visibility::Limited));
    let code = member.created("employment", &employment("a"));
    let path = |host: &str| format!("{host}/v3.0/{PERSON}/employments");

    assert_eq!(member.get(&path("/api")).put_codes(), [code]);
    assert_eq!(member.get(&path("")).put_codes(), [code]);
    assert_eq!(member.get(&path("/pub")).put_codes(), Vec::<i64>::new());
    assert_eq!(member.post("/pub/v3.0/0000-0002-1825-0097/employment", &employment("b")).status, 405);
    let without = Member::with(&server, "");
    assert_eq!(without.get(&path("/pub")).status, 200);
    assert_eq!(without.get(&path("")).status, 200);
    let refused = without.get(&path("/api"));
    assert_eq!((refused.status, refused.json()["error"].as_str()), (403, Some("forbidden")));
    assert_eq!(Member::with(&server, &server.issue_token()).get(&path("/api")).error(), (401, 9017));
}
