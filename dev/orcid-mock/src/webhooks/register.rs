//! `PUT` and `DELETE /{iD}/webhook/{address}`: clients register addresses.

use orcid_xml::Orcid;

use super::hooks::Webhooks;
use crate::answer::Answer;
use crate::form::decoded;
use crate::member::{Call, Media, Refusal, forbidden};
use crate::oauth::{Grant, Grants};
use crate::token::invalid_token;
use crate::world::World;

const SCOPE: &str = "/webhook";

/// The iD and the address, with its escapes, of a path for webhooks.
pub fn target(path: &str) -> Option<(Orcid, &str)> {
    let (orcid, rest) = path.strip_prefix('/')?.split_once('/')?;
    Some((Orcid::new(orcid)?, rest.strip_prefix("webhook/")?))
}

/// Answers for one address; the number is that of the refusal, if it is one.
pub fn answer(
    world: &World,
    webhooks: &mut Webhooks,
    grants: &Grants,
    call: &Call<'_>,
) -> (Answer, Option<u32>) {
    let Some(token) = call.token else { return (forbidden(), None) };
    let grant = match grants.check(token) {
        Some(grant) if grant.is_live() => grant,
        _ => return (invalid_token(token), None),
    };
    match register(world, webhooks, grants, call, &grant) {
        Ok(answer) => (answer, None),
        Err(refusal) => {
            let media = Media::accepted(call.accept).unwrap_or(Media::XML);
            (refusal.answer(media), Some(refusal.code))
        }
    }
}

fn register(
    world: &World,
    webhooks: &mut Webhooks,
    grants: &Grants,
    call: &Call<'_>,
    grant: &Grant,
) -> Result<Answer, Refusal> {
    let not_found = || Refusal::new(9001, "404 Not Found").status(404);
    let (orcid, escaped) = target(call.path).ok_or_else(not_found)?;
    if escaped.is_empty() || escaped.contains('/') {
        return Err(not_found());
    }
    if !grant.permits(SCOPE) {
        return Err(Refusal::new(9038, ""));
    }
    // A plus sign in a path is one.
    let uri = decoded(&escaped.replace('+', "%2B"));
    if !is_uri(&uri) {
        return Err(Refusal::new(9012, &format!("Webhook uri: {uri} is syntactically incorrect")));
    }
    if world.get(orcid).is_none() {
        return Err(Refusal::new(9011, orcid.as_str()));
    }
    let known = webhooks.get(orcid, &uri).map(|hook| hook.client.clone());
    let empty = |status| Answer { status, headers: Vec::new(), body: bytes::Bytes::new() };
    match (call.method, known) {
        ("PUT", Some(_)) => Ok(empty(204)),
        ("PUT", None) => {
            webhooks.add(orcid, &uri, &grant.client_id, grants.clock.now());
            Ok(empty(201).with("location", format!("{}{}", call.base, call.path)))
        }
        ("DELETE", None) => Err(Refusal::new(9028, &format!("orcid={orcid}, and uri={uri}"))),
        ("DELETE", Some(client)) if client == grant.client_id => {
            webhooks.remove(orcid, &uri);
            Ok(empty(204))
        }
        ("DELETE", Some(_)) => Err(Refusal::new(
            9014,
            "Unable to unregister webhook: Only the client that register the webhook can unregister it.",
        )),
        _ => Err(Refusal::new(9001, "405 Method Not Allowed").status(405)),
    }
}

/// Whether a text has the form of a URI: signs that may stand in one, escapes that are
/// whole, and something after the slashes.
fn is_uri(text: &str) -> bool {
    let signs = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte));
    let escapes = text
        .split('%')
        .skip(1)
        .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()));
    let host = text
        .split_once("://")
        .is_none_or(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty() && !rest.starts_with(['/', ':']));
    signs && escapes && host && !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_the_form_of_a_uri_is_registered() {
        for (text, valid) in [
            ("https://p.example/hook/0000?s=a%20b", true),
            ("p.example/hook", true),
            ("https://p.example/a b", false),
            ("https://", false),
            ("https:///path", false),
            ("https://p.example/%4", false),
            ("https://p.example/{iD}", false),
            ("", false),
        ] {
            assert_eq!(is_uri(text), valid, "{text}");
        }
    }
}
