//! `authorization_code`: a code for a pair of tokens.

use super::clients::Client;
use super::codes::Code;
use super::grants::LIFE_SECONDS;
use super::refusal::Refusal;
use super::state::Oauth;
use super::token_answer::{body, success};
use super::{accounts, id_token};
use crate::answer::Answer;
use crate::form::Form;
use crate::instants::SECOND;
use crate::world::{World, id};

/// Exchanges a code.
pub fn exchange(oauth: &mut Oauth, world: &World, client: &Client, form: &Form) -> Result<Answer, Refusal> {
    let code = usable(oauth, client, form)?;
    if let Some(why) = accounts::closed(world.get(id(&code.orcid))) {
        return Err(Refusal::closed_record(why));
    }
    let known = oauth.codes.get_mut(&code.code).expect("it was found just now");
    known.is_used = true;
    let pair = oauth.grants.issue(
        &client.id,
        Some(&code.orcid),
        code.scopes.clone(),
        LIFE_SECONDS,
        Some(&code.code),
    );
    let mut body = body(oauth, world, &pair, LIFE_SECONDS);
    if code.scopes.iter().any(|scope| scope == "openid")
        && let Some(token) = identity_token(oauth, world, client, &code, &pair.access)
    {
        body["id_token"] = token.into();
    }
    Ok(success(&body))
}

/// The code of a form, if the client may exchange it now.
fn usable(oauth: &mut Oauth, client: &Client, form: &Form) -> Result<Code, Refusal> {
    let errors = oauth.switches.errors;
    let Some(wanted) = form.filled("code") else { return Err(Refusal::no_code(errors)) };
    let Some(code) = oauth.codes.get_mut(wanted).cloned() else {
        return Err(Refusal::unknown_code(errors, wanted));
    };
    if code.is_used {
        oauth.grants.code_reused(wanted);
        return Err(Refusal::used_code(errors, wanted));
    }
    if code.is_expired(oauth.grants.clock.now(), oauth.switches.code_life_seconds) {
        return Err(Refusal::expired_code(errors));
    }
    if form.filled("redirect_uri") != Some(&code.redirect_uri) {
        return Err(Refusal::other_redirect(errors));
    }
    if code.client_id != client.id {
        return Err(Refusal::code_of_another_client(errors));
    }
    if code.challenged && oauth.switches.challenge_breaks_exchange {
        return Err(Refusal::no_verifier());
    }
    Ok(code)
}

/// The identity token for what a person granted.
pub fn identity_token(
    oauth: &Oauth,
    world: &World,
    client: &Client,
    code: &Code,
    access_token: &str,
) -> Option<String> {
    let account = oauth.account(world, &code.orcid)?;
    let subject = id_token::Subject {
        issuer: &oauth.issuer,
        client_id: &client.id,
        client_secret: &client.secret,
        is_member: client.is_member(),
        account: &account,
        access_token,
        nonce: code.nonce.as_deref(),
        signed_in: code.signed_in.div_euclid(SECOND),
        now: oauth.grants.clock.now_seconds(),
    };
    id_token::identity_token(&oauth.keys, &oauth.switches, oauth.id_token_fault, &subject)
}
