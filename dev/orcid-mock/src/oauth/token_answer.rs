//! A pair of tokens as it goes to the client.

use serde_json::{Value, json};

use super::grants::Pair;
use super::state::Oauth;
use super::switches::Missing;
use crate::answer::Answer;
use crate::world::World;

/// The body; more may be added.
pub fn body(oauth: &Oauth, world: &World, pair: &Pair, expires_in: i64) -> Value {
    let switches = &oauth.switches;
    let mut body = json!({
        "access_token": pair.access,
        "token_type": if switches.capital_bearer { "Bearer" } else { "bearer" },
        "expires_in": expires_in,
        "scope": pair.scopes.join(" "),
    });
    if let Some(refresh) = &pair.refresh {
        body["refresh_token"] = refresh.as_str().into();
    }
    let missing = |body: &mut Value, name: &str, how| {
        if how == Missing::Null {
            body[name] = Value::Null;
        }
    };
    let Some(orcid) = &pair.orcid else {
        missing(&mut body, "orcid", switches.client_orcid);
        return body;
    };
    body["orcid"] = orcid.as_str().into();
    match oauth.account(world, orcid).filter(|account| account.shows_name) {
        Some(account) => body["name"] = account.name().into(),
        None => missing(&mut body, "name", switches.hidden_name),
    }
    body
}

/// 200 with a pair of tokens.
pub fn success(body: &Value) -> Answer {
    Answer::json(200, body).with("cache-control", "no-store").with("pragma", "no-cache")
}
