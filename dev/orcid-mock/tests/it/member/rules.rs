//! What each kind of item must have.

use super::client::{
    ALL, Member, OWN, PERSON, PLACE, ROR, affiliation, document, external_ids, keyword, organization, start,
    work,
};
use orcid_mock::LocalOrcid;

fn refused(server: &LocalOrcid, cases: &[(&str, String, u32)]) {
    let member = Member::of(server, OWN, PERSON, &ALL);
    for (path, body, code) in cases {
        let said = member.post(path, body);
        let expected = if *code == 0 { (201, 0) } else { (400, *code) };
        assert_eq!(said.error(), expected, "{path}: {body}\n{}", said.text);
    }
}

fn date(name: &str, year: &str, month: &str, day: &str) -> String {
    let part = |name: &str, text: &str| match text {
        "" => String::new(),
        _ => format!("<common:{name}>{text}</common:{name}>"),
    };
    let parts = [part("year", year), part("month", month), part("day", day)].concat();
    format!("<common:{name}>{parts}</common:{name}>")
}

#[test]
fn employments_need_a_place_with_a_known_identifier() {
    let server = start();
    let job = |organization: &str| document("employment", "", organization);
    let dated = |dates: &str| document("employment", "", &format!("{dates}{}", organization(PLACE, ROR)));
    let unknown = ROR.replace("04fa4r544", "000000000");
    let (start_, end) = (|year| date("start-date", year, "", ""), |year| date("end-date", year, "", ""));

    refused(
        &server,
        &[
            ("employment", job(""), 9046),
            ("employment", job(&organization("<common:country>NZ</common:country>", ROR)), 9060),
            ("employment", job(&organization("<common:city>W</common:city>", ROR)), 9060),
            ("employment", job(&organization(PLACE, "")), 9045),
            ("employment", job(&organization(PLACE, &unknown)), 9045),
            ("employment", job(&organization(PLACE, &ROR.replace(">ROR<", ">ISNI<"))), 9045),
            ("employment", dated(&(start_("2020") + &end("2019"))), 9055),
            (
                "employment",
                dated(&(date("start-date", "2020", "05", "") + &date("end-date", "2020", "04", "30"))),
                9055,
            ),
            ("employment", dated(&(date("start-date", "2020", "05", "") + &end("2020"))), 0),
            ("employment", dated(&end("2019")), 0),
            ("employment", dated(&date("start-date", "2021", "02", "29")), 9049),
            ("employment", dated(&date("start-date", "2020", "02", "29")), 0),
            ("employment", dated(&date("start-date", "2020", "", "01")), 9049),
            ("employment", dated(&date("start-date", "2020", "5", "")), 9049),
            ("employment", dated(&date("start-date", "1800", "", "")), 9001),
            ("employment", dated(&date("start-date", "2020", "13", "")), 9001),
            ("education", affiliation("education", "", "a", ""), 0),
        ],
    );
    server.member(|api| api.organizations.add("ROR", "https://ror.org/000000000"));
    refused(&server, &[("employment", job(&organization(PLACE, &unknown)), 0)]);
}

#[test]
fn other_affiliations_need_an_identifier_of_the_organization_or_of_their_own() {
    let server = start();
    let ids = external_ids("uri", "https://m.example/1", "self");
    let of = |organization: &str, more: &str| document("membership", "", &format!("{organization}{more}"));
    let named = |address: &str| organization(address, "");

    refused(
        &server,
        &[
            ("membership", of("", ""), 9046),
            ("membership", of(&named(""), ""), 9062),
            ("membership", of(&named(""), &ids), 0),
            ("membership", of(&named("<common:city>W</common:city>"), &ids), 9061),
            ("membership", of(&organization("", ROR), ""), 0),
            ("membership", of(&organization("", &ROR.replace("04fa4r544", "0")), &ids), 9045),
        ],
    );
}

#[test]
fn works_need_a_title_a_type_and_an_id_of_their_own() {
    let server = start();
    let ids = external_ids("doi", "10.1/a", "self");
    let of = |content: &str| document("work", "", content);
    let title = "<work:title><common:title>t</common:title></work:title>";
    let kind = "<work:type>book</work:type>";
    let translated = |attribute: &str| {
        of(&format!(
            "<work:title><common:title>t</common:title><common:translated-title{attribute}>u\
             </common:translated-title></work:title>{kind}{}",
            external_ids("doi", &format!("10.9/{}", attribute.len()), "self")
        ))
    };
    let contributor = |orcid: &str, role: &str| {
        of(&format!(
            "{title}{kind}{}<work:contributors><work:contributor><common:contributor-orcid><common:path>{orcid}\
             </common:path></common:contributor-orcid><work:contributor-attributes><work:contributor-role>{role}\
             </work:contributor-role></work:contributor-attributes></work:contributor></work:contributors>",
            external_ids("doi", &format!("10.1/{orcid}{role}"), "self")
        ))
    };

    refused(
        &server,
        &[
            ("work", of(&format!("{kind}{ids}")), 9022),
            ("work", of(&format!("{title}{ids}")), 9037),
            ("work", of(&format!("{title}<work:type>poem</work:type>{ids}")), 9051),
            ("work", of(&format!("{title}{kind}")), 9023),
            ("work", work("", "t", &external_ids("doi", "10.1/b", "part-of")), 9023),
            ("work", work("", "t", &external_ids("isbn", "1", "funded-by")), 9023),
            ("work", of(&format!("{kind}{title}{ids}")), 9001),
            ("work", of(&format!("{title}{kind}{}{ids}", date("publication-date", "2020", "", "03"))), 9020),
            ("work", of(&format!("{title}{kind}{}{ids}", date("publication-date", "2020", "3", ""))), 9020),
            ("work", translated(""), 9037),
            ("work", translated(" language-code=\"English\""), 9037),
            ("work", translated(" language-code=\"en\""), 0),
            ("work", contributor("0000-0002-1825-0098", "author"), 9020),
            ("work", contributor(PERSON, "friend"), 9058),
            ("work", contributor(PERSON, "author"), 0),
            ("work", contributor(PERSON, "http://credit.niso.org/contributor-roles/software/"), 0),
        ],
    );
    server.member(|api| api.switches.schema_first = true);
    refused(&server, &[("work", of(&format!("{kind}{ids}")), 9001)]);
}

#[test]
fn fundings_need_their_amount_whole_and_a_start_before_an_end() {
    let server = start();
    let of = |before: &str, number: u32, organization: &str| {
        let ids = external_ids("grant_number", &number.to_string(), "self");
        document("funding", "", &format!("<funding:type>grant</funding:type>{before}{ids}{organization}"))
    };
    let title = "<funding:title><common:title>t</common:title></funding:title>";
    let known = organization(PLACE, ROR);
    let amount =
        |attribute: &str, text: &str| format!("{title}<funding:amount{attribute}>{text}</funding:amount>");
    let nzd = " currency-code=\"NZD\"";

    refused(
        &server,
        &[
            ("funding", of("", 1, &known), 9022),
            ("funding", of(title, 1, ""), 9046),
            ("funding", of(title, 1, &organization(PLACE, "")), 9045),
            ("funding", of(&amount("", "1000"), 1, &known), 9020),
            ("funding", of(&amount(nzd, ""), 1, &known), 9020),
            ("funding", of(&amount(nzd, "much"), 1, &known), 9054),
            ("funding", of(&amount(nzd, "1,000.50"), 1, &known), 0),
            ("funding", of(&format!("{title}{}", date("end-date", "2020", "", "")), 2, &known), 9050),
            ("funding", of(title, 3, &known).replace("<funding:type>grant</funding:type>", ""), 9037),
            ("funding", of(title, 3, &known).replace(&external_ids("grant_number", "3", "self"), ""), 9023),
        ],
    );
}

#[test]
fn fundings_are_compared_by_their_raw_ids() {
    let server = start();
    let member = Member::of(&server, OWN, PERSON, &ALL);
    let of = |value: &str| {
        document(
            "funding",
            "",
            &format!(
                "<funding:type>grant</funding:type><funding:title><common:title>t</common:title></funding:title>{}{}",
                external_ids("grant_number", value, "self"),
                organization(PLACE, ROR)
            ),
        )
    };
    member.created("funding", &of("AB-1"));

    assert_eq!(member.post("funding", &of("AB-1")).error(), (409, 9021));
    assert_eq!(member.post("funding", &of("ab-1")).status, 201);
}

fn review(group: &str, number: u32) -> String {
    let ids = external_ids("source-work-id", &number.to_string(), "self")
        .replace("<common:external-ids>", "<peer-review:review-identifiers>")
        .replace("</common:external-ids>", "</peer-review:review-identifiers>");
    let organization =
        organization(PLACE, ROR).replace("common:organization>", "peer-review:convening-organization>");
    document(
        "peer-review",
        "",
        &format!(
            "<peer-review:reviewer-role>reviewer</peer-review:reviewer-role>{ids}\
             <peer-review:review-type>review</peer-review:review-type>\
             <peer-review:review-completion-date><common:year>2020</common:year></peer-review:review-completion-date>\
             <peer-review:review-group-id>{group}</peer-review:review-group-id>{organization}"
        ),
    )
}

#[test]
fn peer_reviews_need_a_group_and_make_that_of_a_journal() {
    let server = start();
    let whole = review("issn:0028-0836", 1);
    let without = |element: &str| {
        let (open, close) = (format!("<peer-review:{element}>"), format!("</peer-review:{element}>"));
        let (before, rest) = whole.split_once(&open).unwrap();
        format!("{before}{}", rest.split_once(&close).unwrap().1)
    };

    refused(
        &server,
        &[
            ("peer-review", without("reviewer-role"), 9037),
            ("peer-review", without("review-identifiers"), 9023),
            ("peer-review", without("review-type"), 9037),
            ("peer-review", without("review-completion-date"), 9020),
            ("peer-review", without("convening-organization"), 9001),
            ("peer-review", review("orcid-generated:123", 1), 9026),
            ("peer-review", review("issn:0028-0837", 1), 9053),
            ("peer-review", whole.clone(), 0),
            ("peer-review", review("issn:0028-0836", 2), 0),
        ],
    );
    let reader = Member::of(&server, OWN, PERSON, &ALL);
    let list = reader.get("peer-reviews").text;
    assert_eq!(list.matches("<activities:group>").count(), 1);
    assert_eq!(list.matches("<activities:peer-review-group>").count(), 2);
}

#[test]
fn groups_of_peer_reviews_are_made_found_and_deleted() {
    let server = start();
    let member = Member::alone(&server, OWN, &["/group-id-record/update"]);
    let path = "/v3.0/group-id-record";
    let group = |id: &str| {
        document(
            "group-id",
            "",
            &format!(
                "<group-id:name>n</group-id:name><group-id:group-id>{id}</group-id:group-id>\
                 <group-id:description>d</group-id:description><group-id:type>journal</group-id:type>"
            ),
        )
        .replacen("<group-id:group-id ", "<group-id:group-id-record ", 1)
        .replace(
            "journal</group-id:type></group-id:group-id>",
            "journal</group-id:type></group-id:group-id-record>",
        )
    };

    let made = member.post(path, &group("orcid-generated:birds"));

    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(member.post(path, &group("orcid-generated:birds")).error(), (409, 9025));
    assert_eq!(member.post(path, &group("issn:0028-0836")).error(), (409, 9025));
    assert_eq!(member.post(path, &group("issn:0028-0837")).error(), (400, 9053));
    assert_eq!(member.post(path, &group("birds")).error(), (400, 9020));
    assert!(member.get(&format!("{path}?group-id=issn:0028-0836")).text.contains("<group-id:total>1<"));
    refused(&server, &[("peer-review", review("orcid-generated:birds", 1), 0)]);
    let own = format!("{path}/{}", made.put_code());
    assert_eq!(member.delete(&own).error(), (409, 9040));
    assert_eq!(member.delete(&format!("{path}/99")).error(), (404, 9016));
    let reader = Member::alone(&server, OWN, &["/group-id-record/read"]);
    assert_eq!(reader.get(&own).status, 200);
    assert_eq!(reader.post(path, &group("orcid-generated:bees")).error(), (403, 9038));
}

#[test]
fn research_resources_need_hosts_that_are_known() {
    let server = start();
    let hosts =
        |organization: &str| format!("<research-resource:hosts>{organization}</research-resource:hosts>");
    let of = |ids: &str, organization: &str, of_item: &str| {
        document(
            "research-resource",
            "",
            &format!(
                "<research-resource:proposal><research-resource:title><common:title>t</common:title>\
                 </research-resource:title>{}{ids}</research-resource:proposal><research-resource:resource-items>\
                 <research-resource:resource-item><research-resource:resource-name>n</research-resource:resource-name>\
                 <research-resource:resource-type>equipment</research-resource:resource-type>{}{}\
                 </research-resource:resource-item></research-resource:resource-items>",
                hosts(organization),
                hosts(of_item),
                external_ids("rrid", "1", "self")
            ),
        )
    };
    let (ids, known, unknown) =
        (external_ids("proposal-id", "1", "self"), organization(PLACE, ROR), organization(PLACE, ""));

    refused(
        &server,
        &[
            ("research-resource", of("", &known, &known), 9023),
            ("research-resource", of(&ids, &unknown, &known), 9045),
            ("research-resource", of(&ids, &known, &unknown), 9045),
            ("research-resource", of(&ids, &known, &known), 0),
        ],
    );
    let member = Member::of(&server, OWN, PERSON, &ALL);
    assert_eq!(member.post("research-resource", &of(&ids, &known, &known)).error(), (409, 9021));
}

#[test]
fn what_is_of_the_person_has_rules_of_its_own() {
    let server = start();
    let id = |url: &str, relationship: &str, value: &str| {
        document(
            "external-identifier",
            "",
            &format!(
                "<common:external-id-type>Scopus</common:external-id-type>\
                 <common:external-id-value>{value}</common:external-id-value>{url}\
                 <common:external-id-relationship>{relationship}</common:external-id-relationship>"
            ),
        )
    };
    let url = "<common:external-id-url>https://s.example/1</common:external-id-url>";
    let address =
        |country: &str| document("address", "", &format!("<address:country>{country}</address:country>"));
    let link = |content: &str| document("researcher-url", "", content);

    refused(
        &server,
        &[
            ("external-identifiers", id("", "self", "1"), 9020),
            ("external-identifiers", id(url, "part-of", "1"), 9020),
            ("external-identifiers", id(url, "self", &"1".repeat(256)), 9020),
            ("external-identifiers", id(url, "self", "1"), 0),
            ("address", address("New Zealand"), 9051),
            ("address", address("NZ"), 0),
            ("researcher-urls", link("<researcher-url:url-name>n</researcher-url:url-name>"), 9020),
            ("researcher-urls", link("<researcher-url:url>https://s.example</researcher-url:url>"), 0),
            ("keywords", keyword(""), 9020),
            ("keywords", keyword(&"k".repeat(256)), 9001),
            ("keywords", keyword("k"), 0),
        ],
    );
}

#[test]
fn a_public_client_writes_nothing() {
    let server = start();
    let token = server.issue_token();
    let member = Member::with(&server, &token);

    assert_eq!(member.post("keywords", &keyword("k")).error(), (401, 9017));
    assert_eq!(member.get("record").status, 200);
    server.member(|api| api.switches.public_client_is_unauthorized = false);
    let said = member.post("keywords", &keyword("k"));
    assert_eq!((said.status, said.json()["error"].as_str()), (403, Some("forbidden")));
}
