//! Which path gives which answer: the public API's `/v3.0`.

use orcid_xml::{AffiliationKind, Orcid};

use super::answer::{Answer, error_element, not_found_words};
use super::form::{Form, decoded};
use super::search::search;
use super::world::{Person, Standing, World};
use super::xml;

/// Works of one bulk request.
const MAX_BULK: usize = 100;

/// A request as far as the answer depends on it.
pub struct Asked<'r> {
    /// Without the `/v3.0`.
    pub path: &'r str,
    pub query: &'r str,
    pub accept: &'r str,
    /// Where this server stands, for addresses in answers.
    pub base: &'r str,
    pub anonymous: bool,
}

/// The answer of a sound server with all the time in the world.
pub fn answer(world: &World, asked: &Asked<'_>) -> Answer {
    let path = decoded(asked.path);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if parts == ["pubStatus"] {
        let status = serde_json::json!({
            "tomcatUp": true, "dbConnectionOk": true, "readOnlyDbConnectionOk": true, "overallOk": true
        });
        return Answer::json(200, &status);
    }
    if !accepts_xml(asked.accept) {
        return Answer::page(406, "Not Acceptable");
    }
    match parts.as_slice() {
        ["search"] => search(world, &Form::parse(asked.query), asked.anonymous),
        [orcid, rest @ ..] => match Orcid::new(orcid).and_then(|id| Some((id, world.get(id)?))) {
            Some((orcid, person)) => of_person(orcid, person, rest, asked.base),
            None => Answer::not_found(&format!("ORCID iD {orcid} not found")),
        },
        [] => Answer::not_found("nothing stands here"),
    }
}

/// Whether one of the types that XML may go by is asked for.
fn accepts_xml(accept: &str) -> bool {
    const XML: [&str; 4] =
        ["application/vnd.orcid+xml", "application/orcid+xml", "application/xml", "application/*"];
    let mut types = accept.split(',').map(|one| one.split(';').next().unwrap_or_default().trim());
    accept.is_empty() || types.any(|one| one == "*/*" || XML.contains(&one))
}

fn of_person(orcid: Orcid, person: &Person, rest: &[&str], base: &str) -> Answer {
    // The registry does not ask for the standing here.
    let unchecked = matches!(rest, ["works", _] | ["distinctions" | "research-resources"]);
    if !unchecked && let Some(refusal) = refusal(orcid, person.standing, rest, base) {
        return refusal;
    }
    match rest {
        [] | ["record"] => Answer::xml(person.xml.clone()),
        ["works", put_codes] => bulk(orcid, person, put_codes),
        [section] => match element_of(section).and_then(|name| part(person, name)) {
            Some(part) => Answer::xml(part),
            None => Answer::not_found(&format!("there is no {section}")),
        },
        [kind, put_code] => item(orcid, person, kind, put_code),
        _ => Answer::not_found("nothing stands here"),
    }
}

/// The error in place of a record that is not shown.
fn refusal(orcid: Orcid, standing: Standing, rest: &[&str], base: &str) -> Option<Answer> {
    if standing == Standing::Active {
        return None;
    }
    let (status, code, developer, user) = words(orcid, standing);
    let answer = Answer::error(status, code, &developer, &user);
    let Standing::Deprecated(primary) = standing else { return Some(answer) };
    let path = rest.iter().map(|part| format!("/{part}")).collect::<String>();
    Some(answer.with("location", format!("{base}/v3.0/{primary}{path}")))
}

/// Status, code and messages of a standing, as the registry and its dumps word them.
pub fn words(orcid: Orcid, standing: Standing) -> (u16, u32, String, String) {
    let (status, phrase, code, developer, user) = match standing {
        Standing::Active => (200, "OK", 0, String::new(), String::new()),
        Standing::Deprecated(primary) => {
            let message =
                format!("This account is deprecated. Please refer to account: https://orcid.org/{primary}.");
            (301, "Moved Permanently", 9007, message.clone(), message)
        }
        Standing::Locked => closed(9018, "locked"),
        Standing::Deactivated => closed(9044, "deactivated"),
        Standing::Unclaimed => {
            let message = "The ORCID record is not claimed.".to_owned();
            (409, "Conflict", 9036, message.clone(), message)
        }
        Standing::NotPublic => {
            let message = "The item is not public and cannot be accessed with the Public API.".to_owned();
            (403, "Forbidden", 9039, message.clone(), message)
        }
    };
    (status, code, format!("{status} {phrase}: {developer} ORCID https://orcid.org/{orcid}"), user)
}

fn closed(code: u32, state: &str) -> (u16, &'static str, u32, String, String) {
    let developer = format!("The ORCID record is {state} and cannot be edited.");
    (409, "Conflict", code, developer, format!("The ORCID record is {state}."))
}

/// The element of a record that a section's path gives.
fn element_of(section: &str) -> Option<&'static str> {
    Some(match section {
        "activities" => "activities:activities-summary",
        "works" => "activities:works",
        "fundings" => "activities:fundings",
        "peer-reviews" => "activities:peer-reviews",
        "research-resources" => "activities:research-resources",
        "distinctions" => "activities:distinctions",
        "educations" => "activities:educations",
        "employments" => "activities:employments",
        "invited-positions" => "activities:invited-positions",
        "memberships" => "activities:memberships",
        "qualifications" => "activities:qualifications",
        "services" => "activities:services",
        "person" => "person:person",
        "address" => "address:addresses",
        "email" => "email:emails",
        "external-identifiers" => "external-identifier:external-identifiers",
        "keywords" => "keyword:keywords",
        "other-names" => "other-name:other-names",
        "researcher-urls" => "researcher-url:researcher-urls",
        _ => return None,
    })
}

/// A section as a document of its own; empty where the record's data are gone.
fn part(person: &Person, name: &str) -> Option<String> {
    let record = std::str::from_utf8(&person.xml).expect("records are UTF-8");
    match xml::element(record, name) {
        Some(element) => Some(xml::document(element)),
        None => Some(xml::document(&format!("<{name}/>"))),
    }
}

fn item(orcid: Orcid, person: &Person, kind: &str, put_code: &str) -> Answer {
    let known = AffiliationKind::new(kind).map(AffiliationKind::name).or_else(|| {
        ["work", "funding", "peer-review", "research-resource"].into_iter().find(|name| *name == kind)
    });
    let key = known.and_then(|kind| Some((kind, put_code.parse().ok()?)));
    match key.and_then(|key| person.activities.get(&key)) {
        Some(activity) if activity.public => with_own_status(Answer::xml(activity.xml.clone())),
        Some(_) => {
            let (status, code, developer, user) = words(orcid, Standing::NotPublic);
            Answer::error(status, code, &developer, &user)
        }
        None => Answer::not_found(&format!("No entity found for {kind} {put_code} of {orcid}")),
    }
}

/// Dumps hold errors in place of some activities; they are given with their status.
fn with_own_status(answer: Answer) -> Answer {
    let text = String::from_utf8_lossy(&answer.body);
    let status = xml::element(xml::root(&text), "error:response-code").map(|element| xml::opened(element).1);
    let status =
        status.filter(|_| xml::name(xml::root(&text)) == "error:error").and_then(|code| code.parse().ok());
    let status = status.unwrap_or(answer.status);
    Answer { status, ..answer }
}

/// `/works/1,2,3`: each work, or the error for it.
fn bulk(orcid: Orcid, person: &Person, put_codes: &str) -> Answer {
    let put_codes: Vec<&str> = put_codes.split(',').filter(|code| !code.is_empty()).collect();
    if put_codes.len() > MAX_BULK {
        let why = format!("Too many put codes: {} where at most {MAX_BULK} may stand", put_codes.len());
        return Answer::bad_request(9042, &why);
    }
    let entries = put_codes.iter().map(|put_code| bulk_entry(orcid, person, put_code));
    let entries: String = entries.map(|entry| format!("    {entry}\n")).collect();
    Answer::xml(xml::document(&format!("<bulk:bulk>\n{entries}</bulk:bulk>")))
}

fn bulk_entry(orcid: Orcid, person: &Person, put_code: &str) -> String {
    let activity = put_code.parse().ok().and_then(|put_code| person.activities.get(&("work", put_code)));
    match activity {
        Some(activity) if activity.public => xml::part(&String::from_utf8_lossy(&activity.xml)),
        Some(_) => {
            let (status, code, developer, user) = words(orcid, Standing::NotPublic);
            error_element(status, code, &developer, &user)
        }
        None => {
            let (developer, user) =
                not_found_words(&format!("No entity found for work {put_code} of {orcid}"));
            error_element(404, 9016, &developer, user)
        }
    }
}
