//! `refresh_token`: a new pair of tokens for one that is there, with as many scopes or fewer.

use super::accounts;
use super::clients::Client;
use super::grants::{GrantState, Pair};
use super::refusal::Refusal;
use super::scopes;
use super::state::Oauth;
use super::switches::RefreshOptions;
use super::token_answer::{body, success};
use crate::answer::Answer;
use crate::form::Form;
use crate::instants::SECOND;
use crate::world::{World, id};

/// Gives a new pair. The old one lives on, unless the server honours `revoke_old`.
pub fn refresh(oauth: &mut Oauth, world: &World, client: &Client, form: &Form) -> Result<Answer, Refusal> {
    let parent = parent(oauth, client, form)?;
    if let Some(why) = parent.orcid.as_deref().and_then(|orcid| accounts::closed(world.get(id(orcid)))) {
        return Err(Refusal::closed_record(why));
    }
    let scopes = narrowed(&parent, form)?;
    let left = (parent.expires - oauth.grants.clock.now()).div_euclid(SECOND);
    let honoured = oauth.switches.refresh_options != RefreshOptions::Dropped;
    let life = if honoured { lifetime(form, left)? } else { left };
    let pair = oauth.grants.refreshed(&parent, scopes, life);
    if oauth.switches.refresh_token_once {
        oauth.grants.use_up_refresh_token(&parent.access);
    }
    let revokes = match oauth.switches.refresh_options {
        RefreshOptions::Dropped => false,
        RefreshOptions::Honoured => form.get("revoke_old") == Some("true"),
        RefreshOptions::HonouredByDefault => form.get("revoke_old") != Some("false"),
    };
    if revokes {
        oauth.grants.replaced(&parent.access);
    }
    Ok(success(&body(oauth, world, &pair, life)))
}

/// The pair that is to be refreshed.
fn parent(oauth: &Oauth, client: &Client, form: &Form) -> Result<Pair, Refusal> {
    let Some(token) = form.filled("refresh_token") else { return Err(Refusal::required("refresh_token")) };
    let Some(parent) = oauth.grants.by_refresh_token(token) else {
        return Err(Refusal::new(400, "invalid_grant", "Unable to find refresh token"));
    };
    if parent.client_id != client.id {
        let why = "This token does not belong to the given client";
        return Err(Refusal::new(400, "invalid_request", why));
    }
    match oauth.grants.check(&parent.access).map(|grant| grant.state) {
        Some(GrantState::Live) => Ok(parent.clone()),
        Some(GrantState::Expired) => Err(Refusal::new(400, "invalid_grant", "Access token expired")),
        _ => Err(Refusal::new(400, "unauthorized_client", "Parent token is disabled")),
    }
}

fn narrowed(parent: &Pair, form: &Form) -> Result<Vec<String>, Refusal> {
    let Some(wanted) = form.filled("scope") else { return Ok(parent.scopes.clone()) };
    let wanted = scopes::sorted(scopes::words(wanted));
    match wanted.iter().find(|word| !parent.scopes.contains(word)) {
        Some(word) => {
            let why = format!("The given scope '{word}' is not allowed for the parent token");
            Err(Refusal::new(400, "invalid_scope", why))
        }
        None => Ok(wanted),
    }
}

/// `expires_in`, which may only shorten what is left.
fn lifetime(form: &Form, left: i64) -> Result<i64, Refusal> {
    let Some(wanted) = form.filled("expires_in") else { return Ok(left) };
    let Ok(seconds) = wanted.parse::<i64>() else {
        return Err(Refusal::new(400, "invalid_request", format!("{wanted} is not a number")));
    };
    if seconds > left {
        let why = format!("Token expiration can't be after {left} seconds");
        return Err(Refusal::new(400, "invalid_request", why));
    }
    Ok(seconds)
}
