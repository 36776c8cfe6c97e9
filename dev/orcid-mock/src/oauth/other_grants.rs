//! `client_credentials`, and the exchange of an identity token for a token of the person.

use super::clients::Client;
use super::grants::LIFE_SECONDS;
use super::id_token;
use super::refusal::Refusal;
use super::scopes::{self, Giver};
use super::state::Oauth;
use super::token_answer::{body, success};
use crate::answer::Answer;
use crate::form::Form;
use crate::world::World;

pub const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// How long a token on behalf of another client lives.
const EXCHANGED_LIFE_SECONDS: i64 = 3600;

/// A token of the client's own.
pub fn of_client(oauth: &mut Oauth, client: &Client, form: &Form) -> Result<Answer, Refusal> {
    let words = scopes::words(form.get("scope").unwrap_or_default());
    if words.is_empty() {
        return Err(Refusal::scope(""));
    }
    for word in &words {
        match scopes::find(word) {
            None => return Err(Refusal::unknown_scope(word)),
            Some(scope) if scope.giver == Giver::Client && scope.is_for(client) => {}
            Some(_) => return Err(Refusal::scope(word)),
        }
    }
    let pair = oauth.grants.issue(&client.id, None, scopes::sorted(words), LIFE_SECONDS, None);
    Ok(success(&body(oauth, &World::default(), &pair, LIFE_SECONDS)))
}

/// A token of a person for a client to which another client has passed its identity token.
/// Whether the identity token has expired is not asked.
pub fn on_behalf(oauth: &mut Oauth, world: &World, client: &Client, form: &Form) -> Result<Answer, Refusal> {
    let given = |name| form.filled(name).ok_or_else(|| Refusal::required(name));
    let (token, kind, wanted) =
        (given("subject_token")?, given("subject_token_type")?, given("requested_token_type")?);
    if (kind, wanted) != (ID_TOKEN, ACCESS_TOKEN) {
        return Err(Refusal::new(400, "invalid_request", "the types of the tokens are not supported"));
    }
    let Some(claims) = id_token::read(&oauth.keys, token) else {
        return Err(Refusal::new(400, "invalid_request", "Invalid id token"));
    };
    let [subject, audience] = ["sub", "aud"].map(|name| claims[name].as_str().unwrap_or_default().to_owned());
    let granted = oauth.grants.live_of(&subject).filter(|pair| pair.client_id == audience);
    let granted = scopes::sorted(granted.flat_map(|pair| pair.scopes.clone()).collect());
    let asked = form.filled("scope").map(scopes::words).unwrap_or_else(|| granted.clone());
    let allowed: Vec<String> = granted.into_iter().filter(|scope| asked.contains(scope)).collect();
    if allowed.is_empty() {
        let why = "The id_token is not associated with a valid scope";
        return Err(Refusal::new(401, "invalid_scope", why));
    }
    let pair = oauth.grants.issue(&client.id, Some(&subject), allowed, EXCHANGED_LIFE_SECONDS, None);
    let pair = oauth.grants.without_refresh(&pair.access);
    let mut body = body(oauth, world, &pair, EXCHANGED_LIFE_SECONDS - 1);
    body["issued_token_type"] = ACCESS_TOKEN.into();
    Ok(success(&body))
}
