//! What a script can tell the authorization server of the program: clients, people,
//! switches, the clock, and what the log says.

use serde_json::{Value, json};

use super::accounts::Account;
use super::clients::{Client, ClientKind};
use super::grants::Pair;
use super::log::TokenRequest;
use super::state::Oauth;
use crate::form::Form;
use crate::world::World;

/// Does what a path says; `None` for all other paths.
pub fn act(oauth: &mut Oauth, world: &mut World, path: &str, form: &Form) -> Option<Result<Value, String>> {
    Some(match path {
        "/_switches" => switch(oauth, form),
        "/_advance" => advance(oauth, form),
        "/_client" => register(oauth, form),
        "/_person" => settle(oauth, world, form),
        "/_user-revokes" => take_back(oauth, form),
        "/_sign-everybody-out" => {
            oauth.sessions.clear();
            Ok(json!({ "done": true }))
        }
        "/_token-requests" => Ok(requests(oauth)),
        _ => return None,
    })
}

fn needed<'f>(form: &'f Form, name: &str) -> Result<&'f str, String> {
    form.filled(name).ok_or_else(|| format!("{name} is missing"))
}

/// Sets the switches that are named, and gives all.
fn switch(oauth: &mut Oauth, form: &Form) -> Result<Value, String> {
    let mut switches = oauth.switches.clone();
    for name in form.names() {
        switches.set(name, form.get(name).unwrap_or_default())?;
    }
    oauth.switches = switches;
    serde_json::to_value(&oauth.switches).map_err(|error| error.to_string())
}

fn advance(oauth: &mut Oauth, form: &Form) -> Result<Value, String> {
    let seconds = needed(form, "seconds")?.parse().map_err(|_| "seconds is not a whole number".to_owned())?;
    oauth.grants.clock.advance(seconds);
    Ok(json!({ "now": oauth.grants.clock.now_seconds() }))
}

fn register(oauth: &mut Oauth, form: &Form) -> Result<Value, String> {
    let kind = match form.get("kind").unwrap_or("premium") {
        "public" => ClientKind::Public,
        "basic" => ClientKind::Basic,
        "premium" => ClientKind::Premium,
        other => return Err(format!("{other} is not public, basic or premium")),
    };
    let mut client = Client::new(kind, needed(form, "id")?, needed(form, "secret")?);
    if let Some(name) = form.filled("name") {
        client = client.named(name);
    }
    client.redirect_uris = form.all("redirect_uri").map(str::to_owned).collect();
    client.may_read_email = form.get("may_read_email") == Some("true");
    client.deactivated = form.get("deactivated") == Some("true");
    let id = client.id.clone();
    oauth.register(client);
    Ok(json!({ "registered": id }))
}

fn settle(oauth: &mut Oauth, world: &mut World, form: &Form) -> Result<Value, String> {
    let orcid = needed(form, "orcid")?;
    if orcid_xml::Orcid::new(orcid).is_none() {
        return Err(format!("{orcid} is not an iD"));
    }
    let mut account =
        Account::new(orcid, needed(form, "given_names")?, form.get("family_names").unwrap_or_default());
    account.shows_name = form.get("shows_name") != Some("false");
    account.two_factor = form.get("two_factor") == Some("true");
    oauth.settle(world, account);
    Ok(json!({ "settled": orcid }))
}

fn take_back(oauth: &mut Oauth, form: &Form) -> Result<Value, String> {
    oauth.grants.user_revokes(needed(form, "orcid")?, needed(form, "client")?);
    Ok(json!({ "done": true }))
}

fn requests(oauth: &Oauth) -> Value {
    let one = |request: &TokenRequest| {
        json!({
            "at": request.at,
            "client_id": request.client_id,
            "grant_type": request.grant_type,
            "code": request.code,
            "scope": request.scope,
            "names": request.names,
            "by_header": request.by_header,
            "status": request.status,
        })
    };
    let requests: Vec<Value> = oauth.log.requests.iter().map(one).collect();
    let count = |of: &dyn Fn(&Pair) -> bool| oauth.grants.pairs().iter().filter(|pair| of(pair)).count();
    let live = count(&|pair| oauth.grants.check(&pair.access).is_some_and(|grant| grant.is_live()));
    json!({
        "requests": requests,
        "leaks": oauth.log.leaks,
        "repeated_code": oauth.log.has_repeated_code(),
        "tokens": { "given": count(&|_| true), "live": live },
    })
}
