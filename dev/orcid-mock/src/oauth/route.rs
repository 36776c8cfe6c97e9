//! Which path of the authorization server gives which answer.

use super::asked::Asked;
use super::redirect;
use super::sign_in::{self, TRUSTED};
use super::state::Oauth;
use super::{authorize, exchange, openid, revoke};
use crate::answer::Answer;
use crate::host::Host;
use crate::world::World;
use serde_json::json;

/// The paths of the authorization server.
const PATHS: [&str; 11] = [
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/authorize",
    "/oauth/jwks",
    "/oauth/userinfo",
    "/.well-known/openid-configuration",
    "/signin",
    "/register",
    "/signout",
    "/userStatus.json",
    TRUSTED,
];

/// The answer; `None` for paths that are not of the authorization server.
pub fn answer(oauth: &mut Oauth, world: &mut World, asked: &Asked<'_>) -> Option<Answer> {
    if !PATHS.contains(&asked.path) {
        return None;
    }
    Some(match (asked.method.as_str(), asked.path) {
        (_, "/oauth/token") if asked.host != Host::Any => elsewhere(oauth, asked.host),
        ("POST", "/oauth/token") => exchange::token(oauth, world, asked),
        (method, "/oauth/token") => {
            let why = format!(
                "Method {method} is not supported for token requests. POST is supported, but the scheme must be HTTPS"
            );
            Answer::json(405, &json!({ "error": "method_not_allowed", "error_description": why }))
        }
        ("POST", "/oauth/revoke") => revoke::revoke(oauth, asked),
        ("GET", "/oauth/authorize") => authorize::ask(oauth, world, asked),
        ("POST", "/oauth/authorize") => authorize::decide(oauth, world, asked),
        ("GET", "/oauth/jwks") => openid::keys(oauth),
        ("GET" | "POST", "/oauth/userinfo") => openid::user(oauth, world, asked),
        ("GET", "/.well-known/openid-configuration") => openid::discovery(oauth),
        ("GET", "/signin") => sign_in::trusted(oauth, world, asked),
        ("POST", "/signin") => sign_in::sign_in(oauth, world, asked),
        ("POST", "/register") => sign_in::register(oauth, world, asked),
        ("GET", "/signout") => sign_in::sign_out(oauth, asked),
        ("GET", "/userStatus.json") => sign_in::status(oauth, asked),
        ("GET", TRUSTED) => sign_in::trusted(oauth, world, asked),
        ("POST", TRUSTED) => sign_in::take_back(oauth, asked),
        _ => Answer::page(405, "Method Not Allowed"),
    })
}

/// The token endpoint is at the root host alone: the public API's sends clients there, which
/// repeats their secret if they follow, and the Member API's refuses.
fn elsewhere(oauth: &Oauth, host: Host) -> Answer {
    match host {
        Host::Public => Answer { status: 307, ..redirect::to(&format!("{}/oauth/token", oauth.issuer)) },
        _ => Answer::page(400, "Bad Request"),
    }
}
