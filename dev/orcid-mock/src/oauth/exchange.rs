//! `/oauth/token`: what a client posts to get a token, and what it is answered.

use super::asked::Asked;
use super::client_auth::authenticated;
use super::log::TokenRequest;
use super::refusal::Refusal;
use super::state::Oauth;
use super::{code_grant, other_grants, refresh_grant};
use crate::answer::Answer;
use crate::form::Form;
use crate::world::World;

/// Answers the form that a client posts.
pub fn token(oauth: &mut Oauth, world: &World, asked: &Asked<'_>) -> Answer {
    let form = Form::parse(asked.posted);
    let text = |name| form.filled(name).map(str::to_owned);
    let mut request = TokenRequest {
        at: oauth.grants.clock.now_seconds(),
        host: asked.host,
        client_id: text("client_id").unwrap_or_default(),
        grant_type: text("grant_type").unwrap_or_default(),
        code: text("code"),
        refresh_token: text("refresh_token"),
        redirect_uri: text("redirect_uri"),
        scope: text("scope"),
        names: form.names().map(str::to_owned).collect(),
        by_header: asked.authorization.is_some(),
        status: 0,
    };
    let answer = granted(oauth, world, asked, &form).unwrap_or_else(|refusal| refusal.answer());
    request.status = answer.status;
    oauth.log.requests.push(request);
    answer.with("oauth_authorization_code_exchange", "ON")
}

fn granted(oauth: &mut Oauth, world: &World, asked: &Asked<'_>, form: &Form) -> Result<Answer, Refusal> {
    let Some(grant_type) = form.filled("grant_type") else {
        return Err(Refusal::new(400, "unsupported_grant_type", "grant_type is missing"));
    };
    let client = authenticated(oauth, asked, form)?;
    match grant_type {
        "authorization_code" => code_grant::exchange(oauth, world, &client, form),
        "refresh_token" => refresh_grant::refresh(oauth, world, &client, form),
        "client_credentials" => other_grants::of_client(oauth, &client, form),
        other_grants::TOKEN_EXCHANGE => other_grants::on_behalf(oauth, world, &client, form),
        other => Err(Refusal::new(400, "unsupported_grant_type", format!("Unsupported grant type: {other}"))),
    }
}
