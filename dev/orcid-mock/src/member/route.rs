//! Which request of a member gets which answer, and the checks that come before it.

use orcid_xml::Orcid;

use super::calls::MemberCall;
use super::media::Media;
use super::refusal::{Refusal, forbidden};
use super::scene::{Call, Done, MemberApi, Outcome, Scene};
use super::section::Section;
use super::{bulk, group_calls, incoming, read, write};
use crate::answer::Answer;
use crate::form::decoded;
use crate::host::Host;
use crate::oauth::{Grant, GrantState, Grants};
use crate::token::invalid_token;
use crate::world::World;

const VERSION: &str = "/v3.0/";

/// Parts of a record that are only read.
const PARTS: [&str; 7] =
    ["record", "person", "activities", "email", "biography", "personal-details", "summary"];

/// Whether a request is one for the Member API: what is sent to its host, and where no host is
/// named, all that writes and what is read with a member's token. Without one the server is
/// the public API, which has the same paths.
pub fn is_for_members(grants: &Grants, call: &Call<'_>) -> bool {
    let below = call.path.strip_prefix(VERSION).unwrap_or_else(|| call.path.trim_start_matches('/'));
    let first = below.split('/').next().unwrap_or_default();
    let is_known = Orcid::new(first).is_some() || ["group-id-record", "client"].contains(&first);
    let writes = !["GET", "HEAD"].contains(&call.method);
    let by_member = call.token.and_then(|token| grants.check(token)).is_some_and(|grant| grant.is_member());
    let is_versioned = call.path.starts_with(VERSION);
    is_known
        && match call.host {
            Host::Public => false,
            Host::Member => writes || is_versioned,
            Host::Any => writes || by_member && is_versioned,
        }
}

/// Answers a request and notes it.
pub fn answer(world: &mut World, api: &mut MemberApi, grants: &Grants, call: Call<'_>) -> Answer {
    let grant = call.token.and_then(|token| grants.check(token));
    let client = grant.as_ref().map(|grant| grant.client_id.clone());
    let media = Media::accepted(call.accept);
    let (done, code) = match permitted(api, &call, grant) {
        Err(answer) => (Done::read(*answer), None),
        Ok(grant) => {
            let media_of_errors = media.unwrap_or(Media::XML);
            let mut scene = Scene { world, api, grants, call, grant, media: media_of_errors };
            let outcome = match media {
                Some(_) => versioned(&mut scene),
                None => Err(Refusal::new(9001, "406 Not Acceptable").status(406)),
            };
            match outcome {
                Ok(done) => (done, None),
                Err(refusal) => (Done::read(refusal.answer(media_of_errors)), Some(refusal.code)),
            }
        }
    };
    api.calls.0.push(MemberCall {
        at: call.at,
        method: call.method.to_owned(),
        path: call.path.to_owned(),
        client,
        status: done.answer.status,
        code,
        effects: done.effects,
        fault: None,
    });
    done.answer
}

/// The grant of a token that works. One that the person took back still deletes.
fn permitted(api: &MemberApi, call: &Call<'_>, grant: Option<Grant>) -> Result<Grant, Box<Answer>> {
    let Some(token) = call.token else { return Err(Box::new(forbidden())) };
    let deletes = call.method == "DELETE";
    match grant {
        Some(grant) if grant.is_live() || deletes && grant.state == GrantState::UserRevoked => {
            match grant.is_member() || api.switches.public_client_is_unauthorized {
                true => Ok(grant),
                false => Err(Box::new(forbidden())),
            }
        }
        _ => Err(Box::new(invalid_token(token))),
    }
}

fn versioned(scene: &mut Scene<'_>) -> Outcome {
    let Some(below) = scene.call.path.strip_prefix(VERSION) else {
        let verb = scene.call.method.to_lowercase();
        return Err(Refusal::new(9012, &format!("Please specify the API Version you want to {verb} to")));
    };
    let path = decoded(below);
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    match steps.as_slice() {
        ["group-id-record", rest @ ..] => group_calls::answer(scene, rest),
        ["client", id] => group_calls::client(scene, id),
        [orcid, rest @ ..] => match Orcid::new(orcid) {
            Some(orcid) => of_person(scene, orcid, rest),
            None => Err(Refusal::new(9016, orcid)),
        },
        [] => Err(Refusal::new(9001, "404 Not Found").status(404)),
    }
}

/// What is asked of a person's record.
enum Asked<'a> {
    List(Section),
    Item(Section, &'a str),
    Summary(Section, &'a str),
    Works(&'a str),
    Part(&'a str),
    Post(Section),
    PostWorks,
    Put(Section, &'a str),
    Delete(Section, &'a str),
}

fn asked<'a>(method: &str, rest: &'a [&'a str]) -> Result<Asked<'a>, Refusal> {
    let wrong_method = || Refusal::new(9001, "405 Method Not Allowed").status(405);
    let nothing = || Refusal::new(9001, "404 Not Found").status(404);
    match (method, rest) {
        ("GET", []) => Ok(Asked::Part("record")),
        ("GET", [name]) if PARTS.contains(name) => Ok(Asked::Part(name)),
        ("GET", ["works", codes]) => Ok(Asked::Works(codes)),
        ("POST", ["works"]) => Ok(Asked::PostWorks),
        (_, [name]) => match (Section::of_list_path(name), Section::of_item_path(name)) {
            (Some(section), _) if method == "GET" => Ok(Asked::List(section)),
            (_, Some(section)) if method == "POST" => Ok(Asked::Post(section)),
            (None, None) if !PARTS.contains(name) => Err(nothing()),
            _ => Err(wrong_method()),
        },
        (_, [name, "summary", code]) => match Section::of_item_path(name).filter(|one| !one.is_of_person()) {
            Some(section) if method == "GET" => Ok(Asked::Summary(section, code)),
            Some(_) => Err(wrong_method()),
            None => Err(nothing()),
        },
        (_, [name, code]) => match (Section::of_item_path(name), method) {
            (Some(section), "GET") => Ok(Asked::Item(section, code)),
            (Some(section), "PUT") => Ok(Asked::Put(section, code)),
            (Some(section), "DELETE") => Ok(Asked::Delete(section, code)),
            (Some(_), _) => Err(wrong_method()),
            (None, _) => Err(nothing()),
        },
        _ => Err(nothing()),
    }
}

/// The checks in ORCID's order: the token's person, the document, the record's standing, the
/// scope; then what is asked.
fn of_person(scene: &mut Scene<'_>, orcid: Orcid, rest: &[&str]) -> Outcome {
    if scene.grant.orcid.as_deref().is_some_and(|own| own != orcid.as_str()) {
        return Err(Refusal::new(9017, "Access token is for a different record."));
    }
    let asked = asked(scene.call.method, rest)?;
    match asked {
        Asked::Post(section) => {
            let document = incoming::item(scene, section)?;
            may_write(scene, orcid, section, rest)?;
            write::post(scene, orcid, section, document)
        }
        Asked::PostWorks => {
            let works = incoming::works(scene)?;
            may_write(scene, orcid, Section::Work, rest)?;
            bulk::post(scene, orcid, works)
        }
        Asked::Put(section, code) => {
            let number = read::put_code(code)?;
            let document = incoming::item(scene, section)?;
            may_write(scene, orcid, section, rest)?;
            write::put(scene, orcid, section, number, document)
        }
        Asked::Delete(section, code) => {
            read::put_code(code)?;
            may_write(scene, orcid, section, rest)?;
            write::delete(scene, orcid, section, code)
        }
        _ => {
            must_stand(scene, orcid, rest, true)?;
            must_be_member(scene)?;
            scene.must_permit("/read-public")?;
            match asked {
                Asked::List(section) => read::list(scene, orcid, section),
                Asked::Item(section, code) => read::item(scene, orcid, section, code, false),
                Asked::Summary(section, code) => read::item(scene, orcid, section, code, true),
                Asked::Works(codes) => read::bulk(scene, orcid, codes),
                Asked::Part(part) => read::record(scene, orcid, part),
                Asked::Post(_) | Asked::PostWorks | Asked::Put(..) | Asked::Delete(..) => {
                    unreachable!("those that write came before")
                }
            }
        }
    }
}

fn may_write(scene: &Scene<'_>, orcid: Orcid, section: Section, rest: &[&str]) -> Result<(), Refusal> {
    must_stand(scene, orcid, rest, false)?;
    must_be_member(scene)?;
    scene.must_permit(section.update_scope())
}

fn must_be_member(scene: &Scene<'_>) -> Result<(), Refusal> {
    match scene.grant.is_member() {
        true => Ok(()),
        false => Err(Refusal::new(9017, "The client application is forbidden to perform the action.")),
    }
}

fn must_stand(scene: &Scene<'_>, orcid: Orcid, rest: &[&str], reads: bool) -> Result<(), Refusal> {
    let Some(person) = scene.world.get(orcid) else {
        return Err(Refusal::new(9016, &format!("ORCID iD {orcid} not found")));
    };
    let rest: String = rest.iter().map(|step| format!("/{step}")).collect();
    match Refusal::of_standing(orcid, person.standing, reads, scene.call.base, &rest) {
        Some(refusal) => Err(refusal),
        None => Ok(()),
    }
}
