//! Items are posted, changed, deleted, and sent in bulk.

use super::client::{
    ALL, JSON, Member, OTHER, OWN, PERSON, XML, affiliation, article, between, document, employment,
    external_ids, keyword, start, work,
};
use orcid_mock::{EffectKind, Source, Visibility};
use serde_json::json;

#[test]
fn what_was_posted_comes_back_with_path_put_code_source_dates_and_visibility() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);

    let said = member.post("employment", &employment("Reader"));
    let code = said.put_code();
    let read = member.get(&format!("employment/{code}")).text;

    assert_eq!((said.status, said.text.as_str()), (201, ""));
    assert!(
        said.header("location").starts_with("http://api.orcid.invalid/v3.0/"),
        "{}",
        said.header("location")
    );
    let root = format!("put-code=\"{code}\" path=\"/{PERSON}/employment/{code}\" visibility=\"public\"");
    assert!(read.contains(&root), "{read}");
    assert!(read.contains("<common:role-title>Reader</common:role-title><common:organization>"));
    assert_eq!(
        between(&read, "<common:source-client-id>", "</common:source-client-id>"),
        format!(
            "<common:uri>https://orcid.org/client/{OWN}</common:uri><common:path>{OWN}</common:path><common:host>orcid.org</common:host>"
        )
    );
    assert!(read.contains("<common:source-name>Example University</common:source-name>"));
    let created = between(&read, "<common:created-date>", "<");
    assert!(created.ends_with('Z') && between(&read, "<common:last-modified-date>", "<") == created);
}

#[test]
fn put_codes_are_counted_by_table() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);

    let job = member.created("employment", &employment("a"));
    let service = member.created("service", &affiliation("service", "", "b", ""));
    let paper = member.created("work", &article("10.1/a"));
    assert_eq!(member.delete(&format!("service/{service}")).status, 204);
    let again = member.created("education", &affiliation("education", "", "c", ""));

    assert_eq!((service, again), (job + 1, job + 2));
    assert_eq!(paper, job, "works have a counter of their own");
}

#[test]
fn a_put_code_must_be_where_it_belongs() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let code = member.created("employment", &employment("a"));
    let with = |attributes: &str| affiliation("employment", attributes, "b", "");
    let path = format!("employment/{code}");

    assert_eq!(member.post("employment", &with("put-code=\"7\"")).error(), (400, 9024));
    assert_eq!(member.put(&path, &with("")).error(), (400, 9019));
    assert_eq!(member.put(&path, &with("put-code=\"7\"")).error(), (400, 9019));
    assert_eq!(member.put("employment/abc", &with("put-code=\"7\"")).error(), (400, 9034));
    assert_eq!(member.delete("employment/abc").error(), (400, 9034));
    assert_eq!(member.put("employment/7", &with("put-code=\"7\"")).error(), (404, 9016));
    let changed = member.put(&path, &with(&format!("put-code=\"{code}\"")));
    assert_eq!(changed.status, 200);
    assert!(changed.text.contains("<common:role-title>b<"), "{}", changed.text);
}

#[test]
fn documents_of_another_type_or_form_are_refused() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let as_type = |kind: &str, body: &str| {
        member.send("POST", "employment", &[("accept", XML), ("content-type", kind)], body).unwrap()
    };
    let swapped = document(
        "employment",
        "",
        "<common:start-date><common:year>2020</common:year></common:start-date>\
         <common:role-title>a</common:role-title>",
    );

    assert_eq!(as_type("text/plain", &employment("a")).error(), (415, 9001));
    assert_eq!(as_type(XML, &swapped).error(), (400, 9001));
    assert_eq!(as_type(XML, "<employment").error(), (400, 9001));
    assert_eq!(as_type(XML, &article("10.1/a")).error(), (400, 9001));
    assert_eq!(as_type(XML, &document("employment", "", "<common:surprise/>")).error(), (400, 9001));
    assert_eq!(as_type(JSON, "{").error(), (400, 9047));
    assert_eq!(as_type(JSON, "{\"surprise\":1}").error(), (400, 9047));
    assert_eq!(member.post("work", &work("", "t", &external_ids("doi", "1", "wife"))).error(), (400, 9051));
    assert!(server.world().items(PERSON).is_empty());
}

#[test]
fn json_is_taken_and_given_like_xml() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let body = json!({
        "title": { "title": { "value": "On bees" } },
        "type": "book",
        "external-ids": { "external-id": [
            { "external-id-type": "isbn", "external-id-value": "9783161484100", "external-id-relationship": "self" }
        ] },
    });
    let headers = [("accept", JSON), ("content-type", JSON)];

    let said = member.send("POST", "work", &headers, &body.to_string()).unwrap();
    let path = format!("work/{}", said.put_code());
    let mut read = member.send("GET", &path, &headers[..1], "").unwrap().json();
    read["title"]["subtitle"] = json!({ "value": "A study" });
    let changed = member.send("PUT", &path, &headers, &read.to_string()).unwrap();
    let refused = member.send("POST", "work", &headers, "{}").unwrap();

    assert_eq!((said.status, changed.status), (201, 200));
    assert_eq!(changed.json()["title"]["subtitle"]["value"], "A study");
    assert!(member.get(&path).text.contains("<common:subtitle>A study</common:subtitle>"));
    assert_eq!(refused.error(), (400, 9022));
    assert_eq!(refused.header("content-type"), "application/vnd.orcid+json;charset=UTF-8");
    assert_eq!(refused.json()["response-code"], 400);
}

#[test]
fn the_same_work_of_the_same_client_is_a_duplicate() {
    let server = start();
    let (own, other) = (Member::of(&server, OWN, PERSON, &ALL), Member::of(&server, OTHER, PERSON, &ALL));
    let code = own.created("work", &article("10.1000/X"));
    let with = |value: &str, relationship: &str| work("", "t", &(external_ids("doi", value, relationship)));

    let refused = own.post("work", &article("https://doi.org/10.1000/x"));

    assert_eq!(refused.error(), (409, 9021));
    assert!(refused.text.contains(&format!("please see element with put-code {code}")), "{}", refused.text);
    assert_eq!(other.post("work", &article("10.1000/x")).status, 201);
    let part = external_ids("doi", "10.1000/x", "part-of").replace("</common:external-ids>", "")
        + &external_ids("doi", "10.1000/y", "self").replace("<common:external-ids>", "");
    assert_eq!(own.post("work", &work("", "t", &part)).status, 201);
    let put = with("10.1000/Y", "self").replace("<work:work ", &format!("<work:work put-code=\"{code}\" "));
    assert_eq!(own.put(&format!("work/{code}"), &put).error(), (409, 9021));
}

#[test]
fn employments_without_ids_can_be_doubled() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);

    member.created("employment", &employment("a"));
    member.created("employment", &employment("a"));
    let with_id = affiliation("employment", "", "b", &external_ids("uri", "https://u.example/1", "self"));
    member.created("employment", &with_id);

    assert_eq!(member.post("employment", &with_id).error(), (409, 9021));
    assert_eq!(server.world().doubled_items().len(), 1);
    member.created("keywords", &keyword("birds"));
    assert_eq!(member.post("keywords", &keyword("birds")).error(), (409, 9030));
}

#[test]
fn only_the_source_changes_or_deletes_an_item() {
    let server = start();
    let (own, other) = (Member::of(&server, OWN, PERSON, &ALL), Member::of(&server, OTHER, PERSON, &ALL));
    let job = other.created("employment", &employment("a"));
    let paper = other.created("work", &article("10.1/a"));
    let with = |body: String, section: &str, code: i64| {
        body.replace(&format!("<{section}:{section} "), &format!("<{section}:{section} put-code=\"{code}\" "))
    };
    let same = with(article("10.1/a"), "work", paper);
    let changed = same.replace("On birds", "On bees");

    assert_eq!(
        own.put(&format!("employment/{job}"), &with(employment("b"), "employment", job)).error(),
        (403, 9010)
    );
    assert_eq!(own.delete(&format!("employment/{job}")).error(), (403, 9010));
    assert_eq!(own.put(&format!("work/{paper}"), &same).error(), (403, 9014));
    assert_eq!(own.put(&format!("work/{paper}"), &changed).error(), (403, 9010));
    let before = server.world().text(PERSON);
    assert_eq!(other.put(&format!("work/{paper}"), &same).status, 200);
    assert_eq!(server.world().text(PERSON), before, "nothing was written");
    assert_eq!(other.put(&format!("work/{paper}"), &changed).status, 200);
    assert_ne!(server.world().text(PERSON), before);
}

#[test]
fn only_the_person_says_who_sees_an_item() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    server.change(|world| world.set_default_visibility(PERSON, Visibility::Limited));

    let code = member.created("employment", &affiliation("employment", "visibility=\"public\"", "a", ""));
    let path = format!("employment/{code}");
    let put = |visibility: &str| {
        member.put(&path, &affiliation("employment", &format!("put-code=\"{code}\" {visibility}"), "b", ""))
    };

    assert!(member.get(&path).text.contains("visibility=\"limited\""));
    assert_eq!(put("visibility=\"public\"").error(), (403, 9035));
    assert_eq!(put("visibility=\"limited\"").status, 200);
    assert_eq!(put("").status, 200);
    assert_eq!(Member::with(&server, "").get("employments").put_codes(), Vec::<i64>::new());
    server.change(|world| world.set_visibility(PERSON, "employment", code, Visibility::Public));
    assert_eq!(Member::with(&server, "").get("employments").put_codes(), [code]);
    assert!(Member::with(&server, "").get(&path).text.contains("visibility=\"public\""));
}

#[test]
fn what_the_person_deleted_is_not_there() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let code = member.created("work", &article("10.1/a"));
    let path = format!("work/{code}");
    let put = article("10.1/a").replace("<work:work ", &format!("<work:work put-code=\"{code}\" "));

    server.change(|world| world.remove_item(PERSON, "work", code));

    assert_eq!(member.put(&path, &put).error(), (404, 9016));
    assert_eq!(member.delete(&path).error(), (404, 9016));
    assert_eq!(member.get(&path).error(), (404, 9016));
    assert!(member.created("work", &article("10.1/a")) > code);
}

#[test]
fn an_affiliation_is_deleted_by_its_put_code_alone() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let code = member.created("employment", &employment("a"));

    assert_eq!(member.get(&format!("education/{code}")).error(), (404, 9016));
    assert_eq!(member.delete(&format!("education/{code}")).status, 204);
    assert!(server.world().items(PERSON).is_empty());
}

#[test]
fn a_scope_is_needed_for_each_kind_of_item() {
    let server = start();
    let reader = Member::of(&server, OWN, PERSON, &["/read-limited"]);
    let person = Member::of(&server, OWN, PERSON, &["/person/update"]);

    assert_eq!(reader.post("employment", &employment("a")).error(), (403, 9038));
    assert_eq!(person.post("employment", &employment("a")).error(), (403, 9038));
    assert_eq!(person.post("keywords", &keyword("a")).status, 201);
    assert_eq!(reader.post("employment", "<broken").error(), (400, 9001), "the document is checked first");
    server.change(|world| world.lock(PERSON));
    assert_eq!(
        reader.post("employment", &employment("a")).error(),
        (409, 9018),
        "then how the record stands"
    );
}

#[test]
fn works_in_bulk_are_written_or_refused_each_on_its_own() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let code = member.created("work", &article("10.1/0"));
    let bulk = |works: &[String]| {
        let works: String = works.iter().map(|work| work.split_once("?>").unwrap().1).collect();
        format!("<bulk:bulk xmlns:bulk=\"http://www.orcid.org/ns/bulk\">{works}</bulk:bulk>")
    };
    let numbered = |range: std::ops::Range<u32>| -> Vec<String> {
        range.map(|number| article(&format!("10.2/{number}"))).collect()
    };
    let untyped = article("10.1/2").replace("<work:type>journal-article</work:type>", "");
    let headers = [("accept", JSON), ("content-type", XML)];

    let mixed = [article("10.1/1"), article("10.1/0"), untyped, article("10.1/1"), article("10.1/3")];
    let said = member.send("POST", "works", &headers, &bulk(&mixed)).unwrap();
    let entries = said.json()["bulk"].clone();

    assert_eq!(said.status, 200);
    assert_eq!(entries[0]["work"]["put-code"], code + 1);
    let codes: Vec<_> = (1..4).map(|place| entries[place]["error"]["error-code"].as_i64()).collect();
    assert_eq!(codes, [Some(9021), Some(9037), Some(9021)]);
    assert_eq!(entries[4]["work"]["put-code"], code + 2);
    assert_eq!(member.post("works", &bulk(&numbered(0..101))).error(), (400, 9006));
    server.member(|api| api.switches.too_many_in_bulk = 413);
    assert_eq!(member.post("works", &bulk(&numbered(0..101))).error(), (413, 9006));
    assert_eq!(member.post("works", &bulk(&numbered(0..100))).status, 200);
    assert_eq!(member.post("work", &bulk(&numbered(200..201))).error(), (400, 9006));
    assert_eq!(member.post("works", &article("10.3/1")).error(), (400, 9006));
    server.member(|api| api.switches.max_works = 104);
    assert_eq!(member.post("works", &bulk(&numbered(200..202))).error(), (409, 9048));
    assert_eq!(member.post("work", &article("10.3/1")).status, 201);
    assert_eq!(member.post("work", &article("10.3/2")).error(), (409, 9048));
    assert_eq!(server.member(|api| api.calls.created()), 104);
}

#[test]
fn the_log_tells_what_was_written() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);

    let code = member.created("employment", &employment("a"));
    member.put(
        &format!("employment/{code}"),
        &affiliation("employment", &format!("put-code=\"{code}\""), "b", ""),
    );
    member.delete(&format!("employment/{code}"));
    member.delete(&format!("employment/{code}"));

    let calls = server.member(|api| api.calls.clone());
    let kinds: Vec<EffectKind> = calls.effects().map(|effect| effect.kind).collect();
    assert_eq!(kinds, [EffectKind::Created, EffectKind::Updated, EffectKind::Deleted]);
    assert!(calls.effects().all(|effect| effect.put_code == code));
    assert_eq!(calls.0.iter().map(|call| call.code).collect::<Vec<_>>(), [None, None, None, Some(9016)]);
    assert!(calls.0.iter().all(|call| call.client.as_deref() == Some(OWN)));
}

#[test]
fn items_of_the_worlds_own_records_are_read_changed_and_deleted_by_their_source() {
    let server = start();
    let mut world = orcid_mock::World::from_synth(20, 5);
    let orcid = world
        .active()
        .into_iter()
        .find(|orcid| !world.put_codes(orcid.as_str(), "works").is_empty())
        .unwrap();
    let orcid = orcid.as_str().to_owned();
    let code = world.put_codes(&orcid, "works")[0];
    let given = world.put_item(&orcid, "work", Visibility::Private, Source::Person, &article("10.1/zz"));
    server.change(|old| *old = world.clone());
    let member = Member::of(&server, OWN, &orcid, &ALL);

    let read = member.get(&format!("/v3.0/{orcid}/work/{code}"));
    let own = member.post(&format!("/v3.0/{orcid}/work"), &article("10.1/own"));
    let list = member.get(&format!("/v3.0/{orcid}/works"));

    assert_eq!(read.status, 200, "{}", read.text);
    assert!(given > world.put_codes(&orcid, "works").into_iter().filter(|one| *one != given).max().unwrap());
    let mut expected = world.put_codes(&orcid, "works");
    expected.retain(|one| *one != given);
    expected.push(own.put_code());
    expected.sort_unstable();
    assert_eq!(list.put_codes(), expected);
    assert_eq!(member.delete(&format!("/v3.0/{orcid}/work/{code}")).error(), (403, 9010));
    let public = Member::with(&server, "");
    assert_eq!(public.get(&format!("/v3.0/{orcid}/works")).put_codes(), expected);
    assert_eq!(public.get(&format!("/v3.0/{orcid}/work/{}", own.put_code())).status, 200);
}

#[test]
fn a_record_takes_many_works_and_shows_each_once() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);

    let codes: Vec<i64> =
        (0..60).map(|number| member.created("work", &article(&format!("10.1/{number}")))).collect();

    assert_eq!(member.get("works").put_codes(), codes);
    assert_eq!(Member::with(&server, "").get("works").put_codes(), codes);
    assert_eq!(server.world().put_codes(PERSON, "works"), codes);
    assert!(server.world().doubled_items().is_empty());
}
